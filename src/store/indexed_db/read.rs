//! Reading entries and objects: of objects first what is in packs, then what is not. One request for each of ten
//! thousand records takes a second or so, one request for all of them a tenth: where a good part of what is in no pack
//! is wanted, everything is read in pages, and what was not wanted is let go.

use std::ops::Range;
use std::rc::Rc;

use indexed_db_futures::future::BasicRequest;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::Transaction;
use wasm_bindgen::prelude::JsValue;

use super::packs::{self, Directory, Index, Indexes, Placed};
use super::records::{MOST_ROWS, Pages, copied, unmarked};
use super::schema::{Area, JOURNAL, OBJECTS, behind};
use crate::collections::{Bytes, Map};
use crate::error::StoreError;
use crate::hash::{ContentHash, EntryHash};
use crate::model::journal::Sealed;
use crate::store::Found;

/// Up to here every object is asked for by itself.
const FEW: usize = 64;
/// Where at least one of so many objects is wanted, all are read.
const PART: usize = 4;
/// Packs asked for at once.
const PACKS: usize = 64;
/// A page of objects is about as large as this, in bytes.
const PAGE_BYTES: usize = 8 << 20;

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

/// Objects in the order asked for. Where one is in a pack and beside it, that of the pack was there first.
pub(super) async fn objects(
    transaction: &Transaction<'_>,
    number: f64,
    hashes: &[ContentHash],
    known: &Indexes,
) -> Result<Found, StoreError> {
    let store = transaction.object_store(OBJECTS)?;
    let mut wanted = Wanted::new(hashes);
    let directory = Directory::ask(&store, number)?;
    let loose = if hashes.len() <= FEW { wanted.ask(&store, number, Area::Loose)? } else { Vec::new() };
    let packs = known.of(&store, number, &Directory::of(directory.await?)?).await?;
    wanted.unpack(&store, number, &packs).await?;
    wanted.take(loose).await?;
    if hashes.len() > FEW {
        let left = wanted.missing().count();
        if left > FEW {
            let there = store.count().with_query::<JsValue, _>(Area::Loose.all(number)).primitive()?.await?;
            if left >= there as usize / PART {
                wanted.scan(&store, number).await?;
            }
        }
        let loose = wanted.ask(&store, number, Area::Loose)?;
        wanted.take(loose).await?;
    }
    let large = wanted.ask(&store, number, Area::Large)?;
    wanted.take(large).await?;
    Ok(wanted.found(hashes))
}

type Asked = Vec<(usize, BasicRequest<Option<JsValue>>)>;

/// Objects that are looked for, each once.
struct Wanted {
    places: Map<ContentHash, u32>,
    hashes: Vec<ContentHash>,
    found: Found,
}

impl Wanted {
    fn new(hashes: &[ContentHash]) -> Self {
        let mut wanted = Self { places: Map::default(), hashes: Vec::with_capacity(hashes.len()), found: Vec::new() };
        for hash in hashes {
            if !wanted.places.contains(hash) {
                wanted.places.add_new(*hash, wanted.hashes.len() as u32);
                wanted.hashes.push(*hash);
            }
        }
        wanted.found = vec![None; wanted.hashes.len()];
        wanted
    }

    fn missing(&self) -> impl Iterator<Item = (usize, &ContentHash)> {
        self.hashes.iter().enumerate().filter(|(place, _)| matches!(self.found.get(*place), Some(None)))
    }

    fn set(&mut self, place: usize, bytes: Bytes) {
        if let Some(found) = self.found.get_mut(place) {
            found.get_or_insert(bytes);
        }
    }

    /// Asks for what is missing, one by one.
    fn ask(&self, store: &ObjectStore<'_>, number: f64, area: Area) -> Result<Asked, StoreError> {
        let ask = |(place, hash)| Ok((place, store.get::<JsValue, _, _>(area.key(number, hash)).primitive()?));
        self.missing().map(ask).collect()
    }

    async fn take(&mut self, asked: Asked) -> Result<(), StoreError> {
        for (place, answer) in asked {
            if let Some(found) = answer.await? {
                self.set(place, unmarked(found)?.1.into());
            }
        }
        Ok(())
    }

    /// Takes what is in packs. Where a pack is not what its index says, so are the bytes: who checks their hash names
    /// them.
    async fn unpack(
        &mut self,
        store: &ObjectStore<'_>,
        number: f64,
        packs: &[(f64, Rc<Index>)],
    ) -> Result<(), StoreError> {
        let wanted = packs.iter().enumerate().map(|(place, (pack, index))| ((place, *pack), self.rows(index)));
        let (numbers, rows): (Vec<Placed>, Vec<_>) = wanted.filter(|(_, rows)| !rows.is_empty()).unzip();
        for (numbers, rows) in numbers.chunks(PACKS).zip(rows.chunks(PACKS)) {
            for (pack, rows) in packs::contents(store, number, numbers).await?.into_iter().zip(rows) {
                let Some(pack) = pack else { continue };
                if rows.len() <= FEW {
                    for (place, Range { start, end }) in rows {
                        let end = *end.max(start);
                        self.set(*place, copied(&pack.subarray(*start as u32, end as u32)));
                    }
                } else {
                    let pack = copied(&pack);
                    let part = |at: &Range<usize>| pack.part(at.clone()).unwrap_or_else(|| (&[][..]).into());
                    rows.iter().for_each(|(place, at)| self.set(*place, part(at)));
                }
            }
        }
        Ok(())
    }

    /// What is wanted of a pack, and where it is.
    fn rows(&self, index: &Index) -> Vec<(usize, Range<usize>)> {
        if self.hashes.len() <= FEW {
            let row = |(place, hash): (usize, &ContentHash)| Some((place, index.find(hash)?));
            return self.hashes.iter().enumerate().filter_map(row).collect();
        }
        index.rows().filter_map(|(hash, at)| Some((*self.places.get(&hash)? as usize, at))).collect()
    }

    /// Reads all that is in no pack.
    async fn scan(&mut self, store: &ObjectStore<'_>, number: f64) -> Result<(), StoreError> {
        let mut pages = Pages::new(Area::Loose, None, PAGE_BYTES);
        while !pages.ended && self.missing().next().is_some() {
            for (hash, bytes) in pages.next(store, number, MOST_ROWS).await? {
                if let Some(place) = self.places.get(&hash).copied() {
                    self.set(place as usize, bytes.into());
                }
            }
        }
        Ok(())
    }

    /// In the order asked for, which may name an object twice.
    fn found(self, hashes: &[ContentHash]) -> Found {
        if hashes.len() == self.hashes.len() {
            return self.found;
        }
        let place = |hash| self.places.get(hash).copied().unwrap_or_default() as usize;
        hashes.iter().map(|hash| self.found.get(place(hash)).cloned().flatten()).collect()
    }
}

/// Hashes and sizes of objects, up to `limit` behind `after`. Of what is in no pack the database tells no size without
/// the bytes.
pub(super) async fn sizes(
    transaction: &Transaction<'_>,
    number: f64,
    after: Option<ContentHash>,
    limit: usize,
    known: &Indexes,
) -> Result<Vec<(ContentHash, u64)>, StoreError> {
    let store = transaction.object_store(OBJECTS)?;
    let directory = Directory::of(Directory::ask(&store, number)?.await?)?;
    let mut found = Vec::new();
    for (_, index) in known.of(&store, number, &directory).await? {
        let rows = index.rows().filter(|(hash, _)| after.is_none_or(|after| *hash > after));
        found.extend(rows.take(limit).map(|(hash, at)| (hash, at.len() as u64)));
    }
    for area in [Area::Loose, Area::Large] {
        let mut pages = Pages::new(area, after, PAGE_BYTES);
        let mut left = limit;
        while left > 0 && !pages.ended {
            let page = pages.next(&store, number, left).await?;
            left -= page.len().min(left);
            found.extend(page.into_iter().map(|(hash, bytes)| (hash, bytes.len() as u64)));
        }
    }
    // Stable: what is in a pack comes before what was written again.
    found.sort_by_key(|(hash, _)| *hash);
    found.dedup_by_key(|(hash, _)| *hash);
    found.truncate(limit);
    Ok(found)
}
