//! What people read on a screen: pages, edits, alternatives; and the commits that go on from one.

use varve::json;
use varve::json::Value;
use varve::repo::CommitOptions;

use crate::support::*;

fn transcript(user: &User, branch: Option<&str>, before: Option<&str>, limit: usize) -> Value {
    varve::json::parse(&block_on(user.handle.transcript(branch, before, limit)).unwrap()).unwrap()
}

fn ids(page: &Value) -> Vec<&str> {
    page["entries"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

fn row<'a>(page: &'a Value, id: &str) -> &'a Value {
    page["entries"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()
}

#[test]
fn pages_come_newest_first_each_in_reading_order() {
    let ann = World::default().user();
    for number in 0..7 {
        ann.commit(&format!("e{number}"), user("x"));
    }
    ann.delete("e5");
    let first = transcript(&ann, None, None, 3);
    assert_eq!((ids(&first), first["cursor"].as_str()), (vec!["e3", "e4", "e6"], Some("e3")));
    ann.commit("e7", user("x"));
    ann.delete("e3"); // the cursor holds though its entry is gone
    let second = transcript(&ann, None, Some("e3"), 2);
    assert_eq!((ids(&second), second["cursor"].as_str()), (vec!["e1", "e2"], Some("e1")));
    let last = transcript(&ann, None, Some("e1"), 2);
    assert_eq!((ids(&last), last.get("cursor")), (vec!["e0"], None));
    assert_eq!(ids(&transcript(&ann, None, Some("e0"), 2)), [""; 0]);
    assert_eq!(ids(&transcript(&ann, None, None, 0)), ["e7"], "a page has an entry at least");
}

#[test]
fn a_repository_without_entries_has_an_empty_transcript() {
    assert_eq!(transcript(&World::default().user(), None, None, 10), json!({ "entries": [] }));
}

#[test]
fn an_entry_reads_as_it_was_edited_and_stays_what_it_was() {
    let world = World::default();
    let ann = world.user();
    let options = CommitOptions {
        metadata: json!({ "seen": true }).as_object().cloned(),
        generation: Some(json!({ "status": "complete", "usage": { "total": 3 } })),
        reply_to: Some("u".to_owned()),
        turn: Some("t".to_owned()),
        labels: vec!["good".to_owned()],
        ..named("a")
    };
    ann.commit("u", user("one"));
    ann.commit_with(assistant("first"), options);
    world.clock.advance(1000);
    let hash = ann.edit("a", assistant("first, corrected"));
    ann.pin("a");
    let page = transcript(&ann, None, None, 10);
    let expected = json!({
        "id": "a", "hash": hash.to_hex(), "contentType": "message", "payload": assistant("first, corrected"),
        "role": "assistant", "createdAt": START, "tokenCount": 4, "priority": "pinned", "turn": "t", "replyTo": "u",
        "metadata": { "seen": true }, "labels": ["good"],
        "generation": { "status": "complete", "usage": { "total": 3 } }, "status": "complete",
        "usage": { "total": 3 }, "edited": true,
    });
    assert_eq!(row(&page, "a"), &expected);
    assert_eq!(row(&page, "u").get("edited"), None);
}

#[test]
fn what_a_stream_saved_on_its_way_is_no_edit() {
    let ann = World::default().user();
    let with = |id: Option<&str>, status: &str| CommitOptions {
        id: id.map(str::to_owned),
        generation: Some(json!({ "status": status })),
        ..nothing()
    };
    ann.commit_with(assistant("fir"), with(Some("a"), "streaming"));
    assert_eq!(row(&transcript(&ann, None, None, 1), "a")["status"], "streaming");
    block_on(ann.handle.edit("a", assistant("first"), &with(None, "aborted"))).unwrap();
    let page = transcript(&ann, None, None, 1);
    assert_eq!((row(&page, "a")["status"].as_str(), row(&page, "a").get("edited")), (Some("aborted"), None));
}

#[test]
fn what_was_compacted_is_listed_with_its_summary_and_what_was_erased_without_payload() {
    let world = World::default();
    let ann = world.user();
    for id in ["a", "b", "c"] {
        ann.commit(id, user(id));
    }
    journal::compact(&world, &ann, "s", "In short", &["a", "b"]);
    let page = transcript(&ann, None, None, 10);
    assert_eq!(ids(&page), ["s", "a", "b", "c"]);
    assert_eq!(
        (row(&page, "s")["contentType"].as_str(), row(&page, "b")["compactedInto"].as_str()),
        (Some("summary"), Some("s"))
    );
    ann.revert("s").ok();
    let hash = varve::model::content::Payload::parse(user("c")).unwrap().hash;
    block_on(ann.handle.erase(&hash.to_hex(), "asked to", &nothing())).unwrap();
    assert_eq!(row(&transcript(&ann, None, None, 10), "c")["payload"], Value::Null);
}

#[test]
fn siblings_are_the_entries_behind_the_same_entry_on_whichever_branch() {
    let world = World::default();
    let ann = world.user();
    ann.commit("u", user("one"));
    ann.commit("a", assistant("first"));
    assert_eq!(row(&transcript(&ann, None, None, 9), "a").get("siblings"), None);
    block_on(ann.handle.regenerate("a".to_owned(), &nothing())).unwrap();
    ann.edit("u", user("uno")); // adds no entry, and is skipped
    ann.commit("b", assistant("second"));
    block_on(ann.handle.regenerate("b".to_owned(), &nothing())).unwrap();
    ann.commit("c", assistant("third"));
    for (reader, at) in [(&ann, "live"), (&world.user(), "opened anew")] {
        let page = transcript(reader, None, None, 9);
        assert_eq!(row(&page, "c")["siblings"], json!({ "ids": ["a", "b", "c"], "index": 2 }), "{at}");
        assert_eq!(row(&page, "u").get("siblings"), None, "{at}");
    }
    ann.undo().unwrap();
    ann.commit("d", assistant("fourth"));
    let page = transcript(&ann, None, None, 9);
    assert_eq!(row(&page, "d")["siblings"], json!({ "ids": ["a", "b", "d"], "index": 2 }), "c is on no branch");
    block_on(ann.handle.select_sibling("a".to_owned(), &nothing())).unwrap();
    let page = transcript(&ann, None, None, 9);
    assert_eq!(row(&page, "a")["siblings"], json!({ "ids": ["a", "b", "d"], "index": 0 }));
}

#[test]
fn other_branches_are_read_by_name_and_what_is_not_there_is_told() {
    let ann = World::default().user();
    ann.commit("a", user("a"));
    ann.branch("side").unwrap();
    ann.commit("b", user("b"));
    assert_eq!(ids(&transcript(&ann, Some("side"), None, 9)), ["a"]);
    let code = |branch, before| block_on(ann.handle.transcript(branch, before, 9)).unwrap_err().code();
    assert_eq!(code(Some("nowhere"), None), "CommitNotFound");
    assert_eq!(code(None, Some("nobody")), "EditTarget");
    assert_eq!(code(Some("side"), Some("b")), "EditTarget");
}

#[test]
fn children_go_on_from_a_commit() {
    let ann = World::default().user();
    let a = ann.commit("a", user("a"));
    let b = ann.commit("b", user("b"));
    block_on(ann.handle.reset("a", &nothing())).unwrap();
    let c = ann.commit("c", user("c"));
    let hashes = |reference: &str| -> Vec<String> {
        let rows = ann.handle.children(reference).unwrap();
        rows.as_array().unwrap().iter().map(|row| row["hash"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(hashes("a"), [b.to_hex(), c.to_hex()]);
    assert_eq!(hashes(&a.to_hex()), hashes("a"));
    let edit = ann.edit("a", user("A"));
    assert_eq!(hashes("c"), [edit.to_hex()]);
    assert_eq!(hashes("a"), [""; 0], "its newest commit is the edit");
    assert_eq!(ann.handle.children("nobody").unwrap_err().code(), "CommitNotFound");
}
