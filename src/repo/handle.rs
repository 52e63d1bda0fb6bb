//! A handle: where a caller stands in a repository, and what it can do from there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::stand::Stand;
use super::{Budget, CommitOptions, Done, Repository};
use crate::error::{Error, Result};
use crate::hash::CommitHash;
use crate::json::{Value, quoted};
use crate::model::annotation::Priority;
use crate::model::id::EntryId;
use crate::model::record::{Record, RefRecord, SentRecord};
use crate::model::refs::Head;
use crate::ops::{Append, Elsewhere, Input, Receipt, Request};
use crate::state::State;
use crate::state::arena::CommitIx;
use crate::state::resolve::Standpoint;
use crate::store::Pending;
use crate::view::table::MessageId;

/// How many of its operations a handle remembers at least. Older ones can be undone by name.
const UNDOABLE: usize = 1000;

/// Operations that `undo` takes by name only.
const ASIDE: [&str; 3] = ["propose", "settle", "log"];

/// Where a caller stands. Cheap; needs no closing.
///
/// Commits and edits, compiles of a branch, its status and its policies find what they need themselves. For everything
/// else, which may ask about the past, a caller holds [`Repository::past`] meanwhile.
pub struct Handle {
    pub(super) repo: Rc<Repository>,
    pub(super) id: u64,
    stand: Rc<Stand>,
    budget: Cell<Option<Budget>>,
    /// Operations of this handle, and those of them that it has undone: what undo and redo go by.
    done: RefCell<Vec<String>>,
    undone: RefCell<Vec<String>>,
    /// The view that was compiled last, the compile's digest, and what the counter counted of it.
    pub(super) last_compile: RefCell<Option<(usize, String, u64)>>,
    pub(super) sent: RefCell<Vec<MessageId>>,
}

impl Handle {
    /// A handle on the default branch.
    pub fn new(repo: &Rc<Repository>) -> Self {
        let branch = repo.read(|state| state.default_branch().to_owned());
        Self::standing(repo.clone(), Head::Branch(branch))
    }

    fn standing(repo: Rc<Repository>, head: Head) -> Self {
        let id = repo.handles.get() + 1;
        repo.handles.set(id);
        Self {
            stand: repo.stand(head),
            repo,
            id,
            budget: Cell::default(),
            done: RefCell::default(),
            undone: RefCell::default(),
            last_compile: RefCell::default(),
            sent: RefCell::default(),
        }
    }

    /// Another handle: on a branch where `reference` names one, else on a commit, for reading.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`.
    pub fn at(&self, reference: &str) -> Result<Self> {
        let standpoint = self.standpoint();
        let head = self.repo.read(|state| {
            if state.branch(reference).is_some() {
                return Ok(Head::Branch(reference.to_owned()));
            }
            state.resolve(reference, standpoint).map(|ix| Head::Detached(state.commits(ix).hash))
        })?;
        let handle = Self::standing(self.repo.clone(), head);
        handle.budget.set(self.budget.get());
        Ok(handle)
    }

    /// The repository.
    pub fn repository(&self) -> &Rc<Repository> {
        &self.repo
    }

    /// The branch it stands on.
    pub fn branch(&self) -> Option<String> {
        match &*self.stand.head.borrow() {
            Head::Branch(name) => Some(name.clone()),
            Head::Detached(_) => None,
        }
    }

    /// The commit it stands on.
    pub fn head(&self) -> Option<CommitHash> {
        self.repo.read(|state| self.head_in(state).map(|ix| state.commits(ix).hash))
    }

    pub(super) fn head_in(&self, state: &State<'_>) -> Option<CommitIx> {
        commit_of(state, &self.stand.head.borrow())
    }

    /// What `HEAD`, `ORIG_HEAD` and `-` mean to it.
    pub fn standpoint(&self) -> Standpoint {
        self.repo.read(|state| Standpoint {
            head: self.head_in(state),
            original: self.stand.original.get().and_then(|hash| state.find_commit(&hash)),
            previous: self.stand.previous.borrow().as_ref().and_then(|head| commit_of(state, head)),
        })
    }

    /// The branch that writes go to.
    ///
    /// # Errors
    /// `RefProtected` where the handle stands on a commit.
    pub(super) fn writable(&self) -> Result<String> {
        match &*self.stand.head.borrow() {
            Head::Branch(name) => Ok(name.clone()),
            Head::Detached(commit) => Err(Box::new(Error::RefProtected {
                message: format!("HEAD is detached at {commit}; make a branch there to write"),
            })),
        }
    }

    /// Sets the budget, or takes it away.
    ///
    /// # Errors
    /// `Validation` where the figures make no sense.
    pub fn set_budget(&self, budget: Option<Budget>) -> Result<()> {
        budget.map(|budget| budget.limit()).transpose()?;
        self.budget.set(budget);
        Ok(())
    }

    /// The budget.
    pub fn budget(&self) -> Option<Budget> {
        self.budget.get()
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// `Validation`, `DuplicateId`, `BudgetExceeded`, `Conflict`, those of the store.
    pub async fn commit(&self, payload: Value, options: &CommitOptions) -> Result<Receipt> {
        options.check()?;
        let branch = self.writable()?;
        let payload = self.repo.prepare_payload(payload, &options.files).await?;
        let input = Input::Append(Append {
            id: self.entry_id(options),
            payload,
            attributes: options.attributes(),
            elsewhere: Elsewhere::Same,
        });
        self.one(self.submit(branch, input, options).await?)
    }

    /// Replaces an entry's payload.
    ///
    /// # Errors
    /// `Validation`, `EditTarget`, `Conflict`, those of the store.
    pub async fn edit(&self, target: &str, payload: Value, options: &CommitOptions) -> Result<Receipt> {
        let payload = self.repo.prepare_payload(payload, &options.files).await?;
        let attributes = options.attributes();
        self.commit_of(Input::Edit { target: target.to_owned(), payload, attributes }, options).await
    }

    /// Takes an entry out of the view.
    ///
    /// # Errors
    /// `EditTarget`, `Conflict`, those of the store.
    pub async fn delete(&self, target: &str, options: &CommitOptions) -> Result<Receipt> {
        self.commit_of(Input::Delete { target: target.to_owned(), attributes: options.attributes() }, options).await
    }

    /// Deactivates an edit, delete, compact or revert.
    ///
    /// # Errors
    /// `CommitNotFound`, `EditTarget`, `Conflict`, those of the store.
    pub async fn revert(&self, target: &str, options: &CommitOptions) -> Result<Receipt> {
        self.commit_of(Input::Revert { target: target.to_owned(), attributes: options.attributes() }, options).await
    }

    /// Sets an entry's priority.
    ///
    /// # Errors
    /// `EditTarget`, those of the store.
    pub async fn annotate(
        &self,
        target: &str,
        priority: Priority,
        reason: Option<String>,
        options: &CommitOptions,
    ) -> Result<()> {
        self.perform(Input::Annotate { target: target.to_owned(), priority, reason }, options).await.map(drop)
    }

    async fn commit_of(&self, input: Input, options: &CommitOptions) -> Result<Receipt> {
        self.one(self.perform(input, options).await?)
    }

    fn one(&self, done: Done) -> Result<Receipt> {
        done.receipts.into_iter().next().ok_or_else(|| Error::internal("an operation gave no receipt"))
    }

    pub(super) fn entry_id(&self, options: &CommitOptions) -> EntryId {
        match &options.id {
            Some(id) => id.as_str().into(),
            None => self.repo.make_id(self.repo.settings.environment.now()),
        }
    }

    /// Does what is asked, on the branch this handle stands on now.
    ///
    /// # Errors
    /// Those of the operation and of the store.
    pub async fn perform(&self, input: Input, options: &CommitOptions) -> Result<Done> {
        options.check()?;
        if let Input::DeleteBranch { name, .. } = &input
            && self.branch().as_ref() == Some(name)
        {
            return Err(Box::new(Error::RefProtected {
                message: format!("branch {} is the current one; switch away first", quoted(name)),
            }));
        }
        let branch = match input {
            Input::Append(_)
            | Input::Edit { .. }
            | Input::Delete { .. }
            | Input::Revert { .. }
            | Input::Compact(_)
            | Input::Reset { .. }
            | Input::Return { .. }
            | Input::SelectSibling { .. } => self.writable()?,
            // What has nothing to do with a branch works from anywhere.
            _ => self.branch().unwrap_or_else(|| self.repo.read(|state| state.default_branch().to_owned())),
        };
        self.submit(branch, input, options).await
    }

    /// Boxed, so that every call that ends in it does not hold a copy of all it does.
    pub(super) fn submit<'a>(
        &'a self,
        branch: String,
        input: Input,
        options: &'a CommitOptions,
    ) -> Pending<'a, Result<Done>> {
        Box::pin(self.write(branch, input, options))
    }

    async fn write(&self, branch: String, input: Input, options: &CommitOptions) -> Result<Done> {
        let limit = self.budget.get().map(|budget| budget.limit()).transpose()?;
        let rejects = self.budget.get().is_some_and(|budget| budget.action == super::BudgetAction::Reject);
        let counted = match &input {
            Input::Append(_) | Input::Edit { .. } | Input::Return { append: Some(_), .. } => true,
            Input::Batch(group) => group.kind != "erase",
            _ => false,
        };
        let by_policy = options.author.as_ref().is_some_and(|author| author.kind == "policy");
        // What policies do, and what is noted of it, is nothing that the user of a handle did last.
        let aside = by_policy || matches!(&input, Input::Batch(group) if ASIDE.contains(&group.kind));
        let remembered = !aside && !matches!(input, Input::Sent(_) | Input::Undo(_));
        let request = Request {
            branch,
            expected_head: options.expected_head,
            operation_id: options.operation_id.clone(),
            author: options.author.clone(),
            input,
        };
        let looks = !by_policy && self.repo.looks_at_commits();
        let looked_at = looks.then(|| request.branch.clone());
        let branch = limit.filter(|_| counted).map(|_| request.branch.clone());
        let done = self.repo.submit(request, limit.filter(|_| rejects && counted)).await?;
        if remembered
            && done.wrote
            && let Some(operation) = &done.operation
        {
            let mut done = self.done.borrow_mut();
            if done.len() >= 2 * UNDOABLE {
                done.drain(..UNDOABLE); // by halves, so that it hardly ever costs anything
            }
            done.push(operation.clone());
            self.undone.borrow_mut().clear();
        }
        if let Some(branch) = looked_at
            && done.wrote
            && !done.receipts.is_empty()
        {
            self.look_after(&branch, &done.receipts).await;
        }
        if let (Some(branch), Some(limit)) = (branch, limit) {
            self.repo.check_budget(&branch, limit).await?;
        }
        Ok(done)
    }

    /// Records that a compile was sent to a model, and what it cost. The record's estimate is what the
    /// counter counted, where the compile is this handle's last: callers know it with its correction only,
    /// and corrections must not be made twice.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sent(&self, mut record: SentRecord, options: &CommitOptions) -> Result<()> {
        record.estimate = self.mark_sent(&record.digest).unwrap_or(record.estimate);
        self.perform(Input::Sent(Box::new(record)), options).await.map(drop)
    }

    /// Stands on another branch from now on.
    ///
    /// # Errors
    /// `RefNotFound`.
    pub fn switch_to(&self, name: &str) -> Result<()> {
        let target =
            if name == "-" { self.stand.previous.borrow().clone() } else { Some(Head::Branch(name.to_owned())) };
        let known = |head: &Head| match head {
            Head::Branch(name) => self.repo.read(|state| state.branch(name).is_some()),
            Head::Detached(_) => true,
        };
        let not_found = || Box::new(Error::RefNotFound { kind: "branch", name: name.to_owned() });
        let target = target.filter(known).ok_or_else(not_found)?;
        let before = self.stand.head.replace(target);
        self.stand.previous.replace(Some(before));
        Ok(())
    }

    /// Moves the branch to another commit, and remembers where it was as `ORIG_HEAD`.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`, `Conflict`, those of the store.
    pub async fn reset(&self, target: &str, options: &CommitOptions) -> Result<CommitHash> {
        let standpoint = self.standpoint();
        let to = self.repo.read(|state| state.resolve(target, standpoint).map(|ix| state.commits(ix).hash))?;
        let before = self.head();
        self.perform(Input::Reset { to }, options).await?;
        self.stand.original.set(before);
        Ok(to)
    }

    /// Renames a branch; a handle that stands on it goes along.
    ///
    /// # Errors
    /// `RefNotFound`, `RefName`, `RefExists`, those of the store.
    pub async fn rename_branch(&self, from: &str, to: &str, options: &CommitOptions) -> Result<()> {
        self.perform(Input::RenameBranch { from: from.to_owned(), to: to.to_owned() }, options).await?;
        if self.branch().as_deref() == Some(from) {
            self.stand.head.replace(Head::Branch(to.to_owned()));
        }
        Ok(())
    }

    /// Undoes an operation, by default the last one of this handle.
    ///
    /// # Errors
    /// `NothingToUndo`, `NotUndoable`, `Conflict` where later operations changed the same things.
    pub async fn undo(&self, operation: Option<&str>, options: &CommitOptions) -> Result<(String, String)> {
        let last = self.done.borrow().last().cloned();
        let name = operation.map(str::to_owned).or(last).ok_or(Error::NothingToUndo { what: "undo" })?;
        let made = self.invert(&name, options).await?;
        self.done.borrow_mut().retain(|done| *done != name);
        self.undone.borrow_mut().push(made.clone());
        Ok((made, name))
    }

    /// Undoes this handle's last undo.
    ///
    /// # Errors
    /// As [`Handle::undo`].
    pub async fn redo(&self, options: &CommitOptions) -> Result<(String, String)> {
        let name = self.undone.borrow().last().cloned().ok_or(Error::NothingToUndo { what: "redo" })?;
        let made = self.invert(&name, options).await?;
        self.undone.borrow_mut().retain(|undone| *undone != name);
        self.done.borrow_mut().push(made.clone());
        Ok((made, name))
    }

    async fn invert(&self, name: &str, options: &CommitOptions) -> Result<String> {
        let undo = self.repo.find_operation(name).await?;
        let undone = undo.records.clone();
        let done = self.perform(Input::Undo(undo), options).await?;
        self.follow_back(&undone);
        Ok(done.operation.unwrap_or_else(|| name.to_owned()))
    }
}

impl Handle {
    /// Where undoing these renamed its branch, the handle goes along.
    fn follow_back(&self, undone: &[Record]) {
        let Some(own) = self.branch().filter(|own| self.repo.read(|state| state.branch(own).is_none())) else { return };
        let renamed = undone.iter().find_map(|record| match record {
            Record::Branch(RefRecord { name, new: None, old: Some(_) }) => Some(name),
            Record::DefaultBranch(change) if change.new == own => Some(&change.old),
            _ => None,
        });
        if let Some(name) = renamed {
            self.stand.head.replace(Head::Branch(name.clone()));
        }
    }
}

fn commit_of(state: &State<'_>, head: &Head) -> Option<CommitIx> {
    match head {
        Head::Branch(name) => state.branch(name).flatten(),
        Head::Detached(hash) => state.find_commit(hash),
    }
}
