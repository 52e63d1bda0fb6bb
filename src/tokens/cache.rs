//! Counts of pieces that were merged before.
//!
//! Direct-mapped: each piece has one slot, and the later one keeps it. Keys are the pieces
//! themselves, so a hit is exact.

#![allow(clippy::indexing_slicing, reason = "tables of 2^n, indexed by n bits: the compiler sees it")]

use super::lookup::table;
use super::window::{low_bytes, word};

const FACTOR_1: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR_2: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// A piece of at most `8 * WORDS - 1` bytes: its bytes, zeros, and its length in the last byte.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> Key<WORDS> {
    /// The longest piece of such a key.
    const MAX_BYTES: usize = 8 * WORDS - 1;

    /// The key of the first `len` bytes of `rest`; `len` is at most [`Self::MAX_BYTES`].
    #[inline(always)]
    fn new(rest: &[u8], len: usize) -> Self {
        let mut words = [0; WORDS];
        for (i, slot) in words.iter_mut().enumerate() {
            if len > 8 * i {
                *slot = low_bytes(word(rest, 8 * i), len - 8 * i);
            }
        }
        words[WORDS - 1] |= (len as u64) << 56;
        Self(words)
    }

    #[inline(always)]
    fn slot<const SLOTS: usize>(&self) -> usize {
        let mixed = self
            .0
            .iter()
            .fold(0u64, |hash, &word| (hash.rotate_left(23) ^ word.wrapping_mul(FACTOR_2)).wrapping_mul(FACTOR_1));
        (mixed >> (64 - SLOTS.trailing_zeros())) as usize % SLOTS
    }
}

/// A cache of `SLOTS` counts, a power of two.
struct Cache<const WORDS: usize, const SLOTS: usize> {
    keys: Box<[Key<WORDS>; SLOTS]>,
    counts: Box<[u8; SLOTS]>,
}

impl<const WORDS: usize, const SLOTS: usize> Cache<WORDS, SLOTS> {
    /// An empty cache. No piece is empty, so no key is all zeros.
    fn new() -> Self {
        Self { keys: table(Key([0; WORDS])), counts: table(0) }
    }

    /// The count of the piece of `key`; if it is not there, what `count` gives, which is kept. A
    /// piece has no more tokens than bytes, so a byte holds the count.
    #[inline(always)]
    fn count_or_insert(&mut self, key: Key<WORDS>, count: impl FnOnce() -> u32) -> u32 {
        let slot = key.slot::<SLOTS>();
        if self.keys[slot] == key {
            return u32::from(self.counts[slot]);
        }
        let count = count();
        self.keys[slot] = key;
        self.counts[slot] = count as u8;
        count
    }
}

/// Caches for pieces of two lengths.
pub struct Caches<const SHORT: usize, const LONG: usize> {
    short: Cache<2, SHORT>,
    long: Cache<4, LONG>,
}

impl<const SHORT: usize, const LONG: usize> Caches<SHORT, LONG> {
    /// Empty caches.
    pub fn new() -> Self {
        Self { short: Cache::new(), long: Cache::new() }
    }

    /// The count of the piece that is the first `len` bytes of `rest`: what is kept, or what `count` gives.
    #[inline(always)]
    pub fn count(&mut self, rest: &[u8], len: usize, count: impl FnOnce() -> u32) -> u32 {
        if len <= Key::<2>::MAX_BYTES {
            self.short.count_or_insert(Key::new(rest, len), count)
        } else if len <= Key::<4>::MAX_BYTES {
            self.long.count_or_insert(Key::new(rest, len), count)
        } else {
            count()
        }
    }
}
