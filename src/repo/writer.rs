//! The writer: the one place where a repository changes.
//!
//! Operations queue up. Whoever has the turn takes all that wait, plans them in order on a draft, writes
//! them as one journal entry, and only then applies them to the state. On a lost race the draft is
//! dropped, what others wrote is taken in, and everything is planned again; only an operation that makes
//! no sense any more is refused.

use std::cell::RefCell;
use std::rc::Rc;

use super::Repository;
use super::turn::after_others;
use crate::error::{Error, Result, StoreError};
use crate::hash::ContentHash;
use crate::json::{ToJson, object, table};
use crate::model::journal::{Entry, JOURNAL_FORMAT, Operation, Sealed};
use crate::model::log::LogRow;
use crate::model::object::Object;
use crate::model::record::{Record, RefRecord, RepositoryRecord};
use crate::model::setting::is_description;
use crate::ops::{Plan, Receipt, Request, plan};
use crate::state::apply::When;
use crate::state::arena::{CommitIx, Ix};
use crate::state::{MAIN, State};
use crate::store::{Batch, WriteError};
use crate::view::projection::{Before, projection};

/// How long an operation may take to win the race for the journal, in milliseconds.
const DEADLINE: i64 = 30_000;
/// How long to wait before a store that did not answer is asked again, in milliseconds.
const PAUSE: u64 = 100;

/// An operation that was stored, or was so already.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// What it is called: the caller's id, or `<seq>.<index>`; none where nothing had to be written.
    pub operation: Option<String>,
    /// One for each commit.
    pub receipts: Vec<Receipt>,
    /// The objects that it took away.
    pub taken: Vec<ContentHash>,
    /// Whether anything had to be written.
    pub wrote: bool,
    /// How branches moved apart from commits, where it was written just now.
    pub moved: Vec<RefRecord>,
}

impl Done {
    /// What an operation came to that is in the journal.
    pub(super) fn of(state: &State<'_>, operation: &str) -> Option<Self> {
        let (first, count) = state.operation(operation)?.commits;
        let commits = (first.row()..first.row() + count as usize).map(CommitIx::new);
        let receipts = commits.map(|ix| Receipt::of(state, ix)).collect();
        Some(Self::before(Some(operation.to_owned()), receipts))
    }

    /// Nothing had to be written.
    pub(super) fn before(operation: Option<String>, receipts: Vec<Receipt>) -> Self {
        Self { operation, receipts, taken: Vec::new(), wrote: false, moved: Vec::new() }
    }
}

/// An operation that waits for its turn.
pub(super) struct Ticket {
    request: Request,
    /// Tokens that an input must not burst.
    limit: Option<u64>,
    result: RefCell<Option<Result<Done>>>,
}

/// Operations that somebody took along and dropped before they were settled.
struct Unsettled<'a>(&'a [Rc<Ticket>]);

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        let unknown = || StoreError::OutcomeUnknown("the call that wrote it was dropped".into());
        for ticket in self.0 {
            ticket.result.borrow_mut().get_or_insert_with(|| Err(unknown().into()));
        }
    }
}

/// Operations planned together.
struct Planned {
    entry: Entry,
    objects: Vec<Object>,
    delete_objects: Vec<ContentHash>,
    logs: Vec<LogRow>,
    projection: Option<String>,
    summary: Option<Rc<str>>,
    results: Vec<Result<Done>>,
}

impl Repository {
    /// Does what is asked. Resolved: stored. Refused: not visible, now or later, except with
    /// `OutcomeUnknown`.
    pub(super) async fn submit(&self, request: Request, limit: Option<u64>) -> Result<Done> {
        let ticket = Rc::new(Ticket { request, limit, result: RefCell::default() });
        self.queue.borrow_mut().push(ticket.clone());
        let unsettled = || Err(Error::internal("an operation was not settled"));
        let Some(turn) = self.turn.take_unless(|| ticket.result.borrow().is_some()).await else {
            return ticket.result.take().unwrap_or_else(unsettled); // whoever had the turn took it along
        };
        // A write that costs something takes along all that are asked for at the same time.
        let gathers = self.lasts();
        if gathers {
            after_others().await;
        }
        let others = self.drive().await > 1;
        drop(turn);
        if gathers && others {
            after_others().await; // all ask for what they want next, and only then is the next turn taken
        }
        self.checkpoint_if_due().await;
        ticket.result.take().unwrap_or_else(unsettled)
    }

    /// Writes all that wait. Says how many those were.
    async fn drive(&self) -> usize {
        let tickets = self.queue.take();
        let guard = Unsettled(&tickets);
        let held = self.hold(); // what is planned on what is here is applied to it
        let mut parts = vec![&*tickets];
        while let Some(part) = parts.pop() {
            let results = match self.write_all(part).await {
                // Together they may be more than the store takes at once.
                Err(error) if part.len() > 1 && matches!(*error, Error::Store(StoreError::TooLarge(_))) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                    continue;
                }
                results => results.unwrap_or_else(|error| part.iter().map(|_| Err(error.again())).collect()),
            };
            for (ticket, result) in part.iter().zip(results) {
                ticket.result.replace(Some(result));
            }
        }
        drop((guard, held));
        tickets.len()
    }

    /// Plans and writes until it is done or the deadline has passed.
    async fn write_all(&self, tickets: &[Rc<Ticket>]) -> Result<Vec<Result<Done>>> {
        let deadline = self.settings.environment.now() + DEADLINE;
        let seq = self.read(|state| state.journal().seq);
        if let Some(pause) = self.rivals.pause(seq, self.settings.environment.now()) {
            self.settings.environment.sleep(pause).await;
            self.catch_up().await?;
        }
        let mut asked = false;
        loop {
            self.count_inputs(tickets).await?;
            let (planned, missed) = self.misses(|| self.plan_all(tickets));
            if missed {
                self.bring_back().await?;
                continue;
            }
            let planned = planned?;
            if planned.entry.operations.is_empty() {
                if asked || !self.wrote_others(&planned.results).await? {
                    return Ok(planned.results);
                }
                asked = true;
                continue;
            }
            let Planned { delete_objects, mut logs, projection, summary, .. } = planned;
            let waiting = self.waiting_logs.borrow().clone();
            logs.extend(waiting.iter().cloned());
            let batch =
                Batch { delete_objects, logs, projection, summary, ..Batch::new(&planned.entry, planned.objects) };
            let from = self.settings.environment.now();
            let (others, results) = match self.write_out(&batch, deadline).await? {
                Written::Stored(others) => {
                    self.waiting_logs.borrow_mut().drain(..waiting.len());
                    self.rivals.won(self.settings.environment.now() - from);
                    self.apply_own(&planned.entry, &batch.entry)?;
                    (others, Some(planned.results))
                }
                Written::Lost(others) => (others, None),
            };
            let taken = self.take_in(&others).await;
            if let Some(results) = results {
                return Ok(results); // what others wrote since is taken in another time, if it could not be
            }
            taken?;
            self.emit("conflict", &|| object([("seq", batch.entry.seq.into())]));
            if self.settings.environment.now() > deadline {
                return Err(Error::conflict("the race for the journal was lost until the deadline"));
            }
        }
    }

    /// Where nothing is to be written no race tells whether that is still so: an entry may be there that is refused as
    /// unknown, a pin may be gone that is not made twice. Says whether others wrote meanwhile.
    async fn wrote_others(&self, results: &[Result<Done>]) -> Result<bool> {
        let seq = || self.read(|state| state.journal().seq);
        let before = seq();
        match self.catch_up().await {
            Err(error) if results.iter().any(Result::is_ok) => Err(error),
            _ => Ok(seq() > before),
        }
    }

    /// Plans the operations in order, each on what those before it left.
    fn plan_all(&self, tickets: &[Rc<Ticket>]) -> Result<Planned> {
        let now = self.settings.environment.now();
        let id = self.make_id(now).into();
        let state = self.state.borrow();
        let position = state.journal();
        let projects = self.settings.store.capabilities().projects;
        let at = now.max(position.at);
        let when = When { at, seq: position.seq + 1 };
        let mut entry =
            Entry { at, format: JOURNAL_FORMAT, id, operations: Vec::new(), previous: position.hash, seq: when.seq };
        let mut draft = State::over(&state);
        // With the first entry, or the first one behind those that only fence.
        if state.token_source().is_none() {
            let create = create(self.settings.counter.as_counter().source());
            draft.apply(&create, 0, when)?;
            entry.operations.push(create);
        }
        let (created, mut results) = (entry.operations.len(), Vec::new());
        let (mut objects, mut delete_objects, mut logs) = (Vec::<Object>::new(), Vec::new(), Vec::new());
        let mut describes = false;
        for (place, ticket) in tickets.iter().enumerate() {
            let planned = self.plan_one(&draft, ticket, when);
            results.push(planned.and_then(|planned| {
                let Plan { operation, objects: brought, receipts, logs: rows } = match planned {
                    Attempt::Repeated(done) => return Ok(done),
                    Attempt::Fresh(plan) => plan,
                };
                if operation.records.is_empty() && rows.is_empty() {
                    return Ok(Done::before(None, receipts));
                }
                let index = entry.operations.len() as u32;
                let described = operation.records.iter().any(Record::describes);
                describes |= described;
                // What is left out must be missed now, and not when it is written.
                if place + 1 < tickets.len() || projects || described || draft.is_shallow() {
                    draft.apply(&operation, index, when)?;
                }
                let moved = branch_moves(&operation.records);
                let name = operation.id.clone().unwrap_or_else(|| format!("{}.{index}", when.seq));
                delete_objects.retain(|hash| !brought.iter().any(|object| object.hash == *hash));
                let taken: Vec<_> = operation.records.iter().flat_map(Record::deletes).copied().collect();
                objects.retain(|object| !taken.contains(&object.hash));
                delete_objects.extend(&taken);
                objects.extend(brought);
                logs.extend(rows);
                entry.operations.push(operation);
                Ok(Done { operation: Some(name), receipts, taken, wrote: true, moved })
            }));
        }
        if entry.operations.len() == created {
            entry.operations.clear(); // nothing to write: not even a beginning
        }
        let projection = projects.then(|| projection(Before::of(&state), &draft, &entry));
        let shown = || draft.notes(None).into_iter().filter(|(name, _)| is_description(name));
        let notes = || table(&mut shown().map(|(name, value)| (name, value.clone())));
        let summary = describes.then(|| notes().to_json().into());
        Ok(Planned { entry, objects, delete_objects, logs, projection, summary, results })
    }

    fn plan_one(&self, draft: &State<'_>, ticket: &Ticket, when: When) -> Result<Attempt> {
        if let Some(done) = ticket.request.operation_id.as_deref().and_then(|id| Done::of(draft, id)) {
            return Ok(Attempt::Repeated(done));
        }
        let plan = plan(draft, &ticket.request, when)?;
        if let Some(limit) = ticket.limit {
            self.check_limit(draft, &ticket.request, &plan, limit)?;
        }
        Ok(Attempt::Fresh(plan))
    }

    /// Writes a batch, asking again where there was no answer.
    async fn write_out(&self, batch: &Batch, deadline: i64) -> Result<Written> {
        let repo = self.ensure_created().await?;
        let store = &*self.settings.store;
        let mut answered = true;
        loop {
            let error = match store.write(&repo, batch).await {
                Ok(()) => return Ok(Written::Stored(Vec::new())),
                Err(WriteError::Conflict(entries)) => return lost_or_ours(batch, entries),
                Err(WriteError::Store(error)) => error,
            };
            // What is refused now may have been written before, when there was no answer.
            match error {
                StoreError::Unavailable(_) => answered = false,
                _ if answered => return Err(error.into()),
                _ => return self.fence(batch, error).await,
            }
            if self.settings.environment.now() >= deadline {
                return self.fence(batch, error).await;
            }
            self.settings.environment.sleep(PAUSE).await;
        }
    }

    /// Puts an empty entry where the batch would stand. If that works, the batch was not stored and
    /// never will be.
    async fn fence(&self, batch: &Batch, error: StoreError) -> Result<Written> {
        let repo = self.ensure_created().await?;
        let now = self.settings.environment.now();
        let id = self.make_id(now).into();
        let position = self.read(|state| state.journal());
        let fence = Entry {
            at: now.max(position.at),
            format: JOURNAL_FORMAT,
            id,
            operations: Vec::new(),
            previous: position.hash,
            seq: batch.entry.seq,
        };
        let sealed = Batch::new(&fence, Vec::new());
        match self.settings.store.write(&repo, &sealed).await {
            Ok(()) => {
                self.apply_own(&fence, &sealed.entry)?;
                Err(error.into())
            }
            Err(WriteError::Conflict(entries)) => match lost_or_ours(batch, entries)? {
                Written::Lost(_) => Err(error.into()),
                stored => Ok(stored),
            },
            Err(WriteError::Store(_)) => Err(StoreError::OutcomeUnknown(error.to_string().into()).into()),
        }
    }

    /// Applies an entry that was written here, unless it was read back meanwhile.
    fn apply_own(&self, entry: &Entry, sealed: &Sealed) -> Result<()> {
        if self.read(|state| state.journal().seq) < entry.seq {
            self.state.borrow_mut().apply_entry(entry, sealed.hash)?;
            self.drop_gone(entry);
        }
        Ok(())
    }

    async fn ensure_created(&self) -> Result<crate::store::RepoKey> {
        if self.incarnation.get().is_none() {
            let incarnation = self.make_incarnation();
            let there = self.settings.store.create(&self.address, incarnation, self.settings.environment.now()).await?;
            self.incarnation.set(Some(there));
        }
        self.key().ok_or_else(|| Error::internal("a repository without incarnation"))
    }
}

enum Attempt {
    Fresh(Plan),
    Repeated(Done),
}

enum Written {
    /// It is there, and so are these, written since.
    Stored(Vec<Sealed>),
    /// It is not there, these are.
    Lost(Vec<Sealed>),
}

/// After an answer was lost, the entry that is in the way may be our own.
fn lost_or_ours(batch: &Batch, mut entries: Vec<Sealed>) -> Result<Written> {
    match entries.first() {
        None => Err(StoreError::corrupt("the store reports a conflict and shows no entry".to_owned()).into()),
        Some(first) if first.hash == batch.entry.hash => {
            entries.remove(0);
            Ok(Written::Stored(entries))
        }
        Some(_) => Ok(Written::Lost(entries)),
    }
}

/// How these records move branches.
pub(super) fn branch_moves(records: &[Record]) -> Vec<RefRecord> {
    let mut moves = Vec::new();
    for record in records {
        if let Record::Branch(change) = record {
            moves.push(change.clone());
        }
    }
    moves
}

fn create(token_source: &str) -> Operation {
    let record = RepositoryRecord { default_branch: MAIN.to_owned(), tokens: token_source.to_owned() };
    Operation {
        author: None,
        id: None,
        kind: "create".to_owned(),
        records: vec![Record::Repository(record)],
        undoes: None,
    }
}

impl Ticket {
    pub(super) fn limit(&self) -> Option<u64> {
        self.limit
    }

    pub(super) fn branch(&self) -> &str {
        &self.request.branch
    }
}
