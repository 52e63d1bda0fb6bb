//! The hash table behind everything that is found by hash. It holds row numbers only, so there is
//! one of it; what the rows are is the caller's business.

use std::rc::Rc;

use hashbrown::HashTable;

/// Finds rows by a 64-bit hash.
#[derive(Debug, Default, Clone)]
pub struct Lookup {
    rows: HashTable<u32>,
}

impl Lookup {
    /// A lookup with room for so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self { rows: HashTable::with_capacity(rows) }
    }

    /// The row with this hash for which `is_it` holds.
    pub fn find(&self, hash: u64, is_it: &dyn Fn(u32) -> bool) -> Option<u32> {
        self.rows.find(hash, |row| is_it(*row)).copied()
    }

    /// Adds a row. `hash_of` gives the hash of any row that is in, for when the table grows.
    #[inline(never)]
    pub fn insert(&mut self, hash: u64, row: u32, hash_of: &dyn Fn(u32) -> u64) {
        self.rows.insert_unique(hash, row, |row| hash_of(*row));
    }

    /// Makes room for so many more rows. `hash_of` as in [`Lookup::insert`].
    pub fn reserve(&mut self, more: usize, hash_of: &dyn Fn(u32) -> u64) {
        self.rows.reserve(more, |row| hash_of(*row));
    }

    /// Takes out a row.
    #[inline(never)]
    pub fn remove(&mut self, hash: u64, row: u32) {
        if let Ok(found) = self.rows.find_entry(hash, |other| *other == row) {
            found.remove();
        }
    }

    /// Gives a row another number.
    #[inline(never)]
    pub fn renumber(&mut self, hash: u64, from: u32, to: u32) {
        if let Some(row) = self.rows.find_mut(hash, |other| *other == from) {
            *row = to;
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.rows.clear();
    }
}

/// What a [`super::Map`] finds its values by.
pub trait Key: Eq {
    /// Equal keys have equal hashes, and all bits of a hash depend on the key.
    fn hash64(&self) -> u64;
}

impl<K: Key> Key for Option<K> {
    fn hash64(&self) -> u64 {
        self.as_ref().map_or(0, K::hash64)
    }
}

/// A hash of a short text: FNV-1a (Fowler, Noll and Vo), with the high bits stirred.
pub fn text_hash(text: &str) -> u64 {
    let add = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    stir(text.bytes().fold(0xCBF2_9CE4_8422_2325, add))
}

fn stir(hash: u64) -> u64 {
    (hash ^ hash >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Key for u32 {
    fn hash64(&self) -> u64 {
        stir(u64::from(*self).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

impl Key for u64 {
    fn hash64(&self) -> u64 {
        stir(*self)
    }
}

impl Key for str {
    fn hash64(&self) -> u64 {
        text_hash(self)
    }
}

impl Key for String {
    fn hash64(&self) -> u64 {
        text_hash(self)
    }
}

impl Key for Box<str> {
    fn hash64(&self) -> u64 {
        text_hash(self)
    }
}

impl<K: Key + ?Sized> Key for Rc<K> {
    fn hash64(&self) -> u64 {
        (**self).hash64()
    }
}

impl Key for crate::hash::ContentHash {
    fn hash64(&self) -> u64 {
        self.prefix()
    }
}
