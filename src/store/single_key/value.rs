//! What is put under an entry's number: the entry, and all that must become visible with it.

use std::rc::Rc;

use crate::json::{ToJson, Value, object, parse_bytes};

use crate::hash::EntryHash;
use crate::model::journal::Sealed;
use crate::store::Batch;
use crate::store::logs::LogRow;

/// An entry and what rides with it.
pub(super) struct Stored {
    pub entry: Sealed,
    pub at: i64,
    pub logs: Vec<LogRow>,
    pub summary: Option<Rc<str>>,
}

/// A line of JSON `{ at, hash, logs, summary }`, and the bytes of the entry.
pub(super) fn write(batch: &Batch) -> Rc<[u8]> {
    let log = |row: &LogRow| Value::from_iter([Value::from(&*row.log), row.at.into(), (&*row.fields).into()]);
    let header = object([
        ("at", batch.at.into()),
        ("hash", batch.entry.hash.into()),
        ("logs", batch.logs.iter().map(log).collect()),
        ("summary", batch.summary.as_deref().into()),
    ]);
    let mut value = header.to_json().into_bytes();
    value.push(b'\n');
    value.extend_from_slice(&batch.entry.bytes);
    value.into()
}

/// None where it is none.
pub(super) fn read(seq: u64, value: &[u8]) -> Option<Stored> {
    let end = value.iter().position(|byte| *byte == b'\n')?;
    let (header, bytes) = value.split_at_checked(end)?;
    let header = parse_bytes(header).ok()?;
    let hash: EntryHash = header.get("hash")?.as_str()?.parse().ok()?;
    let log = |row: &Value| {
        let log = row.get(0)?.as_str()?.into();
        Some(LogRow { log, at: row.get(1)?.as_i64()?, fields: row.get(2)?.as_str()?.into() })
    };
    Some(Stored {
        entry: Sealed { seq, hash, bytes: bytes.get(1..)?.into() },
        at: header.get("at")?.as_i64()?,
        logs: header.get("logs")?.as_array()?.iter().map(log).collect::<Option<_>>()?,
        summary: header.get("summary")?.as_str().map(Rc::from),
    })
}
