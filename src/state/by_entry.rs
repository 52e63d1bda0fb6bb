//! A number for each entry of a repository.

use super::arena::{EntryIx, Ix};

/// Numbers by entry, 0 where none was set. From a certain entry on they stand in a row; of those before it, few, are kept
/// which are not 0.
#[derive(Debug, Clone, Default)]
pub(super) struct ByEntry {
    first: usize,
    /// By entry.
    old: Vec<(EntryIx, u32)>,
    numbers: Vec<u32>,
}

impl ByEntry {
    fn old_place(&self, entry: EntryIx) -> Result<usize, usize> {
        self.old.binary_search_by(|(known, _)| known.cmp(&entry))
    }

    pub fn get(&self, entry: EntryIx) -> u32 {
        match entry.row().checked_sub(self.first) {
            Some(place) => self.numbers.get(place).copied().unwrap_or_default(),
            None => self.old_place(entry).ok().and_then(|place| self.old.get(place)).map_or(0, |(_, number)| *number),
        }
    }

    pub fn set(&mut self, entry: EntryIx, number: u32) {
        let Some(place) = entry.row().checked_sub(self.first) else {
            let place = self.old_place(entry).unwrap_or_else(|place| {
                self.old.insert(place, (entry, 0));
                place
            });
            if let Some((_, there)) = self.old.get_mut(place) {
                *there = number;
            }
            return;
        };
        if self.numbers.len() <= place {
            self.numbers.resize(place + 1, 0);
        }
        if let Some(there) = self.numbers.get_mut(place) {
            *there = number;
        }
    }

    /// Has numbers stand in a row from `first` on only, without those of entries before it for which `goes` holds; unless
    /// that leaves too many to be looked for.
    pub fn leave_out(&mut self, first: usize, goes: &dyn Fn(EntryIx) -> bool) {
        let length = self.numbers.len().min(first.saturating_sub(self.first));
        let mut stay = Vec::new();
        for (place, number) in self.numbers.iter().enumerate().take(length) {
            let entry = EntryIx::new(self.first + place);
            if *number != 0 && !goes(entry) {
                stay.push((entry, *number));
            }
        }
        if stay.len() * 4 > length {
            return;
        }
        self.old.retain(|(entry, _)| !goes(*entry));
        self.old.append(&mut stay);
        self.numbers = self.numbers.split_off(length);
        self.first = self.first.max(first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_whatever_was_left_out() {
        let entry = |row: usize| EntryIx::new(row);
        let mut numbers = ByEntry::default();
        for row in (0..100).step_by(3) {
            numbers.set(entry(row), row as u32 + 1);
        }
        let mut here: Vec<usize> = (0..100).step_by(3).collect();
        for first in [0, 10, 50, 20, 99, 300] {
            let goes = |entry: EntryIx| entry.row() % 2 == 1;
            numbers.leave_out(first, &goes);
            here.retain(|row| *row >= first || !goes(entry(*row)));
            let found: Vec<usize> = (0..400).filter(|row| numbers.get(entry(*row)) != 0).collect();
            assert_eq!(found, here, "{first}");
            assert!(here.iter().all(|row| numbers.get(entry(*row)) == *row as u32 + 1));
        }
        assert_eq!(numbers.old.len(), here.len());
        assert_eq!((numbers.first, numbers.numbers.len()), (300, 0));
        numbers.set(entry(7), 1);
        numbers.set(entry(301), 2);
        assert_eq!([7, 300, 301, 302].map(|row| numbers.get(entry(row))), [1, 0, 2, 0]);
    }

    #[test]
    fn where_most_stay_all_stand_in_a_row() {
        let mut numbers = ByEntry::default();
        (0..100).for_each(|row| numbers.set(EntryIx::new(row), row as u32 + 1));
        numbers.leave_out(60, &|entry| entry.row() < 30);
        assert_eq!((numbers.first, numbers.old.len(), numbers.numbers.len()), (0, 0, 100));
        numbers.leave_out(60, &|entry| entry.row() % 8 != 0);
        assert_eq!((numbers.first, numbers.old.len(), numbers.numbers.len()), (60, 8, 40));
    }
}
