//! What becomes of a proposal: who may take which step, and what makes it stale.

use varve::error::{Error, Result};
use varve::json;
use varve::json::{Map, Value};
use varve::model::annotation::Priority;
use varve::ops::Input;
use varve::repo::{Compaction, Guard, NewProposal};

use super::support::*;
use super::{log, world};

fn proposal(entries: &[&str]) -> NewProposal {
    let mut body = Map::new();
    body.insert("action", json!({ "type": "annotate", "entries": [{ "id": "a", "priority": "pinned" }] }));
    NewProposal {
        policy: Some("tidy".to_owned()),
        body,
        entries: entries.iter().map(|id| (*id).to_owned()).collect(),
        ..NewProposal::default()
    }
}

fn propose(user: &User, entries: &[&str]) -> String {
    block_on(user.handle.propose(proposal(entries))).unwrap()
}

fn settle(user: &User, id: &str, to: &str) -> Result<()> {
    block_on(user.handle.settle(id, None, to, Map::new(), None))
}

fn execute(user: &User, id: &str) -> Result<()> {
    let pin = Input::Annotate { target: "a".into(), priority: Priority::Pinned, reason: None };
    let guard = Guard { proposal: Some(id.to_owned()), ..Guard::default() };
    block_on(user.handle.act("annotate", guard, vec![pin])).map(drop)
}

fn state(user: &User, id: &str) -> Value {
    block_on(user.handle.proposal(id)).unwrap().unwrap()["state"].clone()
}

fn code(result: Result<()>) -> &'static str {
    result.map_err(|error: Box<Error>| error.code()).unwrap_err()
}

#[test]
fn a_proposal_is_there_with_what_it_would_do_after_a_restart_in_every_state() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    let shown = block_on(world.user().handle.proposal(&id)).unwrap().unwrap();
    assert_eq!(shown["action"]["entries"][0]["id"], json!("a"));
    assert_eq!(
        (&shown["state"], &shown["policy"], &shown["kind"]),
        (&json!("pending"), &json!("tidy"), &json!("annotate"))
    );
    settle(&world.user(), &id, "approved").unwrap();
    assert_eq!(state(&world.user(), &id), json!("approved"));
    execute(&world.user(), &id).unwrap();
    let late = world.user();
    assert_eq!(state(&late, &id), json!("executed"));
    assert_eq!(late.get("a").unwrap()["priority"], json!("pinned"));
    let rows: Vec<_> = log(&late).into_iter().map(|(outcome, ..)| outcome).collect();
    assert_eq!(rows, ["proposed", "approved", "executed"]);
}

#[test]
fn of_two_processes_that_approve_one_wins_and_the_effect_happens_once() {
    let world = world();
    let (ann, ben) = (world.user(), world.user());
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    ben.catch_up();
    settle(&ann, &id, "approved").unwrap();
    assert_eq!(code(settle(&ben, &id, "approved")), "StaleProposal");
    execute(&ann, &id).unwrap();
    assert_eq!(code(execute(&ann, &id)), "StaleProposal", "an approval is used once");
    assert_eq!(code(execute(&ben, &id)), "StaleProposal");
    assert_eq!(ann.handle.annotations("a").unwrap().as_array().unwrap().len(), 1);
}

#[test]
fn growth_leaves_a_proposal_fresh_and_what_it_rests_on_makes_it_stale() {
    type Change = fn(&User);
    let changes: [(Change, &str); 4] = [
        (|user| _ = user.edit("a", assistant("other")), "edited"),
        (|user| user.annotate("a", Priority::Skip), "priority"),
        (|user| _ = user.delete("a"), "not in the view"),
        (|_| (), ""),
    ];
    for (change, reason) in changes {
        let world = world();
        let ann = world.user();
        ann.commit("a", user("hello"));
        let id = propose(&ann, &["a"]);
        ann.commit("later", user("the branch grows"));
        change(&ann);
        let approved = settle(&ann, &id, "approved");
        if reason.is_empty() {
            approved.unwrap();
        } else {
            let error = approved.unwrap_err();
            assert!(error.code() == "StaleProposal" && error.to_string().contains(reason), "{error}");
        }
    }
}

#[test]
fn a_change_between_approval_and_effect_stops_the_effect() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    settle(&ann, &id, "approved").unwrap();
    ann.edit("a", user("something else"));
    assert_eq!(code(execute(&ann, &id)), "StaleProposal");
    assert_eq!(ann.get("a").unwrap()["priority"], json!("normal"));
}

#[test]
fn what_is_approved_is_what_was_shown() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    let shown = block_on(ann.handle.proposal(&id)).unwrap().unwrap()["body"].as_str().unwrap().to_owned();
    let other = json!({ "type": "annotate", "entries": [{ "id": "a", "priority": "skip" }] });
    let mut body = Map::new();
    body.insert("action", other.clone());
    let edited = NewProposal { body, ..proposal(&["a"]) };
    block_on(ann.handle.settle(&id, Some(&shown), "pending", Map::new(), Some(edited))).unwrap();
    let approve = |body: &str| block_on(ann.handle.settle(&id, Some(body), "approved", Map::new(), None));
    assert_eq!(code(approve(&shown)), "StaleProposal");
    let now = block_on(ann.handle.proposal(&id)).unwrap().unwrap();
    assert_eq!(now["action"], other);
    approve(now["body"].as_str().unwrap()).unwrap();
}

#[test]
fn a_proposal_that_nobody_answers_expires() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let expires_at = Some(START + 1000);
    let id = block_on(ann.handle.propose(NewProposal { expires_at, ..proposal(&["a"]) })).unwrap();
    world.clock.advance(999);
    assert_eq!(state(&ann, &id), json!("pending"));
    world.clock.advance(1);
    assert_eq!(state(&ann, &id), json!("expired"));
    assert_eq!(code(settle(&ann, &id, "approved")), "StaleProposal");
}

#[test]
fn gc_keeps_what_is_proposed_until_it_is_settled() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    let gc = || {
        world.clock.advance(1);
        let older_than = Some(varve::repo::Environment::now(&*world.clock));
        block_on(ann.handle.gc(&varve::repo::GcOptions { older_than, ..Default::default() })).unwrap().objects
    };
    assert_eq!(gc(), 0);
    settle(&ann, &id, "approved").unwrap();
    assert_eq!(gc(), 0);
    execute(&ann, &id).unwrap();
    assert_eq!(gc(), 1);
    let left = block_on(ann.handle.proposal(&id)).unwrap().unwrap();
    assert_eq!((&left["state"], left.get("action")), (&json!("executed"), None));
}

#[test]
fn one_proposal_of_a_policy_waits_at_a_time() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    assert_eq!(block_on(ann.handle.propose(proposal(&["a"]))).unwrap_err().code(), "Conflict");
    settle(&ann, &id, "rejected").unwrap();
    let next = propose(&ann, &["a"]);
    assert_eq!(ann.handle.proposals(&["pending".to_owned()], None, 10), std::slice::from_ref(&next));
    assert_eq!(ann.handle.proposals(&[], None, 10), [next.clone(), id.clone()]);
    assert_eq!(ann.handle.proposals(&[], Some(&next), 10), [id]);
}

#[test]
fn nothing_is_approved_while_policies_rest() {
    let world = world();
    let (ann, ben) = (world.user(), world.user());
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    ben.catch_up();
    block_on(ann.handle.pause_policies(Some("stop"), &nothing())).unwrap();
    assert_eq!(code(settle(&ben, &id, "approved")), "PolicyPaused");
    assert_eq!(state(&ben, &id), json!("pending"));
}

#[test]
fn what_is_proposed_can_be_undone_once_it_is_done_and_the_proposal_stays_executed() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let id = propose(&ann, &["a"]);
    execute(&ann, &id).unwrap();
    let operation = block_on(ann.handle.proposal(&id)).unwrap().unwrap()["operation"].as_str().unwrap().to_owned();
    block_on(ann.handle.undo(Some(&operation), &nothing())).unwrap();
    assert_eq!(ann.get("a").unwrap()["priority"], json!("normal"));
    assert_eq!(state(&ann, &id), json!("executed"));
}

#[test]
fn there_is_no_proposal_on_what_is_not_there() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    assert_eq!(block_on(ann.handle.propose(proposal(&["b"]))).unwrap_err().code(), "EditTarget");
    assert_eq!(code(settle(&ann, "nobody", "approved")), "ProposalNotFound");
    assert_eq!(block_on(ann.handle.proposal("nobody")).unwrap(), None);
}

#[test]
fn a_proposal_is_about_its_branch_wherever_the_handle_stands() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    ann.commit("q", user("and now?"));
    let id = propose(&ann, &["a"]);
    ann.branch("other").unwrap();
    ann.handle.switch_to("other").unwrap();
    ann.edit("a", assistant("something else here"));
    settle(&ann, &id, "approved").unwrap();
    let targets = vec!["a".to_owned()];
    let run = Compaction { id: None, targets, basis: Vec::new(), payload: summary("In short"), generation: None };
    let guard = Guard { proposal: Some(id), ..Guard::default() };
    block_on(ann.handle.compact(vec![run], Some(guard), &nothing())).unwrap();
    assert_eq!(ann.shows(), ["assistant: something else here", "user: and now?"]);
    ann.handle.switch_to("main").unwrap();
    assert_eq!(ann.shows(), ["user: <summary of=\"2 entries\">\nIn short\n</summary> | and now?"]);
}

#[test]
fn a_policy_proposes_again_once_its_proposal_has_expired() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    let first = NewProposal { expires_at: Some(START + 1000), ..proposal(&["a"]) };
    block_on(ann.handle.propose(first)).unwrap();
    world.clock.advance(999);
    assert_eq!(block_on(ann.handle.propose(proposal(&["a"]))).unwrap_err().code(), "Conflict");
    world.clock.advance(1);
    let next = propose(&ann, &["a"]);
    assert_eq!(ann.handle.proposals(&["pending".to_owned()], None, 10), [next]);
}
