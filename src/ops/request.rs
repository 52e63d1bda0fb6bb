//! What callers ask: the operations, with everything they need fetched, checked and counted.

use std::rc::Rc;

use super::{Before, Compact, Erase, Free, Group, Requirement, Setting, Undo};
use crate::hash::{CommitHash, ContentHash};
use crate::json::{Map, Value};
use crate::model::annotation::Priority;
use crate::model::commit::Author;
use crate::model::content::Content;
use crate::model::id::EntryId;
use crate::model::log::LogRow;
use crate::model::object::{Attached, Object};
use crate::model::outline::{Link, Outline, file_key};
use crate::model::record::SentRecord;
use crate::model::types::TypeDefinition;
use crate::tokens::TokenCounter;

/// What a caller asks, with everything it needs fetched, checked and counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The branch that commits go to.
    pub branch: String,
    /// Where that branch must stand.
    pub expected_head: ExpectedHead,
    /// The caller's name for the operation: repeating it gives the first result.
    pub operation_id: Option<String>,
    /// Who asks.
    pub author: Option<Author>,
    /// What.
    pub input: Input,
}

/// Where a branch must stand for an operation to go ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExpectedHead {
    /// Anywhere: the operation is planned on what is there.
    #[default]
    Any,
    /// It has no commit yet.
    Empty,
    /// On this commit.
    Commit(CommitHash),
}

/// The operations.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Adds an entry.
    Append(Append),
    /// Replaces an entry's payload.
    Edit {
        /// The entry.
        target: String,
        /// Its new payload.
        payload: NewPayload,
        /// The commit's other fields.
        attributes: Attributes,
    },
    /// Takes an entry out of the view.
    Delete {
        /// The entry.
        target: String,
        /// The commit's other fields.
        attributes: Attributes,
    },
    /// Deactivates an edit, delete, compact or revert.
    Revert {
        /// The commit, or the entry whose newest operation is meant.
        target: String,
        /// The commit's other fields.
        attributes: Attributes,
    },
    /// Puts summaries in the place of entries: all of them, or none.
    Compact(Vec<Compact>),
    /// Sets an entry's priority.
    Annotate {
        /// The entry.
        target: String,
        /// What it shall be.
        priority: Priority,
        /// Why.
        reason: Option<String>,
    },
    /// Makes a branch at a commit.
    CreateBranch {
        /// Its name.
        name: String,
        /// Where it starts.
        at: CommitHash,
    },
    /// Deletes a branch.
    DeleteBranch {
        /// Its name.
        name: String,
        /// What to do where its commits are on no other branch.
        unmerged: Unmerged,
    },
    /// Renames a branch.
    RenameBranch {
        /// The name now.
        from: String,
        /// The name to be.
        to: String,
    },
    /// Copies what only a branch has behind the default branch, and puts it there.
    Rebase {
        /// Its name.
        name: String,
    },
    /// Moves the request's branch.
    Reset {
        /// Where to.
        to: CommitHash,
    },
    /// Puts the branch back to before an entry or answer, and goes on with another entry. What was there
    /// becomes an alternative.
    Return {
        /// The entry.
        target: String,
        /// Before what.
        to: Before,
        /// What to go on with.
        append: Option<Append>,
    },
    /// Puts the branch on the alternative that holds an entry.
    SelectSibling {
        /// The entry.
        target: String,
    },
    /// Makes or moves a tag.
    Tag {
        /// Its name.
        name: String,
        /// Where it points.
        at: CommitHash,
        /// What to do where it is there already.
        existing: Existing,
    },
    /// Deletes a tag.
    Untag {
        /// Its name.
        name: String,
    },
    /// Registers, changes or removes a content type.
    RegisterType {
        /// Its name.
        name: String,
        /// None removes it.
        definition: Option<TypeDefinition>,
    },
    /// Sets or removes a note on an entry.
    SetNote {
        /// The entry.
        target: String,
        /// The note's name.
        name: String,
        /// None removes it.
        value: Option<Value>,
    },
    /// Says what the repository is about.
    Describe(Describe),
    /// Records that a compile was sent.
    Sent(Box<SentRecord>),
    /// Takes away objects that nothing needs.
    Free(Free),
    /// Takes an object away for good.
    Erase(Erase),
    /// Inverts an operation.
    Undo(Undo),
    /// Sets or removes a setting.
    Set(Setting),
    /// Fails where things are not as they were.
    Require(Requirement),
    /// Adds a row to a log.
    Log(LogRow),
    /// Several operations as one: all or none.
    Batch(Group),
}

/// What to do with a branch whose commits are on no other branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmerged {
    /// Refuse.
    Keep,
    /// Go ahead.
    Delete,
}

/// What lists of repositories show of this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Describe {
    /// The id of one that is to be made, and must not be there yet.
    pub create: Option<String>,
    /// None leaves the title; an inner none takes it away.
    pub title: Option<Option<String>>,
    /// The members to set, or with null to take away.
    pub metadata: Option<Map>,
}

/// What to do with a tag that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// Move it.
    Move,
}

/// An entry to add.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// Its id, by the caller or made.
    pub id: EntryId,
    /// What it says.
    pub payload: NewPayload,
    /// The commit's other fields.
    pub attributes: Attributes,
    /// What the entry may say elsewhere.
    pub elsewhere: Elsewhere,
}

/// What an entry that is appended may say on lines other than the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Elsewhere {
    /// The same: another payload is a mistake.
    #[default]
    Same,
    /// Whatever it does.
    Any,
}

/// A payload, checked and counted.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPayload {
    /// Its name.
    pub hash: ContentHash,
    /// Its canonical JSON.
    pub bytes: Rc<[u8]>,
    /// Its type.
    pub content_type: Rc<str>,
    /// Its outline.
    pub outline: Outline,
    /// What the outline was counted with.
    pub token_source: Rc<str>,
    /// The files that it names, as far as their bytes are at hand.
    pub files: Vec<Object>,
}

impl NewPayload {
    /// Counts a payload.
    pub fn of(
        content: &Content,
        hash: ContentHash,
        bytes: Rc<[u8]>,
        files: &[Attached],
        counter: &dyn TokenCounter,
    ) -> Self {
        let link = |file: &Attached| Link { key: file_key(&file.object.hash), tokens: file.tokens };
        let links: Vec<_> = files.iter().map(link).collect();
        Self {
            hash,
            bytes,
            content_type: content.content_type().into(),
            outline: Outline::of(content, counter, &links),
            token_source: counter.source().into(),
            files: files.iter().map(|file| file.object.clone()).collect(),
        }
    }
}

/// The fields of a commit that its caller may set. See [`crate::model::commit::Body`].
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs, reason = "named and documented in Body")]
pub struct Attributes {
    /// When it was made, UTC milliseconds, where that is not when it is written.
    pub created_at: Option<i64>,
    pub author: Option<Author>,
    pub generation: Option<Value>,
    pub labels: Vec<String>,
    pub metadata: Option<Map>,
    pub note: Option<String>,
    pub reply_to: Option<EntryId>,
    pub turn: Option<String>,
}

impl Input {
    /// The operation with the time at which its commit is made, UTC milliseconds, unless it says so
    /// already: planned again, it makes the same commit.
    pub fn made_at(mut self, now: i64) -> Self {
        match &mut self {
            Self::Append(Append { attributes, .. })
            | Self::Return { append: Some(Append { attributes, .. }), .. }
            | Self::Edit { attributes, .. }
            | Self::Delete { attributes, .. }
            | Self::Revert { attributes, .. } => drop(attributes.created_at.get_or_insert(now)),
            Self::Compact(runs) => {
                for run in runs {
                    run.attributes.created_at.get_or_insert(now);
                }
            }
            _ => {}
        }
        self
    }

    /// The name of the call.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Append(_) => "append",
            Self::Edit { .. } => "edit",
            Self::Delete { .. } => "delete",
            Self::Revert { .. } => "revert",
            Self::Compact(_) => "compact",
            Self::Annotate { .. } => "annotate",
            Self::CreateBranch { .. } => "branch",
            Self::DeleteBranch { .. } => "deleteBranch",
            Self::RenameBranch { .. } => "renameBranch",
            Self::Rebase { .. } => "rebase",
            Self::Reset { .. } => "reset",
            Self::Return { to: Before::Answer, .. } => "regenerate",
            Self::Return { .. } => "resend",
            Self::SelectSibling { .. } => "selectSibling",
            Self::Tag { .. } => "tag",
            Self::Untag { .. } => "untag",
            Self::RegisterType { .. } => "type",
            Self::SetNote { .. } => "note",
            Self::Describe(_) => "describe",
            Self::Sent(_) => "sent",
            Self::Free(_) => "gc",
            Self::Erase(_) => "erase",
            Self::Undo(_) => "undo",
            Self::Set(_) | Self::Require(_) | Self::Log(_) => "setting",
            Self::Batch(group) => group.kind,
        }
    }
}
