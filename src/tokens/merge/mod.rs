//! Byte pair encoding of one piece: the tokens it has when always the pair of lowest rank is merged
//! first, the leftmost of equals.
//!
//! A pair's rank is the id of the token it makes. Two ways give the same tokens: for short pieces
//! an array of parts that is searched for the best pair, for longer ones lists of pairs by rank. So
//! the time never grows with the square of the length.

mod by_rank;
mod by_search;

use super::lookup::Lookup;
use super::names::TokenId;

/// Merges pieces, in memory it keeps from piece to piece.
#[derive(Default)]
pub struct Merger {
    search: by_search::Parts,
    lists: by_rank::Scratch,
    tokens: Vec<TokenId>,
}

impl Merger {
    /// The tokens of `piece`: at least one, if it is not empty.
    #[inline(always)]
    pub fn merge(&mut self, lookup: &Lookup, piece: &[u8]) -> &[TokenId] {
        if piece.len() <= by_search::MAX_BYTES {
            self.search.merge(lookup, piece)
        } else {
            self.tokens.clear();
            by_rank::merge(lookup, piece, &mut self.lists, &mut self.tokens);
            &self.tokens
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::asset::{Asset, write};
    use super::*;

    /// A vocabulary where "ab" merges before "bc", and runs of a double.
    fn lookup() -> Lookup {
        let (a, b, c) = (97, 98, 99);
        let pairs = [(a, b), (b, c), (a, a), (258, 258), (256, c), (259, 259), (257, 257)].map(Some);
        let text = write(&std::array::from_fn(|byte| byte as u8), &pairs);
        let asset = Asset::parse(text.as_bytes()).unwrap();
        Lookup::new(asset)
    }

    fn both_ways(lookup: &Lookup, piece: &[u8]) -> Vec<TokenId> {
        let mut merger = Merger::default();
        let mut by_rank = Vec::new();
        by_rank::merge(lookup, piece, &mut merger.lists, &mut by_rank);
        if piece.len() <= by_search::MAX_BYTES {
            assert_eq!(by_rank, merger.search.merge(lookup, piece), "{piece:?}");
        }
        by_rank
    }

    #[test]
    fn the_lowest_rank_merges_first_then_the_leftmost() {
        let lookup = lookup();
        assert_eq!(both_ways(&lookup, b"a"), [97]);
        assert_eq!(both_ways(&lookup, b"xyz"), [120, 121, 122]);
        assert_eq!(both_ways(&lookup, b"abc"), [260], "ab, then abc");
        assert_eq!(both_ways(&lookup, b"bcbc"), [262]);
        assert_eq!(both_ways(&lookup, b"aab"), [97, 256], "ab before aa");
        assert_eq!(both_ways(&lookup, b"aaa"), [258, 97]);
        assert_eq!(both_ways(&lookup, b"aaaaaaab"), [259, 258, 256]);
    }

    #[test]
    fn both_ways_agree_on_all_short_pieces_of_three_letters() {
        let lookup = lookup();
        for number in 0..3usize.pow(8) {
            let letters = (0..8).map(|place| b"abc"[number / 3usize.pow(place) % 3]);
            both_ways(&lookup, &letters.collect::<Vec<u8>>());
        }
    }
}
