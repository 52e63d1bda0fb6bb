//! From bytes to the token they are.
//!
//! Three tables, chosen by length: two bytes by direct index; up to eight bytes by an exact 64-bit
//! key; longer ones by a fingerprint, then their bytes. Sizes are powers of two known at compile
//! time, so a hash shifted right is an index without a check. For texts that are not UTF-8 answers
//! may be wrong, but never out of bounds.

#![allow(clippy::indexing_slicing, reason = "tables of 2^n, indexed by n bits: the compiler sees it")]

use super::vocabulary::{SINGLE_BYTES, TokenId, Vocabulary};
use super::window::{low_bytes, word};

/// No token.
pub const NONE: TokenId = TokenId::MAX;

/// A table of `N`, all `value`, made on the heap.
pub(super) fn table<T: Clone, const N: usize>(value: T) -> Box<[T; N]> {
    let Ok(table) = vec![value; N].into_boxed_slice().try_into() else {
        unreachable!("a vector of N is an array of N")
    };
    table
}

/// Finds tokens by their bytes.
pub struct Lookup {
    vocabulary: Vocabulary,
    single: [TokenId; SINGLE_BYTES],
    pairs: Box<[TokenId; 1 << 16]>,
    short: Short,
    long: Long,
    prefixes: Prefixes,
}

impl Lookup {
    /// Tables over all tokens of `vocabulary`.
    pub fn new(vocabulary: Vocabulary) -> Self {
        let len = vocabulary.len() as u32;
        let mut lookup = Self {
            vocabulary,
            single: [NONE; SINGLE_BYTES],
            pairs: table(NONE),
            short: Short { keys: table(EMPTY), ids: table(NONE) },
            long: Long { entries: table(0), longest: 0 },
            prefixes: Prefixes { lengths: table(0), beyond: Vec::new() },
        };
        let mut from = 0;
        while from < len {
            let to = len.min(from + 512);
            lookup.insert_all(from..to);
            from = to;
        }
        lookup.prefixes.beyond.sort_unstable_by(|a, b| b.cmp(a));
        lookup.prefixes.beyond.dedup();
        lookup
    }

    /// A call for some hundred tokens, so that WebAssembly engines can switch to optimised code.
    #[inline(never)]
    fn insert_all(&mut self, ids: std::ops::Range<TokenId>) {
        for id in ids {
            let token = self.vocabulary.token(id);
            match *token {
                [] => continue,
                [byte] => self.single[usize::from(byte)] = id,
                [first, second] => self.pairs[pair_index(first, second)] = id,
                _ => {}
            }
            if token.len() <= 8 {
                self.short.insert(token, id);
            } else {
                self.long.insert(token, id);
            }
            self.prefixes.insert(token);
        }
    }

    /// The tokens that are found.
    #[inline(always)]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The token of one byte.
    #[inline(always)]
    pub fn single(&self, byte: u8) -> TokenId {
        self.single[usize::from(byte)]
    }

    /// The token of two bytes.
    #[inline(always)]
    pub fn pair(&self, first: u8, second: u8) -> TokenId {
        self.pairs[pair_index(first, second)]
    }

    /// The token that is the first `len` bytes of `rest`; [`NONE`] if there is none. `len` is at
    /// least 1; what follows those bytes is only there to be read in one go.
    #[inline(always)]
    pub fn find(&self, rest: &[u8], len: usize) -> TokenId {
        if len <= 8 {
            self.short.find(key(word(rest, 0), len))
        } else {
            rest.get(..len).map_or(NONE, |token| self.long.find(&self.vocabulary, token))
        }
    }

    /// The longest token that `rest` starts with, of at most `limit` bytes (and those of `rest`),
    /// and its length. `limit` is at least 1.
    #[inline(always)]
    pub fn longest(&self, rest: &[u8], limit: usize) -> (TokenId, usize) {
        let limit = limit.min(rest.len());
        let start = word(rest, 0);
        if limit >= 4 {
            let mut lengths = self.prefixes.lengths(start);
            if lengths & BEYOND != 0 && limit >= FIRST_BEYOND {
                for &len in self.prefixes.beyond.iter().filter(|&&len| len <= limit) {
                    let id = self.find(rest, len);
                    if id != NONE {
                        return (id, len);
                    }
                }
            }
            lengths &= up_to(limit.min(FIRST_BEYOND - 1));
            while lengths != 0 {
                let len = lengths.ilog2() as usize;
                let id = self.find(rest, len);
                if id != NONE {
                    return (id, len);
                }
                lengths ^= 1 << len;
            }
        }
        if limit >= 3 {
            let id = self.short.find(key(start, 3));
            if id != NONE {
                return (id, 3);
            }
        }
        if limit >= 2 {
            let id = self.pair(start as u8, (start >> 8) as u8);
            if id != NONE {
                return (id, 2);
            }
        }
        (self.single(start as u8), 1)
    }
}

#[inline(always)]
fn pair_index(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}

/// Tokens of up to eight bytes, in an open-addressing table of exact keys.
struct Short {
    keys: Box<[u64; 1 << SHORT_BITS]>,
    ids: Box<[TokenId; 1 << SHORT_BITS]>,
}

const SHORT_BITS: u32 = 18;

/// A free slot: seven bytes that no UTF-8 text has.
const EMPTY: u64 = u64::MAX;

/// One number for up to eight bytes: themselves, and below eight their count where the eighth would
/// be, as a byte from 0xf9 on, which UTF-8 never has.
#[inline(always)]
fn key(word: u64, len: usize) -> u64 {
    KEY_MASKS[len & 15] & word | KEY_MARKS[len & 15]
}

static KEY_MASKS: [u64; 16] = {
    let mut masks = [u64::MAX; 16];
    let mut len = 0;
    while len < 8 {
        masks[len] = !(u64::MAX << (len * 8));
        len += 1;
    }
    masks
};

static KEY_MARKS: [u64; 16] = {
    let mut marks = [0; 16];
    let mut len = 0;
    while len < 8 {
        marks[len] = (0xf8 | len as u64) << 56;
        len += 1;
    }
    marks
};

impl Short {
    #[inline(always)]
    fn slot(key: u64) -> usize {
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SHORT_BITS)) as usize
    }

    #[inline(always)]
    fn find(&self, key: u64) -> TokenId {
        let mut slot = Self::slot(key);
        loop {
            if self.keys[slot] == key {
                return self.ids[slot];
            }
            if self.keys[slot] == EMPTY {
                return NONE;
            }
            slot = (slot + 1) % (1 << SHORT_BITS);
        }
    }

    #[inline(always)]
    fn insert(&mut self, token: &[u8], id: TokenId) {
        let key = key(word(token, 0), token.len());
        let mut slot = Self::slot(key);
        while self.keys[slot] != EMPTY {
            slot = (slot + 1) % (1 << SHORT_BITS);
        }
        self.keys[slot] = key;
        self.ids[slot] = id;
    }
}

/// Tokens of more than eight bytes: an open-addressing table of ids, each with some bits of its
/// token's hash above it. Zero is free: token 0 is a single byte.
struct Long {
    entries: Box<[u32; 1 << LONG_BITS]>,
    longest: usize,
}

const LONG_BITS: u32 = 18;
/// Bits of an id in an entry; the rest are the fingerprint.
const ID_BITS: u32 = 18;

impl Long {
    #[inline(always)]
    fn find(&self, vocabulary: &Vocabulary, token: &[u8]) -> TokenId {
        if token.len() > self.longest {
            return NONE;
        }
        let hash = hash(token);
        let mut slot = (hash >> (64 - LONG_BITS)) as usize;
        loop {
            let entry = self.entries[slot];
            if entry == 0 {
                return NONE;
            }
            // Equal above the id's bits: the same fingerprint.
            if (entry ^ (hash as u32)) >> ID_BITS == 0 {
                let id = entry % (1 << ID_BITS);
                if same(vocabulary.token(id), token) {
                    return id;
                }
            }
            slot = (slot + 1) % (1 << LONG_BITS);
        }
    }

    #[inline(always)]
    fn insert(&mut self, token: &[u8], id: TokenId) {
        let hash = hash(token);
        let mut slot = (hash >> (64 - LONG_BITS)) as usize;
        while self.entries[slot] != 0 {
            slot = (slot + 1) % (1 << LONG_BITS);
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

/// Equality of at least eight bytes; quicker than calling memcmp.
#[inline(always)]
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && words(a).eq(words(b))
}

/// Which lengths tokens have that start with the same four bytes (or others of the same hash).
struct Prefixes {
    /// A bit for each length from 4 to 30; the highest for all beyond.
    lengths: Box<[u32; 1 << PREFIX_BITS]>,
    /// The lengths beyond, the longest first.
    beyond: Vec<usize>,
}

const PREFIX_BITS: u32 = 17;
const FIRST_BEYOND: usize = 31;
const BEYOND: u32 = 1 << FIRST_BEYOND;

/// The bits of lengths up to `len`, which is at most 30.
#[inline(always)]
fn up_to(len: usize) -> u32 {
    (2 << len) - 1
}

impl Prefixes {
    #[inline(always)]
    fn slot(word: u64) -> usize {
        ((word as u32).wrapping_mul(0x9e37_79b1) >> (32 - PREFIX_BITS)) as usize
    }

    #[inline(always)]
    fn lengths(&self, word: u64) -> u32 {
        self.lengths[Self::slot(word)]
    }

    #[inline(always)]
    fn insert(&mut self, token: &[u8]) {
        if token.len() >= 4 {
            self.lengths[Self::slot(low_bytes(word(token, 0), 4))] |= 1 << token.len().min(FIRST_BEYOND);
            if token.len() >= FIRST_BEYOND && !self.beyond.contains(&token.len()) {
                self.beyond.push(token.len());
            }
        }
    }
}
