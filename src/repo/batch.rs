//! Several operations as one, put together call by call.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::json::Value;

use super::{CommitOptions, Done, Handle};
use crate::error::{Error, Result, StoreError};
use crate::hash::CommitHash;
use crate::ops::{Append, Elsewhere, ExpectedHead, Group, Input, Outcome, Receipt, plan_next};
use crate::state::resolve::Standpoint;
use crate::state::{JournalPosition, State, Tables};

/// Operations that will happen together or not at all. Nothing is locked while it is put together; if
/// the branch moves meanwhile, [`Batch::finish`] says so, and the caller starts over.
pub struct Batch {
    handle: Rc<Handle>,
    branch: String,
    expected: ExpectedHead,
    draft: RefCell<Draft>,
    /// Nothing is added any more: it is being written, or was.
    ended: Cell<bool>,
}

#[derive(Default)]
struct Draft {
    inputs: Vec<Input>,
    /// On the state that was here, by its position and by what was left out of it.
    planned: Option<((JournalPosition, u32), Tables)>,
    outcome: Outcome,
}

/// How a batch ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Finished {
    /// It is stored.
    Stored(Done),
    /// The branch moved: nothing happened, and the batch has to be put together anew.
    Moved,
}

impl Handle {
    /// Begins a batch on the branch this handle stands on.
    ///
    /// # Errors
    /// `RefProtected` where the handle stands on a commit.
    pub fn begin(self: &Rc<Self>) -> Result<Batch> {
        let expected = self.head().map_or(ExpectedHead::Empty, ExpectedHead::Commit);
        Ok(Batch {
            branch: self.writable()?,
            expected,
            handle: self.clone(),
            draft: RefCell::default(),
            ended: Cell::default(),
        })
    }
}

impl Batch {
    /// The handle it was begun on.
    pub fn handle(&self) -> &Rc<Handle> {
        &self.handle
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// As [`Handle::commit`].
    pub async fn commit(&self, payload: Value, options: &CommitOptions) -> Result<Receipt> {
        self.append(payload, options, Elsewhere::Same).await
    }

    /// Adds an entry that may say something else on other lines.
    ///
    /// # Errors
    /// As [`Handle::commit`].
    pub(super) async fn append(
        &self,
        payload: Value,
        options: &CommitOptions,
        elsewhere: Elsewhere,
    ) -> Result<Receipt> {
        options.check()?;
        let payload = self.handle.repo.prepare_payload(payload, &options.files).await?;
        let id = self.handle.entry_id(options);
        let append = Append { id, payload, attributes: options.attributes(), elsewhere };
        let receipts = self.add(Input::Append(append)).await?;
        receipts.into_iter().next().ok_or_else(|| Error::internal("an append gave no receipt"))
    }

    /// Adds an edit.
    ///
    /// # Errors
    /// As [`Handle::edit`].
    pub async fn edit(&self, target: &str, payload: Value, options: &CommitOptions) -> Result<Vec<Receipt>> {
        options.check()?;
        let payload = self.handle.repo.prepare_payload(payload, &options.files).await?;
        self.add(Input::Edit { target: target.to_owned(), payload, attributes: options.attributes() }).await
    }

    /// The commit that a reference means, on what the batch made so far.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`.
    pub fn resolve(&self, reference: &str) -> Result<CommitHash> {
        let standpoint = self.handle.standpoint();
        self.on_draft(|over, _| {
            let standpoint = Standpoint { head: over.branch(&self.branch).flatten(), ..standpoint };
            over.resolve(reference, standpoint).map(|ix| over.commits(ix).hash)
        })
    }

    /// The repository it is put together for.
    pub fn repository(&self) -> &Rc<super::Repository> {
        self.handle.repository()
    }

    /// Adds any operation. Returns the receipts of its commits.
    ///
    /// # Errors
    /// Those of the operation, on the draft as it is; the batch goes on without it. `Closed` where it has ended.
    pub async fn add(&self, input: Input) -> Result<Vec<Receipt>> {
        let repo = &self.handle.repo;
        let now = repo.settings.environment.now();
        let input = input.made_at(now);
        let _held = repo.hold();
        let planned = loop {
            if self.ended.get() {
                return Err(StoreError::Closed("the batch has ended".into()).into());
            }
            let plan = |over: &mut State<'_>, draft: &mut Draft| {
                let seq = over.journal().seq + 1;
                let outcome = plan_next(over, &self.branch, &input, seq, now)?;
                let receipts = outcome.receipts.clone();
                draft.outcome.extend(outcome);
                Ok(receipts)
            };
            let (planned, missed) = repo.misses(|| self.on_draft(plan));
            if !missed {
                break planned;
            }
            self.draft.borrow_mut().planned = None;
            repo.enter().await?;
        };
        if planned.is_ok() {
            self.draft.borrow_mut().inputs.push(input);
        }
        planned
    }

    /// Lays the draft over the state as it is now; where that has moved on, plans everything again.
    fn on_draft<T>(&self, work: impl FnOnce(&mut State<'_>, &mut Draft) -> Result<T>) -> Result<T> {
        let now = self.handle.repo.settings.environment.now();
        let state = self.handle.repo.state.borrow();
        let mut draft = self.draft.borrow_mut();
        let position = state.journal();
        let on = (position, self.handle.repo.states.get());
        let current = draft.planned.take().filter(|(planned, _)| *planned == on);
        let mut over = match current {
            Some((_, tables)) => State::attach(&state, tables),
            None => {
                let mut over = State::over(&state);
                let mut all = Outcome::default();
                for input in &draft.inputs {
                    all.extend(plan_next(&mut over, &self.branch, input, position.seq + 1, now)?);
                }
                draft.outcome = all;
                over
            }
        };
        let result = work(&mut over, &mut draft);
        draft.planned = Some((on, over.detach()));
        result
    }

    /// Writes the batch.
    ///
    /// # Errors
    /// Those of its operations and of the store; then nothing of it happened.
    pub async fn finish(&self, options: &CommitOptions) -> Result<Finished> {
        options.check()?;
        self.ended.set(true);
        let draft = self.draft.take();
        if draft.inputs.is_empty() {
            return Ok(Finished::Stored(Done::before(None, Vec::new())));
        }
        let planned = RefCell::new(draft.planned.map(|((position, _), _)| (position, draft.outcome)));
        let options = CommitOptions { expected_head: self.expected, ..options.clone() };
        match self
            .handle
            .submit(
                self.branch.clone(),
                Input::Batch(Group { kind: "batch", author: None, inputs: draft.inputs, planned }),
                &options,
            )
            .await
        {
            Ok(done) => Ok(Finished::Stored(done)),
            Err(error) => match &*error {
                Error::Conflict { expected, actual, .. } if expected.is_some() || actual.is_some() => {
                    Ok(Finished::Moved)
                }
                _ => Err(error),
            },
        }
    }
}
