//! A lineage: what the history of one commit amounts to. Its entries in reading order, each with the
//! payload it has after the active edits, and whether it was deleted or compacted.
//!
//! A lineage advances with its history: an append costs the same however long the history is.

use super::State;
use super::arena::{CommitIx, ContentIx, EntryIx, Ix, sort_rows};
use super::by_entry::ByEntry;
use super::misses::Misses;
use super::rows::{Action, OtherAction};
use crate::collections::{Map, Set};
use crate::hash::CommitHash;

/// An entry within a lineage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The entry.
    pub entry: EntryIx,
    /// The commit that put it here.
    pub commit: CommitIx,
    /// What it says now.
    pub content: ContentIx,
    /// The commit that gave it this content.
    pub version: CommitIx,
    /// Whether it is in the view.
    pub status: Status,
}

/// Whether an entry is in the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Live,
    /// This commit took it out.
    Deleted(CommitIx),
    /// This compaction stands for it.
    Compacted(CommitIx),
    /// A summary whose compaction was reverted, or an entry that lost a merge.
    Withdrawn,
}

#[derive(Debug, Clone)]
struct Op {
    commit: CommitIx,
    active: bool,
    /// A merge decided against it.
    overruled: bool,
    /// The reverts of it, as places in `ops`.
    reverts: Vec<usize>,
}

/// The newest operation on an entry, in one number, since most entries of a long chat have one operation and no more: that
/// of a compaction. 0: none. Below [`LISTED`]: the only one, as its place in `ops` and 1. Else its place in `on`.
type Newest = u32;

const LISTED: u32 = 1 << 31;

/// An operation on an entry that had one before.
#[derive(Debug, Clone, Copy)]
struct On {
    /// Its place in `ops`.
    op: u32,
    /// The one before it.
    before: Newest,
}

/// What the history of `head` amounts to.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    head: Option<CommitIx>,
    slots: Vec<Slot>,
    /// The place of an entry in `slots` and 1.
    places: ByEntry,
    /// Bit by bit, whether an entry is left out of the slots.
    out: Vec<u8>,
    ops: Vec<Op>,
    op_of: Map<CommitIx, usize>,
    on: Vec<On>,
    newest_on: ByEntry,
    /// Changes whenever something other than an append happened.
    epoch: u64,
    commits: u64,
    /// How many compacted entries are left out, and how often they were asked for.
    left_out: u64,
    misses: Misses,
}

impl Lineage {
    /// The lineage of a commit.
    pub fn of(state: &State<'_>, head: Option<CommitIx>) -> Self {
        let mut lineage = Self::default();
        if let Some(head) = head {
            lineage.advance(state, head);
        }
        lineage
    }

    /// The commit whose history this is.
    pub fn head(&self) -> Option<CommitIx> {
        self.head
    }

    /// How many commits the history has.
    pub fn commit_count(&self) -> u64 {
        self.commits
    }

    /// The entries in reading order, those out of the view included.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// How many compacted entries are left out of the slots.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The lineage without the entries of `over`: asking for one of them is a miss. Those before the row `first` are few
    /// from now on.
    pub(super) fn without(mut self, over: &Set<EntryIx>, first: usize, misses: &Misses) -> Self {
        self.misses = misses.clone();
        let before = self.slots.len();
        self.slots.retain(|slot| !over.contains(&slot.entry));
        self.left_out += (before - self.slots.len()) as u64;
        for (entry, ()) in over.iter() {
            let byte = entry.row() / 8;
            if self.out.len() <= byte {
                self.out.resize(byte + 1, 0);
            }
            if let Some(byte) = self.out.get_mut(byte) {
                *byte |= 1 << (entry.row() % 8);
            }
            self.places.set(*entry, 0);
        }
        for numbers in [&mut self.newest_on, &mut self.places] {
            numbers.leave_out(first, &|entry| is_set(&self.out, entry));
        }
        for place in 0..self.slots.len() {
            if let Some(entry) = self.slots.get(place).map(|slot| slot.entry) {
                self.set_place(entry, place);
            }
        }
        self
    }

    /// The commits of all operations on an entry.
    pub(super) fn commits_on(&self, entry: EntryIx) -> impl Iterator<Item = CommitIx> {
        self.operations_on(entry).map(|(_, op)| op.commit)
    }

    /// Changes whenever something other than an append happened.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Declares that what was derived from this lineage does not hold for it any more.
    pub(super) fn set_epoch(&mut self, epoch: u64) {
        self.epoch = epoch;
    }

    /// The slot of an entry.
    pub fn slot(&self, entry: EntryIx) -> Option<&Slot> {
        self.slots.get(self.place(entry)?)
    }

    /// Whether an operation other than an append is in this history, and active.
    pub fn is_active(&self, commit: CommitIx) -> Option<bool> {
        Some(self.ops.get(*self.op_of.get(&commit)?)?.active)
    }

    /// Whether the lineage can advance to `to`: its head lies on the line of first parents.
    pub fn leads_to(&self, state: &State<'_>, to: CommitIx) -> bool {
        self.head.is_none_or(|head| state.first_parent_at(to, state.commits(head).height) == head)
    }

    /// Goes on to a descendant, for which [`Lineage::leads_to`] must hold.
    pub fn advance(&mut self, state: &State<'_>, to: CommitIx) {
        let is_shallow = state.is_shallow();
        for commit in state.history_since(self.head, to) {
            self.commits += 1;
            self.step(state, commit);
            if is_shallow {
                // What a message of it is made of is missed now, if at all.
                let row = state.commits(commit);
                row.entry().map(|entry| state.entries(entry));
                row.content().map(|content| state.contents(content));
            }
        }
        self.head = Some(to);
    }

    fn step(&mut self, state: &State<'_>, commit: CommitIx) {
        match &state.commits(commit).action {
            Action::Append(entry, content) => self.append(*entry, *content, commit),
            Action::Edit(entry, _) | Action::Delete(entry) => self.operate(state, commit, &[*entry]),
            Action::Other(other) => match &**other {
                OtherAction::Compact { summary, content, targets } => {
                    self.insert_summary(*summary, *content, commit, targets);
                    self.operate(state, commit, targets);
                }
                OtherAction::Merge { resolutions } => {
                    let losers = resolutions.iter().flat_map(|resolution| &resolution.deactivate);
                    losers.for_each(|hash| self.overrule(state, hash));
                }
                OtherAction::Revert(target) => {
                    self.operate(state, commit, &[]);
                    if let Some(&target) = self.op_of.get(target) {
                        let revert = self.ops.len() - 1;
                        if let Some(op) = self.ops.get_mut(target) {
                            op.reverts.push(revert);
                        }
                        self.settle(state, target);
                    }
                }
            },
        }
    }

    fn append(&mut self, entry: EntryIx, content: ContentIx, commit: CommitIx) {
        // An entry that came by two ways stands where it came first.
        if self.place(entry).is_none() {
            self.set_place(entry, self.slots.len());
            self.slots.push(Slot { entry, commit, content, version: commit, status: Status::Live });
        }
    }

    fn place(&self, entry: EntryIx) -> Option<usize> {
        let place = (self.places.get(entry) as usize).checked_sub(1);
        if place.is_none() && is_set(&self.out, entry) {
            self.misses.set(self.misses.get().wrapping_add(1));
        }
        place
    }

    fn set_place(&mut self, entry: EntryIx, place: usize) {
        self.places.set(entry, place as u32 + 1);
    }

    fn insert_summary(&mut self, summary: EntryIx, content: ContentIx, commit: CommitIx, targets: &[EntryIx]) {
        if self.place(summary).is_some() {
            return;
        }
        let places = targets.iter().filter_map(|target| self.place(*target));
        let place = places.min().unwrap_or(self.slots.len());
        self.slots.insert(place, Slot { entry: summary, commit, content, version: commit, status: Status::Live });
        for place in place..self.slots.len() {
            if let Some(entry) = self.slots.get(place).map(|slot| slot.entry) {
                self.set_place(entry, place);
            }
        }
    }

    /// Registers an operation on `entries` and lets it take effect.
    fn operate(&mut self, state: &State<'_>, commit: CommitIx, entries: &[EntryIx]) {
        let op = self.ops.len();
        self.ops.push(Op { commit, active: true, overruled: false, reverts: Vec::new() });
        self.op_of.insert(commit, op);
        self.epoch += 1;
        for entry in entries {
            let (op, before) = (op as u32, self.newest_on.get(*entry));
            self.newest_on.set(*entry, if before == 0 { op + 1 } else { self.on.len() as u32 | LISTED });
            if before != 0 {
                self.on.push(On { op, before });
            }
            self.resolve(state, *entry);
        }
    }

    fn overrule(&mut self, state: &State<'_>, hash: &CommitHash) {
        let Some(commit) = state.find_commit(hash) else { return };
        if let Some(&op) = self.op_of.get(&commit) {
            if let Some(op) = self.ops.get_mut(op) {
                op.overruled = true;
            }
            self.settle(state, op);
        } else if let Action::Append(entry, _) = state.commits(commit).action
            && self.slot(entry).is_some_and(|slot| slot.commit == commit)
        {
            // Of two results for one call one loses.
            self.op_of.insert(commit, self.ops.len());
            self.ops.push(Op { commit, active: false, overruled: true, reverts: Vec::new() });
            self.epoch += 1;
            self.resolve(state, entry);
        }
    }

    /// Decides anew whether an operation is active, and what follows from it.
    fn settle(&mut self, state: &State<'_>, op: usize) {
        self.epoch += 1;
        let mut at = op;
        while let Some(op) = self.ops.get(at) {
            let reverted = op.reverts.iter().any(|revert| self.ops.get(*revert).is_some_and(|op| op.active));
            let active = !op.overruled && !reverted;
            if active == op.active {
                return;
            }
            let commit = op.commit;
            if let Some(op) = self.ops.get_mut(at) {
                op.active = active;
            }
            match &state.commits(commit).action {
                Action::Append(..) => return,
                Action::Edit(entry, _) | Action::Delete(entry) => return self.resolve(state, *entry),
                Action::Other(other) => match &**other {
                    OtherAction::Merge { .. } => return,
                    OtherAction::Compact { summary, targets, .. } => {
                        targets.iter().chain([summary]).for_each(|entry| self.resolve(state, *entry));
                        return;
                    }
                    // A revert that is not active any more brings its target back, and so on.
                    OtherAction::Revert(target) => match self.op_of.get(target) {
                        Some(target) => at = *target,
                        None => return,
                    },
                },
            }
        }
    }

    /// Decides anew what an entry says and whether it is in the view.
    fn resolve(&mut self, state: &State<'_>, entry: EntryIx) {
        let Some(slot) = self.place(entry).and_then(|place| self.slots.get_mut(place)) else {
            return;
        };
        slot.version = slot.commit;
        slot.content = state.commits(slot.commit).content().unwrap_or(slot.content);
        let (mut deleted, mut compacted, mut edited) = (None, None, false);
        for (_, op) in operations_on(&self.newest_on, &self.on, &self.ops, entry).filter(|(_, op)| op.active) {
            match &state.commits(op.commit).action {
                Action::Edit(_, content) if !edited => {
                    (slot.content, slot.version) = (*content, op.commit);
                    edited = true;
                }
                Action::Delete(_) => deleted = deleted.or(Some(op.commit)),
                Action::Other(_) => compacted = compacted.or(Some(op.commit)),
                Action::Edit(..) | Action::Append(..) => {}
            }
        }
        let added = self.op_of.get(&slot.commit).and_then(|op| self.ops.get(*op));
        slot.status = match (deleted, compacted) {
            _ if added.is_some_and(|op| !op.active) => Status::Withdrawn,
            (Some(commit), _) => Status::Deleted(commit),
            (None, Some(commit)) => Status::Compacted(commit),
            (None, None) => Status::Live,
        };
    }

    /// The operations on an entry and their places, newest first.
    fn operations_on(&self, entry: EntryIx) -> impl Iterator<Item = (usize, &Op)> {
        self.place(entry); // of one that is left out they are missed
        operations_on(&self.newest_on, &self.on, &self.ops, entry)
    }

    /// The newest active operation on an entry.
    pub fn newest_operation(&self, entry: EntryIx) -> Option<CommitIx> {
        self.operations_on(entry).map(|(_, op)| op).find(|op| op.active).map(|op| op.commit)
    }

    /// The active operations that make no sense without `commit`: later ones on the entries that it
    /// changed or made, edits of one entry among themselves excepted.
    pub fn dependents(&self, state: &State<'_>, commit: CommitIx) -> Vec<CommitIx> {
        let Some(&op) = self.op_of.get(&commit) else { return Vec::new() };
        let mut root = commit;
        while let Action::Other(other) = &state.commits(root).action
            && let OtherAction::Revert(target) = **other
        {
            root = target;
        }
        let is_edit = |ix: CommitIx| matches!(state.commits(ix).action, Action::Edit(..));
        let entries: Vec<EntryIx> = match &state.commits(root).action {
            Action::Other(other) => match &**other {
                OtherAction::Compact { summary, targets, .. } => targets.iter().chain([summary]).copied().collect(),
                _ => Vec::new(),
            },
            Action::Edit(entry, _) | Action::Delete(entry) | Action::Append(entry, _) => vec![*entry],
        };
        let all = entries.iter().flat_map(|entry| self.operations_on(*entry));
        let active = all.filter(|(at, later)| *at > op && later.active);
        let mut found: Vec<_> =
            active.map(|(_, later)| later.commit).filter(|later| !(is_edit(root) && is_edit(*later))).collect();
        sort_rows(&mut found);
        found
    }
}

fn is_set(bits: &[u8], entry: EntryIx) -> bool {
    bits.get(entry.row() / 8).is_some_and(|byte| byte >> (entry.row() % 8) & 1 != 0)
}

fn operations_on<'a>(
    newest_on: &ByEntry,
    on: &'a [On],
    ops: &'a [Op],
    entry: EntryIx,
) -> impl Iterator<Item = (usize, &'a Op)> {
    let mut next = newest_on.get(entry);
    std::iter::from_fn(move || {
        let (op, before) = match next & LISTED {
            0 => (next.checked_sub(1)?, 0),
            _ => on.get((next & !LISTED) as usize).map(|on| (on.op, on.before))?,
        };
        next = before;
        Some((op as usize, ops.get(op as usize)?))
    })
}
