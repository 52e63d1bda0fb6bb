//! Where repositories are kept. A repository is one journal and a heap of objects; a checkpoint is a
//! cache beside them.
//!
//! The contract, the same for every store:
//! - [`Store::write`] is all or nothing. It takes entry n + 1 only where entry n is the last one: the
//!   only compare-and-swap there is.
//! - What `write` said was stored stays, as [`Capabilities::durability`] says.
//! - A batch is data. Nothing is read between its writes, nothing is awaited that is not the store's.
//! - A store does **not** interpret entries, and does not check that objects are what their names say:
//!   readers do.

#[cfg(all(target_arch = "wasm32", feature = "stores"))]
pub mod indexed_db;
pub mod listing;
pub mod logs;
mod memory;
pub mod packed;
mod single_key;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use crate::collections::{Bytes, Key, text_hash};
use crate::error::StoreError;
use crate::hash::ContentHash;
use crate::json::quoted;
use crate::model::journal::{Entry, Sealed};
use crate::model::object::Object;
pub use crate::state::checkpoint::CheckpointParts;
use crate::state::checkpoint::StoredCheckpoint;
use listing::{RepositoryPage, RepositoryQuery};
use logs::{LogPage, LogQuery, LogRow};
pub use memory::MemoryStore;
pub use single_key::{Bucket, MemoryBucket, SingleKeyStore};

/// What a store answers with, some time.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Tells a repository from one of the same name that was deleted: random, made with the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Incarnation(pub u64);

/// The name of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The tenant.
    pub workspace: Rc<str>,
    /// The repository's id within it.
    pub id: Rc<str>,
}

impl Key for Address {
    fn hash64(&self) -> u64 {
        text_hash(&self.workspace) ^ text_hash(&self.id).rotate_left(32)
    }
}

/// One repository, as long as it lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoKey {
    /// Its name.
    pub address: Address,
    /// Which of that name.
    pub incarnation: Incarnation,
}

/// What is written at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The journal entry.
    pub entry: Sealed,
    /// Its time, UTC milliseconds.
    pub at: i64,
    /// The payloads it brings. One that is there already stays as it is.
    pub objects: Vec<Object>,
    /// Objects to take away; those that are not there are no error.
    pub delete_objects: Vec<ContentHash>,
    /// Rows of logs.
    pub logs: Vec<LogRow>,
    /// What lists of repositories show from now on: a JSON text. None: what they showed before.
    pub summary: Option<Rc<str>>,
    /// What it means for tables that people query: a JSON text, for stores that want it.
    pub projection: Option<String>,
}

impl Batch {
    /// An entry and the payloads it brings.
    pub fn new(entry: &Entry, objects: Vec<Object>) -> Self {
        Self { at: entry.at, objects, ..Self::of(entry.seal()) }
    }

    /// An entry, and nothing else.
    pub fn of(entry: Sealed) -> Self {
        let (delete_objects, logs) = (Vec::new(), Vec::new());
        Self { entry, at: 0, objects: Vec::new(), delete_objects, logs, summary: None, projection: None }
    }
}

/// Why a batch was not written.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteError {
    /// The number is taken: the entries from it on, at least one. Nothing was written.
    Conflict(Vec<Sealed>),
    /// Anything else. Under `Unavailable` the batch may have been written.
    Store(StoreError),
}

/// What a store can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// What a resolved write survives.
    pub durability: Durability,
    /// Whether others can write the same repository.
    pub multi_writer: bool,
    /// Whether entry and objects become visible together.
    pub multi_key_atomic: bool,
    /// The largest object or entry, in bytes.
    pub max_object_bytes: u64,
    /// Whether it wants `projection`.
    pub projects: bool,
}

/// What a resolved write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: it is in memory.
    Memory,
    /// The end of the process.
    Relaxed,
    /// The loss of power.
    Strict,
}

/// Objects in the order asked for; None for those that are not there.
pub type Found = Vec<Option<Bytes>>;

/// Keeps repositories.
pub trait Store {
    /// What this store can do.
    fn capabilities(&self) -> Capabilities;

    /// Makes the repository, unless it is there already, and tells which incarnation is there.
    fn create<'a>(
        &'a self,
        address: &'a Address,
        incarnation: Incarnation,
        at: i64,
    ) -> Pending<'a, Result<Incarnation, StoreError>>;

    /// Which incarnation of the repository is there.
    fn find<'a>(&'a self, address: &'a Address) -> Pending<'a, Result<Option<Incarnation>, StoreError>>;

    /// Deletes a repository and all that belongs to it; false where there is none. Writers of that
    /// incarnation get `Closed` from then on.
    fn delete<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<bool, StoreError>>;

    /// Repositories of a workspace, in pages.
    fn list<'a>(
        &'a self,
        workspace: &'a str,
        query: &'a RepositoryQuery,
    ) -> Pending<'a, Result<RepositoryPage, StoreError>>;

    /// Writes a batch: all of it or nothing.
    fn write<'a>(&'a self, repo: &'a RepoKey, batch: &'a Batch) -> Pending<'a, Result<(), WriteError>>;

    /// Up to `limit` entries behind number `after`, in order, without gaps.
    fn read_journal<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: u64,
        limit: usize,
    ) -> Pending<'a, Result<Vec<Sealed>, StoreError>>;

    /// Objects in the order asked for; None for those that are not there.
    fn read_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        hashes: &'a [ContentHash],
    ) -> Pending<'a, Result<Found, StoreError>>;

    /// The objects there are and their sizes, ordered by hash, up to `limit` behind `after`.
    fn list_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Pending<'a, Result<Vec<(ContentHash, u64)>, StoreError>>;

    /// Rows of a log, in pages.
    fn read_log<'a>(
        &'a self,
        repo: &'a RepoKey,
        log: &'a str,
        query: &'a LogQuery,
    ) -> Pending<'a, Result<LogPage, StoreError>>;

    /// The newest checkpoint, if it is whole.
    fn read_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<Option<StoredCheckpoint>, StoreError>>;

    /// Puts a checkpoint in the place of the one before. False, and nothing happens: one of this number
    /// or a later one is there, a segment without bytes is not, or the store keeps none.
    fn write_checkpoint<'a>(
        &'a self,
        repo: &'a RepoKey,
        checkpoint: &'a CheckpointParts,
    ) -> Pending<'a, Result<bool, StoreError>>;

    /// Takes the checkpoint away.
    fn delete_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<(), StoreError>>;

    /// Makes sure that no byte of deleted objects is left, as far as the store can.
    fn scrub<'a>(&'a self, _repo: &'a RepoKey) -> Pending<'a, Result<(), StoreError>> {
        ready(Ok(()))
    }

    /// Puts objects closer together, a bounded part of the work; whether there may be more to do.
    #[cfg(feature = "stores")]
    fn pack<'a>(&'a self, _repo: &'a RepoKey) -> Pending<'a, Result<bool, StoreError>> {
        ready(Ok(false))
    }

    /// Takes projections again, oldest first, as JSON texts; with `start` what was there goes first.
    fn reproject<'a>(
        &'a self,
        _repo: &'a RepoKey,
        _projections: &'a [String],
        _start: bool,
    ) -> Pending<'a, Result<(), StoreError>> {
        ready(Ok(()))
    }
}

impl StoreError {
    /// The repository was deleted.
    pub(crate) fn deleted(repo: &RepoKey) -> Self {
        Self::Closed(format!("repository {} was deleted", quoted(&repo.address.id)).into())
    }
}

/// An answer that is there at once.
pub(crate) fn ready<'a, T: 'a>(value: T) -> Pending<'a, T> {
    Box::pin(std::future::ready(value))
}
