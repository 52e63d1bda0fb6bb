//! A store with faults: the k-th call of a kind fails, is delayed, is done twice, or loses its answer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use varve::error::StoreError;
use varve::hash::ContentHash;
use varve::model::journal::Sealed;
use varve::state::checkpoint::StoredCheckpoint;
use varve::store::listing::{RepositoryPage, RepositoryQuery};
use varve::store::logs::{LogPage, LogQuery};
use varve::store::{
    Address, Batch, Capabilities, CheckpointParts, Durability, Found, Incarnation, Pending, RepoKey, Store, WriteError,
};

use super::tasks::Rounds;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// It does not happen, and there is no answer.
    Fails,
    /// It happens, and there is no answer.
    LosesAnswer,
    /// It happens twice; the second answer is told.
    Repeats,
    /// It takes some time.
    Delays,
    /// It is refused for good.
    Quota,
    /// It is refused with this, whatever it is.
    Refused(fn() -> StoreError),
}

/// Wraps a store.
pub struct Faulty {
    pub inner: Rc<dyn Store>,
    /// The calls with a fault: first and last, by number.
    pub faulty: Cell<(usize, usize)>,
    pub fault: Cell<Fault>,
    /// What goes wrong with the next calls, one after the other, before all else.
    pub next: RefCell<VecDeque<Fault>>,
    /// The calls so far: all that touch the journal, or only writes.
    pub calls: Cell<usize>,
    pub writes_only: bool,
    /// The largest entry that is taken, in bytes.
    pub largest: Cell<usize>,
    /// What it says that a write survives.
    pub durability: Cell<Durability>,
    /// How many checkpoints it was given. Each takes a while.
    pub checkpoints: Cell<usize>,
    /// Happens before every write.
    pub before_write: RefCell<Option<Box<dyn Fn()>>>,
}

impl Faulty {
    pub fn over(inner: Rc<dyn Store>, writes_only: bool) -> Self {
        let (faulty, calls, fault) = (Cell::new((1, 0)), Cell::new(0), Cell::new(Fault::Fails));
        let (largest, durability) = (Cell::new(usize::MAX), Cell::new(inner.capabilities().durability));
        Self {
            inner,
            faulty,
            fault,
            next: RefCell::default(),
            calls,
            writes_only,
            largest,
            durability,
            checkpoints: Cell::new(0),
            before_write: RefCell::default(),
        }
    }

    /// From now on the calls `first` to `last` go wrong.
    pub fn set(&self, fault: Fault, first: usize, last: usize) {
        self.calls.set(0);
        self.fault.set(fault);
        self.faulty.set((first, last));
    }

    /// The next calls go wrong like this.
    pub fn script(&self, faults: VecDeque<Fault>) {
        self.next.replace(faults);
    }

    pub fn heal(&self) {
        self.faulty.set((1, 0));
        self.next.take();
    }

    fn next(&self, is_write: bool) -> Option<Fault> {
        if self.writes_only && !is_write {
            return None;
        }
        let number = self.calls.get();
        self.calls.set(number + 1);
        if let Some(fault) = self.next.borrow_mut().pop_front() {
            return Some(fault);
        }
        let (first, last) = self.faulty.get();
        (first..=last).contains(&number).then_some(self.fault.get())
    }

    async fn faultily<'a, T: 'a, E: From<Unanswered> + 'a>(
        &'a self,
        is_write: bool,
        call: impl Fn() -> Pending<'a, Result<T, E>>,
    ) -> Result<T, E> {
        match self.next(is_write) {
            None => call().await,
            Some(Fault::Fails) => Err(Unanswered(StoreError::Unavailable("no answer".into())).into()),
            Some(Fault::Refused(make)) => Err(Unanswered(make()).into()),
            Some(Fault::Quota) if is_write => Err(Unanswered(StoreError::Quota("full".into())).into()),
            Some(Fault::Quota) => call().await,
            Some(Fault::LosesAnswer) => {
                let _ = call().await;
                Err(Unanswered(StoreError::Unavailable("the answer was lost".into())).into())
            }
            Some(Fault::Repeats) => {
                let _ = call().await;
                call().await
            }
            Some(Fault::Delays) => {
                Rounds(5).await;
                let answer = call().await;
                Rounds(5).await;
                answer
            }
        }
    }
}

/// An error of the store, whatever was called.
struct Unanswered(StoreError);

impl From<Unanswered> for StoreError {
    fn from(error: Unanswered) -> Self {
        error.0
    }
}

impl From<Unanswered> for WriteError {
    fn from(error: Unanswered) -> Self {
        Self::Store(error.0)
    }
}

impl Store for Faulty {
    fn capabilities(&self) -> Capabilities {
        Capabilities { durability: self.durability.get(), ..self.inner.capabilities() }
    }

    fn create<'a>(
        &'a self,
        address: &'a Address,
        incarnation: Incarnation,
        at: i64,
    ) -> Pending<'a, Result<Incarnation, StoreError>> {
        Box::pin(self.faultily(false, move || self.inner.create(address, incarnation, at)))
    }

    fn find<'a>(&'a self, address: &'a Address) -> Pending<'a, Result<Option<Incarnation>, StoreError>> {
        self.inner.find(address)
    }

    fn delete<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<bool, StoreError>> {
        self.inner.delete(repo)
    }

    fn write<'a>(&'a self, repo: &'a RepoKey, batch: &'a Batch) -> Pending<'a, Result<(), WriteError>> {
        if let Some(before) = &*self.before_write.borrow() {
            before();
        }
        if batch.entry.bytes.len() > self.largest.get() {
            let error = StoreError::TooLarge(format!("{} bytes", batch.entry.bytes.len()).into());
            return Box::pin(async { Err(WriteError::Store(error)) });
        }
        Box::pin(self.faultily(true, move || self.inner.write(repo, batch)))
    }

    fn read_journal<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: u64,
        limit: usize,
    ) -> Pending<'a, Result<Vec<Sealed>, StoreError>> {
        Box::pin(self.faultily(false, move || self.inner.read_journal(repo, after, limit)))
    }

    fn read_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        hashes: &'a [ContentHash],
    ) -> Pending<'a, Result<Found, StoreError>> {
        Box::pin(self.faultily(false, move || self.inner.read_objects(repo, hashes)))
    }

    fn list<'a>(
        &'a self,
        workspace: &'a str,
        query: &'a RepositoryQuery,
    ) -> Pending<'a, Result<RepositoryPage, StoreError>> {
        self.inner.list(workspace, query)
    }

    fn list_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Pending<'a, Result<Vec<(ContentHash, u64)>, StoreError>> {
        Box::pin(self.faultily(false, move || self.inner.list_objects(repo, after, limit)))
    }

    fn read_log<'a>(
        &'a self,
        repo: &'a RepoKey,
        log: &'a str,
        query: &'a LogQuery,
    ) -> Pending<'a, Result<LogPage, StoreError>> {
        Box::pin(self.faultily(false, move || self.inner.read_log(repo, log, query)))
    }

    fn read_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<Option<StoredCheckpoint>, StoreError>> {
        self.inner.read_checkpoint(repo)
    }

    fn write_checkpoint<'a>(
        &'a self,
        repo: &'a RepoKey,
        checkpoint: &'a CheckpointParts,
    ) -> Pending<'a, Result<bool, StoreError>> {
        self.checkpoints.set(self.checkpoints.get() + 1);
        Box::pin(async move {
            Rounds(5).await;
            self.inner.write_checkpoint(repo, checkpoint).await
        })
    }

    fn delete_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Pending<'a, Result<(), StoreError>> {
        self.inner.delete_checkpoint(repo)
    }
}
