//! The planners: from what a caller asks to the records that do it. One file for each kind of
//! operation.
//!
//! Planning is pure: no I/O, no clock, no randomness but what the request brings. It reads a draft (the
//! state, and what was planned before in the same journal entry), so it can be done again when a race
//! for the journal was lost.

mod alternatives;
mod annotate;
mod append;
mod batch;
mod care;
mod change;
mod commit;
mod refs;
mod registry;
mod undo;

use std::rc::Rc;

use crate::json::{Map, Value, quoted};

use crate::error::{Error, Result};
use crate::hash::{CommitHash, ContentHash};
use crate::model::annotation::Priority;
use crate::model::commit::Author;
use crate::model::content::Content;
use crate::model::id::EntryId;
use crate::model::journal::Operation;
use crate::model::limits::check_depth;
use crate::model::object::Object;
use crate::model::outline::Outline;
use crate::model::record::{Record, SentRecord};
use crate::model::types::TypeDefinition;
use crate::state::State;
use crate::state::apply::When;
use crate::state::arena::CommitIx;
use crate::tokens::TokenCounter;
pub use alternatives::Before;
pub use batch::{Group, plan_next};
pub use care::{Erase, Free};
pub use undo::Undo;

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
}

impl NewPayload {
    /// Counts a payload.
    pub fn of(content: &Content, hash: ContentHash, bytes: Rc<[u8]>, counter: &dyn TokenCounter) -> Self {
        Self {
            hash,
            bytes,
            content_type: content.content_type().into(),
            outline: Outline::of(content, counter),
            token_source: counter.source().into(),
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

/// What an operation amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its records. Where there are none, what was asked is so already, and nothing is written.
    pub operation: Operation,
    /// The payloads it brings.
    pub objects: Vec<Object>,
    /// What the caller gets, one for each commit.
    pub receipts: Vec<Receipt>,
}

/// What a commit's caller gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry it added or changed.
    pub id: Option<EntryId>,
    /// The commit.
    pub hash: CommitHash,
    /// Commits on the longest way to a root, this one included.
    pub height: u32,
    /// Tokens of the payload.
    pub tokens: u32,
}

impl Receipt {
    /// That of a commit which is there already.
    pub fn of(state: &State<'_>, ix: CommitIx) -> Self {
        let row = state.commits(ix);
        let id = row.entry().map(|entry| state.entries(entry).id.clone());
        Self { id, hash: row.hash, height: row.height, tokens: row.tokens }
    }
}

/// The records, objects and receipts of one input.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// What changes.
    pub records: Vec<Record>,
    /// The payloads it brings.
    pub objects: Vec<Object>,
    /// One for each commit.
    pub receipts: Vec<Receipt>,
}

impl Outcome {
    fn record(record: Record) -> Self {
        Self { records: vec![record], ..Self::default() }
    }
}

/// What planners share: the draft, the time, the branch.
#[derive(Clone, Copy)]
struct Planner<'a> {
    draft: &'a State<'a>,
    /// Where the records will stand in the journal.
    when: When,
    /// When what is planned is made, UTC milliseconds.
    now: i64,
    branch: &'a str,
    author: Option<&'a Author>,
}

/// Plans an operation on a draft.
///
/// # Errors
/// Whatever is wrong with the request as things stand on the draft: see each operation.
pub fn plan(draft: &State<'_>, request: &Request, when: When) -> Result<Plan> {
    if draft.branch(&request.branch).is_none() {
        return Err(Box::new(Error::RefNotFound { kind: "branch", name: request.branch.clone() }));
    }
    check_head(draft, request)?;
    let planner = Planner { draft, when, now: when.at, branch: &request.branch, author: request.author.as_ref() };
    let outcome = planner.plan(&request.input)?;
    Ok(Plan {
        operation: Operation {
            author: request.author.clone(),
            id: request.operation_id.clone(),
            kind: request.input.kind().to_owned(),
            records: outcome.records,
            undoes: match &request.input {
                Input::Undo(undo) => Some(undo.name.clone()),
                _ => None,
            },
        },
        objects: outcome.objects,
        receipts: outcome.receipts,
    })
}

fn check_head(draft: &State<'_>, request: &Request) -> Result<()> {
    let actual = draft.branch(&request.branch).flatten().map(|ix| draft.commits(ix).hash);
    let expected = match request.expected_head {
        ExpectedHead::Any => return Ok(()),
        ExpectedHead::Empty => None,
        ExpectedHead::Commit(hash) => Some(hash),
    };
    if actual == expected {
        return Ok(());
    }
    let show = |hash: Option<CommitHash>| hash.map(|hash| hash.to_hex());
    Err(Box::new(Error::Conflict {
        message: format!("branch {} is not where it was expected", quoted(&request.branch)),
        expected: show(expected),
        actual: show(actual),
    }))
}

impl Planner<'_> {
    fn plan(&self, input: &Input) -> Result<Outcome> {
        let outcome = self.plan_input(input)?;
        self.check_refs(&outcome)?;
        Ok(outcome)
    }

    fn plan_input(&self, input: &Input) -> Result<Outcome> {
        match input {
            Input::Append(append) => self.append(append),
            Input::Edit { target, payload, attributes } => self.edit(target, payload, attributes),
            Input::Delete { target, attributes } => self.delete(target, attributes),
            Input::Revert { target, attributes } => self.revert(target, attributes),
            Input::Annotate { target, priority, reason } => self.annotate(target, *priority, reason.as_deref()),
            Input::CreateBranch { name, at } => self.create_branch(name, *at),
            Input::DeleteBranch { name, unmerged } => self.delete_branch(name, *unmerged),
            Input::RenameBranch { from, to } => self.rename_branch(from, to),
            Input::Reset { to } => self.reset(*to),
            Input::Return { target, to, append } => self.return_to(target, *to, append.as_ref()),
            Input::SelectSibling { target } => self.select_sibling(target),
            Input::Tag { name, at, existing } => self.tag(name, *at, *existing),
            Input::Untag { name } => self.untag(name),
            Input::RegisterType { name, definition } => self.register_type(name, definition.as_ref()),
            Input::SetNote { target, name, value } => self.set_note(target, name, value.as_ref()),
            Input::Describe(about) => self.describe(about),
            Input::Sent(sent) => {
                sent.raw.as_ref().map_or(Ok(()), |raw| check_depth("/raw", raw))?;
                Ok(Outcome::record(Record::Sent(sent.clone())))
            }
            Input::Free(free) => Ok(self.free(free)),
            Input::Erase(erase) => self.erase(erase),
            Input::Undo(undo) => self.undo(undo),
            Input::Batch(group) => self.batch(group),
        }
    }
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
            Self::Annotate { .. } => "annotate",
            Self::CreateBranch { .. } => "branch",
            Self::DeleteBranch { .. } => "deleteBranch",
            Self::RenameBranch { .. } => "renameBranch",
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
            Self::Batch(_) => "batch",
        }
    }
}
