//! The members of an object.

use std::cmp::Ordering;

use super::Value;

/// The members of a JSON object, sorted as RFC 8785 has them: by the UTF-16 code units of their names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map(Vec<Member>);

type Member = (Box<str>, Value);

/// The order of names. By UTF-16 code units it is that by bytes, but that characters beyond the basic plane
/// (bytes from F0 on) come before those from U+E000 on (EE and EF).
fn order(a: &str, b: &str) -> Ordering {
    let unit = |byte: &u8| if *byte == 0xEE || *byte == 0xEF { byte + 0x10 } else { *byte };
    match a.bytes().zip(b.bytes()).find(|(a, b)| a != b) {
        Some((a, b)) => unit(&a).cmp(&unit(&b)),
        None => a.len().cmp(&b.len()),
    }
}

impl Map {
    /// No members.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Members in the order of a text. Of those with one name the last one counts.
    pub(super) fn of_text(mut members: Vec<Member>) -> Self {
        let sorted = members.is_sorted_by(|(a, _), (b, _)| order(a, b) == Ordering::Less);
        if !sorted {
            members.reverse();
            members.sort_by(|(a, _), (b, _)| order(a, b));
            members.dedup_by(|(later, _), (kept, _)| later == kept);
        }
        Self(members)
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| order(known, name))
    }

    /// Sets a member; returns what it was.
    pub fn insert(&mut self, name: impl Into<Box<str>>, value: Value) -> Option<Value> {
        self.put(name.into(), value)
    }

    fn put(&mut self, name: Box<str>, value: Value) -> Option<Value> {
        match self.find(&name) {
            Ok(place) => self.0.get_mut(place).map(|(_, known)| std::mem::replace(known, value)),
            Err(place) => {
                self.0.insert(place, (name, value));
                None
            }
        }
    }

    /// The member of this name, null where it was not there.
    #[allow(clippy::indexing_slicing, reason = "the place was found or made")]
    pub fn entry(&mut self, name: &str) -> &mut Value {
        let place = self.find(name).unwrap_or_else(|place| {
            self.0.insert(place, (name.into(), Value::Null));
            place
        });
        &mut self.0[place].1
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).ok().and_then(|place| self.0.get(place)).map(|(_, value)| value)
    }

    /// The member of this name, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.find(name).ok().and_then(|place| self.0.get_mut(place)).map(|(_, value)| value)
    }

    /// Is there a member of this name?
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.find(name).ok().map(|place| self.0.remove(place).1)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Names and values, to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Value)> {
        self.0.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// The names, sorted.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// The values, sorted by name.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, to change.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Keeps only the members that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a str, &'a Value);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, Member>, fn(&'a Member) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

impl IntoIterator for Map {
    type Item = Member;
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<N: Into<Box<str>>> FromIterator<(N, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(members: I) -> Self {
        Self::of_text(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<N: Into<Box<str>>> Extend<(N, Value)> for Map {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, members: I) {
        members.into_iter().for_each(|(name, value)| drop(self.put(name.into(), value)));
    }
}
