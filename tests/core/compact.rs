//! Compactions: what they refuse, what they leave alone, and how they are taken back.

use varve::error::Error;
use varve::fields::At;
use varve::hash::{CommitHash, ContentHash};
use varve::json;
use varve::json::Value;
use varve::model::content::Payload;
use varve::model::types::TypeDefinition;
use varve::ops::Input;
use varve::repo::{Budget, BudgetAction, CommitOptions, Compaction};

use crate::support::*;

const BLOCK: &str = "<summary of=\"2 entries\">\nIn short\n</summary>";

/// a, a step of two entries, b; and a current turn.
fn furnished() -> (World, User) {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    ann.commit("call", calls(&["c1"]));
    ann.commit("result", results(&["c1"]));
    ann.commit("b", assistant("two"));
    ann.commit("q", user("three"));
    (world, ann)
}

fn messages(ann: &User) -> Vec<Value> {
    ann.plain().values().into_iter().cloned().collect()
}

fn hash_of(payload: Value) -> ContentHash {
    Payload::parse(payload).unwrap().hash
}

#[test]
fn a_summary_stands_where_the_first_target_stood() {
    let (_, ann) = furnished();
    ann.compact("s", "In short", &["result", "b", "call"]);
    assert_eq!(ann.shows(), ["user: one".to_owned(), format!("user: {BLOCK} | three")]);
    let there = ann.compile(json!({ "summaries": "system" })).brief();
    assert_eq!(there, ["user: one".to_owned(), format!("system: {BLOCK}"), "user: three".to_owned()]);
}

#[test]
fn what_cannot_be_compacted_is_refused_and_nothing_is_written() {
    let (world, ann) = furnished();
    ann.commit("gone", assistant("gone"));
    ann.delete("gone");
    ann.commit("q2", user("four"));
    ann.pin("b");
    let before = world.journal_length();
    let refused = |targets: &[&str]| {
        let error = ann.try_compact(&[("s", "In short", targets)]).unwrap_err();
        assert_eq!(world.journal_length(), before, "{targets:?} was refused and written");
        error
    };
    let target = |targets: &[&str], part: &str| match *refused(targets) {
        Error::EditTarget { reason, .. } => assert!(reason.contains(part), "{targets:?}: {reason}"),
        other => panic!("{targets:?}: {other:?}"),
    };
    target(&["a", "unknown"], "no such entry");
    target(&["a", "gone"], "was deleted by");
    target(&["a", "b"], "pinned");
    target(&["a", "call"], "part of a step, and so is result");
    target(&["a", "result"], "part of a step, and so is call");
    target(&["a", "q2"], "current turn");
    assert_eq!(refused(&[]).code(), "Validation");
    let taken = ann.try_compact(&[("a", "In short", &["a"])]).unwrap_err();
    assert_eq!(taken.code(), "DuplicateId");
    let run = Compaction {
        id: None,
        targets: vec!["a".to_owned()],
        basis: Vec::new(),
        payload: user("no summary"),
        generation: None,
    };
    assert_eq!(block_on(ann.handle.compact(vec![run], None, &nothing())).unwrap_err().code(), "Validation");
    assert_eq!(world.journal_length(), before);
    ann.compact("s", "In short", &["a"]);
    let again = ann.try_compact(&[("s2", "In short", &["a"])]).unwrap_err();
    assert!(again.to_string().contains("was compacted by"), "{again}");
}

#[test]
fn several_runs_are_one_operation_and_all_or_none() {
    let (world, ann) = furnished();
    let before = (messages(&ann), world.journal_length());
    let wrong = ann.try_compact(&[("s1", "In short", &["a"]), ("s2", "In short", &["a"])]).unwrap_err();
    assert_eq!(wrong.code(), "EditTarget");
    assert_eq!((messages(&ann), world.journal_length()), before);
    let done = ann.try_compact(&[("s1", "In short", &["a"]), ("s2", "In short", &["b"])]).unwrap();
    assert_eq!((world.journal_length(), done.receipts.len()), (before.1 + 1, 2));
    let last = &block_on(ann.repository().operations(1, None)).unwrap()[0];
    assert_eq!((last.kind.as_str(), last.records), ("compact", 2));
    assert_eq!(ann.shows()[2], format!("user: {BLOCK} | {BLOCK} | three"));
    ann.commit("later", assistant("later"));
    block_on(ann.handle.undo(Some(&last.id), &nothing())).unwrap();
    ann.delete("later");
    assert_eq!(messages(&ann), before.0);
}

#[test]
fn undo_and_revert_bring_everything_back_byte_for_byte() {
    let (_, ann) = furnished();
    ann.edit("a", user("one, corrected"));
    let before = messages(&ann);
    let back = |ann: &User| assert_eq!(messages(ann), before);
    ann.compact("s1", "In short", &["a", "call", "result"]);
    ann.undo().unwrap();
    back(&ann);
    ann.redo().unwrap();
    ann.undo().unwrap();
    back(&ann);
    let by_hash = ann.compact("s2", "In short", &["a", "call", "result"]);
    ann.revert(&by_hash.to_hex()).unwrap();
    back(&ann);
    ann.compact("s3", "In short", &["a", "b"]);
    ann.revert("s3").unwrap();
    back(&ann);
    ann.compact("s4", "In short", &["a", "b"]);
    ann.revert("a").unwrap();
    back(&ann);
}

#[test]
fn a_message_that_a_reverted_summary_stood_in_is_one_again() {
    let world = World::default();
    let ann = world.user();
    let definition = TypeDefinition::read(json!({ "hints": { "materializationOrder": -1 } }), At::Root).unwrap();
    ann.perform(Input::RegisterType { name: "card".to_owned(), definition: Some(definition) }).unwrap();
    let in_turn = |id: &str| CommitOptions { turn: Some("t1".to_owned()), ..named(id) };
    ann.commit_with(reasoning("why"), in_turn("a"));
    ann.commit("card", json!({ "contentType": "card", "front": "shown before all others" }));
    ann.commit_with(assistant("so"), in_turn("b"));
    ann.commit("q", user("next"));
    let before = messages(&ann);
    assert_eq!(before.len(), 3, "a card, one message of the turn, a question");
    ann.compact("s", "In short", &["card"]);
    assert_eq!(messages(&ann).len(), 3, "the summary stands in the turn, and parts its message");
    ann.revert("s").unwrap();
    assert_eq!(messages(&ann), before);
}

#[test]
fn a_compaction_that_others_build_upon_is_reverted_after_them_and_they_are_named() {
    let (_, ann) = furnished();
    let before = messages(&ann);
    let first = ann.compact("s1", "In short", &["a"]);
    let edit = ann.edit("s1", summary("Shorter"));
    let second = ann.compact("s2", "Shortest", &["s1", "b"]);
    let blocked = |target: CommitHash, by: &[CommitHash]| {
        let error = ann.revert(&target.to_hex()).unwrap_err();
        assert_eq!(error.code(), "Conflict");
        by.iter().for_each(|by| assert!(error.to_string().contains(&by.to_hex()), "{error}"));
    };
    blocked(first, &[edit, second]);
    ann.revert(&second.to_hex()).unwrap();
    blocked(first, &[edit]);
    ann.revert(&edit.to_hex()).unwrap();
    ann.revert(&first.to_hex()).unwrap();
    assert_eq!(messages(&ann), before);
}

#[test]
fn pinned_entries_survive_any_number_of_compactions_byte_for_byte() {
    let world = World::default();
    let ann = world.user();
    ann.commit("rule", instruction(Some("rule"), "Never\u{a0}round."));
    ann.commit("fact", user("Order 4711 is of \u{1F4E6} \u{e9}"));
    ann.pin("fact");
    let pinned = |ann: &User| -> Vec<Value> {
        let all = messages(ann).into_iter();
        all.filter(|message| message["entries"] == json!(["rule"]) || message["entries"] == json!(["fact"])).collect()
    };
    let before = pinned(&ann);
    assert_eq!(before.len(), 2);
    let mut last: Option<String> = None;
    for round in 0..5 {
        let id = |name: &str| format!("{name}{round}");
        ann.commit(&id("q"), user("question"));
        ann.commit(&id("a"), assistant("answer"));
        ann.commit(&id("next"), user("next"));
        let plan = ann.plan();
        let targets: Vec<&str> = plan.runs.iter().flat_map(|run| &run.targets).map(String::as_str).collect();
        assert!(last.is_none_or(|last| targets.contains(&last.as_str())), "the summary before is extended");
        ann.compact(&id("s"), "In short", &targets);
        assert_eq!(pinned(&ann), before, "after {} compactions", round + 1);
        last = Some(id("s"));
    }
    assert_eq!(pinned(&world.user()), before);
}

#[test]
fn a_target_that_changed_since_its_summary_was_made_is_a_conflict() {
    let (world, ann) = furnished();
    let run = |id: &str| Compaction {
        id: Some(id.to_owned()),
        targets: vec!["a".to_owned(), "b".to_owned()],
        basis: vec![hash_of(user("one")), hash_of(assistant("two"))],
        payload: summary("In short"),
        generation: None,
    };
    let attempt = |id: &str| block_on(ann.handle.compact(vec![run(id)], None, &nothing()));
    let refused = || {
        let before = world.journal_length();
        assert_eq!(attempt("s").unwrap_err().code(), "Conflict");
        assert_eq!(world.journal_length(), before);
    };
    ann.edit("b", assistant("other"));
    refused();
    ann.undo().unwrap();
    ann.pin("a");
    refused();
    ann.undo().unwrap();
    ann.skip("b");
    refused();
    ann.undo().unwrap();
    ann.commit("r", assistant("the branch grew"));
    attempt("s").unwrap();
    ann.undo().unwrap();
    block_on(ann.handle.erase(&hash_of(user("one")).to_hex(), "a test", &nothing())).unwrap();
    refused();
}

#[test]
fn the_past_shows_what_was_compacted_since() {
    let (_, ann) = furnished();
    let (before, head) = (messages(&ann), ann.handle.head().unwrap());
    let commit = ann.compact("s", "In short", &["a", "b"]);
    let then: Vec<Value> = ann.compile(json!({ "asOf": head.to_hex() })).values().into_iter().cloned().collect();
    assert_eq!(then, before);
    let entry = ann.get("a").unwrap();
    assert_eq!((entry["status"].clone(), entry["compactedInto"].clone()), (json!("compacted"), json!("s")));
    let info = ann.get(&commit.to_hex()).unwrap();
    assert_eq!(
        (entry["compactedAt"].clone(), entry["compactedIntoVersion"].clone()),
        (info["createdAt"].clone(), info["height"].clone())
    );
    assert_eq!(entry["payload"], user("one"), "what it said can still be read");
    let status = block_on(ann.handle.status()).unwrap();
    assert_eq!(status["compacted"], json!(2));
}

#[test]
fn a_repeated_operation_id_gives_the_first_compaction() {
    let (world, ann) = furnished();
    let run = Compaction {
        id: None,
        targets: vec!["a".to_owned()],
        basis: Vec::new(),
        payload: summary("In short"),
        generation: Some(json!({ "summarizer": "test" })),
    };
    let first = block_on(ann.handle.compact(vec![run], None, &called("once"))).unwrap();
    let length = world.journal_length();
    let again = block_on(world.user().handle.compact(Vec::new(), None, &called("once"))).unwrap();
    assert_eq!((again.receipts, again.wrote, world.journal_length()), (first.receipts.clone(), false, length));
    assert_eq!(ann.get(&first.receipts[0].hash.to_hex()).unwrap()["generation"], json!({ "summarizer": "test" }));
}

#[test]
fn of_two_who_compact_the_same_entries_one_wins() {
    let (world, ann) = furnished();
    let bob = world.user();
    ann.compact("s1", "In short", &["a", "b"]);
    let error = bob.try_compact(&[("s2", "In short", &["a", "b"])]).unwrap_err();
    assert_eq!(error.code(), "EditTarget");
    assert_eq!(bob.shows(), ann.shows());
}

#[test]
fn a_budget_that_refuses_input_does_not_refuse_a_compaction() {
    let (_, ann) = furnished();
    let budget = Budget {
        max_tokens: Some(10),
        context_window: None,
        reserve_output: 0,
        margin: 0.0,
        action: BudgetAction::Reject,
    };
    ann.handle.set_budget(Some(budget)).unwrap();
    assert_eq!(ann.try_commit("x", user("more")).unwrap_err().code(), "BudgetExceeded");
    ann.compact("s", "x", &["a", "call", "result", "b"]);
}
