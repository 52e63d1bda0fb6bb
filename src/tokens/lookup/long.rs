//! Tokens of more than eight bytes: an open-addressing table of ids, each with some bits of its
//! token's hash above it.

#![allow(clippy::indexing_slicing, reason = "a table of 2^n, indexed by n bits: the compiler sees it")]

use super::table::{NONE, table};
use crate::tokens::names::TokenId;
use crate::tokens::vocabulary::Vocabulary;

const BITS: u32 = 18;

/// Bits of an id in an entry; the rest are the fingerprint.
const ID_BITS: u32 = 18;

/// The table. Zero is a free slot: token 0 is a single byte, and not here.
pub struct Long {
    entries: Box<[u32; 1 << BITS]>,
    longest: usize,
}

impl Long {
    pub fn new() -> Self {
        Self { entries: table(0), longest: 0 }
    }

    /// The token of these bytes, at least eight.
    #[inline(always)]
    pub fn find(&self, vocabulary: &Vocabulary, token: &[u8]) -> TokenId {
        if token.len() > self.longest {
            return NONE;
        }
        let hash = hash(token);
        let mut slot = slot(hash);
        loop {
            let entry = self.entries[slot];
            if entry == 0 {
                return NONE;
            }
            // Equal above the id's bits: the same fingerprint.
            if (entry ^ hash as u32) >> ID_BITS == 0 {
                let id = entry % (1 << ID_BITS);
                if same(vocabulary.token(id), token) {
                    return id;
                }
            }
            slot = (slot + 1) % (1 << BITS);
        }
    }

    /// Adds a token of at least eight bytes. There are fewer than slots.
    #[inline(always)]
    pub fn insert(&mut self, token: &[u8], id: TokenId) {
        let hash = hash(token);
        let mut slot = slot(hash);
        while self.entries[slot] != 0 {
            slot = (slot + 1) % (1 << BITS);
        }
        self.entries[slot] = (hash as u32) >> ID_BITS << ID_BITS | id;
        self.longest = self.longest.max(token.len());
    }
}

/// The eight-byte words of at least eight bytes: one after the other, then the last eight.
#[inline(always)]
fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let (chunks, _) = bytes.as_chunks::<8>();
    let last = bytes.last_chunk::<8>();
    chunks.iter().chain(last).map(|chunk| u64::from_le_bytes(*chunk))
}

#[inline(always)]
fn hash(token: &[u8]) -> u64 {
    let seed = (token.len() as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    words(token).fold(seed, |hash, word| {
        let mixed = (hash.rotate_left(25) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 32
    })
}

#[inline(always)]
fn slot(hash: u64) -> usize {
    (hash >> (64 - BITS)) as usize
}

/// Equality of at least eight bytes, without calling memcmp.
#[inline(always)]
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && words(a).eq(words(b))
}
