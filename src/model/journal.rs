//! The journal: numbered entries, each one atomic batch, each holding the hash of the one before.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::commit::Author;
use super::record::Record;
use crate::error::StoreError;
use crate::hash::EntryHash;

/// The format of journal entries that this version writes, and the newest it reads.
pub const JOURNAL_FORMAT: u64 = 1;

/// One batch of operations. Members stand in alphabetical order, so that serializing gives canonical
/// JSON; the entry's hash is the SHA-256 of that text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When it was written: UTC milliseconds, never before the entry before.
    pub at: i64,
    /// [`JOURNAL_FORMAT`].
    pub format: u64,
    /// A nonce: tells this entry from another writer's at the same place.
    pub id: String,
    /// What was done, in order.
    pub operations: Vec<Operation>,
    /// The hash of the entry before; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<EntryHash>,
    /// 1, 2, 3 …
    pub seq: u64,
}

/// What one call did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// The caller's `operationId`. Without one the operation is called `<seq>.<index>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name of the call.
    pub kind: String,
    /// Its changes, in order.
    pub records: Vec<Record>,
    /// The operation that this one undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
}

/// An entry as stores keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its number.
    pub seq: u64,
    /// Its nonce.
    pub id: String,
    /// SHA-256 of `bytes`.
    pub hash: EntryHash,
    /// The canonical JSON.
    pub bytes: Rc<[u8]>,
}

/// Serializes a value whose members are declared in alphabetical order.
pub(crate) fn to_canonical(value: &impl Serialize) -> String {
    // Serializing plain data into a string fails only where a map has keys that are not strings.
    serde_json::to_string(value).unwrap_or_default()
}

impl Entry {
    /// Serializes and hashes the entry.
    pub fn seal(&self) -> Sealed {
        let bytes: Rc<[u8]> = to_canonical(self).into_bytes().into();
        Sealed { seq: self.seq, id: self.id.clone(), hash: EntryHash::of(&bytes), bytes }
    }
}

impl Sealed {
    /// Reads the entry, and checks that it is what was written.
    ///
    /// # Errors
    /// `Corrupt` where the bytes, the number or the chain are not as they should be, `VersionTooNew`
    /// for a newer format.
    pub fn open(&self, expected_seq: u64, previous: Option<EntryHash>) -> Result<Entry, StoreError> {
        let corrupt = |what: String| StoreError::Corrupt(format!("journal entry {expected_seq}: {what}"));
        if EntryHash::of(&self.bytes) != self.hash {
            return Err(corrupt("its hash is not that of its bytes".to_owned()));
        }
        let entry: Entry = serde_json::from_slice(&self.bytes)
            .map_err(|error| newer_format(&self.bytes).unwrap_or_else(|| corrupt(error.to_string())))?;
        if entry.format > JOURNAL_FORMAT {
            return Err(StoreError::VersionTooNew { found: entry.format, supported: JOURNAL_FORMAT });
        }
        if entry.seq != expected_seq || self.seq != expected_seq {
            return Err(corrupt(format!("found number {} in its place", entry.seq)));
        }
        if entry.previous != previous {
            return Err(corrupt("it does not continue the entry before".to_owned()));
        }
        Ok(entry)
    }
}

/// What cannot be read may be of a format to come.
fn newer_format(bytes: &[u8]) -> Option<StoreError> {
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let Format { format } = serde_json::from_slice(bytes).ok()?;
    (format > JOURNAL_FORMAT).then_some(StoreError::VersionTooNew { found: format, supported: JOURNAL_FORMAT })
}
