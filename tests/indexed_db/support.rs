//! Stores, batches, and looks behind the store's back.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::{Build, BuildPrimitive, QuerySource};
use js_sys::{Array, Function, eval};
use varve::hash::ContentHash;
use varve::model::journal::{Entry, JOURNAL_FORMAT, Sealed};
use varve::model::object::Object;
use varve::store::indexed_db::{IndexedDbOptions, IndexedDbStore};
use varve::store::logs::{LogQuery, LogRow};
use varve::store::{Address, Batch, CheckpointParts, Durability, Incarnation, RepoKey, Store, WriteError};
use wasm_bindgen::{JsCast, JsValue};

/// A database of its own, also when the page is loaded again.
pub fn fresh_name() -> String {
    thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
    COUNT.set(COUNT.get() + 1);
    format!("test {} {}", js_sys::Date::now(), COUNT.get())
}

pub fn store(name: &str) -> IndexedDbStore {
    store_with(name, Durability::Strict, 5000)
}

pub fn store_with(name: &str, durability: Durability, patience: u32) -> IndexedDbStore {
    IndexedDbStore::new(IndexedDbOptions { name: name.to_owned(), durability, patience, on_upgrade: None })
}

pub fn address(id: &str) -> Address {
    Address { workspace: "acme".into(), id: id.into() }
}

pub async fn create(store: &dyn Store, id: &str) -> RepoKey {
    let address = address(id);
    let incarnation = store.create(&address, Incarnation(7), 1).await.unwrap();
    RepoKey { address, incarnation }
}

pub fn object(text: &str) -> Object {
    Object { hash: ContentHash::of(text.as_bytes()), bytes: text.as_bytes().into() }
}

pub fn batch(seq: u64, nonce: &str, objects: &[&str]) -> Batch {
    let entry = Entry {
        at: seq as i64,
        format: JOURNAL_FORMAT,
        id: nonce.to_owned(),
        operations: Vec::new(),
        previous: None,
        seq,
    };
    Batch::new(&entry, objects.iter().map(|text| object(text)).collect())
}

pub fn logged(batch: Batch, rows: usize) -> Batch {
    let row = LogRow { log: "calls".into(), at: batch.at, fields: "{}".into() };
    Batch { logs: vec![row; rows], ..batch }
}

pub fn log_query(limit: usize, reverse: bool) -> LogQuery {
    LogQuery { since: None, until: None, filter: Vec::new(), limit, reverse, cursor: None }
}

pub fn checkpoint(seq: u64, segments: &[&str]) -> CheckpointParts {
    let part = |text: &&str| (object(text).hash, Some(object(text).bytes));
    CheckpointParts { seq, manifest: b"manifest"[..].into(), segments: segments.iter().map(part).collect() }
}

pub fn nonce_of(entry: &Sealed) -> String {
    entry.open(entry.seq, None).unwrap().id
}

/// Appends so many entries, each again until it is written.
pub async fn append(store: &dyn Store, repo: &RepoKey, who: &str, count: u64) {
    let mut seq = 1;
    for n in 1..=count {
        loop {
            match store.write(repo, &batch(seq, &format!("{who}{n}"), &[])).await {
                Ok(()) => break,
                Err(WriteError::Conflict(unseen)) => seq += unseen.len() as u64,
                Err(error) => panic!("{error:?}"),
            }
        }
        seq += 1;
    }
}

/// Two futures at once.
pub async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(move |context| {
        if first.is_none()
            && let Poll::Ready(value) = one.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = other.as_mut().poll(context)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            waiting => {
                (first, second) = waiting;
                Poll::Pending
            }
        }
    })
    .await
}

/// How many records there are, in the stores that a repository leaves something in.
pub async fn records(store: &IndexedDbStore) -> [(&'static str, u32); 4] {
    let database = Database::open(store.name()).build().unwrap().await.unwrap();
    let names = ["journal", "objects", "logs", "segments"];
    let mut counts = names.map(|name| (name, 0));
    let transaction = database.transaction(names).build().unwrap();
    for (name, count) in &mut counts {
        *count = transaction.object_store(name).unwrap().count().primitive().unwrap().await.unwrap();
    }
    drop(transaction);
    database.close();
    counts
}

/// Replaces a method of a class of the browser until it is dropped. `body` may use `original`, `self`
/// and `args`, and keeps what it likes in `seen`.
pub struct Patch {
    undo: Function,
    seen: Array,
}

impl Patch {
    pub fn new(class: &str, method: &str, body: &str) -> Self {
        let source = format!(
            "(() => {{
                const original = {class}.prototype.{method};
                const seen = [];
                {class}.prototype.{method} = function (...args) {{
                    const self = this;
                    {body}
                    return original.apply(self, args);
                }};
                return [seen, () => {{ {class}.prototype.{method} = original; }}];
            }})()"
        );
        let made: Array = eval(&source).unwrap().unchecked_into();
        Self { undo: made.get(1).unchecked_into(), seen: made.get(0).unchecked_into() }
    }

    pub fn seen(&self) -> Vec<String> {
        self.seen.iter().map(|value| value.as_string().unwrap_or_default()).collect()
    }
}

impl Drop for Patch {
    fn drop(&mut self) {
        self.undo.call0(&JsValue::UNDEFINED).unwrap();
    }
}

/// The transactions that begin.
pub struct Transactions(Patch);

impl Transactions {
    pub fn watch() -> Self {
        let body = "const begun = original.apply(self, args); seen.push(begun.durability); return begun;";
        Self(Patch::new("IDBDatabase", "transaction", body))
    }

    pub fn durabilities(&self) -> Vec<String> {
        self.0.seen()
    }
}

/// Lets everything else go on for so many milliseconds.
pub async fn pause(milliseconds: i32) {
    let promise: js_sys::Promise =
        eval(&format!("new Promise((resolve) => setTimeout(resolve, {milliseconds}))")).unwrap().unchecked_into();
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}

/// A store that several may hold.
pub fn shared(store: IndexedDbStore) -> Rc<IndexedDbStore> {
    Rc::new(store)
}
