//! The default store: memory. Shared by everything in the process that holds it; gone with it.

use std::cell::RefCell;
use std::rc::Rc;

use super::packed::Packed;
use super::{Address, Batch, Capabilities, Durability, Found, Incarnation, Pending, RepoKey, Store, WriteError, ready};
use crate::collections::Map;
use crate::error::StoreError;
use crate::hash::ContentHash;
use crate::model::journal::Sealed;
use crate::state::checkpoint::StoredCheckpoint;

/// Keeps repositories in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    repos: RefCell<Map<Address, Repository>>,
}

#[derive(Debug)]
struct Repository {
    incarnation: Incarnation,
    journal: Vec<Packed>,
    objects: Map<ContentHash, Rc<[u8]>>,
}

impl Repository {
    /// Up to `limit` entries behind number `after`.
    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Sealed>, StoreError> {
        let numbered = (1..).zip(&self.journal).skip(after as usize).take(limit);
        let lost = |seq| StoreError::Corrupt(format!("journal entry {seq} is not what was stored"));
        numbered.map(|(seq, packed)| packed.open(seq).ok_or_else(|| lost(seq))).collect()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, repo: &RepoKey, read: impl FnOnce(&mut Repository) -> T) -> Result<T, StoreError> {
        let mut repos = self.repos.borrow_mut();
        let found = repos.get_mut(&repo.address).filter(|found| found.incarnation == repo.incarnation);
        found.map(read).ok_or_else(|| StoreError::Closed(format!("repository {:?} was deleted", repo.address.id)))
    }
}

impl Store for MemoryStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durability: Durability::Memory,
            multi_writer: true,
            multi_key_atomic: true,
            max_object_bytes: u64::from(u32::MAX),
        }
    }

    fn create<'a>(
        &'a self,
        address: &'a Address,
        incarnation: Incarnation,
    ) -> Pending<'a, Result<Incarnation, StoreError>> {
        let mut repos = self.repos.borrow_mut();
        let made = || Repository { incarnation, journal: Vec::new(), objects: Map::default() };
        ready(Ok(repos.get_or_insert_with(address.clone(), made).incarnation))
    }

    fn find<'a>(&'a self, address: &'a Address) -> Pending<'a, Result<Option<Incarnation>, StoreError>> {
        ready(Ok(self.repos.borrow().get(address).map(|found| found.incarnation)))
    }

    fn delete<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<bool, StoreError>> {
        let mut repos = self.repos.borrow_mut();
        let there = repos.get(&repo.address).is_some_and(|found| found.incarnation == repo.incarnation);
        if there {
            repos.remove(&repo.address);
        }
        ready(Ok(there))
    }

    fn write<'a>(&'a self, repo: &'a RepoKey, batch: &'a Batch) -> Pending<'a, Result<(), WriteError>> {
        let written = self.with(repo, |repository| {
            let last = repository.journal.len() as u64;
            if batch.entry.seq <= last {
                let unseen = repository.entries(batch.entry.seq - 1, usize::MAX);
                return Err(unseen.map_or_else(WriteError::Store, WriteError::Conflict));
            }
            if batch.entry.seq != last + 1 {
                let message = format!("entry {} was written, the last one is {last}", batch.entry.seq);
                return Err(WriteError::Store(StoreError::Corrupt(message)));
            }
            for object in &batch.objects {
                repository.objects.get_or_insert_with(object.hash, || object.bytes.clone());
            }
            repository.journal.push(Packed::new(&batch.entry));
            Ok(())
        });
        ready(written.unwrap_or_else(|error| Err(WriteError::Store(error))))
    }

    fn read_journal<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: u64,
        limit: usize,
    ) -> Pending<'a, Result<Vec<Sealed>, StoreError>> {
        ready(self.with(repo, |found| found.entries(after, limit)).flatten())
    }

    fn read_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        hashes: &'a [ContentHash],
    ) -> Pending<'a, Result<Found, StoreError>> {
        ready(self.with(repo, |found| hashes.iter().map(|hash| found.objects.get(hash).cloned()).collect()))
    }

    fn read_checkpoint<'a>(&'a self, _repo: &'a RepoKey) -> Pending<'a, Result<Option<StoredCheckpoint>, StoreError>> {
        ready(Ok(None))
    }

    /// A checkpoint in memory would save nobody anything.
    fn write_checkpoint<'a>(
        &'a self,
        _repo: &'a RepoKey,
        _checkpoint: &'a StoredCheckpoint,
    ) -> Pending<'a, Result<(), StoreError>> {
        ready(Ok(()))
    }
}
