//! What lists of repositories show of one: its title and metadata.

use varve::error::Error;
use varve::json;
use varve::json::Value;
use varve::ops::{Describe, Input};
use varve::repo::Done;
use varve::store::listing::{RepositoryOrder, RepositoryQuery};

use crate::support::*;

fn describe(user: &User, create: bool, about: Value) -> Result<Done, Box<Error>> {
    user.perform(Input::Describe(Describe {
        create: create.then(|| "chat".to_owned()),
        title: about.get("title").map(|title| title.as_str().map(str::to_owned)),
        metadata: about.get("metadata").and_then(Value::as_object).cloned(),
    }))
}

/// What the store's list says.
fn listed(world: &World) -> Option<String> {
    let key = world.key();
    let query = RepositoryQuery { prefix: String::new(), order: RepositoryOrder::Id, cursor: None, limit: 9 };
    let page = block_on(world.settings().store.list(&key.address.workspace, &query)).unwrap();
    page.rows[0].summary.as_deref().map(str::to_owned)
}

fn status(user: &User) -> (Option<Value>, Option<Value>) {
    let status = block_on(user.handle.status()).unwrap();
    (status.get("title").cloned(), status.get("metadata").cloned())
}

#[test]
fn members_of_the_metadata_are_set_one_by_one_and_null_takes_them_away() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("a"));
    assert_eq!(listed(&world), None, "nothing was said");
    describe(&ann, false, json!({ "title": "T", "metadata": { "a": 1, "b": { "deep": [null] } } })).unwrap();
    describe(&ann, false, json!({ "metadata": { "a": null, "c": "x" } })).unwrap();
    assert_eq!(listed(&world).unwrap(), r#"{"metadata":{"b":{"deep":[null]},"c":"x"},"title":"T"}"#);
    describe(&ann, false, json!({ "title": null })).unwrap();
    assert_eq!(listed(&world).unwrap(), r#"{"metadata":{"b":{"deep":[null]},"c":"x"}}"#);
    let said = (None, Some(json!({ "b": { "deep": [null] }, "c": "x" })));
    assert_eq!(status(&ann), said);
    assert_eq!(status(&world.user()), said, "also to who opens it");
}

#[test]
fn what_is_so_already_is_not_written() {
    let world = World::default();
    let ann = world.user();
    describe(&ann, false, json!({ "title": "T" })).unwrap();
    let length = world.journal_length();
    assert!(!describe(&ann, false, json!({ "title": "T", "metadata": null })).unwrap().wrote);
    assert!(!describe(&ann, false, json!({})).unwrap().wrote);
    assert_eq!(world.journal_length(), length);
}

#[test]
fn a_repository_is_made_once_though_nothing_is_said_of_it() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    assert!(describe(&ann, true, json!({})).unwrap().wrote);
    assert_eq!(listed(&world).unwrap(), r#"{"metadata":{}}"#);
    let late = describe(&bob, true, json!({ "title": "mine" })).unwrap_err();
    assert_eq!((late.code(), late.details()), ("RepositoryExists", json!({ "id": "chat" })));
    assert_eq!(status(&bob).0, None);
}

#[test]
fn a_description_is_undone_and_redone_and_who_writes_at_once_loses_nothing() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    describe(&ann, false, json!({ "title": "one", "metadata": { "a": 1 } })).unwrap();
    describe(&bob, false, json!({ "metadata": { "b": 2 } })).unwrap();
    ann.catch_up();
    assert_eq!(status(&ann), (Some(json!("one")), Some(json!({ "a": 1, "b": 2 }))));
    assert_eq!(ann.undo().unwrap_err().code(), "Conflict", "the metadata was changed since");
    bob.undo().unwrap();
    assert_eq!(listed(&world).unwrap(), r#"{"metadata":{"a":1},"title":"one"}"#);
    bob.redo().unwrap();
    assert_eq!(listed(&world).unwrap(), r#"{"metadata":{"a":1,"b":2},"title":"one"}"#);
}

#[test]
fn too_deep_metadata_is_refused() {
    let deep = (0..2000).fold(json!(1), |value, _| json!([value]));
    let ann = World::default().user();
    assert_eq!(describe(&ann, false, json!({ "metadata": { "a": deep } })).unwrap_err().code(), "Validation");
}
