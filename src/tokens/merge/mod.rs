//! Byte pair encoding of one piece: the tokens it has when always the pair of lowest rank is merged
//! first, the leftmost of equals.
//!
//! Three ways give the same tokens. Short pieces: an array of parts. Longer ones: the longest
//! tokens from left to right, going back where merging would have split differently. Where that
//! goes back too often: a heap of pairs. So the time never grows with the square of the length.

mod array;
mod backtrack;
mod heap;

use super::lookup::Lookup;
use super::vocabulary::TokenId;

/// Merges pieces, in memory it keeps from piece to piece.
#[derive(Default)]
pub struct Merger {
    tokens: Vec<TokenId>,
    backtrack: backtrack::Scratch,
    heap: heap::Scratch,
}

impl Merger {
    /// The tokens of the piece that is the first `len` bytes of `rest`, at least one.
    #[inline(always)]
    pub fn merge(&mut self, lookup: &Lookup, rest: &[u8], len: usize) -> &[TokenId] {
        self.tokens.clear();
        if len <= array::MAX_BYTES {
            array::merge(lookup, rest, len, &mut self.tokens);
        } else {
            let piece = rest.get(..len).unwrap_or(rest);
            if !backtrack::merge(lookup, piece, &mut self.backtrack, &mut self.tokens) {
                self.tokens.clear();
                heap::merge(lookup, piece, &mut self.heap, &mut self.tokens);
            }
        }
        &self.tokens
    }
}
