//! Compaction: entries leave the view, and a summary stands where the first of them stood.

use super::batch::apply;
use super::change::refuse;
use super::commit::Change;
use super::{Attributes, NewPayload, Outcome, Planner};
use crate::collections::{Map, Set};
use crate::error::{Error, Result};
use crate::hash::ContentHash;
use crate::model::annotation::Priority;
use crate::model::commit::EntryOperation;
use crate::model::id::EntryId;
use crate::state::State;
use crate::state::arena::EntryIx;
use crate::state::lineage::{Slot, Status};
use crate::tokens::NullCounter;
use crate::view::counts::Counts;
use crate::view::pair::{Pairing, Source, Unit};

/// Entries to compact, and what is to stand for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Compact {
    /// The summary's entry.
    pub id: EntryId,
    /// The entries. Their order does not matter.
    pub targets: Vec<String>,
    /// What each target said when the summary was made of it; then it must say so still, and its priority
    /// be `normal`. Empty: whatever they say.
    pub basis: Vec<ContentHash>,
    /// A payload of type `summary`.
    pub summary: NewPayload,
    /// The commit's other fields.
    pub attributes: Attributes,
}

impl Planner<'_> {
    /// Compacts some runs of entries, all or none.
    ///
    /// # Errors
    /// `EditTarget` where a target is not in the view of the branch, is pinned, belongs to the current turn
    /// or to a step that is not compacted whole; `Conflict` where a target is not what the summary was made
    /// of; `DuplicateId`; `Validation` where nothing is to be compacted, or into no summary.
    pub(super) fn compact(&self, runs: &[Compact]) -> Result<Outcome> {
        let mut all = Outcome::default();
        let mut draft = State::over(self.draft);
        for run in runs {
            let outcome = Planner { draft: &draft, ..*self }.compact_run(run)?;
            apply(&mut draft, &outcome, self.when)?;
            all.extend(outcome);
        }
        Ok(all)
    }

    fn compact_run(&self, run: &Compact) -> Result<Outcome> {
        let Compact { id, summary, attributes, .. } = run;
        if &*summary.content_type != "summary" {
            let message = format!("entries are compacted into a summary, found content type {}", summary.content_type);
            return Err(Box::new(Error::Validation { pointer: "/payload/contentType".to_owned(), message }));
        }
        self.draft.check_taken(&summary.hash)?;
        if let Some(entry) = self.draft.find_entry(id) {
            let first = self.draft.commits(self.draft.entries(entry).first).content();
            let same = first.is_some_and(|ix| self.draft.contents(ix).hash == summary.hash);
            if !same || self.draft.lineage(self.head()).slot(entry).is_some() {
                return Err(Box::new(Error::DuplicateId { id: id.to_string() }));
            }
        }
        let targets = self.compactable(run)?;
        let id_of = |entry: &EntryIx| self.draft.entries(*entry).id.as_ref().into();
        Ok(self.commit(Change {
            operation: EntryOperation::Compact { targets: targets.iter().map(id_of).collect() },
            id: Some(id.clone()),
            entry: Some(id.clone()),
            payload: Some(summary),
            copy: None,
            attributes,
        }))
    }

    /// The targets in reading order.
    fn compactable(&self, run: &Compact) -> Result<Vec<EntryIx>> {
        let mut targets: Set<EntryIx> = Set::default();
        for (place, id) in run.targets.iter().enumerate() {
            let slot = self.in_view(id)?;
            let content = self.draft.contents(slot.content);
            let priority = self.draft.priority_of(slot.entry, content);
            let is_as_it_was = |basis: &ContentHash| {
                *basis == content.hash && priority == Priority::Normal && !self.draft.is_erased(slot.content)
            };
            match run.basis.get(place) {
                Some(basis) if !is_as_it_was(basis) => {
                    let message = format!("entry {id} changed after its summary was made; compress again");
                    return Err(Error::conflict(message));
                }
                _ if priority == Priority::Pinned => return Err(refuse(id, "it is pinned; unpin it first")),
                _ => drop(targets.add(slot.entry)),
            }
        }
        if targets.is_empty() {
            return Err(Error::invalid("a compaction takes at least one entry"));
        }
        let lineage = self.draft.lineage(self.head());
        let recounted = Map::default();
        let counts = Counts::new(&NullCounter, &recounted);
        let pairing = Pairing::of(Source { state: self.draft, counts: &counts, until: u64::MAX }, &lineage);
        let tail = pairing.tail(0);
        for unit in pairing.units() {
            self.check_unit(unit, &targets, tail)?;
        }
        let slots = lineage.slots().iter();
        Ok(slots.map(|slot| slot.entry).filter(|entry| targets.contains(entry)).collect())
    }

    /// Checks that a unit is not of the current turn, and a step compacted whole, if at all.
    fn check_unit(&self, unit: &Unit, targets: &Set<EntryIx>, tail: u32) -> Result<()> {
        let target = |slot: &Slot| targets.contains(&slot.entry);
        let members = || unit.slots().filter(|slot| slot.status == Status::Live);
        let Some(found) = members().find(|slot| target(slot)) else { return Ok(()) };
        let id = |slot: &Slot| &*self.draft.entries(slot.entry).id;
        if unit.last_place >= tail {
            return Err(refuse(id(found), "it belongs to the current turn, which begins with the user's last message"));
        }
        match members().find(|slot| !target(slot)).filter(|_| !unit.calls.is_empty()) {
            Some(other) => {
                let reason = format!("it is part of a step, and so is {}; compact the whole step", id(other));
                Err(refuse(id(found), reason))
            }
            None => Ok(()),
        }
    }
}
