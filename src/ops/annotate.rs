//! Priorities of entries.

use super::{Outcome, Planner};
use crate::error::Result;
use crate::model::annotation::{Annotation, Priority};
use crate::model::record::Record;
use crate::state::arena::EntryIx;

impl Planner<'_> {
    /// Sets an entry's priority, in every branch.
    ///
    /// # Errors
    /// `EditTarget` where there is no such entry.
    pub(super) fn annotate(&self, id: &str, priority: Priority, reason: Option<&str>) -> Result<Outcome> {
        let entry = self.entry(id)?;
        let unchanged = self.priority(entry) == priority && reason.is_none();
        if unchanged {
            return Ok(Outcome::default());
        }
        Ok(Outcome::record(self.annotation(entry, priority, reason)))
    }

    /// The priority that an entry was given.
    pub(super) fn priority(&self, entry: EntryIx) -> Priority {
        let latest = self.draft.latest_annotation(entry).map(|ix| self.draft.annotations(ix).annotation.priority);
        latest.unwrap_or(Priority::Unset)
    }

    /// An annotation that is newer than all on the entry.
    pub(super) fn annotation(&self, entry: EntryIx, priority: Priority, reason: Option<&str>) -> Record {
        let latest = self.draft.latest_annotation(entry).map(|ix| self.draft.annotations(ix).annotation.created_at);
        Record::Annotation(Annotation {
            author: self.author.cloned(),
            created_at: latest.map_or(self.now, |latest| self.now.max(latest.saturating_add(1))),
            priority,
            reason: reason.map(str::to_owned),
            target: self.draft.entries(entry).id.clone(),
        })
    }
}
