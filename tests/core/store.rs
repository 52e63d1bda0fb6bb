//! What every store promises: the same cases over each of them.

use std::rc::Rc;

use varve::error::StoreError;
use varve::hash::ContentHash;
use varve::model::journal::{Entry, JOURNAL_FORMAT, Sealed};
use varve::model::object::Object;
use varve::store::{
    Address, Batch, Bucket, Incarnation, MemoryBucket, MemoryStore, Pending, RepoKey, SingleKeyStore, Store, WriteError,
};

use crate::support::*;

fn stores() -> Vec<(&'static str, Rc<dyn Store>)> {
    vec![("memory", Rc::new(MemoryStore::new())), ("single key", Rc::new(SingleKeyStore::new(MemoryBucket::default())))]
}

fn named_address(workspace: &str, id: &str) -> Address {
    Address { workspace: workspace.into(), id: id.into() }
}

fn create(store: &dyn Store, address: &Address, number: u64) -> RepoKey {
    let incarnation = block_on(store.create(address, Incarnation(number), 1)).unwrap();
    RepoKey { address: address.clone(), incarnation }
}

fn object(text: &str) -> Object {
    Object { hash: ContentHash::of(text.as_bytes()), bytes: text.as_bytes().into() }
}

fn batch(seq: u64, nonce: &str, objects: &[&str]) -> Batch {
    let entry = Entry {
        at: seq as i64,
        format: JOURNAL_FORMAT,
        id: nonce.to_owned(),
        operations: Vec::new(),
        previous: None,
        seq,
    };
    Batch::new(&entry, objects.iter().map(|text| object(text)).collect())
}

fn nonce_of(entry: &Sealed) -> String {
    entry.open(entry.seq, None).unwrap().id
}

fn journal(store: &dyn Store, repo: &RepoKey) -> Vec<String> {
    let entries = block_on(store.read_journal(repo, 0, usize::MAX)).unwrap();
    entries.into_iter().map(|entry| nonce_of(&entry)).collect()
}

/// Every case, in a repository of its own.
fn conformance(case: impl Fn(&str, &dyn Store, RepoKey)) {
    for (name, store) in stores() {
        let repo = create(&*store, &named_address("w", "r"), 7);
        case(name, &*store, repo);
    }
}

#[test]
fn what_was_written_can_be_read() {
    conformance(|name, store, repo| {
        let written = batch(1, "one", &["payload"]);
        block_on(store.write(&repo, &written)).unwrap();
        let read = block_on(store.read_journal(&repo, 0, 10)).unwrap();
        assert_eq!(read, [written.entry], "{name}");
        let objects = block_on(store.read_objects(&repo, &[object("payload").hash])).unwrap();
        assert_eq!(objects[0].as_deref(), Some(&b"payload"[..]), "{name}");
    });
}

#[test]
fn a_number_is_given_once_and_the_loser_is_told_what_he_has_not_seen() {
    conformance(|name, store, repo| {
        let (one, two) = (batch(1, "one", &[]), batch(2, "two", &[]));
        block_on(store.write(&repo, &one)).unwrap();
        block_on(store.write(&repo, &two)).unwrap();
        let lost = block_on(store.write(&repo, &batch(1, "late", &["never"])));
        assert_eq!(lost, Err(WriteError::Conflict(vec![one.entry.clone(), two.entry.clone()])), "{name}");
        assert_eq!(journal(store, &repo), ["one", "two"], "{name}");
        let again = block_on(store.write(&repo, &two));
        assert_eq!(again, Err(WriteError::Conflict(vec![two.entry])), "{name}: also for one's own entry");
    });
}

#[test]
fn an_entry_needs_the_one_before() {
    conformance(|name, store, repo| {
        for seq in [2, 3, 1000] {
            let early = block_on(store.write(&repo, &batch(seq, "early", &["early"])));
            assert!(matches!(early, Err(WriteError::Store(StoreError::Corrupt(_)))), "{name}: {early:?}");
        }
        assert!(journal(store, &repo).is_empty(), "{name}");
    });
}

#[test]
fn an_object_that_is_there_stays_as_it_is() {
    conformance(|name, store, repo| {
        block_on(store.write(&repo, &batch(1, "one", &["same"]))).unwrap();
        let other = Object { hash: object("same").hash, bytes: b"something else"[..].into() };
        let second = Batch { objects: vec![other], ..batch(2, "two", &[]) };
        block_on(store.write(&repo, &second)).unwrap();
        let read = block_on(store.read_objects(&repo, &[object("same").hash])).unwrap();
        assert_eq!(read[0].as_deref(), Some(&b"same"[..]), "{name}");
    });
}

#[test]
fn objects_come_in_the_order_asked_for_with_nothing_for_those_that_are_not_there() {
    conformance(|name, store, repo| {
        block_on(store.write(&repo, &batch(1, "one", &["a", "b", "c"]))).unwrap();
        let asked = ["c", "nowhere", "a", "c", "b"].map(|text| object(text).hash);
        let read = block_on(store.read_objects(&repo, &asked)).unwrap();
        let texts: Vec<_> =
            read.iter().map(|bytes| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())).collect();
        let expected = [Some("c"), None, Some("a"), Some("c"), Some("b")].map(|text| text.map(str::to_owned));
        assert_eq!(texts, expected, "{name}");
        assert!(block_on(store.read_objects(&repo, &[])).unwrap().is_empty(), "{name}");
    });
}

#[test]
fn the_journal_is_read_in_pages_without_gaps() {
    conformance(|name, store, repo| {
        for seq in 1..=25 {
            block_on(store.write(&repo, &batch(seq, &seq.to_string(), &[]))).unwrap();
        }
        let page = |after, limit| -> Vec<u64> {
            let entries = block_on(store.read_journal(&repo, after, limit)).unwrap();
            entries.into_iter().map(|entry| entry.seq).collect()
        };
        assert_eq!(page(0, 10), (1..=10).collect::<Vec<_>>(), "{name}");
        assert_eq!(page(20, 10), (21..=25).collect::<Vec<_>>(), "{name}");
        assert_eq!(page(24, 1), [25], "{name}");
        assert!(page(25, 10).is_empty() && page(99, 10).is_empty() && page(0, 0).is_empty(), "{name}");
    });
}

#[test]
fn repositories_and_workspaces_know_nothing_of_one_another() {
    let nasty =
        ["r", "r/", "/r", "r%2f", "..", ".", "", " ", "R", "r\u{0}", "ü", "u\u{308}", "a'b\"; --", "%", "日本", "-"];
    for (name, store) in stores() {
        let mut keys = Vec::new();
        for workspace in nasty {
            for id in nasty {
                keys.push(create(&*store, &named_address(workspace, id), 1 + keys.len() as u64));
            }
        }
        for (number, key) in keys.iter().enumerate() {
            let nonce = number.to_string();
            block_on(store.write(key, &batch(1, &nonce, &[&nonce]))).unwrap();
        }
        for (number, key) in keys.iter().enumerate() {
            let nonce = number.to_string();
            assert_eq!(journal(&*store, key), std::slice::from_ref(&nonce), "{name}: {:?}", key.address);
            assert_eq!(block_on(store.find(&key.address)).unwrap(), Some(key.incarnation), "{name}: {:?}", key.address);
            let other = object(&((number + 1) % keys.len()).to_string()).hash;
            assert_eq!(block_on(store.read_objects(key, &[other])).unwrap(), [None], "{name}: {:?}", key.address);
        }
        assert!(block_on(store.delete(&keys[0])).unwrap(), "{name}");
        assert!(keys[1..].iter().all(|key| journal(&*store, key).len() == 1), "{name}: deleting took too much");
    }
}

#[test]
fn creating_what_is_there_gives_the_one_that_is_there() {
    conformance(|name, store, repo| {
        let again = create(store, &repo.address, 8);
        assert_eq!(again, repo, "{name}");
        let missing = block_on(store.find(&named_address("w", "nowhere"))).unwrap();
        assert_eq!(missing, None, "{name}");
    });
}

#[test]
fn a_deleted_repository_is_closed_to_those_who_had_it_open() {
    conformance(|name, store, repo| {
        block_on(store.write(&repo, &batch(1, "one", &["secret"]))).unwrap();
        assert!(block_on(store.delete(&repo)).unwrap(), "{name}");
        assert!(!block_on(store.delete(&repo)).unwrap(), "{name}: it was deleted already");
        assert_eq!(block_on(store.find(&repo.address)).unwrap(), None, "{name}");
        let closed = |name: &str| {
            let write = block_on(store.write(&repo, &batch(2, "two", &[])));
            assert!(matches!(write, Err(WriteError::Store(StoreError::Closed(_)))), "{name}: {write:?}");
            let read = block_on(store.read_journal(&repo, 0, 10));
            assert!(matches!(read, Err(StoreError::Closed(_))), "{name}: {read:?}");
            let objects = block_on(store.read_objects(&repo, &[object("secret").hash]));
            assert!(matches!(objects, Err(StoreError::Closed(_))), "{name}: {objects:?}");
        };
        closed(name);
        let next = create(store, &repo.address, 5);
        assert_eq!(next.incarnation, Incarnation(5), "{name}: a new one of the name, whatever its number");
        assert_eq!(block_on(store.find(&repo.address)).unwrap(), Some(Incarnation(5)), "{name}");
        assert!(journal(store, &next).is_empty(), "{name}");
        block_on(store.write(&next, &batch(1, "new", &[]))).unwrap();
        closed(name);
        assert!(!block_on(store.delete(&repo)).unwrap(), "{name}: the old one does not delete the new one");
        assert_eq!(journal(store, &next), ["new"], "{name}");
    });
}

/// A bucket that takes some rounds for everything, never as many as before, so that callers overlap.
#[derive(Default)]
struct SlowBucket(MemoryBucket, std::cell::Cell<usize>);

impl SlowBucket {
    async fn wait(&self) {
        self.1.set(self.1.get().wrapping_mul(5).wrapping_add(3));
        tasks::Rounds(self.1.get() / 7 % 6).await;
    }
}

impl Bucket for SlowBucket {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Rc<[u8]>>, StoreError>> {
        Box::pin(async move {
            self.wait().await;
            self.0.get(key).await
        })
    }

    fn put_if_absent<'a>(&'a self, key: &'a str, value: Rc<[u8]>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            self.wait().await;
            self.0.put_if_absent(key, value).await
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<String>, StoreError>> {
        Box::pin(async move {
            self.wait().await;
            self.0.list(prefix).await
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> Pending<'a, Result<(), StoreError>> {
        self.0.delete(key)
    }
}

#[test]
fn two_who_create_a_repository_at_once_get_the_same_one() {
    for (first, second) in [(5, 9), (9, 5)] {
        for case in 0..100 {
            let late = case % 10;
            let store = SingleKeyStore::new(SlowBucket(MemoryBucket::default(), case.into()));
            let address = named_address("w", "r");
            let delayed = async {
                tasks::Rounds(late).await;
                store.create(&address, Incarnation(second), 1).await.unwrap()
            };
            let (one, two) = both(async { store.create(&address, Incarnation(first), 1).await.unwrap() }, delayed);
            let found = block_on(store.find(&address)).unwrap();
            assert_eq!((Some(one), Some(two)), (found, found), "{late} rounds late, {first} and {second}");
        }
    }
}
