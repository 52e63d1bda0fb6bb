//! Tokens of up to eight bytes: an open-addressing table of exact keys.

#![allow(clippy::indexing_slicing, reason = "tables of 2^n, indexed by n bits: the compiler sees it")]

use super::table::{NONE, table};
use crate::tokens::names::TokenId;
use crate::tokens::window::word;

/// The longest token that this table holds.
pub const MAX_BYTES: usize = 8;

const BITS: u32 = 18;

/// The key of a free slot: seven bytes that no UTF-8 text has.
const EMPTY: u64 = u64::MAX;

/// The table. Keys and ids are apart, since counting mostly needs to know only whether a key is there.
pub struct Short {
    keys: Box<[u64; 1 << BITS]>,
    ids: Box<[TokenId; 1 << BITS]>,
}

impl Short {
    pub fn new() -> Self {
        Self { keys: table(EMPTY), ids: table(NONE) }
    }

    /// The token that is the lowest `len` bytes of `word`.
    #[inline(always)]
    pub fn find(&self, word: u64, len: usize) -> TokenId {
        let key = key(word, len);
        let mut slot = slot(key);
        loop {
            if self.keys[slot] == key {
                return self.ids[slot];
            }
            if self.keys[slot] == EMPTY {
                return NONE;
            }
            slot = (slot + 1) % (1 << BITS);
        }
    }

    /// Adds a token. There are fewer than slots.
    #[inline(always)]
    pub fn insert(&mut self, token: &[u8], id: TokenId) {
        let key = key(word(token, 0), token.len());
        let mut slot = slot(key);
        while self.keys[slot] != EMPTY {
            slot = (slot + 1) % (1 << BITS);
        }
        self.keys[slot] = key;
        self.ids[slot] = id;
    }
}

#[inline(always)]
fn slot(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS)) as usize
}

/// One number for up to eight bytes: themselves, and below eight their count where the eighth would
/// be, as a byte from 0xf9 on, which UTF-8 never has.
#[inline(always)]
fn key(word: u64, len: usize) -> u64 {
    let (mask, mark) = KEYS[len % 16];
    word & mask | mark
}

static KEYS: [(u64, u64); 16] = {
    let mut keys = [(u64::MAX, 0); 16];
    let mut len = 0;
    while len < MAX_BYTES {
        keys[len] = (!(u64::MAX << (len * 8)), (0xf8 | len as u64) << 56);
        len += 1;
    }
    keys
};
