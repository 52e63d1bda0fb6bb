//! Old rows are left in the store once a checkpoint has them and nothing in view needs them. They come back when somebody
//! asks about the past, and nobody can tell that they were away.

mod asked;
mod back;
mod repeated;

use std::rc::Rc;

use varve::model::annotation::Priority;
use varve::repo::{Compaction, CompressOptions};
use varve::state::State;
use varve::state::arena::{EntryIx, Ix};
use varve::store::{Durability, MemoryBucket, SingleKeyStore};

use crate::support::faulty::Faulty;
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
