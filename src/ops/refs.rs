//! Branches and tags.

use super::alternatives::Carry;
use super::batch::apply;
use super::{Existing, Outcome, Planner, Unmerged};
use crate::error::{Error, Result};
use crate::hash::CommitHash;
use crate::json::quoted;
use crate::model::record::{DefaultBranchRecord, Record, RefRecord};
use crate::model::refs::check_ref_name;
use crate::state::State;
use crate::state::arena::CommitIx;
use crate::state::resolve::Standpoint;

impl Planner<'_> {
    /// What `HEAD` means here.
    pub(super) fn standpoint(&self) -> Standpoint {
        Standpoint { head: self.head(), ..Standpoint::default() }
    }

    fn hash(&self, ix: CommitIx) -> CommitHash {
        self.draft.commits(ix).hash
    }

    fn known(&self, hash: CommitHash) -> Result<CommitIx> {
        self.draft.find_commit(&hash).ok_or_else(|| Box::new(Error::CommitNotFound { reference: hash.to_hex() }))
    }

    /// The commit a branch points to; an error where there is no such branch.
    fn existing_branch(&self, name: &str) -> Result<Option<CommitIx>> {
        self.draft.branch(name).ok_or_else(|| Box::new(Error::RefNotFound { kind: "branch", name: name.to_owned() }))
    }

    fn free_branch(&self, name: &str) -> Result<()> {
        check_ref_name(name)?;
        match self.draft.branch(name) {
            Some(_) => Err(Box::new(Error::RefExists { kind: "branch", name: name.to_owned() })),
            None => Ok(()),
        }
    }

    /// Makes a branch.
    ///
    /// # Errors
    /// `RefName`, `RefExists`, `CommitNotFound`.
    pub(super) fn create_branch(&self, name: &str, at: CommitHash) -> Result<Outcome> {
        self.free_branch(name)?;
        self.known(at)?;
        Ok(Outcome::record(Record::Branch(RefRecord { name: name.to_owned(), new: Some(at), old: None })))
    }

    /// Deletes a branch.
    ///
    /// # Errors
    /// `RefNotFound`; `RefProtected` for the default branch, and, without [`Unmerged::Delete`], where
    /// its commits are on no other branch.
    pub(super) fn delete_branch(&self, name: &str, unmerged: Unmerged) -> Result<Outcome> {
        let head = self.existing_branch(name)?;
        let protected = |message: String| Err(Box::new(Error::RefProtected { message }));
        if name == self.draft.default_branch() {
            return protected(format!("branch {} is the default branch", quoted(name)));
        }
        let Some(head) = head else { return Ok(Outcome::default()) };
        let others = self.draft.branches();
        let mut others = others.iter().filter(|(other, _)| *other != name).filter_map(|(_, head)| *head);
        if unmerged == Unmerged::Keep && !others.any(|other| self.draft.is_ancestor(head, other)) {
            return protected(format!("branch {} has commits that are on no other branch; use force", quoted(name)));
        }
        let old = Some(self.hash(head));
        Ok(Outcome::record(Record::Branch(RefRecord { name: name.to_owned(), new: None, old })))
    }

    /// Renames a branch.
    ///
    /// # Errors
    /// `RefNotFound`, `RefName`, `RefExists`.
    pub(super) fn rename_branch(&self, from: &str, to: &str) -> Result<Outcome> {
        let head = self.existing_branch(from)?.map(|ix| self.hash(ix));
        if from == to {
            return Ok(Outcome::default());
        }
        self.free_branch(to)?;
        let mut outcome = Outcome::default();
        if head.is_some() {
            let record = |name: &str, new, old| Record::Branch(RefRecord { name: name.to_owned(), new, old });
            outcome.records.push(record(to, head, None));
            outcome.records.push(record(from, None, head));
        }
        if from == self.draft.default_branch() {
            let change = DefaultBranchRecord { new: to.to_owned(), old: from.to_owned() };
            outcome.records.push(Record::DefaultBranch(change));
        }
        Ok(outcome)
    }

    /// Copies what only a branch has behind the default branch, and puts it there. Entries keep their ids.
    ///
    /// # Errors
    /// `RefNotFound`; `Conflict` where an operation of the branch, or a merge, does not fit there.
    pub(super) fn rebase(&self, name: &str) -> Result<Outcome> {
        let head = self.existing_branch(name)?;
        let onto = self.draft.branch(self.draft.default_branch()).flatten();
        let Some((from, to)) = head.zip(onto) else { return Ok(Outcome::default()) };
        if self.draft.is_ancestor(to, from) {
            return Ok(Outcome::default());
        }
        let (new, old) = (Some(self.hash(to)), Some(self.hash(from)));
        let mut all = Outcome::record(Record::Branch(RefRecord { name: name.to_owned(), new, old }));
        let mut draft = State::over(self.draft);
        apply(&mut draft, &all, self.when)?;
        Planner { branch: name, ..*self }.carry_over(head, onto, Carry::Everything, &mut draft, &mut all)?;
        Ok(all)
    }

    /// Moves the request's branch.
    ///
    /// # Errors
    /// `CommitNotFound`.
    pub(super) fn reset(&self, to: CommitHash) -> Result<Outcome> {
        self.known(to)?;
        let old = self.head().map(|ix| self.hash(ix));
        if old == Some(to) {
            return Ok(Outcome::default());
        }
        Ok(Outcome::record(Record::Branch(RefRecord { name: self.branch.to_owned(), new: Some(to), old })))
    }

    /// Makes or moves a tag.
    ///
    /// # Errors
    /// `RefName`, `CommitNotFound`, `RefExists` without [`Existing::Move`].
    pub(super) fn tag(&self, name: &str, at: CommitHash, existing: Existing) -> Result<Outcome> {
        check_ref_name(name)?;
        self.known(at)?;
        let old = self.draft.tag(name).map(|ix| self.hash(ix));
        if old == Some(at) {
            return Ok(Outcome::default());
        }
        if old.is_some() && existing == Existing::Keep {
            return Err(Box::new(Error::RefExists { kind: "tag", name: name.to_owned() }));
        }
        Ok(Outcome::record(Record::Tag(RefRecord { name: name.to_owned(), new: Some(at), old })))
    }

    /// Deletes a tag.
    ///
    /// # Errors
    /// `RefNotFound`.
    pub(super) fn untag(&self, name: &str) -> Result<Outcome> {
        let old =
            self.draft.tag(name).ok_or_else(|| Box::new(Error::RefNotFound { kind: "tag", name: name.to_owned() }))?;
        let old = Some(self.hash(old));
        Ok(Outcome::record(Record::Tag(RefRecord { name: name.to_owned(), new: None, old })))
    }
}
