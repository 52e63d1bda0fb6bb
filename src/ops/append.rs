//! Adding an entry.

use super::commit::Change;
use super::{Append, Elsewhere, Outcome, Planner};
use crate::error::{Error, Result};
use crate::model::commit::EntryOperation;

impl Planner<'_> {
    /// Adds an entry at the end of the branch. The same id with the same payload is a retry, and gives
    /// what the first time gave; on a branch that does not have the entry yet, it adds it there.
    ///
    /// # Errors
    /// `DuplicateId` where an entry of this id was added with another payload; `ErasedContent`.
    pub(super) fn append(&self, append: &Append) -> Result<Outcome> {
        self.draft.check_taken(&append.payload.hash)?;
        if let Some(entry) = self.draft.find_entry(&append.id) {
            let first = self.draft.entries(entry).first;
            let content = self.draft.commits(first).content().map(|ix| self.draft.contents(ix).hash);
            let lineage = self.draft.lineage(self.head());
            let slot = lineage.slot(entry);
            let same = content == Some(append.payload.hash);
            if !same && (slot.is_some() || append.elsewhere == Elsewhere::Same) {
                return Err(Box::new(Error::DuplicateId { id: append.id.to_string() }));
            }
            if let Some(slot) = slot {
                return Ok(Outcome { receipts: vec![self.receipt(slot.commit)], ..Outcome::default() });
            }
        }
        Ok(self.commit(Change {
            operation: EntryOperation::Append,
            id: Some(append.id.clone()),
            entry: Some(append.id.clone()),
            payload: Some(&append.payload),
            copy: None,
            attributes: &append.attributes,
        }))
    }
}
