//! The lineages that were used last: the heads of the branches people work on.

use std::rc::Rc;

use super::State;
use super::arena::{CommitIx, Ix};
use super::lineage::Lineage;

const KEPT: usize = 4;

/// Lineages, the one used last at the end.
#[derive(Debug, Default)]
pub struct Lineages {
    kept: Vec<Rc<Lineage>>,
    epochs: u64,
}

impl Lineages {
    /// Goes on from others: no epoch comes twice.
    pub(super) fn go_on(&mut self, others: &Self) {
        self.epochs = self.epochs.max(others.epochs);
    }
}

impl State<'_> {
    /// The lineages that were used last, which are kept no longer.
    pub(super) fn take_lineages(&self) -> Vec<Rc<Lineage>> {
        std::mem::take(&mut self.tables.lineages.borrow_mut().kept)
    }

    /// Keeps these in place of those that were used last.
    pub(super) fn keep_lineages(&self, lineages: Vec<Lineage>) {
        let cache = &mut *self.tables.lineages.borrow_mut();
        for mut lineage in lineages {
            cache.epochs += 1;
            lineage.set_epoch(cache.epochs << 32);
            cache.kept.push(Rc::new(lineage));
        }
    }

    /// The lineage of a commit. A lineage that was used before is advanced; nobody should hold on to
    /// the one returned while the repository goes on, or advancing has to copy it.
    pub fn lineage(&self, head: Option<CommitIx>) -> Rc<Lineage> {
        let below = self.parent.filter(|parent| head.is_none_or(|head| head.row() < parent.commit_count()));
        if let Some(parent) = below {
            return parent.lineage(head);
        }
        let mut cache = self.tables.lineages.borrow_mut();
        let misses = self.misses();
        let lineage = match cache.kept.iter().position(|kept| kept.head() == head) {
            Some(found) => cache.kept.remove(found),
            None => self.make_lineage(head, &mut cache),
        };
        if self.misses() != misses {
            return lineage; // of no use
        }
        cache.kept.push(lineage.clone());
        if cache.kept.len() > KEPT {
            cache.kept.remove(0);
        }
        lineage
    }

    fn make_lineage(&self, head: Option<CommitIx>, cache: &mut Lineages) -> Rc<Lineage> {
        let Some(head) = head else { return Rc::new(self.fresh_lineage(None, cache)) };
        let nearest =
            cache.kept.iter().enumerate().filter(|(_, kept)| kept.head().is_some() && kept.leads_to(self, head));
        let nearest = nearest.max_by_key(|(_, kept)| kept.head().map(|ix| self.commits(ix).height));
        let Some((found, _)) = nearest else {
            return Rc::new(match self.parent {
                // A draft goes on from a copy of what lies below it.
                Some(parent) => self.continued(parent, head).unwrap_or_else(|| self.fresh_lineage(Some(head), cache)),
                None => self.fresh_lineage(Some(head), cache),
            });
        };
        let mut lineage = cache.kept.remove(found);
        let still_needed = lineage.head().is_some_and(|ix| self.is_head(ix));
        if still_needed {
            cache.kept.push(lineage.clone());
        }
        let shared = Rc::get_mut(&mut lineage).is_none();
        let advanced = Rc::make_mut(&mut lineage);
        if shared {
            cache.epochs += 1;
            advanced.set_epoch(cache.epochs << 32);
        }
        advanced.advance(self, head);
        lineage
    }

    fn fresh_lineage(&self, head: Option<CommitIx>, cache: &mut Lineages) -> Lineage {
        let mut lineage = Lineage::of(self, head);
        cache.epochs += 1;
        lineage.set_epoch(cache.epochs << 32);
        lineage
    }

    fn continued(&self, parent: &State<'_>, head: CommitIx) -> Option<Lineage> {
        let base = self.first_parents(Some(head)).find(|ix| ix.row() < parent.commit_count())?;
        let mut lineage = (*parent.lineage(Some(base))).clone();
        lineage.advance(self, head);
        Some(lineage)
    }
}
