//! A store of the crate for JavaScript: a class that `js/src/storage/native-adapter.ts` makes a storage
//! adapter of. It is called the way [`super::js_store`] calls adapters, with the same names, arguments
//! and answers, so that one wire serves both directions.

use std::rc::Rc;
use std::task::Poll;

use crate::json::{Members, ToJson, Value, object};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::arguments::{Arguments, hashes_in};
use super::task::{NativeTask, Running, begun};
use super::wire::{Asked, DURABILITIES, Parcel, incarnation_text, malformed, split};
use crate::error::{Error, StoreError};
use crate::hash::ContentHash;
use crate::model::journal::Sealed;
use crate::state::checkpoint::StoredCheckpoint;
use crate::store::indexed_db::{IndexedDbOptions, IndexedDbStore};
use crate::store::listing::RepositoryRow;
use crate::store::{Durability, Found, MemoryStore, Store, WriteError};

/// A store.
#[wasm_bindgen]
pub struct NativeStore(Rc<dyn Store>);

#[wasm_bindgen]
impl NativeStore {
    /// A database of this name. `patience` is in milliseconds; `on_upgrade` hears that event. Freeing it
    /// closes the connection.
    #[wasm_bindgen(js_name = indexedDb)]
    pub fn indexed_db(name: String, relaxed: bool, patience: u32, on_upgrade: Option<Function>) -> Self {
        let durability = if relaxed { Durability::Relaxed } else { Durability::Strict };
        Self(Rc::new(IndexedDbStore::new(IndexedDbOptions { name, durability, patience, on_upgrade })))
    }

    /// An empty store in memory.
    pub fn memory() -> Self {
        Self(Rc::new(MemoryStore::new()))
    }

    /// Another handle on the same store.
    pub fn share(&self) -> Self {
        Self(self.0.clone())
    }

    /// 0 memory, 1 relaxed, 2 strict.
    #[wasm_bindgen(getter)]
    pub fn durability(&self) -> u32 {
        let durability = self.0.capabilities().durability;
        DURABILITIES.iter().position(|level| *level == durability).unwrap_or_default() as u32
    }

    /// The largest object or entry, in bytes.
    #[wasm_bindgen(getter, js_name = maxObjectBytes)]
    pub fn max_object_bytes(&self) -> f64 {
        self.0.capabilities().max_object_bytes as f64
    }

    /// A call whose arguments are JSON, as UTF-8: a long text takes longer to cross than its bytes. Gives a task where it
    /// has to wait.
    pub fn ask(&self, method: String, arguments: &[u8]) -> Result<JsValue, JsValue> {
        self.call(method, arguments, Vec::new())
    }

    /// A call that also brings bytes: many byte strings in one, and the length of each.
    pub fn send(&self, method: String, arguments: &[u8], lengths: &[u32], bytes: &[u8]) -> Result<JsValue, JsValue> {
        self.call(method, arguments, split(lengths, &bytes.into()).map_err(|error| failure(&error))?)
    }
}

impl NativeStore {
    fn call(&self, method: String, arguments: &[u8], parts: Found) -> Result<JsValue, JsValue> {
        let arguments = std::str::from_utf8(arguments).map_err(|_| malformed()).and_then(Arguments::parse);
        let store = self.0.clone();
        let mut future: Running<Asked<JsValue>> =
            Box::pin(async move { answer(&*store, &method, arguments?, parts).await });
        match begun(&mut future) {
            Poll::Ready(result) => result.map_err(|error| failure(&error)),
            Poll::Pending => {
                let rest = async move { future.await.map_err(|error| failure(&error)) };
                Ok(NativeTask::new(Box::pin(rest)).into())
            }
        }
    }
}

/// What the adapter turns into an error: `Failure` in `js/src/storage/bridge.ts`.
fn failure(error: &StoreError) -> JsValue {
    let thrown = error.detail().and_then(|detail| detail.cause()?.downcast_ref::<JsValue>());
    let (found, supported) = match error {
        StoreError::VersionTooNew { found, supported } => (f64::from(*found), f64::from(*supported)),
        _ => (0.0, 0.0),
    };
    let members: [(&str, JsValue); 5] = [
        ("code", Error::Store(error.clone()).code().into()),
        ("message", error.detail().map_or_else(|| error.to_string(), ToString::to_string).into()),
        ("cause", thrown.cloned().unwrap_or_default()),
        ("found", found.into()),
        ("supported", supported.into()),
    ];
    let failure = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&failure, &name.into(), &value);
    }
    failure.into()
}

async fn answer(store: &dyn Store, method: &str, given: Arguments, parts: Found) -> Asked<JsValue> {
    if method == "list" {
        let page = store.list(&given.text("workspace")?, &given.repositories()?).await?;
        return Ok(listed("repositories", page.cursor.as_ref(), &page.rows.iter().map(Listed).collect::<Vec<_>>()));
    }
    let address = given.address()?;
    if method == "find" {
        let found = store.find(&address).await?;
        return Ok(found.map_or(JsValue::UNDEFINED, |incarnation| incarnation_text(incarnation).into()));
    }
    let repo = given.repository(address)?;
    Ok(match method {
        "create" => {
            let at = given.number("at")?;
            incarnation_text(store.create(&repo.address, repo.incarnation, at).await?).into()
        }
        "delete" => store.delete(&repo).await?.into(),
        "write" => match store.write(&repo, &given.batch(parts)?).await {
            Ok(()) => JsValue::UNDEFINED,
            Err(WriteError::Conflict(unseen)) => entries(&unseen),
            Err(WriteError::Store(error)) => return Err(error),
        },
        "readJournal" => {
            entries(&store.read_journal(&repo, given.number("after")? as u64, given.size("limit")?).await?)
        }
        "readObjects" => packed(&store.read_objects(&repo, &hashes_in(&parts)?).await?),
        "listObjects" => {
            let sizes = store.list_objects(&repo, given.hash("after")?, given.size("limit")?).await?;
            let row = |(hash, size): (ContentHash, u64)| object([("byteSize", size.into()), ("hash", hash.into())]);
            sizes.into_iter().map(row).collect::<Value>().to_json().into()
        }
        "readLog" => {
            let page = store.read_log(&repo, &given.text("log")?, &given.log()?).await?;
            let row = |(at, fields): (i64, Rc<str>)| object([("at", at.into()), ("fields", (&*fields).into())]);
            listed("rows", page.cursor.as_ref(), &page.rows.into_iter().map(row).collect::<Vec<_>>())
        }
        "readCheckpoint" => store.read_checkpoint(&repo).await?.map_or(JsValue::UNDEFINED, |found| checkpoint(&found)),
        "writeCheckpoint" => store.write_checkpoint(&repo, &given.checkpoint(parts)?).await?.into(),
        "deleteCheckpoint" => {
            store.delete_checkpoint(&repo).await?;
            JsValue::UNDEFINED
        }
        "pack" => store.pack(&repo).await?.into(),
        "scrub" => {
            store.scrub(&repo).await?;
            JsValue::UNDEFINED
        }
        _ => return Err(malformed()),
    })
}

fn packed(found: &Found) -> JsValue {
    let mut parcel = Parcel::with_capacity(found.len(), found.iter().flatten().map(|bytes| bytes.len()).sum());
    found.iter().for_each(|bytes| parcel.add_some(bytes.as_deref()));
    let (lengths, bytes) = parcel.to_js();
    Array::of2(&lengths, &bytes).into()
}

/// `[[[seq, hash] …], [lengths, bytes]]`.
fn entries(entries: &[Sealed]) -> JsValue {
    let names: Value =
        entries.iter().map(|entry| Value::from_iter([Value::from(entry.seq), entry.hash.into()])).collect();
    let found = entries.iter().map(|entry| Some(entry.bytes.clone().into())).collect();
    Array::of2(&names.to_json().into(), &packed(&found)).into()
}

/// `[{ seq, segments }, [lengths, bytes]]`, the manifest first.
fn checkpoint(found: &StoredCheckpoint) -> JsValue {
    let hashes: Value = found.segments.iter().map(|segment| Value::from(segment.hash)).collect();
    let names = object([("segments", hashes), ("seq", found.seq.into())]);
    let parts = [&found.manifest].into_iter().chain(found.segments.iter().map(|segment| &segment.bytes));
    Array::of2(&names.to_json().into(), &packed(&parts.map(|bytes| Some(bytes.clone().into())).collect())).into()
}

/// A page, as JSON.
fn listed(name: &str, cursor: Option<&String>, rows: &[impl ToJson]) -> JsValue {
    let mut text = String::with_capacity(512);
    Members::write(&mut text, |members| {
        members.some("cursor", cursor);
        members.put(name, rows);
    });
    text.into()
}

/// All that an adapter tells of a repository.
struct Listed<'a>(&'a RepositoryRow);

impl ToJson for Listed<'_> {
    fn write_json(&self, out: &mut String) {
        let row = self.0;
        Members::write(out, |members| {
            members.put("createdAt", &row.created_at);
            members.put("id", &row.id);
            members.put("incarnation", &incarnation_text(row.incarnation));
            members.some("summary", row.summary.as_ref());
            members.put("updatedAt", &row.updated_at);
        });
    }
}
