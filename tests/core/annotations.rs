//! Priorities, notes and labels.

use varve::json;
use varve::model::annotation::Priority;
use varve::ops::Input;
use varve::repo::CommitOptions;

use crate::support::journal::compact;
use crate::support::*;

#[test]
fn defaults_come_from_the_type_and_unset_returns_to_them() {
    let ann = World::default().user();
    ann.commit("i", instruction(None, "i"));
    ann.commit("s", system("s"));
    ann.commit("u", user("u"));
    let priority = |id: &str| ann.get(id).unwrap()["priority"].as_str().unwrap().to_owned();
    assert_eq!(["i", "s", "u"].map(priority), ["pinned", "pinned", "normal"]);
    for id in ["i", "s", "u"] {
        ann.annotate(id, Priority::Normal);
        assert_eq!(priority(id), "normal");
        ann.annotate(id, Priority::Unset);
    }
    assert_eq!(["i", "s", "u"].map(priority), ["pinned", "pinned", "normal"]);
}

#[test]
fn annotations_are_only_added_and_the_last_one_holds() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("a"));
    for priority in [Priority::Pinned, Priority::Skip, Priority::Normal] {
        ann.annotate("a", priority);
    }
    let all = ann.handle.annotations("a").unwrap();
    let rows = all.as_array().unwrap();
    let names: Vec<_> = rows.iter().map(|row| row["priority"].as_str().unwrap()).collect();
    assert_eq!(names, ["normal", "skip", "pinned"]);
    let times: Vec<_> = rows.iter().map(|row| row["createdAt"].as_i64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] > pair[1]), "each is later than the newest known: {times:?}");
    assert_eq!(world.user().handle.annotations("a").unwrap(), all);
}

#[test]
fn those_who_annotate_at_once_agree_on_who_was_last() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("a"));
    bob.catch_up();
    ann.pin("a");
    bob.skip("a");
    ann.catch_up();
    for who in [&ann, &bob, &world.user()] {
        assert_eq!(who.get("a").unwrap()["priority"], "skip");
    }
}

#[test]
fn skipping_part_of_a_step_hides_the_whole_step_and_is_told() {
    for part in ["call", "r1", "r2"] {
        let ann = World::default().user();
        ann.commit("q", user("q"));
        ann.commit("call", calls(&["c1", "c2"]));
        ann.commit("r1", results(&["c1"]));
        ann.commit("r2", results(&["c2"]));
        ann.skip(part);
        let reading = ann.plain();
        assert_eq!(reading.brief(), ["user: q"], "{part} was skipped");
        assert_eq!(reading.compiled.warnings, [json!({ "kind": "step-hidden", "entries": ["call", "r1", "r2"] })]);
    }
}

#[test]
fn a_pin_survives_compactions_byte_for_byte() {
    let world = World::default();
    let ann = world.user();
    for id in ["a", "b", "c", "d"] {
        ann.commit(id, user(id));
    }
    ann.pin("b");
    compact(&world, &ann, "s1", "first", &["a", "c"]);
    compact(&world, &ann, "s2", "second", &["s1", "d"]);
    let shown = ann.plain();
    let pinned =
        shown.values().into_iter().find(|message| message["entries"].as_array().unwrap().contains(&json!("b")));
    assert_eq!(pinned.unwrap()["parts"].as_array().unwrap().last(), Some(&json!({ "type": "text", "text": "b" })));
    assert_eq!(ann.get("b").unwrap()["payload"], user("b"));
}

#[test]
fn priorities_need_an_entry() {
    let ann = World::default().user();
    ann.commit("a", user("a"));
    let pin = |id: &str| Input::Annotate { target: id.to_owned(), priority: Priority::Pinned, reason: None };
    assert_eq!(ann.perform(pin("nowhere")).unwrap_err().code(), "EditTarget");
    assert_eq!(ann.handle.annotations("nowhere").unwrap_err().code(), "EditTarget");
}

#[test]
fn notes_are_kept_by_name_and_are_not_part_of_any_hash() {
    let world = World::default();
    let ann = world.user();
    let hash = ann.commit("a", user("a"));
    let note = |name: &str, value| Input::SetNote { target: "a".to_owned(), name: name.to_owned(), value };
    ann.perform(note("title", Some(json!("T")))).unwrap();
    ann.perform(note("thumb", Some(json!(null)))).unwrap();
    ann.perform(note("title", Some(json!({ "deep": [1] })))).unwrap();
    assert_eq!(ann.handle.notes("a").unwrap(), json!({ "title": { "deep": [1] } }), "null is no note");
    ann.perform(note("thumb", Some(json!("up")))).unwrap();
    ann.perform(note("title", None)).unwrap();
    assert_eq!(world.user().handle.notes("a").unwrap(), json!({ "thumb": "up" }));
    assert_eq!(ann.handle.head(), Some(hash));
    assert_eq!(ann.perform(note("", Some(json!(1)))).unwrap_err().code(), "Validation");
}

#[test]
fn labels_and_all_that_is_said_of_a_commit_are_part_of_it() {
    let ann = World::default().user();
    ann.commit("a", user("a"));
    let with = CommitOptions {
        note: Some("n".to_owned()),
        metadata: json!({ "k": [1, null] }).as_object().cloned(),
        reply_to: Some("a".to_owned()),
        labels: vec!["x".to_owned(), "y".to_owned()],
        turn: Some("t".to_owned()),
        generation: Some(json!({ "model": "m" })),
        author: Some(varve::model::commit::Author { kind: "agent".to_owned(), name: Some("bot".to_owned()) }),
        ..named("b")
    };
    let receipt = ann.commit_with(user("b"), with);
    let got = ann.get("b").unwrap();
    let expected = json!({
        "note": "n", "metadata": { "k": [1, null] }, "replyTo": "a", "labels": ["x", "y"], "turn": "t",
        "generation": { "model": "m" }, "author": { "kind": "agent", "name": "bot" }, "hash": receipt.hash.to_hex(),
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&got[name], value, "{name}");
    }
    let plain = World::default().user();
    plain.commit("a", user("a"));
    assert_ne!(plain.commit("b", user("b")), receipt.hash);
}

#[test]
fn a_generation_of_null_is_none() {
    let world = World::default();
    let ann = world.user();
    let hash = ann.commit_with(user("a"), CommitOptions { generation: Some(json!(null)), ..named("a") }).hash;
    assert_eq!(world.user().handle.head(), Some(hash), "who reads the journal finds the same hash");
}

#[test]
fn a_schema_of_null_is_none() {
    let world = World::default();
    let ann = world.user();
    let definition = varve::model::types::TypeDefinition { schema: Some(json!(null)), ..Default::default() };
    ann.perform(Input::RegisterType { name: "card".to_owned(), definition: Some(definition) }).unwrap();
    ann.commit("a", json!({ "contentType": "card" }));
    assert_eq!(world.user().handle.content_types(), ann.handle.content_types());
}
