//! Packs: small objects, hundreds to a record. Reading ten thousand records takes the database some ten times as long
//! as reading the same bytes in twenty.
//!
//! Objects are written one by one, each a record, so that a commit stays as small as it can be. [`step`] moves a
//! stretch of them into a pack, in one transaction: there is never a moment, and never a crash, between which an object
//! is in two places or in none. A pack never changes. One that held a deleted object is written again without it,
//! under another number, in the transaction that deletes, so no byte of it stays in any record.
//!
//! A pack is two records: an index, and the bytes of its objects one after the other. The index has 36 bytes for each
//! object, in the order of their hashes, which is that of the bytes: the hash, and where the object's bytes end, 4 bytes,
//! little-endian. A repository's directory says which packs there are.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use indexed_db_futures::KeyRange;
use indexed_db_futures::future::BasicRequest;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::Transaction;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};

use super::records::{Pages, bytes, put_object};
use super::row::not_ours;
use super::schema::{Area, OBJECTS, SMALL, directory_key, index_key, loose_to, pack_key};
use crate::collections::Map;
use crate::error::StoreError;
use crate::hash::ContentHash;

type Read<T> = Result<T, StoreError>;
type Asked = BasicRequest<Option<JsValue>>;

/// A pack ends with the object that makes it as large as this, in bytes, or has so many objects.
const PACK_BYTES: usize = 256 << 10;
const PACK_ROWS: usize = 1024;
/// So few are read as fast one by one.
const FEWEST: u32 = 256;
/// Bytes of indexes that are remembered.
const KNOWN_BYTES: usize = 8 << 20;

const HASH: usize = 32;
const ROW: usize = HASH + 4;

/// What is in a pack, and where.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<u8>);

impl Index {
    /// The hash in a row, and where the row's bytes are.
    fn row(&self, row: usize) -> Option<(ContentHash, Range<usize>)> {
        let at = row * ROW;
        let (hash, end) = self.0.get(at..at + ROW)?.split_first_chunk::<HASH>()?;
        let start = at.checked_sub(4).map_or(Some(0), |before| offset(self.0.get(before..at)?))?;
        Some((ContentHash(*hash), start..offset(end)?))
    }

    pub fn len(&self) -> usize {
        self.0.len() / ROW
    }

    /// Every object, and where its bytes are.
    pub fn rows(&self) -> impl Iterator<Item = (ContentHash, Range<usize>)> {
        (0..self.len()).filter_map(|row| self.row(row))
    }

    /// Where the bytes of an object are.
    pub fn find(&self, hash: &ContentHash) -> Option<Range<usize>> {
        let mut rows = 0..self.len();
        while !rows.is_empty() {
            let middle = rows.start + rows.len() / 2;
            let (found, place) = self.row(middle)?;
            match found.cmp(hash) {
                std::cmp::Ordering::Equal => return Some(place),
                std::cmp::Ordering::Less => rows.start = middle + 1,
                std::cmp::Ordering::Greater => rows.end = middle,
            }
        }
        None
    }
}

fn offset(bytes: &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
}

/// A pack in the making.
#[derive(Default)]
struct Pack {
    index: Vec<u8>,
    bytes: Vec<u8>,
}

impl Pack {
    fn add(&mut self, hash: &ContentHash, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.index.extend_from_slice(&hash.0);
        self.index.extend_from_slice(&(self.bytes.len() as u32).to_le_bytes());
    }

    fn put(&self, store: &ObjectStore<'_>, repository: f64, pack: f64) -> Read<()> {
        for (key, bytes) in [(index_key(repository, pack), &self.index), (pack_key(repository, pack), &self.bytes)] {
            store.put(JsValue::from(Uint8Array::from(&**bytes))).with_key(key).without_key_type().primitive()?;
        }
        Ok(())
    }
}

/// Which packs a repository has.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// No number is given twice, so what is known of a pack stays true.
    next: f64,
    packs: Vec<f64>,
}

impl Directory {
    /// Asks for it.
    pub fn ask(store: &ObjectStore<'_>, repository: f64) -> Read<Asked> {
        Ok(store.get::<JsValue, _, _>(directory_key(repository)).primitive()?)
    }

    /// What was found: an array of the next number, and those of the packs.
    pub fn of(found: Option<JsValue>) -> Read<Self> {
        let Some(found) = found else { return Ok(Self::default()) };
        let numbers = found.dyn_into::<Array>().map_err(|_| not_ours("list of packs"))?;
        let mut numbers = numbers.iter().map(|number| number.as_f64().ok_or_else(|| not_ours("number of a pack")));
        Ok(Self { next: numbers.next().unwrap_or(Ok(0.0))?, packs: numbers.collect::<Read<_>>()? })
    }

    /// Adds a pack, and gives its number.
    fn add(&mut self) -> f64 {
        let number = self.next;
        self.next += 1.0;
        self.packs.push(number);
        number
    }

    fn put(&self, store: &ObjectStore<'_>, repository: f64) -> Read<()> {
        let numbers: Array = [&self.next].into_iter().chain(&self.packs).map(|number| JsValue::from(*number)).collect();
        let key = directory_key(repository);
        store.put(JsValue::from(numbers)).with_key(key).without_key_type().primitive()?;
        Ok(())
    }
}

/// The indexes that were read from one database.
#[derive(Debug, Default)]
pub(super) struct Indexes(RefCell<Known>);

#[derive(Debug, Default)]
struct Known {
    /// By the numbers of repository and pack.
    indexes: Map<u64, Map<u64, Rc<Index>>>,
    bytes: usize,
}

impl Indexes {
    /// Forgets all of them: another database may have come under the name of the one before.
    pub fn clear(&self) {
        self.0.take();
    }

    fn get(&self, repository: f64, pack: f64) -> Option<Rc<Index>> {
        self.0.borrow().indexes.get(&(repository as u64))?.get(&(pack as u64)).cloned()
    }

    fn put(&self, repository: f64, pack: f64, index: &Rc<Index>) {
        if self.0.borrow().bytes + index.0.len() > KNOWN_BYTES {
            self.clear();
        }
        let known = &mut *self.0.borrow_mut();
        known.bytes += index.0.len();
        known.indexes.get_or_insert_with(repository as u64, Map::default).insert(pack as u64, index.clone());
    }

    /// The packs in a directory, with their indexes. One whose index is lost counts as empty: who misses an
    /// object says so.
    pub async fn of(
        &self,
        store: &ObjectStore<'_>,
        repository: f64,
        directory: &Directory,
    ) -> Read<Vec<(f64, Rc<Index>)>> {
        let numbers = directory.packs.iter().copied();
        let there: Vec<_> = numbers.map(|pack| (pack, self.get(repository, pack))).collect();
        let unknown = there.iter().enumerate().filter(|(_, (_, index))| index.is_none());
        let unknown: Vec<Placed> = unknown.map(|(place, (pack, _))| (place, *pack)).collect();
        let mut read = records(store, |pack| index_key(repository, pack), &unknown).await?.into_iter();
        let mut packs = Vec::with_capacity(there.len());
        for (pack, index) in there {
            let index = match index {
                Some(index) => index,
                None => {
                    let found = read.next().flatten();
                    let index = Rc::new(Index(found.map_or_else(|| Ok(Vec::new()), bytes)?));
                    self.put(repository, pack, &index);
                    index
                }
            };
            packs.push((pack, index));
        }
        Ok(packs)
    }
}

/// A pack's place in the directory, and its number.
pub(super) type Placed = (usize, f64);

/// The bytes of packs; None for those that are lost.
pub(super) async fn contents(
    store: &ObjectStore<'_>,
    repository: f64,
    packs: &[Placed],
) -> Read<Vec<Option<Uint8Array>>> {
    let found = records(store, |pack| pack_key(repository, pack), packs).await?;
    let open =
        |record: Option<JsValue>| record.map(|record| record.dyn_into().map_err(|_| not_ours("bytes"))).transpose();
    found.into_iter().map(open).collect()
}

/// Records of packs. Of packs that follow each other, which is nearly always so, all at once.
async fn records(
    store: &ObjectStore<'_>,
    key: impl Fn(f64) -> JsValue,
    packs: &[Placed],
) -> Read<Vec<Option<JsValue>>> {
    if let [(first, from), .., (last, to)] = packs
        && last - first + 1 == packs.len()
    {
        let range = KeyRange::Bound(key(*from), false, key(*to), false);
        let found = store.get_all::<JsValue>().with_query::<JsValue, _>(range).primitive()?.await?;
        let found: Vec<JsValue> = found.collect::<Result<_, _>>()?;
        // Otherwise one is lost: which, the database does not say.
        if found.len() == packs.len() {
            return Ok(found.into_iter().map(Some).collect());
        }
    }
    let ask = |(_, pack): &Placed| Ok(store.get::<JsValue, _, _>(key(*pack)).primitive()?);
    let asked: Vec<Asked> = packs.iter().map(ask).collect::<Read<_>>()?;
    let mut found = Vec::with_capacity(asked.len());
    for answer in asked {
        found.push(answer.await?);
    }
    Ok(found)
}

/// Whether there is enough to pack.
pub(super) async fn is_due(transaction: &Transaction<'_>, repository: f64) -> Read<bool> {
    let store = transaction.object_store(OBJECTS)?;
    Ok(store.count().with_query::<JsValue, _>(Area::Loose.all(repository)).primitive()?.await? >= FEWEST)
}

/// Asks for the next stretch of single records to be moved into a pack; false where there are too few.
pub(super) async fn step(transaction: &Transaction<'_>, repository: f64, known: &Indexes) -> Read<bool> {
    if !is_due(transaction, repository).await? {
        return Ok(false);
    }
    let store = transaction.object_store(OBJECTS)?;
    let mut directory = Directory::of(Directory::ask(&store, repository)?.await?)?;
    let packs = known.of(&store, repository, &directory).await?;
    let (mut pack, mut last, mut pages) = (Pack::default(), None, Pages::new(Area::Loose, None, PACK_BYTES));
    let is_full = |pack: &Pack| pack.bytes.len() >= PACK_BYTES || pack.index.len() >= PACK_ROWS * ROW;
    while !pages.ended && !is_full(&pack) {
        for (hash, bytes) in pages.next(&store, repository, PACK_ROWS - pack.index.len() / ROW).await? {
            if is_full(&pack) {
                break;
            }
            last = Some(hash);
            if packs.iter().any(|(_, index)| index.find(&hash).is_some()) {
                continue; // written again while it was packed
            }
            if bytes.len() > SMALL {
                put_object(&store, repository, &hash, &bytes)?; // it was written before there were packs
            } else {
                pack.add(&hash, &bytes);
            }
        }
    }
    let Some(last) = last else { return Ok(false) };
    store.delete::<JsValue, _>(loose_to(repository, &last)).primitive()?;
    if !pack.index.is_empty() {
        pack.put(&store, repository, directory.add())?;
        directory.put(&store, repository)?;
    }
    Ok(true)
}

/// Asks for objects to be taken out of the packs that hold them.
pub(super) async fn remove(
    transaction: &Transaction<'_>,
    repository: f64,
    known: &Indexes,
    hashes: &[ContentHash],
) -> Read<()> {
    let store = transaction.object_store(OBJECTS)?;
    let mut directory = Directory::of(Directory::ask(&store, repository)?.await?)?;
    let mut is_changed = false;
    for (place, (number, index)) in known.of(&store, repository, &directory).await?.into_iter().enumerate() {
        let gone: Vec<&ContentHash> = hashes.iter().filter(|hash| index.find(hash).is_some()).collect();
        if gone.is_empty() {
            continue;
        }
        let whole = contents(&store, repository, &[(place, number)]).await?.into_iter().flatten().next();
        let whole = whole.map_or_else(Vec::new, |whole| whole.to_vec());
        let mut pack = Pack::default();
        for (hash, place) in index.rows().filter(|(hash, _)| !gone.contains(&hash)) {
            // What is damaged stays so: who reads it finds out.
            pack.add(&hash, whole.get(place).unwrap_or_default());
        }
        for key in [index_key(repository, number), pack_key(repository, number)] {
            store.delete(key).primitive()?;
        }
        directory.packs.retain(|pack| *pack != number);
        if !pack.index.is_empty() {
            pack.put(&store, repository, directory.add())?;
        }
        is_changed = true;
    }
    if is_changed { directory.put(&store, repository) } else { Ok(()) }
}
