//! Changing what is there: edit, delete, revert.

use super::commit::Change;
use super::{Attributes, NewPayload, Outcome, Planner};
use crate::error::{Error, Result};
use crate::json::quoted;
use crate::model::commit::EntryOperation;
use crate::state::arena::{CommitIx, EntryIx};
use crate::state::lineage::{Slot, Status};
use crate::state::rows::{Action, OtherAction};

pub(super) fn refuse(id: &str, reason: impl Into<String>) -> Box<Error> {
    Box::new(Error::EditTarget { id: id.to_owned(), reason: reason.into() })
}

impl Planner<'_> {
    /// Replaces the payload of an entry, which keeps its place. The payload it has already is no edit.
    ///
    /// # Errors
    /// `EditTarget` where the entry is not in the view of the branch; `ErasedContent`.
    pub(super) fn edit(&self, id: &str, payload: &NewPayload, attributes: &Attributes) -> Result<Outcome> {
        self.draft.check_taken(&payload.hash)?;
        let slot = self.in_view(id)?;
        if self.draft.contents(slot.content).hash == payload.hash {
            return Ok(Outcome { receipts: vec![self.receipt(slot.version)], ..Outcome::default() });
        }
        let target = self.draft.entries(slot.entry).id.clone();
        Ok(self.commit(Change {
            operation: EntryOperation::Edit { target: target.clone() },
            id: None,
            entry: Some(target),
            payload: Some(payload),
            copy: None,
            attributes,
        }))
    }

    /// Takes an entry out of the view.
    ///
    /// # Errors
    /// `EditTarget` where the entry is not in the view of the branch.
    pub(super) fn delete(&self, id: &str, attributes: &Attributes) -> Result<Outcome> {
        let target = self.draft.entries(self.in_view(id)?.entry).id.clone();
        Ok(self.commit(Change {
            operation: EntryOperation::Delete { target: target.clone() },
            id: None,
            entry: Some(target),
            payload: None,
            copy: None,
            attributes,
        }))
    }

    /// Deactivates an edit, delete, compact or revert.
    ///
    /// # Errors
    /// `CommitNotFound`; `EditTarget` where there is nothing to revert; `Conflict` that names the
    /// operations that depend on it.
    pub(super) fn revert(&self, id: &str, attributes: &Attributes) -> Result<Outcome> {
        let target = self.revertible(id)?;
        let lineage = self.draft.lineage(self.head());
        let dependents = lineage.dependents(self.draft, target);
        if !dependents.is_empty() {
            let names: Vec<_> = dependents.iter().map(|ix| self.draft.commits(*ix).hash.to_hex()).collect();
            return Err(Error::conflict(format!("{id} is built upon by {}; revert those first", names.join(", "))));
        }
        Ok(self.commit(Change {
            operation: EntryOperation::Revert { target: self.draft.commits(target).hash },
            id: None,
            entry: self.draft.commits(target).entry().map(|entry| self.draft.entries(entry).id.clone()),
            payload: None,
            copy: None,
            attributes,
        }))
    }

    fn revertible(&self, id: &str) -> Result<CommitIx> {
        let lineage = self.draft.lineage(self.head());
        let target = match self.draft.find_entry(id) {
            Some(entry) => {
                // Of a summary that nothing was done to: the compaction that made it.
                let made = lineage.slot(entry).map(|slot| slot.commit).filter(|ix| self.draft.is_compaction(*ix));
                let newest = lineage.newest_operation(entry).or(made);
                newest.ok_or_else(|| refuse(id, "nothing was done to this entry that could be reverted"))?
            }
            None => self.draft.resolve(id, self.standpoint())?,
        };
        match &self.draft.commits(target).action {
            Action::Append(..) => return Err(refuse(id, "it is an append; use delete to take its entry out")),
            Action::Other(other) if matches!(**other, OtherAction::Merge { .. }) => {
                return Err(refuse(id, "it is a merge; use reset or undo"));
            }
            _ => {}
        }
        match lineage.is_active(target) {
            Some(true) => Ok(target),
            Some(false) => Err(refuse(id, "it is not active any more")),
            None => Err(refuse(id, format!("it is not in the history of branch {}", quoted(self.branch)))),
        }
    }

    /// The slot of an entry that is in the view of the branch.
    pub(super) fn in_view(&self, id: &str) -> Result<Slot> {
        let entry = self.entry(id)?;
        let lineage = self.draft.lineage(self.head());
        let slot = lineage.slot(entry);
        let slot =
            slot.ok_or_else(|| refuse(id, format!("it is not in the history of branch {}", quoted(self.branch))))?;
        let by = |ix: CommitIx| self.draft.commits(ix).hash;
        match slot.status {
            Status::Live => Ok(*slot),
            Status::Deleted(commit) => Err(refuse(id, format!("it was deleted by {}; revert that first", by(commit)))),
            Status::Compacted(commit) => {
                Err(refuse(id, format!("it was compacted by {}; revert that first", by(commit))))
            }
            Status::Withdrawn => Err(refuse(id, "it lost a merge, or is a summary whose compaction was reverted")),
        }
    }

    /// The entry of this id, or that the commit of this hash added.
    pub(super) fn entry(&self, id: &str) -> Result<EntryIx> {
        if let Some(entry) = self.draft.find_entry(id) {
            return Ok(entry);
        }
        let commit = self.draft.resolve(id, self.standpoint()).map_err(|error| match *error {
            Error::CommitNotFound { .. } => refuse(id, "there is no such entry"),
            _ => error,
        })?;
        let row = self.draft.commits(commit);
        match (&row.action, row.entry()) {
            (Action::Append(entry, _), _) => Ok(*entry),
            (action, Some(entry)) => {
                let kind = if matches!(action, Action::Other(_)) { "a compaction" } else { "itself an edit or delete" };
                Err(refuse(id, format!("it is {kind}; name its entry {} instead", self.draft.entries(entry).id)))
            }
            _ => Err(refuse(id, "it is a merge or revert, which has no entry")),
        }
    }
}
