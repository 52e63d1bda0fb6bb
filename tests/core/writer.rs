//! The writer: who wins, who is planned again, what repeating gives.

use std::pin::pin;
use std::rc::Rc;

use varve::json::Value;
use varve::ops::{ExpectedHead, Input};
use varve::repo::{CommitOptions, Environment};
use varve::store::{Durability, MemoryStore};

use crate::support::faulty::{Fault, Faulty};
use crate::support::*;

/// A store in which every call takes some rounds, and what was written survives so much.
fn slow_and(durability: Durability) -> World {
    let store = Faulty::over(Rc::new(MemoryStore::new()), false);
    store.set(Fault::Delays, 0, usize::MAX);
    store.durability.set(durability);
    World::over(Rc::new(store))
}

/// A store in which every call takes some rounds.
fn slow() -> World {
    slow_and(Durability::Memory)
}

/// Numbers, each with a store that gathers what is called at the same time, and with one that does not.
fn each_way(numbers: std::ops::Range<usize>) -> impl Iterator<Item = (usize, Durability)> {
    numbers.flat_map(|number| [Durability::Memory, Durability::Strict].map(|durability| (number, durability)))
}

fn expecting(id: &str, expected_head: ExpectedHead) -> CommitOptions {
    CommitOptions { expected_head, ..named(id) }
}

#[test]
fn a_lost_race_is_planned_again_on_the_new_head() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    let first = ann.commit("a", user("one"));
    let second = bob.commit("b", user("two"));
    let third = ann.commit("c", user("three"));
    let parents = |hash: varve::hash::CommitHash| ann.get(&hash.to_hex()).unwrap()["parents"].clone();
    assert_eq!(parents(second), varve::json!([first.to_hex()]));
    assert_eq!(parents(third), varve::json!([second.to_hex()]));
    assert_eq!(ann.shows(), ["user: one", "user: two", "user: three"]);
    assert_eq!(world.events("conflict").len(), 2);
}

#[test]
fn what_makes_no_sense_on_the_new_head_is_refused_by_its_own_error() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("one"));
    bob.catch_up();
    ann.delete("a");
    let error = block_on(bob.handle.edit("a", user("two"), &nothing())).unwrap_err();
    assert_eq!(error.code(), "EditTarget");
    bob.catch_up();
    assert_eq!(bob.shows(), Vec::<String>::new());
}

#[test]
fn the_expected_head_decides() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    let none =
        block_on(ann.handle.commit(user("x"), &expecting("x", ExpectedHead::Commit(varve::hash::CommitHash([7; 32])))));
    assert_eq!(none.unwrap_err().code(), "Conflict");
    let first = block_on(ann.handle.commit(user("one"), &expecting("a", ExpectedHead::Empty))).unwrap();
    let again = block_on(ann.handle.commit(user("x"), &expecting("x", ExpectedHead::Empty))).unwrap_err();
    assert_eq!(again.code(), "Conflict");
    assert_eq!(again.details()["actual"], Value::from(first.hash.to_hex()));
    bob.catch_up();
    ann.commit("b", user("two"));
    let late = block_on(bob.handle.commit(user("x"), &expecting("x", ExpectedHead::Commit(first.hash)))).unwrap_err();
    assert_eq!(late.code(), "Conflict", "also where the race was lost only in the store");
    let head = ann.handle.head().unwrap();
    block_on(bob.handle.commit(user("three"), &expecting("c", ExpectedHead::Commit(head)))).unwrap();
    assert_eq!(bob.shows(), ["user: one", "user: two", "user: three"]);
}

#[test]
fn an_operation_id_gives_the_first_result_whoever_repeats_it() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    let with = CommitOptions { operation_id: Some("op".to_owned()), ..named("a") };
    let first = block_on(ann.handle.commit(user("one"), &with)).unwrap();
    ann.commit("b", user("two"));
    let length = world.journal_length();
    let other = CommitOptions { operation_id: Some("op".to_owned()), ..nothing() };
    assert_eq!(block_on(ann.handle.commit(user("one"), &other)).unwrap(), first);
    assert_eq!(block_on(bob.handle.commit(user("one"), &other)).unwrap(), first, "from another process");
    assert_eq!(block_on(world.user().handle.commit(user("one"), &with)).unwrap(), first, "after opening anew");
    assert_eq!(world.journal_length(), length);
    assert_eq!(ann.shows(), ["user: one", "user: two"]);
}

#[test]
fn an_operation_id_given_twice_at_once_happens_once() {
    let world = slow();
    let ann = world.user();
    let with = |id: &str| CommitOptions { operation_id: Some("op".to_owned()), ..named(id) };
    let (a, b) = (with("a"), with("b"));
    let results = together(vec![ann.handle.commit(user("one"), &a), ann.handle.commit(user("one"), &b)]);
    assert_eq!(results[0].as_ref().unwrap(), results[1].as_ref().unwrap());
    assert_eq!(ann.shows().len(), 1);
}

#[test]
fn the_same_id_with_the_same_payload_is_a_retry() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    let first = ann.commit("a", user("one"));
    assert_eq!(bob.commit("a", user("one")), first, "also by who has not heard of it");
    ann.edit("a", user("two"));
    assert_eq!(ann.commit("a", user("one")), first);
    assert_eq!(ann.shows(), ["user: two"]);
}

#[test]
fn what_waits_while_another_write_is_under_way_goes_into_one_entry() {
    let world = slow();
    let ann = world.user();
    let names: Vec<_> = (0..50).map(|number| named(&format!("e{number}"))).collect();
    let commits = names.iter().map(|name| ann.handle.commit(user("x"), name)).collect();
    let receipts: Vec<_> = together(commits).into_iter().map(Result::unwrap).collect();
    assert_eq!(world.journal_length(), 2, "the first alone, the others together");
    let heights: Vec<u32> = receipts.iter().map(|receipt| receipt.height).collect();
    assert_eq!(heights, (1..=50).collect::<Vec<_>>(), "in the order in which they were called");
    assert_eq!(world.user().plain().messages.len(), 50);
}

#[test]
fn what_is_called_at_the_same_time_goes_into_one_entry_where_a_write_lasts() {
    let world = slow_and(Durability::Strict);
    let ann = world.user();
    let names: Vec<_> = (0..50).map(|number| named(&format!("e{number}"))).collect();
    let commits = names.iter().map(|name| ann.handle.commit(user("x"), name)).collect();
    let heights: Vec<u32> = together(commits).into_iter().map(|receipt| receipt.unwrap().height).collect();
    assert_eq!(world.journal_length(), 1);
    assert_eq!(heights, (1..=50).collect::<Vec<_>>(), "in the order in which they were called");
}

#[test]
fn writers_that_go_on_once_they_were_served_share_each_entry() {
    let world = slow_and(Durability::Relaxed);
    let ann = world.user();
    let work = |number: u32| {
        let ann = &ann;
        async move {
            for round in 0..5 {
                ann.handle.commit(user("x"), &named(&format!("{number}-{round}"))).await.unwrap();
            }
        }
    };
    together((0..20).map(work).collect());
    assert_eq!(world.journal_length(), 5);
    assert_eq!(world.user().plain().messages.len(), 100);
}

#[test]
fn pages_of_operations_lose_none_though_many_were_written_as_one_entry() {
    let world = slow();
    let ann = world.user();
    for round in 0..5 {
        let ids: Vec<_> = (0..7).map(|n| named(&format!("{round}-{n}"))).collect();
        together(ids.iter().map(|id| ann.handle.commit(user("a"), id)).collect());
        ann.pin(&format!("{round}-0"));
    }
    let all: Vec<_> = block_on(ann.repository().operations(1000, None)).unwrap();
    assert!(world.journal_length() < all.len() / 2, "many operations in one entry: {}", world.journal_length());
    for limit in 1..12 {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = block_on(ann.repository().operations(limit, before)).unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() >= limit || last.seq == 1);
            before = Some(last.seq);
            found.extend(page);
        }
        assert_eq!(found, all, "in pages of {limit}");
    }
}

#[test]
fn in_a_group_only_what_is_wrong_is_refused() {
    let world = slow();
    let ann = world.user();
    let names = ["a", "b", "b", "c"].map(named);
    let texts = ["one", "two", "other", "three"];
    let commits = names.iter().zip(texts).map(|(name, text)| ann.handle.commit(user(text), name)).collect();
    let outcomes: Vec<_> =
        together(commits).iter().map(|done| done.as_ref().map_or_else(|e| e.code(), |_| "ok")).collect();
    assert_eq!(outcomes, ["ok", "ok", "DuplicateId", "ok"]);
    assert_eq!(ann.shows(), ["user: one", "user: two", "user: three"]);
}

#[test]
fn a_call_that_is_dropped_leaves_state_and_journal_in_step() {
    for (rounds, durability) in each_way(0..40) {
        let world = slow_and(durability);
        let (ann, bob) = (world.user(), world.user());
        ann.commit("a", user("one"));
        {
            let options = named("dropped");
            let mut dropped = pin!(ann.handle.commit(user("two"), &options));
            for _ in 0..rounds {
                if tasks::poll(dropped.as_mut()).is_ready() {
                    break;
                }
            }
        }
        ann.commit("b", user("three"));
        bob.catch_up();
        let fresh = world.user();
        assert_eq!(ann.shows(), fresh.shows(), "dropped after {rounds} rounds");
        assert_eq!(bob.shows(), fresh.shows(), "dropped after {rounds} rounds");
    }
}

#[test]
fn who_waits_behind_a_call_that_is_dropped_is_told_and_not_left_waiting() {
    for (rounds, durability) in each_way(1..40) {
        let world = slow_and(durability);
        let ann = world.user();
        ann.commit("a", user("one"));
        let names = ["first", "second", "third"].map(named);
        let (mut second, mut third) =
            (pin!(ann.handle.commit(user("2"), &names[1])), pin!(ann.handle.commit(user("3"), &names[2])));
        let mut outcomes = [None, None];
        {
            let mut first = pin!(ann.handle.commit(user("1"), &names[0]));
            for _ in 0..rounds {
                if tasks::poll(first.as_mut()).is_ready() {
                    break;
                }
                for (waiting, outcome) in [&mut second, &mut third].into_iter().zip(&mut outcomes) {
                    if outcome.is_none()
                        && let std::task::Poll::Ready(done) = tasks::poll(waiting.as_mut())
                    {
                        *outcome = Some(done);
                    }
                }
            }
        }
        let [done, other] = outcomes;
        let second = done.unwrap_or_else(|| block_on(second));
        let third = other.unwrap_or_else(|| block_on(third));
        let fresh = world.user();
        for (id, outcome) in [("second", second), ("third", third)] {
            let there = fresh.repository().read(|state| state.find_entry(id).is_some());
            match outcome {
                Ok(_) => assert!(there, "{id} after {rounds} rounds"),
                Err(error) => assert_eq!(error.code(), "OutcomeUnknown", "{id} after {rounds} rounds"),
            }
        }
        ann.catch_up();
        assert_eq!(ann.shows(), fresh.shows());
    }
}

#[test]
fn a_write_goes_to_the_branch_on_which_its_handle_stood_when_it_was_called() {
    let world = slow();
    let ann = world.user();
    ann.commit("a", user("one"));
    ann.branch("side").unwrap();
    let options = named("b");
    let mut writing = pin!(ann.handle.commit(user("two"), &options));
    assert!(tasks::poll(writing.as_mut()).is_pending());
    ann.handle.switch_to("side").unwrap();
    block_on(writing).unwrap();
    assert_eq!(ann.shows(), ["user: one"], "side does not have it");
    assert_eq!(ann.at("main").shows(), ["user: one", "user: two"]);
}

#[test]
fn handles_of_one_repository_see_one_another_at_once_and_stand_where_they_like() {
    let world = World::default();
    let ann = world.user();
    let other = ann.beside();
    ann.commit("a", user("one"));
    assert_eq!(other.shows(), ["user: one"]);
    other.branch("side").unwrap();
    other.handle.switch_to("side").unwrap();
    other.commit("b", user("two"));
    assert_eq!((ann.handle.branch().as_deref(), ann.shows().len()), (Some("main"), 1));
    assert_eq!(world.user().handle.branch().as_deref(), Some("main"), "a new handle starts on the default branch");
}

#[test]
fn nothing_is_written_where_what_was_asked_is_so_already() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    ann.pin("a");
    let length = world.journal_length();
    ann.pin("a");
    ann.edit("a", user("one"));
    let note = |value: Option<Value>| Input::SetNote { target: "a".to_owned(), name: "t".to_owned(), value };
    ann.perform(note(None)).unwrap();
    assert_eq!(world.journal_length(), length);
}

#[test]
fn times_never_go_back_even_if_the_clock_does() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    world.clock.advance(-60_000);
    ann.commit("b", user("two"));
    let times: Vec<i64> = ann.repository().read(|state| state.all_commits().map(|(_, row)| row.created_at).collect());
    assert_eq!(times, [START, START]);
    assert_eq!(world.clock.now(), START - 60_000);
    let operations = block_on(world.user().repository().operations(10, None)).unwrap();
    assert!(operations.iter().all(|operation| operation.at == START));
}

#[test]
fn a_deleted_repository_is_closed_to_its_writers_and_not_brought_back() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    block_on(world.store.delete(&world.key())).unwrap();
    assert_eq!(ann.try_commit("b", user("two")).unwrap_err().code(), "Closed");
    let bob = world.user();
    bob.commit("c", user("three"));
    assert_eq!(ann.try_commit("b", user("two")).unwrap_err().code(), "Closed", "it is another repository");
    assert_eq!(world.user().shows(), ["user: three"]);
}

#[test]
fn what_is_refused_or_needs_no_write_is_so_in_the_store_not_only_in_this_process() {
    let world = World::default();
    let (ann, bob) = (world.user(), world.user());
    ann.commit("a", user("a"));
    ann.pin("a");
    bob.catch_up();
    ann.skip("a");
    bob.pin("a"); // as far as bob knows it is pinned
    ann.catch_up();
    for who in [&ann, &bob] {
        assert_eq!(who.get("a").unwrap()["priority"], "pinned", "the last one holds");
    }
    ann.commit("b", user("b"));
    bob.edit("b", user("edited")); // bob never heard of it
    ann.catch_up();
    assert_eq!(ann.shows(), bob.shows());
    assert_eq!(bob.shows(), ["user: a", "user: edited"]);
}
