//! What the database looks like. A repository has a number, given by the database and never again, so
//! that all keys are short and one range of keys is all that belongs to it.
//!
//! | store | key | value |
//! |---|---|---|
//! | `repositories` | number | see [`super::row`]; index `name`: workspace and id, unique |
//! | `journal` | number, seq | the entry's hash, 32 bytes, and its bytes |
//! | `objects` | number, hash | of a small object the hash, 32 bytes, and the bytes |
//! | | number, 0 | which packs there are, see [`super::packs`] |
//! | | number, 1, pack | what is in a pack, and where |
//! | | number, 2, pack | the bytes of what is in it |
//! | | number, 3, hash | as under number and hash, of an object of more than 16 KB |
//! | `logs` | number, log, place | `{ place, at, fields }` |
//! | `checkpoints` | number | `{ seq, manifest, segments: [hash …] }` |
//! | `segments` | number, hash | the bytes |
//!
//! Keys order numbers before bytes, so the small objects that are in no pack yet lie side by side, behind everything
//! else. A database in which all objects do, of whatever size, is as good: they are packed when there are many. That
//! takes no other version: none that knows nothing of packs was ever published.
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

/// Objects of up to so many bytes are small.
pub(super) const SMALL: usize = 16 << 10;

const DIRECTORY: f64 = 0.0;
const INDEX: f64 = 1.0;
const PACK: f64 = 2.0;
const LARGE: f64 = 3.0;
const BEHIND_LARGE: f64 = 4.0;

/// Where objects are that are records of their own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Area {
    /// Small ones, that can be packed.
    Loose,
    /// The others.
    Large,
}

impl Area {
    /// That of an object of so many bytes.
    pub fn of(size: usize) -> Self {
        if size > SMALL { Self::Large } else { Self::Loose }
    }

    /// The key of an object.
    pub fn key(self, repository: f64, hash: &ContentHash) -> JsValue {
        match self {
            Self::Loose => key(repository, hash_part(hash)),
            Self::Large => part_key(repository, LARGE, hash_part(hash)),
        }
    }

    /// The keys of all of a repository's.
    pub fn all(self, repository: f64) -> KeyRange<JsValue> {
        match self {
            Self::Loose => KeyRange::Bound(first_hash(repository), false, end_of(repository), false),
            Self::Large => KeyRange::Bound(key(repository, LARGE), false, key(repository, BEHIND_LARGE), true),
        }
    }

    /// The keys of those behind one.
    pub fn behind(self, repository: f64, hash: &ContentHash) -> KeyRange<JsValue> {
        let end = match self {
            Self::Loose => end_of(repository),
            Self::Large => key(repository, BEHIND_LARGE),
        };
        KeyRange::Bound(self.key(repository, hash), true, end, true)
    }
}

/// The keys of loose objects up to and with one.
pub(super) fn loose_to(repository: f64, hash: &ContentHash) -> KeyRange<JsValue> {
    KeyRange::Bound(first_hash(repository), false, Area::Loose.key(repository, hash), false)
}

/// What is less than any hash, and more than any number.
fn first_hash(repository: f64) -> JsValue {
    key(repository, Uint8Array::new_with_length(0))
}

fn part_key(repository: f64, part: f64, name: impl Into<JsValue>) -> JsValue {
    Array::of3(&repository.into(), &part.into(), &name.into()).into()
}

/// The key of the list of a repository's packs.
pub(super) fn directory_key(repository: f64) -> JsValue {
    key(repository, DIRECTORY)
}

/// The key of a pack's index.
pub(super) fn index_key(repository: f64, pack: f64) -> JsValue {
    part_key(repository, INDEX, pack)
}

/// The key of a pack's bytes.
pub(super) fn pack_key(repository: f64, pack: f64) -> JsValue {
    part_key(repository, PACK, pack)
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
