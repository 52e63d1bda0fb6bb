//! What each operation on entries does to the view: edits, deletes, reverts, compactions, merges.

use varve::json;
use varve::json::Value;

use crate::support::journal::{compact, merge};
use crate::support::*;

fn story() -> (World, User) {
    let world = World::default();
    let ann = world.user();
    for id in ["a", "b", "c"] {
        ann.commit(id, user(id));
    }
    (world, ann)
}

fn code<T>(result: Result<T, Box<varve::error::Error>>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn an_edit_keeps_the_place_and_may_change_the_type() {
    let (_, ann) = story();
    ann.edit("b", json!({ "contentType": "output", "format": "text", "text": "B" }));
    assert_eq!(ann.shows(), ["user: a", "assistant: B", "user: c"]);
    ann.edit("b", user("BB"));
    assert_eq!(ann.shows(), ["user: a", "user: BB", "user: c"]);
    assert_eq!(ann.get("b").unwrap()["payload"], user("BB"));
}

#[test]
fn history_is_never_rewritten() {
    let (world, ann) = story();
    let before = ann.handle.head().unwrap().to_hex();
    ann.edit("a", user("A"));
    ann.delete("b");
    compact(&world, &ann, "s", "In short", &["a", "c"]);
    assert_eq!(ann.shows(), ["user: <summary of=\"2 entries\">\nIn short\n</summary>"]);
    assert_eq!(ann.at(&before).shows(), ["user: a", "user: b", "user: c"]);
    assert_eq!(ann.compile(json!({ "asOf": before })).brief(), ["user: a", "user: b", "user: c"]);
}

#[test]
fn a_deleted_entry_leaves_the_view_and_a_revert_brings_it_back() {
    let (_, ann) = story();
    ann.edit("b", user("B"));
    let delete = ann.delete("b");
    assert_eq!(ann.shows(), ["user: a", "user: c"]);
    assert_eq!(ann.get("b").unwrap()["status"], "deleted");
    ann.revert(&delete.to_hex()).unwrap();
    assert_eq!(ann.shows(), ["user: a", "user: B", "user: c"]);
}

#[test]
fn of_active_edits_the_last_wins_and_reverts_can_be_reverted() {
    let (_, ann) = story();
    let first = ann.edit("b", user("1"));
    let second = ann.edit("b", user("2"));
    let shows = || ann.shows()[1].clone();
    let revert = ann.revert(&second.to_hex()).unwrap();
    assert_eq!(shows(), "user: 1");
    let back = ann.revert(&revert.to_hex()).unwrap();
    assert_eq!(shows(), "user: 2");
    ann.revert(&back.to_hex()).unwrap();
    assert_eq!(shows(), "user: 1");
    ann.revert(&first.to_hex()).unwrap();
    assert_eq!(shows(), "user: b");
}

#[test]
fn an_edit_under_a_later_one_can_be_reverted_and_shows_when_that_one_goes() {
    let (_, ann) = story();
    let first = ann.edit("b", user("1"));
    let second = ann.edit("b", user("2"));
    ann.revert(&first.to_hex()).unwrap();
    assert_eq!(ann.shows()[1], "user: 2");
    ann.revert(&second.to_hex()).unwrap();
    assert_eq!(ann.shows()[1], "user: b");
}

#[test]
fn what_is_not_in_the_view_cannot_be_a_target() {
    let (world, ann) = story();
    let edit = |id: &str| code(block_on(ann.handle.edit(id, user("x"), &nothing())));
    let delete = |id: &str| code(block_on(ann.handle.delete(id, &nothing())));
    assert_eq!((edit("nowhere"), delete("nowhere")), ("EditTarget", "EditTarget"));
    ann.delete("a");
    assert_eq!((edit("a"), delete("a")), ("EditTarget", "EditTarget"));
    compact(&world, &ann, "s", "In short", &["b"]);
    assert_eq!((edit("b"), delete("b")), ("EditTarget", "EditTarget"));
    let change = ann.edit("c", user("C"));
    assert_eq!(edit(&change.to_hex()), "EditTarget", "an edit is not an entry");
    ann.handle.switch_to("main").unwrap();
    let past = ann.handle.resolve("HEAD~6").ok();
    assert!(past.is_none());
    let side = ann.at("a");
    side.branch("side").unwrap();
    side.handle.switch_to("side").unwrap();
    assert_eq!(code(block_on(side.handle.edit("c", user("x"), &nothing()))), "EditTarget", "it is on another branch");
    assert_eq!(code(side.revert(&change.to_hex())), "EditTarget");
}

#[test]
fn only_what_did_something_can_be_reverted_and_once() {
    let (_, ann) = story();
    let append = ann.handle.resolve("a").unwrap().to_hex();
    assert_eq!(code(ann.revert(&append)), "EditTarget");
    assert_eq!(code(ann.revert("a")), "EditTarget");
    assert_eq!(code(ann.revert("nowhere")), "CommitNotFound");
    let edit = ann.edit("a", user("A")).to_hex();
    ann.revert(&edit).unwrap();
    assert_eq!(code(ann.revert(&edit)), "EditTarget");
}

#[test]
fn a_revert_names_what_is_built_upon_its_target() {
    let (world, ann) = story();
    let compaction = compact(&world, &ann, "s", "In short", &["a", "b"]);
    let edit = ann.edit("s", summary("Shorter"));
    let error = ann.revert(&compaction.to_hex()).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains(&edit.to_hex())), ("Conflict", true), "{error}");
    let second = compact(&world, &ann, "s2", "Shortest", &["s", "c"]);
    let error = ann.revert(&compaction.to_hex()).unwrap_err();
    assert!(error.to_string().contains(&second.to_hex()), "{error}");
    ann.revert(&second.to_hex()).unwrap();
    ann.revert(&edit.to_hex()).unwrap();
    ann.revert(&compaction.to_hex()).unwrap();
    assert_eq!(ann.shows(), ["user: a", "user: b", "user: c"]);
}

#[test]
fn a_summary_stands_where_the_first_compacted_entry_stood() {
    let world = World::default();
    let ann = world.user();
    for id in ["a", "b", "c", "d", "e"] {
        ann.commit(id, assistant(id));
    }
    ann.commit("q", user("q"));
    compact(&world, &ann, "s", "In short", &["d", "b"]);
    let order = |ann: &User| -> Vec<String> {
        ann.repository().read(|state| {
            let lineage = state.lineage(state.branch("main").flatten());
            lineage.slots().iter().map(|slot| state.entries(slot.entry).id.to_string()).collect()
        })
    };
    assert_eq!(order(&ann), ["a", "s", "b", "c", "d", "e", "q"]);
    assert_eq!(ann.shows().last().unwrap(), "user: <summary of=\"2 entries\">\nIn short\n</summary> | q");
    let system = ann.compile(json!({ "summaries": "system" })).brief();
    assert_eq!(system[1], "system: <summary of=\"2 entries\">\nIn short\n</summary>");
    assert_eq!(order(&world.user()), order(&ann));
}

#[test]
fn a_compacted_entry_says_when_and_into_what() {
    let (world, ann) = story();
    world.clock.advance(500);
    ann.commit("d", user("d"));
    let compaction = compact(&world, &ann, "s", "In short", &["a", "b"]);
    let got = ann.get("a").unwrap();
    let row = ann.get(&compaction.to_hex()).unwrap();
    assert_eq!(got["status"], "compacted");
    assert_eq!(got["compactedAt"], row["createdAt"]);
    assert_eq!((&got["compactedInto"], &got["compactedIntoVersion"]), (&json!("s"), &json!(5)));
    assert_eq!(ann.get("c").unwrap().get("compactedInto"), None);
    let before = ann.at("d");
    assert_eq!(before.get("a").unwrap()["status"], "live", "it is relative to where one stands");
    ann.revert("a").unwrap();
    assert_eq!(ann.get("a").unwrap()["status"], "live");
    assert_eq!(ann.shows(), ["user: a", "user: b", "user: c", "user: d"]);
    assert_eq!(ann.get("s").unwrap()["status"], "withdrawn");
}

#[test]
fn a_merge_reads_the_first_parent_first_and_each_entry_once() {
    let (world, ann) = story();
    ann.branch("side").unwrap();
    let bob = ann.at("side");
    bob.commit("s1", user("s1"));
    let second = bob.commit("s2", user("s2"));
    ann.commit("m1", user("m1"));
    merge(&world, &ann, second, &[]);
    ann.commit("end", user("end"));
    let expected = ["user: a", "user: b", "user: c", "user: m1", "user: s1", "user: s2", "user: end"];
    assert_eq!(ann.shows(), expected);
    assert_eq!(world.user().shows(), expected);
    let head = ann.get("HEAD").unwrap();
    assert_eq!(head["height"], json!(7), "the longest way");
}

#[test]
fn the_same_entry_on_both_sides_stands_where_it_came_first() {
    let (world, ann) = story();
    ann.branch("side").unwrap();
    let bob = ann.at("side");
    bob.commit("x", user("x"));
    let other = bob.commit("y", user("y"));
    ann.commit("z", user("z"));
    ann.commit("x", user("x"));
    merge(&world, &ann, other, &[]);
    assert_eq!(ann.shows(), ["user: a", "user: b", "user: c", "user: z", "user: x", "user: y"]);
}

#[test]
fn resolutions_of_a_merge_deactivate_the_losers() {
    for lost in ["ours", "theirs"] {
        let (world, ann) = story();
        ann.branch("side").unwrap();
        let bob = ann.at("side");
        let theirs = bob.edit("a", user("theirs"));
        let ours = ann.edit("a", user("ours"));
        merge(&world, &ann, theirs, &[("a", if lost == "ours" { ours } else { theirs })]);
        let wins = if lost == "ours" { "user: theirs" } else { "user: ours" };
        assert_eq!(ann.shows()[0], wins, "{lost} lost");
        assert_eq!(world.user().shows()[0], wins, "{lost} lost");
        let loser = if lost == "ours" { ours } else { theirs };
        assert_eq!(code(ann.revert(&loser.to_hex())), "EditTarget", "it is not active any more");
    }
}

#[test]
fn without_a_resolution_the_last_in_reading_order_wins() {
    let (world, ann) = story();
    ann.branch("side").unwrap();
    let bob = ann.at("side");
    let theirs = bob.edit("a", user("theirs"));
    ann.edit("a", user("ours"));
    merge(&world, &ann, theirs, &[]);
    assert_eq!(ann.shows()[0], "user: theirs");
}

#[test]
fn a_result_that_lost_a_merge_is_not_in_the_view() {
    let (world, ann) = story();
    ann.commit("call", calls(&["c1"]));
    ann.branch("side").unwrap();
    let bob = ann.at("side");
    let theirs = bob.commit("r-theirs", results(&["c1"]));
    ann.commit("r-ours", parts("tool", json!([result_part("c1", "ours")])));
    merge(&world, &ann, theirs, &[("r-theirs", theirs)]);
    assert_eq!(ann.plain().compiled.warnings, Vec::<Value>::new());
    assert_eq!(ann.shows()[3..], ["assistant: c1?", "tool: c1=ours"]);
    assert_eq!(world.user().shows(), ann.shows());
    assert_eq!(ann.get("r-theirs").unwrap()["status"], "withdrawn");
}

#[test]
fn a_compaction_that_lost_a_merge_gives_its_entries_back() {
    let (world, ann) = story();
    ann.branch("side").unwrap();
    let bob = ann.at("side");
    let theirs = compact(&world, &bob, "s", "In short", &["a", "b"]);
    ann.commit("d", user("d"));
    merge(&world, &ann, theirs, &[("s", theirs)]);
    assert_eq!(ann.shows(), ["user: a", "user: b", "user: c", "user: d"]);
    assert_eq!(world.user().shows(), ann.shows());
}

#[test]
fn entries_keep_their_identity_on_every_branch() {
    let (_, ann) = story();
    ann.branch("side").unwrap();
    let bob = ann.at("side");
    bob.edit("a", user("A"));
    ann.pin("a");
    assert_eq!((ann.shows()[0].as_str(), bob.shows()[0].as_str()), ("user: a", "user: A"));
    assert_eq!(bob.get("a").unwrap()["priority"], "pinned", "annotations hold wherever the entry appears");
}

#[test]
fn cumulative_tokens_are_the_parents_and_ones_own() {
    let (_, ann) = story();
    ann.edit("b", user("four letters"));
    ann.delete("c");
    let log = ann.handle.history(None, 10).unwrap();
    let sums: Vec<_> = log["commits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["tokenCount"].as_u64().unwrap(), row["cumulativeTokens"].as_u64().unwrap()))
        .collect();
    assert_eq!(sums, [(0, 6), (3, 6), (1, 3), (1, 2), (1, 1)]);
}
