//! Which token two tokens merge to: an open-addressing table, all three ids in an entry.
//!
//! Merges are put into it block by block, each when a right half of it is first asked for: who counts little needs few
//! of them.

#![allow(clippy::indexing_slicing, reason = "tables of 2^n, indexed by n bits: the compiler sees it")]

use std::cell::{Cell, RefCell};

use super::table::{NONE, table};
use crate::tokens::asset::{Asset, Pair, SINGLE_BYTES};
use crate::tokens::error::TokenError;
use crate::tokens::names::TokenId;

const BITS: u32 = 18;
const ID_BITS: u32 = 18;
const HASH_BITS: u32 = 20;

/// A free slot: more bits than three ids have.
const EMPTY: u64 = u64::MAX;

/// The table.
pub struct Merges {
    entries: Box<[Cell<u64>; 1 << BITS]>,
    /// A bit for each hash that an entry has: most pairs that are asked for do not merge, and this
    /// fits into a cache where the entries do not.
    hashes: Box<[Cell<u64>; 1 << (HASH_BITS - 6)]>,
    /// The tokens of two bytes, by these.
    pairs: Box<[Cell<TokenId>; 1 << 16]>,
    /// The bytes of the first tokens.
    singles: [u8; SINGLE_BYTES],
    /// Where merges come from, until all are here.
    asset: RefCell<Option<Asset>>,
    /// By block: whether its merges are here.
    read: Box<[Cell<bool>]>,
    /// How many blocks are not.
    unread: Cell<usize>,
}

impl Merges {
    pub fn new(asset: Asset) -> Self {
        let mut singles = [0; SINGLE_BYTES];
        singles.iter_mut().zip(asset.singles()).for_each(|(single, byte)| *single = byte);
        Self {
            entries: table(Cell::new(EMPTY)),
            hashes: table(Cell::new(0)),
            pairs: table(Cell::new(NONE)),
            singles,
            read: vec![Cell::new(false); asset.blocks()].into(),
            unread: Cell::new(asset.blocks()),
            asset: RefCell::new(Some(asset)),
        }
    }

    /// The token that `left` and `right` merge to; [`NONE`] if they do not.
    #[inline(always)]
    pub fn find(&self, left: TokenId, right: TokenId) -> TokenId {
        let id = self.find_read(left, right);
        if id == NONE && self.unread.get() > 0 { self.find_unread(left, right) } else { id }
    }

    #[inline(never)]
    fn find_unread(&self, left: TokenId, right: TokenId) -> TokenId {
        if self.read_for(right) { self.find_read(left, right) } else { NONE }
    }

    /// The token of two bytes, of which `right` is the token of the second; [`NONE`] if there is none.
    #[inline(always)]
    pub fn pair(&self, first: u8, second: u8, right: TokenId) -> TokenId {
        let pair = &self.pairs[pair_index(first, second)];
        if pair.get() == NONE && self.unread.get() > 0 {
            self.read_for(right);
        }
        pair.get()
    }

    #[inline(always)]
    fn find_read(&self, left: TokenId, right: TokenId) -> TokenId {
        let key = key(left, right);
        let hash = hash(key);
        if (self.hashes[hash >> 6].get() >> (hash & 63)) & 1 == 0 {
            return NONE;
        }
        let mut slot = hash >> (HASH_BITS - BITS);
        loop {
            let entry = self.entries[slot].get();
            if entry >> ID_BITS == key {
                return entry as TokenId % (1 << ID_BITS);
            }
            if entry == EMPTY {
                return NONE;
            }
            slot = (slot + 1) % (1 << BITS);
        }
    }

    /// Reads the block with the merges of a right half, unless that was done. Returns whether there are new ones.
    #[inline(never)]
    fn read_for(&self, right: TokenId) -> bool {
        let asset = self.asset.borrow();
        let Some((asset, block)) = asset.as_ref().and_then(|asset| Some((asset, asset.block_of(right)?))) else {
            return false;
        };
        if !self.begin(block) {
            return false;
        }
        let mut merges = Vec::new();
        // What is wrong in a block is left out; `read_all` tells of it.
        let _ = asset.read_block(block, &mut merges);
        self.insert(&merges);
        true
    }

    /// Notes that a block is read; false if it was before.
    fn begin(&self, block: usize) -> bool {
        let is_new = self.read.get(block).is_some_and(|read| !read.replace(true));
        self.unread.set(self.unread.get() - usize::from(is_new));
        is_new
    }

    /// Reads all blocks. Gives the halves of the tokens from [`SINGLE_BYTES`] on.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] at the first merge that makes no later token of two earlier ones.
    pub fn read_all(&self) -> Result<Vec<Option<Pair>>, TokenError> {
        let asset = self.asset.borrow();
        let mut all = Vec::new();
        if let Some(asset) = asset.as_ref() {
            all.resize(asset.ids() - SINGLE_BYTES, None);
            let mut merges = Vec::new();
            for block in 0..asset.blocks() {
                merges.clear();
                asset.read_block(block, &mut merges)?;
                if self.begin(block) {
                    self.insert(&merges);
                }
                list(&merges, &mut all);
            }
        }
        Ok(all)
    }

    /// Drops what merges are read from, once all are.
    pub fn forget(&self) {
        *self.asset.borrow_mut() = None;
    }

    /// Adds the merges of a block. There are fewer than slots, and each block is added once.
    #[inline(never)]
    fn insert(&self, merges: &[(TokenId, Pair)]) {
        for &(id, (left, right)) in merges {
            let key = key(left, right);
            let hash = hash(key);
            let hashes = &self.hashes[hash >> 6];
            hashes.set(hashes.get() | 1 << (hash & 63));
            let mut slot = hash >> (HASH_BITS - BITS);
            while self.entries[slot].get() != EMPTY {
                slot = (slot + 1) % (1 << BITS);
            }
            self.entries[slot].set(key << ID_BITS | u64::from(id));
            if let (Some(&first), Some(&second)) = (self.singles.get(left as usize), self.singles.get(right as usize)) {
                self.pairs[pair_index(first, second)].set(id);
            }
        }
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

#[inline(always)]
fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)) as usize
}

#[inline(always)]
fn pair_index(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}
