//! Checking a store: every fault is named, and the check goes on behind it.

use std::cell::RefCell;
use std::rc::Rc;

use varve::error::{Error, StoreError};
use varve::hash::{ContentHash, EntryHash};
use varve::json;
use varve::model::journal::{Entry, Operation};
use varve::model::record::{Record, RefRecord};
use varve::repo::{Repository, Verified, verify};
use varve::store::{Bucket, MemoryBucket, Pending, SingleKeyStore};

use crate::support::*;

/// What a key shows in place of what it has.
type Shown = (String, Option<Rc<[u8]>>);

/// A bucket whose values can be changed behind everybody's back.
#[derive(Default)]
struct Tampered {
    inner: MemoryBucket,
    changed: RefCell<Vec<Shown>>,
    /// What keys have in them that cannot be read or listed.
    broken: RefCell<Vec<String>>,
}

impl Tampered {
    /// Says `Corrupt` where a key is of a broken part of the store.
    fn intact(&self, key: &str) -> Result<(), StoreError> {
        match self.broken.borrow().iter().any(|part| key.contains(part)) {
            true => Err(StoreError::corrupt("page 7 is damaged")),
            false => Ok(()),
        }
    }
}

impl Bucket for Tampered {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Rc<[u8]>>, StoreError>> {
        if let Err(error) = self.intact(key) {
            return Box::pin(async { Err(error) });
        }
        let changed =
            self.changed.borrow().iter().rev().find(|(other, _)| other == key).map(|(_, value)| value.clone());
        match changed {
            Some(value) => Box::pin(async move { Ok(value) }),
            None => self.inner.get(key),
        }
    }

    fn put_if_absent<'a>(&'a self, key: &'a str, value: Rc<[u8]>) -> Pending<'a, Result<bool, StoreError>> {
        self.inner.put_if_absent(key, value)
    }

    fn list<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<String>, StoreError>> {
        match self.intact(&prefix.replace("/objects/", "/list of objects")) {
            Ok(()) => self.inner.list(prefix),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn delete<'a>(&'a self, key: &'a str) -> Pending<'a, Result<(), StoreError>> {
        self.inner.delete(key)
    }
}

struct Planted {
    store: Rc<SingleKeyStore<Tampered>>,
    world: World,
}

impl Planted {
    /// Five entries, a branch, a tag, a checkpoint after the fourth.
    fn new() -> Self {
        let store = Rc::new(SingleKeyStore::new(Tampered::default()));
        let world = World::over(store.clone());
        let ann = world.user();
        ann.commit("a", user("one"));
        ann.commit_with(user("two"), varve::repo::CommitOptions { operation_id: Some("op".to_owned()), ..named("b") });
        ann.branch("side").unwrap();
        ann.tag("v1", "HEAD", varve::ops::Existing::Keep).unwrap();
        block_on(ann.repository().checkpoint()).unwrap();
        ann.commit("c", user("three"));
        Self { store, world }
    }

    fn verify(&self) -> Verified {
        block_on(verify(&*self.store, &address("chat"), &|_, _| true)).unwrap()
    }

    fn key(&self, part: &str) -> String {
        let keys = block_on(self.store.bucket().list("")).unwrap();
        keys.into_iter().find(|key| key.contains(part)).unwrap_or_else(|| panic!("there is no {part}"))
    }

    fn value(&self, key: &str) -> Vec<u8> {
        block_on(self.store.bucket().get(key)).unwrap().unwrap().to_vec()
    }

    fn set(&self, key: String, value: Option<Vec<u8>>) {
        self.store.bucket().changed.borrow_mut().push((key, value.map(Rc::from)));
    }

    fn entry_key(seq: u64) -> String {
        format!("/journal/{seq:020}")
    }

    /// Changes the bytes of an entry; with `seal` its hash as well, as somebody who knows how would.
    fn change(&self, seq: u64, seal: bool, change: impl Fn(String) -> String) {
        let key = self.key(&Self::entry_key(seq));
        let value = String::from_utf8(self.value(&key)).unwrap();
        let (header, bytes) = value.split_once('\n').unwrap();
        let after = change(bytes.to_owned());
        assert_ne!(after, bytes, "nothing was changed");
        let old = EntryHash::of(bytes.as_bytes()).to_hex();
        let header =
            if seal { header.replace(&old, &EntryHash::of(after.as_bytes()).to_hex()) } else { header.to_owned() };
        self.set(key, Some(format!("{header}\n{after}").into_bytes()));
    }

    fn append(&self, records: Vec<Record>) {
        let ann = self.world.user();
        let position = ann.repository().read(|state| state.journal());
        let operation = Operation { author: None, id: None, kind: "odd".to_owned(), records, undoes: None };
        let entry = Entry {
            at: position.at,
            format: 1,
            id: "odd".to_owned(),
            operations: vec![operation],
            previous: position.hash,
            seq: position.seq + 1,
        };
        let batch = varve::store::Batch::new(&entry, Vec::new());
        block_on(varve::store::Store::write(&*self.store, &self.world.key(), &batch)).unwrap();
    }
}

fn kinds(found: &Verified) -> Vec<(&'static str, Option<u64>)> {
    found.faults.iter().map(|fault| (fault.kind, fault.seq)).collect()
}

#[test]
fn a_whole_repository_has_no_faults() {
    let planted = Planted::new();
    let found = planted.verify();
    assert_eq!(kinds(&found), []);
    let counts = (found.entries, found.commits, found.objects, found.unreferenced, found.checkpoint);
    assert_eq!(counts, (5, 3, 3, 0, Some(4)));
    let opened = planted.world.open();
    assert_eq!(block_on(opened.verify(&|_, _| true)).unwrap(), found);
    let json = varve::json::to_value(&found);
    assert_eq!((&json["ok"], &json["faults"]), (&json!(true), &json!([])));
}

#[test]
fn a_repository_that_was_never_written_is_whole_and_one_that_nobody_knows_is_not_found() {
    let world = World::default();
    assert_eq!(block_on(world.open().verify(&|_, _| true)).unwrap(), Verified::default());
    let missing = block_on(verify(&*world.store, &address("nowhere"), &|_, _| true)).unwrap_err();
    assert_eq!(missing.code(), "RepositoryNotFound");
}

#[test]
fn objects_that_are_missing_or_damaged_are_named() {
    let planted = Planted::new();
    let hash = |text: &str| varve::model::content::Payload::parse(user(text)).unwrap().hash.to_hex();
    planted.set(planted.key(&hash("one")), None);
    planted.set(planted.key(&hash("three")), Some(b"{}".to_vec()));
    let found = planted.verify();
    let named: Vec<_> = found.faults.iter().map(|fault| (fault.kind, fault.hash.clone().unwrap())).collect();
    assert_eq!(named, [("object-missing", hash("one")), ("object-damaged", hash("three"))]);
}

#[test]
fn where_objects_cannot_be_read_each_is_named_and_the_others_are_checked() {
    let planted = Planted::new();
    let hash = |text: &str| varve::model::content::Payload::parse(user(text)).unwrap().hash.to_hex();
    planted.store.bucket().broken.borrow_mut().push(hash("two"));
    planted.set(planted.key(&hash("three")), None);
    let found = planted.verify();
    let named: Vec<_> = found.faults.iter().map(|fault| (fault.kind, fault.hash.clone())).collect();
    // This store reads objects to list them.
    let expected =
        [("object-damaged", None), ("object-damaged", Some(hash("two"))), ("object-missing", Some(hash("three")))];
    assert_eq!(named, expected);
    assert!(found.faults[1].message.contains("page 7"), "{:?}", found.faults);
}

#[test]
fn where_objects_cannot_be_listed_that_is_named_and_they_are_read() {
    let planted = Planted::new();
    let hash = |text: &str| varve::model::content::Payload::parse(user(text)).unwrap().hash.to_hex();
    planted.set(planted.key(&hash("one")), None);
    planted.store.bucket().broken.borrow_mut().push("list of objects".to_owned());
    let found = planted.verify();
    let named: Vec<_> = found.faults.iter().map(|fault| (fault.kind, fault.hash.clone())).collect();
    assert_eq!(named, [("object-damaged", None), ("object-missing", Some(hash("one")))]);
}

#[test]
fn what_an_open_proposal_shows_is_needed() {
    let planted = Planted::new();
    let ann = planted.world.user();
    let id = propose(&ann, "text", &["a"]);
    let found = planted.verify();
    assert_eq!((kinds(&found), found.unreferenced), (vec![], 0), "gc keeps it");
    let body = block_on(ann.handle.proposal(&id)).unwrap().unwrap()["body"].as_str().unwrap().to_owned();
    planted.set(planted.key(&body), None);
    let found = planted.verify();
    let named: Vec<_> = found.faults.iter().map(|fault| (fault.kind, fault.hash.clone().unwrap())).collect();
    assert_eq!(named, [("object-missing", body)]);
    block_on(ann.handle.settle(&id, None, "rejected", Default::default(), None)).unwrap();
    assert_eq!(kinds(&planted.verify()), []);
}

#[test]
fn every_fault_of_the_journal_is_named_and_the_repository_does_not_open() {
    type Case = (&'static str, fn(&Planted), &'static [(&'static str, Option<u64>)]);
    let cases: [Case; 8] = [
        (
            "a flipped bit",
            |p| p.change(5, false, |text| text.replacen("append", "appenD", 1)),
            &[("entry-hash", Some(5))],
        ),
        (
            "an entry that was rewritten",
            |p| p.change(3, true, |text| text.replacen("side", "sidE", 1)),
            &[("entry-chain", Some(4))],
        ),
        (
            "another number",
            |p| p.change(5, true, |text| text.replace("\"seq\":5", "\"seq\":6")),
            &[("entry-number", Some(5))],
        ),
        ("no JSON", |p| p.change(5, true, |text| format!("{text}}}")), &[("entry-unreadable", Some(5))]),
        (
            "an unknown kind of record",
            |p| p.change(5, true, |text| text.replacen("{\"commit\":", "{\"vow\":", 1)),
            &[("entry-unreadable", Some(5))],
        ),
        (
            "a format to come",
            |p| p.change(5, true, |text| text.replacen("\"format\":1", "\"format\":2", 1)),
            &[("version", Some(5))],
        ),
        (
            "a value that is no entry",
            |p| p.set(p.key(&Planted::entry_key(5)), Some(b"?".to_vec())),
            &[("entry-unreadable", Some(5))],
        ),
        ("a gap", |p| p.set(p.key(&Planted::entry_key(4)), None), &[("entry-missing", Some(4))]),
    ];
    for (name, plant, expected) in cases {
        let planted = Planted::new();
        plant(&planted);
        let found = planted.verify();
        let expected: Vec<_> = expected.to_vec();
        let mut told = kinds(&found);
        if name == "a gap" {
            told.retain(|(kind, _)| *kind != "checkpoint"); // the one of the entry that is not there
        }
        assert_eq!(told, expected, "{name}: {:#?}", found.faults);
        assert!(found.entries >= 4, "{name}: it went on behind it");
        let opened = block_on(Repository::open(planted.world.settings(), address("chat"), Default::default()));
        // What lies before the checkpoint is not read when a repository is opened.
        if name != "a gap" && name != "an entry that was rewritten" {
            assert!(matches!(opened.map(drop), Err(error) if matches!(*error, Error::Store(_))), "{name}: it opens");
        }
    }
}

#[test]
fn a_newer_commit_is_a_version_and_what_points_to_nothing_is_named() {
    let planted = Planted::new();
    let nowhere = varve::hash::CommitHash::of(b"nowhere");
    let reference = |name: &str| RefRecord { name: name.to_owned(), new: Some(nowhere), old: None };
    let body = |format, parents| varve::model::commit::Body {
        format,
        parents,
        operation: Some(varve::model::commit::EntryOperation::Delete { target: "a".into() }),
        ..Default::default()
    };
    let commit = |commit| {
        Record::Commit(Box::new(varve::model::record::CommitRecord {
            branch: None,
            commit,
            known_hash: None,
            outline: None,
            size: None,
            tokens: None,
        }))
    };
    let records = vec![
        Record::Branch(reference("lost")),
        Record::Tag(reference("v9")),
        commit(body(None, Some(vec![nowhere]))),
        commit(varve::model::commit::Body {
            operation: Some(varve::model::commit::EntryOperation::Delete { target: "nobody".into() }),
            ..Default::default()
        }),
        commit(body(Some(2), None)),
    ];
    planted.append(records);
    let found = planted.verify();
    let kinds = kinds(&found);
    let at = |kind| (kind, Some(6));
    assert_eq!(kinds, [at("ref"), at("ref"), at("record"), at("record"), at("version")]);
    let refs: Vec<_> = found.faults.iter().filter_map(|fault| fault.reference.as_deref()).collect();
    assert_eq!(refs, ["lost", "v9"]);
    assert_eq!(found.faults[0].hash, Some(nowhere.to_hex()));
    assert!(found.faults[2].message.contains(&nowhere.to_hex()), "{:?}", found.faults[2]);
}

#[test]
fn a_checkpoint_that_is_broken_or_of_another_journal_is_named() {
    // The store shows none of which a part is not there.
    for (name, part, value, expected) in [
        ("no segment", "/segments/", None, vec![]),
        ("a damaged segment", "/segments/", Some(&b"x"[..]), vec![("checkpoint", None)]),
    ] {
        let planted = Planted::new();
        planted.set(planted.key(part), value.map(<[u8]>::to_vec));
        assert_eq!(kinds(&planted.verify()), expected, "{name}");
    }
    let planted = Planted::new();
    let elsewhere = World::over(Rc::new(SingleKeyStore::new(MemoryBucket::default())));
    let ann = elsewhere.user();
    for id in ["a", "b", "c", "d"] {
        ann.commit(id, user("another story"));
    }
    let foreign = ann.repository().read(varve::state::checkpoint::write).unwrap();
    let key = planted.key("/checkpoints/");
    let base = key.split_once("/checkpoints/").unwrap().0.to_owned();
    for segment in &foreign.segments {
        let key = format!("{base}/segments/{}", segment.hash);
        block_on(planted.store.bucket().put_if_absent(&key, segment.bytes.clone())).unwrap();
    }
    planted.set(key, Some(foreign.manifest.to_vec()));
    assert_eq!(kinds(&planted.verify()), [("checkpoint", None)]);
}

#[test]
fn a_checkpoint_that_is_no_use_is_replaced_and_that_is_said() {
    let planted = Planted::new();
    let segments =
        || block_on(planted.store.bucket().list("")).unwrap().into_iter().filter(|key| key.contains("/segments/"));
    let first = segments().next().unwrap();
    planted.set(first.clone(), Some(b"damaged".to_vec()));
    let ann = planted.world.user();
    let status = block_on(ann.handle.status()).unwrap();
    let reason = status["checkpoint"]["rebuilt"].as_str().unwrap_or_default().to_owned();
    assert!(reason.contains("is not what was stored"), "{status}");
    assert_eq!(ann.shows().len(), 3, "the journal is the truth");
    planted.store.bucket().changed.borrow_mut().clear();
    ann.commit("d", user("four"));
    let told = planted.world.events("checkpoint");
    assert_eq!(told.last(), Some(&json!({ "seq": 6, "rebuilt": reason })));
    let found = planted.verify();
    assert_eq!((found.checkpoint, kinds(&found)), (Some(6), vec![]));
    let fresh = planted.world.user();
    assert_eq!(block_on(fresh.handle.status()).unwrap()["checkpoint"], json!({ "seq": 6 }));
}

#[test]
fn what_nothing_refers_to_is_counted_and_what_is_left_of_an_erasure_is_a_fault() {
    let planted = Planted::new();
    let ann = planted.world.user();
    let base = planted.key("/objects/").split_once("/objects/").unwrap().0.to_owned();
    let put = |bytes: &[u8]| {
        let key = format!("{base}/objects/{}", ContentHash::of(bytes));
        block_on(planted.store.bucket().put_if_absent(&key, bytes.into())).unwrap();
    };
    put(b"stray");
    let data = ann.attach("f", b"attached", 1).to_hex();
    let payload = varve::model::content::Payload::parse(user("one")).unwrap();
    block_on(ann.handle.erase(&payload.hash.to_hex(), "test", &nothing())).unwrap();
    let found = planted.verify();
    assert_eq!((found.unreferenced, kinds(&found)), (1, vec![]));
    put(&payload.bytes);
    planted.set(format!("{base}/objects/{data}"), Some(b"changed".to_vec()));
    let found = planted.verify();
    assert_eq!(kinds(&found), [("object-erased", None), ("object-damaged", None)]);
    planted.set(format!("{base}/objects/{data}"), None);
    assert_eq!(kinds(&planted.verify()), [("object-erased", None), ("object-missing", None)]);
}

#[test]
fn several_faults_are_all_named() {
    let planted = Planted::new();
    planted.change(2, false, |text| text.replacen("\"kind\"", "\"Kind\"", 1));
    planted.set(planted.key("/objects/"), None);
    let found = planted.verify();
    let kinds: Vec<_> = found.faults.iter().map(|fault| fault.kind).collect();
    for kind in ["entry-hash", "entry-unreadable", "object-missing"] {
        assert!(kinds.contains(&kind), "{kind} is not among {kinds:?}");
    }
    assert_eq!(found.entries, 5);
}

#[test]
fn progress_is_told_and_can_end_it() {
    let planted = Planted::new();
    let told = RefCell::new(Vec::new());
    let note = |done: u64, total: u64| {
        told.borrow_mut().push((done, total));
        true
    };
    block_on(verify(&*planted.store, &address("chat"), &note)).unwrap();
    let told = told.into_inner();
    assert!(told.is_sorted() && told.iter().all(|(done, total)| done <= total), "{told:?}");
    assert_eq!(told.last(), Some(&(8, 8)), "five entries, three objects");
    let stopped = block_on(verify(&*planted.store, &address("chat"), &|_, _| false));
    assert_eq!(stopped.unwrap_err().code(), "Callback");
}
