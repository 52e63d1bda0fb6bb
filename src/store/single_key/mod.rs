//! A store over a bucket that knows one conditional operation on one key at a time: put if absent.
//!
//! Object stores (`If-None-Match: *`) and key-value services are no more than that. Objects are put
//! first, then the entry under its number: the entry is the commit point, and an object without an
//! entry is invisible. It is the proof that the contract does not secretly need transactions.

mod bucket;
mod value;

use std::rc::Rc;

use super::listing::{RepositoryPage, RepositoryQuery, RepositoryRow};
use super::logs::{LogPage, LogQuery, LogRow};
use super::{
    Address, Batch, Capabilities, CheckpointParts, Durability, Found, Incarnation, Pending, RepoKey, Store, WriteError,
};
use crate::error::StoreError;
use crate::hash::ContentHash;
use crate::model::journal::Sealed;
use crate::model::object::Object;
use crate::state::checkpoint::{StoredCheckpoint, segments_of};
pub use bucket::{Bucket, MemoryBucket};
use value::Stored;

/// Keeps repositories in a [`Bucket`].
#[derive(Debug, Default)]
pub struct SingleKeyStore<B> {
    bucket: B,
}

/// Keeps any byte but letters, digits, `-` and `_` from meaning something in a key.
fn escape(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") }).collect()
}

fn unescape(name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let (taken, byte) = match first {
            '%' => (3, u8::from_str_radix(rest.get(1..3)?, 16).ok()?),
            plain => (1, u8::try_from(plain).ok()?),
        };
        bytes.push(byte);
        rest = rest.get(taken..)?;
    }
    String::from_utf8(bytes).ok()
}

fn home(address: &Address) -> String {
    format!("{}/{}", escape(&address.workspace), escape(&address.id))
}

fn base(repo: &RepoKey) -> String {
    format!("{}/{:016x}", home(&repo.address), repo.incarnation.0)
}

fn entry_key(repo: &RepoKey, seq: u64) -> String {
    format!("{}/journal/{seq:020}", base(repo))
}

impl<B: Bucket> SingleKeyStore<B> {
    /// A store in this bucket.
    pub fn new(bucket: B) -> Self {
        Self { bucket }
    }

    /// The bucket.
    pub fn bucket(&self) -> &B {
        &self.bucket
    }

    /// The incarnations there were, the newest last: each was put under its number, so of two that were
    /// made at once one is there.
    async fn incarnations(&self, address: &Address) -> Result<Vec<String>, StoreError> {
        self.bucket.list(&format!("{}/incarnations/", home(address))).await
    }

    async fn living(&self, address: &Address) -> Result<Option<Incarnation>, StoreError> {
        self.newest(address, &self.incarnations(address).await?).await
    }

    /// The newest incarnation, if it lives.
    async fn newest(&self, address: &Address, incarnations: &[String]) -> Result<Option<Incarnation>, StoreError> {
        let Some(newest) = incarnations.last() else { return Ok(None) };
        let (incarnation, _) = self.made(newest).await?;
        let repo = RepoKey { address: address.clone(), incarnation };
        let dead = self.bucket.get(&format!("{}/dead", base(&repo))).await?;
        Ok(dead.is_none().then_some(incarnation))
    }

    /// The incarnation under a key, and when it was made.
    async fn made(&self, key: &str) -> Result<(Incarnation, i64), StoreError> {
        let value = self.bucket.get(key).await?;
        let read = |value: &[u8]| {
            let (number, at) = std::str::from_utf8(value).ok()?.split_once(' ')?;
            Some((Incarnation(number.parse().ok()?), at.parse().ok()?))
        };
        value.as_deref().and_then(read).ok_or_else(|| StoreError::corrupt(format!("{key} is no incarnation")))
    }

    async fn check_alive(&self, repo: &RepoKey) -> Result<(), StoreError> {
        match self.bucket.get(&format!("{}/dead", base(repo))).await? {
            Some(_) => Err(StoreError::deleted(repo)),
            None => Ok(()),
        }
    }

    async fn entry(&self, repo: &RepoKey, seq: u64) -> Result<Option<Stored>, StoreError> {
        let Some(value) = self.bucket.get(&entry_key(repo, seq)).await? else { return Ok(None) };
        let entry = value::read(seq, &value);
        entry.map(Some).ok_or_else(|| StoreError::corrupt(format!("journal entry {seq} cannot be read")))
    }

    /// Entries behind number `after`, in order, up to `limit`.
    async fn entries(&self, repo: &RepoKey, after: u64, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.check_alive(repo).await?;
        let mut entries = Vec::new();
        while entries.len() < limit
            && let Some(entry) = self.entry(repo, after + 1 + entries.len() as u64).await?
        {
            entries.push(entry);
        }
        Ok(entries)
    }

    async fn row(&self, repo: &RepoKey, created_at: i64) -> Result<RepositoryRow, StoreError> {
        let entries = self.entries(repo, 0, usize::MAX).await?;
        Ok(RepositoryRow {
            id: repo.address.id.clone(),
            incarnation: repo.incarnation,
            created_at,
            updated_at: entries.last().map_or(created_at, |last| last.at),
            summary: entries.iter().rev().find_map(|entry| entry.summary.clone()),
        })
    }

    /// The keys of checkpoints, the newest last.
    async fn checkpoints(&self, repo: &RepoKey) -> Result<Vec<String>, StoreError> {
        self.bucket.list(&format!("{}/checkpoints/", base(repo))).await
    }
}

fn seq_of(key: &str) -> Option<u64> {
    key.rsplit('/').next()?.parse().ok()
}

fn segment_key(repo: &RepoKey, hash: ContentHash) -> String {
    format!("{}/segments/{hash}", base(repo))
}

fn object_key(repo: &RepoKey, hash: ContentHash) -> String {
    format!("{}/objects/{hash}", base(repo))
}

impl<B: Bucket> Store for SingleKeyStore<B> {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durability: Durability::Memory,
            multi_writer: true,
            multi_key_atomic: false,
            max_object_bytes: 64 << 20,
            projects: false,
        }
    }

    fn create<'a>(
        &'a self,
        address: &'a Address,
        incarnation: Incarnation,
        at: i64,
    ) -> Pending<'a, Result<Incarnation, StoreError>> {
        Box::pin(async move {
            let known = self.incarnations(address).await?;
            if let Some(there) = self.newest(address, &known).await? {
                return Ok(there);
            }
            let key = format!("{}/incarnations/{:020}", home(address), known.len());
            let value = format!("{} {at}", incarnation.0);
            self.bucket.put_if_absent(&key, value.into_bytes().into()).await?;
            // Somebody else may have been faster, and may have deleted it again.
            self.living(address).await?.ok_or_else(|| StoreError::Unavailable("it was deleted meanwhile".into()))
        })
    }

    fn find<'a>(&'a self, address: &'a Address) -> Pending<'a, Result<Option<Incarnation>, StoreError>> {
        Box::pin(self.living(address))
    }

    fn delete<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let base = base(repo);
            if self.living(&repo.address).await? != Some(repo.incarnation) {
                return Ok(false);
            }
            let first = self.bucket.put_if_absent(&format!("{base}/dead"), Rc::from(&b"1"[..])).await?;
            for key in self.bucket.list(&format!("{base}/")).await? {
                if !key.ends_with("/dead") {
                    self.bucket.delete(&key).await?;
                }
            }
            Ok(first)
        })
    }

    fn write<'a>(&'a self, repo: &'a RepoKey, batch: &'a Batch) -> Pending<'a, Result<(), WriteError>> {
        Box::pin(async move {
            let failed = WriteError::Store;
            self.check_alive(repo).await.map_err(failed)?;
            let before = batch.entry.seq.saturating_sub(1);
            if before > 0 && self.entry(repo, before).await.map_err(failed)?.is_none() {
                let message = format!("entry {} was written before entry {before}", batch.entry.seq);
                return Err(failed(StoreError::corrupt(message)));
            }
            for object in &batch.objects {
                let key = object_key(repo, object.hash);
                self.bucket.put_if_absent(&key, object.bytes.clone()).await.map_err(failed)?;
            }
            let key = entry_key(repo, batch.entry.seq);
            let first = self.bucket.put_if_absent(&key, value::write(batch)).await.map_err(failed)?;
            let unseen = match first {
                true => Vec::new(),
                false => self.read_journal(repo, before, usize::MAX).await.map_err(failed)?,
            };
            // Also where the answer to the first try was lost before this was done,
            // and nobody has written since, who may have brought an object again.
            if first || unseen.iter().all(|entry| entry.hash == batch.entry.hash) {
                for hash in &batch.delete_objects {
                    self.bucket.delete(&object_key(repo, *hash)).await.map_err(failed)?;
                }
            }
            if first { Ok(()) } else { Err(WriteError::Conflict(unseen)) }
        })
    }

    fn list<'a>(
        &'a self,
        workspace: &'a str,
        query: &'a RepositoryQuery,
    ) -> Pending<'a, Result<RepositoryPage, StoreError>> {
        Box::pin(async move {
            let (mut rows, mut seen) = (Vec::new(), Vec::new());
            let prefix = format!("{}/", escape(workspace));
            for key in self.bucket.list(&prefix).await?.iter().rev() {
                let place = key.strip_prefix(&prefix).and_then(|rest| rest.split_once("/incarnations/"));
                let Some(id) = place.and_then(|(id, _)| unescape(id)).filter(|id| !seen.contains(id)) else { continue };
                seen.push(id.clone());
                let (incarnation, created_at) = self.made(key).await?;
                let address = Address { workspace: workspace.into(), id: id.into() };
                let repo = RepoKey { address, incarnation };
                match self.row(&repo, created_at).await {
                    Ok(row) => rows.push(row),
                    Err(StoreError::Closed(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            query.page(rows)
        })
    }

    fn read_journal<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: u64,
        limit: usize,
    ) -> Pending<'a, Result<Vec<Sealed>, StoreError>> {
        Box::pin(async move {
            let entries = self.entries(repo, after, limit).await?;
            Ok(entries.into_iter().map(|stored| stored.entry).collect())
        })
    }

    fn read_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        hashes: &'a [ContentHash],
    ) -> Pending<'a, Result<Found, StoreError>> {
        Box::pin(async move {
            self.check_alive(repo).await?;
            let mut found = Vec::with_capacity(hashes.len());
            for hash in hashes {
                found.push(self.bucket.get(&object_key(repo, *hash)).await?.map(Into::into));
            }
            Ok(found)
        })
    }

    fn list_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Pending<'a, Result<Vec<(ContentHash, u64)>, StoreError>> {
        Box::pin(async move {
            self.check_alive(repo).await?;
            let mut found = Vec::new();
            for key in self.bucket.list(&format!("{}/objects/", base(repo))).await? {
                let hash = key.rsplit('/').next().and_then(|hash| hash.parse().ok());
                let Some(hash) = hash.filter(|hash| Some(*hash) > after) else { continue };
                if found.len() == limit {
                    break;
                }
                if let Some(bytes) = self.bucket.get(&key).await? {
                    found.push((hash, bytes.len() as u64));
                }
            }
            Ok(found)
        })
    }

    fn read_log<'a>(
        &'a self,
        repo: &'a RepoKey,
        log: &'a str,
        query: &'a LogQuery,
    ) -> Pending<'a, Result<LogPage, StoreError>> {
        Box::pin(async move {
            let entries = self.entries(repo, 0, usize::MAX).await?;
            let rows: Vec<&LogRow> =
                entries.iter().flat_map(|entry| &entry.logs).filter(|row| &*row.log == log).collect();
            query.page(rows.iter().enumerate().map(|(place, row)| (place as u64, *row)))
        })
    }

    fn read_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<Option<StoredCheckpoint>, StoreError>> {
        Box::pin(async move {
            self.check_alive(repo).await?;
            let keys = self.checkpoints(repo).await?;
            let Some(key) = keys.last() else { return Ok(None) };
            let (Some(seq), Some(manifest)) = (seq_of(key), self.bucket.get(key).await?) else { return Ok(None) };
            let Some(hashes) = segments_of(&manifest) else { return Ok(None) };
            let mut segments = Vec::with_capacity(hashes.len());
            for hash in hashes {
                match self.bucket.get(&segment_key(repo, hash)).await? {
                    Some(bytes) => segments.push(Object { hash, bytes }),
                    None => return Ok(None),
                }
            }
            Ok(Some(StoredCheckpoint { seq, manifest, segments, checked: false }))
        })
    }

    fn write_checkpoint<'a>(
        &'a self,
        repo: &'a RepoKey,
        checkpoint: &'a CheckpointParts,
    ) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            self.check_alive(repo).await?;
            let older = self.checkpoints(repo).await?;
            if older.iter().filter_map(|key| seq_of(key)).any(|seq| seq >= checkpoint.seq) {
                return Ok(false);
            }
            for (hash, bytes) in &checkpoint.segments {
                let key = segment_key(repo, *hash);
                match bytes {
                    Some(bytes) => drop(self.bucket.put_if_absent(&key, bytes.clone()).await?),
                    None if self.bucket.get(&key).await?.is_none() => return Ok(false),
                    None => {}
                }
            }
            let key = format!("{}/checkpoints/{:020}", base(repo), checkpoint.seq);
            let first = self.bucket.put_if_absent(&key, checkpoint.manifest.clone()).await?;
            let kept: Vec<_> = checkpoint.segments.iter().map(|(hash, _)| segment_key(repo, *hash)).collect();
            let segments = self.bucket.list(&format!("{}/segments/", base(repo))).await?;
            for key in older.iter().chain(segments.iter().filter(|key| !kept.contains(key))) {
                self.bucket.delete(key).await?;
            }
            Ok(first)
        })
    }

    fn delete_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.check_alive(repo).await?;
            let mut keys = self.checkpoints(repo).await?;
            keys.extend(self.bucket.list(&format!("{}/segments/", base(repo))).await?);
            for key in &keys {
                self.bucket.delete(key).await?;
            }
            Ok(())
        })
    }
}
