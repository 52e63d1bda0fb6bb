//! The store in IndexedDB, in a real browser: what the kit of `varve/testing` cannot see from outside.
//! The promises that all stores share are tested there, through the same code.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod faults;
mod packs;
mod support;
mod versions;

use varve::error::StoreError;
use varve::store::{Durability, Incarnation, Store, WriteError};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use support::*;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn what_was_written_is_there_after_reopening() {
    let name = fresh_name();
    let repo = {
        let store = store(&name);
        let repo = create(&store, "chat").await;
        store.write(&repo, &batch(1, "one", &["payload"])).await.unwrap();
        repo
    };
    let store = store(&name);
    let batch = batch(1, "one", &["payload"]);
    assert_eq!(store.read_journal(&repo, 0, 10).await.unwrap(), [batch.entry]);
    let found = store.read_objects(&repo, &[object("payload").hash]).await.unwrap();
    assert_eq!(found[0].as_deref(), Some(&b"payload"[..]));
}

#[wasm_bindgen_test]
async fn a_number_is_given_once_and_the_loser_is_told_what_he_has_not_seen() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let (one, two) = (batch(1, "one", &[]), batch(2, "two", &[]));
    store.write(&repo, &one).await.unwrap();
    store.write(&repo, &two).await.unwrap();
    let lost = store.write(&repo, &batch(1, "late", &["never"])).await;
    assert_eq!(lost, Err(WriteError::Conflict(vec![one.entry, two.entry])));
    assert_eq!(store.read_objects(&repo, &[object("never").hash]).await.unwrap(), [None]);
    let early = store.write(&repo, &batch(4, "early", &["never"])).await;
    assert!(matches!(early, Err(WriteError::Store(StoreError::Corrupt(_)))), "{early:?}");
}

#[wasm_bindgen_test]
async fn an_object_that_is_there_stays_as_it_is_and_the_others_are_written() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    store.write(&repo, &batch(1, "one", &["same"])).await.unwrap();
    let mut second = batch(2, "two", &["same", "new"]);
    second.objects[0].bytes = b"something else"[..].into();
    store.write(&repo, &second).await.unwrap();
    let found = store.read_objects(&repo, &[object("same").hash, object("new").hash]).await.unwrap();
    assert_eq!(found, [Some(b"same"[..].into()), Some(b"new"[..].into())]);
}

#[wasm_bindgen_test]
async fn who_wrote_last_is_told_what_others_did_since_and_leaves_nothing() {
    let name = fresh_name();
    let (one, other) = (store(&name), store(&name));
    for made_again in [false, true] {
        let repo = create(&one, "chat").await;
        one.write(&repo, &batch(1, "one", &["first"])).await.unwrap();
        let theirs = batch(2, "theirs", &[]);
        other.write(&repo, &theirs).await.unwrap();
        let lost = one.write(&repo, &batch(2, "ours", &["never"])).await;
        assert_eq!(lost, Err(WriteError::Conflict(vec![theirs.entry])));
        assert_eq!(one.read_objects(&repo, &[object("never").hash]).await.unwrap(), [None]);
        one.write(&repo, &batch(3, "ours", &["second"])).await.unwrap();
        assert!(other.delete(&repo).await.unwrap());
        if made_again {
            other.create(&repo.address, Incarnation(8), 1).await.unwrap();
        }
        let closed = one.write(&repo, &logged(batch(4, "late", &["never"]), 1)).await;
        assert!(matches!(closed, Err(WriteError::Store(StoreError::Closed(_)))), "{made_again}: {closed:?}");
        assert_eq!(records(&one).await, [("journal", 0), ("objects", 0), ("logs", 0), ("segments", 0)]);
    }
}

#[wasm_bindgen_test]
async fn two_connections_that_race_lose_nothing() {
    const EACH: u64 = 25;
    let name = fresh_name();
    let (one, other) = (store(&name), store(&name));
    let repo = create(&one, "chat").await;
    both(append(&one, &repo, "a", EACH), append(&other, &repo, "b", EACH)).await;
    let entries = one.read_journal(&repo, 0, usize::MAX).await.unwrap();
    assert_eq!(entries.len() as u64, 2 * EACH);
    assert_eq!(entries, other.read_journal(&repo, 0, usize::MAX).await.unwrap());
    for nonce in (1..=EACH).flat_map(|n| [format!("a{n}"), format!("b{n}")]) {
        let there = entries.iter().filter(|entry| nonce_of(entry) == nonce).count();
        assert_eq!(there, 1, "entry {nonce}");
    }
}

#[wasm_bindgen_test]
async fn two_that_create_a_repository_at_once_get_the_same_one() {
    let name = fresh_name();
    let (one, other) = (store(&name), store(&name));
    let address = address("chat");
    let (first, second) =
        both(one.create(&address, Incarnation(1), 5), other.create(&address, Incarnation(2), 6)).await;
    assert_eq!(first.unwrap(), second.unwrap());
}

#[wasm_bindgen_test]
async fn a_repository_made_again_has_nothing_of_the_one_before() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let neighbour = create(&store, "chat 2").await;
    store.write(&repo, &logged(batch(1, "one", &["secret"]), 3)).await.unwrap();
    store.write(&neighbour, &batch(1, "one", &["other"])).await.unwrap();
    assert!(store.write_checkpoint(&repo, &checkpoint(1, &["segment"])).await.unwrap());
    assert!(store.delete(&repo).await.unwrap());
    let closed = store.write(&repo, &batch(2, "two", &[])).await;
    assert!(matches!(closed, Err(WriteError::Store(StoreError::Closed(_)))), "{closed:?}");
    assert_eq!(records(&store).await, [("journal", 1), ("objects", 1), ("logs", 0), ("segments", 0)]);
    let next = create(&store, "chat").await;
    assert!(store.read_journal(&next, 0, 9).await.unwrap().is_empty());
    assert_eq!(store.read_journal(&neighbour, 0, 9).await.unwrap().len(), 1);
}

#[wasm_bindgen_test]
async fn few_and_many_objects_are_read_alike() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let texts: Vec<String> = (0..900).map(|n| format!("{n} {}", "x".repeat(n))).collect();
    let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
    store.write(&repo, &batch(1, "one", &borrowed)).await.unwrap();
    for count in [1, 64, 65, 200, 500, 900] {
        let mut hashes: Vec<_> = borrowed.iter().take(count).map(|text| object(text).hash).collect();
        hashes.extend([object("nowhere").hash, hashes[0]]);
        let found = store.read_objects(&repo, &hashes).await.unwrap();
        let expected = borrowed.iter().take(count).map(|text| Some(text.as_bytes().into()));
        let expected: Vec<_> = expected.chain([None, Some(borrowed[0].as_bytes().into())]).collect();
        assert!(found == expected, "{count} objects");
    }
}

#[wasm_bindgen_test]
async fn logs_are_read_to_either_end_over_any_number_of_entries() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    for seq in 1..=700 {
        let rows = if seq % 100 == 1 { 2 } else { 0 };
        store.write(&repo, &logged(batch(seq, "n", &[]), rows)).await.unwrap();
    }
    for reverse in [false, true] {
        for limit in [1, 3, 5, 14, 100] {
            let mut found = Vec::new();
            let mut query = log_query(limit, reverse);
            loop {
                let page = store.read_log(&repo, "calls", &query).await.unwrap();
                found.extend(page.rows.into_iter().map(|(at, _)| at));
                query.cursor = page.cursor;
                if query.cursor.is_none() {
                    break;
                }
            }
            let mut expected: Vec<i64> = (0..7).flat_map(|hundred| [hundred * 100 + 1; 2]).collect();
            if reverse {
                expected.reverse();
            }
            assert_eq!(found, expected, "limit {limit}, reverse {reverse}");
        }
    }
}

#[wasm_bindgen_test]
async fn writes_are_as_durable_as_was_asked_for() {
    for (durability, expected) in [(Durability::Strict, "strict"), (Durability::Relaxed, "relaxed")] {
        let store = store_with(&fresh_name(), durability, 5000);
        assert_eq!(store.capabilities().durability, durability);
        let repo = create(&store, "chat").await;
        for seq in 1..=3 {
            let watched = Transactions::watch();
            store.write(&repo, &batch(seq, "n", &[&format!("payload {seq}")])).await.unwrap();
            assert_eq!(watched.durabilities(), [expected], "one transaction for entry {seq}");
        }
    }
}
