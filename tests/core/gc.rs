//! Freeing what nothing needs.

use varve::error::Error;
use varve::hash::ContentHash;
use varve::json;
use varve::ops::{Existing, Input, Unmerged};
use varve::repo::{Gc, GcOptions};
use varve::state::checkpoint;
use varve::store::{MemoryBucket, MemoryStore, SingleKeyStore, Store};

use crate::support::faulty::{Fault, Faulty};
use crate::support::*;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn gc(user: &User, older_than: i64) -> Gc {
    let options = GcOptions { older_than: Some(older_than), ..GcOptions::default() };
    block_on(user.handle.gc(&options)).unwrap()
}

/// Everything that is unreachable now.
fn gc_all(world: &World, user: &User) -> Gc {
    world.clock.advance(1);
    gc(user, varve::repo::Environment::now(&*world.clock))
}

fn objects(world: &World) -> Vec<ContentHash> {
    let listed = block_on(world.store.list_objects(&world.key(), None, 1000)).unwrap();
    listed.into_iter().map(|(hash, _)| hash).collect()
}

fn content_of(user: &User, id: &str) -> ContentHash {
    user.get(id).unwrap()["contentHash"].as_str().unwrap().parse().unwrap()
}

/// `main` with a, and a branch with b and c that was deleted.
fn abandoned(world: &World) -> (User, String) {
    let ann = world.user();
    ann.commit("a", user("stays"));
    ann.branch("side").unwrap();
    let side = ann.at("side");
    side.commit("b", user("goes"));
    let tip = side.commit("c", user("goes too"));
    ann.delete_branch("side", Unmerged::Delete).unwrap();
    (ann, tip.to_hex())
}

fn code<T: std::fmt::Debug>(result: Result<T, Box<Error>>) -> (&'static str, varve::json::Value) {
    let error = result.unwrap_err();
    (error.code(), error.details())
}

#[test]
fn payloads_of_commits_that_nothing_leads_to_are_freed_and_the_commits_stay() {
    let world = World::default();
    let (ann, tip) = abandoned(&world);
    let goes = ann.at(&tip).get("c").map(|_| content_of(&ann.at(&tip), "c")).unwrap();
    let dry =
        block_on(ann.handle.gc(&GcOptions { older_than: Some(START + 1), dry_run: true, ..GcOptions::default() }))
            .unwrap();
    assert_eq!((dry.objects, dry.commits, &dry.operation), (2, 2, &None));
    assert_eq!(objects(&world).len(), 3, "a dry run frees nothing");
    let freed = gc_all(&world, &ann);
    assert_eq!((freed.objects, freed.bytes, freed.commits), (2, dry.bytes, 2));
    assert!(freed.bytes > 40 && freed.operation.is_some());
    assert_eq!(objects(&world), [content_of(&ann, "a")]);
    // The commit is there, its text is not.
    let detached = ann.at(&tip);
    let history = detached.handle.history(None, 10).unwrap();
    assert_eq!(history["commits"][0]["freed"], json!(true));
    let gone = json!({ "hash": goes.to_hex(), "reason": "freed" });
    assert_eq!(code(block_on(detached.handle.get(&tip))), ("ContentGone", gone));
    assert_eq!(code(detached.try_compile(&options(json!({})))).0, "ContentGone");
    assert_eq!(code(ann.try_compile(&options(json!({ "asOf": tip })))).0, "ContentGone");
    assert_eq!(ann.shows(), ["user: stays"]);
    assert_eq!(gc_all(&world, &ann), Gc::default(), "there is nothing left");
}

#[test]
fn what_was_compiled_before_is_not_given_out_of_a_cache() {
    let world = World::default();
    let (ann, tip) = abandoned(&world);
    assert_eq!(ann.compile(json!({ "asOf": tip })).brief().len(), 3);
    gc_all(&world, &ann);
    assert_eq!(code(ann.try_compile(&options(json!({ "asOf": tip })))).0, "ContentGone");
}

#[test]
fn what_was_reachable_a_short_while_ago_stays() {
    let world = World::default();
    let (ann, _) = abandoned(&world);
    world.clock.advance(13 * DAY);
    assert_eq!(block_on(ann.handle.gc(&GcOptions::default())).unwrap(), Gc::default());
    world.clock.advance(2 * DAY);
    assert_eq!(block_on(ann.handle.gc(&GcOptions::default())).unwrap().objects, 2, "14 days are the default");
}

#[test]
fn tags_handles_and_versions_of_living_branches_keep_payloads() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("first version"));
    ann.edit("a", user("second version"));
    let by_tag = ann.commit("b", user("by a tag"));
    ann.tag("v1", "HEAD", Existing::Keep).unwrap();
    let to = ann.handle.resolve("HEAD~1").unwrap();
    ann.perform(Input::Reset { to }).unwrap();
    let by_handle = ann.commit("c", user("by a handle"));
    let detached = ann.at(&by_handle.to_hex());
    ann.perform(Input::Reset { to }).unwrap();
    ann.commit("d", user("by ORIG_HEAD"));
    block_on(ann.handle.reset(&to.to_hex(), &nothing())).unwrap();
    assert_eq!(gc_all(&world, &ann), Gc::default());
    assert_eq!(detached.shows().len(), 2);
    drop(detached);
    assert_eq!(gc_all(&world, &ann).objects, 1, "the handle is gone");
    world.clock.advance(1);
    let before = varve::repo::Environment::now(&*world.clock);
    ann.perform(Input::Untag { name: "v1".to_owned() }).unwrap();
    assert_eq!(gc(&ann, before), Gc::default(), "the tag was there then");
    assert_eq!(gc_all(&world, &ann).objects, 1);
    assert_eq!(ann.at("HEAD~1").shows(), ["user: first version"]);
    assert_eq!(code(block_on(ann.handle.get(&by_tag.to_hex()))).0, "ContentGone");
}

#[test]
fn a_payload_that_a_living_commit_shares_stays() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("the same"));
    ann.branch("side").unwrap();
    ann.at("side").commit("b", user("the same"));
    ann.delete_branch("side", Unmerged::Delete).unwrap();
    assert_eq!(gc_all(&world, &ann), Gc::default());
}

#[test]
fn committed_again_a_freed_payload_is_stored_again() {
    let world = World::default();
    let (ann, tip) = abandoned(&world);
    gc_all(&world, &ann);
    ann.commit("again", user("goes"));
    ann.commit("c", user("goes too"));
    assert_eq!(world.user().shows(), ["user: stays", "user: goes", "user: goes too"]);
    assert_eq!(ann.at(&tip).shows(), ["user: stays", "user: goes", "user: goes too"], "and its commits are whole");
    ann.perform(Input::CreateBranch { name: "back".to_owned(), at: tip.parse().unwrap() }).unwrap();
    assert_eq!(gc_all(&world, &ann), Gc::default());
}

#[test]
fn in_one_entry_what_is_freed_and_committed_again_is_there() {
    let world = World::default();
    let (ann, _) = abandoned(&world);
    world.clock.advance(1);
    let bob = ann.beside();
    let now = varve::repo::Environment::now(&*world.clock);
    let with = GcOptions { older_than: Some(now), ..GcOptions::default() };
    let (freed, committed) =
        both(async { ann.handle.gc(&with).await }, async { bob.handle.commit(user("goes"), &named("again")).await });
    freed.unwrap();
    committed.unwrap();
    assert_eq!(world.user().shows(), ["user: stays", "user: goes"]);
}

#[test]
fn nothing_is_made_to_stand_on_what_was_freed() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("stays"));
    let to = ann.handle.resolve("HEAD").unwrap();
    let lost = ann.commit("b", user("goes"));
    let reset = ann.perform(Input::Reset { to }).unwrap().operation.unwrap();
    ann.branch("side").unwrap();
    ann.at("side").commit("c", user("goes too"));
    let deleted = ann.delete_branch("side", Unmerged::Delete).unwrap().operation.unwrap();
    gc_all(&world, &ann);
    let create = Input::CreateBranch { name: "x".to_owned(), at: lost };
    assert_eq!(code(ann.perform(create)).0, "ContentGone");
    assert_eq!(code(ann.perform(Input::Reset { to: lost })).0, "ContentGone");
    assert_eq!(code(ann.tag("t", &lost.to_hex(), Existing::Keep)).0, "ContentGone");
    for operation in [reset, deleted] {
        assert_eq!(code(block_on(ann.handle.undo(Some(&operation), &nothing()))).0, "ContentGone");
    }
    let batch = ann.handle.begin().unwrap();
    assert_eq!(code(block_on(batch.add(Input::CreateBranch { name: "x".to_owned(), at: lost }))).0, "ContentGone");
}

#[test]
fn gc_cannot_be_undone() {
    let world = World::default();
    let (ann, _) = abandoned(&world);
    let operation = gc_all(&world, &ann).operation.unwrap();
    assert_eq!(code(block_on(ann.handle.undo(Some(&operation), &nothing()))).0, "NotUndoable");
}

#[test]
fn objects_that_nothing_refers_to_go_and_files_of_living_entries_stay() {
    let world = World::default();
    let (ann, _) = abandoned(&world);
    let kept = ann.attach("f", b"a picture", 1);
    let stray = varve::model::object::Object { hash: ContentHash::of(b"left over"), bytes: b"left over"[..].into() };
    // As another implementation, or a write that was torn, would leave it.
    let position = ann.repository().read(|state| state.journal());
    let entry = varve::model::journal::Entry {
        at: position.at,
        format: 1,
        id: "elsewhere".to_owned(),
        operations: Vec::new(),
        previous: position.hash,
        seq: position.seq + 1,
    };
    let batch = varve::store::Batch::new(&entry, vec![stray.clone()]);
    block_on(world.store.write(&world.key(), &batch)).unwrap();
    let freed = gc_all(&world, &ann);
    assert_eq!((freed.objects, freed.commits), (3, 2));
    assert!(objects(&world).contains(&kept) && !objects(&world).contains(&stray.hash));
}

#[test]
fn files_go_with_the_last_entry_that_names_them_and_come_again_with_it() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("stays"));
    ann.branch("side").unwrap();
    let side = ann.at("side");
    let file = side.attach("f", b"a picture", 7);
    let other = parts("user", json!([{ "type": "file", "mediaType": "image/gif", "data": file.to_hex() }]));
    ann.commit("g", other);
    ann.delete_branch("side", Unmerged::Delete).unwrap();
    assert_eq!(gc_all(&world, &ann).objects, 1, "the payload; another one names the file");
    ann.delete("g");
    assert_eq!(gc_all(&world, &ann).objects, 0, "earlier commits show it");
    block_on(ann.handle.reset("a", &nothing())).unwrap();
    let ann = world.user(); // who never stood there
    assert_eq!(gc_all(&world, &ann).objects, 2);
    assert!(!objects(&world).contains(&file));
    assert_eq!(code(ann.try_commit("h", picture(file))).0, "Validation");
    ann.attach("h", b"a picture", 7);
    assert_eq!(block_on(ann.repository().bytes(&[file])).unwrap()[0].as_deref(), Some(&b"a picture"[..]));
    assert_eq!(block_on(ann.repository().verify(&|_, _| true)).unwrap().faults, []);
}

#[test]
fn a_file_whose_bytes_are_a_payload_too_stays_while_either_is_needed() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("stays"));
    ann.branch("side").unwrap();
    let side = ann.at("side");
    side.commit("b", user("twice"));
    let bytes = varve::model::content::Payload::parse(user("twice")).unwrap().bytes;
    let hash = ann.attach("f", &bytes, 1);
    ann.delete_branch("side", Unmerged::Delete).unwrap();
    assert_eq!(gc_all(&world, &ann).objects, 0);
    assert!(objects(&world).contains(&hash));
}

#[test]
fn very_many_objects_are_freed_in_several_entries() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("stays"));
    ann.branch("side").unwrap();
    let batch = std::rc::Rc::new(ann.handle.at("side").unwrap()).begin().unwrap();
    for number in 0..2500 {
        block_on(batch.commit(user(&format!("number {number}")), &nothing())).unwrap();
    }
    block_on(batch.finish(&nothing())).unwrap();
    ann.delete_branch("side", Unmerged::Delete).unwrap();
    let before = world.journal_length();
    assert_eq!(gc_all(&world, &ann).objects, 2500);
    assert_eq!(world.journal_length(), before + 2);
    assert_eq!(objects(&world).len(), 1);
}

#[test]
fn whatever_goes_wrong_it_is_freed_or_not_and_replays_as_it_is() {
    let inner: [fn() -> std::rc::Rc<dyn Store>; 2] =
        [|| std::rc::Rc::new(MemoryStore::new()), || std::rc::Rc::new(SingleKeyStore::new(MemoryBucket::default()))];
    for make in inner {
        for fault in [Fault::Fails, Fault::LosesAnswer, Fault::Repeats, Fault::Delays, Fault::Quota] {
            for first in 0..10 {
                let store = std::rc::Rc::new(Faulty::over(make(), false));
                let world = World::over(store.clone());
                let (ann, tip) = abandoned(&world);
                let bob = world.user();
                world.clock.advance(1);
                let now = varve::repo::Environment::now(&*world.clock);
                store.set(fault, first, first);
                let with = GcOptions { older_than: Some(now), ..GcOptions::default() };
                let outcome = block_on(ann.handle.gc(&with));
                let other = bob.try_commit("again", user("goes"));
                store.heal();
                let case = format!("{fault:?} at {first}: {outcome:?}, {other:?}");
                let fresh = world.user();
                ann.catch_up();
                let dump = |user: &User| user.repository().read(checkpoint::write);
                assert!(dump(&ann) == dump(&fresh), "{case}");
                assert_eq!(fresh.shows().len(), 1 + usize::from(other.is_ok()), "{case}");
                if outcome.is_ok() {
                    assert_eq!(code(fresh.at(&tip).try_compile(&options(json!({})))).0, "ContentGone", "{case}");
                }
            }
        }
    }
}
