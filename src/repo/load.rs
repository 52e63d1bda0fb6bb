//! Opening a repository: the newest checkpoint, and the journal behind it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::rivals::Rivals;
use super::stand::Stands;
use super::{Repository, Settings};
use crate::error::{Error, Result, StoreError};
use crate::json::{Map, Value, object, put};
use crate::model::journal::{Entry, Sealed};
use crate::state::checkpoint::{self, Resume, StoredCheckpoint};
use crate::state::{JournalPosition, State};
use crate::store::{Address, Pending, RepoKey};

/// Entries that are read at once.
pub(super) const PAGE: usize = 1000;
/// Entries, or commits, after which a new checkpoint is worth its place: an entry may hold hundreds of commits.
pub(super) const CHECKPOINT_EVERY: u64 = if cfg!(feature = "tiny") { 4 } else { 2000 };

/// What is wrong with a checkpoint that another journal led to.
pub(super) const NOT_OF_THIS: &str = "checkpoint: it is not of this journal";

/// What a store tells of a repository.
#[derive(Default)]
pub(super) struct Folded {
    pub state: State<'static>,
    /// The last entry of the checkpoint it began with and its number of commits, and where the next one goes on.
    checkpointed: (u64, u64),
    resume: Resume,
    /// Why a checkpoint was of no use.
    fault: Option<String>,
}

impl Folded {
    fn of(stored: &StoredCheckpoint) -> Self {
        match stored.restore() {
            Ok((state, resume)) => {
                Self { checkpointed: (state.journal().seq, state.commit_count() as u64), state, resume, fault: None }
            }
            Err(error) => Self { fault: Some(error.to_string()), ..Self::default() },
        }
    }
}

/// How to open a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenOptions {
    /// It is made with the first write, if it is not there.
    #[default]
    CreateOnWrite,
    /// It must be there.
    Existing,
}

impl Repository {
    /// Opens a repository.
    ///
    /// # Errors
    /// `RepositoryNotFound` with [`OpenOptions::Existing`]; `Corrupt`, `VersionTooNew` and whatever the
    /// store says.
    pub async fn open(settings: Settings, address: Address, options: OpenOptions) -> Result<Rc<Self>> {
        let incarnation = settings.store.find(&address).await?;
        if incarnation.is_none() && options == OpenOptions::Existing {
            return Err(Box::new(Error::RepositoryNotFound { id: address.id.to_string() }));
        }
        let repository = Rc::new(Self {
            settings,
            address,
            incarnation: Cell::new(incarnation),
            state: RefCell::default(),
            turn: super::turn::Turn::default(),
            queue: RefCell::default(),
            rivals: Rivals::default(),
            ids: RefCell::default(),
            payloads: RefCell::default(),
            recounted: RefCell::default(),
            views: RefCell::default(),
            waiting_logs: RefCell::default(),
            tallies: RefCell::default(),
            active: RefCell::default(),
            handles: Cell::new(0),
            checkpointed: Cell::new((0, 0)),
            resume: RefCell::default(),
            pasts: Cell::new(0),
            asked: Cell::new(false),
            returning: super::turn::Turn::default(),
            waiting: Cell::new(0),
            states: Cell::new(0),
            stands: Stands::default(),
            rebuilt: RefCell::default(),
        });
        repository.load().await?;
        Ok(repository)
    }

    /// The repository in its store; None until the first write made it.
    pub(super) fn key(&self) -> Option<RepoKey> {
        self.incarnation.get().map(|incarnation| RepoKey { address: self.address.clone(), incarnation })
    }

    async fn load(&self) -> Result<()> {
        let Folded { state, checkpointed, resume, fault } = self.fold(true).await?;
        self.state.replace(state);
        self.checkpointed.set(checkpointed);
        self.resume.replace(resume);
        if fault.is_some() {
            self.rebuilt.replace(fault);
            self.emit("checkpoint", &|| self.checkpoint_status());
        }
        Ok(())
    }

    /// The state as the store tells it: to the end of the journal when it is opened, else as far as is known here.
    ///
    /// A checkpoint is a cache: one that cannot be read, is not of this journal or leads too far is passed over. With its
    /// last entry the first of those behind it are read.
    pub(super) fn fold(&self, opening: bool) -> Pending<'_, Result<Folded>> {
        Box::pin(async move {
            let mut folded = Folded::default();
            let Some(repo) = &self.key() else { return Ok(folded) };
            let store = &*self.settings.store;
            let end = || if opening { u64::MAX } else { self.read(|state| state.journal().seq) };
            let stored = store.read_checkpoint(repo).await?;
            // One of a newer version is left to it.
            if let Some(stored) = stored.filter(|stored| checkpoint::newer_format(&stored.manifest).is_none())
                && stored.seq <= end()
            {
                folded = Folded::of(&stored);
            }
            let mut checks = folded.state.journal().seq > 0;
            while checks || folded.state.journal().seq < end() {
                let position = folded.state.journal();
                let entries = store.read_journal(repo, position.seq - u64::from(checks), PAGE).await?;
                if std::mem::take(&mut checks) && !self.leads_to(&entries, position)? {
                    folded = Folded { fault: Some(NOT_OF_THIS.to_owned()), ..Folded::default() };
                    continue;
                }
                for sealed in entries.iter().filter(|sealed| sealed.seq <= end()) {
                    follow(&mut folded.state, sealed)?;
                }
                if entries.is_empty() || opening && entries.len() < PAGE {
                    break;
                }
            }
            Ok(folded)
        })
    }

    /// Whether the first of these entries is the one of a checkpoint.
    fn leads_to(&self, entries: &[Sealed], JournalPosition { hash, at, .. }: JournalPosition) -> Result<bool> {
        match entries.first().filter(|entry| Some(entry.hash) == hash) {
            Some(entry) => Ok(self.opened(entry)?.at == at),
            None => Ok(false),
        }
    }

    /// `{ seq, rebuilt? }`: the last entry that the newest checkpoint known here holds, and why the one
    /// that was there when the repository was opened was of no use.
    pub(super) fn checkpoint_status(&self) -> Value {
        let mut out = Map::new();
        put(&mut out, "seq", self.checkpointed.get().0.into());
        put(&mut out, "rebuilt", self.rebuilt.borrow().as_deref().into());
        Value::Object(out)
    }

    /// Takes in what others have written.
    ///
    /// # Errors
    /// `Corrupt`, `VersionTooNew` and whatever the store says.
    pub async fn catch_up(&self) -> Result<()> {
        if self.incarnation.get().is_none() {
            self.incarnation.set(self.settings.store.find(&self.address).await?);
        }
        let Some(repo) = self.key() else { return Ok(()) };
        loop {
            let after = self.read(|state| state.journal().seq);
            let page = self.settings.store.read_journal(&repo, after, PAGE).await?;
            // Somebody else may have applied them while this was waiting.
            self.take_in(&page).await?;
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// Applies entries that others wrote: they may be about anything, so nothing may be left out.
    ///
    /// # Errors
    /// `Corrupt`, `VersionTooNew` and whatever the store says.
    pub(super) fn take_in<'a>(&'a self, entries: &'a [Sealed]) -> Pending<'a, Result<()>> {
        Box::pin(async move {
            let _held = self.hold();
            if !entries.is_empty() {
                self.bring_back().await?;
            }
            Ok(self.apply_all(entries)?)
        })
    }

    /// Applies entries that follow, or are there already.
    pub(super) fn apply_all(&self, entries: &[Sealed]) -> Result<(), StoreError> {
        let mut new = false;
        for sealed in entries {
            let followed = follow(&mut self.state.borrow_mut(), sealed)?;
            if let Some(entry) = followed {
                self.drop_gone(&entry);
                new = true;
            }
        }
        if new {
            self.rivals.wrote(self.read(|state| state.journal().seq), self.settings.environment.now());
            self.emit("others", &|| object([]));
        }
        Ok(())
    }

    /// Writes a checkpoint of the state as it is now. Segments that the store has are not sent again.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn checkpoint(&self) -> Result<()> {
        let Some(repo) = self.key() else { return Ok(()) };
        loop {
            // Lost with a write that fails, so that the next one begins anew.
            let known = self.resume.take();
            let held = self.hold();
            if known.is_empty() {
                // Who begins anew looks at all rows.
                let asked = self.asked.get();
                self.bring_back().await?;
                self.asked.set(asked);
            }
            let commits = self.read(|state| state.commit_count() as u64);
            let (written, missed) = self.misses(|| self.read(|state| checkpoint::write_beyond(state, &known)));
            if missed {
                continue;
            }
            let Some((parts, next)) = written else { return Ok(()) };
            let taken = self.settings.store.write_checkpoint(&repo, &parts).await?;
            drop(held);
            self.checkpointed.set((parts.seq, commits));
            if taken {
                self.leave_out(next.first_rows());
                self.resume.replace(next);
            } else if !known.is_empty() {
                continue; // somebody else may have put another checkpoint there
            }
            return Ok(());
        }
    }

    /// Whether what is written survives this process.
    pub(super) fn lasts(&self) -> bool {
        cfg!(feature = "tiny") || self.settings.store.capabilities().durability != crate::store::Durability::Memory
    }

    /// Writes a checkpoint when enough has happened since the last one. It is a cache, so a store that
    /// does not take it does no harm.
    pub(super) async fn checkpoint_if_due(&self) {
        let (last, commits) = self.checkpointed.get();
        let broken = last == 0 && self.rebuilt.borrow().is_some();
        if broken {
            self.replace_checkpoint().await;
            return;
        }
        let now = self.read(|state| (state.journal().seq, state.commit_count() as u64));
        let new = now.0.saturating_sub(last).max(now.1.saturating_sub(commits));
        if self.lasts() && new >= CHECKPOINT_EVERY {
            self.checkpointed.set(now); // for who writes meanwhile
            if self.checkpoint().await.is_err() {
                self.checkpointed.set((last, commits));
            }
        }
    }

    /// Puts a checkpoint in the place of one that is of no use.
    async fn replace_checkpoint(&self) {
        let Some(repo) = self.key() else { return };
        if self.settings.store.delete_checkpoint(&repo).await.is_ok() && self.checkpoint().await.is_ok() {
            self.emit("checkpoint", &|| self.checkpoint_status());
        }
    }
}

/// Applies an entry if it follows; None where it is there already.
fn follow(state: &mut State<'static>, sealed: &Sealed) -> Result<Option<Entry>, StoreError> {
    let position = state.journal();
    if sealed.seq <= position.seq {
        return Ok(None);
    }
    let entry = sealed.open(position.seq + 1, position.hash)?;
    state.apply_entry(&entry, sealed.hash)?;
    Ok(Some(entry))
}
