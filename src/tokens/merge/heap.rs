//! Merging a piece of any length: the pairs in a heap, the parts in a linked list. Never more than
//! n log n steps.

#![allow(clippy::indexing_slicing, reason = "positions are within the piece; checked anyway")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::tokens::lookup::{Lookup, NONE};
use crate::tokens::vocabulary::TokenId;

/// Memory that is kept from piece to piece.
#[derive(Default)]
pub struct Scratch {
    parts: Vec<Part>,
    heap: BinaryHeap<Reverse<Pair>>,
}

/// A part of the piece, at the index where it starts.
struct Part {
    /// Where the part before starts; for the first, anything.
    previous: u32,
    /// Where it ends, and the next one starts.
    end: u32,
    /// Its token.
    id: TokenId,
    /// The token it would make with the next part; [`NONE`] if none, or if there is no such part.
    rank: TokenId,
}

/// A pair that could be merged: by rank, then from the left.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    rank: TokenId,
    start: u32,
}

/// Appends the tokens of `piece` to `tokens`.
#[inline(never)]
pub fn merge(lookup: &Lookup, piece: &[u8], scratch: &mut Scratch, tokens: &mut Vec<TokenId>) {
    let Scratch { parts, heap } = scratch;
    parts.clear();
    parts.extend(piece.iter().enumerate().map(|(i, &byte)| Part {
        previous: (i as u32).wrapping_sub(1),
        end: i as u32 + 1,
        id: lookup.single(byte),
        rank: piece.get(i + 1).map_or(NONE, |&next| lookup.pair(byte, next)),
    }));
    let mut pairs = std::mem::take(heap).into_vec();
    pairs.clear();
    pairs.extend(
        parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.rank != NONE)
            .map(|(i, part)| Reverse(Pair { rank: part.rank, start: i as u32 })),
    );
    *heap = BinaryHeap::from(pairs);

    let rank_of = |start: usize, end: usize| lookup.find(&piece[start..], end - start);
    while let Some(Reverse(Pair { rank, start })) = heap.pop() {
        let start = start as usize;
        if parts[start].rank != rank {
            continue; // One of the two has been merged with another since.
        }
        let second = parts[start].end as usize;
        let end = parts[second].end as usize;
        parts[second].rank = NONE;
        parts[start].end = end as u32;
        parts[start].id = rank;

        let mut with_next = NONE;
        if let Some(next) = parts.get_mut(end) {
            next.previous = start as u32;
            with_next = rank_of(start, next.end as usize);
        }
        set_rank(parts, heap, start, with_next);
        if start > 0 {
            let previous = parts[start].previous as usize;
            set_rank(parts, heap, previous, rank_of(previous, end));
        }
    }

    let mut at = 0;
    while let Some(part) = parts.get(at) {
        tokens.push(part.id);
        at = part.end as usize;
    }
}

#[inline(always)]
fn set_rank(parts: &mut [Part], heap: &mut BinaryHeap<Reverse<Pair>>, start: usize, rank: TokenId) {
    if parts[start].rank != rank {
        parts[start].rank = rank;
        if rank != NONE {
            heap.push(Reverse(Pair { rank, start: start as u32 }));
        }
    }
}
