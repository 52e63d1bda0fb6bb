//! The merges that few texts need: read block by block, into a table that grows with them.

use super::table::NONE;
use crate::tokens::asset::{Asset, Pair, SINGLE_BYTES};
use crate::tokens::error::TokenError;
use crate::tokens::names::TokenId;

const ID_BITS: u32 = 18;

/// A free slot: an entry has the id that is made, which is no single byte.
const EMPTY: u64 = 0;

/// The slots that a table begins with: a few lines of text need no more.
const SLOTS: usize = 1 << 13;

/// The merges of some blocks.
pub struct Few {
    asset: Asset,
    /// By block: whether its merges are here.
    read: Box<[bool]>,
    entries: Vec<u64>,
    len: usize,
}

impl Few {
    pub fn new(asset: Asset) -> Self {
        let read = vec![false; asset.blocks()].into();
        Self { asset, read, entries: Vec::new(), len: 0 }
    }

    /// The token that `left` and `right` merge to; [`NONE`] if they do not. Reads the block where that stands, unless it
    /// was read.
    pub fn find(&mut self, left: TokenId, right: TokenId) -> TokenId {
        let Some(block) = self.asset.block_of(right) else { return NONE };
        if let Some(read) = self.read.get_mut(block)
            && !*read
        {
            *read = true;
            self.read(block);
        }
        let key = key(left, right);
        match self.entries.get(self.slot(key)) {
            Some(&entry) if entry != EMPTY => entry as TokenId % (1 << ID_BITS),
            _ => NONE,
        }
    }

    #[inline(never)]
    fn read(&mut self, block: usize) {
        let mut merges = Vec::new();
        // What is wrong in a block is left out; `read_all` tells of it.
        let _ = self.asset.read_block(block, &mut merges);
        self.len += merges.len();
        if 2 * self.len > self.entries.len() {
            let slots = (4 * self.len).next_power_of_two().max(SLOTS);
            let before = std::mem::replace(&mut self.entries, vec![EMPTY; slots]);
            before.into_iter().filter(|&entry| entry != EMPTY).for_each(|entry| self.insert(entry));
        }
        for (id, (left, right)) in merges {
            self.insert(key(left, right) << ID_BITS | u64::from(id));
        }
    }

    #[inline(always)]
    fn insert(&mut self, entry: u64) {
        let slot = self.slot(entry >> ID_BITS);
        if let Some(free) = self.entries.get_mut(slot) {
            *free = entry;
        }
    }

    /// The slot of this key, or the free one where it would be. At least half of all slots are free.
    #[inline(always)]
    fn slot(&self, key: u64) -> usize {
        let last = self.entries.len().wrapping_sub(1);
        let mut slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & last;
        while self.entries.get(slot).is_some_and(|&entry| entry != EMPTY && entry >> ID_BITS != key) {
            slot = (slot + 1) & last;
        }
        slot
    }

    /// Reads all blocks. Gives the halves of the tokens from [`SINGLE_BYTES`] on.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] at the first merge that makes no later token of two earlier ones.
    pub fn read_all(&self) -> Result<Vec<Option<Pair>>, TokenError> {
        let mut all = vec![None; self.asset.ids() - SINGLE_BYTES];
        let mut merges = Vec::new();
        for block in 0..self.asset.blocks() {
            merges.clear();
            self.asset.read_block(block, &mut merges)?;
            list(&merges, &mut all);
        }
        Ok(all)
    }
}

/// Puts the merges of a block where their ids are.
#[inline(never)]
fn list(merges: &[(TokenId, Pair)], all: &mut [Option<Pair>]) {
    for &(id, halves) in merges {
        if let Some(pair) = all.get_mut(id as usize - SINGLE_BYTES) {
            *pair = Some(halves);
        }
    }
}

#[inline(always)]
fn key(left: TokenId, right: TokenId) -> u64 {
    u64::from(left) << ID_BITS | u64::from(right)
}
