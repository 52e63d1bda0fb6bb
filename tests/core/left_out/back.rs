//! What was left out comes back: from another process, from a store that fails, from a checkpoint that is broken or gone,
//! and while others read and write.

use varve::json::Value;
use varve::repo::NewProposal;
use varve::store::{CheckpointParts, RepoKey};

use super::asked::asked;
use super::*;
use crate::support::faulty::Fault;

#[test]
fn an_edit_of_what_is_left_out_by_another_process_is_taken_in() {
    let (world, _) = lasting();
    let (ann, bob) = (shallow(&world), world.user());
    bob.edit("q118", user("changed by another"));
    block_on(async {
        let _past = bob.repository().past().await.unwrap();
        bob.handle.undo(Some("compact 119"), &nothing()).await.unwrap();
    });
    ann.catch_up();
    assert_eq!(ann.shows(), bob.shows());
    assert!(ann.shows().contains(&"user: changed by another".to_owned()));
}

#[test]
fn a_store_that_fails_meanwhile_loses_nothing() {
    let (world, store) = lasting();
    let ann = shallow(&world);
    store.set(Fault::Fails, 0, 0);
    let error = ann.try_commit("q3", user("question 3")).unwrap_err();
    assert_eq!(error.code(), "Unavailable");
    assert!(is_shallow(&ann));
    ann.commit("between", user("between"));
    assert_eq!(ann.try_commit("q3", user("another")).unwrap_err().code(), "DuplicateId");
    assert!(!is_shallow(&ann));
    assert_eq!(ann.shows(), world.user().shows());
}

fn broken(world: &World, key: &RepoKey) {
    let parts = CheckpointParts { seq: 1, manifest: b"nothing".as_slice().into(), segments: Vec::new() };
    block_on(world.store.delete_checkpoint(key)).unwrap();
    assert!(block_on(world.store.write_checkpoint(key, &parts)).unwrap());
}

#[test]
fn without_its_checkpoint_all_comes_back_from_the_journal() {
    type Change = fn(&World, &RepoKey);
    let changes: [(&str, Change); 3] = [
        ("deleted", |world, key| block_on(world.store.delete_checkpoint(key)).unwrap()),
        ("broken", broken),
        ("newer than what is known here", |world, _| {
            let bob = world.user();
            turns(&bob, 120..140);
            checkpoint(&bob);
        }),
    ];
    for (name, change) in changes {
        let (world, _) = lasting();
        let (ann, before) = (shallow(&world), world.user());
        change(&world, &world.key());
        for question in ["history", "an old entry", "view"] {
            assert_eq!(asked(&ann, question), asked(&before, question), "{name}: {question}");
        }
        ann.catch_up();
        assert_eq!(ann.shows(), world.user().shows(), "{name}");
    }
}

#[test]
fn a_repository_that_was_deleted_is_told() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    block_on(world.store.delete(&world.key())).unwrap();
    let error = block_on(ann.repository().past()).map(drop).unwrap_err();
    assert_eq!(error.code(), "Closed");
}

#[test]
fn branches_that_were_used_stay_each_with_its_view() {
    let (world, _) = lasting();
    let ann = world.user();
    turns(&ann, 0..30);
    ann.branch("side").unwrap();
    let bob = ann.beside();
    bob.handle.switch_to("side").unwrap();
    turns(&ann, 30..120);
    bob.commit("aside", user("aside"));
    checkpoint(&ann);
    assert!(is_shallow(&ann));
    bob.commit("more", user("more"));
    assert!(is_shallow(&ann), "nothing was asked about the past");
    let fresh = world.user();
    assert_eq!(ann.shows(), fresh.shows());
    fresh.handle.switch_to("side").unwrap();
    assert_eq!(bob.shows(), fresh.shows());
}

#[test]
fn a_branch_that_nobody_used_lately_comes_back_when_it_is_used() {
    let (world, _) = lasting();
    let ann = world.user();
    turns(&ann, 0..5);
    let bob = ann.beside();
    for name in ["one", "two", "three", "four", "five"] {
        ann.branch(name).unwrap();
        bob.handle.switch_to(name).unwrap();
        bob.commit(name, user(name));
    }
    bob.handle.switch_to("one").unwrap();
    turns(&ann, 5..120);
    checkpoint(&ann);
    assert!(is_shallow(&ann));

    let new = NewProposal {
        policy: None,
        body: Default::default(),
        entries: vec!["one".to_owned(), "q2".to_owned()],
        branches: vec!["one".to_owned()],
        objects: Vec::new(),
        expires_at: None,
    };
    let id = block_on(bob.handle.propose(new)).unwrap();
    assert!(!is_shallow(&ann), "what is on the branch was left out");
    ann.commit("more", user("more"));
    two_checkpoints(&ann);
    assert!(is_shallow(&ann));
    assert!(block_on(bob.handle.holds(&id)).unwrap());
    bob.commit("another", user("another"));
    assert!(!block_on(bob.handle.holds(&id)).unwrap(), "its branch moved");
    let fresh = world.user();
    fresh.handle.switch_to("one").unwrap();
    assert_eq!(bob.shows(), fresh.shows());
}

#[test]
fn who_asks_about_the_past_keeps_it() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    let past = block_on(ann.repository().past()).unwrap();
    let all = rows(&ann);
    two_checkpoints(&ann);
    assert_eq!(rows(&ann), all, "while somebody holds it");
    drop(past);
    two_checkpoints(&ann);
    assert!(rows(&ann) < all / 2, "nobody asks any more");
    drop(block_on(ann.repository().past()).unwrap());
    ann.commit("more", user("more"));
    checkpoint(&ann);
    assert!(!is_shallow(&ann), "it was asked about since the last checkpoint");
}

#[test]
fn writes_and_reads_go_on_while_the_past_comes_back() {
    let (world, store) = lasting();
    let ann = shallow(&world);
    let bob = ann.beside();
    store.set(Fault::Delays, 0, usize::MAX);
    let ask = async {
        let _past = ann.repository().past().await.unwrap();
        ann.handle.history(None, 5000).unwrap()
    };
    let go_on = async {
        for number in 0..5 {
            bob.handle.commit(user(&format!("meanwhile {number}")), &nothing()).await.unwrap();
            let compiled = bob.handle.compile(&options(Value::Object(Default::default()))).await.unwrap();
            bob.mirror.borrow_mut().apply(&compiled.patch);
        }
    };
    let (history, ()) = both(ask, go_on);
    assert!(history.to_string().contains("\"q0\""), "it reaches back to the first entry");
    let fresh = world.user();
    assert_eq!(ann.shows(), fresh.shows());
    assert_eq!(asked(&ann, "history"), asked(&fresh, "history"));
}

#[test]
fn a_batch_knows_what_came_back_while_it_was_put_together() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    let batch = ann.handle.begin().unwrap();
    block_on(batch.edit("q119", user("changed"), &nothing())).unwrap();
    block_on(batch.edit("a119", assistant("changed as well"), &nothing())).unwrap();
    drop(block_on(ann.repository().past()).unwrap());
    assert!(!is_shallow(&ann));
    let before = ann.repository().read(|state| state.commit_count());
    let known = block_on(batch.commit(user("question 3"), &named("q3"))).unwrap();
    assert_eq!(known.height, 13, "the receipt of long ago");
    assert_eq!(block_on(batch.edit("q4", user("x"), &nothing())).unwrap_err().code(), "EditTarget");
    block_on(batch.finish(&nothing())).unwrap();
    assert_eq!(ann.repository().read(|state| state.commit_count()), before + 2);
    assert_eq!(ann.shows(), world.user().shows());
}

#[test]
fn an_erasure_reaches_what_is_left_out() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    let hash = varve::model::content::Payload::parse(user("question 3")).unwrap().hash.to_hex();
    {
        let _past = block_on(ann.repository().past()).unwrap();
        block_on(ann.handle.erase(&hash, "a secret", &nothing())).unwrap();
    }
    two_checkpoints(&ann);
    assert!(is_shallow(&ann));
    assert_eq!(ann.try_commit("once more", user("question 3")).unwrap_err().code(), "ErasedContent");
    assert_eq!(asked(&ann, "an old entry"), asked(&world.user(), "an old entry"));
}

#[test]
fn a_view_that_lies_far_behind_asks_for_nothing_of_the_past() {
    let (world, _) = lasting();
    let ann = world.user();
    for round in 0..3 {
        let batch = ann.handle.begin().unwrap();
        for number in round * 2100..(round + 1) * 2100 {
            let id = format!("q{number}");
            block_on(batch.commit(user(&format!("question {number}")), &named(&id))).unwrap();
        }
        block_on(batch.finish(&nothing())).unwrap();
        // The view that says what can go is of the last round.
        compress(&ann, round);
    }
    assert_eq!(ann.repository().read(|state| state.misses()), 0);
    assert!(is_shallow(&ann) && rows(&ann) < 7000, "{} rows of 18,909 are here", rows(&ann));
    assert_eq!(ann.shows(), world.user().shows());
}
