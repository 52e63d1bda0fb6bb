//! Objects: immutable bytes under their hash.

use std::rc::Rc;

use crate::hash::ContentHash;

/// Bytes to store under their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// SHA-256 of the bytes.
    pub hash: ContentHash,
    /// The bytes.
    pub bytes: Rc<[u8]>,
}
