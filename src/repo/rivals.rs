//! Others who write the same repository. Who has just won a race knows the newest entry before everybody
//! else, and would win the next one too: so, while others write, a winner lets them try first, and then
//! asks the store what is new as they have to.

use std::cell::Cell;

/// Others wrote lately: within as many entries, and as many milliseconds.
const LATELY: (u64, i64) = (64, 5000);
/// The longest that a winner waits, in milliseconds: under load a write takes long because it waits.
const LONGEST: i64 = 10;

/// What is known of them.
#[derive(Debug, Default)]
pub(super) struct Rivals {
    /// The last entry known to be theirs, and when that was learnt.
    last: Cell<Option<(u64, i64)>>,
    /// How long the write took that was won last, in milliseconds; none where the pause was made.
    won: Cell<Option<i64>>,
}

impl Rivals {
    /// They wrote, this entry at the latest.
    pub fn wrote(&self, seq: u64, now: i64) {
        self.last.set(Some((seq, now)));
    }

    /// A write of ours was stored.
    pub fn won(&self, took: i64) {
        self.won.set(Some(took));
    }

    /// How long to wait before the next write, in milliseconds. They need about two calls of the store:
    /// one that reads what was written, one that writes.
    pub fn pause(&self, seq: u64, now: i64) -> Option<u64> {
        let took = self.won.take()?;
        let (last, at) = self.last.get()?;
        let (entries, milliseconds) = LATELY;
        let near = seq < last + entries && now < at + milliseconds;
        near.then(|| (2 * took).clamp(0, LONGEST).unsigned_abs())
    }
}
