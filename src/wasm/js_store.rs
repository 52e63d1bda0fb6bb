//! A store in JavaScript, behind [`Store`]. It is called through `js/src/storage/bridge.ts`, which checks
//! what the adapter gives: here its answers are only taken apart.

use std::rc::Rc;

use crate::json::{Members, ToJson, Value, parse};
use js_sys::{Array, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};

use super::answer::Answer;
use super::wire::{
    Asked, Carried, DURABILITIES, Parcel, incarnation_of, incarnation_text, long_parcel, malformed, split,
};
use crate::collections::Bytes;
use crate::error::{Detail, StoreError};
use crate::hash::{ContentHash, EntryHash};
use crate::model::journal::Sealed;
use crate::model::object::Object;
use crate::state::checkpoint::StoredCheckpoint;
use crate::store::listing::{RepositoryOrder, RepositoryPage, RepositoryQuery, RepositoryRow};
use crate::store::logs::{LogPage, LogQuery, LogRow};
use crate::store::packed::{pack, unpack};
use crate::store::{
    Address, Batch, Capabilities, CheckpointParts, Durability, Found, Incarnation, Pending, RepoKey, Store, WriteError,
};

#[wasm_bindgen]
extern "C" {
    /// `NativeStorage` in `js/src/storage/bridge.ts`.
    #[derive(Debug)]
    pub type Storage;

    /// 0 memory, 1 relaxed, 2 strict.
    #[wasm_bindgen(method, getter)]
    fn durability(this: &Storage) -> u32;
    #[wasm_bindgen(method, getter)]
    fn projects(this: &Storage) -> bool;
    #[wasm_bindgen(method, getter, js_name = maxObjectBytes)]
    fn max_object_bytes(this: &Storage) -> f64;
    /// A call whose arguments are JSON.
    #[wasm_bindgen(method)]
    fn ask(this: &Storage, method: &str, arguments: &str) -> Answer;
    /// A call that also brings bytes: many texts in one, and the length of each.
    #[wasm_bindgen(method)]
    fn send(this: &Storage, method: &str, arguments: &str, lengths: Uint32Array, bytes: Uint8Array) -> Answer;

    /// What the bridge throws.
    type Failure;

    #[wasm_bindgen(method, getter)]
    fn code(this: &Failure) -> String;
    #[wasm_bindgen(method, getter)]
    fn message(this: &Failure) -> String;
    #[wasm_bindgen(method, getter)]
    fn cause(this: &Failure) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn found(this: &Failure) -> f64;
    #[wasm_bindgen(method, getter)]
    fn supported(this: &Failure) -> f64;
}

/// A store in JavaScript.
#[derive(Debug)]
pub struct JsStore {
    storage: Storage,
    /// Asked for once: a write looks at them again and again.
    capabilities: Capabilities,
}

/// Byte strings out of `[lengths, bytes]`.
fn unpacked(value: &JsValue) -> Asked<Found> {
    let parts: &Array = value.dyn_ref().ok_or_else(malformed)?;
    let lengths = parts.get(0).dyn_into::<Uint32Array>().map_err(|_| malformed())?.to_vec();
    let bytes = parts.get(1).dyn_into::<Uint8Array>().map_err(|_| malformed())?;
    split(&lengths, &Bytes::written(bytes.length() as usize, |room| bytes.copy_to_uninit(room)))
}

/// Names in JSON and byte strings out of `[names, [lengths, bytes]]`.
fn named(value: &JsValue) -> Asked<(Value, Found)> {
    let parts: &Array = value.dyn_ref().ok_or_else(malformed)?;
    let names = parts.get(0).as_string().and_then(|text| parse(&text).ok()).ok_or_else(malformed)?;
    Ok((names, unpacked(&parts.get(1))?))
}

/// Entries out of `[[[seq, hash] …], [lengths, bytes]]`.
fn entries(value: &JsValue) -> Asked<Vec<Sealed>> {
    let (names, packed) = named(value)?;
    let names = names.as_array().ok_or_else(malformed)?;
    let open = |(name, packed): (&Value, Option<Bytes>)| {
        let seq = name.get(0).and_then(Value::as_u64).ok_or_else(malformed)?;
        let hash = name.get(1).and_then(Value::as_str).and_then(|hash| hash.parse().ok());
        let hash: EntryHash = hash.ok_or_else(malformed)?;
        Ok(Sealed { seq, hash, bytes: unpack(seq, packed.as_deref().unwrap_or_default())? })
    };
    names.iter().zip(packed).map(open).collect()
}

fn failure(thrown: JsValue) -> StoreError {
    let failure: Failure = thrown.unchecked_into();
    let detail = Detail::caused(failure.message(), Rc::new(failure.cause()));
    match &*failure.code() {
        "OutcomeUnknown" => StoreError::OutcomeUnknown(detail),
        "Quota" => StoreError::Quota(detail),
        "TooLarge" => StoreError::TooLarge(detail),
        "Corrupt" => StoreError::Corrupt(detail),
        "VersionTooNew" => {
            StoreError::VersionTooNew { found: failure.found() as u32, supported: failure.supported() as u32 }
        }
        "Blocked" => StoreError::Blocked(detail),
        "Closed" => StoreError::Closed(detail),
        _ => StoreError::Unavailable(detail),
    }
}

/// Arguments that begin with the repository.
fn about(repo: &RepoKey, rest: impl FnOnce(&mut Members<'_>)) -> String {
    let mut text = String::with_capacity(256);
    Members::write(&mut text, |members| {
        put_address(members, &repo.address);
        members.put("incarnation", &incarnation_text(repo.incarnation));
        rest(members);
    });
    text
}

fn put_address(members: &mut Members<'_>, address: &Address) {
    members.put("workspace", &address.workspace);
    members.put("id", &address.id);
}

/// A text that is JSON already.
struct Raw<'a>(&'a str);

impl ToJson for Raw<'_> {
    fn write_json(&self, out: &mut String) {
        out.push_str(self.0);
    }
}

impl ToJson for LogRow {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("at", &self.at);
            members.put("fields", &self.fields);
            members.put("log", &self.log);
        });
    }
}

impl JsStore {
    /// A store behind the bridge.
    pub fn new(storage: Storage) -> Self {
        let capabilities = Capabilities {
            durability: *DURABILITIES.get(storage.durability() as usize).unwrap_or(&Durability::Strict),
            multi_writer: true,
            multi_key_atomic: true,
            max_object_bytes: storage.max_object_bytes() as u64,
            projects: storage.projects(),
        };
        Self { storage, capabilities }
    }

    async fn ask(&self, method: &str, arguments: &str) -> Asked<JsValue> {
        self.storage.ask(method, arguments).given().await.map_err(failure)
    }

    async fn ask_json(&self, method: &str, arguments: &str) -> Asked<Value> {
        let answer = self.ask(method, arguments).await?;
        answer.as_string().and_then(|text| parse(&text).ok()).ok_or_else(malformed)
    }

    async fn send(&self, method: &str, arguments: &str, (lengths, bytes): Carried) -> Asked<JsValue> {
        self.storage.send(method, arguments, lengths, bytes).given().await.map_err(failure)
    }
}

impl Store for JsStore {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn create<'a>(
        &'a self,
        address: &'a Address,
        incarnation: Incarnation,
        at: i64,
    ) -> Pending<'a, Asked<Incarnation>> {
        Box::pin(async move {
            let repo = RepoKey { address: address.clone(), incarnation };
            let arguments = about(&repo, |members| members.put("at", &at));
            incarnation_of(self.ask("create", &arguments).await?.as_string().as_deref())
        })
    }

    fn find<'a>(&'a self, address: &'a Address) -> Pending<'a, Asked<Option<Incarnation>>> {
        Box::pin(async move {
            let mut arguments = String::new();
            Members::write(&mut arguments, |members| put_address(members, address));
            let found = self.ask("find", &arguments).await?.as_string();
            found.map(|text| incarnation_of(Some(&text))).transpose()
        })
    }

    fn delete<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Asked<bool>> {
        Box::pin(async move { Ok(self.ask("delete", &about(repo, |_| {})).await?.is_truthy()) })
    }

    fn list<'a>(&'a self, workspace: &'a str, query: &'a RepositoryQuery) -> Pending<'a, Asked<RepositoryPage>> {
        Box::pin(async move {
            let mut arguments = String::new();
            Members::write(&mut arguments, |members| {
                members.put("workspace", workspace);
                members.put("prefix", &query.prefix);
                let order = RepositoryOrder::NAMES.iter().find(|(_, order)| *order == query.order);
                members.some("orderBy", order.map(|(name, _)| *name));
                members.some("cursor", query.cursor.as_ref());
                members.put("limit", &query.limit);
            });
            let page = self.ask_json("list", &arguments).await?;
            let row = |row: &Value| {
                let text = |name: &str| row.get(name).and_then(Value::as_str);
                let time = |name: &str| row.get(name).and_then(Value::as_i64).unwrap_or_default();
                Ok(RepositoryRow {
                    id: text("id").ok_or_else(malformed)?.into(),
                    incarnation: incarnation_of(text("incarnation"))?,
                    created_at: time("createdAt"),
                    updated_at: time("updatedAt"),
                    summary: text("summary").map(Rc::from),
                })
            };
            let rows = page.get("repositories").and_then(Value::as_array).ok_or_else(malformed)?;
            let cursor = page.get("cursor").and_then(Value::as_str).map(str::to_owned);
            Ok(RepositoryPage { rows: rows.iter().map(row).collect::<Asked<_>>()?, cursor })
        })
    }

    fn write<'a>(&'a self, repo: &'a RepoKey, batch: &'a Batch) -> Pending<'a, Result<(), WriteError>> {
        Box::pin(async move {
            let mut parcel = Parcel::default();
            parcel.add(&pack(&batch.entry.bytes));
            batch.objects.iter().for_each(|object| parcel.add(&object.bytes));
            let arguments = about(repo, |members| {
                members.put("seq", &batch.entry.seq);
                members.put("hash", &batch.entry.hash);
                members.put("at", &batch.at);
                let hashes: Vec<ContentHash> = batch.objects.iter().map(|object| object.hash).collect();
                members.list("objects", &hashes);
                members.list("deleteObjects", &batch.delete_objects);
                members.list("logs", &batch.logs);
                members.some("summary", batch.summary.as_ref());
                members.some("projection", batch.projection.as_deref().map(Raw).as_ref());
            });
            let answer = self.send("write", &arguments, parcel.to_js()).await.map_err(WriteError::Store)?;
            if answer.is_undefined() {
                return Ok(());
            }
            Err(entries(&answer).map_or_else(WriteError::Store, WriteError::Conflict))
        })
    }

    fn read_journal<'a>(&'a self, repo: &'a RepoKey, after: u64, limit: usize) -> Pending<'a, Asked<Vec<Sealed>>> {
        Box::pin(async move {
            let arguments = about(repo, |members| {
                members.put("after", &after);
                members.put("limit", &limit);
            });
            entries(&self.ask("readJournal", &arguments).await?)
        })
    }

    fn read_objects<'a>(&'a self, repo: &'a RepoKey, hashes: &'a [ContentHash]) -> Pending<'a, Asked<Found>> {
        Box::pin(async move {
            // As bytes: digits of ten thousand hashes would be written, encoded and read again.
            let mut parcel = Parcel::default();
            hashes.iter().for_each(|hash| parcel.add(&hash.0));
            unpacked(&self.send("readObjects", &about(repo, |_| {}), parcel.to_js()).await?)
        })
    }

    fn list_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Pending<'a, Asked<Vec<(ContentHash, u64)>>> {
        Box::pin(async move {
            let arguments = about(repo, |members| {
                members.some("after", after.as_ref());
                members.put("limit", &limit);
            });
            let listed = self.ask_json("listObjects", &arguments).await?;
            let row = |row: &Value| {
                let hash = row.get("hash")?.as_str()?.parse().ok()?;
                Some((hash, row.get("byteSize")?.as_u64()?))
            };
            listed.as_array().and_then(|rows| rows.iter().map(row).collect()).ok_or_else(malformed)
        })
    }

    fn read_log<'a>(&'a self, repo: &'a RepoKey, log: &'a str, query: &'a LogQuery) -> Pending<'a, Asked<LogPage>> {
        Box::pin(async move {
            let arguments = about(repo, |members| {
                members.put("log", log);
                members.some("since", query.since.as_ref());
                members.some("until", query.until.as_ref());
                let filter = Value::Object(query.filter.iter().cloned().collect());
                members.put("where", &filter);
                members.put("limit", &query.limit);
                members.put("reverse", &query.reverse);
                members.some("cursor", query.cursor.as_ref());
            });
            let page = self.ask_json("readLog", &arguments).await?;
            let row = |row: &Value| Some((row.get("at")?.as_i64()?, Rc::from(row.get("fields")?.as_str()?)));
            let rows = page.get("rows").and_then(Value::as_array).and_then(|rows| rows.iter().map(row).collect());
            let cursor = page.get("cursor").and_then(Value::as_str).map(str::to_owned);
            Ok(LogPage { rows: rows.ok_or_else(malformed)?, cursor })
        })
    }

    fn read_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Asked<Option<StoredCheckpoint>>> {
        Box::pin(async move {
            let answer = self.ask("readCheckpoint", &about(repo, |_| {})).await?;
            if answer.is_undefined() {
                return Ok(None);
            }
            let (names, found) = named(&answer)?;
            let mut parts = found.into_iter().map(|part| part.ok_or_else(malformed));
            let manifest = parts.next().ok_or_else(malformed)??.alone();
            let hashes = names.get("segments").and_then(Value::as_array).ok_or_else(malformed)?;
            let segment = |(hash, bytes): (&Value, Asked<Bytes>)| {
                let hash = hash.as_str().and_then(|hash| hash.parse().ok()).ok_or_else(malformed)?;
                Ok(Object { hash, bytes: bytes?.alone() })
            };
            let segments = hashes.iter().zip(parts).map(segment).collect::<Asked<_>>()?;
            let seq = names.get("seq").and_then(Value::as_u64).ok_or_else(malformed)?;
            let checked = names.get("checked").and_then(Value::as_bool).unwrap_or_default();
            Ok(Some(StoredCheckpoint { seq, manifest, segments, checked }))
        })
    }

    fn write_checkpoint<'a>(&'a self, repo: &'a RepoKey, checkpoint: &'a CheckpointParts) -> Pending<'a, Asked<bool>> {
        Box::pin(async move {
            let (mut hashes, mut parts) = (Vec::new(), vec![Some(&*checkpoint.manifest)]);
            for (hash, bytes) in &checkpoint.segments {
                hashes.push(*hash);
                parts.push(bytes.as_deref());
            }
            let arguments = about(repo, |members| {
                members.put("seq", &checkpoint.seq);
                members.put("segments", hashes.as_slice());
            });
            Ok(self.send("writeCheckpoint", &arguments, long_parcel(&parts)).await?.is_truthy())
        })
    }

    fn delete_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Asked<()>> {
        Box::pin(async move { self.ask("deleteCheckpoint", &about(repo, |_| {})).await.map(drop) })
    }

    fn scrub<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Asked<()>> {
        Box::pin(async move { self.ask("scrub", &about(repo, |_| {})).await.map(drop) })
    }

    fn reproject<'a>(&'a self, repo: &'a RepoKey, projections: &'a [String], start: bool) -> Pending<'a, Asked<()>> {
        Box::pin(async move {
            let raw: Vec<Raw<'_>> = projections.iter().map(|text| Raw(text)).collect();
            let arguments = about(repo, |members| {
                members.put("projections", raw.as_slice());
                members.put("start", &start);
            });
            self.ask("reproject", &arguments).await.map(drop)
        })
    }
}
