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
mod compact;
mod refs;
mod registry;
mod request;
mod settings;
mod undo;

use crate::error::{Error, Result};
use crate::hash::CommitHash;
use crate::json::quoted;
use crate::model::commit::Author;
use crate::model::id::EntryId;
use crate::model::journal::Operation;
use crate::model::limits::check_depth;
use crate::model::log::LogRow;
use crate::model::object::Object;
use crate::model::record::Record;
use crate::state::State;
use crate::state::apply::When;
use crate::state::arena::CommitIx;
use crate::state::lineage::Slot;
pub use alternatives::Before;
pub use batch::{Group, plan_next};
pub use care::{Erase, Free};
pub use compact::Compact;
pub use request::{
    Append, Attributes, Describe, Elsewhere, Existing, ExpectedHead, Input, NewPayload, Request, Unmerged,
};
pub use settings::{Requirement, Setting};
pub use undo::Undo;

/// What an operation amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its records. Where there are none, what was asked is so already, and nothing is written.
    pub operation: Operation,
    /// The payloads it brings.
    pub objects: Vec<Object>,
    /// What the caller gets, one for each commit.
    pub receipts: Vec<Receipt>,
    /// Rows of logs that are written with it.
    pub logs: Vec<LogRow>,
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
    /// Rows of logs.
    pub logs: Vec<LogRow>,
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
        logs: outcome.logs,
    })
}

/// The slot of an entry that is in the view of a branch, and can be changed there.
///
/// # Errors
/// `EditTarget`.
pub fn in_view(state: &State<'_>, branch: &str, id: &str) -> Result<Slot> {
    Planner { draft: state, when: When { at: 0, seq: 0 }, now: 0, branch, author: None }.in_view(id)
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
            Input::Compact(runs) => self.compact(runs),
            Input::Annotate { target, priority, reason } => self.annotate(target, *priority, reason.as_deref()),
            Input::CreateBranch { name, at } => self.create_branch(name, *at),
            Input::DeleteBranch { name, unmerged } => self.delete_branch(name, *unmerged),
            Input::RenameBranch { from, to } => self.rename_branch(from, to),
            Input::Rebase { name } => self.rebase(name),
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
            Input::Set(setting) => self.set(setting),
            Input::Require(requirement) => self.require(requirement),
            Input::Log(row) => Ok(Outcome { logs: vec![row.clone()], ..Outcome::default() }),
            Input::Batch(group) => self.batch(group),
        }
    }
}
