//! Tokens: the formula, other counters, counters that take their time.

use std::cell::Cell;
use std::rc::Rc;

use varve::error::Error;
use varve::json;
use varve::repo::{Counter, Deferred};
use varve::tokens::NullCounter;

use crate::support::*;

#[test]
fn the_formula_counts_messages_names_roles_calls_and_the_reply() {
    let ann = World::default().user();
    let alone = |payload: varve::json::Value| {
        let ann = World::default().user();
        ann.commit("a", payload);
        ann.plain().tokens() - 3
    };
    assert_eq!(ann.plain().tokens(), 3, "the reply");
    assert_eq!(alone(user("12345678")), 3 + 1 + 2);
    let named = json!({ "contentType": "dialogue", "role": "user", "name": "anna", "text": "1234" });
    assert_eq!(alone(named), 3 + 1 + 1 + (1 + 1));
    let call = parts(
        "assistant",
        json!([{ "type": "tool-call", "callId": "c", "toolName": "look", "input": { "q": 1 },
        "rawInput": "{ \"q\":  1 }" }]),
    );
    let interrupted = u64::from(varve::tokens::TokenCounter::count(&Quarters, varve::model::content::DANGLING_TEXT));
    assert_eq!(alone(call), 3 + 3 + 1 + 3 + (3 + 1 + interrupted));
    assert_eq!(alone(parts("assistant", json!([]))), 3 + 3);
}

#[test]
fn the_name_of_a_tool_message_is_counted() {
    let ann = World::default().user();
    ann.commit("call", calls(&["c1"]));
    let mut result = results(&["c1"]);
    result["name"] = json!("looker");
    ann.commit("r", result);
    let reading = ann.plain();
    assert_eq!(reading.tokens(), reading.values().into_iter().map(cost).sum::<u64>() + 3, "{:?}", reading.values());
}

#[test]
fn the_null_counter_counts_nothing() {
    let world = World { counter: Counter::Ready(Rc::new(NullCounter)), ..World::default() };
    let ann = world.user();
    ann.commit("a", user("one"));
    let reading = ann.plain();
    assert_eq!((reading.tokens(), reading.compiled.token_source.as_str()), (0, "none"));
}

#[test]
fn a_journal_of_another_counter_is_counted_anew() {
    let first = World { counter: Counter::Ready(Rc::new(NullCounter)), ..World::default() };
    let ann = first.user();
    ann.commit("a", user("12345678"));
    let second = World { store: first.store.clone(), ..World::default() };
    let bob = second.user();
    assert_eq!(bob.plain().tokens(), 3 + 1 + 2 + 3);
    bob.commit("b", user("1234"));
    assert_eq!(bob.plain().tokens(), 3 + 1 + 2 + 3 + 1 + 1 + 3);
    assert_eq!(second.user().plain().tokens(), 14);
    ann.catch_up();
    assert_eq!(ann.plain().tokens(), 0);
}

fn deferred(fail: Rc<Cell<bool>>) -> World {
    let count = Rc::new(move |text: String| {
        let fail = fail.clone();
        Box::pin(async move {
            tasks::Rounds(2).await;
            match fail.get() {
                true => Err(Box::new(Error::Callback { what: "counter", message: "it broke".to_owned() })),
                false => Ok(text.len().div_ceil(4) as u32),
            }
        }) as varve::store::Pending<'static, _>
    });
    World { counter: Counter::Deferred(Rc::new(Deferred::new("later", count))), ..World::default() }
}

#[test]
fn a_counter_that_takes_its_time_counts_the_same() {
    let world = deferred(Rc::default());
    let (ann, bob) = (world.user(), World::default().user());
    for who in [&ann, &bob] {
        who.commit("a", user("one two three"));
        who.commit("b", calls(&["c1"]));
        who.commit("c", user("q"));
    }
    assert_eq!(ann.plain().tokens(), bob.plain().tokens());
    let with = json!({ "maxTokens": 30, "instructions": "Be kind." });
    assert_eq!(ann.compile(with.clone()).brief(), bob.compile(with).brief());
    assert_eq!(ann.plain().compiled.token_source, "later");
}

#[test]
fn a_counter_that_fails_refuses_the_write_and_nothing_is_stored() {
    let fail = Rc::new(Cell::new(true));
    let world = deferred(fail.clone());
    let ann = world.user();
    assert_eq!(ann.try_commit("a", user("one")).unwrap_err().code(), "Callback");
    assert_eq!(world.journal_length(), 0);
    fail.set(false);
    ann.commit("a", user("one"));
    assert_eq!(ann.shows(), ["user: one"]);
}
