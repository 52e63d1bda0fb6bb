//! Old rows are left in the store once a checkpoint has them and nothing in view needs them. They come back when somebody
//! asks about the past, and nobody can tell that they were away.

use std::rc::Rc;

use varve::json::Value;
use varve::model::annotation::Priority;
use varve::ops::Input;
use varve::repo::{Anonymous, Compaction, CompressOptions, NewProposal};
use varve::state::State;
use varve::state::arena::{EntryIx, Ix};
use varve::store::{CheckpointParts, Durability, MemoryBucket, RepoKey, SingleKeyStore};

use crate::support::faulty::{Fault, Faulty};
use crate::support::tasks::both;
use crate::support::*;

/// A world whose store lasts, as far as it says.
fn lasting() -> (World, Rc<Faulty>) {
    let store = Rc::new(Faulty::over(Rc::new(SingleKeyStore::new(MemoryBucket::default())), false));
    store.durability.set(Durability::Strict);
    (World::over(store.clone()), store)
}

/// Turns of an agent that compresses what is old every twenty turns.
fn turns(ann: &User, numbers: std::ops::Range<usize>) {
    for turn in numbers {
        let [q, c, r, a] = ["q", "c", "r", "a"].map(|kind| format!("{kind}{turn}"));
        ann.commit(&q, user(&format!("question {turn}")));
        ann.commit(&c, calls(&[&format!("k{turn}")]));
        ann.commit(&r, results(&[&format!("k{turn}")]));
        ann.commit(&a, assistant(&format!("answer {turn}")));
        if turn % 20 == 19 {
            compress(ann, turn);
        }
    }
}

fn compress(ann: &User, turn: usize) {
    let plan = ann.try_plan(CompressOptions { preserve_recent: 8, ..CompressOptions::default() }).unwrap();
    let runs = plan.runs.iter().map(|run| Compaction {
        id: Some(format!("s{turn}")),
        targets: run.targets.clone(),
        basis: run.basis.clone(),
        payload: summary(&format!("In short, up to {turn}")),
        generation: None,
    });
    block_on(ann.handle.compact(runs.collect(), None, &called(&format!("compact {turn}")))).unwrap();
}

fn checkpoint(user: &User) {
    block_on(user.repository().checkpoint()).unwrap();
}

/// Two checkpoints after something was written: the first one keeps what somebody asked for since the last.
fn two_checkpoints(ann: &User) {
    for _ in 0..2 {
        ann.pin("a119");
        ann.annotate("a119", Priority::Normal);
        checkpoint(ann);
    }
}

fn rows(user: &User) -> usize {
    user.repository().read(|state| state.rows_here())
}

fn is_shallow(user: &User) -> bool {
    user.repository().read(|state| state.is_shallow())
}

/// Somebody whose agent made 120 turns, and left most of them in the store.
fn shallow(world: &World) -> User {
    let ann = world.user();
    turns(&ann, 0..120);
    checkpoint(&ann);
    assert!(is_shallow(&ann) && rows(&ann) < 700, "{} rows are here", rows(&ann));
    ann
}

#[test]
fn what_an_agent_keeps_in_memory_has_an_end() {
    let (world, _) = lasting();
    let ann = world.user();
    let mut here = Vec::new();
    for round in 0..6 {
        turns(&ann, round * 100..(round + 1) * 100);
        checkpoint(&ann);
        here.push(rows(&ann));
    }
    let [first, .., last] = &here[..] else { unreachable!() };
    // One row of a chunk keeps the chunk: the numbers go up and down by some.
    assert!(*last < first + 400 && *last < 900, "{here:?} of some 7,000 rows");
    assert_eq!(ann.repository().read(|state| state.misses()), 0, "nothing was missed on the way");
    assert_eq!(ann.plain().values(), world.user().plain().values());
}

#[test]
fn a_checkpoint_that_is_due_leaves_out_what_it_has() {
    let (world, _) = lasting();
    let ann = world.user();
    turns(&ann, 0..480);
    assert!(!is_shallow(&ann), "no checkpoint was due");
    turns(&ann, 480..520);
    assert!(is_shallow(&ann) && rows(&ann) < 1200, "{} rows are here", rows(&ann));
}

#[test]
fn who_writes_while_a_checkpoint_is_written_writes_no_other() {
    let (world, store) = lasting();
    let ann = world.user();
    let batch = ann.handle.begin().unwrap();
    for number in 0..2500 {
        block_on(batch.commit(user(&format!("message {number}")), &nothing())).unwrap();
    }
    let next = async {
        for number in 0..20 {
            ann.beside().handle.commit(user(&format!("meanwhile {number}")), &nothing()).await.unwrap();
        }
    };
    let (finished, ()) = both(batch.finish(&nothing()), next);
    finished.unwrap();
    assert_eq!(store.checkpoints.get(), 1);
}

/// The branch's lineage is asked about an entry: whether that is a miss, and whether it knows a slot.
fn asks(ann: &User, of: impl Fn(&State<'_>) -> EntryIx) -> (bool, bool) {
    ann.repository().read(|state| {
        let entry = of(state);
        let lineage = state.lineage(state.branch("main").flatten());
        let before = state.misses();
        let knows = lineage.slot(entry).is_some();
        (state.misses() != before, knows)
    })
}

#[test]
fn what_was_done_to_an_entry_that_left_memory_is_missed() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    assert_eq!(asks(&ann, |_| EntryIx::new(0)), (true, false));
    let misses = || ann.repository().read(|state| state.misses());
    let before = misses();
    let found = ann
        .repository()
        .read(|state| state.lineage(state.branch("main").flatten()).newest_operation(EntryIx::new(0)).is_some());
    assert!(!found && misses() != before);
}

#[test]
fn what_is_compacted_while_a_checkpoint_is_written_is_left_out_with_it() {
    let (world, _) = lasting();
    let ann = world.user();
    turns(&ann, 0..40);
    let later = async {
        let ids: Vec<String> = (0..8).map(|number| format!("x{number}")).collect();
        ids.iter().for_each(|id| _ = ann.commit(id, user(&format!("said {id}"))));
        ann.compact("xs", "in short", &["x0", "x1", "x2", "x3"]);
    };
    both(ann.repository().checkpoint(), later).0.unwrap();
    assert!(is_shallow(&ann));
    let named = |id: &'static str| move |state: &State<'_>| state.find_entry(id).unwrap();
    assert_eq!(asks(&ann, named("x2")), (true, false));
    assert_eq!(asks(&ann, named("x6")), (false, true));
    assert_eq!(ann.plain().values(), world.user().plain().values());
}

#[test]
fn what_is_nowhere_else_stays() {
    let world = World::default(); // in memory: no checkpoint is due
    let ann = world.user();
    turns(&ann, 0..520);
    assert_eq!(is_shallow(&ann), cfg!(feature = "tiny"));
}

/// What can be asked about, as text.
fn asked(user: &User, question: &str) -> String {
    let json =
        |with: &str| format!("{:?}", user.try_compile(&options(varve::json::parse(with).unwrap())).unwrap().values());
    let text = |value: Option<Value>| format!("{value:?}");
    let past = || block_on(user.repository().past()).unwrap();
    match question {
        "view" => json("{}"),
        "budget" => json(r#"{"maxTokens":200,"preserveRecent":2,"onOverflow":"return"}"#),
        "notes" => json(r#"{"strategy":"notes"}"#),
        "adaptive" => json(r#"{"strategy":{"adaptive":{"recent":3}}}"#),
        "as of the beginning" => json(&format!(r#"{{"asOf":{}}}"#, START + 5)),
        "status" => text(block_on(user.handle.status()).ok()),
        "tokens" => format!("{:?}", block_on(user.handle.compiled_tokens())),
        "plan" => format!("{:?}", user.plan()),
        "plan of what is gone" => {
            let with = CompressOptions { ids: Some(vec!["q3".to_owned()]), ..CompressOptions::default() };
            format!("{:?}", user.try_plan(with))
        }
        "plan of a range" => {
            let (from, to) = (Some("q3".to_owned()), Some("a118".to_owned()));
            format!("{:?}", user.try_plan(CompressOptions { from, to, ..CompressOptions::default() }))
        }
        _ => {
            let _past = past();
            match question {
                "an old entry" => text(user.get("q3")),
                "history" => text(user.handle.history(None, 5000).ok()),
                "transcript" => block_on(user.handle.transcript(None, None, 5000)).unwrap(),
                "operations" => format!("{:?}", block_on(user.repository().operations(5000, None)).unwrap()),
                "branches" => text(Some(user.handle.branches(Anonymous::Show))),
                "diff" => {
                    let first = user.handle.resolve("q2").unwrap().to_hex();
                    text(block_on(user.handle.diff(&first, "HEAD")).ok())
                }
                "detached" => format!("{:?}", user.at("q30").plain().values()),
                other => panic!("nobody answers to {other}"),
            }
        }
    }
}

const QUESTIONS: [&str; 17] = [
    "view",
    "budget",
    "notes",
    "adaptive",
    "as of the beginning",
    "status",
    "tokens",
    "plan",
    "plan of what is gone",
    "plan of a range",
    "an old entry",
    "history",
    "transcript",
    "operations",
    "branches",
    "diff",
    "detached",
];

#[test]
fn every_question_has_the_answer_it_has_when_nothing_is_left_out() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    for question in QUESTIONS {
        if !is_shallow(&ann) {
            two_checkpoints(&ann);
        }
        let bob = world.user();
        assert!(is_shallow(&ann) && !is_shallow(&bob), "before {question}");
        assert_eq!(asked(&ann, question), asked(&bob, question), "{question}");
    }
}

#[test]
fn what_is_in_view_is_answered_without_the_store() {
    let (world, store) = lasting();
    let ann = shallow(&world);
    ann.plain();
    store.set(Fault::Fails, 0, usize::MAX);
    for question in ["view", "budget", "status", "tokens"] {
        asked(&ann, question);
        assert!(is_shallow(&ann), "{question}");
    }
}

/// Operations on what was left out, and on what is here.
fn operations(who: &User) -> Vec<(&'static str, Result<(), String>)> {
    let edit = |id: &str| block_on(who.handle.edit(id, user("changed"), &nothing())).map(drop);
    let told = |result: Result<(), Box<varve::error::Error>>| result.map_err(|error| error.code().to_owned());
    let undo = |operation: &str| {
        let _past = block_on(who.repository().past())?;
        block_on(who.handle.undo(Some(operation), &nothing())).map(drop)
    };
    let batch = |id: &str, payload: Value| {
        let batch = who.handle.begin()?;
        block_on(batch.commit(payload, &named(id)))?;
        block_on(batch.finish(&nothing())).map(drop)
    };
    vec![
        ("the same entry again", told(who.try_commit("q3", user("question 3")).map(drop))),
        ("another entry of its id", told(who.try_commit("q4", user("another")).map(drop))),
        ("an old payload in a new entry", told(who.try_commit("new", user("question 5")).map(drop))),
        ("an old entry, in a batch", told(batch("q6", user("question 6")))),
        ("an old id, in a batch", told(batch("q7", user("another")))),
        ("an edit of an old entry", told(edit("q8"))),
        ("an edit of a new entry", told(edit("q119"))),
        ("an annotation of an old entry", told(pinned(who, "q9"))),
        ("a delete of an old entry", told(block_on(who.handle.delete("q10", &nothing())).map(drop))),
        ("a compaction of the past is undone", told(undo("compact 59"))),
        ("and the newest", told(undo("compact 119"))),
        ("what was in view goes on", told(who.try_commit("last", user("last")).map(drop))),
    ]
}

fn pinned(user: &User, id: &str) -> Result<(), Box<varve::error::Error>> {
    let input = Input::Annotate { target: id.to_owned(), priority: Priority::Pinned, reason: None };
    user.perform(input).map(drop)
}

#[test]
fn every_operation_does_what_it_does_when_nothing_is_left_out() {
    let ((here, _), (there, _)) = (lasting(), lasting());
    let ann = shallow(&here);
    let bob = there.user();
    turns(&bob, 0..120);
    assert_eq!(operations(&ann), operations(&bob));
    assert_eq!(ann.shows(), bob.shows());
    // And what was written is what anybody reads.
    assert_eq!(here.user().shows(), ann.shows());
    assert_eq!(block_on(varve::repo::verify(&*here.store, &address("chat"), &|_, _| true)).unwrap().faults, []);
}

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
