//! Branches, tags, HEAD of each handle, and what answers to a reference.

use varve::json;
use varve::ops::{Existing, Unmerged};

use crate::support::*;

fn story() -> (World, User, Vec<varve::hash::CommitHash>) {
    let world = World::default();
    let ann = world.user();
    let commits = ["a", "b", "c"].map(|id| ann.commit(id, user(id))).to_vec();
    (world, ann, commits)
}

#[test]
fn everything_that_names_a_commit_resolves_to_it() {
    let (_, ann, commits) = story();
    ann.tag("v1", "b", Existing::Keep).unwrap();
    ann.branch("side").unwrap();
    let hex = commits[1].to_hex();
    let cases = [
        (hex.as_str(), 1),
        (&hex[..12], 1),
        ("v1", 1),
        ("b", 1),
        ("HEAD~1", 1),
        ("main~1", 1),
        ("side~2", 0),
        ("c~~", 0),
        ("v1~", 0),
        ("HEAD~1~1", 0),
        ("HEAD", 2),
        ("main", 2),
        ("HEAD~0", 2),
    ];
    for (reference, commit) in cases {
        assert_eq!(ann.handle.resolve(reference), Ok(commits[commit]), "{reference}");
    }
    for missing in ["nowhere", "HEAD~3", "main~99999999999", "HEAD~x", "-", "ORIG_HEAD", "0000", &"0".repeat(64)] {
        assert_eq!(ann.handle.resolve(missing).unwrap_err().code(), "CommitNotFound", "{missing}");
    }
}

#[test]
fn an_entry_id_may_look_like_anything() {
    let ann = World::default().user();
    for id in ["a~b", "msg~1", "x^y", "päivä 1", "main2/.."] {
        let hash = ann.commit(id, user(id));
        assert_eq!(ann.handle.resolve(id), Ok(hash), "{id}");
        assert_eq!(ann.get(id).unwrap()["id"], json!(id));
    }
}

#[test]
fn an_ambiguous_prefix_lists_what_it_could_be() {
    let ann = World::default().user();
    let mut hashes: Vec<String> = Vec::new();
    let twins = loop {
        let hash = ann.commit(&format!("e{}", hashes.len()), user("x")).to_hex();
        if let Some(twin) = hashes.iter().find(|known| known[..4] == hash[..4]) {
            break [twin.clone(), hash];
        }
        hashes.push(hash);
    };
    let error = ann.handle.resolve(&twins[0][..4]).unwrap_err();
    assert_eq!(error.code(), "AmbiguousRef");
    assert_eq!(error.details()["candidates"], json!(twins));
    assert_eq!(ann.handle.resolve(&twins[0][..40]).unwrap().to_hex(), twins[0]);
}

#[test]
fn head_belongs_to_the_handle() {
    let (_, ann, commits) = story();
    let bob = ann.beside();
    ann.branch("side").unwrap();
    ann.handle.switch_to("side").unwrap();
    ann.commit("d", user("d"));
    assert_eq!(bob.handle.head(), Some(commits[2]));
    ann.handle.switch_to("-").unwrap();
    assert_eq!(ann.handle.branch().as_deref(), Some("main"));
    assert_eq!(ann.handle.resolve("-").unwrap(), ann.handle.resolve("side").unwrap());
    ann.handle.switch_to("-").unwrap();
    assert_eq!(ann.handle.branch().as_deref(), Some("side"));
    assert_eq!(ann.handle.switch_to("nowhere").unwrap_err().code(), "RefNotFound");
    assert_eq!(ann.handle.branch().as_deref(), Some("side"));
}

#[test]
fn a_detached_handle_reads_and_does_not_write() {
    let (_, ann, commits) = story();
    let past = ann.at("b");
    assert_eq!((past.handle.branch(), past.handle.head()), (None, Some(commits[1])));
    assert_eq!(past.shows(), ["user: a", "user: b"]);
    assert_eq!(past.try_commit("x", user("x")).unwrap_err().code(), "RefProtected");
    past.branch("from-b").unwrap();
    past.handle.switch_to("from-b").unwrap();
    past.commit("x", user("x"));
    assert_eq!(past.shows(), ["user: a", "user: b", "user: x"]);
    assert_eq!(ann.shows(), ["user: a", "user: b", "user: c"]);
}

#[test]
fn reset_moves_the_branch_and_remembers_where_it_was() {
    let (_, ann, commits) = story();
    block_on(ann.handle.reset("HEAD~2", &nothing())).unwrap();
    assert_eq!(ann.shows(), ["user: a"]);
    assert_eq!(ann.handle.resolve("ORIG_HEAD"), Ok(commits[2]));
    ann.commit("d", user("d"));
    block_on(ann.handle.reset("ORIG_HEAD", &nothing())).unwrap();
    assert_eq!(ann.shows(), ["user: a", "user: b", "user: c"]);
    assert_eq!(block_on(ann.handle.reset("nowhere", &nothing())).unwrap_err().code(), "CommitNotFound");
}

#[test]
fn branches_are_protected_where_something_would_be_lost() {
    let (_, ann, _) = story();
    let code = |result: Result<varve::repo::Done, Box<varve::error::Error>>| {
        result.map_or_else(|error| error.code(), |_| "ok")
    };
    ann.branch("side").unwrap();
    assert_eq!(code(ann.branch("side")), "RefExists");
    assert_eq!(code(ann.delete_branch("main", Unmerged::Delete)), "RefProtected");
    ann.handle.switch_to("side").unwrap();
    ann.commit("d", user("d"));
    assert_eq!(code(ann.delete_branch("side", Unmerged::Delete)), "RefProtected", "it is the current one");
    ann.handle.switch_to("main").unwrap();
    assert_eq!(code(ann.delete_branch("side", Unmerged::Keep)), "RefProtected", "it has a commit of its own");
    assert_eq!(code(ann.delete_branch("side", Unmerged::Delete)), "ok");
    assert_eq!(code(ann.delete_branch("side", Unmerged::Delete)), "RefNotFound");
    ann.branch("merged").unwrap();
    assert_eq!(code(ann.delete_branch("merged", Unmerged::Keep)), "ok");
}

#[test]
fn a_renamed_default_branch_is_where_new_handles_start() {
    let (world, ann, _) = story();
    block_on(ann.handle.rename_branch("main", "trunk", &nothing())).unwrap();
    assert_eq!(ann.handle.branch().as_deref(), Some("trunk"));
    ann.commit("d", user("d"));
    let bob = world.user();
    assert_eq!(bob.handle.branch().as_deref(), Some("trunk"));
    assert_eq!(bob.shows().len(), 4);
    assert_eq!(block_on(ann.handle.rename_branch("main", "x", &nothing())).unwrap_err().code(), "RefNotFound");
    ann.branch("side").unwrap();
    assert_eq!(block_on(ann.handle.rename_branch("side", "trunk", &nothing())).unwrap_err().code(), "RefExists");
}

#[test]
fn tags_are_unique_and_move_only_by_force() {
    let (_, ann, commits) = story();
    ann.tag("v1", "a", Existing::Keep).unwrap();
    assert_eq!(ann.tag("v1", "b", Existing::Keep).unwrap_err().code(), "RefExists");
    assert_eq!(ann.handle.tags(), json!([{ "name": "v1", "hash": commits[0].to_hex() }]));
    ann.tag("v1", "b", Existing::Move).unwrap();
    ann.tag("v1", "b", Existing::Keep).unwrap(); // it is so already
    assert_eq!(ann.handle.resolve("v1"), Ok(commits[1]));
    ann.commit("d", user("d"));
    assert_eq!(ann.handle.resolve("v1"), Ok(commits[1]), "tags do not move with commits");
}

#[test]
fn the_log_is_read_in_pages_newest_first() {
    let (_, ann, commits) = story();
    let page = ann.handle.history(None, 2).unwrap();
    let hashes = |page: &varve::json::Value| -> Vec<String> {
        page["commits"].as_array().unwrap().iter().map(|row| row["hash"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(hashes(&page), [commits[2].to_hex(), commits[1].to_hex()]);
    let cursor = page["cursor"].as_str().unwrap();
    let rest = ann.handle.history(Some(cursor), 2).unwrap();
    assert_eq!((hashes(&rest), rest.get("cursor")), (vec![commits[0].to_hex()], None));
}

#[test]
fn a_diff_names_what_came_went_and_changed() {
    let (_, ann, _) = story();
    ann.tag("before", "HEAD", Existing::Keep).unwrap();
    ann.edit("a", user("a and more"));
    ann.delete("b");
    ann.commit("d", user("four"));
    let diff = block_on(ann.handle.diff("before", "HEAD")).unwrap();
    let ids = |name: &str| -> Vec<String> {
        diff[name].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((ids("added"), ids("removed"), ids("changed")), (vec!["d".into()], vec!["b".into()], vec!["a".into()]));
    assert_eq!(
        diff["changed"][0]["words"],
        json!([{ "kind": "same", "text": "a" }, { "kind": "added", "text": " and more" }])
    );
    assert_eq!(diff["tokens"], json!(2 - 1 + 1));
    let back = block_on(ann.handle.diff("HEAD", "before")).unwrap();
    assert_eq!(back["tokens"], json!(-2));
}
