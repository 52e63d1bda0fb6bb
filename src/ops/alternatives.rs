//! Alternatives: an answer made anew, a message sent anew, and the way back to what was there.
//!
//! The branch always shows what is selected. What is not stays under an anonymous branch, whose name
//! begins with [`ANONYMOUS`], unless another branch holds it. Operations that were made meanwhile on
//! what both lines have are carried over, so that no edit or deletion is lost by going back.

use super::batch::apply;
use super::commit::Change;
use super::{Append, Attributes, Outcome, Planner};
use crate::collections::Map;
use crate::error::{Error, Result};
use crate::hash::CommitHash;
use crate::model::commit::EntryOperation;
use crate::model::content::Role;
use crate::model::record::{Record, RefRecord};
use crate::model::refs::ANONYMOUS;
use crate::state::State;
use crate::state::arena::{CommitIx, EntryIx, Ix};
use crate::state::lineage::Slot;
use crate::state::rows::{Action, CommitRow};

/// Before what a branch returns to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// The answer that the entry belongs to, or that answers it: all that follows the last message of
    /// the user, or where there is none, what the application said itself.
    Answer,
    /// The entry.
    Entry,
}

impl Planner<'_> {
    /// Puts the branch back, keeps what was there, and goes on with another entry, if there is one.
    ///
    /// # Errors
    /// `EditTarget` where the entry is not on the branch, or nothing would be left of the branch; with
    /// an entry to go on with, where the one to go back to is no message of the user. Those of an
    /// append.
    pub(super) fn return_to(&self, id: &str, to: Before, append: Option<&Append>) -> Result<Outcome> {
        let refuse = |reason: String| Box::new(Error::EditTarget { id: id.to_owned(), reason });
        let entry = self.entry(id)?;
        let head = self.head();
        let lineage = self.draft.lineage(head);
        let there = |append: &&Append| self.draft.find_entry(&append.id).is_some_and(|ix| lineage.slot(ix).is_some());
        if let Some(append) = append.filter(there) {
            return self.append(append); // done before, or refused
        }
        let slots = lineage.slots();
        let Some((place, head)) = slots.iter().position(|slot| slot.entry == entry).zip(head) else {
            let branch = self.branch;
            return Err(refuse(format!("it is not in the history of branch {branch:?}; select it with selectSibling")));
        };
        let first = match to {
            Before::Answer => self.answer(slots, place),
            Before::Entry => slots.get(place),
        };
        if append.is_some() && first.is_none_or(|slot| self.role(slot) != Role::User) {
            return Err(refuse("it is no message of the user; use regenerate for an answer, or edit".to_owned()));
        }
        let Some(first) = first.map(|slot| slot.commit) else { return Ok(Outcome::default()) };
        let row = self.draft.commits(first);
        if self.draft.first_parent_at(head, row.height) != first {
            return Err(refuse("it came here by a merge; reset the branch to where it shall go on".to_owned()));
        }
        let back = row.parents[0];
        if back.is_none() && append.is_none() && self.branch != self.draft.default_branch() {
            let branch = self.branch;
            return Err(refuse(format!("nothing stands before it, and branch {branch:?} would be gone")));
        }
        self.go_on_from(back, append, None)
    }

    /// The first slot of an answer: of the one that the slot at `place` belongs to, or is answered by.
    fn answer<'s>(&self, slots: &'s [Slot], place: usize) -> Option<&'s Slot> {
        let before = slots.get(..=place)?;
        let asks = |slot: &Slot| self.is_appended(slot) && self.role(slot) == Role::User;
        let speaks = |slot: &Slot| matches!(self.role(slot), Role::Assistant | Role::Tool);
        let asked = before.iter().rposition(asks).or_else(|| before.iter().rposition(|slot| !speaks(slot)));
        slots.get(asked.map_or(0, |asked| asked + 1)..)?.iter().find(|slot| self.is_appended(slot))
    }

    fn role(&self, slot: &Slot) -> Role {
        self.draft.role_of(self.draft.contents(slot.content))
    }

    /// Summaries stand where what they stand for stood, whenever they came.
    fn is_appended(&self, slot: &Slot) -> bool {
        matches!(self.draft.commits(slot.commit).action, Action::Append(..))
    }

    /// Puts the branch on the newest tip whose history holds an entry. On the branch already, nothing
    /// happens.
    ///
    /// # Errors
    /// `EditTarget` where there is no such entry, or no branch holds it any more.
    pub(super) fn select_sibling(&self, id: &str) -> Result<Outcome> {
        let entry = self.entry(id)?;
        if self.draft.lineage(self.head()).slot(entry).is_some() {
            return Ok(Outcome::default());
        }
        let adds =
            |row: &CommitRow| row.entry() == Some(entry) && !matches!(row.action, Action::Edit(..) | Action::Delete(_));
        let added: Vec<_> = self.draft.all_commits().filter(|(_, row)| adds(row)).map(|(ix, _)| ix).collect();
        let tips = self.draft.branches().into_iter().filter_map(|(name, head)| Some((head?, name)));
        let holding = tips.filter(|(tip, _)| added.iter().any(|commit| self.draft.is_ancestor(*commit, *tip)));
        match holding.max() {
            Some((tip, name)) => {
                self.go_on_from(Some(tip), None, Some(name).filter(|name| name.starts_with(ANONYMOUS)))
            }
            None => {
                let reason = "no branch holds it any more".to_owned();
                Err(Box::new(Error::EditTarget { id: id.to_owned(), reason }))
            }
        }
    }

    /// Keeps the tip, moves the branch, takes an anonymous branch away that becomes it, carries over
    /// what happened meanwhile, and appends.
    fn go_on_from(&self, to: Option<CommitIx>, append: Option<&Append>, left: Option<&str>) -> Result<Outcome> {
        let hash = |ix: CommitIx| self.draft.commits(ix).hash;
        let head = self.head();
        let mut records = Vec::new();
        let mut move_ref = |name: String, old: Option<CommitIx>, new: Option<CommitIx>| {
            records.push(Record::Branch(RefRecord { name, new: new.map(hash), old: old.map(hash) }));
        };
        let branches = self.draft.branches();
        let mut others = branches.iter().filter(|(name, _)| *name != self.branch).filter_map(|(_, tip)| *tip);
        if let Some(head) = head
            && !others.any(|tip| self.draft.is_ancestor(head, tip))
        {
            move_ref(self.anonymous(hash(head)), None, Some(head));
        }
        if head != to {
            move_ref(self.branch.to_owned(), head, to);
        }
        if let Some(left) = left {
            move_ref(left.to_owned(), to, None);
        }
        let mut all = Outcome { records, ..Outcome::default() };
        let mut draft = State::over(self.draft);
        apply(&mut draft, &all, self.when)?;
        self.carry_over(head, to, Carry::Changes, &mut draft, &mut all)?;
        if let Some(append) = append {
            all.extend(Planner { draft: &draft, ..*self }.append(append)?);
        }
        Ok(all)
    }

    /// A name that no branch has yet.
    fn anonymous(&self, tip: CommitHash) -> String {
        let mut name = tip.to_hex();
        name.truncate(16);
        name.insert_str(0, ANONYMOUS);
        while self.draft.branch(&name).is_some() {
            name.push('+');
        }
        name
    }

    /// Copies the operations that only the history of `from` has: those on what both have, or all.
    pub(super) fn carry_over(
        &self,
        from: Option<CommitIx>,
        to: Option<CommitIx>,
        what: Carry,
        draft: &mut State<'_>,
        all: &mut Outcome,
    ) -> Result<()> {
        let own = |of: Option<CommitIx>, other: Option<CommitIx>| {
            let shared = move |ix: &CommitIx| other.is_some_and(|other| self.draft.is_ancestor(*ix, other));
            self.draft.first_parents(of).take_while(move |ix| !shared(ix))
        };
        // What there is already was perhaps carried over before, in one direction or the other.
        let mut known: Map<CommitIx, usize> = Map::default();
        for ix in own(to, from) {
            known.insert(self.original(ix), ix.row());
        }
        let mut carried: Vec<_> = own(from, to).collect();
        carried.reverse();
        let lineage = self.draft.lineage(to);
        let there = |entry: EntryIx| lineage.slot(entry).is_some();
        let mut added: Vec<EntryIx> = Vec::new();
        for ix in carried {
            let row = self.draft.commits(ix);
            if known.contains(&self.original(ix)) {
                continue;
            }
            let here = |id: &str| self.draft.find_entry(id).is_some_and(|ix| there(ix) || added.contains(&ix));
            let mut operation = self.draft.operation_of(ix);
            let stays = match &mut operation {
                EntryOperation::Append => what == Carry::Everything,
                EntryOperation::Merge { .. } => false,
                EntryOperation::Edit { target } | EntryOperation::Delete { target } => here(target),
                EntryOperation::Compact { targets } => targets.iter().all(|target| here(target)),
                EntryOperation::Revert { target } => {
                    let reverted = self.draft.find_commit(target);
                    let copy = reverted.and_then(|reverted| known.get(&self.original(reverted)));
                    let shared = reverted.zip(to).is_some_and(|(ix, to)| self.draft.is_ancestor(ix, to));
                    copy.into_iter().for_each(|row| *target = draft.commits(CommitIx::new(*row)).hash);
                    shared || copy.is_some()
                }
            };
            let entry = row.entry().map(|entry| self.draft.entries(entry).id.clone());
            if !stays {
                if what == Carry::Changes {
                    continue;
                }
                let kind = operation.kind();
                let on = entry.map_or_else(String::new, |id| format!(" of entry {id}"));
                return Err(Error::conflict(format!("commit {}, the {kind}{on}, does not fit there", row.hash)));
            }
            let appends = operation == EntryOperation::Append;
            if appends && row.entry().is_some_and(there) {
                continue; // it is there by another way
            }
            let adds = appends || matches!(operation, EntryOperation::Compact { .. });
            added.extend(row.entry().filter(|_| adds));
            let copied = Planner { draft, ..*self }.commit(Change {
                operation,
                id: entry.clone().filter(|_| adds),
                entry,
                payload: None,
                copy: Some(ix),
                attributes: &attributes_of(row),
            });
            apply(draft, &copied, self.when)?;
            known.insert(self.original(ix), draft.commit_count() - 1);
            all.extend(copied);
        }
        Ok(())
    }

    /// The commit that a copy, or a copy of a copy, was made of.
    fn original(&self, mut ix: CommitIx) -> CommitIx {
        while let Some(extras) = &self.draft.commits(ix).extras
            && let Some(from) = extras.copied_from.and_then(|hash| self.draft.find_commit(&hash))
        {
            ix = from;
        }
        ix
    }
}

/// What of a line is copied to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carry {
    /// What changes what the other has as well; the rest is left.
    Changes,
    /// All of it, or it fails.
    Everything,
}

fn attributes_of(row: &CommitRow) -> Attributes {
    let Some(extras) = &row.extras else { return Attributes::default() };
    Attributes {
        created_at: None,
        author: extras.author.as_deref().cloned(),
        generation: extras.generation.clone(),
        labels: extras.labels.clone(),
        metadata: extras.metadata.clone(),
        note: extras.note.clone(),
        reply_to: extras.reply_to.clone(),
        turn: extras.turn.as_deref().map(str::to_owned),
    }
}
