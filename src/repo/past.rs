//! What a repository leaves in its store: old rows that nothing in view needs, once a checkpoint has them. Who asks
//! about the past has all of them brought back, and they stay as long as it is asked about.

use super::Repository;
use super::load::CHECKPOINT_EVERY;
use super::turn::after_others;
use crate::collections::{Map, Set};
use crate::error::{Result, StoreError};
use crate::state::State;
use crate::state::arena::EntryIx;
use crate::state::checkpoint::FirstRows;
use crate::state::lineage::Lineage;
use crate::store::{Pending, ready};
use crate::tokens::NullCounter;
use crate::view::counts::Counts;
use crate::view::over;
use crate::view::pair::Source;

/// As long as this lives nothing is left out.
pub struct Past<'a>(&'a Repository);

impl Drop for Past<'_> {
    fn drop(&mut self) {
        self.0.pasts.set(self.0.pasts.get() - 1);
    }
}

/// Somebody who waits for the past, or for those who do.
pub(super) struct Waits<'a>(&'a Repository);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.set(self.0.waiting.get() - 1);
    }
}

impl Repository {
    /// Brings back what was left out, and keeps it while the guard lives.
    ///
    /// # Errors
    /// `Corrupt`, `VersionTooNew` and whatever the store says.
    pub fn past(&self) -> Pending<'_, Result<Past<'_>>> {
        self.asked.set(true);
        let past = self.hold();
        if !self.read(|state| state.is_shallow()) {
            return ready(Ok(past));
        }
        Box::pin(async move {
            self.enter().await?;
            Ok(past)
        })
    }

    /// Goes on once those go on that were called before and wait for the past: calls keep their order.
    pub fn in_order(&self) -> Pending<'_, ()> {
        if self.waiting.get() == 0 {
            return ready(());
        }
        Box::pin(async {
            let _ = self.enter().await; // what fails is told to who asked for it
        })
    }

    /// Brings back what was left out, behind all who wait for it.
    pub(super) fn enter(&self) -> Pending<'_, Result<()>> {
        let others = self.waiting.get();
        self.waiting.set(others + 1);
        let waits = Waits(self);
        Box::pin(async move {
            let _waits = waits;
            if others > 0 {
                after_others().await; // who was called by the last one goes first
            }
            let _turn = self.returning.take_unless(|| false).await;
            self.bring_back().await
        })
    }

    /// What reading gives, and whether it asked for anything that is left out: then it is of no use.
    pub(super) fn misses<T>(&self, read: impl FnOnce() -> T) -> (T, bool) {
        let misses = || self.read(|state| state.misses());
        let before = misses();
        (read(), misses() != before)
    }

    /// Reads, again where something was asked for that is left out.
    pub(super) async fn read_whole<T>(&self, read: &dyn Fn(&State<'_>) -> Result<T>) -> Result<T> {
        let (found, missed) = self.misses(|| self.read(read));
        if !missed {
            return found;
        }
        self.bring_back().await?;
        self.read(read)
    }

    /// Keeps what is here while the guard lives.
    pub(super) fn hold(&self) -> Past<'_> {
        self.pasts.set(self.pasts.get() + 1);
        Past(self)
    }

    /// Brings back what was left out. Who holds what is here keeps it.
    pub(super) fn bring_back(&self) -> Pending<'_, Result<()>> {
        self.asked.set(true);
        if !self.read(|state| state.is_shallow()) {
            return ready(Ok(()));
        }
        Box::pin(async move {
            let mut whole = self.fold(false).await?.state;
            let mut state = self.state.borrow_mut();
            if state.journal().seq > whole.journal().seq {
                return Err(StoreError::corrupt("the journal ends before what was read of it".to_owned()).into());
            }
            if state.is_shallow() {
                whole.succeed(&state);
                *state = whole;
                self.states.set(self.states.get() + 1);
            }
            Ok(())
        })
    }

    /// Leaves out what the checkpoint that was just written has, where nobody asked about the past since the last one.
    pub(super) fn leave_out(&self, mut firsts: FirstRows) {
        if (self.asked.take() && !cfg!(feature = "tiny")) || self.pasts.get() > 0 {
            return;
        }
        // Views that lie a little behind find the way to their branch's head.
        let near = firsts.commits.saturating_sub(CHECKPOINT_EVERY as usize);
        firsts.commits = firsts.commits.min(self.read(|state| self.views.borrow_mut().forget_before(state, near)));
        self.states.set(self.states.get() + 1);
        let also = self.stood_on();
        self.state.borrow_mut().leave_out(firsts, &|state, lineage| over(state, lineage), &also);
    }
}

/// The compacted entries of a lineage on which no message depends.
fn over(state: &State<'_>, lineage: &Lineage) -> Set<EntryIx> {
    let recounted = Map::default();
    let counts = Counts::new(&NullCounter, &recounted);
    over::over(Source { state, counts: &counts, until: u64::MAX }, lineage)
}
