//! Reading entries and objects. One request for each of ten thousand records takes a second or so, one
//! request for all of them a twentieth: where a good part of what is there is wanted, everything is read
//! in pages, and what was not wanted is let go.

use std::rc::Rc;

use indexed_db_futures::future::BasicRequest;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::Transaction;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsCast, JsValue};

use super::row::not_ours;
use super::schema::{JOURNAL, OBJECTS, all_of, behind, hash_part, key};
use crate::error::StoreError;
use crate::hash::{ContentHash, EntryHash};
use crate::model::journal::Sealed;
use crate::store::Found;

/// Up to here every object is asked for by itself.
const FEW: usize = 64;
/// Where at least one of so many objects is wanted, all are read.
const PART: usize = 4;
/// A page of objects is about as large as this, in bytes.
const PAGE_BYTES: usize = 8 << 20;
/// Sizes are not known before the first page.
const FIRST_ROWS: usize = 16;
const MOST_ROWS: usize = 8192;

/// Bytes out of a record.
pub(super) fn bytes(value: JsValue) -> Result<Vec<u8>, StoreError> {
    value.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).map_err(|_| not_ours("bytes"))
}

/// What [`super::schema::marked`] made.
fn unmarked(value: JsValue) -> Result<([u8; 32], Rc<[u8]>), StoreError> {
    let value = bytes(value)?;
    let (mark, rest) = value.split_first_chunk().ok_or_else(|| not_ours("hash"))?;
    Ok((*mark, rest.into()))
}

/// Up to `limit` entries behind number `after`.
pub(super) async fn journal(
    transaction: &Transaction<'_>,
    number: f64,
    after: u64,
    limit: usize,
) -> Result<Vec<Sealed>, StoreError> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    if limit == 0 {
        return Ok(Vec::new()); // to the database, 0 is no limit
    }
    let store = transaction.object_store(JOURNAL)?;
    let found = store
        .get_all::<JsValue>()
        .with_query::<JsValue, _>(behind(number, after as f64))
        .with_limit(limit)
        .primitive()?;
    let open = |(seq, value): (u64, Result<JsValue, _>)| {
        let (hash, bytes) = unmarked(value?)?;
        Ok(Sealed { seq, hash: EntryHash(hash), bytes })
    };
    (after + 1..).zip(found.await?).map(open).collect()
}

/// Objects in the order asked for.
pub(super) async fn objects(
    transaction: &Transaction<'_>,
    number: f64,
    hashes: &[ContentHash],
) -> Result<Found, StoreError> {
    let store = transaction.object_store(OBJECTS)?;
    if hashes.len() > FEW {
        let there = store.count().with_query::<JsValue, _>(all_of(number)).primitive()?.await?;
        if hashes.len() >= there as usize / PART {
            return many(&store, number, hashes).await;
        }
    }
    each(&store, number, hashes).await
}

async fn each(store: &ObjectStore<'_>, number: f64, hashes: &[ContentHash]) -> Result<Found, StoreError> {
    let ask = |hash: &ContentHash| store.get::<JsValue, _, _>(key(number, hash_part(hash))).primitive();
    let asked: Vec<BasicRequest<Option<JsValue>>> = hashes.iter().map(ask).collect::<Result<_, _>>()?;
    let mut found = Vec::with_capacity(hashes.len());
    for answer in asked {
        found.push(answer.await?.map(unmarked).transpose()?.map(|(_, bytes)| bytes));
    }
    Ok(found)
}

async fn many(store: &ObjectStore<'_>, number: f64, hashes: &[ContentHash]) -> Result<Found, StoreError> {
    let mut wanted = hashes.to_vec();
    wanted.sort_unstable();
    let mut found: Found = vec![None; wanted.len()];
    let mut pages = Pages::new(None);
    while !pages.ended && pages.after.as_ref() < wanted.last() {
        for (hash, bytes) in pages.next(store, number, MOST_ROWS).await? {
            let first = wanted.partition_point(|other| *other < hash);
            if wanted.get(first) == Some(&hash)
                && let Some(place) = found.get_mut(first)
            {
                *place = Some(bytes);
            }
        }
    }
    let place = |hash| wanted.partition_point(|other| other < hash);
    Ok(hashes.iter().map(|hash| found.get(place(hash)).cloned().flatten()).collect())
}

/// Hashes and sizes of objects, up to `limit` behind `after`. The database tells no size without the
/// bytes.
pub(super) async fn sizes(
    transaction: &Transaction<'_>,
    number: f64,
    after: Option<ContentHash>,
    limit: usize,
) -> Result<Vec<(ContentHash, u64)>, StoreError> {
    let store = transaction.object_store(OBJECTS)?;
    let mut found = Vec::new();
    let mut pages = Pages::new(after);
    while found.len() < limit && !pages.ended {
        let page = pages.next(&store, number, limit - found.len()).await?;
        found.extend(page.into_iter().map(|(hash, bytes)| (hash, bytes.len() as u64)));
    }
    Ok(found)
}

/// Objects in the order of their hashes, in pages of about the same size.
struct Pages {
    after: Option<ContentHash>,
    rows: usize,
    ended: bool,
}

impl Pages {
    fn new(after: Option<ContentHash>) -> Self {
        Self { after, rows: FIRST_ROWS, ended: false }
    }

    async fn next(
        &mut self,
        store: &ObjectStore<'_>,
        number: f64,
        most: usize,
    ) -> Result<Vec<(ContentHash, Rc<[u8]>)>, StoreError> {
        let range = self.after.as_ref().map_or_else(|| all_of(number), |hash| behind(number, hash_part(hash)));
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
        self.rows = (PAGE_BYTES / (size / page.len().max(1)).max(1)).clamp(1, MOST_ROWS);
        Ok(page)
    }
}
