//! The stored formats, held against golden files in `tests/fixtures/format`. The same files are read by
//! the TypeScript tests, which compute every hash again with other tools.
//!
//! `UPDATE_GOLDEN=1 cargo test --test format` writes the files anew: a change of them is a change of
//! the format, and has to be one on purpose.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod contents;
mod history;
mod scenario;

use std::path::PathBuf;

use varve::json::Value;

/// Holds `value` against the golden file of this name.
fn golden(name: &str, value: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format").join(name);
    let value: serde_json::Value = serde_json::from_str(&value.to_string()).unwrap();
    let text = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == text,
        "{name} is not what it was; if that is on purpose: UPDATE_GOLDEN=1 cargo test --test format"
    );
}
