//! Writing a batch: one transaction. The repository's record tells whether it lives and which entry is the
//! last one. Who knows that already asks for all writes without a wait, and what is read beside them decides
//! whether they are committed. Everybody else reads first.

use indexed_db_futures::future::BasicRequest;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::Transaction;
use wasm_bindgen::prelude::JsValue;

use super::packs::{self, Directory, Indexes};
use super::read::journal;
use super::records::put_object;
use super::row::{Row, record};
use super::schema::{Area, JOURNAL, LOGS, OBJECTS, REPOSITORIES, key, log_key, marked};
use super::{IndexedDbStore, MAX_OBJECT_BYTES, alive, commit};
use crate::error::StoreError;
use crate::model::object::Object;
use crate::store::logs::LogRow;
use crate::store::{Batch, RepoKey, WriteError};

/// A conflict tells no more entries than this; the rest can be read.
const MOST_UNSEEN: usize = 1000;
/// A row's place is its entry's number times this, and its own within the batch.
const ROWS_OF_A_BATCH: u64 = 1 << 20;

/// Writes a batch as the next entry.
pub(super) async fn write(store: &IndexedDbStore, repo: &RepoKey, batch: &Batch) -> Result<(), WriteError> {
    check_sizes(batch)?;
    let known = store.recall(&repo.address);
    if let Some(row) = known
        && batch.delete_objects.is_empty()
        && row.is(repo.incarnation, batch.entry.seq.saturating_sub(1))?
        && ahead(store, repo, row, batch).await?
    {
        return Ok(());
    }
    carefully(store, repo, batch).await
}

/// Writes as if nothing had happened since the record was known: everything is asked for at once, and before it is
/// committed the record shows whether that was so. False, and nothing is written: something had happened, or
/// one of the objects is there already.
async fn ahead(store: &IndexedDbStore, repo: &RepoKey, row: Row, batch: &Batch) -> Result<bool, StoreError> {
    let last = row.last()?;
    let written = store
        .change(&scope(batch), store.durability(), async |transaction| {
            let number = row.number()?;
            let repositories = transaction.object_store(REPOSITORIES)?;
            let before = repositories.get::<JsValue, _, _>(JsValue::from(number)).primitive()?;
            if !batch.objects.is_empty() {
                let objects = transaction.object_store(OBJECTS)?;
                for Object { hash, bytes } in &batch.objects {
                    let key = Area::of(bytes.len()).key(number, hash);
                    objects.add(marked(&hash.0, bytes)).with_key(key).without_key_type().primitive()?;
                }
            }
            put(&transaction, &row, number, batch)?;
            match before.await?.map(Row::of) {
                Some(before) if before.is(repo.incarnation, last)? => commit(transaction).await?,
                _ => return Ok(false),
            }
            Ok(true)
        })
        .await;
    match written {
        Ok(true) => {
            store.remember(&repo.address, row);
            Ok(true)
        }
        // A key was there: an entry of somebody else, or an object.
        Ok(false) | Err(StoreError::Corrupt(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Looks first, and then writes.
async fn carefully(store: &IndexedDbStore, repo: &RepoKey, batch: &Batch) -> Result<(), WriteError> {
    let row = store
        .change(&scope(batch), store.durability(), async |transaction| {
            let row = alive(&transaction, repo).await?;
            let (number, last, seq) = (row.number()?, row.last()?, batch.entry.seq);
            if seq <= last {
                let unseen = journal(&transaction, number, seq - 1, MOST_UNSEEN).await?;
                store.remember(&repo.address, row); // for the next attempt
                return Err(WriteError::Conflict(unseen));
            }
            if seq != last + 1 {
                return Err(StoreError::corrupt(format!("entry {seq} was written, the last one is {last}")).into());
            }
            put_new(&transaction, number, batch, &store.indexes).await?;
            if !batch.delete_objects.is_empty() {
                packs::remove(&transaction, number, &store.indexes, &batch.delete_objects).await?;
            }
            put(&transaction, &row, number, batch)?;
            commit(transaction).await?;
            Ok(row)
        })
        .await?;
    store.remember(&repo.address, row);
    Ok(())
}

/// The stores that a batch touches: others can be written meanwhile.
fn scope(batch: &Batch) -> Vec<&'static str> {
    let mut scope = vec![REPOSITORIES, JOURNAL];
    if !batch.objects.is_empty() || !batch.delete_objects.is_empty() {
        scope.push(OBJECTS);
    }
    if !batch.logs.is_empty() {
        scope.push(LOGS);
    }
    scope
}

fn check_sizes(batch: &Batch) -> Result<(), StoreError> {
    let sizes = batch.objects.iter().map(|object| object.bytes.len()).chain([batch.entry.bytes.len()]);
    if let Some(size) = sizes.max().filter(|size| *size as u64 > MAX_OBJECT_BYTES) {
        let message = format!("{size} bytes, this store takes {MAX_OBJECT_BYTES}");
        return Err(StoreError::TooLarge(message.into()));
    }
    if batch.logs.len() as u64 > ROWS_OF_A_BATCH {
        let message = format!("{} rows of logs in one batch, this store takes {ROWS_OF_A_BATCH}", batch.logs.len());
        return Err(StoreError::TooLarge(message.into()));
    }
    Ok(())
}

/// Asks for the objects that are not there yet to be written.
async fn put_new(transaction: &Transaction<'_>, number: f64, batch: &Batch, known: &Indexes) -> Result<(), StoreError> {
    if batch.objects.is_empty() {
        return Ok(());
    }
    let store = transaction.object_store(OBJECTS)?;
    let directory = Directory::ask(&store, number)?;
    let look =
        |Object { hash, bytes }: &Object| Ok(store.get_key(Area::of(bytes.len()).key(number, hash)).primitive()?);
    let looked: Vec<BasicRequest<Option<JsValue>>> =
        batch.objects.iter().map(look).collect::<Result<_, StoreError>>()?;
    let packs = known.of(&store, number, &Directory::of(directory.await?)?).await?;
    let mut new = Vec::with_capacity(looked.len());
    for (object, there) in batch.objects.iter().zip(looked) {
        if there.await?.is_none() && !packs.iter().any(|(_, index)| index.find(&object.hash).is_some()) {
            new.push(object);
        }
    }
    new.into_iter().try_for_each(|Object { hash, bytes }| put_object(&store, number, hash, bytes))
}

/// Asks for all that has to be written, but for objects that are new, and those in packs. Should one of these fail, none of
/// it happens.
fn put(transaction: &Transaction<'_>, row: &Row, number: f64, batch: &Batch) -> Result<(), StoreError> {
    let entry = &batch.entry;
    let journal = transaction.object_store(JOURNAL)?;
    let value = marked(&entry.hash.0, &entry.bytes);
    journal.add(value).with_key(key(number, entry.seq as f64)).without_key_type().primitive()?;
    if !batch.delete_objects.is_empty() {
        let objects = transaction.object_store(OBJECTS)?;
        for hash in &batch.delete_objects {
            for area in [Area::Loose, Area::Large] {
                objects.delete(area.key(number, hash)).primitive()?;
            }
        }
    }
    if !batch.logs.is_empty() {
        put_logs(&transaction.object_store(LOGS)?, number, entry.seq, &batch.logs)?;
    }
    row.advance(entry.seq, batch.at, batch.summary.as_deref());
    transaction.object_store(REPOSITORIES)?.put(row.value()).without_key_type().primitive()?;
    Ok(())
}

fn put_logs(store: &ObjectStore<'_>, number: f64, seq: u64, rows: &[LogRow]) -> Result<(), StoreError> {
    for (place, row) in (seq * ROWS_OF_A_BATCH..).zip(rows) {
        let value = record(&[
            ("place", (place as f64).into()),
            ("at", (row.at as f64).into()),
            ("fields", (&*row.fields).into()),
        ]);
        store.add(value).with_key(log_key(number, &row.log, place)).without_key_type().primitive()?;
    }
    Ok(())
}

/// The places that the rows of entries have, from one up to another.
pub(super) fn places(from: u64, to: u64) -> std::ops::Range<u64> {
    from * ROWS_OF_A_BATCH..(to + 1) * ROWS_OF_A_BATCH
}
