//! Merging by longest tokens from left to right, going back where that is not what byte pair
//! encoding gives (the method of the `bpe` crate, "So many tokens, so little time", GitHub 2024).
//!
//! A sequence of tokens is the encoding of its bytes if each two neighbours are: merging them would
//! neither join nor split them differently. So it is enough to look one token back.

#![allow(clippy::indexing_slicing, reason = "positions are within the piece; checked anyway")]

use crate::tokens::lookup::{Lookup, NONE};
use crate::tokens::vocabulary::TokenId;

/// Memory that is kept from piece to piece.
#[derive(Default)]
pub struct Scratch {
    /// A bit for each position: may a token end here? Cleared at dead ends.
    open: Vec<u64>,
}

/// Appends the tokens of `piece` to `tokens`; false if it takes too many steps, `tokens` then holds
/// a part of them.
#[inline(never)]
pub fn merge(lookup: &Lookup, piece: &[u8], scratch: &mut Scratch, tokens: &mut Vec<TokenId>) -> bool {
    let open = &mut scratch.open;
    open.clear();
    open.resize(piece.len() / 64 + 1, u64::MAX);

    let mut at = 0;
    let mut last = NONE;
    let (mut token, mut len) = lookup.longest(piece, usize::MAX);
    for _ in 0..piece.len() * 2 + 64 {
        let end = at + len;
        let is_open = (open[end / 64] >> (end % 64)) & 1 != 0;
        if is_open && (last == NONE || stays_split(lookup, piece, at, last, token)) {
            tokens.push(token);
            if end == piece.len() {
                return true;
            }
            (at, last) = (end, token);
            (token, len) = lookup.longest(&piece[at..], usize::MAX);
        } else if len > 1 {
            (token, len) = lookup.longest(&piece[at..], len - 1);
        } else {
            // No token can start here: do not come back, and try a shorter one before.
            open[at / 64] &= !(1 << (at % 64));
            let Some(previous) = tokens.pop() else {
                return false;
            };
            token = previous;
            len = lookup.vocabulary().token_len(previous);
            at -= len;
            last = tokens.last().copied().unwrap_or(NONE);
        }
    }
    false
}

/// Are `left` and `right`, which meet at `at`, what byte pair encoding makes of their bytes?
///
/// Undoes merges from the last one on; whenever a merge across the border would have come first,
/// they are not.
#[inline(always)]
fn stays_split(lookup: &Lookup, piece: &[u8], at: usize, left: TokenId, right: TokenId) -> bool {
    let vocabulary = lookup.vocabulary();
    let (mut left, mut right) = (left, right);
    let mut limit = NONE;
    loop {
        let (left_len, right_len) = (vocabulary.token_len(left), vocabulary.token_len(right));
        let joined = lookup.find(&piece[at - left_len..], left_len + right_len);
        if joined < limit && vocabulary.halves(joined) == (left, right) {
            return false;
        }
        // Undo the later of the two merges; of a single byte there is none.
        if left > right {
            limit = left;
            left = vocabulary.halves(left).1;
            if left == limit {
                limit = right + 1;
                right = vocabulary.halves(right).0;
                if right + 1 == limit {
                    return true;
                }
            }
        } else {
            limit = right + 1;
            right = vocabulary.halves(right).0;
            if right + 1 == limit {
                limit = left;
                left = vocabulary.halves(left).1;
                if left == limit {
                    return true;
                }
            }
        }
    }
}
