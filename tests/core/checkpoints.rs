//! Checkpoints that go on where the last one stopped, of repositories at work: each holds what the journal says.

use std::rc::Rc;

use varve::repo::verify;
use varve::state::checkpoint;
use varve::store::{MemoryBucket, SingleKeyStore};

use crate::support::*;

fn world() -> World {
    World::over(Rc::new(SingleKeyStore::new(MemoryBucket::default())))
}

/// Some thousands of messages in one journal entry: more than a segment of commits, and of payloads.
fn grow(user: &User, count: usize) {
    let before = user.repository().read(|state| state.commit_count());
    let batch = user.handle.begin().unwrap();
    for number in before..before + count {
        block_on(batch.commit(crate::support::user(&format!("message {number}")), &nothing())).unwrap();
    }
    block_on(batch.finish(&nothing())).unwrap();
}

/// Writes a checkpoint, which has to be what a repository writes that begins anew, and the newest in the store.
fn check(world: &World, user: &User) {
    block_on(user.repository().checkpoint()).unwrap();
    let stored = block_on(world.store.read_checkpoint(&world.key())).unwrap().expect("the checkpoint is not whole");
    let whole = user.repository().read(checkpoint::write).unwrap();
    assert!(stored == whole, "it is not what beginning anew writes");
}

fn verified(world: &World) {
    let found = block_on(verify(&*world.store, &address("chat"), &|_, _| true)).unwrap();
    let last = block_on(world.store.read_checkpoint(&world.key())).unwrap().map(|stored| stored.seq);
    assert_eq!((found.checkpoint, found.faults), (last, vec![]));
}

#[test]
fn every_checkpoint_of_a_repository_is_the_whole_one() {
    let world = world();
    let ann = world.user();
    grow(&ann, 7000);
    check(&world, &ann);
    ann.commit("a", user("one more"));
    check(&world, &ann);
    grow(&ann, 7000);
    ann.pin("a");
    ann.branch("side").unwrap();
    check(&world, &ann);

    // Opened from it, what comes goes on from it.
    let bob = world.user();
    grow(&bob, 3000);
    check(&world, &bob);
    ann.catch_up();
    ann.commit("b", user("and one"));
    check(&world, &ann);
    verified(&world);
}

#[test]
fn a_store_that_has_not_what_it_was_given_is_given_everything() {
    let world = world();
    let ann = world.user();
    grow(&ann, 7000);
    check(&world, &ann);
    block_on(world.store.delete_checkpoint(&world.key())).unwrap();
    ann.commit("a", user("one more"));
    check(&world, &ann);

    // Somebody else's newer one stays, and what is written after it is whole again.
    let bob = world.user();
    bob.commit("b", user("from elsewhere"));
    check(&world, &bob);
    block_on(ann.repository().checkpoint()).unwrap();
    ann.catch_up();
    ann.commit("c", user("after that"));
    check(&world, &ann);
    verified(&world);
}
