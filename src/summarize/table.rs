//! Numbers under hashes. The containers of the core are a hash table for everything; this one is a few lines, for a
//! module that is counted in kilobytes.

/// Numbers under hashes, by open addressing.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Hash and number; a power of two of them, at least a third of them free. No hash is 0.
    slots: Vec<(u64, u32)>,
    count: usize,
}

impl Table {
    /// The number under a hash; where there is none, `new` is put there.
    pub(super) fn get_or_put(&mut self, hash: u64, new: u32) -> u32 {
        if self.count * 3 >= self.slots.len() * 2 {
            self.grow();
        }
        let hash = hash.max(1);
        let Some(slot) = self.slot(hash) else { return new };
        if slot.0 == 0 {
            *slot = (hash, new);
            self.count += 1;
            return new;
        }
        slot.1
    }

    /// The number under a hash.
    pub(super) fn get(&mut self, hash: u64) -> Option<u32> {
        self.slot(hash.max(1)).filter(|slot| slot.0 != 0).map(|slot| slot.1)
    }

    /// The slot that has a hash, or that it would go to.
    fn slot(&mut self, hash: u64) -> Option<&mut (u64, u32)> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while self.slots.get(at).is_some_and(|slot| slot.0 != 0 && slot.0 != hash) {
            at = (at + 1) & mask;
        }
        self.slots.get_mut(at)
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        for (hash, number) in std::mem::replace(&mut self.slots, vec![(0, 0); size]) {
            if hash != 0
                && let Some(slot) = self.slot(hash)
            {
                *slot = (hash, number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_under_a_hash_stays() {
        let mut table = Table::default();
        assert_eq!(table.get(7), None);
        for round in 0..2 {
            for number in 0..10_000u32 {
                let hash = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15); // 0 among them
                assert_eq!(table.get_or_put(hash, number + round), number);
                assert_eq!(table.get(hash), Some(number));
            }
        }
    }
}
