//! Erasing: afterwards the payload is nowhere.

use std::cell::RefCell;
use std::rc::Rc;

use varve::error::Error;
use varve::hash::ContentHash;
use varve::json;
use varve::json::Value;
use varve::ops::{Input, Unmerged};
use varve::repo::{Erasure, GcOptions};
use varve::state::checkpoint;
use varve::store::{Bucket, MemoryBucket, MemoryStore, SingleKeyStore, Store};

use crate::support::faulty::{Fault, Faulty};
use crate::support::*;

const SECRET: &str = "the number of my card is 4711 0815";

fn hash_of(payload: Value) -> String {
    varve::model::content::Payload::parse(payload).unwrap().hash.to_hex()
}

fn secret() -> String {
    hash_of(user(SECRET))
}

fn try_erase(who: &User, hash: &str) -> Result<Erasure, Box<Error>> {
    block_on(who.handle.erase(hash, "asked for by ann", &nothing()))
}

fn erase(who: &User, hash: &str) -> Erasure {
    try_erase(who, hash).unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T, Box<Error>>) -> &'static str {
    result.unwrap_err().code()
}

fn stored(world: &World, hash: &str) -> bool {
    let hash: ContentHash = hash.parse().unwrap();
    block_on(world.store.read_objects(&world.key(), &[hash])).unwrap()[0].is_some()
}

#[test]
fn an_erased_payload_leaves_every_view_and_shows_its_mark() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("before"));
    ann.commit("b", user(SECRET));
    ann.commit("c", assistant("after"));
    assert_eq!(ann.shows().len(), 3);
    world.clock.advance(5);
    let erasure = erase(&ann, &secret());
    assert_eq!((erasure.entries, erasure.summaries), (vec!["b".to_owned()], Vec::new()));
    let reading = ann.plain();
    assert_eq!(reading.brief(), ["user: before", "assistant: after"]);
    assert_eq!(reading.compiled.warnings, [json!({ "kind": "erased", "entries": ["b"] })]);
    assert_eq!(ann.compile(json!({ "asOf": START })).brief(), ["user: before", "assistant: after"], "also in the past");
    assert_eq!(ann.compile(json!({ "strategy": "notes" })).brief(), Vec::<String>::new());
    let shown = ann.get("b").unwrap();
    assert_eq!(shown["payload"], Value::Null);
    assert_eq!(shown["erased"], json!({ "reason": "asked for by ann", "at": START + 5 }));
    let history = ann.handle.history(None, 10).unwrap();
    assert_eq!(history["commits"][1]["erased"]["reason"], "asked for by ann");
    let status = block_on(ann.handle.status()).unwrap();
    assert_eq!((&status["entries"], &status["erased"]), (&json!(2), &json!(1)));
    assert_eq!(world.user().shows(), ["user: before", "assistant: after"]);
}

#[test]
fn the_whole_step_of_an_erased_entry_is_left_out() {
    let world = World::default();
    let ann = world.user();
    ann.commit("q", user("look it up"));
    ann.commit("call", calls(&["c1"]));
    ann.commit("result", results(&["c1"]));
    ann.commit("z", assistant("done"));
    let hash = ann.get("result").unwrap()["contentHash"].as_str().unwrap().to_owned();
    erase(&ann, &hash);
    assert_eq!(ann.shows(), ["user: look it up", "assistant: done"]);
    let warnings = ann.plain().compiled.warnings;
    assert!(warnings.contains(&json!({ "kind": "step-hidden", "entries": ["call", "result"] })), "{warnings:?}");
    assert!(warnings.contains(&json!({ "kind": "erased", "entries": ["result"] })), "{warnings:?}");
}

#[test]
fn after_erasing_no_byte_of_the_payload_is_in_any_key() {
    let store = Rc::new(SingleKeyStore::new(MemoryBucket::default()));
    let world = World::over(store.clone());
    let ann = world.user();
    let bob = world.user();
    ann.commit("a", user(SECRET));
    ann.commit("b", user("something else"));
    ann.edit("b", user(SECRET));
    block_on(ann.repository().checkpoint()).unwrap();
    bob.catch_up();
    bob.plain();
    let found = || {
        let keys = block_on(store.bucket().list("")).unwrap();
        assert!(keys.len() > 5, "the bucket is read: {keys:?}");
        let holds = |key: &String| {
            let value = block_on(store.bucket().get(key)).unwrap().unwrap();
            String::from_utf8_lossy(&value).contains("4711")
        };
        keys.into_iter().filter(holds).collect::<Vec<_>>()
    };
    assert_eq!(found().len(), 1);
    erase(&ann, &secret());
    block_on(ann.repository().checkpoint()).unwrap();
    assert_eq!(found(), Vec::<String>::new());
    bob.catch_up();
    assert_eq!(bob.shows(), Vec::<String>::new(), "nor does another process show it");
}

#[test]
fn a_process_that_has_not_heard_of_it_leaves_it_out_as_well() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("before"));
    ann.commit("b", user(SECRET));
    let bob = world.user();
    erase(&ann, &secret());
    assert_eq!(bob.shows(), ["user: before"], "what is missing makes it look");
    let carol = world.user();
    let dora = world.user();
    ann.commit("c", user("more"));
    erase(&ann, &hash_of(user("more")));
    assert_eq!(carol.get("c"), None, "not known there yet");
    assert_eq!(dora.shows(), ["user: before"]);
}

#[test]
fn erased_payloads_are_not_taken_in_again() {
    let world = World::default();
    let ann = world.user();
    let bob = world.user();
    ann.commit("a", user(SECRET));
    ann.commit("b", user("harmless"));
    bob.catch_up();
    let batch = bob.handle.begin().unwrap();
    block_on(batch.commit(user(SECRET), &named("c"))).unwrap();
    erase(&ann, &secret());
    let error = ann.try_commit("c", user(SECRET)).unwrap_err();
    assert_eq!(error.code(), "ErasedContent");
    assert_eq!(error.details(), json!({ "hash": secret(), "reason": "asked for by ann" }));
    assert_eq!(code(block_on(ann.handle.edit("b", user(SECRET), &nothing()))), "ErasedContent");
    assert_eq!(code(ann.try_commit("a", user(SECRET))), "ErasedContent", "not even as a retry");
    let here = ann.handle.begin().unwrap();
    assert_eq!(code(block_on(here.commit(user(SECRET), &nothing()))), "ErasedContent");
    assert_eq!(code(block_on(bob.handle.edit("b", user(SECRET), &nothing()))), "ErasedContent", "a lost race");
    assert!(!matches!(block_on(batch.finish(&nothing())), Ok(varve::repo::Finished::Stored(_))));
    assert!(!stored(&world, &secret()));
}

#[test]
fn erasing_again_is_harmless_and_takes_away_what_a_torn_write_left() {
    let store = Rc::new(SingleKeyStore::new(MemoryBucket::default()));
    let world = World::over(store.clone());
    let ann = world.user();
    ann.commit("a", user(SECRET));
    erase(&ann, &secret());
    let length = world.journal_length();
    assert_eq!(erase(&ann, &secret()).operation, None);
    assert_eq!(world.journal_length(), length, "nothing was to be done");
    let keys = block_on(store.bucket().list("")).unwrap();
    let base = keys.iter().find_map(|key| key.split_once("/journal/")).unwrap().0.to_owned();
    let bytes = varve::model::content::Payload::parse(user(SECRET)).unwrap().bytes;
    block_on(store.bucket().put_if_absent(&format!("{base}/objects/{}", secret()), bytes.into())).unwrap();
    assert!(erase(&ann, &secret()).operation.is_some());
    assert!(!stored(&world, &secret()));
}

#[test]
fn what_nobody_knows_is_not_found_and_what_is_no_hash_is_refused() {
    let world = World::default();
    let ann = world.user();
    assert_eq!(code(try_erase(&ann, &secret())), "CommitNotFound", "before anything was written");
    ann.commit("a", user("one"));
    assert_eq!(code(try_erase(&ann, &secret())), "CommitNotFound");
    for wrong in ["", "abc", &"g".repeat(64)] {
        assert_eq!(code(try_erase(&ann, wrong)), "Validation", "{wrong}");
    }
    for reason in ["", &"x".repeat(1001)] {
        let outcome = block_on(ann.handle.erase(&hash_of(user("one")), reason, &nothing()));
        assert_eq!(code(outcome), "Validation");
    }
    assert_eq!(world.journal_length(), 1);
}

#[test]
fn the_caller_is_told_which_summaries_were_made_from_it() {
    let world = World::default();
    let ann = world.user();
    for (id, text) in [("a", SECRET), ("b", SECRET), ("c", "plain")] {
        ann.commit(id, user(text));
    }
    ann.edit("b", user("cleaned"));
    journal::compact(&world, &ann, "s1", "says the secret", &["a"]);
    journal::compact(&world, &ann, "s2", "made from the clean version", &["b"]);
    journal::compact(&world, &ann, "s3", "made of a summary", &["s1", "c"]);
    let erasure = erase(&ann, &secret());
    assert_eq!(erasure.entries, ["a", "b"]);
    assert_eq!(erasure.summaries, ["s1", "s3"]);
}

#[test]
fn the_bytes_of_a_file_can_be_erased() {
    let world = World::default();
    let ann = world.user();
    let hash = ann.attach("f", b"a picture of the card", 5);
    assert_eq!(erase(&ann, &hash.to_hex()).entries, ["f"]);
    assert!(!stored(&world, &hash.to_hex()));
    assert_eq!(block_on(ann.repository().bytes(&[hash])).unwrap(), [None]);
    assert_eq!(ann.plain().messages.len(), 1, "the message stays");
    assert_eq!(code(ann.try_commit("g", picture(hash))), "ErasedContent");
    let again = varve::model::object::Attached::new(&b"a picture of the card"[..], 5);
    let options = varve::repo::CommitOptions { files: vec![again], ..named("f") };
    assert_eq!(code(block_on(ann.handle.commit(picture(hash), &options))), "ErasedContent");
    assert_eq!(block_on(ann.repository().verify(&|_, _| true)).unwrap().faults, [], "it is meant to be gone");
}

#[test]
fn erasing_cannot_be_undone_and_an_undone_edit_shows_the_mark() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user(SECRET));
    ann.edit("a", user("cleaned"));
    erase(&ann, &secret());
    assert_eq!(ann.shows(), ["user: cleaned"], "the entry reads otherwise now");
    assert_eq!(code(ann.undo()), "NotUndoable");
    block_on(ann.handle.undo(Some("2.0"), &nothing())).unwrap();
    assert_eq!(ann.shows(), Vec::<String>::new());
    assert_eq!(ann.get("a").unwrap()["erased"]["reason"], "asked for by ann");
    block_on(ann.handle.redo(&nothing())).unwrap();
    assert_eq!(ann.shows(), ["user: cleaned"]);
}

#[test]
fn a_message_of_another_entry_keeps_its_identity() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("before"));
    ann.commit("b", user(SECRET));
    ann.commit("c", assistant("after"));
    let before = ann.plain().messages;
    erase(&ann, &secret());
    let after = ann.plain().messages;
    assert_eq!(after, [before[0].clone(), before[2].clone()]);
    let told = world.events("erased");
    assert_eq!(told, [json!({ "hash": secret(), "reason": "asked for by ann", "messages": [before[1].0] })]);
}

#[test]
fn freed_payloads_can_be_erased_and_erased_ones_are_not_freed() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("stays"));
    ann.branch("side").unwrap();
    ann.at("side").commit("b", user(SECRET));
    ann.delete_branch("side", Unmerged::Delete).unwrap();
    world.clock.advance(1);
    let with = GcOptions { older_than: Some(START + 1), ..GcOptions::default() };
    assert_eq!(block_on(ann.handle.gc(&with)).unwrap().objects, 1);
    assert!(erase(&ann, &secret()).operation.is_some());
    assert_eq!(code(ann.try_commit("c", user(SECRET))), "ErasedContent");
    assert_eq!(block_on(ann.handle.gc(&with)).unwrap().objects, 0);
    let dump = |user: &User| user.repository().read(checkpoint::write);
    assert!(dump(&ann) == dump(&world.user()));
}

#[test]
fn whatever_goes_wrong_it_is_gone_or_the_caller_is_told_otherwise() {
    let inner: [fn() -> Rc<dyn Store>; 2] =
        [|| Rc::new(MemoryStore::new()), || Rc::new(SingleKeyStore::new(MemoryBucket::default()))];
    for make in inner {
        for fault in [Fault::Fails, Fault::LosesAnswer, Fault::Repeats, Fault::Delays, Fault::Quota] {
            for first in 0..8 {
                let store = Rc::new(Faulty::over(make(), false));
                let world = World::over(store.clone());
                let ann = world.user();
                ann.commit("a", user(SECRET));
                let bob = world.user();
                bob.commit("b", user("in between"));
                store.set(fault, first, first);
                let outcome = try_erase(&ann, &secret());
                store.heal();
                let case = format!("{fault:?} at {first}: {outcome:?}");
                ann.catch_up();
                let fresh = world.user();
                let dump = |user: &User| user.repository().read(checkpoint::write);
                assert!(dump(&ann) == dump(&fresh), "{case}");
                assert_eq!(fresh.shows().len(), 2 - usize::from(outcome.is_ok()), "{case}");
                assert_eq!(stored(&world, &secret()), outcome.is_err(), "{case}");
            }
        }
    }
}

#[test]
fn what_proposals_showed_of_it_goes_with_it() {
    let store = Rc::new(SingleKeyStore::new(MemoryBucket::default()));
    let world = World::over(store.clone());
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("before"));
    ann.commit("b", user(SECRET));
    let settle = |id: &str, to: &str, edited| {
        block_on(ann.handle.settle(id, None, to, Default::default(), edited)).unwrap();
    };
    let showing = |how: &str| format!("{how}: {SECRET}");
    let (open, approved) = (propose(&ann, &showing("1"), &["a", "b"]), propose(&ann, &showing("2"), &["b"]));
    let (rejected, other) = (propose(&ann, &showing("3"), &["b"]), propose(&ann, "shorter", &["a"]));
    settle(&open, "pending", Some(proposal(&showing("4"), &["b"])));
    settle(&approved, "approved", None);
    settle(&rejected, "rejected", None);
    bob.catch_up();
    let found = || {
        let keys = block_on(store.bucket().list("")).unwrap();
        let holds = |key: &&String| {
            String::from_utf8_lossy(&block_on(store.bucket().get(key)).unwrap().unwrap()).contains("4711")
        };
        keys.iter().filter(holds).count()
    };
    assert_eq!(found(), 5, "the payload, three bodies, and the one before the edit");

    let mut erasure = erase(&bob, &secret());
    erasure.proposals.sort();
    let mut stale = vec![open.clone(), approved.clone()];
    stale.sort();
    assert_eq!(erasure.proposals, stale);
    assert_eq!(found(), 0);
    ann.catch_up();
    for who in [&ann, &bob, &world.user()] {
        let state = |id: &String| block_on(who.handle.proposal(id)).unwrap().unwrap()["state"].clone();
        assert_eq!([&open, &approved, &rejected, &other].map(state), ["stale", "stale", "rejected", "pending"]);
    }
    assert_eq!(code(block_on(ann.handle.settle(&open, None, "approved", Default::default(), None))), "StaleProposal");
    assert!(block_on(ann.handle.holds(&other)).unwrap(), "what does not rest on it stays");
    assert_eq!(erase(&ann, &secret()).proposals, Vec::<String>::new());
}

#[test]
fn a_proposal_that_changes_while_it_is_erased_is_stale_as_well() {
    let store = Rc::new(Faulty::over(Rc::new(MemoryStore::new()), true));
    let world = World::over(store.clone());
    let (ann, bob) = (world.user(), world.user());
    ann.commit("b", user(SECRET));
    let id = propose(&ann, SECRET, &["b"]);
    bob.catch_up();
    let (rival, first) = (world.user(), std::cell::Cell::new(true));
    let proposed = id.clone();
    *store.before_write.borrow_mut() = Some(Box::new(move || {
        if first.replace(false) {
            let edited = Some(proposal("again: 4711", &["b"]));
            block_on(rival.handle.settle(&proposed, None, "pending", Default::default(), edited)).unwrap();
        }
    }));
    assert_eq!(erase(&bob, &secret()).proposals, std::slice::from_ref(&id));
    *store.before_write.borrow_mut() = None;
    let objects = block_on(world.store.list_objects(&world.key(), None, 10)).unwrap();
    assert_eq!(objects, [], "no body is left, neither the first nor the second");
}

#[test]
fn what_is_proposed_while_it_is_erased_goes_as_well_and_later_nothing_is() {
    // With other words, and with the very body that another proposal has.
    for again in [format!("again: {SECRET}"), SECRET.to_owned()] {
        let store = Rc::new(Faulty::over(Rc::new(MemoryStore::new()), true));
        let world = World::over(store.clone());
        let (ann, bob) = (world.user(), world.user());
        ann.commit("a", user("before"));
        ann.commit("b", user(SECRET));
        let first = propose(&ann, SECRET, &["b"]);
        bob.catch_up();
        let (rival, due) = (world.user(), std::cell::Cell::new(true));
        let second = Rc::new(RefCell::new(None));
        let made = second.clone();
        *store.before_write.borrow_mut() = Some(Box::new(move || {
            if due.replace(false) {
                made.replace(Some(propose(&rival, &again, &["b"])));
            }
        }));
        let mut found = erase(&bob, &secret()).proposals;
        *store.before_write.borrow_mut() = None;
        found.sort();
        let mut all = vec![first, second.take().unwrap()];
        all.sort();
        assert_eq!(found, all);
        let objects = block_on(world.store.list_objects(&world.key(), None, 10)).unwrap();
        assert_eq!(objects.len(), 1, "the other payload is left");
        // Who made it of what he read before comes too late.
        ann.catch_up();
        let late = block_on(ann.handle.propose(proposal(SECRET, &["b"])));
        assert_eq!(code(late), "ErasedContent");
        propose(&ann, "fine", &["a"]);
        assert_eq!(block_on(world.open().verify(&|_, _| true)).unwrap().faults, []);
    }
}

#[test]
fn an_erasure_rides_with_other_operations_and_they_cannot_be_undone_either() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user(SECRET));
    let hash: ContentHash = secret().parse().unwrap();
    let batch = ann.handle.begin().unwrap();
    block_on(batch.commit(user("more"), &named("b"))).unwrap();
    let erase = varve::ops::Erase { hash, reason: "why not".to_owned(), stored: true, with: Vec::new() };
    block_on(batch.add(Input::Erase(erase))).unwrap();
    block_on(batch.finish(&nothing())).unwrap();
    assert_eq!(ann.shows(), ["user: more"]);
    assert!(!stored(&world, &secret()));
    assert_eq!(code(ann.undo()), "NotUndoable");
}
