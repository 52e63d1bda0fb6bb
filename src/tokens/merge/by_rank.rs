//! Merging a piece of any length: rank by rank, all pairs of a rank from left to right.
//!
//! A merge makes a token of a higher rank than its halves, so nothing is ever added to a rank that
//! is under way or done.

#![allow(clippy::indexing_slicing, reason = "positions are within the piece; checked anyway")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::tokens::lookup::{Lookup, NONE};
use crate::tokens::names::TokenId;

/// Memory that is kept from piece to piece.
#[derive(Default)]
pub struct Scratch {
    parts: Vec<Part>,
    waiting: Waiting,
    /// The pairs of the rank that is under way.
    starts: Vec<u32>,
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

/// Pairs and bytes are worked off some hundred at a time, a call each, so that WebAssembly engines can
/// switch to optimised code within a long piece.
const CHUNK: usize = 512;

/// Appends the tokens of `piece` to `tokens`.
#[inline(never)]
pub fn merge(lookup: &Lookup, piece: &[u8], scratch: &mut Scratch, tokens: &mut Vec<TokenId>) {
    let Scratch { parts, waiting, starts } = scratch;
    parts.clear();
    waiting.clear(lookup.ids());
    for from in (0..piece.len()).step_by(CHUNK) {
        add_parts(lookup, piece, from, parts, waiting);
    }
    while let Some(rank) = waiting.take_lowest(starts) {
        for chunk in starts.chunks(CHUNK) {
            merge_pairs(lookup, parts, waiting, chunk, rank);
        }
    }

    let mut at = 0;
    while let Some(part) = parts.get(at) {
        tokens.push(part.id);
        at = part.end as usize;
    }
}

/// Adds the bytes of a chunk as parts, and their pairs.
#[inline(never)]
fn add_parts(lookup: &Lookup, piece: &[u8], from: usize, parts: &mut Vec<Part>, waiting: &mut Waiting) {
    for (i, &byte) in piece.iter().enumerate().skip(from).take(CHUNK) {
        let rank = piece.get(i + 1).map_or(NONE, |&next| lookup.pair(byte, next));
        let (previous, end) = ((i as u32).wrapping_sub(1), i as u32 + 1);
        parts.push(Part { previous, end, id: lookup.single(byte), rank });
        waiting.add(rank, i as u32);
    }
}

/// Merges the pairs of a chunk of the list of `rank`.
#[inline(never)]
fn merge_pairs(lookup: &Lookup, parts: &mut [Part], waiting: &mut Waiting, starts: &[u32], rank: TokenId) {
    for &start in starts {
        merge_pair(lookup, parts, waiting, start as usize, rank);
    }
}

/// Merges the part at `start` and the next one to `rank`, unless one of them has been merged with
/// another since that was found.
#[inline(always)]
fn merge_pair(lookup: &Lookup, parts: &mut [Part], waiting: &mut Waiting, start: usize, rank: TokenId) {
    if parts[start].rank != rank {
        return;
    }
    let second = parts[start].end as usize;
    let end = parts[second].end as usize;
    parts[second].rank = NONE;
    let with_next = parts.get_mut(end).map_or(NONE, |next| {
        next.previous = start as u32;
        lookup.merged(rank, next.id)
    });
    let part = &mut parts[start];
    (part.id, part.end, part.rank) = (rank, end as u32, with_next);
    waiting.add(with_next, start as u32);
    if start > 0 {
        let previous = parts[start].previous;
        let part = &mut parts[previous as usize];
        part.rank = lookup.merged(part.id, rank);
        waiting.add(part.rank, previous);
    }
}

/// Where pairs start that wait to be merged, by rank.
#[derive(Default)]
struct Waiting {
    /// The ranks that have a list.
    ranks: BinaryHeap<Reverse<TokenId>>,
    /// For each rank the last of its list in `links`, or [`NONE`].
    last: Vec<u32>,
    /// A start, and the link before it in its list.
    links: Vec<(u32, u32)>,
}

impl Waiting {
    /// No lists, for ranks below `ranks`. All lists have been taken: none is left over.
    fn clear(&mut self, ranks: usize) {
        self.links.clear();
        self.last.resize(ranks, NONE);
    }

    /// Adds a pair; for [`NONE`] does nothing.
    #[inline(always)]
    fn add(&mut self, rank: TokenId, start: u32) {
        if let Some(last) = self.last.get_mut(rank as usize) {
            if *last == NONE {
                self.ranks.push(Reverse(rank));
            }
            self.links.push((start, *last));
            *last = self.links.len() as u32 - 1;
        }
    }

    /// Takes the list of the lowest rank into `starts`, from left to right.
    fn take_lowest(&mut self, starts: &mut Vec<u32>) -> Option<TokenId> {
        let Reverse(rank) = self.ranks.pop()?;
        let mut link = std::mem::replace(&mut self.last[rank as usize], NONE);
        starts.clear();
        while let Some(&(start, before)) = self.links.get(link as usize) {
            starts.push(start);
            link = before;
        }
        starts.reverse();
        starts.sort_unstable();
        Some(rank)
    }
}
