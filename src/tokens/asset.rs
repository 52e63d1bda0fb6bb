//! The form in which a vocabulary travels: merges, in blocks that are read when they are needed.
//!
//! Whoever counts a few short texts asks for some hundred of two hundred thousand merges. So merges stand in lists by
//! their right half, and lists in blocks of some ten merges, each of which can be read by itself. Only an index is
//! read at once: which right halves have merges, how many, and where their block begins. A text of a few lines needs a
//! small part of the blocks; reading all takes several times as long as the index.
//!
//! ```text
//! sum              11 digits, the lowest first: of all that follows
//! n                3 digits, the lowest first: number of ids
//! the single bytes those of tokens 0 to 255: two digits each, the lower first
//! models           for each section: how frequent each class of numbers in its blocks is, two digits each, the lower first
//! index            numbers, for each section: five bits a digit, the lowest first, and above them whether there are more
//! made             for each id from 256 on the block that makes it: all low digits, then all high ones
//! blocks           for each id that is made in it: which of the block's right halves it has, and the place of its left one
//! ```
//!
//! A digit is one of base64's alphabet and holds six bits, so the text can stand in a JavaScript string as it is. How
//! the numbers in blocks are coded says [`coder`]; those of the index, which are all read at once, take a fifth more room
//! as they are, and two thirds of the time. A **section** holds the right halves that begin with characters of one kind; what
//! stands before Cyrillic is mostly Cyrillic. It has an **order** of left halves that are there more than once, the
//! frequent first, and the place of a left half is that in the order, or after all of them its id. In the index a
//! section is its order, class of frequency by class; its right halves that have one merge, two, and so on, then those
//! that have [`LONG`] or more, with their numbers; and the digits that each of its blocks takes.
//!
//! Halves are earlier tokens: a merge always makes a token of higher rank. The reader leaves out what would not.

mod coder;
mod write;

use std::borrow::Cow;
use std::ops::Range;

use coder::{CLASSES, DIGITS, Models, Numbers, digit};
pub use write::write;

use super::error::TokenError;
use super::names::TokenId;

/// Tokens that are single bytes come first.
pub const SINGLE_BYTES: usize = 256;

/// More ids than this do not fit the tables, which need a free slot, nor do they fit three digits.
const MAX_IDS: usize = (1 << 18) - 1;

/// A half and the other.
pub type Pair = (TokenId, TokenId);

/// How many sections there are.
const GROUPS: usize = 18;

/// From this size on, lists have their size in the index one by one.
const LONG: usize = 8;

/// So many merges are enough for a block: one of several lists has less than twice as many, and that is below
/// [`coder::MOST_DRAWN`]. Fewer would take no more room, but of blocks there are [`MAX_BLOCKS`] at most.
const BLOCK: usize = 48;

/// Numbers in blocks are places of left halves: a context for each section.
const CONTEXTS: usize = GROUPS;

/// What a vocabulary is made of.
pub struct Asset {
    text: Vec<u8>,
    ids: u32,
    singles: [u8; SINGLE_BYTES],
    models: Models,
    /// Of each section: left halves that are there more than once.
    orders: Vec<Vec<TokenId>>,
    /// Right halves and how many merges they have, as their lists stand in the blocks.
    rights: Vec<(TokenId, u32)>,
    blocks: Vec<Block>,
    /// The ids that blocks make, ascending in each.
    made: Vec<TokenId>,
    /// By id: the block with its list and one, or zero.
    block_of: Vec<u16>,
}

/// What a block is of: ranges of `rights`, `made` and `text`.
struct Block {
    section: usize,
    rights: Range<usize>,
    made: Range<usize>,
    text: Range<usize>,
}

impl Asset {
    /// Reads the text up to its blocks. They are read when they are asked for; that they are as they were written, the
    /// sum tells.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if its sum is another, or what it says of itself is not so.
    pub fn parse<'a>(text: impl Into<Cow<'a, [u8]>>) -> Result<Self, TokenError> {
        let text = text.into();
        let bad = TokenError::BadVocabulary;
        let mut rest = &*text;
        let mut take = |len: usize| {
            let (taken, after) = rest.split_at_checked(len).ok_or(bad("shorter than its header"))?;
            rest = after;
            Ok(taken)
        };
        let sum = number(take(11)?);
        let ids = number(take(3)?) as u32;
        let bytes = take(2 * SINGLE_BYTES)?;
        let models = take(2 * CLASSES * CONTEXTS)?;
        if sum != checksum(text.get(11..).unwrap_or(&[])) {
            return Err(bad("its sum is another: it was cut off or changed"));
        }
        let mut singles = [0; SINGLE_BYTES];
        for (single, digits) in singles.iter_mut().zip(bytes.chunks(2)) {
            *single = number(digits) as u8;
        }
        if ids as usize > MAX_IDS || (ids as usize) < SINGLE_BYTES {
            return Err(bad("its number of ids cannot be"));
        }
        let models = Models::read(models)?;
        let index = text.len() - rest.len();
        let mut asset = Self {
            text: text.into_owned(),
            ids,
            singles,
            models,
            orders: Vec::with_capacity(GROUPS),
            rights: Vec::with_capacity(ids as usize / 4),
            blocks: Vec::new(),
            made: Vec::new(),
            block_of: vec![0; ids as usize],
        };
        let at = asset.read_index(index)?;
        asset.read_made(at)?;
        Ok(asset)
    }

    /// Reads the index; returns where it ends.
    fn read_index(&mut self, begin: usize) -> Result<usize, TokenError> {
        let bad = TokenError::BadVocabulary;
        let mut index = Index { digits: self.text.get(begin..).unwrap_or(&[]), at: 0, ids: self.ids };
        let (mut made, mut end) = (0, 0);
        for section in 0..GROUPS {
            let mut order = Vec::new();
            for _ in 0..index.number().min(CLASSES as u32) {
                index.ascending(&mut |id| order.push(id))?;
                if order.len() > self.ids as usize {
                    return Err(bad("it has more left halves than ids"));
                }
            }
            self.orders.push(order);
            let first = self.rights.len();
            for size in 1..=LONG as u32 {
                let from = self.rights.len();
                index.ascending(&mut |id| self.rights.push((id, size)))?;
                if size == LONG as u32 {
                    self.rights.iter_mut().skip(from).for_each(|right| right.1 += index.number());
                }
            }
            if self.rights.len() > self.ids as usize {
                return Err(bad("it has more right halves than ids"));
            }
            let rights = self.rights.get(first..).unwrap_or(&[]);
            for block in cut(rights) {
                let of_block = rights.get(block.clone()).unwrap_or(&[]);
                let size: usize = of_block.iter().map(|right| right.1 as usize).sum();
                let length = index.number() as usize;
                self.blocks.push(Block {
                    section,
                    rights: first + block.start..first + block.end,
                    made: made..made + size,
                    text: end..end + length,
                });
                for &(right, _) in of_block {
                    if let Some(block_of) = self.block_of.get_mut(right as usize) {
                        *block_of = self.blocks.len() as u16;
                    }
                }
                (made, end) = (made + size, end + length);
            }
        }
        if self.blocks.len() >= MAX_BLOCKS || made + SINGLE_BYTES > self.ids as usize {
            return Err(bad("it has more merges than ids"));
        }
        let numbers = begin + index.at;
        let blocks = numbers + 2 * (self.ids as usize - SINGLE_BYTES);
        if blocks + end != self.text.len() {
            return Err(bad("its length is not that of its parts"));
        }
        for block in &mut self.blocks {
            block.text = blocks + block.text.start..blocks + block.text.end;
        }
        Ok(numbers)
    }

    /// Reads which block each id is made in.
    #[allow(clippy::indexing_slicing, reason = "a table of 2^n, indexed by n bits")]
    fn read_made(&mut self, begin: usize) -> Result<(), TokenError> {
        let bad = TokenError::BadVocabulary("its blocks do not make what they should");
        let merged = self.ids as usize - SINGLE_BYTES;
        let (low, high) = self.text.get(begin..begin + 2 * merged).unwrap_or(&[]).split_at(merged);
        let mut next = [u32::MAX; 1 << 14];
        for (number, block) in self.blocks.iter().enumerate() {
            next[digits_of(number)] = block.made.start as u32;
        }
        self.made = vec![0; self.blocks.last().map_or(0, |block| block.made.end)];
        for (first, (low, high)) in
            (SINGLE_BYTES as TokenId..).step_by(CHUNK).zip(low.chunks(CHUNK).zip(high.chunks(CHUNK)))
        {
            distribute(first, low, high, &mut next, &mut self.made);
        }
        let mut blocks = self.blocks.iter().enumerate();
        let full = blocks.all(|(number, block)| next[digits_of(number)] == block.made.end as u32);
        if full { Ok(()) } else { Err(bad) }
    }

    /// Number of ids, gaps included.
    pub fn ids(&self) -> usize {
        self.ids as usize
    }

    /// The bytes of the first tokens.
    pub fn singles(&self) -> impl Iterator<Item = u8> {
        self.singles.iter().copied()
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// The block with all merges of a right half, if it has any.
    #[inline(always)]
    pub fn block_of(&self, right: TokenId) -> Option<usize> {
        self.block_of.get(right as usize).and_then(|&block| usize::from(block).checked_sub(1))
    }

    /// Appends the merges of a block, of ids that ascend.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] at one that makes no later token of two earlier ones. It and what comes after it are
    /// left out.
    #[inline(never)]
    pub fn read_block(&self, block: usize, merges: &mut Vec<(TokenId, Pair)>) -> Result<(), TokenError> {
        let bad = TokenError::BadVocabulary("a token's half is not an earlier token");
        let Some(Block { section, rights, made, text }) = self.blocks.get(block) else { return Ok(()) };
        let order = self.orders.get(*section).map_or(&[][..], |order| order);
        let digits = self.text.get(text.clone()).unwrap_or(&[]);
        let mut numbers = Numbers::new(&self.models, digits);
        let mut waiting = self.rights.get(rights.clone()).unwrap_or(&[]).to_vec();
        let made = self.made.get(made.clone()).unwrap_or(&[]);
        for (all, &id) in (1..=made.len() as u32).rev().zip(made) {
            let which = numbers.drawn(&waiting, all);
            let Some(&mut (right, ref mut rest)) = waiting.get_mut(which) else { return Err(bad) };
            *rest -= 1;
            if *rest == 0 {
                waiting.remove(which);
            }
            let place = numbers.number(*section) as usize;
            let left = order.get(place).copied().unwrap_or_else(|| (place - order.len()) as TokenId);
            if left >= id || right >= id {
                return Err(bad);
            }
            merges.push((id, (left, right)));
        }
        if numbers.end() == Some(digits.len()) { Ok(()) } else { Err(bad) }
    }
}

/// Where the lists of right halves are cut into blocks: behind enough merges, and around a list that is enough alone.
fn cut(rights: &[(TokenId, u32)]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut merges = BLOCK;
    for (at, &(_, size)) in rights.iter().enumerate() {
        match blocks.last_mut() {
            Some(block) if merges < BLOCK && (size as usize) < BLOCK => block.end = at + 1,
            _ => {
                blocks.push(at..at + 1);
                merges = 0;
            }
        }
        merges += size as usize;
    }
    blocks
}

/// Some hundred a call, so that WebAssembly engines can switch to optimised code soon.
const CHUNK: usize = 512;

/// Two digits hold fewer; and the greatest stands for ids that no block makes. Two blocks in a row have more than
/// `BLOCK` merges, unless a section ends, so there are not so many.
const MAX_BLOCKS: usize = (1 << 12) - 1;

/// Puts the ids from `first` on where their blocks' are. `next`: where the next of each block goes, by its digits as they
/// stand in the text: so they need not be read.
#[inline(never)]
#[allow(clippy::indexing_slicing, reason = "a table of 2^n, indexed by n bits")]
fn distribute(first: TokenId, low: &[u8], high: &[u8], next: &mut [u32; 1 << 14], made: &mut [TokenId]) {
    let mut put = |id, low, high| {
        let next = &mut next[place(low, high)];
        if let Some(made) = made.get_mut(*next as usize) {
            *made = id;
            *next += 1;
        }
    };
    let ((lows, low), (highs, high)) = (low.as_chunks::<4>(), high.as_chunks::<4>());
    let mut id = first;
    for (&[a, b, c, d], &[e, f, g, h]) in lows.iter().zip(highs) {
        put(id, a, e);
        put(id + 1, b, f);
        put(id + 2, c, g);
        put(id + 3, d, h);
        id += 4;
    }
    for (id, (&low, &high)) in (id..).zip(low.iter().zip(high)) {
        put(id, low, high);
    }
}

/// One number for two digits as they stand in the text.
#[inline(always)]
fn place(low: u8, high: u8) -> usize {
    (usize::from(low) | usize::from(high) << 7) % (1 << 14)
}

/// The digits of a block's number, as one.
#[allow(clippy::indexing_slicing, reason = "a table of 2^6, indexed by 6 bits")]
fn digits_of(block: usize) -> usize {
    place(DIGITS[block % 64], DIGITS[block / 64 % 64])
}

/// The numbers of an index. Where the digits end too soon it goes on with zeros, and is longer than it should be.
struct Index<'a> {
    digits: &'a [u8],
    at: usize,
    ids: u32,
}

impl Index<'_> {
    /// The next number: five bits a digit, the lowest first, and in each whether there are more.
    #[inline(always)]
    fn number(&mut self) -> u32 {
        let mut number = 0;
        for shift in [0, 5, 10, 15] {
            let next = self.digits.get(self.at).map_or(0, |&next| digit(next));
            self.at += 1;
            number |= (next % 32) << shift;
            if next < 32 {
                break;
            }
        }
        number
    }

    /// Ascending ids, and before them how many.
    fn ascending(&mut self, each: &mut impl FnMut(TokenId)) -> Result<(), TokenError> {
        let (mut from, mut rest) = (0, self.number().min(self.ids));
        while rest > 0 {
            let some = rest.min(CHUNK as u32);
            from = self.some(from, some, each).ok_or(TokenError::BadVocabulary("an id is beyond all"))?;
            rest -= some;
        }
        Ok(())
    }

    /// Some of the ids that there are from `from` on; returns from where the next are.
    #[inline(never)]
    fn some(&mut self, mut from: TokenId, some: u32, each: &mut impl FnMut(TokenId)) -> Option<TokenId> {
        for _ in 0..some {
            let id = from + self.number();
            if id >= self.ids {
                return None;
            }
            each(id);
            from = id + 1;
        }
        Some(from)
    }
}

/// The value of some digits, the lowest first.
fn number(digits: &[u8]) -> u64 {
    digits.iter().rev().fold(0, |value, &low| value << 6 | u64::from(digit(low)))
}

/// A sum that changes with each byte: against what happens to files, not against people.
fn checksum(text: &[u8]) -> u64 {
    let mix = |sum: u64, word: &[u8; 8]| {
        ((sum ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)).rotate_left(29)
    };
    let (words, last) = text.as_chunks::<8>();
    // Four at once: where code is not optimised yet, going around takes longer than a word.
    let (fours, others) = words.as_chunks::<4>();
    let sum = fours.iter().fold(text.len() as u64, |sum, [a, b, c, d]| mix(mix(mix(mix(sum, a), b), c), d));
    let sum = others.iter().fold(sum, mix);
    let mut rest = [0; 8];
    rest.iter_mut().zip(last).for_each(|(byte, &last)| *byte = last);
    mix(mix(sum, &rest), &[0; 8])
}

#[cfg(test)]
mod tests;
