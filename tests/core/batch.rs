//! Several operations as one: all or none.

use varve::json;
use varve::json::Value;
use varve::model::annotation::Priority;
use varve::model::id::EntryId;
use varve::ops::{Existing, Input};
use varve::repo::{Batch, Finished};

use crate::support::*;

fn begin(user: &User) -> Batch {
    user.handle.begin().unwrap()
}

fn finish(batch: &Batch) -> Finished {
    block_on(batch.finish(&nothing())).unwrap()
}

fn add(batch: &Batch, id: &str, text: &str) {
    block_on(batch.commit(user(text), &named(id))).unwrap();
}

fn pin(id: &str) -> Input {
    Input::Annotate { target: id.to_owned(), priority: Priority::Pinned, reason: None }
}

fn times(user: &User) -> Vec<(Option<EntryId>, i64)> {
    user.repository().read(|state| {
        let time = |row: &varve::state::rows::CommitRow| {
            (row.entry().map(|entry| state.entries(entry).id.clone()), row.created_at)
        };
        state.all_commits().map(|(_, row)| time(row)).collect()
    })
}

#[test]
fn everything_of_a_batch_is_one_journal_entry_and_one_operation() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("first"));
    let before = world.journal_length();
    let batch = begin(&ann);
    add(&batch, "b", "second");
    block_on(batch.edit("a", user("changed"), &nothing())).unwrap();
    block_on(batch.add(pin("b"))).unwrap();
    assert_eq!(ann.shows(), ["user: first"], "what is put together is not visible yet");
    assert!(matches!(finish(&batch), Finished::Stored(_)));
    assert_eq!(world.journal_length(), before + 1);
    assert_eq!(ann.shows(), ["user: changed", "user: second"]);
    let operations = block_on(ann.repository().operations(1, None)).unwrap();
    assert_eq!((operations[0].kind.as_str(), operations[0].records), ("batch", 3));
}

#[test]
fn a_batch_that_is_dropped_never_happened() {
    let world = World::default();
    let ann = world.user();
    let batch = begin(&ann);
    add(&batch, "a", "never");
    drop(batch);
    assert_eq!((ann.shows().len(), world.journal_length()), (0, 0));
}

#[test]
fn an_operation_that_is_refused_leaves_the_rest_of_the_batch_as_it_was() {
    let world = World::default();
    let ann = world.user();
    let batch = begin(&ann);
    add(&batch, "a", "first");
    let error = block_on(batch.add(Input::Untag { name: "none".to_owned() })).unwrap_err();
    assert_eq!(error.code(), "RefNotFound");
    add(&batch, "b", "second");
    finish(&batch);
    assert_eq!(ann.shows(), ["user: first", "user: second"]);
}

#[test]
fn a_batch_whose_branch_moved_says_so_and_writes_nothing() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("first"));
    let batch = begin(&ann);
    add(&batch, "b", "mine");
    bob.commit("c", user("theirs"));
    let length = world.journal_length();
    assert_eq!(finish(&batch), Finished::Moved);
    assert_eq!(world.journal_length(), length);
    assert_eq!(ann.shows(), ["user: first", "user: theirs"]);
}

#[test]
fn what_does_not_move_the_branch_does_not_void_a_batch() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("first"));
    let batch = begin(&ann);
    add(&batch, "b", "mine");
    bob.catch_up();
    bob.pin("a");
    ann.catch_up();
    add(&batch, "c", "more");
    assert!(matches!(finish(&batch), Finished::Stored(_)));
    assert_eq!(ann.shows(), ["user: first", "user: mine", "user: more"]);
}

#[test]
fn no_part_of_a_batch_is_lost_when_another_part_makes_no_sense_any_more() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("first"));
    let at = ann.handle.head().unwrap();
    let batch = begin(&ann);
    add(&batch, "b", "mine");
    block_on(batch.add(Input::Tag { name: "v1".to_owned(), at, existing: Existing::Keep })).unwrap();
    bob.catch_up();
    bob.branch("side").unwrap();
    bob.handle.switch_to("side").unwrap();
    bob.commit("c", user("aside"));
    bob.tag("v1", "c", Existing::Keep).unwrap();
    ann.catch_up();
    // The tag of the batch is taken now: adding says so, and finishing must not write the rest alone.
    let added = block_on(batch.commit(user("more"), &named("d")));
    assert_eq!(added.unwrap_err().code(), "RefExists");
    let finished = block_on(batch.finish(&nothing()));
    assert!(matches!(&finished, Err(error) if error.code() == "RefExists"), "half a batch was written: {finished:?}");
    assert_eq!(ann.shows(), ["user: first"]);
}

#[test]
fn everything_in_a_batch_knows_when_it_was_made() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("first"));
    world.clock.advance(5000);
    let batch = begin(&ann);
    block_on(batch.edit("a", user("changed"), &nothing())).unwrap();
    add(&batch, "b", "second");
    block_on(batch.add(pin("b"))).unwrap();
    block_on(batch.add(Input::Delete { target: "a".to_owned(), attributes: Default::default() })).unwrap();
    world.clock.advance(100);
    finish(&batch);
    let made: Vec<i64> = times(&ann).iter().map(|(_, time)| *time - START).collect();
    assert_eq!(made, [0, 5000, 5000, 5000], "commits of a batch are made when they are put together");
    let annotations = ann.handle.annotations("b").unwrap();
    assert_eq!(annotations[0]["createdAt"], json!(START + 5000), "{annotations}");
    let fresh = world.user();
    assert_eq!(fresh.handle.annotations("b").unwrap(), annotations);
    assert_eq!(times(&fresh), times(&ann));
}

#[test]
fn a_batch_of_nothing_writes_nothing() {
    let world = World::default();
    let ann = world.user();
    assert!(matches!(finish(&begin(&ann)), Finished::Stored(done) if done.operation.is_none()));
    assert_eq!(world.journal_length(), 0);
}

#[test]
fn one_undo_takes_a_whole_batch_back() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("first"));
    let before = ann.plain();
    let batch = begin(&ann);
    block_on(batch.edit("a", user("changed"), &nothing())).unwrap();
    add(&batch, "b", "second");
    block_on(batch.add(Input::SetNote { target: "b".to_owned(), name: "title".to_owned(), value: Some(json!("t")) }))
        .unwrap();
    block_on(batch.add(pin("a"))).unwrap();
    finish(&batch);
    let after = ann.plain();
    ann.undo().unwrap();
    assert_eq!(ann.plain().values(), before.values());
    assert_eq!(ann.handle.notes("b").unwrap(), Value::Object(Default::default()));
    ann.redo().unwrap();
    assert_eq!(ann.plain().values(), after.values());
}

#[test]
fn operations_of_a_batch_build_on_one_another() {
    let world = World::default();
    let ann = world.user();
    let batch = begin(&ann);
    add(&batch, "a", "one");
    block_on(batch.edit("a", user("two"), &nothing())).unwrap();
    block_on(batch.edit("a", user("three"), &nothing())).unwrap();
    let receipts =
        block_on(batch.add(Input::Revert { target: "a".to_owned(), attributes: Default::default() })).unwrap();
    assert_eq!(receipts[0].height, 4);
    finish(&batch);
    assert_eq!(ann.shows(), ["user: two"]);
    assert_eq!(world.user().shows(), ["user: two"]);
}

#[test]
fn ids_are_checked_in_a_batch_as_anywhere() {
    let world = World::default();
    let ann = world.user();
    let batch = begin(&ann);
    for id in ["", "a\nb"] {
        assert_eq!(block_on(batch.commit(user("x"), &named(id))).unwrap_err().code(), "Validation", "{id:?}");
    }
    add(&batch, "a", "x");
    assert_eq!(block_on(batch.finish(&called("1.2"))).unwrap_err().code(), "Validation");
}

#[test]
fn hashes_of_a_batch_hold_as_long_as_the_branch_did_not_move() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("first"));
    bob.catch_up();
    let batch = begin(&ann);
    world.clock.advance(10);
    let edited = block_on(batch.edit("a", user("changed"), &nothing())).unwrap().remove(0).hash;
    world.clock.advance(10);
    bob.pin("a");
    let added = block_on(batch.commit(user("second"), &named("b"))).unwrap().hash;
    let Finished::Stored(done) = finish(&batch) else { panic!("the branch did not move") };
    assert_eq!(done.receipts.iter().map(|receipt| receipt.hash).collect::<Vec<_>>(), [edited, added]);
}
