//! JSON, in and out: [`parse`] reads text into a [`Value`], [`ToJson`] writes text member by member, and
//! [`canonical_json`] is the text that is hashed.
//!
//! By hand rather than derived, so that the module stays small. What a value says is read by [`crate::fields`].

mod canonical;
mod literal;
mod map;
mod number;
mod parse;
mod value;
mod write;

pub use canonical::{canonical_json, write_canonical, write_integer, write_object, write_string};
pub use map::Map;
pub use parse::parse;
pub(crate) use parse::plain_length;
pub use value::{Key, Value};
pub use write::{Members, ToJson, quoted, to_value};

/// Parses JSON bytes.
///
/// # Errors
/// What is wrong with the text, and where.
pub fn parse_bytes(bytes: &[u8]) -> Result<Value, String> {
    parse(std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?)
}

/// An object of these members.
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    table(&mut members.into_iter())
}

/// Adds a member, unless it is null.
pub fn put(object: &mut Map, name: &str, value: Value) {
    if !value.is_null() {
        object.insert(name, value);
    }
}

/// A table: values under their names.
pub fn table(rows: &mut dyn Iterator<Item = (&str, Value)>) -> Value {
    let mut table = Map::new();
    for (name, value) in rows {
        table.insert(name, value);
    }
    Value::Object(table)
}
