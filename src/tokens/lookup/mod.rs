//! From bytes to the token they are, and from two tokens to the one they merge to.
//!
//! Tables are chosen by length: one or two bytes index directly; up to eight bytes are an exact key;
//! more are found by a fingerprint, then compared. Sizes are powers of two known at compile time, so
//! a hash shifted right is an index that needs no check. For texts that are not UTF-8 answers may be
//! wrong, but never out of bounds.

#![allow(clippy::indexing_slicing, reason = "tables of 2^n, indexed by n bits: the compiler sees it")]

mod long;
mod merges;
mod short;

use super::asset::{Asset, SINGLE_BYTES};
use super::vocabulary::{TokenId, Vocabulary};
use super::window::word;
use long::Long;
use merges::Merges;
use short::Short;

/// No token.
pub const NONE: TokenId = TokenId::MAX;

/// A table of `N`, all `value`, made on the heap.
pub(super) fn table<T: Clone, const N: usize>(value: T) -> Box<[T; N]> {
    let Ok(table) = vec![value; N].into_boxed_slice().try_into() else {
        unreachable!("a vector of N is an array of N")
    };
    table
}

/// Finds tokens.
pub struct Lookup {
    vocabulary: Vocabulary,
    single: [TokenId; SINGLE_BYTES],
    pairs: Box<[TokenId; 1 << 16]>,
    short: Short,
    long: Long,
    merges: Merges,
}

impl Lookup {
    /// Tables over all tokens of `vocabulary`, which is that of `asset`.
    pub fn new(vocabulary: Vocabulary, asset: &Asset) -> Self {
        let mut lookup = Self {
            vocabulary,
            single: [NONE; SINGLE_BYTES],
            pairs: table(NONE),
            short: Short::new(),
            long: Long::new(),
            merges: Merges::new(),
        };
        let ids = 0..lookup.vocabulary.len() as TokenId;
        // Some hundred a call, so that WebAssembly engines can switch to optimised code soon.
        for id in ids.step_by(512) {
            lookup.insert_tokens(id..id + 512);
        }
        let mut merges = (SINGLE_BYTES as TokenId..).zip(asset.pairs());
        while lookup.merges.insert_all(merges.by_ref().take(512)) {}
        lookup
    }

    #[inline(never)]
    fn insert_tokens(&mut self, ids: std::ops::Range<TokenId>) {
        for id in ids {
            let token = self.vocabulary.token(id);
            match *token {
                [] => continue,
                [byte] => self.single[usize::from(byte)] = id,
                [first, second] => self.pairs[pair_index(first, second)] = id,
                _ => {}
            }
            if token.len() <= short::MAX_BYTES {
                self.short.insert(token, id);
            } else {
                self.long.insert(token, id);
            }
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

    /// The token of two bytes; [`NONE`] if there is none.
    #[inline(always)]
    pub fn pair(&self, first: u8, second: u8) -> TokenId {
        self.pairs[pair_index(first, second)]
    }

    /// The token that `left` and `right` merge to; [`NONE`] if they do not.
    #[inline(always)]
    pub fn merged(&self, left: TokenId, right: TokenId) -> TokenId {
        self.merges.find(left, right)
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

#[inline(always)]
fn pair_index(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}

#[cfg(test)]
mod tests {
    use super::super::asset::write;
    use super::*;

    fn lookup(pairs: &[Option<(TokenId, TokenId)>]) -> Lookup {
        let text = write(&std::array::from_fn(|byte| byte as u8), pairs);
        let asset = Asset::parse(text.as_bytes()).unwrap();
        Lookup::new(Vocabulary::new(&asset).unwrap(), &asset)
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
            assert_eq!(lookup.find(&text, len), run, "{len} times a");
            assert_eq!(lookup.find(&text[20..], len), nuls, "{len} times NUL");
            assert_eq!(lookup.find(&text[20 - len + 1..], len), NONE, "mixed");
        }
        assert_eq!(lookup.find(b"b", 1), 98);
        assert_eq!(lookup.find(b"\0", 1), 0);
        assert_eq!(lookup.pair(97, 97), 256);
        assert_eq!(lookup.pair(97, 98), NONE);
        assert_eq!(lookup.merged(256, 97), 257);
        assert_eq!(lookup.merged(97, 256), NONE);
        assert_eq!(lookup.merged(NONE, NONE), NONE);
    }

    #[test]
    fn bytes_that_no_utf_8_text_has_find_nothing() {
        let lookup = lookup(&[]);
        for len in 2..=20 {
            assert_eq!(lookup.find(&[0xff; 20], len), NONE);
        }
    }
}
