//! What the database looks like. A repository has a number, given by the database and never again, so
//! that all keys are short and one range of keys is all that belongs to it.
//!
//! | store | key | value |
//! |---|---|---|
//! | `repositories` | number | see [`super::row`]; index `name`: workspace and id, unique |
//! | `journal` | number, seq | the entry's hash, 32 bytes, and its bytes |
//! | `objects` | number, hash | the hash, 32 bytes, and the bytes |
//! | `logs` | number, log, place | `{ place, at, fields }` |
//! | `checkpoints` | number | `{ seq, manifest, segments: [hash …] }` |
//! | `segments` | number, hash | the bytes |
//!
//! Hashes in keys are bytes. Values carry the hash once more: reading thousands of records takes half as
//! long without their keys.

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::{Database, VersionChangeEvent};
use indexed_db_futures::error::Error;
use indexed_db_futures::prelude::Build;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::JsValue;

use crate::hash::ContentHash;

/// The version of this schema.
pub(super) const VERSION: u32 = 1;

pub(super) const REPOSITORIES: &str = "repositories";
pub(super) const JOURNAL: &str = "journal";
pub(super) const OBJECTS: &str = "objects";
pub(super) const LOGS: &str = "logs";
pub(super) const CHECKPOINTS: &str = "checkpoints";
pub(super) const SEGMENTS: &str = "segments";
/// All of them.
pub(super) const ALL: [&str; 6] = [REPOSITORIES, JOURNAL, OBJECTS, LOGS, CHECKPOINTS, SEGMENTS];

/// The index of `repositories`.
pub(super) const BY_NAME: &str = "name";

/// Makes what is not there.
///
/// A version 2 would come as a second step, `if event.old_version() < 2.0`. The library reaches only
/// stores made in the same step, so one that needs another index is made anew under another name, filled
/// from the old one (`with_on_upgrade_needed_fut` may wait for that), and the old one deleted.
pub(super) fn upgrade(event: &VersionChangeEvent, database: &Database) -> Result<(), Error> {
    if event.old_version() < 1.0 {
        let numbered = database.create_object_store(REPOSITORIES).with_auto_increment(true);
        let repositories = numbered.with_key_path("number".into()).build()?;
        repositories.create_index(BY_NAME, ["workspace", "id"].into()).with_unique(true).build()?;
        for name in [JOURNAL, OBJECTS, LOGS, CHECKPOINTS, SEGMENTS] {
            database.create_object_store(name).build()?;
        }
    }
    Ok(())
}

/// A key of two parts.
pub(super) fn key(first: impl Into<JsValue>, second: impl Into<JsValue>) -> JsValue {
    Array::of2(&first.into(), &second.into()).into()
}

/// A hash, as it is in keys.
pub(super) fn hash_part(hash: &ContentHash) -> JsValue {
    Uint8Array::from(&hash.0[..]).into()
}

/// All keys that begin with the same part: an array is more than any number, text or bytes.
pub(super) fn all_of(first: impl Into<JsValue>) -> KeyRange<JsValue> {
    let first = first.into();
    KeyRange::Bound(Array::of1(&first).into(), false, end_of(first), false)
}

/// The keys that begin with the same part and go on with something behind `second`.
pub(super) fn behind(first: f64, second: impl Into<JsValue>) -> KeyRange<JsValue> {
    KeyRange::Bound(key(first, second), true, end_of(first), false)
}

fn end_of(first: impl Into<JsValue>) -> JsValue {
    key(first, Array::new())
}

/// A place in a log, as a key.
pub(super) fn log_key(number: f64, log: &str, place: u64) -> JsValue {
    Array::of3(&number.into(), &log.into(), &(place as f64).into()).into()
}

/// A value that is there under a key, together with 32 bytes that say what it is.
pub(super) fn marked(mark: &[u8; 32], bytes: &[u8]) -> JsValue {
    let mut value = Vec::with_capacity(mark.len() + bytes.len());
    value.extend_from_slice(mark);
    value.extend_from_slice(bytes);
    Uint8Array::from(&*value).into()
}
