//! Undo: the inverse of an operation, as a new operation, which can itself be undone.

use super::batch::apply;
use super::commit::Change;
use super::{Attributes, Outcome, Planner};
use crate::error::{Error, Result};
use crate::json::quoted;
use crate::model::annotation::{Annotation, Priority};
use crate::model::commit::EntryOperation;
use crate::model::record::{CommitRecord, DefaultBranchRecord, NoteRecord, Record, RefRecord, TypeRecord};
use crate::model::setting::is_history;
use crate::state::State;
use crate::state::arena::CommitIx;
use crate::state::rows::{Action, OtherAction};

/// An operation to invert, as it was read from the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// What the operation is called.
    pub name: String,
    /// Its records.
    pub records: Vec<Record>,
    /// The commits that they made, in order.
    pub commits: Vec<crate::hash::CommitHash>,
}

fn changed(what: impl std::fmt::Display) -> Box<Error> {
    Error::conflict(format!("{what} was changed by a later operation; undo that first"))
}

fn not_undoable(operation: &str, reason: &str) -> Box<Error> {
    Box::new(Error::NotUndoable { operation: operation.to_owned(), reason: reason.to_owned() })
}

impl Planner<'_> {
    /// Inverts the records of an operation, the last first.
    ///
    /// # Errors
    /// `Conflict` where later operations changed the same things; `NotUndoable`.
    pub(super) fn undo(&self, undo: &Undo) -> Result<Outcome> {
        if undo.records.iter().any(|record| matches!(record, Record::Freed(_) | Record::Erased(_))) {
            return Err(not_undoable(&undo.name, "the payloads that it took away are gone"));
        }
        let mut all = Outcome::default();
        let mut draft = State::over(self.draft);
        let mut commits = undo.commits.iter().rev();
        for (place, record) in undo.records.iter().enumerate().rev() {
            let planner = Planner { draft: &draft, ..*self };
            let outcome = match record {
                Record::Commit(record) => {
                    let commit = commits.next().and_then(|hash| draft.find_commit(hash));
                    let commit = commit.ok_or_else(|| Error::internal(format!("{} lost a commit", undo.name)))?;
                    planner.undo_commit(record, commit)?
                }
                Record::Annotation(annotation) => {
                    let later = undo.records.get(place + 1..).into_iter().flatten();
                    match annotations_on(&annotation.target, later).next() {
                        Some(_) => continue, // undone with the last one on the entry
                        None => Outcome::record(planner.undo_annotations(&annotation.target, &undo.records)?),
                    }
                }
                // What became of a proposal stays so, whatever becomes of what it did.
                Record::Note(NoteRecord { entry: None, name, .. }) if is_history(name) => continue,
                other => Outcome::record(planner.inverse(other, &undo.name)?),
            };
            apply(&mut draft, &outcome, self.when)?;
            all.records.extend(outcome.records);
            all.receipts.extend(outcome.receipts);
        }
        Ok(all)
    }

    /// Where nothing came after the commit, its branch moves back; otherwise a new commit takes back
    /// what it did.
    fn undo_commit(&self, record: &CommitRecord, commit: CommitIx) -> Result<Outcome> {
        let branch = record.branch.as_deref().unwrap_or(self.draft.default_branch());
        let row = self.draft.commits(commit);
        let head = self.draft.branch(branch).flatten();
        if head == Some(commit) {
            let new = row.parents[0].map(|parent| self.draft.commits(parent).hash);
            let back = RefRecord { name: branch.to_owned(), new, old: Some(row.hash) };
            return Ok(Outcome::record(Record::Branch(back)));
        }
        let here = Planner { branch, ..*self };
        if !head.is_some_and(|head| self.draft.is_ancestor(commit, head)) {
            return Err(changed(format!("branch {}", quoted(branch))));
        }
        let lineage = self.draft.lineage(head);
        let hash = row.hash.to_hex();
        let entry = row.entry().map(|entry| self.draft.entries(entry).id.to_string());
        let attributes = Attributes::default();
        match &row.action {
            Action::Append(ix, _) => {
                let id = entry.unwrap_or_default();
                if lineage.newest_operation(*ix).is_some() {
                    return Err(changed(format!("entry {id}")));
                }
                here.delete(&id, &attributes)
            }
            Action::Other(other) if matches!(**other, OtherAction::Merge { .. }) => {
                Err(changed(format!("branch {}", quoted(branch))))
            }
            action => {
                let touched = match action {
                    Action::Edit(ix, _) | Action::Delete(ix) => lineage.newest_operation(*ix) != Some(commit),
                    _ => !lineage.dependents(self.draft, commit).is_empty(),
                };
                if touched || lineage.is_active(commit) != Some(true) {
                    return Err(changed(entry.map_or(format!("commit {hash}"), |id| format!("entry {id}"))));
                }
                Ok(here.commit(Change {
                    operation: EntryOperation::Revert { target: row.hash },
                    id: None,
                    entry: entry.map(Into::into),
                    payload: None,
                    copy: None,
                    attributes: &attributes,
                }))
            }
        }
    }

    fn inverse(&self, record: &Record, operation: &str) -> Result<Record> {
        let hash = |ix: Option<CommitIx>| ix.map(|ix| self.draft.commits(ix).hash);
        let swap = |change: &RefRecord| RefRecord { name: change.name.clone(), new: change.old, old: change.new };
        Ok(match record {
            Record::Branch(change) => {
                let now = hash(self.draft.branch(&change.name).flatten());
                if now != change.new {
                    return Err(changed(format!("branch {}", quoted(&change.name))));
                }
                Record::Branch(swap(change))
            }
            Record::Tag(change) => {
                if hash(self.draft.tag(&change.name)) != change.new {
                    return Err(changed(format!("tag {}", quoted(&change.name))));
                }
                Record::Tag(swap(change))
            }
            Record::DefaultBranch(DefaultBranchRecord { new, old }) => {
                if self.draft.default_branch() != new {
                    return Err(changed("the default branch"));
                }
                Record::DefaultBranch(DefaultBranchRecord { new: old.clone(), old: new.clone() })
            }
            Record::Type(TypeRecord { name, new, old }) => {
                if self.draft.content_type(name) != new.as_ref() {
                    return Err(changed(format!("content type {}", quoted(name))));
                }
                Record::Type(TypeRecord { name: name.clone(), new: old.clone(), old: new.clone() })
            }
            Record::Note(NoteRecord { entry, name, new, old }) => {
                let now = match entry {
                    Some(id) => self.draft.find_entry(id).and_then(|ix| self.draft.note(Some(ix), name)),
                    None => self.draft.note(None, name),
                };
                if now != new.as_ref() {
                    return Err(changed(format!(
                        "note {} of {}",
                        quoted(name),
                        entry.as_deref().unwrap_or("the repository")
                    )));
                }
                let (entry, name) = (entry.clone(), name.clone());
                Record::Note(NoteRecord { entry, name, new: old.clone(), old: new.clone() })
            }
            Record::Repository(_)
            | Record::Sent(_)
            | Record::Commit(_)
            | Record::Annotation(_)
            | Record::Freed(_)
            | Record::Erased(_) => {
                return Err(not_undoable(operation, "it records something that happened outside"));
            }
        })
    }

    /// Annotations are never taken away: a newer one says what held before those of the operation.
    fn undo_annotations(&self, target: &str, records: &[Record]) -> Result<Record> {
        let entry = self.entry(target)?;
        let mut of_operation = annotations_on(target, records.iter());
        let first = of_operation.next();
        let made = of_operation.last().or(first).map(|annotation| annotation.priority);
        // As with refs and notes it is the value that counts: an undo before may have brought it back.
        if made != Some(self.priority(entry)) {
            return Err(changed(format!("the priority of entry {target}")));
        }
        let chain =
            std::iter::successors(self.draft.latest_annotation(entry), |ix| self.draft.annotations(*ix).previous);
        let latest = chain
            .map(|ix| self.draft.annotations(ix))
            .find(|row| Some(&row.annotation) == first)
            .ok_or_else(|| changed(format!("the priority of entry {target}")))?
            .previous;
        let before = latest.map_or(Priority::Unset, |ix| self.draft.annotations(ix).annotation.priority);
        Ok(self.annotation(entry, before, None))
    }
}

/// The annotations on an entry, in order.
fn annotations_on<'a>(
    target: &'a str,
    records: impl Iterator<Item = &'a Record> + 'a,
) -> impl Iterator<Item = &'a Annotation> + 'a {
    records.filter_map(move |record| match record {
        Record::Annotation(annotation) if *annotation.target == *target => Some(annotation),
        _ => None,
    })
}
