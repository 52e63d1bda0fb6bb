//! JSON values.

use super::Map;

/// A JSON value. Numbers are doubles, as in ECMAScript and RFC 8785: two texts of one number are equal.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// Members by name.
    Object(Map),
}

/// The greatest integer that doubles tell from its neighbours, plus one.
const SAFE: f64 = 9_007_199_254_740_992.0;

impl Value {
    /// Is it null?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Is it an object?
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Is it a text?
    pub fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Is it a number?
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Is it an array?
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// The boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The number.
    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// The number, where it is a whole one up to ±2^53.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_f64().filter(|value| value.fract() == 0.0 && value.abs() <= SAFE).map(|value| value as i64)
    }

    /// The number, where it is a whole one from 0 to 2^53.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_i64().and_then(|value| u64::try_from(value).ok())
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The items of the list.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The members.
    pub fn as_object(&self) -> Option<&Map> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The list, to change.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Value>> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The members, to change.
    pub fn as_object_mut(&mut self) -> Option<&mut Map> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The member of a name, or the item at a place.
    pub fn get(&self, key: impl Key) -> Option<&Value> {
        key.of(self)
    }

    /// The value at a JSON pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        steps(pointer)?.try_fold(self, |value, step| match value {
            Self::Array(items) => items.get(place(&step)?),
            _ => value.get(&step),
        })
    }

    /// The value at a JSON pointer, to change.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Value> {
        steps(pointer)?.try_fold(self, |value, step| match value {
            Self::Array(items) => items.get_mut(place(&step)?),
            _ => value.as_object_mut()?.get_mut(&step),
        })
    }
}

fn place(step: &str) -> Option<usize> {
    usize::try_from(step.parse::<u64>().ok()?).ok()
}

fn steps(pointer: &str) -> Option<impl Iterator<Item = String>> {
    let path = pointer.strip_prefix('/').map_or_else(|| pointer.is_empty().then_some(None), |path| Some(Some(path)));
    Some(path?.into_iter().flat_map(|path| path.split('/').map(unescaped)))
}

/// A step of a pointer without its escapes: "~1" is a slash, "~0" a tilde.
fn unescaped(step: &str) -> String {
    let mut out = String::new();
    for (place, part) in step.split('~').enumerate() {
        match (place, part.strip_prefix('1'), part.strip_prefix('0')) {
            (0, ..) => out.push_str(part),
            (_, Some(rest), _) => out.extend(["/", rest]),
            (_, _, Some(rest)) => out.extend(["~", rest]),
            _ => out.extend(["~", part]),
        }
    }
    out
}

/// What a value is asked for.
pub trait Key {
    /// What is there.
    fn of(self, value: &Value) -> Option<&Value>;
}

impl Key for &str {
    fn of(self, value: &Value) -> Option<&Value> {
        value.as_object()?.get(self)
    }
}

impl Key for &String {
    fn of(self, value: &Value) -> Option<&Value> {
        value.as_object()?.get(self)
    }
}

impl Key for usize {
    fn of(self, value: &Value) -> Option<&Value> {
        value.as_array()?.get(self)
    }
}

/// What is not there reads as null.
impl<K: Key> std::ops::Index<K> for Value {
    type Output = Value;

    fn index(&self, key: K) -> &Value {
        self.get(key).unwrap_or(&Value::Null)
    }
}

/// A member that is not there is added; what is no object becomes one.
impl<'a> std::ops::IndexMut<&'a str> for Value {
    fn index_mut(&mut self, name: &'a str) -> &mut Value {
        if !self.is_object() {
            *self = Self::Object(Map::new());
        }
        match self {
            Self::Object(members) => members.entry(name),
            other => other,
        }
    }
}

/// Compact JSON with its members sorted: RFC 8785.
impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&super::canonical_json(self))
    }
}

impl std::str::FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        super::parse(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// What JSON has no number for is null.
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        if value.is_finite() { Self::Number(value) } else { Self::Null }
    }
}

macro_rules! integers {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Value {
            fn from(value: $kind) -> Self {
                Self::Number(value as f64)
            }
        }

        impl PartialEq<$kind> for Value {
            fn eq(&self, other: &$kind) -> bool {
                self.as_f64() == Some(*other as f64)
            }
        }

        impl PartialEq<Value> for $kind {
            fn eq(&self, other: &Value) -> bool {
                other == self
            }
        }
    )*};
}

integers!(u8, i32, u32, i64, u64, usize);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<Map> for Value {
    fn from(members: Map) -> Self {
        Self::Object(members)
    }
}

impl<T: Into<Value> + Clone> From<&T> for Value {
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Value> + Clone> From<&[T]> for Value {
    fn from(items: &[T]) -> Self {
        items.iter().collect()
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}
