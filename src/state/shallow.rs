//! A shallow state leaves old rows out that its checkpoint in the store has, but for those that the views of its
//! branches are made of. Rows keep their numbers.
//!
//! Who asks it for a row that it left out gets an empty one, and a miss is counted: what was read meanwhile is of no
//! use, and has to be read again from a state with all rows. So whoever reads a state that may be shallow compares
//! [`State::misses`] before and after.

use std::cell::Cell;
use std::rc::Rc;

use super::arena::{CommitIx, ContentIx, EntryIx, Ix};
use super::checkpoint::FirstRows;
use super::lineage::{Lineage, Status};
use super::rows::{Action, BranchRow, CommitRow, ContentRow, EntryRow};
use super::{State, Tables};
use crate::collections::{Set, text_hash};
use crate::hash::{CommitHash, ContentHash};
use crate::model::outline::Outline;

/// How often a row was asked for that is left out.
pub(super) type Misses = Rc<Cell<u32>>;

/// What a shallow state knows of the rows that it left out.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub misses: Misses,
    /// Stands for any of them.
    pub empty: Empty,
    /// What they are found by: enough to tell that nothing of a name was left out.
    contents: Set<u64>,
    entries: Set<u64>,
}

/// Rows without anything in them.
#[derive(Debug)]
pub(super) struct Empty {
    pub commits: CommitRow,
    pub contents: ContentRow,
    pub entries: EntryRow,
}

impl Default for LeftOut {
    fn default() -> Self {
        let nobody = EntryIx::new(0);
        let empty = Empty {
            commits: CommitRow {
                hash: CommitHash([0; 32]),
                action: Action::Delete(nobody),
                parents: [None; 2],
                jump: None,
                height: 0,
                merged: false,
                seq: 0,
                created_at: 0,
                cumulative_tokens: 0,
                tokens: 0,
                extras: None,
            },
            contents: ContentRow {
                hash: ContentHash([0; 32]),
                size: 0,
                outline: Outline::default(),
                content_type: "".into(),
                token_source: None,
            },
            entries: EntryRow { id: "".into(), first: CommitIx::new(0) },
        };
        Self { misses: Misses::default(), empty, contents: Set::default(), entries: Set::default() }
    }
}

impl LeftOut {
    pub fn miss(&self) {
        self.misses.set(self.misses.get().wrapping_add(1));
    }
}

impl State<'_> {
    fn left_out(&self) -> Option<&LeftOut> {
        match self.parent {
            Some(parent) => parent.left_out(),
            None => self.tables.left_out.as_deref(),
        }
    }

    /// Whether rows are left out.
    pub fn is_shallow(&self) -> bool {
        self.left_out().is_some()
    }

    /// How many commits, payloads and entries are in memory.
    pub fn rows_here(&self) -> usize {
        let Tables { commits, contents, entries, .. } = &self.tables;
        commits.iter_from(0).count() + contents.iter_from(0).count() + entries.iter_from(0).count()
    }

    /// How often a row was asked for that is left out: what was read while this changed is of no use.
    pub fn misses(&self) -> u32 {
        self.left_out().map_or(0, |left_out| left_out.misses.get())
    }

    /// What reading gives, if it asked for nothing that is left out: then no miss is counted.
    pub fn if_here<T>(&self, read: impl FnOnce() -> T) -> Option<T> {
        let before = self.misses();
        let found = read();
        match self.left_out() {
            Some(left_out) if left_out.misses.replace(before) != before => None,
            _ => Some(found),
        }
    }

    /// In place of a row that is left out.
    #[cold]
    #[inline(never)]
    #[allow(clippy::panic, reason = "indices are made by push and never leave their state")]
    pub(super) fn empty(&self) -> &Empty {
        match self.left_out() {
            Some(left_out) => {
                left_out.miss();
                &left_out.empty
            }
            None => panic!("a row of another state"),
        }
    }

    /// Where no commit of a name is here: it may be left out.
    pub(super) fn no_commit<T>(&self) -> Option<T> {
        if let Some(left_out) = &self.tables.left_out {
            left_out.miss();
        }
        None
    }

    /// Where no payload of this hash is here.
    pub(super) fn no_content<T>(&self, hash: u64) -> Option<T> {
        if let Some(left_out) = self.tables.left_out.as_ref().filter(|left_out| left_out.contents.contains(&hash)) {
            left_out.miss();
        }
        None
    }

    /// Where no entry of this hash of an id is here.
    pub(super) fn no_entry<T>(&self, hash: u64) -> Option<T> {
        if let Some(left_out) = self.tables.left_out.as_ref().filter(|left_out| left_out.entries.contains(&hash)) {
            left_out.miss();
        }
        None
    }
}

/// The rows that stay.
#[derive(Default)]
struct Kept {
    commits: Set<CommitIx>,
    contents: Set<ContentIx>,
    entries: Set<EntryIx>,
}

impl Kept {
    fn brings(&mut self, commit: &CommitRow) {
        if let Some(content) = commit.content() {
            self.contents.add(content);
        }
    }
}

impl State<'static> {
    /// Leaves out what comes before `firsts`, but for what is needed to go on with the branches that were used last, each
    /// without the entries that are `over`: compacted ones that nothing depends on. The rows of `also` stay. Whoever
    /// needs what is left out finds it in the store.
    pub fn leave_out(
        &mut self,
        firsts: FirstRows,
        over: &dyn Fn(&Self, &Lineage) -> Set<EntryIx>,
        also: &[CommitHash],
    ) {
        let misses = self.tables.left_out.get_or_insert_default().misses.clone();
        // Of the branch that was moved last it may lie some commits back.
        let last = self.tables.moves.last().and_then(|run| self.nth_move(&run.first, run.more).head);
        last.inspect(|head| drop(self.lineage(Some(*head))));
        let (mut short, mut kept) = (Vec::new(), Kept::default());
        for lineage in self.kept_lineages() {
            if lineage.head().is_some_and(|head| self.is_head(head)) {
                short.push(lineage.without(&over(self, &lineage), &misses));
            }
        }
        for lineage in &short {
            self.keep(lineage, &mut kept);
        }
        for hash in also {
            self.find_commit(hash).inspect(|commit| _ = kept.commits.add(*commit));
        }
        for (_, BranchRow { head, .. }) in self.tables.branches.iter() {
            // What children of the head will jump to is on this chain.
            let mut next = *head;
            while let Some(commit) = next {
                kept.commits.add(commit);
                next = self.commits(commit).jump;
            }
        }
        let tables = &mut self.tables;
        let LeftOut { contents, entries, .. } = &mut **tables.left_out.get_or_insert_default();
        let lookup = &mut tables.content_lookup;
        // Files are asked for by any commit that names one.
        let stays = |ix, row: &ContentRow| kept.contents.contains(&ix) || !row.outline.files().is_empty();
        tables.contents.leave_out(firsts.contents, &stays, &mut |ix, row| {
            contents.add(row.hash.prefix());
            lookup.remove(row.hash.prefix(), ix.row() as u32);
        });
        let lookup = &mut tables.entry_lookup;
        tables.entries.leave_out(firsts.entries, &|ix, _| kept.entries.contains(&ix), &mut |ix, row| {
            entries.add(text_hash(&row.id));
            lookup.remove(text_hash(&row.id), ix.row() as u32);
        });
        let lookup = &mut tables.commit_lookup;
        tables.commits.leave_out(firsts.commits, &|ix, _| kept.commits.contains(&ix), &mut |ix, row| {
            lookup.remove(row.hash.prefix(), ix.row() as u32);
        });
        self.tables.siblings.take();
        self.keep_lineages(short);
    }

    /// What a lineage is made of.
    fn keep(&self, lineage: &Lineage, kept: &mut Kept) {
        for slot in lineage.slots() {
            kept.entries.add(slot.entry);
            kept.contents.add(slot.content);
            kept.commits.add(slot.commit);
            kept.commits.add(slot.version);
            // What it says again once an edit is taken back.
            kept.brings(self.commits(slot.commit));
            if let Status::Deleted(by) | Status::Compacted(by) = slot.status {
                kept.commits.add(by);
            }
            for commit in lineage.commits_on(slot.entry) {
                kept.commits.add(commit);
                kept.brings(self.commits(commit));
            }
        }
    }

    /// Takes the place of another state of the same journal, which left rows out: who kept something of that one
    /// finds its numbers here.
    pub fn succeed(&mut self, other: &Self) {
        self.tables.settings_version = other.tables.settings_version;
        self.tables.lineages.borrow_mut().go_on(&other.tables.lineages.borrow());
    }
}
