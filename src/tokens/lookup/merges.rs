//! Which token two tokens merge to: an open-addressing table, all three ids in an entry.

#![allow(clippy::indexing_slicing, reason = "a table of 2^n, indexed by n bits: the compiler sees it")]

use super::{NONE, table};
use crate::tokens::vocabulary::TokenId;

const BITS: u32 = 18;
const ID_BITS: u32 = 18;
const HASH_BITS: u32 = 20;

/// A free slot: more bits than three ids have.
const EMPTY: u64 = u64::MAX;

/// The table.
pub struct Merges {
    entries: Box<[u64; 1 << BITS]>,
    /// A bit for each hash that an entry has: most pairs that are asked for do not merge, and this
    /// fits into a cache where the entries do not.
    hashes: Box<[u64; 1 << (HASH_BITS - 6)]>,
}

impl Merges {
    pub fn new() -> Self {
        Self { entries: table(EMPTY), hashes: table(0) }
    }

    /// The token that `left` and `right` merge to; [`NONE`] if they do not.
    #[inline(always)]
    pub fn find(&self, left: TokenId, right: TokenId) -> TokenId {
        let key = key(left, right);
        let hash = hash(key);
        if (self.hashes[hash >> 6] >> (hash & 63)) & 1 == 0 {
            return NONE;
        }
        let mut slot = hash >> (HASH_BITS - BITS);
        loop {
            let entry = self.entries[slot];
            if entry >> ID_BITS == key {
                return entry as TokenId % (1 << ID_BITS);
            }
            if entry == EMPTY {
                return NONE;
            }
            slot = (slot + 1) % (1 << BITS);
        }
    }

    /// Adds a merge. There are fewer than slots.
    #[inline(always)]
    pub fn insert(&mut self, left: TokenId, right: TokenId, id: TokenId) {
        let key = key(left, right);
        let hash = hash(key);
        self.hashes[hash >> 6] |= 1 << (hash & 63);
        let mut slot = hash >> (HASH_BITS - BITS);
        while self.entries[slot] != EMPTY {
            slot = (slot + 1) % (1 << BITS);
        }
        self.entries[slot] = key << ID_BITS | u64::from(id);
    }
}

#[inline(always)]
fn key(left: TokenId, right: TokenId) -> u64 {
    u64::from(left) << ID_BITS | u64::from(right)
}

#[inline(always)]
fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)) as usize
}
