//! Opening a repository: the newest checkpoint, and the journal behind it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::rivals::Rivals;
use super::stand::Stands;
use super::{Repository, Settings};
use crate::error::{Error, Result, StoreError};
use crate::json::{Map, Value, object, put};

use crate::model::journal::Sealed;
use crate::state::State;
use crate::state::checkpoint;
use crate::state::checkpoint::{Resume, StoredCheckpoint};
use crate::store::{Address, RepoKey};

/// Entries that are read at once.
pub(super) const PAGE: usize = 1000;
/// Entries, or commits, after which a new checkpoint is worth its place: an entry may hold hundreds of commits.
const CHECKPOINT_EVERY: u64 = 2000;

/// What is wrong with a checkpoint that another journal led to.
pub(super) const NOT_OF_THIS: &str = "checkpoint: it is not of this journal";

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
        let Some(repo) = self.key() else { return Ok(()) };
        // One of a newer version is left to it.
        if let Some(stored) = self.settings.store.read_checkpoint(&repo).await?
            && checkpoint::newer_format(&stored.manifest).is_none()
        {
            match self.restore(&repo, &stored).await? {
                Ok((state, resume, behind)) => {
                    self.checkpointed.set((stored.seq, state.commit_count() as u64));
                    self.resume.replace(resume);
                    self.state.replace(state);
                    self.apply_all(&behind)?;
                    if behind.len() < PAGE {
                        return Ok(());
                    }
                }
                Err(reason) => {
                    self.rebuilt.replace(Some(reason));
                    self.emit("checkpoint", &|| self.checkpoint_status());
                }
            }
        }
        self.catch_up().await
    }

    /// A checkpoint is a cache: one that cannot be read, or is not of this journal, is passed over. The
    /// reason is told, and the next write puts another in its place. With its last entry the first of those behind it
    /// are read.
    async fn restore(
        &self,
        repo: &RepoKey,
        stored: &StoredCheckpoint,
    ) -> Result<Result<(State<'static>, Resume, Vec<Sealed>), String>> {
        let (state, resume) = match stored.restore() {
            Ok(restored) => restored,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let position = state.journal();
        let before = position.seq.saturating_sub(1);
        let page = self.settings.store.read_journal(repo, before, PAGE).await?;
        let matches = match page.first() {
            Some(entry) => Some(entry.hash) == position.hash && self.opened(entry)?.at == position.at,
            None => false,
        };
        Ok(if matches { Ok((state, resume, page)) } else { Err(NOT_OF_THIS.to_owned()) })
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
            self.apply_all(&page)?;
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// Applies entries that follow, or are there already.
    pub(super) fn apply_all(&self, entries: &[Sealed]) -> Result<(), StoreError> {
        let mut new = false;
        for sealed in entries {
            let position = self.read(|state| state.journal());
            if sealed.seq <= position.seq {
                continue;
            }
            let entry = sealed.open(position.seq + 1, position.hash)?;
            self.state.borrow_mut().apply_entry(&entry, sealed.hash)?;
            self.drop_gone(&entry);
            new = true;
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
        let store = &*self.settings.store;
        let commits = self.read(|state| state.commit_count());
        // Lost with a write that fails, so that the next one begins anew.
        let known = self.resume.take();
        let Some((mut parts, mut next)) = self.read(|state| checkpoint::write_beyond(state, &known)) else {
            return Ok(());
        };
        let mut written = store.write_checkpoint(&repo, &parts).await?;
        if !written
            && !known.is_empty()
            && let Some(whole) = self.read(|state| checkpoint::write_beyond(state, &Resume::default()))
        {
            // Somebody else may have put another checkpoint there.
            (parts, next) = whole;
            written = store.write_checkpoint(&repo, &parts).await?;
        }
        if written {
            self.resume.replace(next);
        }
        self.checkpointed.set((parts.seq, commits as u64));
        Ok(())
    }

    /// Whether what is written survives this process.
    pub(super) fn lasts(&self) -> bool {
        self.settings.store.capabilities().durability != crate::store::Durability::Memory
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
        let new = self.read(|state| {
            state.journal().seq.saturating_sub(last).max((state.commit_count() as u64).saturating_sub(commits))
        });
        if self.lasts() && new >= CHECKPOINT_EVERY {
            let _ = self.checkpoint().await;
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
