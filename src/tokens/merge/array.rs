//! Merging a short piece: its parts in an array, the best pair found by looking at all.

#![allow(
    clippy::indexing_slicing,
    reason = "indices are below the number of parts, and that at most MAX_BYTES; checked anyway"
)]

use crate::tokens::lookup::{Lookup, NONE};
use crate::tokens::vocabulary::TokenId;

/// The longest piece that [`merge`] takes.
pub const MAX_BYTES: usize = 16;

/// Appends the tokens of the first `len` bytes of `rest` to `tokens`; `len` is 1 to [`MAX_BYTES`].
#[inline(never)]
pub fn merge(lookup: &Lookup, rest: &[u8], len: usize, tokens: &mut Vec<TokenId>) {
    // Where each part starts; one more for the end. `ranks[i]`: of the token that parts i and i + 1
    // would make. `ids[i]`: of part i.
    let mut starts = [0u8; MAX_BYTES + 2];
    let mut ranks = [NONE; MAX_BYTES + 2];
    let mut ids = [NONE; MAX_BYTES + 2];
    let mut parts = len;
    let (mut best, mut at) = (NONE, 0);
    for i in 0..len {
        starts[i] = i as u8;
        ids[i] = lookup.single(rest[i]);
        if i + 1 < len {
            ranks[i] = lookup.pair(rest[i], rest[i + 1]);
            if ranks[i] < best {
                (best, at) = (ranks[i], i);
            }
        }
    }
    starts[len] = len as u8;

    while best != NONE {
        ids[at] = best;
        parts -= 1;
        for i in at + 1..=parts {
            starts[i] = starts[i + 1];
            ranks[i] = ranks[i + 1];
            ids[i] = ids[i + 1];
        }
        let rank = |first: usize| {
            let (start, end) = (usize::from(starts[first]), usize::from(starts[first + 2]));
            lookup.find(&rest[start..], end - start)
        };
        ranks[at] = if at + 1 < parts { rank(at) } else { NONE };
        if at > 0 {
            ranks[at - 1] = rank(at - 1);
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
