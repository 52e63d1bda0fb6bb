//! From bytes to the token they are, and from two tokens to the one they merge to.
//!
//! Tables are chosen by length: one or two bytes index directly; up to eight bytes are an exact key;
//! more are found by a fingerprint, then compared. Sizes are powers of two known at compile time, so
//! a hash shifted right is an index that needs no check. For texts that are not UTF-8 answers may be
//! wrong, but never out of bounds.

#![allow(clippy::indexing_slicing, reason = "tables of 2^n, indexed by n bits: the compiler sees it")]

mod few;
mod long;
mod merges;
mod short;
mod table;

use std::cell::{Cell, OnceCell};

use super::asset::{Asset, SINGLE_BYTES};
use super::error::TokenError;
use super::names::TokenId;
use super::vocabulary::Vocabulary;
use super::window::word;
use long::Long;
use merges::Merges;
use short::Short;
pub use table::{NONE, table};

/// Bytes that are looked up by merges alone, before the tables of whole tokens are made. These take as long as merging
/// several hundred KB, and who has little to count, as on an edge platform, never needs them.
const FEW_BYTES: usize = 1 << 16;

/// Finds tokens.
pub struct Lookup {
    ids: usize,
    single: [TokenId; SINGLE_BYTES],
    merges: Merges,
    words: OnceCell<Words>,
    /// Bytes that were looked up without them.
    bytes: Cell<usize>,
}

/// Finds a token by all of its bytes. That spares merging them, which comes to the same.
pub struct Words {
    vocabulary: Vocabulary,
    short: Short,
    long: Long,
}

impl Lookup {
    /// A lookup that merges; what else there is comes when it is needed.
    pub fn new(asset: Asset) -> Self {
        let mut single = [NONE; SINGLE_BYTES];
        for (id, byte) in asset.singles().enumerate() {
            single[usize::from(byte)] = id as TokenId;
        }
        let (words, bytes) = (OnceCell::new(), Cell::new(0));
        Self { ids: asset.ids(), single, merges: Merges::new(asset), words, bytes }
    }

    /// Number of ids, gaps included.
    pub fn ids(&self) -> usize {
        self.ids
    }

    /// The tables of whole tokens, if so much was looked up that they are worth it, these bytes included.
    pub fn words_for(&self, bytes: usize) -> Option<&Words> {
        if self.words.get().is_none() {
            let all = self.bytes.get().saturating_add(bytes);
            self.bytes.set(all);
            if all <= FEW_BYTES {
                return None;
            }
        }
        Some(self.words())
    }

    /// Makes the tables of whole tokens; false if they are there.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] for a vocabulary that says of itself that it is good, and is not.
    pub fn complete(&self) -> Result<bool, TokenError> {
        if self.words.get().is_some() {
            return Ok(false);
        }
        let words = self.read_words()?;
        Ok(self.words.set(words).is_ok())
    }

    /// The tables of whole tokens. Of a vocabulary that [`Self::complete`] refuses they are empty.
    pub fn words(&self) -> &Words {
        self.words.get_or_init(|| self.read_words().unwrap_or_else(|_| Words::new(Vocabulary::default())))
    }

    fn read_words(&self) -> Result<Words, TokenError> {
        let mut singles = [0; SINGLE_BYTES];
        for (byte, &id) in (0..=u8::MAX).zip(&self.single) {
            if let Some(single) = singles.get_mut(id as usize) {
                *single = byte;
            }
        }
        let pairs = self.merges.read_all()?;
        let vocabulary = Vocabulary::new(&singles, &pairs)?;
        self.merges.complete(&pairs, &singles);
        Ok(Words::new(vocabulary))
    }

    /// The token of one byte.
    #[inline(always)]
    pub fn single(&self, byte: u8) -> TokenId {
        self.single[usize::from(byte)]
    }

    /// The token of two bytes; [`NONE`] if there is none.
    #[inline(always)]
    pub fn pair(&self, first: u8, second: u8) -> TokenId {
        self.merges.pair(first, second, self.single(first), self.single(second))
    }

    /// The token that `left` and `right` merge to; [`NONE`] if they do not.
    #[inline(always)]
    pub fn merged(&self, left: TokenId, right: TokenId) -> TokenId {
        self.merges.find(left, right)
    }
}

impl Words {
    fn new(vocabulary: Vocabulary) -> Self {
        let mut words = Self { vocabulary, short: Short::new(), long: Long::new() };
        let ids = 0..words.vocabulary.len() as TokenId;
        // Some hundred a call, so that WebAssembly engines can switch to optimised code soon.
        for id in ids.step_by(512) {
            words.insert_tokens(id..id + 512);
        }
        words
    }

    #[inline(never)]
    fn insert_tokens(&mut self, ids: std::ops::Range<TokenId>) {
        for id in ids {
            let token = self.vocabulary.token(id);
            match token.len() {
                0 => {}
                1..=short::MAX_BYTES => self.short.insert(token, id),
                _ => self.long.insert(token, id),
            }
        }
    }

    /// All tokens.
    #[inline(always)]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The token that is the first `len` bytes of `rest`; [`NONE`] if there is none. `len` is at
    /// least 1; what follows those bytes is only there to be read in one go.
    #[inline(always)]
    pub fn find(&self, rest: &[u8], len: usize) -> TokenId {
        if len <= short::MAX_BYTES {
            self.short.find(word(rest, 0), len)
        } else {
            rest.get(..len).map_or(NONE, |token| self.long.find(&self.vocabulary, token))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::asset::write;
    use super::*;

    fn lookup(pairs: &[Option<(TokenId, TokenId)>]) -> Lookup {
        let text = write(&std::array::from_fn(|byte| byte as u8), pairs);
        let asset = Asset::parse(text.as_bytes()).unwrap();
        Lookup::new(asset)
    }

    #[test]
    fn every_token_is_found_and_nothing_else() {
        // Runs of 'a' and of NUL of 2 to 14 bytes.
        let longer = |byte, run: TokenId| (if run == 256 { byte } else { run - 1 }, byte);
        let runs = (256..269).map(|id| longer(97, id));
        let nuls = (256..269).map(|id| if id == 256 { (0, 0) } else { (id + 12, 0) });
        let lookup = lookup(&runs.chain(nuls).map(Some).collect::<Vec<_>>());

        let text = [[97; 20], [0; 20]].concat();
        for len in 2..=20 {
            let id = len as TokenId + 254;
            let (run, nuls) = if len <= 14 { (id, id + 13) } else { (NONE, NONE) };
            assert_eq!(lookup.words().find(&text, len), run, "{len} times a");
            assert_eq!(lookup.words().find(&text[20..], len), nuls, "{len} times NUL");
            assert_eq!(lookup.words().find(&text[20 - len + 1..], len), NONE, "mixed");
        }
        assert_eq!((lookup.single(98), lookup.single(0)), (98, 0));
        assert_eq!(lookup.words().find(b"b", 1), 98);
        assert_eq!(lookup.words().find(b"\0", 1), 0);
        assert_eq!(lookup.pair(97, 97), 256);
        assert_eq!(lookup.pair(97, 98), NONE);
        assert_eq!(lookup.merged(256, 97), 257);
        assert_eq!(lookup.merged(97, 256), NONE);
        assert_eq!(lookup.merged(NONE, NONE), NONE);
    }

    #[test]
    fn tables_of_whole_tokens_are_made_once_enough_was_counted() {
        let lookup = lookup(&[Some((97, 98))]);
        assert!(lookup.words_for(FEW_BYTES).is_none());
        assert_eq!(lookup.words_for(1).map(|words| words.find(b"ab", 2)), Some(256));
        assert!(lookup.words_for(0).is_some());
    }

    #[test]
    fn a_vocabulary_whose_halves_are_no_tokens_is_refused_as_a_whole_and_finds_only_later_tokens_until_then() {
        for pairs in [
            &[Some((97, 256))][..],
            &[Some((256, 97)), Some((97, 98))],
            &[None, Some((97, 256))],
            &[Some((256, 256))],
            &(255..263).map(|id| Some((id, id))).collect::<Vec<_>>(),
        ] {
            let lookup = lookup(pairs);
            for (left, right) in (95..264).flat_map(|left| (95..264).map(move |right| (left, right))) {
                let id = lookup.merged(left, right);
                assert!(id > left.max(right), "{pairs:?}: {id} of {left} and {right}");
            }
            assert!(lookup.complete().is_err(), "{pairs:?}");
            assert!(lookup.complete().is_err(), "{pairs:?}, again");
            assert_eq!(lookup.words().find(b"ab", 2), NONE);
        }
    }

    #[test]
    fn bytes_that_no_utf_8_text_has_find_nothing() {
        let lookup = lookup(&[]);
        for len in 2..=20 {
            assert_eq!(lookup.words().find(&[0xff; 20], len), NONE);
        }
    }
}
