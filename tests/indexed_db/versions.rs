//! Other tabs: with other versions, deleting the database, or holding on to it.

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::Build;
use varve::error::StoreError;
use varve::store::{Durability, Store, WriteError};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

#[wasm_bindgen_test]
async fn an_open_store_does_not_block_a_tab_with_a_newer_version() {
    let name = fresh_name();
    let store = store(&name);
    let repo = create(&store, "chat").await;
    let newer = Database::open(&*name).with_version(7u32).build().unwrap().await.unwrap();
    let refused = store.write(&repo, &batch(1, "one", &[])).await;
    let expected = StoreError::VersionTooNew { found: 7, supported: 1 };
    assert_eq!(refused, Err(WriteError::Store(expected.clone())));
    newer.close();
    assert_eq!(store.find(&repo.address).await, Err(expected), "also when that tab is gone");
}

#[wasm_bindgen_test]
async fn a_store_whose_database_another_tab_deletes_goes_on_with_an_empty_one() {
    let name = fresh_name();
    let store = store(&name);
    let repo = create(&store, "chat").await;
    Database::delete_by_name(&name).unwrap().await.unwrap();
    assert_eq!(store.find(&repo.address).await, Ok(None));
    create(&store, "chat").await;
}

#[wasm_bindgen_test]
async fn a_tab_that_holds_on_to_the_database_blocks_only_for_a_while() {
    let name = fresh_name();
    drop(create(&store(&name), "chat").await);
    // It does not hear that it should close, so the deletion waits, and so does whoever comes after.
    let stubborn = Database::open(&*name).build().unwrap().await.unwrap();
    let deletion = Database::delete_by_name(&name).unwrap();
    let store = store_with(&name, Durability::Strict, 200);
    let blocked = store.find(&address("chat")).await;
    assert!(matches!(blocked, Err(StoreError::Blocked(_))), "{blocked:?}");
    stubborn.close();
    deletion.await.unwrap();
    // Another open was under way: it ends in a whole database that nobody holds on to.
    assert_eq!(store.find(&address("chat")).await, Ok(None));
    create(&store, "chat").await;
    drop(store);
    Database::delete_by_name(&name).unwrap().await.unwrap();
}

#[wasm_bindgen_test]
async fn a_database_of_somebody_else_is_corrupt_and_left_alone() {
    let name = fresh_name();
    let foreign = Database::open(&*name).with_version(1u32).with_on_upgrade_needed(|_, database| {
        database.create_object_store("notes").build()?;
        Ok(())
    });
    foreign.build().unwrap().await.unwrap().close();
    let found = store(&name).find(&address("chat")).await;
    assert!(matches!(found, Err(StoreError::Corrupt(_))), "{found:?}");
}
