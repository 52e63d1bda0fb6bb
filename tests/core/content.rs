//! Payloads: what came in comes out, and what it is called.

use varve::hash::{CommitHash, ContentHash, sha256};
use varve::json;
use varve::json::{Value, canonical_json};

use crate::support::*;

#[test]
fn what_came_in_comes_out_exactly() {
    let world = World::default();
    let ann = world.user();
    let nasty = [
        json!([{ "type": "tool-call", "callId": "c", "toolName": "t", "input": null, "rawInput": "not json {" }]),
        json!([{ "type": "tool-call", "callId": "c", "toolName": "t", "input": { "b": 1, "a": 2 },
            "rawInput": "{ \"b\":1,\n\"a\":2.0}" }]),
        json!([{ "type": "text", "text": "" }]),
        json!([]),
        json!([{ "type": "text", "text": "\u{0}\u{2028}\u{feff}😀é é", "provider": { "p": { "sig": "x==", "n": null } } }]),
        json!([{ "type": "custom", "kind": "k", "value": { "__proto__": 1, "constructor": [], "": {} } }]),
    ];
    for (number, parts_value) in nasty.into_iter().enumerate() {
        let payload = parts("assistant", parts_value.clone());
        let id = format!("e{number}");
        ann.commit(&id, payload.clone());
        for who in [&ann, &world.user()] {
            assert_eq!(who.get(&id).unwrap()["payload"], payload, "{id}");
            let with = json!({ "dangling": "keep" });
            let shown = who.compile(with).values().into_iter().find(|m| m["entries"] == json!([id])).cloned();
            assert_eq!(shown.unwrap()["parts"], parts_value, "{id}");
        }
    }
}

#[test]
fn equal_payloads_are_stored_once_and_named_by_their_canonical_json() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("same"));
    ann.commit("b", user("same"));
    let hash = ContentHash::of(canonical_json(&user("same")).as_bytes());
    for id in ["a", "b"] {
        let got = ann.get(id).unwrap();
        assert_eq!(got["contentHash"], json!(hash.to_hex()));
        assert_eq!(got["byteSize"], json!(canonical_json(&user("same")).len()));
    }
    let stored = block_on(world.store.read_objects(&world.key(), &[hash])).unwrap();
    assert_eq!(stored[0].as_deref(), Some(canonical_json(&user("same")).as_bytes()));
}

#[test]
fn a_commits_hash_is_that_of_its_canonical_preimage() {
    let world = World::default();
    let ann = world.user();
    let first = ann.commit("a", user("one"));
    let hash = ann.commit("b", user("two"));
    let got = ann.get("b").unwrap();
    let preimage = json!({
        "contentHash": got["contentHash"], "contentType": "message", "createdAt": START, "format": 1, "id": "b",
        "operation": { "kind": "append" }, "parents": [first.to_hex()],
    });
    assert_eq!(hash, CommitHash(sha256(canonical_json(&preimage).as_bytes())));
}

#[test]
fn nobodys_bytes_are_taken_on_trust() {
    use varve::model::object::Object;
    use varve::store::{Batch, MemoryStore};
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    // The same journal in another store, with another text under the payload's name.
    let journal = block_on(world.store.read_journal(&world.key(), 0, 10)).unwrap();
    let forged = World::over(std::rc::Rc::new(MemoryStore::new()));
    let incarnation = block_on(forged.store.create(&address("chat"), varve::store::Incarnation(1), START)).unwrap();
    let key = varve::store::RepoKey { address: address("chat"), incarnation };
    let hash = ContentHash::of(canonical_json(&user("one")).as_bytes());
    let object = Object { hash, bytes: canonical_json(&user("two")).into_bytes().into() };
    block_on(forged.store.write(&key, &Batch { objects: vec![object], ..Batch::of(journal[0].clone()) })).unwrap();
    let reader = forged.user();
    assert_eq!(reader.try_compile(&options(json!({}))).unwrap_err().code(), "Corrupt");
    let got = block_on(reader.handle.get("a"));
    assert_eq!(got.unwrap_err().code(), "Corrupt");
}

#[test]
fn a_journal_that_was_changed_is_not_read() {
    use varve::store::{Batch, MemoryStore};
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    ann.commit("b", user("two"));
    let journal = block_on(world.store.read_journal(&world.key(), 0, 10)).unwrap();
    for number in 0..2 {
        let forged = World::over(std::rc::Rc::new(MemoryStore::new()));
        let incarnation = block_on(forged.store.create(&address("chat"), varve::store::Incarnation(1), START)).unwrap();
        let key = varve::store::RepoKey { address: address("chat"), incarnation };
        for (place, entry) in journal.iter().enumerate() {
            let mut entry = entry.clone();
            if place == number {
                let text = String::from_utf8_lossy(&entry.bytes).replace(&START.to_string(), &(START + 1).to_string());
                entry.bytes = text.into_bytes().into();
                entry.hash = varve::hash::EntryHash::of(&entry.bytes);
            }
            block_on(forged.store.write(&key, &Batch::of(entry))).unwrap();
        }
        let opened = block_on(varve::repo::Repository::open(forged.settings(), address("chat"), Default::default()));
        let outcome = opened.map(|repository| repository.read(|state| state.commit_count()));
        match number {
            0 => assert_eq!(outcome.unwrap_err().code(), "Corrupt", "the next entry holds the hash of the one before"),
            _ => assert_eq!(outcome, Ok(2), "the last one is held by nothing"),
        }
    }
}

#[test]
fn custom_types_have_hints_and_are_known_by_name() {
    use varve::model::types::TypeDefinition;
    use varve::ops::Input;
    let world = World::default();
    let ann = world.user();
    let hints = |hints: Value| TypeDefinition { hints: parse_hints(&hints), ..Default::default() };
    let register = |definition: Option<TypeDefinition>| {
        ann.perform(Input::RegisterType { name: "card".to_owned(), definition }).unwrap()
    };
    register(Some(hints(json!({ "role": "user", "pinned": true }))));
    let card = |front: &str| json!({ "contentType": "card", "front": front });
    ann.commit("a", assistant("first"));
    ann.commit("b", card("1"));
    ann.commit("c", card("2"));
    assert_eq!(ann.shows()[1], "user: {\"contentType\":\"card\",\"front\":\"1\"}");
    assert_eq!(ann.get("b").unwrap()["priority"], "pinned");
    register(Some(hints(json!({ "concatenate": true, "order": -1 }))));
    assert_eq!(ann.plain().messages.len(), 2, "neighbours are one message");
    assert_eq!(ann.plain().values()[0]["entries"], json!(["b", "c"]), "and come first");
    register(None);
    assert_eq!(ann.try_commit("d", card("3")).unwrap_err().code(), "Validation");
    assert_eq!(world.user().plain().messages.len(), 3, "reading an unknown type never fails");
    let checked = TypeDefinition { validator: true, ..Default::default() };
    register(Some(checked));
    assert_eq!(ann.try_commit("d", card("3")).unwrap_err().code(), "Callback", "nothing here checks it");
}

fn parse_hints(hints: &Value) -> varve::model::types::Hints {
    use varve::model::types::{AggregationRule, Hints, RoleName};
    Hints {
        aggregation_rule: hints.get("concatenate").map(|_| AggregationRule::Concatenate),
        compression_priority: None,
        default_priority: hints.get("pinned").map(|_| varve::model::annotation::Priority::Pinned),
        default_role: hints.get("role").map(|_| RoleName::User),
        materialization_order: hints.get("order").and_then(Value::as_i64).map(|order| order as i32),
    }
}
