//! What can be compressed: whole steps, as they read now, between what stays.

use varve::error::Error;
use varve::json;
use varve::json::{ToJson, Value};
use varve::model::record::SentRecord;
use varve::repo::{CommitOptions, CompressOptions, CompressPlan, Messages};

use crate::support::*;

/// Alternating messages `e0` to `e{n-1}`, and a current turn `q`.
fn talk(n: usize) -> (World, User) {
    let world = World::default();
    let ann = world.user();
    for number in 0..n {
        let say = if number % 2 == 0 { user } else { assistant };
        ann.commit(&format!("e{number}"), say(&format!("text {number}")));
    }
    ann.commit("q", user("and now?"));
    (world, ann)
}

fn targets(plan: &CompressPlan) -> Vec<Vec<&str>> {
    plan.runs.iter().map(|run| run.targets.iter().map(String::as_str).collect()).collect()
}

fn said(plan: &CompressPlan) -> Vec<String> {
    let messages = plan.runs.iter().flat_map(|run| &run.messages);
    messages.map(|message| brief(&message.to_json().parse::<Value>().unwrap())).collect()
}

fn ids(ids: &[&str]) -> CompressOptions {
    CompressOptions { ids: Some(ids.iter().map(|id| (*id).to_owned()).collect()), ..CompressOptions::default() }
}

#[test]
fn pinned_entries_separate_runs_and_the_current_turn_stays() {
    let (_, ann) = talk(6);
    ann.pin("e2");
    ann.commit("now", assistant("in the current turn"));
    let plan = ann.plan();
    assert_eq!(targets(&plan), [vec!["e0", "e1"], vec!["e3", "e4", "e5"]]);
    assert_eq!(
        said(&plan),
        ["user: text 0", "assistant: text 1", "assistant: text 3", "user: text 4", "assistant: text 5"]
    );
    assert_eq!((plan.runs[1].of.0, plan.head), (3, ann.handle.head()));
    assert_eq!(targets(&World::default().user().plan()), Vec::<Vec<&str>>::new());
}

#[test]
fn the_last_entries_stay_if_that_is_asked_for() {
    let (_, ann) = talk(6);
    let keep =
        |preserve_recent| ann.try_plan(CompressOptions { preserve_recent, ..CompressOptions::default() }).unwrap();
    assert_eq!(targets(&keep(1)), [vec!["e0", "e1", "e2", "e3", "e4", "e5"]]);
    assert_eq!(targets(&keep(4)), [vec!["e0", "e1", "e2"]]);
    assert_eq!(targets(&keep(u32::MAX)), Vec::<Vec<&str>>::new());
}

#[test]
fn what_is_summarised_reads_as_the_model_reads_it_now() {
    let (_, ann) = talk(4);
    ann.edit("e1", assistant("corrected"));
    ann.skip("e2");
    ann.delete("e3");
    let plan = ann.plan();
    assert_eq!(said(&plan), ["user: text 0", "assistant: corrected"]);
    assert_eq!(targets(&plan), [vec!["e0", "e1"]]);
}

#[test]
fn a_range_with_an_edited_instruction_is_compressed_around_it() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    ann.commit("rule", instruction(Some("rule"), "Be kind."));
    ann.commit("b", assistant("two"));
    ann.commit("rule2", instruction(Some("rule"), "Be terse."));
    ann.edit("rule", instruction(Some("rule"), "Be very kind."));
    ann.commit("c", assistant("three"));
    ann.commit("q", user("four"));
    let from_to =
        CompressOptions { from: Some("a".to_owned()), to: Some("c".to_owned()), ..CompressOptions::default() };
    let plan = ann.try_plan(from_to).unwrap();
    // The later one stands in the place of the first, and nothing stands between b and c.
    assert_eq!(targets(&plan), [vec!["a"], vec!["b", "c"]]);
    let runs: Vec<(&str, &str, Vec<&str>)> = plan
        .runs
        .iter()
        .zip(["s1", "s2"])
        .map(|(run, id)| (id, "In short", run.targets.iter().map(String::as_str).collect()))
        .collect();
    let runs: Vec<(&str, &str, &[&str])> =
        runs.iter().map(|(id, text, targets)| (*id, *text, targets.as_slice())).collect();
    ann.try_compact(&runs).unwrap();
    assert_eq!(ann.shows()[0], "system: Be terse.");
    // Of normal priority, an instruction with a name stays all the same: others take its place.
    ann.annotate("rule", varve::model::annotation::Priority::Normal);
    assert!(targets(&ann.plan()).concat().iter().all(|id| !id.starts_with("rule")));
}

#[test]
fn steps_go_whole_or_stay_whole() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    ann.commit("call", calls(&["c1", "c2"]));
    ann.commit("r1", results(&["c1"]));
    ann.commit("b", user("two"));
    ann.commit("r2", results(&["c2"]));
    ann.commit("c", assistant("three"));
    // The second result stands in the current turn, and so does its step.
    assert_eq!(targets(&ann.plan()), [vec!["a"]]);
    ann.commit("q", user("four"));
    assert_eq!(targets(&ann.plan()), [vec!["a", "call", "r1", "b", "r2", "c"]]);
    ann.pin("r1");
    assert_eq!(targets(&ann.plan()), [vec!["a"], vec!["b", "c"]]);
    let to = CompressOptions { to: Some("r1".to_owned()), ..CompressOptions::default() };
    assert_eq!(targets(&ann.try_plan(to.clone()).unwrap()), [vec!["a"]]);
    ann.undo().unwrap();
    assert_eq!(targets(&ann.try_plan(to).unwrap()), [vec!["a"]], "the step reaches beyond the range");
}

#[test]
fn steps_that_share_a_message_of_results_go_together() {
    let world = World::default();
    let ann = world.user();
    ann.commit("one", calls(&["c1"]));
    ann.commit("kept", user("between"));
    ann.commit("two", calls(&["c2"]));
    ann.commit("both", results(&["c1", "c2"]));
    ann.commit("q", user("q"));
    assert_eq!(targets(&ann.plan()), [vec!["one", "kept", "two", "both"]]);
    ann.pin("kept");
    assert_eq!(targets(&ann.plan()), Vec::<Vec<&str>>::new(), "one summary cannot stand in two places");
    ann.undo().unwrap();
    let plan = ann.plan();
    let ids: Vec<&str> = plan.runs[0].targets.iter().map(String::as_str).collect();
    ann.compact("s", "In short", &ids);
    assert_eq!(ann.plain().compiled.warnings, Vec::<Value>::new());
}

#[test]
fn earlier_summaries_are_extended_and_their_facts_handed_on() {
    let (_, ann) = talk(4);
    let first = json!({ "contentType": "summary", "text": "First", "facts": ["order: 4711"],
        "of": { "count": 7, "first": 5, "last": 9 } });
    let run = varve::repo::Compaction {
        id: Some("s1".to_owned()),
        targets: vec!["e0".to_owned(), "e1".to_owned()],
        basis: Vec::new(),
        payload: first,
        generation: None,
    };
    block_on(ann.handle.compact(vec![run], None, &nothing())).unwrap();
    let plan = ann.plan();
    let run = &plan.runs[0];
    assert_eq!(targets(&plan), [vec!["s1", "e2", "e3"]]);
    assert_eq!(said(&plan), ["user: text 2", "assistant: text 3"], "the summary before is not a message");
    assert_eq!((run.extends.clone(), run.texts.clone()), (vec!["s1".to_owned()], vec!["First".to_owned()]));
    assert_eq!((run.facts.clone(), run.of), (vec!["order: 4711".to_owned()], (9, 5, START)));
    ann.compact("s2", "Second", &["s1", "e2", "e3"]);
    assert_eq!(targets(&ann.plan()), Vec::<Vec<&str>>::new(), "a summary alone is not summarised again");
}

#[test]
fn what_is_named_and_cannot_go_is_an_error_that_says_why() {
    let (_, ann) = talk(4);
    ann.commit("call", calls(&["c1"]));
    ann.commit("r", results(&["c1"]));
    ann.commit("orphan", results(&["c9"]));
    ann.commit("q2", user("now"));
    ann.pin("e0");
    ann.skip("e1");
    let refused = |id: &str, part: &str| match *ann.try_plan(ids(&[id])).unwrap_err() {
        Error::EditTarget { id: named, reason } => assert!(named == id && reason.contains(part), "{id}: {reason}"),
        other => panic!("{id}: {other:?}"),
    };
    refused("e0", "pinned");
    refused("e1", "skipped");
    refused("q2", "current turn");
    refused("call", "name those as well");
    refused("orphan", "a call that is not there");
    refused("nothing", "no such entry");
    assert_eq!(targets(&ann.try_plan(ids(&["r", "e2", "call"])).unwrap()), [vec!["e2"], vec!["call", "r"]]);
    assert_eq!(targets(&ann.try_plan(ids(&[])).unwrap()), Vec::<Vec<&str>>::new());
    let from = CompressOptions { from: Some("nothing".to_owned()), ..CompressOptions::default() };
    assert_eq!(ann.try_plan(from).unwrap_err().code(), "EditTarget");
    let swapped =
        CompressOptions { from: Some("e3".to_owned()), to: Some("e2".to_owned()), ..CompressOptions::default() };
    assert_eq!(targets(&ann.try_plan(swapped).unwrap()), Vec::<Vec<&str>>::new());
}

#[test]
fn the_figures_are_those_of_the_compiles_before_and_after() {
    let world = World::default();
    let ann = world.user();
    ann.commit_with(reasoning("why"), CommitOptions { turn: Some("t".to_owned()), ..named("why") });
    ann.commit_with(calls(&["c1"]), CommitOptions { turn: Some("t".to_owned()), ..named("call") });
    ann.commit("r", results(&["c1"]));
    ann.commit("open", calls(&["c2"]));
    ann.commit("a", assistant("a longer text of several words"));
    ann.commit("q", user("q"));
    let figures = block_on(ann.handle.plan_compress(&CompressOptions::default())).unwrap();
    assert!(figures.runs[0].messages.is_empty());
    assert_eq!(figures.tokens, ann.plain().tokens());
    let all: Vec<&str> = figures.runs[0].targets.iter().map(String::as_str).collect();
    assert_eq!(all, ["why", "call", "r", "open", "a"]);
    ann.compact("s", "In short", &all);
    let block = "<summary of=\"2 entries\">\nIn short\n</summary>".len().div_ceil(4) as u64;
    assert_eq!(ann.plain().tokens(), figures.tokens - figures.runs[0].tokens + block);
}

#[test]
fn a_plan_tells_what_of_the_cached_prefix_would_be_lost() {
    let (_, ann) = talk(4);
    ann.pin("e0");
    assert_eq!(ann.plan().lost, 0, "nothing was sent");
    let reading = ann.plain();
    let sent = SentRecord {
        digest: reading.compiled.digest.clone(),
        estimate: reading.tokens(),
        head: None,
        input: None,
        model: "m".to_owned(),
        output: None,
        raw: None,
        response_id: None,
    };
    block_on(ann.handle.sent(sent, &nothing())).unwrap();
    let costs: Vec<u64> = reading.values().into_iter().map(cost).collect();
    assert_eq!(ann.plan().lost, costs[1..].iter().sum::<u64>());
    assert_eq!(ann.try_plan(ids(&["e3"])).unwrap().lost, costs[3..].iter().sum::<u64>());
}

#[test]
fn a_plan_never_writes_and_needs_a_branch() {
    let (world, ann) = talk(2);
    let before = world.journal_length();
    block_on(ann.handle.plan_compress(&CompressOptions { messages: Messages::Read, ..ids(&["e0"]) })).unwrap();
    assert_eq!(world.journal_length(), before);
    assert_eq!(ann.at("HEAD").try_plan(CompressOptions::default()).unwrap_err().code(), "RefProtected");
}

#[test]
fn a_result_that_comes_after_its_call_was_compressed_is_left_out_and_told() {
    let world = World::default();
    let ann = world.user();
    ann.commit("call", calls(&["c1"]));
    ann.commit("q", user("q"));
    let plan = ann.plan();
    assert_eq!(targets(&plan), [vec!["call"]]);
    ann.compact("s", "In short", &["call"]);
    ann.commit("late", results(&["c1"]));
    let reading = ann.plain();
    assert_eq!(reading.brief(), ["user: <summary of=\"2 entries\">\nIn short\n</summary> | q"]);
    assert_eq!(reading.compiled.warnings, [json!({ "kind": "step-hidden", "entries": ["call", "late"] })]);
}

#[test]
fn what_is_skipped_stays_where_it_is_one_message_with_what_goes() {
    let world = World::default();
    let ann = world.user();
    let of_turn = |id: &str| CommitOptions { turn: Some("t".to_owned()), ..named(id) };
    ann.commit("a", user("a question"));
    ann.commit_with(assistant("said"), of_turn("b"));
    ann.commit_with(assistant("said and skipped"), of_turn("c"));
    ann.commit_with(assistant("said as well"), of_turn("d"));
    ann.commit("q", user("and now?"));
    ann.skip("c");
    let plan = ann.plan();
    assert_eq!(targets(&plan), [["a", "b", "d"]]);
    ann.compact("s", "In short", &["a", "b", "d"]);
    assert_eq!(ann.get("c").unwrap()["status"], json!("live"));
    assert_eq!(ann.shows().len(), 1);
}
