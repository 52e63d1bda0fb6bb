//! Objects that move into packs: whatever becomes of a pack, what is read is what was written.

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::{Build, BuildPrimitive};
use indexed_db_futures::transaction::TransactionMode;
use js_sys::{Array, Uint8Array};
use varve::error::StoreError;
use varve::hash::ContentHash;
use varve::store::indexed_db::IndexedDbStore;
use varve::store::{Batch, RepoKey, Store};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

/// Small objects, of many sizes; the first is empty.
fn texts(count: usize) -> Vec<String> {
    let text = |n: usize| if n == 0 { String::new() } else { format!("payload {n} {}", "x".repeat(n % 300)) };
    (0..count).map(text).collect()
}

fn hashes(texts: &[String]) -> Vec<ContentHash> {
    texts.iter().map(|text| object(text).hash).collect()
}

fn batch_of(seq: u64, texts: &[String]) -> Batch {
    batch(seq, "n", &texts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn without(seq: u64, gone: &[ContentHash]) -> Batch {
    Batch { delete_objects: gone.to_vec(), ..batch(seq, "gone", &[]) }
}

async fn pack_all(store: &IndexedDbStore, repo: &RepoKey) -> usize {
    let mut steps = 0;
    while store.pack(repo).await.unwrap() {
        steps += 1;
    }
    steps
}

/// A repository of so many objects, packed.
async fn packed(store: &IndexedDbStore, count: usize) -> (RepoKey, Vec<String>) {
    let repo = create(store, "chat").await;
    let texts = texts(count);
    store.write(&repo, &batch_of(1, &texts)).await.unwrap();
    assert!(pack_all(store, &repo).await > 0);
    (repo, texts)
}

async fn assert_there(store: &IndexedDbStore, repo: &RepoKey, texts: &[String]) {
    let hashes = hashes(texts);
    for some in [&hashes[..], hashes.get(..3).unwrap_or_default()] {
        let found = store.read_objects(repo, some).await.unwrap();
        assert_eq!(found.len(), some.len());
        for (found, text) in found.iter().zip(texts) {
            assert_eq!(found.as_deref(), Some(text.as_bytes()), "{text:.20}");
        }
    }
    let mut expected: Vec<_> = texts.iter().map(|text| (object(text).hash, text.len() as u64)).collect();
    expected.sort_unstable();
    let mut listed = Vec::new();
    while let page = store.list_objects(repo, listed.last().map(|(hash, _)| *hash), 700).await.unwrap()
        && !page.is_empty()
    {
        listed.extend(page);
    }
    assert!(listed == expected, "{} are listed of {}", listed.len(), expected.len());
}

/// Goes through the records of `objects`: what `change` gives takes their place, undefined takes them away.
async fn edit(store: &IndexedDbStore, mut change: impl FnMut(&Array, &JsValue) -> Option<JsValue>) {
    let changed: Vec<(Array, JsValue)> = dump(store.name())
        .await
        .iter()
        .filter_map(|pair| {
            let pair: Array = pair.unchecked_into();
            let key: Array = pair.get(0).unchecked_into();
            change(&key, &pair.get(1)).map(|value| (key, value))
        })
        .collect();
    put(store, &changed).await;
}

/// Writes records of `objects` behind the store's back; undefined takes them away.
async fn put(store: &IndexedDbStore, records: &[(Array, JsValue)]) {
    let database = Database::open(store.name()).build().unwrap().await.unwrap();
    let transaction = database.transaction("objects").with_mode(TransactionMode::Readwrite).build().unwrap();
    let objects = transaction.object_store("objects").unwrap();
    for (key, value) in records {
        let key = JsValue::from(key);
        if value.is_undefined() {
            objects.delete(key).primitive().unwrap();
        } else {
            objects.put(value).with_key(key).without_key_type().primitive().unwrap();
        }
    }
    transaction.commit().await.unwrap();
    database.close();
}

/// Keys and values of `objects`.
async fn dump(name: &str) -> Array {
    let source = format!(
        "(async () => {{
            const ended = (request) => new Promise((resolve, reject) => {{
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            }});
            const database = await ended(indexedDB.open({name:?}));
            const store = database.transaction('objects').objectStore('objects');
            const [keys, values] = await Promise.all([ended(store.getAllKeys()), ended(store.getAll())]);
            database.close();
            return keys.map((key, place) => [key, values[place]]);
        }})()"
    );
    let promise: js_sys::Promise = js_sys::eval(&source).unwrap().unchecked_into();
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap().unchecked_into()
}

/// All bytes of the records of `objects`.
async fn raw(store: &IndexedDbStore) -> Vec<Vec<u8>> {
    let bytes = |pair: JsValue| pair.unchecked_into::<Array>().get(1).dyn_into::<Uint8Array>().ok();
    dump(store.name()).await.iter().filter_map(bytes).map(|bytes| bytes.to_vec()).collect()
}

async fn holds(store: &IndexedDbStore, what: &[u8]) -> bool {
    raw(store).await.iter().any(|bytes| bytes.windows(what.len()).any(|some| some == what))
}

/// 1 the indexes of packs, 2 their bytes.
fn is_part(key: &Array, part: f64) -> bool {
    key.get(1).as_f64() == Some(part)
}

async fn objects(store: &IndexedDbStore) -> u32 {
    records(store).await[1].1
}

#[wasm_bindgen_test]
async fn what_is_packed_is_read_and_listed_as_before() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let mut texts = texts(2500);
    texts.extend(["large 1", "large 2"].map(|text| text.repeat(10_000)));
    store.write(&repo, &batch_of(1, &texts)).await.unwrap();
    assert_there(&store, &repo, &texts).await;
    let steps = pack_all(&store, &repo).await;
    assert_eq!(steps, 3, "a step is a bounded part of the work");
    assert_eq!(objects(&store).await, 1 + 2 * 3 + 2, "the directory, indexes and bytes, large objects");
    assert_there(&store, &repo, &texts).await;
    assert_there(&crate::support::store(store.name()), &repo, &texts).await;
    let more = vec!["after the packs".to_owned()];
    store.write(&repo, &batch_of(2, &more)).await.unwrap();
    texts.extend(more);
    assert_there(&store, &repo, &texts).await;
    assert!(!store.pack(&repo).await.unwrap(), "one object is not worth a pack");
}

#[wasm_bindgen_test]
async fn large_objects_that_lie_among_small_ones_are_told_apart() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let texts = texts(300);
    store.write(&repo, &batch_of(1, &texts)).await.unwrap();
    // As all objects lay before there were packs.
    let large = "large".repeat(10_000);
    store.write(&repo, &batch(2, "n", &[&large])).await.unwrap();
    let mut moved = Vec::new();
    edit(&store, |key, value| {
        is_part(key, 3.0).then(|| {
            moved.push((Array::of2(&key.get(0), &key.get(2)), value.clone()));
            JsValue::UNDEFINED
        })
    })
    .await;
    assert_eq!(moved.len(), 1);
    put(&store, &moved).await;
    let all: Vec<String> = texts.into_iter().chain([large]).collect();
    assert_there(&store, &repo, &all).await;
    assert_eq!(pack_all(&store, &repo).await, 1);
    assert_eq!(objects(&store).await, 1 + 2 + 1);
    assert_there(&store, &repo, &all).await;
}

#[wasm_bindgen_test]
async fn no_byte_of_a_deleted_object_stays_in_a_pack() {
    let store = store(&fresh_name());
    let (repo, texts) = packed(&store, 1500).await;
    let other = crate::support::store(store.name());
    assert_there(&other, &repo, &texts).await; // it knows the packs as they were
    let gone = ["payload 1400 ", "payload 700 "];
    for secret in gone {
        assert!(holds(&store, secret.as_bytes()).await);
    }
    let (gone, kept): (Vec<String>, Vec<String>) =
        texts.into_iter().partition(|text| gone.iter().any(|secret| text.starts_with(secret)));
    store.write(&repo, &without(2, &hashes(&gone))).await.unwrap();
    for text in &gone {
        assert!(!holds(&store, text.as_bytes()).await && !holds(&store, &object(text).hash.0).await);
    }
    for store in [&store, &other] {
        assert_there(store, &repo, &kept).await;
        assert_eq!(store.read_objects(&repo, &hashes(&gone)).await.unwrap(), [None, None]);
    }
    // Taken in again, and taken away again.
    store.write(&repo, &batch_of(3, &gone)).await.unwrap();
    assert_eq!(store.read_objects(&repo, &hashes(&gone)).await.unwrap().iter().flatten().count(), 2);
    store.write(&repo, &without(4, &hashes(&kept))).await.unwrap();
    assert_there(&other, &repo, &gone).await;
    assert_eq!(objects(&store).await, 1 + 2, "packs of which nothing is left are gone");
}

#[wasm_bindgen_test]
async fn an_object_in_a_pack_stays_as_it_is_and_is_not_kept_twice() {
    let store = store(&fresh_name());
    let (repo, texts) = packed(&store, 300).await;
    let before = objects(&store).await;
    let again = |seq| {
        let mut again = batch_of(seq, &texts[..2]);
        again.objects[1].bytes = b"something else"[..].into();
        again
    };
    // Who knows nothing of the last entry looks first; who wrote it does not.
    let writer = crate::support::store(store.name());
    writer.write(&repo, &again(2)).await.unwrap();
    assert_eq!(objects(&writer).await, before);
    writer.write(&repo, &again(3)).await.unwrap();
    assert_there(&writer, &repo, &texts).await;
    let more: Vec<String> = (0..300).map(|n| format!("more {n}")).collect();
    writer.write(&repo, &batch_of(4, &more)).await.unwrap();
    assert_eq!(pack_all(&writer, &repo).await, 1);
    assert_eq!(objects(&writer).await, before + 2, "another pack, and nothing beside it");
    let all: Vec<String> = texts.iter().cloned().chain(more).collect();
    assert_there(&store, &repo, &all).await;
}

#[wasm_bindgen_test]
async fn a_flipped_bit_in_a_pack_changes_one_object_and_no_other() {
    let store = store(&fresh_name());
    let (repo, texts) = packed(&store, 600).await;
    edit(&store, |key, value| {
        let mut bytes = value.dyn_ref::<Uint8Array>().filter(|_| is_part(key, 2.0))?.to_vec();
        let place = bytes.windows(12).position(|some| some == b"payload 500 ")?;
        bytes[place] ^= 1;
        Some(Uint8Array::from(&*bytes).into())
    })
    .await;
    for some in [hashes(&texts), hashes(&texts[490..510])] {
        let found = store.read_objects(&repo, &some).await.unwrap();
        let wrong = some.iter().zip(&found).filter(|(hash, bytes)| {
            let bytes = bytes.as_ref().unwrap();
            ContentHash::of(bytes) != **hash
        });
        assert_eq!(wrong.map(|(hash, _)| *hash).collect::<Vec<_>>(), [object(&texts[500]).hash]);
    }
}

#[wasm_bindgen_test]
async fn a_damaged_pack_takes_nothing_else_with_it() {
    // What is lost: the bytes of a pack, its index, a part of either.
    for (part, cut) in [(2.0, None), (1.0, None), (2.0, Some(1000)), (1.0, Some(1000))] {
        let store = store(&fresh_name());
        let (repo, texts) = packed(&store, 1500).await;
        let mut last = 0.0_f64;
        edit(&store, |key, _| {
            last = key.get(2).as_f64().map_or(last, |pack| pack.max(last));
            None
        })
        .await;
        edit(&store, |key, value| {
            if !is_part(key, part) || key.get(2).as_f64() != Some(last) {
                return None;
            }
            Some(cut.map_or(JsValue::UNDEFINED, |end| value.unchecked_ref::<Uint8Array>().slice(0, end).into()))
        })
        .await;
        let store = crate::support::store(store.name());
        let all = hashes(&texts);
        let found = store.read_objects(&repo, &all).await.unwrap();
        let is_whole = |(hash, bytes): &(&ContentHash, &Option<varve::collections::Bytes>)| {
            bytes.as_deref().is_some_and(|bytes| ContentHash::of(bytes) == **hash)
        };
        let whole = all.iter().zip(&found).filter(is_whole).count();
        let lost = if cut.is_some() { 24..476 } else { 476..477 };
        assert!((1024..1500).contains(&whole) && lost.contains(&(1500 - whole)), "{part} {cut:?}: {whole} are whole");
        // Deleting and packing go on.
        store.write(&repo, &without(2, &all[..1200])).await.unwrap();
        let found = store.read_objects(&repo, &all).await.unwrap();
        assert!(found[..1200].iter().all(Option::is_none), "{part} {cut:?}");
    }
}

#[wasm_bindgen_test]
async fn tabs_that_pack_write_and_delete_at_once_lose_nothing() {
    let name = fresh_name();
    let (one, other) = (store(&name), store(&name));
    let repo = create(&one, "chat").await;
    let texts = texts(2400);
    let (old, new) = texts.split_at(1600);
    one.write(&repo, &batch_of(1, old)).await.unwrap();
    let gone = hashes(&old[..200]);
    let writing = async {
        for (seq, part) in (2..).zip(new.chunks(100)) {
            other.write(&repo, &batch_of(seq, part)).await.unwrap();
            other.pack(&repo).await.unwrap();
        }
        other.write(&repo, &without(10, &gone)).await.unwrap();
    };
    let reading = async {
        for _ in 0..8 {
            let found = one.read_objects(&repo, &hashes(&old[200..])).await.unwrap();
            assert!(found.iter().all(Option::is_some));
            one.pack(&repo).await.unwrap();
        }
    };
    both(writing, reading).await;
    pack_all(&one, &repo).await;
    for store in [&one, &other] {
        assert_there(store, &repo, &texts[200..]).await;
        assert_eq!(store.read_objects(&repo, &gone[..2]).await.unwrap(), [None, None]);
    }
    let bytes: usize = raw(&one).await.iter().map(Vec::len).sum();
    let sizes: usize = texts[200..].iter().map(|text| text.len() + 36).sum();
    assert!(bytes <= sizes, "{bytes} bytes are kept for {sizes}: something is kept twice");
}

#[wasm_bindgen_test]
async fn a_step_that_is_cut_off_leaves_everything_where_it_was() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let texts = texts(600);
    store.write(&repo, &batch_of(1, &texts)).await.unwrap();
    let before = records(&store).await;
    let abort = "const request = original.apply(self, args); self.transaction.abort(); return request;";
    for (class, method, body) in [
        ("IDBObjectStore", "put", abort),
        ("IDBObjectStore", "delete", abort),
        ("IDBTransaction", "commit", "self.abort(); return;"),
    ] {
        let patch = Patch::new(class, method, body);
        let refused = store.pack(&repo).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{method}: {refused:?}");
        drop(patch);
        assert_eq!(records(&store).await, before, "{method}");
        assert_there(&store, &repo, &texts).await;
    }
    let full = "throw new DOMException('no room', 'QuotaExceededError');";
    let patch = Patch::new("IDBObjectStore", "put", full);
    let refused = store.pack(&repo).await;
    assert!(matches!(refused, Err(StoreError::Quota(_))), "{refused:?}");
    drop(patch);
    assert_eq!(records(&store).await, before);
    assert_eq!(pack_all(&store, &repo).await, 1);
    assert_there(&store, &repo, &texts).await;
}

#[wasm_bindgen_test]
async fn a_repository_that_is_deleted_takes_its_packs_with_it() {
    let store = store(&fresh_name());
    let (repo, texts) = packed(&store, 300).await;
    assert!(store.delete(&repo).await.unwrap());
    assert_eq!(objects(&store).await, 0);
    assert!(matches!(store.pack(&repo).await, Err(StoreError::Closed(_))));
    let next = create(&store, "chat").await;
    assert!(store.read_objects(&next, &hashes(&texts)).await.unwrap().iter().all(Option::is_none));
}

#[wasm_bindgen_test]
async fn what_was_moved_is_as_durable_as_it_was() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    store.write(&repo, &batch_of(1, &texts(300))).await.unwrap();
    let watched = Transactions::watch();
    assert!(store.pack(&repo).await.unwrap());
    assert_eq!(watched.durabilities(), ["default", "strict"], "one to look, one to move");
}
