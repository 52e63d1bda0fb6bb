//! Records as they are: bytes, and objects that are records of their own.

use std::rc::Rc;

use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsCast, JsValue};

use super::row::not_ours;
use super::schema::{Area, marked};
use crate::collections::Bytes;
use crate::error::StoreError;
use crate::hash::ContentHash;

/// Sizes are not known before the first page.
const FIRST_ROWS: usize = 16;
pub(super) const MOST_ROWS: usize = 8192;

/// Bytes out of a record.
pub(super) fn bytes(value: JsValue) -> Result<Vec<u8>, StoreError> {
    value.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).map_err(|_| not_ours("bytes"))
}

/// A copy of bytes that may become those of many objects.
pub(super) fn copied(bytes: &Uint8Array) -> Bytes {
    Bytes::written(bytes.length() as usize, |room| bytes.copy_to_uninit(room))
}

/// What [`marked`] made.
pub(super) fn unmarked(value: JsValue) -> Result<([u8; 32], Rc<[u8]>), StoreError> {
    let value = bytes(value)?;
    let (mark, rest) = value.split_first_chunk().ok_or_else(|| not_ours("hash"))?;
    Ok((*mark, rest.into()))
}

/// Asks for an object to be written as a record of its own.
pub(super) fn put_object(
    store: &ObjectStore<'_>,
    number: f64,
    hash: &ContentHash,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let key = Area::of(bytes.len()).key(number, hash);
    store.put(marked(&hash.0, bytes)).with_key(key).without_key_type().primitive()?;
    Ok(())
}

/// Objects that are records of their own, in the order of their hashes, in pages of about the same size.
pub(super) struct Pages {
    area: Area,
    after: Option<ContentHash>,
    bytes: usize,
    rows: usize,
    pub ended: bool,
}

impl Pages {
    /// Those behind `after`, about so many bytes at once.
    pub fn new(area: Area, after: Option<ContentHash>, bytes: usize) -> Self {
        Self { area, after, bytes, rows: FIRST_ROWS, ended: false }
    }

    /// The next page, of `most` objects or fewer.
    pub async fn next(
        &mut self,
        store: &ObjectStore<'_>,
        number: f64,
        most: usize,
    ) -> Result<Vec<(ContentHash, Rc<[u8]>)>, StoreError> {
        let range = self.after.as_ref().map_or_else(|| self.area.all(number), |hash| self.area.behind(number, hash));
        let limit = self.rows.min(most);
        let found =
            store.get_all::<JsValue>().with_query::<JsValue, _>(range).with_limit(limit as u32).primitive()?.await?;
        let mut page = Vec::with_capacity(limit);
        let mut size = 0;
        for value in found {
            let (hash, bytes) = unmarked(value?)?;
            size += bytes.len();
            page.push((ContentHash(hash), bytes));
        }
        self.after = page.last().map_or(self.after, |(hash, _)| Some(*hash));
        self.ended = page.len() < limit;
        self.rows = (self.bytes / (size / page.len().max(1)).max(1)).clamp(1, MOST_ROWS);
        Ok(page)
    }
}
