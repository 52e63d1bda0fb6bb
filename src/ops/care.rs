//! Taking payloads away: those that nothing needs, and those that must not be there.

use super::{Outcome, Planner};
use crate::collections::occurs;
use crate::error::{Error, Result};
use crate::hash::{CommitHash, ContentHash};
use crate::json::{ToJson, Value};
use crate::model::record::{ErasedRecord, FreedRecord, Record};
use crate::state::arena::Ix;

/// Objects to free, as they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Free {
    /// Their hashes.
    pub hashes: Vec<ContentHash>,
    /// Commits whose history is needed, besides those of branches and tags.
    pub keep: Vec<CommitHash>,
    /// What a branch stood on at this time or later is needed: UTC milliseconds.
    pub since: i64,
    /// How many commits there were when it was found out that no payload mentions the objects which
    /// are no payloads themselves.
    pub commits: usize,
}

/// An object to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erase {
    /// Its hash.
    pub hash: ContentHash,
    /// Why.
    pub reason: String,
    /// Whether the store has it.
    pub stored: bool,
    /// Objects that show it and are no payloads: they go with it.
    pub with: Vec<ContentHash>,
}

impl Planner<'_> {
    /// Takes away those of the objects that are still not needed.
    pub(super) fn free(&self, free: &Free) -> Outcome {
        let needed = self.draft.needed(&free.keep, free.since);
        let files = self.draft.files_of(&|ix| needed.get(ix.row()) == Some(&true));
        let unneeded = |hash: &ContentHash| match self.draft.find_content(hash) {
            _ if files.has(hash) => false,
            Some(ix) => self.draft.gone(hash).is_some() || needed.get(ix.row()) == Some(&false),
            None => self.draft.commit_count() == free.commits,
        };
        // Proposals name objects of which no commit knows yet.
        let objects = |(_, value): &(&str, &Value)| Some(value.get("objects")?.to_json());
        let settings: Vec<_> = self.draft.notes(None).iter().filter_map(objects).collect();
        let named = |hash: &ContentHash| settings.iter().any(|text| occurs(&hash.to_hex(), text));
        let contents: Vec<_> = free.hashes.iter().copied().filter(|hash| unneeded(hash) && !named(hash)).collect();
        if contents.is_empty() {
            return Outcome::default();
        }
        Outcome::record(Record::Freed(FreedRecord { contents }))
    }

    /// Takes an object away for good. One that was erased is taken away again only where it is there.
    ///
    /// # Errors
    /// `CommitNotFound` where nobody knows it.
    pub(super) fn erase(&self, erase: &Erase) -> Result<Outcome> {
        let Erase { hash, reason, stored, with } = erase;
        let mut records = Vec::new();
        if !with.is_empty() {
            records.push(Record::Freed(FreedRecord { contents: with.clone() }));
        }
        let erased = self.draft.erasure(hash).is_some();
        if !stored && !erased && self.draft.find_content(hash).is_none() {
            return Err(Box::new(Error::CommitNotFound { reference: hash.to_hex() }));
        }
        if *stored || !erased {
            records.push(Record::Erased(ErasedRecord { hash: *hash, reason: reason.clone() }));
        }
        Ok(Outcome { records, ..Outcome::default() })
    }

    /// Checks that branches and tags are moved only to where no payload was freed.
    ///
    /// # Errors
    /// `ContentGone`.
    pub(super) fn check_refs(&self, outcome: &Outcome) -> Result<()> {
        for record in &outcome.records {
            if let Record::Branch(change) | Record::Tag(change) = record
                && let Some(commit) = change.new.and_then(|hash| self.draft.find_commit(&hash))
            {
                self.draft.check_intact(commit)?;
            }
        }
        Ok(())
    }
}
