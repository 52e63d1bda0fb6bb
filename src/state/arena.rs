//! Append-only tables, addressed by small typed numbers that stay valid for ever.
//!
//! A table may begin behind the end of another one: that is how a draft lies over a state.

use std::num::NonZeroU32;
use std::ops::Index;

use hashbrown::HashTable;

const CHUNK: usize = 512;

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
ix! {
    /// A move of a branch.
    MoveIx
}

/// Rows in chunks, so that growing never copies and leaves no slack.
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
            Some(chunk) if chunk.len() < CHUNK => chunk.push(row),
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

/// Finds rows by a 64-bit hash of their name; the table holds row numbers only.
#[derive(Debug, Default)]
pub struct Lookup {
    rows: HashTable<u32>,
}

impl Lookup {
    /// The row with this hash for which `is_it` holds.
    pub fn find<I: Ix>(&self, hash: u64, mut is_it: impl FnMut(I) -> bool) -> Option<I> {
        self.rows.find(hash, |&row| is_it(I::new(row as usize))).map(|&row| I::new(row as usize))
    }

    /// Adds a row. `hash_of` gives the hash of any row that is in, for when the table grows.
    pub fn insert<I: Ix>(&mut self, hash: u64, ix: I, hash_of: impl Fn(I) -> u64) {
        self.rows.insert_unique(hash, ix.row() as u32, |&row| hash_of(I::new(row as usize)));
    }
}

/// A hash of a short text, for [`Lookup`]: FNV-1a, with the high bits stirred.
pub fn text_hash(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    (hash ^ hash >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
