//! Settings of a repository, what must hold for an operation, rows of logs that ride along.

use std::rc::Rc;

use varve::hash::ContentHash;
use varve::json;
use varve::json::Value;
use varve::model::annotation::Priority;
use varve::model::commit::Author;
use varve::model::log::LogRow;
use varve::model::object::Object;
use varve::ops::{Group, Input, Requirement, Setting};
use varve::repo::{CommitOptions, Environment, GcOptions};
use varve::store::logs::LogQuery;

use crate::support::*;

fn set(name: &str, value: Value) -> Input {
    Input::Set(Setting { name: name.to_owned(), value: Some(value), objects: Vec::new() })
}

fn group(inputs: Vec<Input>) -> Input {
    let author = Some(Author { kind: "policy".to_owned(), name: Some("tidy".to_owned()) });
    Input::Batch(Group { kind: "tidy", author, inputs, planned: Default::default() })
}

fn perform(user: &User, input: Input) -> Result<varve::repo::Done, Box<varve::error::Error>> {
    block_on(user.handle.perform(input, &CommitOptions::default()))
}

fn setting(user: &User, name: &str) -> Option<Value> {
    user.handle.repository().read(|state| state.note(None, name).cloned())
}

#[test]
fn a_setting_is_there_after_a_restart_and_no_part_of_what_lists_show() {
    let world = World::default();
    let ann = world.user();
    perform(&ann, set("policyMode", json!("manual"))).unwrap();
    let ben = world.user();
    assert_eq!(setting(&ben, "policyMode"), Some(json!("manual")));
    let status = block_on(ben.handle.status()).unwrap();
    assert_eq!(status.get("policyMode"), None);
}

#[test]
fn undo_brings_back_a_setting_and_leaves_what_became_of_a_proposal() {
    let world = World::default();
    let ann = world.user();
    perform(&ann, set("policyMode", json!("manual"))).unwrap();
    let both = vec![set("policyMode", json!("autonomous")), set("proposal/p", json!({ "state": "executed" }))];
    perform(&ann, group(both)).unwrap();
    ann.undo().unwrap();
    assert_eq!(setting(&ann, "policyMode"), Some(json!("manual")));
    assert_eq!(setting(&ann, "proposal/p"), Some(json!({ "state": "executed" })));
}

#[test]
fn nothing_of_a_group_happens_where_one_requirement_does_not_hold() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let pin = || Input::Annotate { target: "a".to_owned(), priority: Priority::Pinned, reason: None };
    let seen = json!({ "state": "pending" });
    let proposal = |value: &Value| Requirement::Proposal { id: "p".to_owned(), value: Some(value.clone()) };
    perform(&ann, set("proposal/p", seen.clone())).unwrap();
    perform(&ann, set("proposal/p", json!({ "state": "rejected" }))).unwrap();
    let stale = perform(&ann, group(vec![pin(), Input::Require(proposal(&seen))])).unwrap_err();
    assert_eq!(stale.code(), "StaleProposal");
    assert!(stale.to_string().contains("rejected"), "{stale}");

    perform(&ann, set("policyPause", json!({ "reason": "night", "at": START }))).unwrap();
    let paused = perform(&ann, group(vec![pin(), Input::Require(Requirement::Unpaused)])).unwrap_err();
    assert_eq!((paused.code(), paused.details()), ("PolicyPaused", json!({ "reason": "night" })));
    assert_eq!(ann.get("a").unwrap()["priority"], json!("normal"));
}

#[test]
fn an_entry_must_be_there_and_say_and_weigh_what_it_did() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let content = ann.get("a").unwrap()["contentHash"].as_str().unwrap().parse().unwrap();
    let holds = || {
        let entry = Requirement::Entry { proposal: "p".into(), id: "a".into(), content, priority: Priority::Unset };
        perform(&ann, group(vec![Input::Require(entry)])).map_err(|error| error.to_string())
    };
    assert!(holds().is_ok());
    ann.commit("b", user("more"));
    assert!(holds().is_ok(), "the branch may grow");
    ann.annotate("a", Priority::Pinned);
    assert!(holds().unwrap_err().contains("priority"));
    ann.annotate("a", Priority::Unset);
    ann.edit("a", user("good day"));
    assert!(holds().unwrap_err().contains("edited"));
    ann.delete("a");
    assert!(holds().unwrap_err().contains("not in the view"));
}

#[test]
fn of_two_that_propose_at_once_one_is_told_that_a_proposal_waits() {
    let world = World::default();
    let (ann, ben) = (world.user(), world.user());
    let propose = |id: &str| {
        let waits = Requirement::NoneWaits { policy: "tidy".to_owned() };
        let value = json!({ "policy": "tidy", "state": "pending" });
        group(vec![Input::Require(waits), set(&format!("proposal/{id}"), value)])
    };
    perform(&ann, propose("one")).unwrap();
    assert_eq!(perform(&ben, propose("two")).unwrap_err().code(), "Conflict");
    assert_eq!(setting(&ben, "proposal/two"), None);
}

#[test]
fn what_a_group_makes_is_by_its_author() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("hello"));
    perform(&ann, group(vec![Input::Annotate { target: "a".into(), priority: Priority::Pinned, reason: None }]))
        .unwrap();
    let annotations = ann.handle.annotations("a").unwrap();
    assert_eq!(annotations[0]["author"], json!({ "kind": "policy", "name": "tidy" }));
}

#[test]
fn objects_that_a_setting_names_are_kept_from_gc_until_it_goes() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let bytes: Rc<[u8]> = b"the body of a proposal".as_slice().into();
    let hash = ContentHash::of(&bytes);
    let value = json!({ "state": "pending", "objects": [hash.to_hex()] });
    let object = Object { hash, bytes };
    perform(&ann, Input::Set(Setting { name: "proposal/p".into(), value: Some(value), objects: vec![object] }))
        .unwrap();
    let gc = |user: &User| {
        world.clock.advance(1);
        let options = GcOptions { older_than: Some(world.clock.now()), ..GcOptions::default() };
        block_on(user.handle.gc(&options)).unwrap().objects
    };
    assert_eq!(gc(&ann), 0);
    perform(&ann, Input::Set(Setting { name: "proposal/p".into(), value: None, objects: Vec::new() })).unwrap();
    assert_eq!(gc(&ann), 1);
}

#[test]
fn rows_of_logs_ride_with_the_operation_that_brings_them() {
    let world = World::default();
    let ann = world.user();
    let row = |text: &str| Input::Log(LogRow { log: "policy".into(), at: START, fields: text.into() });
    perform(&ann, group(vec![set("policyMode", json!("manual")), row(r#"{"n":1}"#)])).unwrap();
    perform(&ann, group(vec![row(r#"{"n":2}"#)])).unwrap();
    let query = LogQuery { since: None, until: None, filter: Vec::new(), limit: 10, reverse: false, cursor: None };
    let rows = block_on(world.store.read_log(&world.key(), "policy", &query)).unwrap().rows;
    assert_eq!(rows.iter().map(|(_, fields)| &**fields).collect::<Vec<_>>(), [r#"{"n":1}"#, r#"{"n":2}"#]);
}
