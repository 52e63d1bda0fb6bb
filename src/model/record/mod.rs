//! Records: what the journal's operations consist of. Folding the records of a journal in order gives
//! the state of a repository. Records hold no payload text; those that replace something hold the old
//! value beside the new one, so that every one of them can be inverted.

mod json;

use super::annotation::Annotation;
use super::commit::Body;
use super::id::EntryId;
use super::outline::Outline;
use super::setting::is_description;
use super::types::TypeDefinition;
use crate::hash::{CommitHash, ContentHash};
use crate::json::Value;

/// One change of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// The repository begins.
    Repository(RepositoryRecord),
    /// A commit; its branch moves to it.
    Commit(Box<CommitRecord>),
    /// An annotation.
    Annotation(Annotation),
    /// A branch is made, moved or deleted.
    Branch(RefRecord),
    /// A tag is made, moved or deleted.
    Tag(RefRecord),
    /// The default branch changes.
    DefaultBranch(DefaultBranchRecord),
    /// A content type is registered, changed or removed.
    Type(TypeRecord),
    /// A note on an entry is set or removed.
    Note(NoteRecord),
    /// A compile was sent to a model.
    Sent(Box<SentRecord>),
    /// Objects that nothing needed were taken away.
    Freed(FreedRecord),
    /// An object was taken away for good.
    Erased(ErasedRecord),
}

/// The first record of a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct RepositoryRecord {
    /// Where new handles start.
    pub default_branch: String,
    /// What the token counts of this journal's outlines were counted with.
    pub tokens: String,
}

/// A commit, and what is known of its payload.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitRecord {
    /// The branch that moves to the commit; left out where it is the default branch.
    pub branch: Option<String>,
    /// The immutable fields that its place does not imply.
    pub commit: Body,
    /// The commit's hash, where this process made it: spares computing it again. Never stored.
    pub known_hash: Option<CommitHash>,
    /// The payload's outline, where the payload is new to its writer.
    pub outline: Option<Outline>,
    /// Bytes of the payload's canonical JSON.
    pub size: Option<u32>,
    /// What the outline's tokens were counted with, where it is not what the repository began with.
    pub tokens: Option<String>,
}

/// A branch or tag: from `old` to `new`; absent is "there is none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefRecord {
    /// Its name.
    pub name: String,
    /// Where it points now.
    pub new: Option<CommitHash>,
    /// Where it pointed.
    pub old: Option<CommitHash>,
}

/// The default branch: from `old` to `new`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultBranchRecord {
    /// The name now.
    pub new: String,
    /// The name before.
    pub old: String,
}

/// The registration of a content type: from `old` to `new`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRecord {
    /// The `contentType`.
    pub name: String,
    /// Its definition now.
    pub new: Option<TypeDefinition>,
    /// Its definition before.
    pub old: Option<TypeDefinition>,
}

/// A note on an entry, or on the repository, by name: from `old` to `new`. Not part of any hash of a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteRecord {
    /// The entry; none: the repository, whose notes are `title`, `metadata` and its settings: see
    /// [`super::setting`].
    pub entry: Option<EntryId>,
    /// The note's name: "title", "thumb", "read", …
    pub name: String,
    /// Any JSON; absent: there is no such note.
    pub new: Option<Value>,
    /// What was there.
    pub old: Option<Value>,
}

/// A compile that was sent to a model, and what it cost. Counts are tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct SentRecord {
    /// Names the compile: the hash of its messages' identities.
    pub digest: String,
    /// The count that varve gave it.
    pub estimate: u64,
    /// The head it was compiled from.
    pub head: Option<CommitHash>,
    /// What went in.
    pub input: Option<InputUsage>,
    /// The model.
    pub model: String,
    /// What came out.
    pub output: Option<OutputUsage>,
    /// The provider's own figures.
    pub raw: Option<Value>,
    /// The provider's id of the answer.
    pub response_id: Option<String>,
}

/// Objects that were taken away with this entry, because nothing needed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreedRecord {
    /// Their hashes.
    pub contents: Vec<ContentHash>,
}

/// An object that was taken away with this entry, and is not taken in again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedRecord {
    /// Its hash.
    pub hash: ContentHash,
    /// Why: stays in the journal.
    pub reason: String,
}

/// Tokens of a request; unknown is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputUsage {
    /// Read from the provider's cache.
    pub cache_read: Option<u64>,
    /// Written to the provider's cache.
    pub cache_write: Option<u64>,
    /// All of the input.
    pub total: Option<u64>,
    /// Neither read from nor written to the cache.
    pub uncached: Option<u64>,
}

/// Tokens of an answer; unknown is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputUsage {
    /// The model's thinking.
    pub reasoning: Option<u64>,
    /// The answer itself.
    pub text: Option<u64>,
    /// All of the output.
    pub total: Option<u64>,
}

impl Record {
    /// The objects that are taken away with its entry.
    pub fn deletes(&self) -> &[ContentHash] {
        match self {
            Self::Freed(freed) => &freed.contents,
            Self::Erased(erased) => std::slice::from_ref(&erased.hash),
            _ => &[],
        }
    }

    /// The outline of a payload that it brings as new.
    pub fn outline_of(&self, hash: &ContentHash) -> Option<&Outline> {
        match self {
            Self::Commit(record) => record.outline.as_ref().filter(|_| record.commit.content_hash == Some(*hash)),
            _ => None,
        }
    }

    /// Whether it says something of the repository that lists of repositories show.
    pub fn describes(&self) -> bool {
        matches!(self, Self::Note(NoteRecord { entry: None, name, .. }) if is_description(name))
    }
}
