//! JSON, in and out: [`Fields`] takes a parsed value apart, [`ToJson`] writes text member by member.
//!
//! By hand rather than derived: one reader and one writer for everything, so that errors come with
//! the place of what is wrong, and the module stays small. The same goes for [`Value`] and [`parse`].

mod fields;
mod literal;
mod map;
mod number;
mod parse;
mod value;
mod write;

use crate::error::Result;
pub use fields::{At, Fields, Scalar};
pub use map::Map;
pub use parse::parse;
pub use value::{Key, Value};
pub use write::{Members, ToJson, quoted, to_value};

/// Parses JSON bytes.
///
/// # Errors
/// What is wrong with the text, and where.
pub fn parse_bytes(bytes: &[u8]) -> Result<Value, String> {
    parse(std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?)
}

/// Reads JSON text by a function: `read(text, Annotation::read)`.
///
/// # Errors
/// What is wrong with the text, or with what it says.
pub fn read<T>(text: &str, read: fn(Value, At<'_>) -> Result<T>) -> Result<T, String> {
    read(parse(text)?, At::Root).map_err(|error| error.to_string())
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
