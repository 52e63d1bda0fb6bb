//! Records: what the journal's operations consist of. Folding the records of a journal in order gives
//! the state of a repository. Records hold no payload text; those that replace something hold the old
//! value beside the new one, so that every one of them can be inverted.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::annotation::Annotation;
use super::commit::{Body, canonical};
use super::id::EntryId;
use super::outline::Outline;
use super::types::TypeDefinition;
use crate::hash::CommitHash;

/// One change of the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
}

/// The first record of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RepositoryRecord {
    /// Where new handles start.
    pub default_branch: String,
    /// What the token counts of this journal's outlines were counted with.
    pub tokens: String,
}

/// A commit, and what is known of its payload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitRecord {
    /// The branch that moves to the commit; left out where it is the default branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The immutable fields that its place does not imply.
    pub commit: Body,
    /// The commit's hash, where this process made it: spares computing it again. Never stored.
    #[serde(skip)]
    pub known_hash: Option<CommitHash>,
    /// The payload's outline, where there is a payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Outline>,
    /// Bytes of the payload's canonical JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// What the outline's tokens were counted with, where it is not what the repository began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<String>,
}

/// A branch or tag: from `old` to `new`; absent is "there is none".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefRecord {
    /// Its name.
    pub name: String,
    /// Where it points now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<CommitHash>,
    /// Where it pointed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<CommitHash>,
}

/// The default branch: from `old` to `new`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultBranchRecord {
    /// The name now.
    pub new: String,
    /// The name before.
    pub old: String,
}

/// The registration of a content type: from `old` to `new`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRecord {
    /// The `contentType`.
    pub name: String,
    /// Its definition now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<TypeDefinition>,
    /// Its definition before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<TypeDefinition>,
}

/// A note on an entry, by name: from `old` to `new`. Not part of any hash of a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteRecord {
    /// The entry.
    pub entry: EntryId,
    /// The note's name: "title", "thumb", "read", …
    pub name: String,
    /// Any JSON; absent: there is no such note.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "canonical")]
    pub new: Option<Value>,
    /// What was there.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "canonical")]
    pub old: Option<Value>,
}

/// A compile that was sent to a model, and what it cost. Counts are tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SentRecord {
    /// Names the compile: the hash of its messages' identities.
    pub digest: String,
    /// The count that varve gave it.
    pub estimate: u64,
    /// The head it was compiled from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<CommitHash>,
    /// What went in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputUsage>,
    /// The model.
    pub model: String,
    /// What came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputUsage>,
    /// The provider's own figures.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "canonical")]
    pub raw: Option<Value>,
    /// The provider's id of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
}

/// Tokens of a request; unknown is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InputUsage {
    /// Read from the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<u64>,
    /// Written to the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// All of the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Neither read from nor written to the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncached: Option<u64>,
}

/// Tokens of an answer; unknown is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputUsage {
    /// The model's thinking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
    /// The answer itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<u64>,
    /// All of the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}
