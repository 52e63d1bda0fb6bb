//! Values under names, in the order of the names: branches, tags, types. There are few, and they are
//! listed more often than they change.

/// Values under names.
#[derive(Debug, Clone, PartialEq)]
pub struct Names<V>(Vec<(Box<str>, V)>);

impl<V> Default for Names<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Names<V> {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.get(self.place(name).ok()?).map(|(_, value)| value)
    }

    /// Puts a value under a name, in the place of one that is there.
    pub fn insert(&mut self, name: &str, value: V) {
        match self.place(name) {
            Ok(place) => {
                if let Some((_, known)) = self.0.get_mut(place) {
                    *known = value;
                }
            }
            Err(place) => self.0.insert(place, (name.into(), value)),
        }
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts these over a list of others in the order of their names.
    pub fn over<'a, T>(&'a self, mut below: Vec<(&'a str, T)>, row: impl Fn(&'a V) -> T) -> Vec<(&'a str, T)> {
        for (name, value) in self.iter() {
            match below.binary_search_by(|(known, _)| (*known).cmp(name)) {
                Ok(place) => {
                    if let Some((_, known)) = below.get_mut(place) {
                        *known = row(value);
                    }
                }
                Err(place) => below.insert(place, (name, row(value))),
            }
        }
        below
    }
}
