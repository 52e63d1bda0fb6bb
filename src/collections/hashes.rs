//! 64-bit hashes that are added many at once and only asked for: eight bytes each, where a set takes up to fifty. They
//! lie in sorted runs, each less than half as long as the one before, as in a log-structured merge tree.

/// Hashes, in sorted runs.
#[derive(Debug, Default)]
pub struct Hashes(Vec<Vec<u64>>);

impl Hashes {
    /// Adds hashes, in any order.
    pub fn add(&mut self, mut run: Vec<u64>) {
        run.sort_unstable();
        run.shrink_to_fit();
        while let Some(last) = self.0.pop_if(|last| last.len() / 2 <= run.len()) {
            run = merged(&last, &run);
        }
        self.0.push(run);
    }

    /// Whether a hash was added.
    pub fn contains(&self, hash: u64) -> bool {
        self.0.iter().any(|run| run.binary_search(&hash).is_ok())
    }
}

fn merged<'a>(mut one: &'a [u64], mut other: &'a [u64]) -> Vec<u64> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    while let (Some((first, rest)), Some(least)) = (one.split_first(), other.first()) {
        if first > least {
            std::mem::swap(&mut one, &mut other);
        } else {
            all.push(*first);
            one = rest;
        }
    }
    all.extend_from_slice(one);
    all.extend_from_slice(other);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collections::Key;

    #[test]
    fn what_was_added_is_found_and_nothing_else() {
        let mut hashes = Hashes::default();
        assert!(!hashes.contains(0));
        let numbers = |from: u64, count: u64| (from..from + count).map(|number| number.hash64()).collect::<Vec<_>>();
        let mut next = 0;
        for count in [0, 1, 1, 0, 7, 100, 3, 2, 1, 50, 200, 10, 10, 10, 10, 10, 1000] {
            hashes.add(numbers(next, count));
            next += count;
            assert!(numbers(0, next).into_iter().all(|hash| hashes.contains(hash)), "{next}");
            assert!(!numbers(next, 500).into_iter().any(|hash| hashes.contains(hash)), "{next}");
        }
    }

    #[test]
    fn there_are_few_runs_without_room_to_spare() {
        let mut hashes = Hashes::default();
        for round in 0..100_u64 {
            hashes.add((0..100).map(|number| (round * 100 + number).hash64()).collect());
            assert!(hashes.0.len() <= 8, "{} runs", hashes.0.len());
            assert!(hashes.0.is_sorted_by(|one, next| one.len() / 2 > next.len()));
        }
        let (length, room) = hashes.0.iter().fold((0, 0), |(l, r), run| (l + run.len(), r + run.capacity()));
        assert_eq!((length, room), (10_000, 10_000));
    }
}
