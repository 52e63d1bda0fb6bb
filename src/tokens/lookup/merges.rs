//! Which token two tokens merge to: open-addressing tables, all three ids in an entry.
//!
//! Who counts little needs few merges. So there are two tables: a small one, into which merges are put block by block,
//! each when a right half of it is first asked for; and that of all merges, with what makes it fast beside it, once much
//! is counted. The memory that it takes alone costs a cold start more than counting the first texts.

#![allow(clippy::indexing_slicing, reason = "tables of 2^n, indexed by n bits: the compiler sees it")]

use std::cell::{OnceCell, RefCell};

use super::few::Few;
use super::table::{NONE, table};
use crate::tokens::asset::{Asset, Pair, SINGLE_BYTES};
use crate::tokens::error::TokenError;
use crate::tokens::names::TokenId;

const BITS: u32 = 18;
const ID_BITS: u32 = 18;
const HASH_BITS: u32 = 20;

/// A free slot: more bits than three ids have.
const EMPTY: u64 = u64::MAX;

/// The merges of a vocabulary.
pub struct Merges {
    all: OnceCell<All>,
    /// Those that were asked for, until all are there.
    few: RefCell<Option<Few>>,
}

/// The table of all merges.
struct All {
    entries: Box<[u64; 1 << BITS]>,
    /// A bit for each hash that an entry has: most pairs that are asked for do not merge, and this
    /// fits into a cache where the entries do not.
    hashes: Box<[u64; 1 << (HASH_BITS - 6)]>,
    /// The tokens of two bytes, by these.
    pairs: Box<[TokenId; 1 << 16]>,
}

impl Merges {
    pub fn new(asset: Asset) -> Self {
        Self { all: OnceCell::new(), few: RefCell::new(Some(Few::new(asset))) }
    }

    /// The token that `left` and `right` merge to; [`NONE`] if they do not.
    #[inline(always)]
    pub fn find(&self, left: TokenId, right: TokenId) -> TokenId {
        match self.all.get() {
            Some(all) => all.find(left, right),
            None => self.find_in_few(left, right),
        }
    }

    /// The token of two bytes, whose tokens are `left` and `right`; [`NONE`] if there is none.
    #[inline(always)]
    pub fn pair(&self, first: u8, second: u8, left: TokenId, right: TokenId) -> TokenId {
        match self.all.get() {
            Some(all) => all.pairs[pair_index(first, second)],
            None => self.find_in_few(left, right),
        }
    }

    #[inline(never)]
    fn find_in_few(&self, left: TokenId, right: TokenId) -> TokenId {
        self.few.borrow_mut().as_mut().map_or(NONE, |few| few.find(left, right))
    }

    /// The halves of the tokens from [`SINGLE_BYTES`] on.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] at the first merge that makes no later token of two earlier ones.
    pub fn read_all(&self) -> Result<Vec<Option<Pair>>, TokenError> {
        self.few.borrow().as_ref().map_or(Ok(Vec::new()), Few::read_all)
    }

    /// Makes the table of all merges, which are those of [`Self::read_all`]. `singles`: the bytes of the first tokens.
    pub fn complete(&self, pairs: &[Option<Pair>], singles: &[u8; SINGLE_BYTES]) {
        self.all.get_or_init(|| {
            let mut all = All { entries: table(EMPTY), hashes: table(0), pairs: table(NONE) };
            // Some hundred a call, so that WebAssembly engines can switch to optimised code soon.
            for (first, pairs) in (SINGLE_BYTES as TokenId..).step_by(512).zip(pairs.chunks(512)) {
                all.insert(first, pairs, singles);
            }
            all
        });
        *self.few.borrow_mut() = None;
    }
}

impl All {
    #[inline(always)]
    fn find(&self, left: TokenId, right: TokenId) -> TokenId {
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

    /// Adds the merges that make the tokens from `first` on. There are fewer than slots.
    #[inline(never)]
    fn insert(&mut self, first: TokenId, pairs: &[Option<Pair>], singles: &[u8; SINGLE_BYTES]) {
        for (id, &pair) in (first..).zip(pairs) {
            let Some((left, right)) = pair else { continue };
            let key = key(left, right);
            let hash = hash(key);
            self.hashes[hash >> 6] |= 1 << (hash & 63);
            let mut slot = hash >> (HASH_BITS - BITS);
            while self.entries[slot] != EMPTY {
                slot = (slot + 1) % (1 << BITS);
            }
            self.entries[slot] = key << ID_BITS | u64::from(id);
            if let (Some(&first), Some(&second)) = (singles.get(left as usize), singles.get(right as usize)) {
                self.pairs[pair_index(first, second)] = id;
            }
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
