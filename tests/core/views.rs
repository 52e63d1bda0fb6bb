//! Compiles over time: the past, what stays the same, what was sent, views that are seldom read.

use varve::hash::ContentHash;
use varve::json;
use varve::json::Value;
use varve::model::commit::Body;
use varve::model::content::Payload;
use varve::model::outline::Outline;
use varve::model::record::{InputUsage, SentRecord};

use crate::support::journal::write_bytes;
use crate::support::*;

fn fresh() -> User {
    World::default().user()
}

#[test]
fn the_past_is_compiled_with_the_priorities_of_then() {
    let world = World::default();
    let ann = world.user();
    let first = ann.commit("a", user("one")).to_hex();
    world.clock.advance(10);
    ann.skip("a");
    world.clock.advance(10);
    ann.commit("b", user("two"));
    world.clock.advance(10);
    ann.annotate("a", varve::model::annotation::Priority::Unset);
    ann.tag("v1", "b", varve::ops::Existing::Keep).unwrap();
    let at = |as_of: Value| ann.compile(json!({ "asOf": as_of })).brief();
    assert_eq!(at(json!(START)), ["user: one"]);
    assert_eq!(at(json!(START + 10)), Vec::<String>::new());
    assert_eq!(at(json!(START + 29)), ["user: two"]);
    assert_eq!(at(json!(START + 30)), ["user: one", "user: two"]);
    assert_eq!(at(json!(first)), Vec::<String>::new(), "it was skipped when the branch moved on");
    assert_eq!(at(json!("v1")), ["user: one", "user: two"]);
    for unknown in [json!(START - 1), json!("nowhere"), json!("0".repeat(64))] {
        let error = ann.try_compile(&options(json!({ "asOf": unknown }))).unwrap_err();
        assert_eq!(error.code(), "CommitNotFound", "{unknown}");
    }
}

#[test]
fn messages_that_did_not_change_keep_their_numbers() {
    let ann = fresh();
    for id in ["a", "b", "c"] {
        ann.commit(id, user(id));
    }
    let before = ann.plain().messages;
    ann.edit("b", user("B"));
    ann.commit("d", user("d"));
    let after = ann.plain().messages;
    assert_eq!((before[0].0, before[2].0), (after[0].0, after[2].0));
    assert_ne!(before[1].0, after[1].0);
    let patch = ann.plain().compiled.patch;
    assert!(patch.splices.is_empty() && patch.messages.is_empty(), "nothing new: {patch:?}");
}

#[test]
fn a_payload_that_is_none_fails_the_compile_and_what_stood_beside_it_is_given_later() {
    let world = World::default();
    let ann = world.user();
    let first = ann.commit("a", user("one"));
    let Payload { content, .. } = Payload::parse(user("two")).unwrap();
    let body = Body { id: Some("b".into()), content_type: Some("message".into()), ..Body::default() };
    let none = br#"{"contentType":"message","parts":[{"text":"two","type":"text"}]}"#; // from nobody
    write_bytes(&world, &ann, body, Some((Outline::of(&content, &Quarters, &[]), none.to_vec())));
    for _ in 0..2 {
        let error = ann.try_compile(&options(json!({}))).unwrap_err();
        assert_eq!(error.code(), "Corrupt");
        assert!(error.to_string().contains(&ContentHash::of(none).to_hex()), "{error}");
    }
    let before = ann.compile(json!({ "asOf": first.to_hex() }));
    assert_eq!(before.brief(), ["user: one"]);
}

fn sent(ann: &User, reading: &Reading, total: u64) {
    let record = SentRecord {
        digest: reading.compiled.digest.clone(),
        estimate: reading.compiled.estimate,
        head: ann.handle.head(),
        input: Some(InputUsage { total: Some(total), ..InputUsage::default() }),
        model: "m".to_owned(),
        output: None,
        raw: None,
        response_id: None,
    };
    block_on(ann.handle.sent(record, &nothing())).unwrap();
}

#[test]
fn the_stable_prefix_is_what_equals_the_last_compile_that_was_sent() {
    let ann = fresh();
    for id in ["a", "b", "c", "d"] {
        ann.commit(id, user(id));
    }
    assert_eq!(ann.plain().compiled.stable_prefix, (0, 0));
    sent(&ann, &ann.plain(), 20);
    assert_eq!(ann.plain().compiled.stable_prefix, (4, 20));
    ann.commit("e", user("e"));
    assert_eq!(ann.plain().compiled.stable_prefix, (4, 20));
    ann.edit("c", user("C"));
    assert_eq!(ann.plain().compiled.stable_prefix, (2, 10));
    ann.revert("c").unwrap();
    assert_eq!(ann.plain().compiled.stable_prefix, (4, 20), "it is the message that was sent again");
    ann.undo().unwrap();
    ann.undo().unwrap();
    assert_eq!(ann.plain().compiled.stable_prefix, (4, 20));
    let other = ann.compile(json!({ "maxTokens": 18 }));
    assert_eq!(other.compiled.stable_prefix, (0, 0), "its first message is another one");
}

#[test]
fn a_prefix_that_is_stable_again_is_told() {
    let ann = fresh();
    for id in ["a", "b", "c", "d"] {
        ann.commit(id, user(id));
    }
    sent(&ann, &ann.plain(), 20);
    ann.skip("b");
    assert_eq!(ann.plain().compiled.stable_prefix, (1, 5));
    ann.annotate("b", varve::model::annotation::Priority::Unset);
    assert_eq!(ann.plain().compiled.stable_prefix, (4, 20));
}

#[test]
fn the_source_of_a_count_is_told() {
    let ann = fresh();
    ann.commit("a", user("one"));
    let reading = ann.plain();
    assert_eq!((reading.tokens(), reading.compiled.token_source.as_str()), (8, "quarters"));
    sent(&ann, &reading, 16);
    let again = ann.plain();
    assert_eq!((again.tokens(), again.compiled.token_source.as_str()), (16, "api:m"));
    ann.commit("b", user("two"));
    let next = ann.plain();
    assert_eq!((next.tokens(), next.compiled.token_source.as_str()), (26, "calibrated:m"));
    assert_eq!(next.compiled.estimate, 13);
}

/// What JavaScript does: the estimate it knows of is the count, with its correction.
fn reported(ann: &User, reading: &Reading, model: &str, total: Option<u64>) {
    let record = SentRecord {
        digest: reading.compiled.digest.clone(),
        estimate: reading.tokens(),
        head: ann.handle.head(),
        input: Some(InputUsage { total, ..InputUsage::default() }),
        model: model.to_owned(),
        output: None,
        raw: None,
        response_id: None,
    };
    block_on(ann.handle.sent(record, &nothing())).unwrap();
}

#[test]
fn a_correction_is_not_made_twice() {
    let ann = fresh();
    for number in 0..6 {
        ann.commit(&format!("e{number}"), user("some words"));
        let reading = ann.plain();
        let (estimate, source) = (reading.compiled.estimate, reading.compiled.token_source.clone());
        let expected = if number == 0 { estimate } else { 2 * estimate };
        assert_eq!((reading.tokens(), source != "quarters"), (expected, number > 0));
        reported(&ann, &reading, "m", Some(2 * estimate));
        let again = ann.plain();
        reported(&ann, &again, "m", Some(again.tokens()));
    }
}

#[test]
fn figures_that_make_no_sense_correct_little_or_nothing() {
    let ann = fresh();
    ann.commit("a", user("some words"));
    reported(&ann, &ann.plain(), "one", Some(ann.plain().compiled.estimate));
    for (number, (total, ratio, source)) in [
        (None, 1.0, "calibrated:one"),
        (Some(0), 1.0, "calibrated:one"),
        (Some(u64::from(u32::MAX)), 2.0, "calibrated:two"),
        (Some(1), 0.5, "calibrated:two"),
    ]
    .into_iter()
    .enumerate()
    {
        ann.commit(&format!("b{number}"), user("more words"));
        reported(&ann, &ann.plain(), "two", total);
        ann.commit(&format!("c{number}"), user("more words"));
        let reading = ann.plain();
        let expected = (reading.compiled.estimate as f64 * ratio).round() as u64;
        assert_eq!((reading.tokens(), reading.compiled.token_source.as_str()), (expected, source), "{total:?}");
        let window = ann.compile(json!({ "maxTokens": reading.compiled.estimate }));
        assert_eq!(window.messages.len(), reading.messages.len(), "the window goes by the counter");
    }
}

#[test]
fn a_view_that_nobody_read_for_long_is_told_rightly() {
    let world = World::default();
    let ann = world.user();
    let budget = varve::repo::Budget {
        max_tokens: Some(5),
        context_window: None,
        reserve_output: 0,
        margin: 0.0,
        action: varve::repo::BudgetAction::Warn,
    };
    ann.handle.set_budget(Some(budget)).unwrap(); // keeps the plain view up to date with every write
    ann.commit("a", user("a"));
    ann.commit("b", user("b"));
    ann.plain();
    for number in 0..700 {
        ann.edit("a", user(&format!("version {number}")));
    }
    ann.compile(json!({ "maxTokens": 1000 }));
    ann.edit("b", user("B"));
    assert_eq!(ann.shows(), ["user: version 699", "user: B"]);
    ann.edit("a", user("version 3"));
    assert_eq!(ann.shows(), ["user: version 3", "user: B"]);
    assert_eq!(ann.compile(json!({ "maxTokens": 1000 })).brief(), ann.shows());
}

#[test]
fn more_views_than_are_kept_are_told_rightly() {
    let world = World::default();
    let ann = world.user();
    for number in 0..30 {
        ann.commit(&format!("e{number}"), user(&format!("text {number}")));
        for limit in 0..20 {
            let with = json!({ "maxTokens": 40 + 5 * limit, "preserveRecent": 1 });
            let reading = ann.compile(with);
            assert_eq!(reading.brief().last().unwrap(), &format!("user: text {number}"));
            assert_eq!(reading.tokens(), reading.values().into_iter().map(cost).sum::<u64>() + 3);
        }
    }
}

#[test]
fn a_summary_that_the_window_left_out_costs_less_once_a_user_message_can_show_it() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("word "));
    journal::compact(&world, &ann, "s", "In short", &["a"]);
    ann.commit("i", instruction(None, &"word ".repeat(10)));
    ann.commit("call", calls(&["c3", "c0"]));
    ann.commit("r3", parts("tool", json!([result_part("c3", &"word ".repeat(4))])));
    let with = || json!({ "maxTokens": 70, "preserveRecent": 2 });
    assert_eq!(ann.compile(with()).messages.len(), 4, "the summary has no room");
    ann.commit("q", parts("user", json!([result_part("c0", "found"), { "type": "text", "text": "word " }])));
    assert_eq!(ann.compile(with()).brief(), world.user().compile(with()).brief());
}
