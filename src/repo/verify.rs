//! Checking what a store has of a repository: every fault is named, and the check goes on behind it. The
//! store is read, in pages, not what is in memory.

use super::Repository;
use super::care::{mentions, present};
use super::load::{NOT_OF_THIS, PAGE};
use crate::collections::Set;
use crate::error::{Error, Result, StoreError};
use crate::fields::At;
use crate::hash::{ContentHash, EntryHash};
use crate::json::{Members, ToJson, parse_bytes};
use crate::model::journal::{Entry, JOURNAL_FORMAT, Sealed};
use crate::model::record::Record;
use crate::state::State;
use crate::state::apply::When;
use crate::state::arena::{ContentIx, Ix};
use crate::state::checkpoint::{self, Resume, StoredCheckpoint};
use crate::state::gone::Gone;
use crate::store::{Address, RepoKey, Store};

/// How many entries may be missing one after the other, or unreadable, before the rest is given up.
const PATIENCE: u64 = 16;
/// How many objects are listed at once.
const LISTED: usize = 1000;

/// Called with what is done and what there is to do, in entries and objects, as far as it is known.
/// False: stop.
pub type Progress<'a> = &'a dyn Fn(u64, u64) -> bool;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing: see `StorageFaultKind` in `js/src/types/care.ts`.
    pub kind: &'static str,
    /// What is wrong, in words.
    pub message: String,
    /// The number of the journal entry.
    pub seq: Option<u64>,
    /// The hash of the object, or of the commit that a branch or tag was to point to.
    pub hash: Option<String>,
    /// The branch or tag.
    pub reference: Option<String>,
}

impl ToJson for Fault {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("kind", self.kind);
            members.put("message", &self.message);
            members.some("seq", self.seq.as_ref());
            members.some("hash", self.hash.as_ref());
            members.some("ref", self.reference.as_ref());
        });
    }
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Entries of the journal.
    pub entries: u64,
    /// Commits.
    pub commits: u64,
    /// Objects.
    pub objects: u64,
    /// Objects that nothing refers to: no fault.
    pub unreferenced: u64,
    /// The last entry that the checkpoint holds, where there is one.
    pub checkpoint: Option<u64>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl ToJson for Verified {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("ok", &self.faults.is_empty());
            members.put("entries", &self.entries);
            members.put("commits", &self.commits);
            members.put("objects", &self.objects);
            members.put("unreferenced", &self.unreferenced);
            members.some("checkpoint", self.checkpoint.as_ref());
            members.put("faults", self.faults.as_slice());
        });
    }
}

impl Repository {
    /// Checks what the store has of this repository.
    ///
    /// # Errors
    /// As [`verify`]; one that was never written is whole.
    pub async fn verify(&self, progress: Progress<'_>) -> Result<Verified> {
        match verify(&*self.settings.store, self.address(), progress).await {
            Err(error) if matches!(*error, Error::RepositoryNotFound { .. }) => Ok(Verified::default()),
            other => other,
        }
    }
}

/// Checks what a store has of a repository, also of one that cannot be opened.
///
/// # Errors
/// `RepositoryNotFound`; `Callback` where `progress` says to stop; what the store says, but `Corrupt`.
pub async fn verify(store: &dyn Store, address: &Address, progress: Progress<'_>) -> Result<Verified> {
    let incarnation = store.find(address).await?;
    let not_found = || Box::new(Error::RepositoryNotFound { id: address.id.to_string() });
    let repo = RepoKey { address: address.clone(), incarnation: incarnation.ok_or_else(not_found)? };
    let mut check = Check {
        store,
        repo,
        progress,
        state: State::default(),
        seq: 0,
        before: [None; 2],
        found: Verified::default(),
        done: 0,
    };
    let checkpoint = check.checkpoint().await?;
    check.journal(checkpoint).await?;
    check.objects().await?;
    check.found.commits = check.state.commit_count() as u64;
    Ok(check.found)
}

struct Check<'a> {
    store: &'a dyn Store,
    repo: RepoKey,
    progress: Progress<'a>,
    state: State<'static>,
    /// The number of the entry read last.
    seq: u64,
    /// Its hash as it is stored, and that of its bytes.
    before: [Option<EntryHash>; 2],
    found: Verified,
    done: u64,
}

impl Check<'_> {
    fn fault(&mut self, kind: &'static str, seq: Option<u64>, message: impl Into<String>) {
        self.found.faults.push(Fault { kind, message: message.into(), seq, hash: None, reference: None });
    }

    fn proceed(&mut self, done: usize, more: usize) -> Result<()> {
        self.done += done as u64;
        if (self.progress)(self.done, self.done + more as u64) {
            return Ok(());
        }
        Err(Box::new(Error::Callback { what: "progress", message: "the check was stopped".to_owned() }))
    }

    /// The checkpoint that there is; one that cannot be read is a fault.
    async fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let stored = match self.store.read_checkpoint(&self.repo).await {
            Err(StoreError::Corrupt(detail)) => {
                self.fault("checkpoint", None, detail.to_string());
                None
            }
            other => other?,
        };
        let Some(stored) = stored else { return Ok(None) };
        self.found.checkpoint = Some(stored.seq);
        if checkpoint::newer_format(&stored.manifest).is_some() {
            self.fault("version", None, "checkpoint: it was made by a newer version");
            return Ok(None);
        }
        if let Err(error) = checkpoint::read(&stored.manifest, &stored.segments) {
            self.fault("checkpoint", None, error.to_string());
            return Ok(None);
        }
        Ok(Some(stored))
    }

    async fn journal(&mut self, checkpoint: Option<StoredCheckpoint>) -> Result<()> {
        let (mut after, mut limit, mut patience) = (0, PAGE, PATIENCE);
        while patience > 0 {
            let page = match self.store.read_journal(&self.repo, after, limit).await {
                Err(StoreError::Corrupt(_)) if limit > 1 => {
                    limit = 1; // to find out which it is
                    continue;
                }
                Err(StoreError::Corrupt(detail)) => {
                    self.fault("entry-unreadable", Some(after + 1), detail.to_string());
                    (self.seq, self.before) = (after + 1, [None; 2]);
                    (after, limit, patience) = (after + 1, PAGE, patience - 1);
                    continue;
                }
                other => other?,
            };
            if page.is_empty() {
                (after, patience) = (after + 1, patience - 1); // behind a gap there may be more
                continue;
            }
            patience = PATIENCE;
            for sealed in &page {
                self.entry(sealed);
                if let Some(stored) = checkpoint.as_ref().filter(|stored| stored.seq == self.seq) {
                    self.compare(stored);
                }
            }
            after = self.seq;
            self.proceed(page.len(), page.len())?;
        }
        if let Some(stored) = checkpoint.filter(|stored| stored.seq > self.seq) {
            let message = format!("checkpoint: it holds entry {}, the journal ends at {}", stored.seq, self.seq);
            self.fault("checkpoint", None, message);
        }
        Ok(())
    }

    fn compare(&mut self, stored: &StoredCheckpoint) {
        let same = checkpoint::read(&stored.manifest, &stored.segments)
            .is_ok_and(|state| self.before.contains(&state.journal().hash));
        let known = Resume::knowing(stored.segments.iter().map(|part| part.hash).collect());
        if !same {
            self.fault("checkpoint", None, NOT_OF_THIS);
        } else if self.found.faults.is_empty()
            && checkpoint::write_beyond(&self.state, &known).is_some_and(|(own, _)| own.manifest != stored.manifest)
        {
            self.fault("checkpoint", None, "checkpoint: it does not hold what the journal says");
        }
    }

    fn entry(&mut self, sealed: &Sealed) {
        let expected = self.seq + 1;
        if sealed.seq != expected {
            let message = format!("entry {} is where entry {expected} should be", sealed.seq);
            self.fault("entry-missing", Some(expected), message);
        }
        let gap = sealed.seq > expected;
        self.found.entries += 1;
        self.seq = sealed.seq.max(expected);
        let seq = Some(self.seq);
        let hash = EntryHash::of(&sealed.bytes);
        if hash != sealed.hash {
            self.fault("entry-hash", seq, format!("its hash is {hash}, {} is stored", sealed.hash));
        }
        let before = std::mem::replace(&mut self.before, [Some(sealed.hash), Some(hash)]);
        let value = match parse_bytes(&sealed.bytes) {
            Ok(value) => value,
            Err(message) => {
                self.fault("entry-unreadable", seq, message);
                return;
            }
        };
        if let Some(found) = value.get("format").and_then(crate::json::Value::as_u64).filter(|f| *f > JOURNAL_FORMAT) {
            let error = StoreError::too_new(found, JOURNAL_FORMAT);
            self.fault("version", seq, error.to_string());
            return;
        }
        let entry = match Entry::read(value, At::Root) {
            Ok(entry) => entry,
            Err(error) => {
                self.fault("entry-unreadable", seq, error.to_string());
                return;
            }
        };
        if entry.seq != self.seq {
            self.fault("entry-number", seq, format!("it says that it is entry {}", entry.seq));
        }
        // Behind one that is not there nobody knows.
        if !gap && !before.contains(&entry.previous) && (before[0].is_some() || expected == 1) {
            self.fault("entry-chain", seq, "it does not continue the entry before");
        }
        self.apply(&entry);
        self.state.set_journal(self.seq, sealed.hash, entry.at);
    }

    fn apply(&mut self, entry: &Entry) {
        let when = When { at: entry.at, seq: self.seq };
        for (index, operation) in entry.operations.iter().enumerate() {
            let before = self.state.commit_count();
            for record in &operation.records {
                let Err(error) = self.state.apply_records(std::slice::from_ref(record), when) else { continue };
                let kind = match (record, &error) {
                    (_, StoreError::VersionTooNew { .. }) => "version",
                    (Record::Branch(_) | Record::Tag(_), _) => "ref",
                    _ => "record",
                };
                let target = match record {
                    Record::Branch(change) | Record::Tag(change) => Some(change),
                    _ => None,
                };
                self.found.faults.push(Fault {
                    kind,
                    message: error.to_string(),
                    seq: Some(when.seq),
                    hash: target.and_then(|change| change.new).map(|hash| hash.to_hex()),
                    reference: target.map(|change| change.name.clone()),
                });
            }
            self.state.register(operation, before, index as u32, when);
        }
    }

    async fn objects(&mut self) -> Result<()> {
        let unknown = self.list().await?;
        let needed = self.state.needed(&[], i64::MAX);
        for (row, needed) in needed.into_iter().enumerate() {
            let hash = self.state.contents(ContentIx::new(row)).hash;
            if needed && self.state.gone(&hash) == Some(&Gone::Freed) {
                self.object("object-missing", hash, "it was freed, but a branch or tag needs it");
            }
        }
        let files = self.state.files_of(&|_| true);
        let (mut next, mut named) = (0, Set::default());
        loop {
            let hashes = present(&self.state, &mut next, &|_| true);
            if hashes.is_empty() {
                break;
            }
            let among = |hash: &ContentHash| unknown.contains(hash) || files.has(hash);
            self.check(&hashes, &mut |bytes| mentions(bytes, &among, &mut named)).await?;
            self.proceed(hashes.len(), self.state.content_count() - next)?;
        }
        // What open proposals name is needed as well.
        for objects in self.state.notes(None).into_iter().filter_map(|(_, value)| value.get("objects")) {
            mentions(objects.to_json().as_bytes(), &|_| true, &mut named);
        }
        let mut attached = Vec::new();
        self.found.unreferenced = unknown.len() as u64;
        for (hash, ()) in named {
            if unknown.contains(&hash) {
                self.found.unreferenced -= 1;
            } else if self.state.find_content(&hash).is_some() || self.state.erasure(&hash).is_some() {
                continue;
            }
            attached.push(hash);
        }
        for some in attached.chunks(LISTED) {
            self.check(some, &mut |_| {}).await?;
            self.proceed(some.len(), 0)?;
        }
        Ok(())
    }

    /// Counts the objects, and finds those that are no payload.
    async fn list(&mut self) -> Result<Set<ContentHash>> {
        let (mut unknown, mut after) = (Set::default(), None);
        loop {
            let page = match self.store.list_objects(&self.repo, after, LISTED).await {
                Err(StoreError::Corrupt(detail)) => {
                    self.fault("object-damaged", None, format!("the objects cannot be listed: {detail}"));
                    return Ok(unknown);
                }
                other => other?,
            };
            for (hash, _) in &page {
                match self.state.gone(hash) {
                    Some(Gone::Erased(_)) => {
                        self.object("object-erased", *hash, "it was erased, and is there; erase it again")
                    }
                    None if self.state.find_content(hash).is_some() => {}
                    _ => drop(unknown.add(*hash)),
                }
            }
            self.found.objects += page.len() as u64;
            after = page.last().map(|(hash, _)| *hash);
            if page.len() < LISTED {
                return Ok(unknown);
            }
        }
    }

    /// Reads objects, and checks that they are what they were.
    async fn check(&mut self, hashes: &[ContentHash], each: &mut dyn FnMut(&[u8])) -> Result<()> {
        let (mut rest, mut size) = (hashes, hashes.len());
        while !rest.is_empty() {
            let (some, behind) = rest.split_at(size);
            let objects = match self.store.read_objects(&self.repo, some).await {
                Err(StoreError::Corrupt(_)) if size > 1 => {
                    size = 1; // to find out which it is
                    continue;
                }
                Err(StoreError::Corrupt(detail)) => {
                    some.iter().for_each(|hash| self.object("object-damaged", *hash, &detail.to_string()));
                    Vec::new()
                }
                other => other?,
            };
            for (hash, bytes) in some.iter().zip(objects) {
                match bytes {
                    None => self.object("object-missing", *hash, "it is not there"),
                    Some(bytes) if ContentHash::of(&bytes) != *hash => {
                        self.object("object-damaged", *hash, "its bytes have another hash");
                    }
                    Some(bytes) => each(&bytes),
                }
            }
            rest = behind;
        }
        Ok(())
    }

    fn object(&mut self, kind: &'static str, hash: ContentHash, what: &str) {
        let message = format!("object {hash}: {what}");
        self.found.faults.push(Fault { kind, message, seq: None, hash: Some(hash.to_hex()), reference: None });
    }
}
