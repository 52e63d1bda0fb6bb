//! Values under keys, in the order in which they came; taking one out puts the last in its place.

use std::borrow::Borrow;

use super::lookup::{Key, Lookup};

/// Values under keys.
#[derive(Debug, Clone)]
pub struct Map<K, V> {
    rows: Vec<(K, V)>,
    lookup: Lookup,
}

/// Keys, each once.
pub type Set<K> = Map<K, ()>;

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { rows: Vec::new(), lookup: Lookup::default() }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Map<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<K: Key, V> Map<K, V> {
    fn place<Q: Key + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        if self.rows.is_empty() {
            return None;
        }
        let is_it = |row: u32| self.rows.get(row as usize).is_some_and(|(known, _)| known.borrow() == key);
        self.lookup.find(key.hash64(), &is_it).map(|row| row as usize)
    }

    /// The value under a key.
    pub fn get<Q: Key + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.rows.get(self.place(key)?).map(|(_, value)| value)
    }

    /// The value under a key, to change it.
    pub fn get_mut<Q: Key + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key)?;
        self.rows.get_mut(place).map(|(_, value)| value)
    }

    /// Whether there is a value under a key.
    pub fn contains<Q: Key + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_some()
    }

    /// Puts a value under a key. Whether the key is new; otherwise the value takes the place of the
    /// one that was there.
    pub fn insert(&mut self, key: K, value: V) -> bool {
        if let Some(known) = self.get_mut(&key) {
            *known = value;
            return false;
        }
        self.add_new(key, value);
        true
    }

    /// Puts a value under a key that is not there yet.
    pub fn add_new(&mut self, key: K, value: V) {
        let row = self.rows.len() as u32;
        let hash = key.hash64();
        self.rows.push((key, value));
        let rows = &self.rows;
        self.lookup.insert(hash, row, &|row| rows.get(row as usize).map_or(0, |(key, _)| key.hash64()));
    }

    /// The value under a key; where there is none, what `make` gives.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V
    where
        K: Clone,
    {
        let place = match self.place(&key) {
            Some(place) => place,
            None => {
                self.add_new(key, make());
                self.rows.len() - 1
            }
        };
        #[allow(clippy::indexing_slicing, reason = "the place was found or made just now")]
        &mut self.rows[place].1
    }

    /// Takes the value under a key out.
    pub fn remove<Q: Key + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key)?;
        self.lookup.remove(key.hash64(), place as u32);
        let last = self.rows.len() - 1;
        if place != last
            && let Some((moved, _)) = self.rows.last()
        {
            self.lookup.renumber(moved.hash64(), last as u32, place as u32);
        }
        Some(self.rows.swap_remove(place).1)
    }

    /// Keys and values.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.rows.iter().map(|(key, value)| (key, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.lookup.clear();
    }
}

impl<K: Key> Set<K> {
    /// Adds a key. Whether it is new.
    pub fn add(&mut self, key: K) -> bool {
        self.insert(key, ())
    }
}

impl<K: Key> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::default();
        for key in keys {
            set.add(key);
        }
        set
    }
}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, (K, V)>, fn(&(K, V)) -> (&K, &V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter().map(|(key, value)| (key, value))
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}
