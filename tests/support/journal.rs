//! Commits for which there are no planners: written straight into the store, as another implementation
//! would, and taken in from there.

use varve::hash::{CommitHash, ContentHash};
use varve::json::Value;
use varve::model::commit::{Body, EntryOperation, Resolution};
use varve::model::content::Payload;
use varve::model::journal::{Entry, JOURNAL_FORMAT, Operation};
use varve::model::object::Object;
use varve::model::outline::Outline;
use varve::model::record::{CommitRecord, Record};
use varve::repo::Environment;
use varve::store::Batch;

use super::{Quarters, User, World, block_on};

/// Writes a commit on the branch the user stands on.
pub fn write(world: &World, user: &User, mut commit: Body, payload: Option<Value>) -> CommitHash {
    let payload = payload.map(|value| Payload::parse(value).unwrap());
    if let Some(payload) = &payload {
        commit.content_type = Some(payload.content.content_type().into());
    }
    let outlined = |payload: Payload| (Outline::of(&payload.content, &Quarters, &[]), payload.bytes);
    write_bytes(world, user, commit, payload.map(outlined))
}

/// The same with any bytes for a payload, and what is said of them.
pub fn write_bytes(world: &World, user: &User, mut commit: Body, payload: Option<(Outline, Vec<u8>)>) -> CommitHash {
    user.catch_up();
    let object = |bytes: Vec<u8>| Object { hash: ContentHash::of(&bytes), bytes: bytes.into() };
    let (outline, object) = payload.map(|(outline, bytes)| (outline, object(bytes))).unzip();
    commit.content_hash = object.as_ref().map(|object| object.hash);
    let position = user.repository().read(|state| state.journal());
    let kind = commit.operation.as_ref().map_or("append", EntryOperation::kind).to_owned();
    let record = CommitRecord {
        branch: user.handle.branch(),
        commit,
        known_hash: None,
        outline,
        size: object.as_ref().map(|object| object.bytes.len() as u32),
        tokens: None,
    };
    let operation =
        Operation { author: None, id: None, kind, records: vec![Record::Commit(Box::new(record))], undoes: None };
    let entry = Entry {
        at: position.at.max(world.clock.now()),
        format: JOURNAL_FORMAT,
        id: format!("elsewhere-{}", position.seq),
        operations: vec![operation],
        previous: position.hash,
        seq: position.seq + 1,
    };
    let batch = Batch::new(&entry, object.into_iter().collect());
    block_on(world.store.write(&world.key(), &batch)).unwrap();
    user.catch_up();
    user.handle.head().unwrap()
}

/// A compaction of entries into a summary.
pub fn compact(world: &World, user: &User, summary: &str, text: &str, targets: &[&str]) -> CommitHash {
    let body = Body {
        id: Some(summary.into()),
        operation: Some(EntryOperation::Compact { targets: targets.iter().map(|id| (*id).into()).collect() }),
        ..Body::default()
    };
    write(world, user, body, Some(super::summary(text)))
}

/// A merge of `other` into the user's branch. Each resolution names an entry and who loses.
pub fn merge(world: &World, user: &User, other: CommitHash, losers: &[(&str, CommitHash)]) -> CommitHash {
    let resolution =
        |(entry, loser): &(&str, CommitHash)| Resolution { deactivate: vec![*loser], entry: (*entry).into() };
    let body = Body {
        operation: Some(EntryOperation::Merge { resolutions: losers.iter().map(resolution).collect() }),
        parents: Some(vec![user.handle.head().unwrap(), other]),
        ..Body::default()
    };
    write(world, user, body, None)
}
