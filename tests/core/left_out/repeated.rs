//! A payload that is equal to one that is left out is as good as new: nothing comes back for it. Where all rows are here
//! it is one payload again.

use varve::hash::ContentHash;
use varve::json;
use varve::model::commit::{Body, EntryOperation};
use varve::model::content::Payload;
use varve::model::outline::{Link, Outline, file_key};
use varve::ops::Unmerged;
use varve::repo::{Budget, BudgetAction, Environment, Gc, GcOptions};
use varve::state::checkpoint;
use varve::store::Bucket;

use super::*;
use crate::support::journal;

fn hash_of(payload: varve::json::Value) -> ContentHash {
    Payload::parse(payload).unwrap().hash
}

fn whole<T>(user: &User, ask: impl FnOnce() -> T) -> T {
    let _past = block_on(user.repository().past()).unwrap();
    ask()
}

fn gc(world: &World, user: &User) -> Gc {
    world.clock.advance(1);
    let with = GcOptions { older_than: Some(world.clock.now()), ..GcOptions::default() };
    whole(user, || block_on(user.handle.gc(&with)).unwrap())
}

fn is_stored(world: &World, payload: varve::json::Value) -> bool {
    block_on(world.store.read_objects(&world.key(), &[hash_of(payload)])).unwrap()[0].is_some()
}

fn faults(world: &World) -> Vec<varve::repo::Fault> {
    block_on(varve::repo::verify(&*world.store, &address("chat"), &|_, _| true)).unwrap().faults
}

/// What is on record of a user's state, and of one that was made of the journal alone.
fn states(world: &World, who: &User) -> [Option<checkpoint::StoredCheckpoint>; 2] {
    let here = whole(who, || who.repository().read(checkpoint::write));
    block_on(world.store.delete_checkpoint(&world.key())).unwrap();
    [here, world.open().read(checkpoint::write)]
}

#[test]
fn an_agent_that_repeats_itself_keeps_no_more_in_memory() {
    let (world, _) = lasting();
    let ann = world.user();
    let mut here = Vec::new();
    for round in 0..6 {
        for turn in round * 100..(round + 1) * 100 {
            ann.commit(&format!("q{turn}"), user("go on"));
            ann.commit(&format!("r{turn}"), assistant(&format!("I looked at file {}", turn % 30)));
            ann.commit(&format!("a{turn}"), assistant("done"));
            if turn % 20 == 19 {
                compress(&ann, turn);
            }
        }
        checkpoint(&ann);
        here.push(rows(&ann));
    }
    let [first, .., last] = &here[..] else { unreachable!() };
    assert!(*last < first + 400 && *last < 900, "{here:?} of some 4,000 rows");
    assert_eq!(ann.repository().read(|state| state.misses()), 0, "nothing was missed on the way");
    assert_eq!(ann.plain().values(), world.user().plain().values());
    assert_eq!(faults(&world), []);
    let [here, folded] = states(&world, &ann);
    assert!(here == folded);
}

#[test]
fn each_has_a_row_of_the_same_number_in_every_state_and_the_newest_is_found() {
    let (world, _) = lasting();
    let (ann, bob) = (shallow(&world), world.user());
    ann.commit("again", user("question 3"));
    ann.commit("third", user("question 3"));
    assert!(is_shallow(&ann), "nothing came back for it");
    bob.catch_up();
    let all = [&ann, &bob].map(|who| {
        whole(who, || {
            who.repository().read(|state| {
                let of = |id| state.commits(state.entries(state.find_entry(id).unwrap()).first).content().unwrap();
                let found = state.find_content(&hash_of(user("question 3"))).unwrap();
                [of("q3"), of("again"), of("third"), found].map(Ix::row)
            })
        })
    });
    let [first, again, third, found] = all[0];
    assert!(first < again && again == third && third == found, "{all:?}");
    assert_eq!(all[0], all[1]);
    let [here, folded] = states(&world, &ann);
    assert!(here == folded);
    assert!(bob.repository().read(checkpoint::write) == here);
    assert_eq!(faults(&world), []);
}

#[test]
fn a_checkpoint_of_a_state_without_the_old_row_reads_as_that_of_one_with_it() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    ann.commit("again", user("question 3"));
    checkpoint(&ann);
    assert!(is_shallow(&ann));
    let bob = world.user();
    assert_eq!(ann.shows(), bob.shows());
    let [here, folded] = states(&world, &bob);
    assert!(here == folded);
}

#[test]
fn it_is_freed_when_nothing_needs_any_of_them() {
    for old_first in [true, false] {
        let (world, _) = lasting();
        let ann = world.user();
        ann.commit("first", user("first"));
        ann.branch("old").unwrap();
        ann.at("old").commit("rare", user("rare"));
        turns(&ann, 0..120);
        ann.branch("new").unwrap();
        checkpoint(&ann);
        assert!(is_shallow(&ann));
        ann.at("new").commit("again", user("rare"));
        let (one, other) = if old_first { ("old", "new") } else { ("new", "old") };
        ann.delete_branch(one, Unmerged::Delete).unwrap();
        assert_eq!(gc(&world, &ann).objects, 0, "{other} needs it");
        assert!(is_stored(&world, user("rare")));
        ann.delete_branch(other, Unmerged::Delete).unwrap();
        assert_eq!(gc(&world, &ann).objects, 1);
        assert!(!is_stored(&world, user("rare")));

        two_checkpoints(&ann);
        assert!(is_shallow(&ann));
        ann.commit("once more", user("rare"));
        assert!(is_shallow(&ann) && is_stored(&world, user("rare")));
        assert_eq!(ann.shows(), world.user().shows());
        assert_eq!(faults(&world), []);
        let [here, folded] = states(&world, &ann);
        assert!(here == folded);
    }
}

#[test]
fn an_erasure_reaches_all_of_them() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    ann.commit("again", user("question 3"));
    assert!(is_shallow(&ann) && ann.shows().contains(&"user: question 3".to_owned()));
    let erase = || block_on(ann.handle.erase(&hash_of(user("question 3")).to_hex(), "a secret", &nothing())).unwrap();
    let mut entries = whole(&ann, erase).entries;
    entries.sort();
    assert_eq!(entries, ["again", "q3"]);
    let [told] = &world.events("erased")[..] else { panic!("one event") };
    assert_eq!(told["messages"].as_array().unwrap().len(), 1, "the one that was shown");
    assert!(!ann.shows().contains(&"user: question 3".to_owned()));
    assert!(!is_stored(&world, user("question 3")));
    two_checkpoints(&ann);
    assert_eq!(ann.try_commit("once more", user("question 3")).unwrap_err().code(), "ErasedContent");
    assert_eq!(faults(&world), []);
}

#[test]
fn a_fault_of_it_is_told_once() {
    let inner = Rc::new(SingleKeyStore::new(MemoryBucket::default()));
    let store = Rc::new(Faulty::over(inner.clone(), false));
    store.durability.set(Durability::Strict);
    let world = World::over(store);
    shallow(&world).commit("again", user("question 3"));
    let hash = hash_of(user("question 3")).to_hex();
    let key = block_on(inner.bucket().list("")).unwrap().into_iter().find(|key| key.contains(&hash)).unwrap();
    block_on(inner.bucket().delete(&key)).unwrap();
    let told: Vec<_> = faults(&world).into_iter().map(|fault| (fault.kind, fault.hash)).collect();
    assert_eq!(told, [("object-missing", Some(hash))]);
}

#[test]
fn pictures_leave_memory_and_are_known_when_they_are_named_again() {
    let (world, _) = lasting();
    let ann = world.user();
    let mut here = Vec::new();
    let mut first = None;
    for round in 0..6 {
        for turn in round * 50..(round + 1) * 50 {
            let bytes = format!("screen {turn}");
            let hash = ann.attach(&format!("q{turn}"), bytes.as_bytes(), 40 + turn as u32);
            first.get_or_insert(hash);
            ann.commit(&format!("a{turn}"), assistant(&format!("answer {turn}")));
            if turn % 25 == 24 {
                compress(&ann, turn);
            }
        }
        checkpoint(&ann);
        here.push(rows(&ann));
    }
    let [one, .., last] = &here[..] else { unreachable!() };
    assert!(*last < one + 400 && *last < 900, "{here:?} of some 1,800 rows");
    let [before, bob] = [ann.plain().tokens(), world.user().plain().tokens()];
    assert_eq!(before, bob);
    // Other words around it: the estimate is what was told 300 turns ago.
    let again =
        parts("user", json!([{ "type": "text", "text": "Look." }, picture(first.unwrap())["parts"][0].clone()]));
    ann.commit("again", again);
    assert!(is_shallow(&ann), "nothing came back for it");
    let (shown, fresh) = (ann.plain(), world.user().plain());
    assert_eq!(shown.tokens(), fresh.tokens());
    assert!(shown.tokens() - before > 40 && shown.tokens() - before < 60, "{} more", shown.tokens() - before);
    assert_eq!(faults(&world), []);
    let [here, folded] = states(&world, &ann);
    assert!(here == folded);
}

#[test]
fn an_edit_there_and_back_is_no_difference_whatever_rows_it_has() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    let before = ann.handle.head().unwrap().to_hex();
    for text in ["other", "one"] {
        let operation = Some(EntryOperation::Edit { target: "a".into() });
        journal::write(&world, &ann, Body { operation, ..Body::default() }, Some(user(text)));
    }
    assert_eq!(ann.repository().read(|state| state.content_count()), 3);
    assert_eq!(block_on(ann.handle.diff(&before, "HEAD")).unwrap()["changed"], json!([]));
}

#[test]
fn a_writer_who_knows_it_is_understood_by_one_who_does_not() {
    let (world, _) = lasting();
    let (ann, bob) = (shallow(&world), world.user());
    bob.commit("again", user("question 3"));
    ann.catch_up();
    assert_eq!(ann.shows(), bob.shows());
    assert_eq!(faults(&world), []);
}

#[test]
fn what_one_operation_says_twice_counts_twice_against_the_budget() {
    let (world, _) = lasting();
    let ann = world.user();
    let long = || user(&"four".repeat(100));
    ann.commit("long", long());
    turns(&ann, 0..120);
    checkpoint(&ann);
    assert!(is_shallow(&ann));
    let used = ann.plain().tokens();
    let max_tokens = Some(used + 150);
    let budget =
        Budget { max_tokens, context_window: None, reserve_output: 0, margin: 0.0, action: BudgetAction::Reject };
    for who in [&ann, &world.user()] {
        who.handle.set_budget(Some(budget)).unwrap();
        let batch = who.handle.begin().unwrap();
        for id in ["once", "twice"] {
            block_on(batch.commit(long(), &named(id))).unwrap();
        }
        assert_eq!(block_on(batch.finish(&nothing())).unwrap_err().code(), "BudgetExceeded");
    }
    assert!(is_shallow(&ann));
    ann.commit("once", long());
}

#[test]
fn a_file_that_any_of_them_names_is_named() {
    let world = World::default();
    let ann = world.user();
    ann.commit("first", user("first"));
    let file = ContentHash::of(b"a file");
    let said = Payload::parse(json!({ "contentType": "freeform", "payload": { "see": file.to_hex() } })).unwrap();
    for (id, files) in [("a", vec![Link { key: file_key(&file), tokens: 5 }]), ("b", vec![])] {
        let outline = Outline::of(&said.content, &Quarters, &files);
        let body = Body { id: Some(id.into()), content_type: Some("freeform".into()), ..Body::default() };
        journal::write_bytes(&world, &ann, body, Some((outline, said.bytes.clone())));
    }
    ann.repository().read(|state| {
        let needed = state.needed(&[], i64::MAX);
        assert_eq!(needed, [true, false, true], "the newest row speaks for both");
        assert!(state.files_of(&|ix| needed[ix.row()]).has(&file));
    });
}
