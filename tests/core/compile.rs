//! What a compile makes of a history: steps, instructions, notes, summaries.

use varve::json;
use varve::json::Value;
use varve::repo::CommitOptions;

use crate::support::journal::compact;
use crate::support::*;

fn fresh() -> User {
    World::default().user()
}

fn noted(id: &str, note: &str) -> CommitOptions {
    CommitOptions { note: Some(note.to_owned()), ..named(id) }
}

fn in_turn(id: &str, turn: &str) -> CommitOptions {
    CommitOptions { turn: Some(turn.to_owned()), ..named(id) }
}

#[test]
fn a_compile_never_writes() {
    let world = World::default();
    let ann = world.user();
    ann.plain();
    assert_eq!(world.journal_length(), 0);
    ann.commit("a", user("one"));
    for with in [json!({}), json!({ "maxTokens": 100 }), json!({ "asOf": "HEAD" }), json!({ "strategy": "notes" })] {
        ann.compile(with);
    }
    block_on(ann.handle.status()).unwrap();
    assert_eq!(world.journal_length(), 1);
}

#[test]
fn every_type_has_its_role() {
    let ann = fresh();
    let text = |content: Value| content;
    let cases = [
        (instruction(None, "i"), "system"),
        (text(json!({ "contentType": "dialogue", "role": "user", "text": "d" })), "user"),
        (reasoning("r"), "assistant"),
        (text(json!({ "contentType": "artifact", "artifactType": "code", "content": "c" })), "assistant"),
        (text(json!({ "contentType": "output", "text": "o", "format": "text" })), "assistant"),
        (text(json!({ "contentType": "freeform", "payload": { "x": 1 } })), "assistant"),
        (
            text(json!({ "contentType": "session", "sessionType": "start", "summary": "s", "decisions": [],
                "failedApproaches": [], "nextSteps": [] })),
            "system",
        ),
        (tool_io("call", Some("c1"), "p"), "assistant"),
        (tool_io("result", Some("c1"), "p"), "tool"),
        (message("developer", "m"), "developer"),
    ];
    for (number, (payload, _)) in cases.iter().enumerate() {
        ann.commit_with(payload.clone(), in_turn(&format!("e{number}"), &number.to_string()));
    }
    let roles: Vec<_> = ann.plain().values().iter().map(|message| message["role"].clone()).collect();
    assert_eq!(roles, cases.map(|(_, role)| json!(role)));
}

#[test]
fn a_message_knows_its_entries_and_commits() {
    let ann = fresh();
    ann.commit("a", user("one"));
    let edit = ann.edit("a", user("two"));
    let reading = ann.plain();
    assert_eq!(reading.values()[0]["entries"], json!(["a"]));
    assert_eq!(reading.values()[0]["commits"], json!([edit.to_hex()]));
}

#[test]
fn results_stand_directly_behind_their_step() {
    let ann = fresh();
    ann.commit("call", calls(&["c1", "c2"]));
    ann.commit("between", user("between"));
    ann.commit("r2", results(&["c2"]));
    ann.commit("r1", results(&["c1"]));
    let expected = ["assistant: c1? | c2?", "tool: c2=found c2", "tool: c1=found c1", "user: between"];
    assert_eq!(ann.shows(), expected);
}

#[test]
fn a_result_goes_to_the_nearest_earlier_unanswered_call_of_its_id() {
    let ann = fresh();
    for id in ["first", "second"] {
        ann.commit(id, calls(&["c1"]));
    }
    ann.commit("r", results(&["c1"]));
    assert_eq!(ann.shows(), ["assistant: c1?", "tool: c1=!", "assistant: c1?", "tool: c1=found c1"]);
    ann.commit("late", parts("tool", json!([result_part("c1", "late")])));
    assert_eq!(ann.shows(), ["assistant: c1?", "tool: c1=late", "assistant: c1?", "tool: c1=found c1"]);
}

#[test]
fn a_result_without_a_call_is_left_out_and_told() {
    let ann = fresh();
    ann.commit("a", user("one"));
    ann.commit("r", results(&["c9"]));
    let reading = ann.plain();
    assert_eq!(reading.brief(), ["user: one"]);
    assert_eq!(reading.compiled.warnings, [json!({ "kind": "result-without-call", "entries": ["r"] })]);
}

#[test]
fn an_unanswered_call_gets_an_error_or_goes_or_stays_as_asked() {
    let ann = fresh();
    ann.commit("call", parts("assistant", json!([{ "type": "text", "text": "hm" }, call_part("c1"), call_part("c2")])));
    ann.commit("alone", calls(&["c3"]));
    ann.commit("r", results(&["c2"]));
    ann.commit("q", user("q"));
    let with = |dangling: &str| ann.compile(json!({ "dangling": dangling })).brief();
    assert_eq!(ann.shows(), with("error-result"));
    let answered = "tool: c2=found c2";
    assert_eq!(
        ann.shows(),
        ["assistant: hm | c1? | c2?", answered, "tool: c1=!", "assistant: c3?", "tool: c3=!", "user: q"]
    );
    assert_eq!(with("drop"), ["assistant: hm | c2?", answered, "user: q"]);
    assert_eq!(with("keep"), ["assistant: hm | c1? | c2?", answered, "assistant: c3?", "user: q"]);
    let interrupted = ann.plain().values()[2]["parts"][0]["output"]["value"].as_str().unwrap().to_owned();
    assert!(interrupted.contains("interrupted"), "{interrupted}");
}

#[test]
fn entries_of_one_turn_and_neighbouring_tool_calls_make_one_message() {
    let ann = fresh();
    ann.commit_with(reasoning("why"), in_turn("a", "t1"));
    ann.commit_with(assistant("so"), in_turn("b", "t1"));
    ann.commit_with(calls(&["c1"]), in_turn("c", "t1"));
    ann.commit_with(assistant("other"), in_turn("d", "t2"));
    ann.commit("e", tool_io("call", Some("c2"), "x"));
    ann.commit("f", tool_io("call", Some("c3"), "y"));
    ann.commit("g", tool_io("result", Some("c2"), "X"));
    ann.commit("h", tool_io("call", Some("c4"), "z"));
    let expected = [
        "assistant: (why) | so | c1?",
        "tool: c1=!",
        "assistant: other",
        "assistant: c2? | c3?",
        "tool: c2=X",
        "tool: c3=!",
        "assistant: c4?",
        "tool: c4=!",
    ];
    assert_eq!(ann.shows(), expected);
}

#[test]
fn a_result_in_the_turn_of_its_call_is_not_lost() {
    let ann = fresh();
    ann.commit_with(calls(&["c1"]), in_turn("a", "t1"));
    let said = json!([result_part("c1", "found"), { "type": "text", "text": "so" }]);
    ann.commit_with(parts("assistant", said), in_turn("b", "t1"));
    assert_eq!(ann.shows(), ["assistant: c1? | so", "tool: c1=found"]);
}

#[test]
fn tool_calls_without_an_id_are_answered_by_the_tools_name() {
    let ann = fresh();
    ann.commit("call", tool_io("call", None, "x"));
    ann.commit("result", tool_io("result", None, "X"));
    let reading = ann.plain();
    let ids: Vec<_> = reading.values().iter().map(|message| message["parts"][0]["callId"].clone()).collect();
    assert_eq!(ids, [json!("call_call"), json!("call_call")]);
}

#[test]
fn reasoning_is_left_out_on_request() {
    let ann = fresh();
    ann.commit("a", reasoning("why"));
    ann.commit("b", user("q"));
    ann.commit(
        "c",
        parts("assistant", json!([{ "type": "reasoning", "text": "hm" }, { "type": "text", "text": "so" }])),
    );
    assert_eq!(ann.shows(), ["assistant: (why)", "user: q", "assistant: (hm) | so"]);
    assert_eq!(ann.compile(json!({ "includeReasoning": false })).brief(), ["user: q", "assistant: so"]);
}

#[test]
fn of_instructions_of_one_name_the_last_stands_in_the_slot_of_the_first() {
    let ann = fresh();
    ann.commit("a", instruction(Some("tone"), "kind"));
    ann.commit("b", instruction(None, "always"));
    ann.commit("q", user("q"));
    ann.commit("c", instruction(Some("tone"), "terse"));
    assert_eq!(ann.shows(), ["system: terse", "system: always", "user: q"]);
    let mut here = instruction(Some("tone"), "loud");
    here["place"] = json!("here");
    ann.commit("d", here);
    assert_eq!(ann.shows(), ["system: always", "user: q", "system: loud"]);
    ann.delete("d");
    assert_eq!(ann.shows(), ["system: terse", "system: always", "user: q"]);
    ann.delete("c");
    assert_eq!(ann.shows(), ["system: kind", "system: always", "user: q"]);
}

#[test]
fn instructions_of_a_compile_are_counted_and_not_stored() {
    let ann = fresh();
    ann.commit("q", user("q"));
    let plain = ann.plain();
    let with = ann.compile(json!({ "instructions": ["Be kind.", "Be brief."] }));
    assert_eq!(with.brief(), ["system: Be kind.", "system: Be brief.", "user: q"]);
    assert_eq!(with.tokens(), plain.tokens() + 2 * (3 + 2) + 2 + 3);
    assert_eq!(ann.shows(), ["user: q"]);
    let other = ann.compile(json!({ "instructions": "Else." }));
    assert_eq!(other.brief(), ["system: Else.", "user: q"]);
}

#[test]
fn notes_stand_for_entries_and_pinned_ones_stay() {
    let ann = fresh();
    ann.commit_with(user("a long question"), noted("a", "asked"));
    ann.commit("b", assistant("no note"));
    ann.commit_with(assistant("a long answer"), noted("c", "answered"));
    ann.commit("d", user("pinned"));
    ann.pin("d");
    assert_eq!(
        ann.compile(json!({ "strategy": "notes" })).brief(),
        ["user: asked", "assistant: answered", "user: pinned"]
    );
    let adaptive = ann.compile(json!({ "strategy": { "adaptive": { "recent": 2 } } })).brief();
    assert_eq!(adaptive, ["user: asked", "assistant: a long answer", "user: pinned"]);
    let half = ann.compile(json!({ "strategy": { "adaptive": { "recent": 0.75 } } })).brief();
    assert_eq!(half, ["user: asked", "assistant: no note", "assistant: a long answer", "user: pinned"]);
}

#[test]
fn a_summary_is_shown_at_the_head_of_the_next_user_message_that_stays() {
    let world = World::default();
    let ann = world.user();
    for id in ["a", "b", "c"] {
        ann.commit(id, assistant(id));
    }
    compact(&world, &ann, "s", "In short", &["a", "b"]);
    let block = "<summary of=\"2 entries\">\nIn short\n</summary>";
    assert_eq!(ann.shows(), [format!("user: {block}"), "assistant: c".to_owned()], "no user message follows");
    ann.commit("q", user("q"));
    assert_eq!(ann.shows(), ["assistant: c".to_owned(), format!("user: {block} | q")]);
    let entries = ann.plain().values()[1]["entries"].clone();
    assert_eq!(entries, json!(["s", "q"]));
    ann.commit("q2", user("q2"));
    assert_eq!(ann.shows()[1..], [format!("user: {block} | q"), "user: q2".to_owned()]);
    ann.skip("q");
    assert_eq!(ann.shows()[1..], [format!("user: {block} | q2")]);
}

#[test]
fn a_summary_leaves_its_host_when_that_is_shown_by_its_note() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", assistant("a"));
    compact(&world, &ann, "s", "In short", &["a"]);
    ann.commit_with(user("q"), noted("q", "asked"));
    let with = json!({ "strategy": { "adaptive": { "recent": 3 } } });
    for number in 0..6 {
        ann.commit(&format!("e{number}"), assistant("x"));
        let kept = ann.compile(with.clone());
        let sum: u64 = kept.values().into_iter().map(cost).sum();
        assert_eq!(kept.tokens(), sum + 3);
        assert_eq!(kept.brief(), world.user().compile(with.clone()).brief());
    }
}
