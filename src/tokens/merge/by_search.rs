//! Merging a short piece: its parts in an array, the best pair found by looking at all.

#![allow(
    clippy::indexing_slicing,
    reason = "indices are below the number of parts, and that at most MAX_BYTES; checked anyway"
)]

use crate::tokens::lookup::{Lookup, NONE};
use crate::tokens::names::TokenId;

/// The longest piece that [`Parts::merge`] takes.
pub const MAX_BYTES: usize = 40;

/// The parts of a piece.
pub struct Parts {
    /// The token of each part.
    ids: [TokenId; MAX_BYTES + 1],
    /// The token that each part makes with the next one; [`NONE`] if none, and for the last.
    ranks: [TokenId; MAX_BYTES + 1],
}

impl Default for Parts {
    fn default() -> Self {
        Self { ids: [NONE; MAX_BYTES + 1], ranks: [NONE; MAX_BYTES + 1] }
    }
}

impl Parts {
    /// The tokens of `piece`, which has at most [`MAX_BYTES`].
    #[inline(never)]
    pub fn merge(&mut self, lookup: &Lookup, piece: &[u8]) -> &[TokenId] {
        let Self { ids, ranks } = self;
        let mut len = piece.len();
        for (i, &byte) in piece.iter().enumerate() {
            ids[i] = lookup.single(byte);
            ranks[i] = piece.get(i + 1).map_or(NONE, |&next| lookup.pair(byte, next));
        }
        while let Some((at, rank)) = best(&ranks[..len]) {
            len -= 1;
            ids[at] = rank;
            for i in at + 1..len {
                ids[i] = ids[i + 1];
                ranks[i] = ranks[i + 1];
            }
            ranks[at] = if at + 1 < len { lookup.merged(rank, ids[at + 1]) } else { NONE };
            if at > 0 {
                ranks[at - 1] = lookup.merged(ids[at - 1], rank);
            }
        }
        &ids[..len]
    }
}

/// Where the lowest rank is, and what it is.
#[inline(always)]
fn best(ranks: &[TokenId]) -> Option<(usize, TokenId)> {
    let mut best = (0, NONE);
    for (i, &rank) in ranks.iter().enumerate() {
        if rank < best.1 {
            best = (i, rank);
        }
    }
    (best.1 != NONE).then_some(best)
}
