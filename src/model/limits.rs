//! Bounds on what callers bring.

use crate::json::Value;

use crate::error::{Error, Result};

/// How deep arrays and objects of a caller may be nested. JSON readers stop at 128 levels, and what a
/// caller brings stands up to 20 levels deep in what is stored.
pub const MAX_DEPTH: usize = 100;

/// Checks that a value can be read back: it is not nested deeper than [`MAX_DEPTH`].
///
/// # Errors
/// `Validation` at `pointer`.
pub fn check_depth(pointer: &str, value: &Value) -> Result<()> {
    if fits(value, MAX_DEPTH) {
        return Ok(());
    }
    let message = format!("arrays and objects must not be nested deeper than {MAX_DEPTH} levels");
    Err(Box::new(Error::Validation { pointer: pointer.to_owned(), message }))
}

fn fits(value: &Value, levels: usize) -> bool {
    let Some(inner) = levels.checked_sub(1) else { return !(value.is_array() || value.is_object()) };
    match value {
        Value::Array(items) => items.iter().all(|item| fits(item, inner)),
        Value::Object(members) => members.values().all(|member| fits(member, inner)),
        _ => true,
    }
}
