//! Counting and encoding plain text with one vocabulary and one split pattern.

use std::borrow::Cow;
use std::cell::RefCell;

use super::asset::Asset;
use super::cache::Caches;
use super::error::TokenError;
use super::lookup::{Lookup, NONE, Words};
use super::merge::Merger;
use super::names::TokenId;
use super::scanner::{Cl100k, O200k, R50k, Scan, Text};
use super::vocabulary::Vocabulary;

/// Text is worked off in chunks of about this many bytes, a call each, so that WebAssembly engines
/// can switch to optimised code within a long text, and limits can stop early.
const CHUNK: usize = 2048;

/// Which scanner splits text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// o200k_base, o200k_harmony.
    O200k,
    /// cl100k_base.
    Cl100k,
    /// r50k_base, p50k_base.
    R50k,
}

/// Counts and encodes plain text. Special tokens are not its business.
pub struct Engine {
    pattern: Pattern,
    lookup: Lookup,
    scratch: RefCell<Scratch>,
}

/// What changes while counting.
struct Scratch {
    merger: Merger,
    /// For few texts, as the large ones take a megabyte.
    few: Caches<{ 1 << 10 }, { 1 << 8 }>,
    /// Made once there are tables of whole tokens.
    all: Option<Caches<{ 1 << 15 }, { 1 << 14 }>>,
}

impl Engine {
    /// An engine for the vocabulary of `asset`: 3 MB with that, and 9 once much is counted.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if `asset` is not a vocabulary.
    pub fn load<'a>(asset: impl Into<Cow<'a, [u8]>>, pattern: Pattern) -> Result<Self, TokenError> {
        let lookup = Lookup::new(Asset::parse(asset)?);
        let scratch = Scratch { merger: Merger::default(), few: Caches::new(), all: None };
        Ok(Self { pattern, lookup, scratch: RefCell::new(scratch) })
    }

    /// The tokens of the vocabulary.
    pub fn vocabulary(&self) -> &Vocabulary {
        self.lookup.words().vocabulary()
    }

    /// Makes the tables of whole tokens; false if they are there.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] for a vocabulary that says of itself that it is good, and is not.
    pub fn complete(&self) -> Result<bool, TokenError> {
        self.lookup.complete()
    }

    /// The number of tokens of `text`, or `None` as soon as it is known to be above `limit`.
    pub fn count_up_to(&self, text: &[u8], limit: u32) -> Option<u32> {
        match self.pattern {
            Pattern::O200k => self.count_with::<O200k>(text, limit),
            Pattern::Cl100k => self.count_with::<Cl100k>(text, limit),
            Pattern::R50k => self.count_with::<R50k>(text, limit),
        }
    }

    fn count_with<S: Scan>(&self, text: &[u8], limit: u32) -> Option<u32> {
        let mut scratch = self.scratch.borrow_mut();
        let (mut at, mut count) = (0, 0u32);
        while at < text.len() {
            let words = self.lookup.words_for(CHUNK.min(text.len() - at));
            if words.is_some() {
                scratch.all.get_or_insert_with(Caches::new);
            }
            let (end, tokens) = self.count_chunk::<S>(words, &mut scratch, text, at);
            at = end;
            count = count.saturating_add(tokens);
            if count > limit {
                return None;
            }
        }
        Some(count)
    }

    /// The tokens of the pieces that start within a chunk from `at` on, and where the last ends.
    #[inline(never)]
    fn count_chunk<S: Scan>(
        &self,
        words: Option<&Words>,
        scratch: &mut Scratch,
        text: &[u8],
        mut at: usize,
    ) -> (usize, u32) {
        let stop = (at + CHUNK).min(text.len());
        let mut count = 0;
        while at < stop {
            let end = S::piece_end(Text(text), at);
            let rest = text.get(at..).unwrap_or(&[]);
            let len = end - at;
            let known = words.map_or(NONE, |words| words.find(rest, len));
            count += if known == NONE { self.count_merged(scratch, rest, len) } else { 1 };
            at = end;
        }
        (at, count)
    }

    #[inline(never)]
    fn count_merged(&self, scratch: &mut Scratch, rest: &[u8], len: usize) -> u32 {
        let piece = rest.get(..len).unwrap_or(rest);
        let Scratch { merger, few, all } = scratch;
        let count = || merger.merge(&self.lookup, piece).len() as u32;
        match all {
            Some(all) => all.count(rest, len, count),
            None => few.count(rest, len, count),
        }
    }

    /// Appends the tokens of `text` to `tokens`.
    pub fn encode(&self, text: &[u8], tokens: &mut Vec<TokenId>) {
        match self.pattern {
            Pattern::O200k => self.encode_with::<O200k>(text, tokens),
            Pattern::Cl100k => self.encode_with::<Cl100k>(text, tokens),
            Pattern::R50k => self.encode_with::<R50k>(text, tokens),
        }
    }

    fn encode_with<S: Scan>(&self, text: &[u8], tokens: &mut Vec<TokenId>) {
        let mut scratch = self.scratch.borrow_mut();
        let mut at = 0;
        while at < text.len() {
            let words = self.lookup.words_for(CHUNK.min(text.len() - at));
            at = self.encode_chunk::<S>(words, &mut scratch, text, at, tokens);
        }
    }

    #[inline(never)]
    fn encode_chunk<S: Scan>(
        &self,
        words: Option<&Words>,
        scratch: &mut Scratch,
        text: &[u8],
        mut at: usize,
        tokens: &mut Vec<TokenId>,
    ) -> usize {
        let stop = (at + CHUNK).min(text.len());
        while at < stop {
            let end = S::piece_end(Text(text), at);
            let rest = text.get(at..).unwrap_or(&[]);
            match words.map_or(NONE, |words| words.find(rest, end - at)) {
                NONE => {
                    let piece = text.get(at..end).unwrap_or(rest);
                    tokens.extend_from_slice(scratch.merger.merge(&self.lookup, piece));
                }
                id => tokens.push(id),
            }
            at = end;
        }
        at
    }
}
