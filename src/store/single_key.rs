//! A store over a bucket that knows one conditional operation on one key at a time: put if absent.
//!
//! Object stores (`If-None-Match: *`) and key-value services are no more than that. Objects are put
//! first, then the entry under its number: the entry is the commit point, and an object without an
//! entry is invisible. It is the proof that the contract does not secretly need transactions.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Address, Batch, Capabilities, Durability, Found, Incarnation, Pending, RepoKey, Store, WriteError, ready};
use crate::error::StoreError;
use crate::hash::{ContentHash, EntryHash};
use crate::model::journal::Sealed;
use crate::model::object::Object;
use crate::state::checkpoint::StoredCheckpoint;

/// The least a bucket has to do.
pub trait Bucket {
    /// The value under a key.
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Rc<[u8]>>, StoreError>>;

    /// Puts a value under a key that has none; false where it has one.
    fn put_if_absent<'a>(&'a self, key: &'a str, value: Rc<[u8]>) -> Pending<'a, Result<bool, StoreError>>;

    /// The keys that begin with `prefix`, in order.
    fn list<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<String>, StoreError>>;

    /// Takes a key away.
    fn delete<'a>(&'a self, key: &'a str) -> Pending<'a, Result<(), StoreError>>;
}

/// A bucket in memory.
#[derive(Debug, Default)]
pub struct MemoryBucket {
    values: RefCell<BTreeMap<String, Rc<[u8]>>>,
}

impl Bucket for MemoryBucket {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Rc<[u8]>>, StoreError>> {
        ready(Ok(self.values.borrow().get(key).cloned()))
    }

    fn put_if_absent<'a>(&'a self, key: &'a str, value: Rc<[u8]>) -> Pending<'a, Result<bool, StoreError>> {
        let mut values = self.values.borrow_mut();
        let absent = !values.contains_key(key);
        if absent {
            values.insert(key.to_owned(), value);
        }
        ready(Ok(absent))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<String>, StoreError>> {
        let values = self.values.borrow();
        let from = values.range(prefix.to_owned()..).map(|(key, _)| key);
        ready(Ok(from.take_while(|key| key.starts_with(prefix)).cloned().collect()))
    }

    fn delete<'a>(&'a self, key: &'a str) -> Pending<'a, Result<(), StoreError>> {
        self.values.borrow_mut().remove(key);
        ready(Ok(()))
    }
}

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

fn home(address: &Address) -> String {
    format!("{}/{}", escape(&address.workspace), escape(&address.id))
}

fn base(repo: &RepoKey) -> String {
    format!("{}/{:016x}", home(&repo.address), repo.incarnation.0)
}

fn entry_key(repo: &RepoKey, seq: u64) -> String {
    format!("{}/journal/{seq:020}", base(repo))
}

/// `<hash><nonce length as two digits><nonce><bytes>`
fn pack(entry: &Sealed) -> Rc<[u8]> {
    let mut value = format!("{}{:02}{}", entry.hash, entry.id.len(), entry.id).into_bytes();
    value.extend_from_slice(&entry.bytes);
    value.into()
}

fn unpack(seq: u64, value: &[u8]) -> Option<Sealed> {
    let (hash, rest) = value.split_at_checked(64)?;
    let (length, rest) = rest.split_at_checked(2)?;
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let (id, bytes) = rest.split_at_checked(text(length)?.parse().ok()?)?;
    let hash: EntryHash = text(hash)?.parse().ok()?;
    Some(Sealed { seq, id: text(id)?.to_owned(), hash, bytes: bytes.into() })
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
        let value = self.bucket.get(newest).await?;
        let number = value.as_deref().and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
        let incarnation = Incarnation(number.ok_or_else(|| StoreError::Corrupt(format!("{newest} is no number")))?);
        let repo = RepoKey { address: address.clone(), incarnation };
        let dead = self.bucket.get(&format!("{}/dead", base(&repo))).await?;
        Ok(dead.is_none().then_some(incarnation))
    }

    async fn check_alive(&self, repo: &RepoKey) -> Result<(), StoreError> {
        match self.bucket.get(&format!("{}/dead", base(repo))).await? {
            Some(_) => Err(StoreError::Closed(format!("repository {:?} was deleted", repo.address.id))),
            None => Ok(()),
        }
    }

    async fn entry(&self, repo: &RepoKey, seq: u64) -> Result<Option<Sealed>, StoreError> {
        let Some(value) = self.bucket.get(&entry_key(repo, seq)).await? else { return Ok(None) };
        let entry =
            unpack(seq, &value).ok_or_else(|| StoreError::Corrupt(format!("journal entry {seq} cannot be read")));
        entry.map(Some)
    }
}

impl<B: Bucket> Store for SingleKeyStore<B> {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durability: Durability::Memory,
            multi_writer: true,
            multi_key_atomic: false,
            max_object_bytes: 64 << 20,
        }
    }

    fn create<'a>(
        &'a self,
        address: &'a Address,
        incarnation: Incarnation,
    ) -> Pending<'a, Result<Incarnation, StoreError>> {
        Box::pin(async move {
            let known = self.incarnations(address).await?;
            if let Some(there) = self.newest(address, &known).await? {
                return Ok(there);
            }
            let key = format!("{}/incarnations/{:020}", home(address), known.len());
            self.bucket.put_if_absent(&key, incarnation.0.to_string().into_bytes().into()).await?;
            // Somebody else may have been faster, and may have deleted it again.
            self.living(address).await?.ok_or_else(|| StoreError::Unavailable("it was deleted meanwhile".to_owned()))
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
                return Err(failed(StoreError::Corrupt(message)));
            }
            for object in &batch.objects {
                let key = format!("{}/objects/{}", base(repo), object.hash);
                self.bucket.put_if_absent(&key, object.bytes.clone()).await.map_err(failed)?;
            }
            let key = entry_key(repo, batch.entry.seq);
            if self.bucket.put_if_absent(&key, pack(&batch.entry)).await.map_err(failed)? {
                return Ok(());
            }
            let unseen = self.read_journal(repo, before, usize::MAX).await.map_err(failed)?;
            Err(WriteError::Conflict(unseen))
        })
    }

    fn read_journal<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: u64,
        limit: usize,
    ) -> Pending<'a, Result<Vec<Sealed>, StoreError>> {
        Box::pin(async move {
            self.check_alive(repo).await?;
            let mut entries = Vec::new();
            while entries.len() < limit
                && let Some(entry) = self.entry(repo, after + 1 + entries.len() as u64).await?
            {
                entries.push(entry);
            }
            Ok(entries)
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
                found.push(self.bucket.get(&format!("{}/objects/{hash}", base(repo))).await?);
            }
            Ok(found)
        })
    }

    fn read_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<Option<StoredCheckpoint>, StoreError>> {
        Box::pin(async move {
            let keys = self.bucket.list(&format!("{}/checkpoints/", base(repo))).await?;
            let Some(key) = keys.last() else { return Ok(None) };
            let seq = key.rsplit('/').next().and_then(|seq| seq.parse().ok());
            let (Some(seq), Some(manifest)) = (seq, self.bucket.get(key).await?) else { return Ok(None) };
            let Some(hashes) = crate::state::checkpoint::segments_of(&manifest) else { return Ok(None) };
            let mut segments = Vec::with_capacity(hashes.len());
            for hash in hashes {
                match self.bucket.get(&format!("{}/segments/{hash}", base(repo))).await? {
                    Some(bytes) => segments.push(Object { hash, bytes }),
                    None => return Ok(None),
                }
            }
            Ok(Some(StoredCheckpoint { seq, manifest, segments }))
        })
    }

    fn write_checkpoint<'a>(
        &'a self,
        repo: &'a RepoKey,
        checkpoint: &'a StoredCheckpoint,
    ) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(async move {
            for segment in &checkpoint.segments {
                let key = format!("{}/segments/{}", base(repo), segment.hash);
                self.bucket.put_if_absent(&key, segment.bytes.clone()).await?;
            }
            let key = format!("{}/checkpoints/{:020}", base(repo), checkpoint.seq);
            self.bucket.put_if_absent(&key, checkpoint.manifest.clone()).await?;
            Ok(())
        })
    }
}
