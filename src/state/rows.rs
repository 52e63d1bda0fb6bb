//! The rows of a state's tables. Payloads are not among them: a state holds outlines.

use std::rc::Rc;

use crate::json::{Map, Value};

use super::arena::{AnnotationIx, CommitIx, ContentIx, EntryIx};
use crate::hash::{CommitHash, ContentHash};
use crate::model::annotation::{Annotation, Priority};
use crate::model::commit::{Author, Resolution};
use crate::model::outline::Outline;
use crate::model::record::{InputUsage, OutputUsage};

/// What is known of a payload.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentRow {
    /// Its name.
    pub hash: ContentHash,
    /// Bytes of its canonical JSON.
    pub size: u32,
    /// Its outline.
    pub outline: Outline,
    /// Its type.
    pub content_type: Rc<str>,
    /// What the outline's tokens were counted with, where that is not the repository's source.
    pub token_source: Option<Rc<str>>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    /// Its id.
    pub id: Box<str>,
    /// The commit that first added it.
    pub first: CommitIx,
}

/// A commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitRow {
    /// Its name.
    pub hash: CommitHash,
    /// What it does.
    pub action: Action,
    /// First and second parent.
    pub parents: [Option<CommitIx>; 2],
    /// An ancestor far back on the line of first parents, for fast descent.
    pub jump: Option<CommitIx>,
    /// Commits on the longest way to a root, this one included.
    pub height: u32,
    /// Whether there is a merge among its ancestors, itself included.
    pub merged: bool,
    /// The number of the journal entry that holds it.
    pub seq: u32,
    /// UTC milliseconds.
    pub created_at: i64,
    /// Its own tokens and those of its first parents.
    pub cumulative_tokens: u64,
    /// Its own tokens.
    pub tokens: u32,
    /// What few commits have.
    pub extras: Option<Box<Extras>>,
}

/// What a commit does, with rows for names.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Adds an entry at the end.
    Append(EntryIx, ContentIx),
    /// Replaces an entry's payload.
    Edit(EntryIx, ContentIx),
    /// Takes an entry out of the view.
    Delete(EntryIx),
    /// Anything else.
    Other(Box<OtherAction>),
}

/// The rarer actions.
#[derive(Debug, Clone, PartialEq)]
pub enum OtherAction {
    /// Puts a summary in the place of entries.
    Compact {
        /// The summary's entry.
        summary: EntryIx,
        /// Its payload.
        content: ContentIx,
        /// What it stands for.
        targets: Vec<EntryIx>,
    },
    /// Joins two histories.
    Merge {
        /// How conflicts were decided.
        resolutions: Vec<Resolution>,
    },
    /// Deactivates what another commit did.
    Revert(CommitIx),
}

/// The fields of a commit that most commits do not have. See [`crate::model::commit::Body`].
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs, reason = "named and documented in Body")]
pub struct Extras {
    pub author: Option<Rc<Author>>,
    pub copied_from: Option<CommitHash>,
    pub generation: Option<Value>,
    pub labels: Vec<String>,
    pub metadata: Option<Map>,
    pub note: Option<String>,
    pub reply_to: Option<Box<str>>,
    pub turn: Option<Rc<str>>,
}

impl CommitRow {
    /// The entry it adds or changes, where it is one.
    pub fn entry(&self) -> Option<EntryIx> {
        match &self.action {
            Action::Append(entry, _) | Action::Edit(entry, _) | Action::Delete(entry) => Some(*entry),
            Action::Other(other) => match **other {
                OtherAction::Compact { summary, .. } => Some(summary),
                OtherAction::Merge { .. } | OtherAction::Revert(_) => None,
            },
        }
    }

    /// The payload it brings.
    pub fn content(&self) -> Option<ContentIx> {
        match &self.action {
            Action::Append(_, content) | Action::Edit(_, content) => Some(*content),
            Action::Delete(_) => None,
            Action::Other(other) => match **other {
                OtherAction::Compact { content, .. } => Some(content),
                OtherAction::Merge { .. } | OtherAction::Revert(_) => None,
            },
        }
    }

    /// The turn it belongs to.
    pub fn turn(&self) -> Option<&str> {
        self.extras.as_ref().and_then(|extras| extras.turn.as_deref())
    }

    /// Its note.
    pub fn note(&self) -> Option<&str> {
        self.extras.as_ref().and_then(|extras| extras.note.as_deref())
    }
}

/// An annotation and the one before it on the same entry.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotationRow {
    /// As it is stored.
    pub annotation: Annotation,
    /// The entry.
    pub entry: EntryIx,
    /// The number of the journal entry that holds it.
    pub seq: u64,
    /// The next older one on the entry.
    pub previous: Option<AnnotationIx>,
}

impl AnnotationRow {
    /// The priority it gives; None is the type's default.
    pub fn priority(&self) -> Option<Priority> {
        Some(self.annotation.priority).filter(|priority| *priority != Priority::Unset)
    }
}

/// A branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchRow {
    /// Its number: names that are used again keep it.
    pub number: u32,
    /// Where it points: None where it is deleted, or has no commit yet.
    pub head: Option<CommitIx>,
}

/// A move of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoveRow {
    /// The branch's number.
    pub branch: u32,
    /// The number of the journal entry.
    pub seq: u32,
    /// The time of the journal entry, UTC milliseconds.
    pub at: i64,
    /// Where to.
    pub head: Option<CommitIx>,
}

/// A move, and those after it that went on commit by commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moves {
    /// The first.
    pub first: MoveRow,
    /// How many follow: of the same branch, each to the row behind, with its commit and at the commit's time.
    pub more: u32,
    /// How many came before.
    pub number: u32,
}

impl Moves {
    /// How many there are with these.
    pub fn end(&self) -> u32 {
        self.number + self.more + 1
    }
}

/// A compile that was sent. See [`crate::model::record::SentRecord`].
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named and documented in SentRecord")]
pub struct SentRow {
    pub digest: String,
    pub estimate: u64,
    pub model: Rc<str>,
    pub input: Option<InputUsage>,
    pub output: Option<OutputUsage>,
}

/// What a caller's `operationId` did, so that repeating it gives the first result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationRow {
    /// The journal entry.
    pub seq: u64,
    /// Its place in the entry.
    pub index: u32,
    /// The commits it made: first row and count.
    pub commits: (CommitIx, u32),
}
