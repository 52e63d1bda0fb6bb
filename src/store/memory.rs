//! The default store: memory. Shared by everything in the process that holds it; gone with it.

use std::cell::RefCell;
use std::rc::Rc;

use super::listing::{RepositoryPage, RepositoryQuery, RepositoryRow};
use super::logs::{LogPage, LogQuery, LogRow};
use super::packed::{pack, unpack};
use super::{
    Address, Batch, Capabilities, CheckpointParts, Durability, Found, Incarnation, Pending, RepoKey, Store, WriteError,
    ready,
};
use crate::collections::Map;
use crate::error::StoreError;
use crate::hash::{ContentHash, EntryHash};
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
    created_at: i64,
    updated_at: i64,
    summary: Option<Rc<str>>,
    journal: Vec<(EntryHash, Box<[u8]>)>,
    objects: Map<ContentHash, Rc<[u8]>>,
    logs: Map<Rc<str>, Vec<LogRow>>,
}

impl Repository {
    /// Up to `limit` entries behind number `after`.
    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Sealed>, StoreError> {
        let numbered = (1..).zip(&self.journal).skip(after as usize).take(limit);
        let open = |(seq, (hash, packed)): (u64, &(EntryHash, Box<[u8]>))| {
            Ok(Sealed { seq, hash: *hash, bytes: unpack(seq, packed)? })
        };
        numbered.map(open).collect()
    }

    fn take(&mut self, batch: &Batch) {
        for object in &batch.objects {
            self.objects.get_or_insert_with(object.hash, || object.bytes.clone());
        }
        for hash in &batch.delete_objects {
            self.objects.remove(hash);
        }
        for row in &batch.logs {
            self.logs.get_or_insert_with(row.log.clone(), Vec::new).push(row.clone());
        }
        if let Some(summary) = &batch.summary {
            self.summary = Some(summary.clone());
        }
        self.updated_at = batch.at;
        self.journal.push((batch.entry.hash, pack(&batch.entry.bytes).into()));
    }

    fn row(&self, id: &Rc<str>) -> RepositoryRow {
        RepositoryRow {
            id: id.clone(),
            incarnation: self.incarnation,
            created_at: self.created_at,
            updated_at: self.updated_at,
            summary: self.summary.clone(),
        }
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
        found.map(read).ok_or_else(|| StoreError::deleted(repo))
    }
}

impl Store for MemoryStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durability: Durability::Memory,
            multi_writer: true,
            multi_key_atomic: true,
            max_object_bytes: u64::from(u32::MAX),
            projects: false,
        }
    }

    fn create<'a>(
        &'a self,
        address: &'a Address,
        incarnation: Incarnation,
        at: i64,
    ) -> Pending<'a, Result<Incarnation, StoreError>> {
        let mut repos = self.repos.borrow_mut();
        let made = || Repository {
            incarnation,
            created_at: at,
            updated_at: at,
            summary: None,
            journal: Vec::new(),
            objects: Map::default(),
            logs: Map::default(),
        };
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

    fn list<'a>(
        &'a self,
        workspace: &'a str,
        query: &'a RepositoryQuery,
    ) -> Pending<'a, Result<RepositoryPage, StoreError>> {
        let repos = self.repos.borrow();
        let here = repos.iter().filter(|(address, _)| &*address.workspace == workspace);
        ready(query.page(here.map(|(address, found)| found.row(&address.id)).collect()))
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
                return Err(WriteError::Store(StoreError::corrupt(message)));
            }
            repository.take(batch);
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
        ready(
            self.with(repo, |found| hashes.iter().map(|hash| Some(found.objects.get(hash)?.clone().into())).collect()),
        )
    }

    fn list_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Pending<'a, Result<Vec<(ContentHash, u64)>, StoreError>> {
        ready(self.with(repo, |found| {
            let all = found.objects.iter().map(|(hash, bytes)| (*hash, bytes.len() as u64));
            let mut behind: Vec<_> = all.filter(|(hash, _)| Some(*hash) > after).collect();
            behind.sort_unstable();
            behind.truncate(limit);
            behind
        }))
    }

    fn read_log<'a>(
        &'a self,
        repo: &'a RepoKey,
        log: &'a str,
        query: &'a LogQuery,
    ) -> Pending<'a, Result<LogPage, StoreError>> {
        let read = |found: &mut Repository| {
            let rows = found.logs.get(log).map(Vec::as_slice).unwrap_or_default();
            query.page(rows.iter().enumerate().map(|(place, row)| (place as u64, row)))
        };
        ready(self.with(repo, read).flatten())
    }

    fn read_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<Option<StoredCheckpoint>, StoreError>> {
        ready(self.with(repo, |_| None))
    }

    /// A checkpoint in memory would save nobody anything.
    fn write_checkpoint<'a>(
        &'a self,
        repo: &'a RepoKey,
        _checkpoint: &'a CheckpointParts,
    ) -> Pending<'a, Result<bool, StoreError>> {
        ready(self.with(repo, |_| false))
    }

    fn delete_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<(), StoreError>> {
        ready(self.with(repo, |_| ()))
    }

    /// What is deleted from memory is gone.
    fn scrub<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<(), StoreError>> {
        ready(self.with(repo, |_| ()))
    }
}
