//! What crosses between a store and those who call it, in either direction: arguments are JSON, byte
//! strings a parcel `[lengths, bytes]`. `js/src/storage/bridge.ts` calls adapters in JavaScript so,
//! `js/src/storage/native-adapter.ts` stores in Rust.

use js_sys::{Uint8Array, Uint32Array};

use crate::collections::Bytes;
use crate::error::StoreError;
use crate::store::{Durability, Found, Incarnation};

/// What a call on a store gives.
pub type Asked<T> = Result<T, StoreError>;

/// Durabilities are known by their place.
pub const DURABILITIES: [Durability; 3] = [Durability::Memory, Durability::Relaxed, Durability::Strict];

/// The length of what is not there.
const ABSENT: u32 = u32::MAX;

/// A parcel in JavaScript.
pub type Carried = (Uint32Array, Uint8Array);

/// Many byte strings in one.
#[derive(Default)]
pub struct Parcel {
    lengths: Vec<u32>,
    bytes: Vec<u8>,
}

impl Parcel {
    /// An empty one, with room for so many byte strings, of so many bytes together.
    #[cfg(feature = "stores")]
    pub fn with_capacity(count: usize, bytes: usize) -> Self {
        Self { lengths: Vec::with_capacity(count), bytes: Vec::with_capacity(bytes) }
    }

    /// Adds a byte string.
    pub fn add(&mut self, bytes: &[u8]) {
        self.lengths.push(bytes.len() as u32);
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds one, or that it is not there.
    #[cfg(feature = "stores")]
    pub fn add_some(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.add(bytes),
            None => self.lengths.push(ABSENT),
        }
    }

    /// As JavaScript takes it.
    pub fn to_js(&self) -> Carried {
        (Uint32Array::from(&*self.lengths), Uint8Array::from(&*self.bytes))
    }
}

#[cfg(feature = "repo")]
/// A parcel of long byte strings, each copied once: they are never together in the memory of the module.
pub fn long_parcel(parts: &[Option<&[u8]>]) -> Carried {
    let (mut lengths, mut end) = (Vec::new(), 0);
    for part in parts {
        lengths.push(part.map_or(ABSENT, |bytes| bytes.len() as u32));
        end += part.map_or(0, |bytes| bytes.len() as u32);
    }
    let (bytes, mut start) = (Uint8Array::new_with_length(end), 0);
    for part in parts.iter().flatten() {
        end = start + part.len() as u32;
        bytes.subarray(start, end).copy_from(part);
        start = end;
    }
    (Uint32Array::from(&*lengths), bytes)
}

/// What has not the form that was agreed on.
pub fn malformed() -> StoreError {
    StoreError::corrupt("the storage adapter gave an answer of the wrong form")
}

/// Byte strings out of all of them in one, by their lengths. They share its memory.
pub fn split(lengths: &[u32], bytes: &Bytes) -> Asked<Found> {
    let mut start = 0usize;
    let mut take = |length: &u32| {
        if *length == ABSENT {
            return Ok(None);
        }
        let from = start;
        start = from.saturating_add(*length as usize);
        bytes.part(from..start).map(Some).ok_or_else(malformed)
    };
    lengths.iter().map(&mut take).collect()
}

/// An incarnation, as 16 hex digits.
pub fn incarnation_text(incarnation: Incarnation) -> String {
    format!("{:016x}", incarnation.0)
}

/// An incarnation out of its digits.
pub fn incarnation_of(text: Option<&str>) -> Asked<Incarnation> {
    let number = text.and_then(|text| u64::from_str_radix(text, 16).ok());
    number.map(Incarnation).ok_or_else(malformed)
}
