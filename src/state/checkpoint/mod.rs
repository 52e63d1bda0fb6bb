//! Checkpoints: a cache of the fold, so that opening a repository need not read its whole journal.
//!
//! Every table that only grows becomes a stream of bytes, row by row; what can change is a stream of its
//! own. Streams are cut into segments of [`SEGMENT`] bytes, named by their hash: the segments that are
//! full never change, so the next checkpoint shares them, and looks at what is new only ([`Resume`]).
//! The same journal gives the same bytes. What follows from the rest (heights, sums, lookups) is left out
//! and derived again on reading. The layout is written down in `docs/format.md`.

mod codec;
mod resume;
mod rows;
mod tables;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::json::{Value, canonical_json, object, parse_bytes};

use super::State;
use crate::error::StoreError;
use crate::hash::{ContentHash, EntryHash};
use crate::model::object::Object;
use codec::Reader;
use resume::Past;
pub use resume::{FirstRows, Resume};

/// The format that this version writes and reads. Another one is passed over: it is a cache.
const FORMAT: u64 = 3;
/// The size of a full segment, in bytes. Tests have small ones, to cut often.
const SEGMENT: usize = if cfg!(any(test, feature = "tiny")) { 128 } else { 64 * 1024 };
/// The streams, in the order in which they are read.
const STREAMS: [&str; 8] = ["contents", "entries", "commits", "annotations", "moves", "sent", "operations", "rest"];
/// How many of them, the first ones, have rows that are never changed. (A caller's operation could be there twice.)
const GROWING: usize = 6;

/// A checkpoint as stores keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// The last journal entry it holds.
    pub seq: u64,
    /// Lists the segments.
    pub manifest: Rc<[u8]>,
    /// The segments it lists, in order.
    pub segments: Vec<Object>,
    /// Whether who read them has hashed them and found each to be what its name says.
    pub checked: bool,
}

/// A checkpoint to keep. A segment without bytes is one that the store should have already.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointParts {
    /// The last entry it holds.
    pub seq: u64,
    /// Lists the segments.
    pub manifest: Rc<[u8]>,
    /// All segments that the manifest lists, in order.
    pub segments: Vec<(ContentHash, Option<Rc<[u8]>>)>,
}

fn corrupt(message: impl std::fmt::Display) -> StoreError {
    StoreError::corrupt(format!("checkpoint: {message}"))
}

/// The checkpoint of a state, all segments with their bytes; None where its journal is empty.
pub fn write(state: &State<'_>) -> Option<StoredCheckpoint> {
    let (CheckpointParts { seq, manifest, segments }, _) = write_beyond(state, &Resume::default())?;
    let segments = segments.into_iter().filter_map(|(hash, bytes)| Some(Object { hash, bytes: bytes? })).collect();
    Some(StoredCheckpoint { seq, manifest, segments, checked: false })
}

/// The checkpoint of a state, without the bytes of segments that are known, and where the next one goes on; None where
/// its journal is empty. Of what only grows it takes the time and the memory of what is new, however long the history is.
pub fn write_beyond(state: &State<'_>, resume: &Resume) -> Option<(CheckpointParts, Resume)> {
    let position = state.journal();
    let hash = position.hash?;
    let mut segments = Vec::new();
    let mut streams = Vec::new();
    let mut next = Resume::default();
    for (name, stream) in STREAMS.iter().zip(tables::write(state, resume)) {
        let names = stream.next.segments.iter().map(|hash| Value::from(*hash)).collect();
        streams.push(object([("bytes", stream.length.into()), ("name", (*name).into()), ("segments", names)]));
        segments.extend(stream.segments);
        next.0.push(stream.next);
    }
    let manifest = object([
        ("at", position.at.into()),
        ("format", FORMAT.into()),
        ("hash", hash.into()),
        ("seq", position.seq.into()),
        ("streams", Value::Array(streams)),
    ]);
    let manifest = canonical_json(&manifest).into_bytes().into();
    Some((CheckpointParts { seq: position.seq, manifest, segments }, next))
}

/// The segments that a manifest lists, in order; None where it is no manifest.
pub fn segments_of(manifest: &[u8]) -> Option<Vec<ContentHash>> {
    Some(Manifest::parse(manifest)?.streams.into_iter().flat_map(|(_, segments)| segments).collect())
}

/// The format of a manifest, where it is one that only newer versions read.
pub fn newer_format(manifest: &[u8]) -> Option<u64> {
    parse_bytes(manifest).ok()?.get("format")?.as_u64().filter(|found| *found > FORMAT)
}

/// The state of a checkpoint.
///
/// # Errors
/// `Corrupt` where a segment is missing or not what it was, or the format is another.
pub fn read(manifest: &[u8], segments: &[Object]) -> Result<State<'static>, StoreError> {
    read_segments(manifest, segments, false).map(|(state, _)| state)
}

impl StoredCheckpoint {
    /// The state, and where the next checkpoint goes on.
    ///
    /// # Errors
    /// As [`read`].
    pub fn restore(&self) -> Result<(State<'static>, Resume), StoreError> {
        read_segments(&self.manifest, &self.segments, self.checked)
    }
}

fn read_segments(manifest: &[u8], segments: &[Object], checked: bool) -> Result<(State<'static>, Resume), StoreError> {
    let manifest = Manifest::parse(manifest).ok_or_else(|| corrupt("the manifest cannot be read"))?;
    let mut streams = Vec::new();
    for (length, parts) in &manifest.streams {
        let mut bytes = Vec::with_capacity(*length);
        let mut full = 0;
        for hash in parts {
            let part = segments.iter().find(|part| part.hash == *hash);
            let part = &*part.ok_or_else(|| corrupt(format!("segment {hash} is missing")))?.bytes;
            if !checked && ContentHash::of(part) != *hash {
                return Err(corrupt(format!("segment {hash} is not what was stored")));
            }
            // Behind one of another size none counts.
            full += usize::from(part.len() == SEGMENT && bytes.len() == full * SEGMENT);
            bytes.extend_from_slice(part);
        }
        if bytes.len() != *length {
            return Err(corrupt("a stream has another length than its manifest says"));
        }
        streams.push((bytes, full));
    }
    let mut readers: Vec<_> = streams.iter().map(|(bytes, _)| Reader::new(bytes)).collect();
    let mut state = State::default();
    tables::read(&mut state, &mut readers)?;
    let mut next = Resume::default();
    for (number, ((_, parts), (bytes, full))) in manifest.streams.into_iter().zip(&streams).enumerate() {
        let rows = readers.get(number).map_or(0, |reader| reader.rows);
        next.0.push(Past::of(number, parts, *full, bytes.get(full * SEGMENT..).unwrap_or_default().into(), rows));
    }
    state.set_journal(manifest.seq, manifest.hash, manifest.at);
    Ok((state, next))
}

struct Manifest {
    at: i64,
    hash: EntryHash,
    seq: u64,
    /// Bytes and segments of each of [`STREAMS`].
    streams: Vec<(usize, Vec<ContentHash>)>,
}

impl Manifest {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let value: Value = parse_bytes(bytes).ok()?;
        if value.get("format")?.as_u64()? != FORMAT {
            return None;
        }
        let listed = value.get("streams")?.as_array()?;
        let stream = |name: &&str| {
            let stream = listed.iter().find(|stream| stream.get("name").and_then(Value::as_str) == Some(*name))?;
            let segments = stream.get("segments")?.as_array()?.iter().map(|hash| hash.as_str()?.parse().ok());
            let length = usize::try_from(stream.get("bytes")?.as_u64()?).ok()?;
            Some((length, segments.collect::<Option<Vec<_>>>()?))
        };
        Some(Self {
            at: value.get("at")?.as_i64()?,
            hash: value.get("hash")?.as_str()?.parse().ok()?,
            seq: value.get("seq")?.as_u64()?,
            streams: STREAMS.iter().map(stream).collect::<Option<_>>()?,
        })
    }
}
