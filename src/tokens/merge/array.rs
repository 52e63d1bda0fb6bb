//! Merging a short piece: its parts in an array, the best pair found by looking at all.

#![allow(
    clippy::indexing_slicing,
    reason = "indices are below the number of parts, and that at most MAX_BYTES; checked anyway"
)]

use crate::tokens::lookup::{Lookup, NONE};
use crate::tokens::names::TokenId;

/// The longest piece that [`merge`] takes.
pub const MAX_BYTES: usize = 32;

/// Appends the tokens of the first `len` bytes of `rest` to `tokens`; `len` is 1 to [`MAX_BYTES`].
#[inline(never)]
pub fn merge(lookup: &Lookup, rest: &[u8], len: usize, tokens: &mut Vec<TokenId>) {
    let mut ranks = [NONE; MAX_BYTES + 2];
    let mut ids = [NONE; MAX_BYTES + 2];
    let mut parts = len;
    let (mut best, mut at) = (NONE, 0);
    for i in 0..len {
        ids[i] = lookup.single(rest[i]);
        if i + 1 < len {
            ranks[i] = lookup.pair(rest[i], rest[i + 1]);
            if ranks[i] < best {
                (best, at) = (ranks[i], i);
            }
        }
    }

    while best != NONE {
        ids[at] = best;
        parts -= 1;
        for i in at + 1..parts {
            ids[i] = ids[i + 1];
            ranks[i] = ranks[i + 1];
        }
        ranks[at] = if at + 1 < parts { lookup.merged(best, ids[at + 1]) } else { NONE };
        if at > 0 {
            ranks[at - 1] = lookup.merged(ids[at - 1], best);
        }
        best = NONE;
        for (i, &rank) in ranks[..parts].iter().enumerate() {
            if rank < best {
                (best, at) = (rank, i);
            }
        }
    }
    tokens.extend_from_slice(&ids[..parts]);
}
