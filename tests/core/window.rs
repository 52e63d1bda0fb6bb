//! `maxTokens`: what stays, what goes first, and what is said when it does not fit.

use varve::json;

use crate::support::*;

/// A user message of 4 + `n` tokens.
fn sized(n: usize) -> varve::json::Value {
    user(&"four".repeat(n))
}

fn ids(reading: &Reading) -> Vec<String> {
    let entries = reading.values().into_iter().flat_map(|message| message["entries"].as_array().unwrap().clone());
    entries.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_oldest_go_first_until_it_fits_and_no_more() {
    let ann = World::default().user();
    for id in ["a", "b", "c", "d"] {
        ann.commit(id, sized(6)); // 10 tokens each
    }
    for (limit, kept) in [(43, vec!["a", "b", "c", "d"]), (42, vec!["b", "c", "d"]), (33, vec!["b", "c", "d"])] {
        let reading = ann.compile(json!({ "maxTokens": limit }));
        assert_eq!(ids(&reading), kept, "{limit} tokens");
        assert!(reading.tokens() <= limit, "{} of {limit} tokens", reading.tokens());
    }
}

#[test]
fn the_current_turn_stays_even_when_it_is_old() {
    let ann = World::default().user();
    ann.commit("a", sized(6));
    ann.commit("q", user("q"));
    for id in ["r1", "r2", "r3"] {
        ann.commit(id, assistant(&"four".repeat(6)));
    }
    let reading = ann.compile(json!({ "maxTokens": 48 }));
    assert_eq!(ids(&reading), ["q", "r1", "r2", "r3"]);
    let error = ann.try_compile(&options(json!({ "maxTokens": 30 }))).unwrap_err();
    assert_eq!(error.code(), "BudgetExceeded");
    assert_eq!(error.details(), json!({ "limit": 30, "required": reading.tokens() }));
}

#[test]
fn what_does_not_fit_can_be_returned_with_a_warning() {
    let ann = World::default().user();
    ann.commit("a", sized(20));
    let reading = ann.compile(json!({ "maxTokens": 5, "onOverflow": "return" }));
    assert_eq!(ids(&reading), ["a"]);
    assert_eq!(reading.compiled.warnings, [json!({ "kind": "overflow", "limit": 5, "required": reading.tokens() })]);
}

#[test]
fn the_lowest_compression_priority_goes_before_older_entries() {
    let ann = World::default().user();
    ann.commit("old", sized(6));
    ann.commit("art", json!({ "contentType": "artifact", "artifactType": "code", "content": "four".repeat(6) }));
    ann.commit("think", reasoning(&"four".repeat(6)));
    ann.commit("turn", user("now"));
    let all = ann.plain();
    let order = ["think", "old", "art"];
    for gone in 1..=3 {
        let kept: Vec<&str> =
            ["old", "art", "think", "turn"].into_iter().filter(|id| !order[..gone].contains(id)).collect();
        let mut limit = all.tokens();
        let reading = loop {
            limit -= 1;
            let reading = ann.compile(json!({ "maxTokens": limit }));
            if ids(&reading).len() == 4 - gone {
                break reading;
            }
        };
        assert_eq!(ids(&reading), kept, "with {limit} of {} tokens", all.tokens());
    }
}

#[test]
fn pinned_entries_and_the_last_ones_stay() {
    let ann = World::default().user();
    for id in ["a", "b", "c", "d", "e"] {
        ann.commit(id, assistant(&"four".repeat(6)));
    }
    ann.pin("a");
    let reading = ann.compile(json!({ "maxTokens": 45, "preserveRecent": 2, "onOverflow": "return" }));
    assert_eq!(ids(&reading), ["a", "d", "e"]);
    let reading = ann.compile(json!({ "maxTokens": 1, "preserveRecent": 2, "onOverflow": "return" }));
    assert_eq!(ids(&reading), ["a", "d", "e"], "nothing that must stay goes");
}

#[test]
fn a_step_goes_whole() {
    let ann = World::default().user();
    ann.commit("q1", user("q"));
    ann.commit("call", calls(&["c1", "c2"]));
    ann.commit("r1", results(&["c1"]));
    ann.commit("q2", user("another"));
    ann.commit("r2", results(&["c2"]));
    ann.commit("q3", user("now"));
    let full = ann.plain();
    assert_eq!(ids(&full), ["q1", "call", "r1", "r2", "q2", "q3"]);
    let mut seen = Vec::new();
    for limit in 0..full.tokens() {
        let reading = ann.compile(json!({ "maxTokens": limit, "onOverflow": "return" }));
        let step = ids(&reading).iter().filter(|id| ["call", "r1", "r2"].contains(&id.as_str())).count();
        assert!(step == 0 || step == 3, "a step was cut in {:?}", reading.brief());
        seen.push(step);
    }
    assert!(seen.contains(&0), "the step never went");
}

#[test]
fn a_step_with_a_pinned_result_stays_whole() {
    let ann = World::default().user();
    ann.commit("call", calls(&["c1"]));
    ann.commit("r1", results(&["c1"]));
    ann.commit("q2", user("now"));
    ann.pin("r1");
    let reading = ann.compile(json!({ "maxTokens": 1, "onOverflow": "return" }));
    assert_eq!(ids(&reading), ["call", "r1", "q2"]);
}

#[test]
fn the_last_entries_are_counted_as_they_came_also_when_results_came_late() {
    let world = World::default();
    let ann = world.user();
    let with = json!({ "maxTokens": 60, "preserveRecent": 2, "onOverflow": "return" });
    ann.commit("p", calls(&["c1"]));
    ann.commit("d", calls(&["c2", "c3"]));
    ann.commit("e", assistant(&"four".repeat(8)));
    for (id, result) in [("r1", "c1"), ("r2", "c2"), ("r3", "c3")] {
        ann.commit(id, results(&[result]));
        ann.compile(with.clone());
    }
    for id in ["f", "g", "h"] {
        ann.commit(id, assistant(&"four".repeat(8)));
        let (kept, fresh) = (ann.compile(with.clone()), world.user().compile(with.clone()));
        assert_eq!(kept.brief(), fresh.brief(), "after {id}");
    }
    assert_eq!(ids(&ann.compile(json!({ "maxTokens": 1, "preserveRecent": 2, "onOverflow": "return" }))), ["g", "h"]);
}

#[test]
fn tokens_of_instructions_and_tools_count_against_the_window() {
    let ann = World::default().user();
    ann.commit("a", sized(60));
    ann.commit("b", sized(6));
    let plain = ann.plain().tokens();
    assert_eq!(ids(&ann.compile(json!({ "maxTokens": plain }))), ["a", "b"]);
    let reading = ann.compile(json!({ "maxTokens": plain, "instructions": "Be kind." }));
    assert_eq!(reading.brief()[0], "system: Be kind.");
    assert_eq!(ids(&reading), ["b"]);
    let tools = json!([{ "name": "look", "description": "Looks things up" }]);
    let reading = ann.compile(json!({ "maxTokens": plain, "tools": tools }));
    assert_eq!(ids(&reading), ["b"]);
}
