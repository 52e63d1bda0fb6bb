//! What browsers do when something goes wrong, brought about where a test cannot wait for it.

use varve::error::StoreError;
use varve::store::{Store, WriteError};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

#[wasm_bindgen_test]
async fn a_connection_that_was_lost_is_opened_again() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let lost = Patch::new("IDBDatabase", "transaction", "if (seen.push('') === 1) self.close();");
    store.write(&repo, &batch(1, "one", &[])).await.unwrap();
    assert_eq!(lost.seen().len(), 2, "the one that failed and the one after reopening");
    drop(lost);
    assert_eq!(store.read_journal(&repo, 0, 9).await.unwrap().len(), 1);
}

#[wasm_bindgen_test]
async fn a_connection_that_is_lost_again_and_again_is_unavailable() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let lost = Patch::new("IDBDatabase", "transaction", "self.close();");
    let refused = store.write(&repo, &batch(1, "one", &[])).await;
    assert!(matches!(refused, Err(WriteError::Store(StoreError::Unavailable(_)))), "{refused:?}");
    drop(lost);
    store.write(&repo, &batch(1, "one", &[])).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_transaction_that_is_aborted_as_the_connection_is_lost_is_run_again() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let abort = "const begun = original.apply(self, args); \
                 if (seen.push('') === 1) Promise.resolve().then(() => begun.abort()); \
                 return begun;";
    let one = batch(1, "one", &["payload"]);
    let two = batch(2, "two", &["another payload"]); // who wrote the first entry writes this one without looking first
    for batch in [&one, &two] {
        let lost = Patch::new("IDBDatabase", "transaction", abort);
        store.write(&repo, batch).await.unwrap();
        assert_eq!(lost.seen().len(), 2, "the one that was aborted and the one after reopening");
    }
    let lost = Patch::new("IDBDatabase", "transaction", abort);
    assert_eq!(store.read_journal(&repo, 0, 9).await.unwrap(), [one.entry, two.entry]);
    assert_eq!(lost.seen().len(), 2);
}

#[wasm_bindgen_test]
async fn a_transaction_that_is_aborted_again_and_again_writes_nothing_and_is_unavailable() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let mut last = 0;
    for (class, method) in [("IDBObjectStore", "put"), ("IDBTransaction", "commit")] {
        let abort = match class {
            "IDBTransaction" => "self.abort(); return;",
            _ => "const request = original.apply(self, args); self.transaction.abort(); return request;",
        };
        for seq in 1..=2 {
            // Who wrote the first entry writes the second one without looking first.
            let before = records(&store).await;
            let late = format!("payload {class} {seq}");
            let patch = Patch::new(class, method, abort);
            let refused = store.write(&repo, &logged(batch(last + seq, "n", &[&late]), 1)).await;
            assert!(
                matches!(refused, Err(WriteError::Store(StoreError::Unavailable(_)))),
                "{class} {seq}: {refused:?}"
            );
            drop(patch);
            assert_eq!(records(&store).await, before, "{class} {seq}");
            store.write(&repo, &batch(last + seq, "n", &[&late])).await.unwrap();
        }
        last += 2;
    }
}

#[wasm_bindgen_test]
async fn a_write_that_finds_no_room_is_a_quota_error_and_leaves_nothing() {
    let store = store(&fresh_name());
    let repo = create(&store, "chat").await;
    let full = "throw new DOMException('no room', 'QuotaExceededError');";
    let patch = Patch::new("IDBObjectStore", "put", full);
    let refused = store.write(&repo, &batch(1, "one", &["payload"])).await;
    assert!(matches!(refused, Err(WriteError::Store(StoreError::Quota(_)))), "{refused:?}");
    drop(patch);
    assert_eq!(records(&store).await, [("journal", 0), ("objects", 0), ("logs", 0), ("segments", 0)]);
    store.write(&repo, &batch(1, "one", &["payload"])).await.unwrap();
}

#[wasm_bindgen_test]
async fn what_is_waiting_when_the_connection_closes_ends_well() {
    let name = fresh_name();
    let store = shared(store(&name));
    let repo = create(&*store, "chat").await;
    let (holder, key) = (store.clone(), repo.clone());
    let writing = async move {
        let written = holder.write(&key, &batch(1, "one", &["payload"])).await;
        drop(holder);
        written
    };
    drop(store);
    writing.await.unwrap();
    pause(1).await;
    assert_eq!(crate::support::store(&name).read_journal(&repo, 0, 9).await.unwrap().len(), 1);
}
