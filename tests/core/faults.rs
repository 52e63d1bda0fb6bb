//! The writer over stores that fail: afterwards the state is the journal, what was resolved is there,
//! what was refused is not, and only what nobody could find out has an unknown outcome.

use std::rc::Rc;

use varve::error::{Error, StoreError};
use varve::model::annotation::Priority;
use varve::ops::{Existing, Input, Receipt};
use varve::repo::CommitOptions;
use varve::state::checkpoint;
use varve::store::{MemoryBucket, MemoryStore, SingleKeyStore, Store};

use crate::support::faulty::{Fault, Faulty};
use crate::support::*;

fn faulty(writes_only: bool) -> (Rc<Faulty>, World) {
    let store = Rc::new(Faulty::over(Rc::new(MemoryStore::new()), writes_only));
    (store.clone(), World::over(store))
}

fn code<T>(result: &Result<T, Box<Error>>) -> &'static str {
    result.as_ref().err().map_or("ok", |error| error.code())
}

fn is_there(user: &User, id: &str) -> bool {
    user.repository().read(|state| state.find_entry(id).is_some())
}

/// Several operations by two users who do not know of one another. Each tells whether it happened,
/// judged by what a fresh reader sees.
fn story(world: &World, ann: &User, bob: &User) -> Vec<(String, Result<(), Box<Error>>, bool)> {
    let mut told: Vec<(String, Result<(), Box<Error>>)> = Vec::new();
    let mut tell = |name: &str, outcome: Result<(), Box<Error>>| told.push((name.to_owned(), outcome));
    tell("a", ann.try_commit("a", user("one")).map(drop));
    tell("b", bob.try_commit("b", user("two")).map(drop));
    tell("c", ann.try_commit("c", user("three")).map(drop));
    let tag = |who: &User| {
        let at = who.handle.resolve("HEAD")?;
        who.perform(Input::Tag { name: "v1".to_owned(), at, existing: Existing::Move }).map(drop)
    };
    tell("tag", tag(bob));
    let both = together(vec![
        Box::pin(async { ann.handle.commit(user("four"), &named("d")).await.map(drop) })
            as std::pin::Pin<Box<dyn Future<Output = _>>>,
        Box::pin(async { ann.handle.commit(user("five"), &named("e")).await.map(drop) }),
        Box::pin(async { bob.handle.commit(user("six"), &named("f")).await.map(drop) }),
        Box::pin(async { ann.handle.annotate("a", Priority::Pinned, None, &nothing()).await }),
    ]);
    for (name, outcome) in ["d", "e", "f", "pin"].into_iter().zip(both) {
        tell(name, outcome);
    }
    let _ = world;
    told.into_iter().map(|(name, outcome)| (name, outcome, false)).collect()
}

fn happened(reader: &User, name: &str) -> bool {
    match name {
        "tag" => reader.repository().read(|state| state.tag("v1").is_some()),
        "pin" => reader.handle.annotations("a").is_ok_and(|all| !all.as_array().unwrap().is_empty()),
        id => is_there(reader, id),
    }
}

#[test]
fn whatever_goes_wrong_with_whatever_call_no_promise_is_broken() {
    let inner: [fn() -> Rc<dyn Store>; 2] =
        [|| Rc::new(MemoryStore::new()), || Rc::new(SingleKeyStore::new(MemoryBucket::default()))];
    let mut refused = 0;
    for make in inner {
        for fault in [Fault::Fails, Fault::LosesAnswer, Fault::Repeats, Fault::Delays, Fault::Quota] {
            for length in [1, 2, 3, 400] {
                for first in 0..16 {
                    let store = Rc::new(Faulty::over(make(), false));
                    let world = World::over(store.clone());
                    let (ann, bob) = (world.user(), world.user());
                    store.set(fault, first, first + length - 1);
                    let told = story(&world, &ann, &bob);
                    store.heal();
                    let case = || format!("{fault:?} of {length} calls from {first} on: {told:?}");
                    let reader = world.user();
                    for (name, outcome, _) in &told {
                        match outcome {
                            Ok(()) => {
                                assert!(happened(&reader, name), "{name} was resolved and is not there; {}", case())
                            }
                            Err(error) => {
                                refused += 1;
                                let unknown = error.code() == "OutcomeUnknown";
                                assert!(
                                    unknown || !happened(&reader, name),
                                    "{name} was refused and is there; {}",
                                    case()
                                );
                                assert!(length > 1 || !unknown, "one lost answer can be found out about; {}", case());
                                assert!(error.code() != "Internal" && error.code() != "Corrupt", "{}", case());
                            }
                        }
                    }
                    for user in [&ann, &bob] {
                        user.catch_up();
                        let live = user.repository().read(checkpoint::write);
                        assert!(
                            live == reader.repository().read(checkpoint::write),
                            "state and journal differ; {}",
                            case()
                        );
                        assert_eq!(user.shows(), reader.shows(), "{}", case());
                    }
                    // And everybody can go on.
                    ann.commit("last", user_text());
                    assert!(is_there(&world.user(), "last"), "{}", case());
                }
            }
        }
    }
    assert!(refused > 100, "hardly anything went wrong: {refused}");
}

fn user_text() -> varve::json::Value {
    user("last")
}

#[test]
fn one_lost_answer_is_found_out_about() {
    let (store, world) = faulty(true);
    let ann = world.user();
    ann.commit("a", user("one"));
    store.set(Fault::LosesAnswer, 0, 0);
    ann.commit("b", user("two"));
    assert_eq!(ann.shows(), ["user: one", "user: two"]);
    assert_eq!(world.journal_length(), 2, "it is not written twice");
}

#[test]
fn where_no_answer_ever_comes_the_outcome_is_unknown_and_repeating_it_tells() {
    for (fault, stored) in [(Fault::Fails, false), (Fault::LosesAnswer, true)] {
        let (store, world) = faulty(true);
        let ann = world.user();
        ann.commit("a", user("one"));
        store.set(fault, 0, usize::MAX);
        let options = varve::repo::CommitOptions { operation_id: Some("op".to_owned()), ..named("b") };
        let outcome = block_on(ann.handle.commit(user("two"), &options));
        assert_eq!(code(&outcome), "OutcomeUnknown", "{fault:?}");
        assert!(outcome.unwrap_err().retryable());
        store.heal();
        assert_eq!(is_there(&world.user(), "b"), stored, "{fault:?}");
        let receipt = block_on(ann.handle.commit(user("two"), &options)).unwrap();
        assert_eq!(ann.shows(), ["user: one", "user: two"], "{fault:?}: once, not twice");
        assert_eq!(world.user().handle.head(), Some(receipt.hash));
    }
}

#[test]
fn what_is_refused_after_an_answer_was_lost_is_found_out_about() {
    type Makes = fn() -> StoreError;
    let refusals: [Makes; 6] = [
        || StoreError::Quota("full".into()),
        || StoreError::Blocked("another tab".into()),
        || StoreError::TooLarge("by a byte".into()),
        || StoreError::Closed("closed meanwhile".into()),
        || StoreError::corrupt("damaged"),
        || StoreError::too_new(9, 1),
    ];
    for make in refusals {
        for (lost, stored) in [(Fault::LosesAnswer, true), (Fault::Fails, false)] {
            // The fence gets through, or is refused too.
            for times in [1, 2] {
                let (store, world) = faulty(true);
                let ann = world.user();
                ann.commit("a", user("one"));
                store.script(vec![lost].into_iter().chain(vec![Fault::Refused(make); times]).collect());
                let outcome = ann.try_commit("b", user("two"));
                let case = format!("{:?} after {lost:?}, {times} times: {outcome:?}", make());
                store.heal();
                assert_eq!(is_there(&world.user(), "b"), stored, "{case}");
                match (code(&outcome), times) {
                    ("ok", 1) => assert!(stored, "{case}"),
                    ("OutcomeUnknown", 2) => {}
                    (refused, 1) => assert!(!stored && refused == Error::from(make()).code(), "{case}"),
                    _ => panic!("{case}"),
                }
                ann.catch_up();
                ann.commit("last", user_text());
                assert_eq!(ann.shows(), world.user().shows(), "{case}");
            }
        }
    }
}

#[test]
fn what_was_fenced_off_never_appears() {
    let (store, world) = faulty(true);
    let ann = world.user();
    ann.commit("a", user("one"));
    // 30 s at ten tries a second; the fence after them gets through.
    store.set(Fault::Fails, 0, 300);
    let outcome = ann.try_commit("b", user("two"));
    assert_eq!(code(&outcome), "Unavailable");
    store.heal();
    assert_eq!(world.user().shows(), ["user: one"]);
    ann.commit("c", user("three"));
    assert_eq!(world.user().shows(), ["user: one", "user: three"]);
}

#[test]
fn what_was_fenced_off_can_be_the_first_entry_of_all() {
    let (store, world) = faulty(true);
    let ann = world.user();
    store.script([Fault::Fails, Fault::Quota].into());
    assert_eq!(code(&ann.try_commit("a", user("one"))), "Quota");
    assert_eq!(world.journal_length(), 1);
    ann.commit("b", user("two"));
    for who in [&ann, &world.user()] {
        assert_eq!(who.shows(), ["user: two"]);
        assert!(who.repository().read(|state| state.token_source().is_some()));
    }
    let found = block_on(world.open().verify(&|_, _| true)).unwrap();
    assert_eq!(found.faults, []);
}

#[test]
fn a_full_store_refuses_and_nothing_is_written() {
    let (store, world) = faulty(true);
    let ann = world.user();
    ann.commit("a", user("one"));
    store.set(Fault::Quota, 0, 0);
    let outcome = ann.try_commit("b", user("two"));
    assert_eq!(code(&outcome), "Quota");
    assert_eq!(world.user().shows(), ["user: one"]);
    ann.commit("b", user("another text for the id is fine: it was never taken"));
}

#[test]
fn a_race_that_is_always_lost_ends_at_the_deadline() {
    let (store, world) = faulty(true);
    let rival = World { store: store.inner.clone(), clock: world.clock.clone(), ..World::over(store.inner.clone()) };
    let ann = world.user();
    ann.commit("a", user("one"));
    let bob = rival.user();
    let (clock, number) = (world.clock.clone(), std::cell::Cell::new(0));
    *store.before_write.borrow_mut() = Some(Box::new(move || {
        clock.advance(1000);
        number.set(number.get() + 1);
        bob.commit(&format!("r{}", number.get()), user("first"));
    }));
    let start = varve::repo::Environment::now(&*world.clock);
    let outcome = ann.try_commit("b", user("never"));
    assert_eq!(code(&outcome), "Conflict");
    let took = varve::repo::Environment::now(&*world.clock) - start;
    assert!((30_000..40_000).contains(&took), "gave up after {took} ms");
    *store.before_write.borrow_mut() = None;
    assert!(!is_there(&world.user(), "b"));
    assert!(!world.events("conflict").is_empty(), "lost races are told");
}

#[test]
fn operations_that_are_too_large_together_are_written_apart() {
    let (store, world) = faulty(true);
    let ann = world.user();
    ann.commit("a", user("one"));
    store.largest.set(2000);
    let long = "long ".repeat(500);
    let ids: Vec<String> = (0..20).map(|number| format!("e{number:02}")).collect();
    let commit = |id: &String| {
        let (handle, note) = (ann.handle.clone(), (id == "e07").then(|| long.clone()));
        let options = CommitOptions { note, ..named(id) };
        let payload = user(id);
        Box::pin(async move { handle.commit(payload, &options).await }) as std::pin::Pin<Box<dyn Future<Output = _>>>
    };
    let results: Vec<Result<Receipt, Box<Error>>> = together(ids.iter().map(commit).collect());
    for (id, result) in ids.iter().zip(&results) {
        let expected = if id == "e07" { "TooLarge" } else { "ok" };
        assert_eq!(code(result), expected, "{id}");
        assert_eq!(is_there(&world.user(), id), id != "e07", "{id}");
    }
    let heights: Vec<_> = results.iter().flatten().map(|receipt| receipt.height).collect();
    assert_eq!(heights, (2..21).collect::<Vec<_>>(), "in the order of the calls");
}
