//! Checkpoints.

use super::State;
use crate::error::StoreError;
use crate::hash::ContentHash;
use crate::model::object::Object;

/// A checkpoint as stores keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// The last journal entry it holds.
    pub seq: u64,
    /// Lists the segments.
    pub manifest: std::rc::Rc<[u8]>,
    /// The segments it lists, in order.
    pub segments: Vec<Object>,
}

/// The segments that a manifest lists.
pub fn segments_of(_manifest: &[u8]) -> Option<Vec<ContentHash>> {
    None
}

/// Reads.
pub fn read(_manifest: &[u8], _segments: &[Object]) -> Result<State<'static>, StoreError> {
    Err(StoreError::Corrupt("".into()))
}

/// Writes.
pub fn write(_state: &State<'_>) -> Option<StoredCheckpoint> {
    None
}
