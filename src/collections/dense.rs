//! Values under numbers that mostly follow one another, as rows and messages are numbered. They are kept in order; each
//! is looked for where it stands if none is missing, else by bisection before that place.

/// Values under numbers, in the order of the numbers.
#[derive(Debug, Clone)]
pub struct Dense<V>(Vec<(u32, V)>);

impl<V> Default for Dense<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Dense<V> {
    fn place(&self, number: u32) -> Option<usize> {
        let (first, _) = self.0.first()?;
        let most = number.checked_sub(*first)? as usize;
        if self.0.get(most).is_some_and(|(found, _)| *found == number) {
            return Some(most);
        }
        let before = self.0.get(..most).unwrap_or(&self.0);
        before.binary_search_by_key(&number, |(found, _)| *found).ok()
    }

    /// The value under a number.
    pub fn get(&self, number: u32) -> Option<&V> {
        self.0.get(self.place(number)?).map(|(_, value)| value)
    }

    /// The value under a number, to change it.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut V> {
        let place = self.place(number)?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Puts a value under a number greater than those that are there.
    pub fn push(&mut self, number: u32, value: V) {
        debug_assert!(self.0.last().is_none_or(|(last, _)| *last < number), "{number} is not the greatest");
        self.0.push((number, value));
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }

    /// Takes in others, of which none may be here.
    pub fn merge(&mut self, others: Self) {
        let (Some((last, _)), Some((first, _))) = (self.0.last(), others.0.first()) else {
            if self.0.is_empty() {
                *self = others;
            }
            return;
        };
        if last < first {
            self.0.extend(others.0);
            return;
        }
        let mut all = Vec::with_capacity(self.0.len() + others.0.len());
        let mut others = others.0.into_iter().peekable();
        for (number, value) in std::mem::take(&mut self.0) {
            while let Some(other) = others.next_if(|(other, _)| *other < number) {
                all.push(other);
            }
            all.push((number, value));
        }
        all.extend(others);
        self.0 = all;
    }

    /// Leaves only values for which this holds.
    pub fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        self.0.retain(|(_, value)| keep(value));
    }

    /// Numbers and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &V)> {
        self.0.iter().map(|(number, value)| (*number, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V> IntoIterator for Dense<V> {
    type Item = (u32, V);
    type IntoIter = std::vec::IntoIter<(u32, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(numbers: &[u32]) -> Dense<u32> {
        let mut all = Dense::default();
        numbers.iter().for_each(|number| all.push(*number, number * 10));
        all
    }

    #[test]
    fn every_value_is_found_and_nothing_else_with_gaps_or_without() {
        for numbers in [&[][..], &[0], &[7], &[3, 4, 5], &[3, 5, 6, 9, 40, 41], &[0, u32::MAX / 10]] {
            let mut all = dense(numbers);
            for number in (0..50).chain([u32::MAX / 10, u32::MAX]) {
                let expected = numbers.contains(&number).then(|| number * 10);
                assert_eq!(all.get(number).copied(), expected, "{number} of {numbers:?}");
                assert_eq!(all.get_mut(number).copied(), expected);
            }
        }
    }

    #[test]
    fn merged_values_stand_in_the_order_of_their_numbers() {
        for (one, other) in [
            (&[][..], &[][..]),
            (&[], &[1, 2]),
            (&[1, 2], &[]),
            (&[1, 2], &[3, 9]),
            (&[5, 6], &[1, 2]),
            (&[1, 4, 8], &[0, 2, 3, 5, 9, 10]),
        ] {
            let mut all = dense(one);
            all.merge(dense(other));
            let mut expected = [one, other].concat();
            expected.sort_unstable();
            assert_eq!(all.iter().map(|(number, _)| number).collect::<Vec<_>>(), expected);
            assert!(all.iter().all(|(number, value)| *value == number * 10));
        }
    }

    #[test]
    fn what_is_left_is_found_when_others_went() {
        let mut all = dense(&[1, 2, 3, 4, 5, 9]);
        all.retain(|value| value % 20 == 0);
        assert_eq!((all.get(2), all.get(3), all.get(4), all.len()), (Some(&20), None, Some(&40), 2));
    }
}
