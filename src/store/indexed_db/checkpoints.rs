//! Checkpoints: one a repository, its segments beside it.

use std::rc::Rc;

use indexed_db_futures::future::BasicRequest;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::Transaction;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};

use super::records::{bytes, copied};
use super::row::{member, not_ours, number, record};
use super::schema::{CHECKPOINTS, SEGMENTS, all_of, hash_part, key};
use crate::error::StoreError;
use crate::hash::ContentHash;
use crate::model::object::Object;
use crate::state::checkpoint::StoredCheckpoint;
use crate::store::CheckpointParts;

type Read<T> = Result<T, StoreError>;

/// A checkpoint without the bytes of its segments.
struct Outline {
    seq: u64,
    manifest: Rc<[u8]>,
    segments: Vec<ContentHash>,
}

async fn outline(transaction: &Transaction<'_>, repository: f64) -> Read<Option<Outline>> {
    let store = transaction.object_store(CHECKPOINTS)?;
    let found = store.get::<JsValue, _, _>(JsValue::from(repository)).primitive()?.await?;
    let Some(found) = found else { return Ok(None) };
    let hash = |value: JsValue| {
        let bytes = <[u8; 32]>::try_from(bytes(value)?).map_err(|_| not_ours("hash"))?;
        Ok(ContentHash(bytes))
    };
    let segments = member(&found, "segments").dyn_into::<Array>().map_err(|_| not_ours("segments"))?;
    Ok(Some(Outline {
        seq: number(&found, "seq")? as u64,
        manifest: bytes(member(&found, "manifest"))?.into(),
        segments: segments.iter().map(hash).collect::<Read<_>>()?,
    }))
}

/// The checkpoint, if it is whole.
pub(super) async fn read(transaction: &Transaction<'_>, repository: f64) -> Read<Option<StoredCheckpoint>> {
    let Some(Outline { seq, manifest, segments: hashes }) = outline(transaction, repository).await? else {
        return Ok(None);
    };
    let store = transaction.object_store(SEGMENTS)?;
    let ask = |hash: &ContentHash| store.get::<JsValue, _, _>(key(repository, hash_part(hash))).primitive();
    let asked: Vec<BasicRequest<Option<JsValue>>> = hashes.iter().map(ask).collect::<Result<_, _>>()?;
    let mut segments = Vec::with_capacity(hashes.len());
    for (hash, answer) in hashes.into_iter().zip(asked) {
        let Some(found) = answer.await? else { return Ok(None) };
        let found = found.dyn_into().map_err(|_| not_ours("bytes"))?;
        segments.push(Object { hash, bytes: copied(&found).alone() });
    }
    Ok(Some(StoredCheckpoint { seq, manifest, segments, checked: false }))
}

/// Asks for all that has to be written; false where nothing has.
pub(super) async fn write(transaction: &Transaction<'_>, repository: f64, checkpoint: &CheckpointParts) -> Read<bool> {
    let before = outline(transaction, repository).await?;
    if before.as_ref().is_some_and(|before| before.seq >= checkpoint.seq) {
        return Ok(false);
    }
    let there = before.map_or_else(Vec::new, |before| before.segments);
    if checkpoint.segments.iter().any(|(hash, bytes)| bytes.is_none() && !there.contains(hash)) {
        return Ok(false);
    }
    let store = transaction.object_store(SEGMENTS)?;
    for hash in &there {
        if !checkpoint.segments.iter().any(|(kept, _)| kept == hash) {
            store.delete(key(repository, hash_part(hash))).primitive()?;
        }
    }
    for (hash, bytes) in &checkpoint.segments {
        let Some(bytes) = bytes else { continue };
        let value = JsValue::from(Uint8Array::from(&**bytes));
        store.put(value).with_key(key(repository, hash_part(hash))).without_key_type().primitive()?;
    }
    let segments: Array = checkpoint.segments.iter().map(|(hash, _)| hash_part(hash)).collect();
    let value = record(&[
        ("seq", (checkpoint.seq as f64).into()),
        ("manifest", Uint8Array::from(&*checkpoint.manifest).into()),
        ("segments", segments.into()),
    ]);
    let store = transaction.object_store(CHECKPOINTS)?;
    store.put(value).with_key(JsValue::from(repository)).without_key_type().primitive()?;
    Ok(true)
}

/// Asks for all of it to be taken away.
pub(super) fn delete(transaction: &Transaction<'_>, repository: f64) -> Read<()> {
    transaction.object_store(CHECKPOINTS)?.delete(JsValue::from(repository)).primitive()?;
    transaction.object_store(SEGMENTS)?.delete::<JsValue, _>(all_of(repository)).primitive()?;
    Ok(())
}
