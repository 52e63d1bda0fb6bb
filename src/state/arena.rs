//! Append-only tables, addressed by small typed numbers that stay valid for ever.
//!
//! A table may begin behind the end of another one: that is how a draft lies over a state.

use std::num::NonZeroU32;
use std::ops::Index;

use crate::collections::{Key, Lookup};

const CHUNK: usize = if cfg!(feature = "tiny") { 1 } else { 128 };

/// A number that addresses a row of one kind of table.
pub trait Ix: Copy {
    /// The row's number as an index.
    fn new(row: usize) -> Self;
    /// The row's number.
    fn row(self) -> usize;
}

macro_rules! ix {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(NonZeroU32); // row + 1, so that an Option of it needs no more space

        impl Ix for $name {
            fn new(row: usize) -> Self {
                let number = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(1);
                Self(NonZeroU32::new(number).unwrap_or(NonZeroU32::MAX))
            }

            fn row(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl Key for $name {
            fn hash64(&self) -> u64 {
                self.0.get().hash64()
            }
        }
    };
}

ix! {
    /// A commit of a state.
    CommitIx
}
ix! {
    /// An entry of a state.
    EntryIx
}
ix! {
    /// A payload of a state.
    ContentIx
}
ix! {
    /// An annotation of a state.
    AnnotationIx
}

/// Rows in chunks, so that growing never copies and leaves no slack. Old chunks may be left out.
#[derive(Debug)]
pub struct Arena<I, T> {
    first: usize,
    length: usize,
    chunks: Vec<Vec<T>>,
    kind: std::marker::PhantomData<I>,
}

impl<I: Ix, T> Arena<I, T> {
    /// A table whose first row will have the number `first`.
    pub fn starting_at(first: usize) -> Self {
        Self { first, length: 0, chunks: Vec::new(), kind: std::marker::PhantomData }
    }

    /// The number of the row that [`Arena::push`] would add.
    pub fn next(&self) -> usize {
        self.first + self.length
    }

    /// The number of the first row.
    pub fn first(&self) -> usize {
        self.first
    }

    /// Adds a row.
    pub fn push(&mut self, row: T) -> I {
        match self.chunks.last_mut() {
            Some(chunk) if !self.length.is_multiple_of(CHUNK) => chunk.push(row),
            _ => {
                // The first chunks grow: most repositories are small, and so are drafts.
                let mut chunk = if self.chunks.is_empty() { Vec::new() } else { Vec::with_capacity(CHUNK) };
                chunk.push(row);
                self.chunks.push(chunk);
            }
        }
        self.length += 1;
        I::new(self.first + self.length - 1)
    }

    /// The row of this number, if this table has it.
    pub fn get(&self, ix: I) -> Option<&T> {
        let row = ix.row().checked_sub(self.first)?;
        self.chunks.get(row / CHUNK)?.get(row % CHUNK)
    }

    /// Leaves out the chunks before the row `to` that have none of the rows that stay. Each row that goes is shown.
    pub fn leave_out(&mut self, to: usize, stays: &dyn Fn(I, &T) -> bool, gone: &mut dyn FnMut(I, &T)) {
        let chunks = to.saturating_sub(self.first) / CHUNK;
        for (number, chunk) in self.chunks.iter_mut().enumerate().take(chunks) {
            let ix = |place: usize| I::new(self.first + number * CHUNK + place);
            if !chunk.iter().enumerate().any(|(place, row)| stays(ix(place), row)) {
                std::mem::take(chunk).iter().enumerate().for_each(|(place, row)| gone(ix(place), row));
            }
        }
    }

    /// The newest row of this table.
    pub fn last(&self) -> Option<&T> {
        self.chunks.last()?.last()
    }

    /// The rows from number `from` on.
    pub fn iter_from(&self, from: usize) -> impl Iterator<Item = (I, &T)> {
        (from.max(self.first)..self.next()).filter_map(|row| self.get(I::new(row)).map(|value| (I::new(row), value)))
    }
}

impl<I: Ix, T> Index<I> for Arena<I, T> {
    type Output = T;

    #[allow(clippy::panic, reason = "indices are made by push and never leave their state")]
    fn index(&self, ix: I) -> &T {
        match self.get(ix) {
            Some(row) => row,
            None => panic!("row {} of a table of {}", ix.row(), self.next()),
        }
    }
}

/// Sorts rows by their numbers, and leaves each once.
pub fn sort_rows<I: Ix>(rows: &mut Vec<I>) {
    let mut numbers: Vec<u64> = rows.iter().map(|ix| ix.row() as u64).collect();
    if numbers.is_sorted_by(|a, b| a < b) {
        return; // as rows that come from a table are
    }
    numbers.sort_unstable();
    numbers.dedup();
    rows.clear();
    rows.extend(numbers.into_iter().map(|row| I::new(row as usize)));
}

/// The row of a lookup for which `is_it` holds.
pub fn find_row<I: Ix>(lookup: &Lookup, hash: u64, is_it: impl Fn(I) -> bool) -> Option<I> {
    lookup.find(hash, &|row| is_it(I::new(row as usize))).map(|row| I::new(row as usize))
}

/// Adds a row to a lookup. `hash_of` gives the hash of any row that is in it.
pub fn add_row<I: Ix>(lookup: &mut Lookup, hash: u64, ix: I, hash_of: impl Fn(I) -> u64) {
    lookup.insert(hash, ix.row() as u32, &|row| hash_of(I::new(row as usize)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers_whatever_is_left_out() {
        for rows in [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let mut table: Arena<EntryIx, usize> = Arena::starting_at(0);
            (0..rows).for_each(|row| _ = table.push(row));
            let mut gone = Vec::new();
            table.leave_out(rows, &|ix, _| ix.row() == CHUNK + 3, &mut |ix, row| gone.push((ix.row(), *row)));
            let stays = |row: usize| row / CHUNK == rows / CHUNK || (rows > CHUNK + 3 && row / CHUNK == 1);
            assert_eq!(gone, (0..rows).filter(|row| !stays(*row)).map(|row| (row, row)).collect::<Vec<_>>());
            let ix = table.push(1000);
            assert_eq!(
                (ix.row(), table.get(ix), table.last(), table.next()),
                (rows, Some(&1000), Some(&1000), rows + 1)
            );
            let here: Vec<usize> = table.iter_from(0).map(|(ix, _)| ix.row()).collect();
            assert_eq!(here, (0..=rows).filter(|row| *row == rows || stays(*row)).collect::<Vec<_>>());
        }
    }
}
