//! Time and chance, from outside: the core has no clock and no randomness of its own.

use std::cell::Cell;

use super::Repository;
use crate::model::id::{EntryId, UlidMaker};
use crate::store::{Incarnation, Pending, ready};

/// Time and chance.
pub trait Environment {
    /// UTC milliseconds.
    fn now(&self) -> i64;

    /// Fills `bytes` with randomness fit for names that nobody can guess.
    fn random(&self, bytes: &mut [u8]);

    /// Returns after some milliseconds.
    fn sleep(&self, milliseconds: u64) -> Pending<'_, ()>;
}

/// For tests and replays: time stands still but for sleeping, chance follows from a seed.
#[derive(Debug, Default)]
pub struct ManualEnvironment {
    now: Cell<i64>,
    seed: Cell<u64>,
}

impl ManualEnvironment {
    /// An environment at `now`, UTC milliseconds.
    pub fn new(now: i64, seed: u64) -> Self {
        Self { now: Cell::new(now), seed: Cell::new(seed) }
    }

    /// Lets time pass.
    pub fn advance(&self, milliseconds: i64) {
        self.now.set(self.now.get() + milliseconds);
    }
}

impl Environment for ManualEnvironment {
    fn now(&self) -> i64 {
        self.now.get()
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    fn random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let seed = self.seed.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
            self.seed.set(seed);
            let mixed = (seed ^ seed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (mixed ^ mixed >> 31) as u8;
        }
    }

    fn sleep(&self, milliseconds: u64) -> Pending<'_, ()> {
        self.advance(milliseconds as i64);
        ready(())
    }
}

const BLOCK: usize = 1000;

/// What ids are made of: randomness that was fetched in blocks, and the last one made.
#[derive(Debug, Default)]
pub(super) struct IdMaker {
    ulids: UlidMaker,
    block: Vec<u8>,
    used: usize,
}

impl IdMaker {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let chance = self.block.get(self.used..)?.first_chunk().copied()?;
        self.used += N;
        Some(chance)
    }
}

/// Time and chance come from callbacks, which may call back: they are asked before anything is borrowed.
impl Repository {
    /// A ULID of this time.
    pub(super) fn make_id(&self, now: i64) -> EntryId {
        let chance = self.chance();
        self.ids.borrow_mut().ulids.make(now, chance)
    }

    pub(super) fn make_incarnation(&self) -> Incarnation {
        Incarnation(u64::from_le_bytes(self.chance()))
    }

    fn chance<const N: usize>(&self) -> [u8; N] {
        let kept = self.ids.borrow_mut().take();
        kept.unwrap_or_else(|| {
            let mut block = vec![0; BLOCK];
            self.settings.environment.random(&mut block);
            let mut ids = self.ids.borrow_mut();
            (ids.block, ids.used) = (block, 0);
            ids.take().unwrap_or([0; N])
        })
    }
}
