//! The window: which units stay within a token limit.
//!
//! Pinned units, the last entries and the current turn stay. Of the rest the oldest of the lowest
//! weight go first, whole, until it fits. For each weight the units are kept in order with running
//! sums, so the place of the cut is found by bisection, and an append only adds to the lists.

use super::pair::Unit;

/// The units that may go, by weight, and how many of each have gone.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Units before this one are in the lists, or stay for good.
    boundary: usize,
    /// By weight.
    classes: Vec<(u8, Class)>,
}

#[derive(Debug, Default)]
struct Class {
    /// Units, oldest first, each with the tokens of all up to it.
    units: Vec<(u32, u64)>,
    gone: usize,
}

/// What a window came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Units that go or come back.
    pub changed: Vec<u32>,
    /// Tokens of what stays.
    pub tokens: u64,
}

impl Window {
    /// The first unit that may not go yet.
    pub fn boundary(&self) -> usize {
        self.boundary
    }

    /// Whether the unit is dropped.
    pub fn is_gone(&self, index: u32, unit: &Unit) -> bool {
        let Some((_, class)) = self.classes.iter().find(|(weight, _)| *weight == unit.weight) else { return false };
        class.units.iter().take(class.gone).next_back().is_some_and(|(last, _)| index <= *last)
            && class.units.binary_search_by_key(&index, |(unit, _)| *unit).is_ok()
    }

    /// Lets the units before the first that reaches into the `tail` of places go.
    pub fn admit(&mut self, units: &[Unit], tokens: &[u32], tail: u32, limit: usize) {
        while let Some(unit) = units.get(self.boundary)
            && self.boundary < limit
            && unit.last_place < tail
        {
            let cost = u64::from(tokens.get(self.boundary).copied().unwrap_or_default());
            if !unit.pinned && cost > 0 {
                let index = self.boundary as u32;
                let class = self.class(unit.weight);
                let sum = class.units.last().map_or(0, |(_, sum)| *sum);
                class.units.push((index, sum + cost));
            }
            self.boundary += 1;
        }
    }

    fn class(&mut self, weight: u8) -> &mut Class {
        let place = self.classes.partition_point(|(other, _)| *other < weight);
        if self.classes.get(place).is_none_or(|(other, _)| *other != weight) {
            self.classes.insert(place, (weight, Class::default()));
        }
        #[allow(clippy::indexing_slicing, reason = "it was found or made just now")]
        &mut self.classes[place].1
    }

    /// Drops as much of `total` tokens as has to go for `limit`, and no more.
    pub fn cut(&mut self, total: u64, limit: u64) -> Cut {
        let mut excess = total.saturating_sub(limit);
        let mut kept = total;
        let mut changed = Vec::new();
        for (_, class) in &mut self.classes {
            let all = class.units.last().map_or(0, |(_, sum)| *sum);
            let gone = if excess >= all {
                class.units.len()
            } else if excess == 0 {
                0
            } else {
                class.units.partition_point(|(_, sum)| *sum < excess) + 1
            };
            let freed = gone.checked_sub(1).and_then(|last| class.units.get(last)).map_or(0, |(_, sum)| *sum);
            excess = excess.saturating_sub(freed);
            kept -= freed;
            let (from, to) = (gone.min(class.gone), gone.max(class.gone));
            changed.extend(class.units.get(from..to).into_iter().flatten().map(|(unit, _)| *unit));
            class.gone = gone;
        }
        Cut { changed, tokens: kept }
    }
}
