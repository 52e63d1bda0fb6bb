//! A shallow state leaves old rows out that its checkpoint in the store has, but for those that the views of its
//! branches are made of. Rows keep their numbers; what becomes of those who ask for the others is told in `misses`.

use super::State;
use std::rc::Rc;

use super::arena::{CommitIx, ContentIx, EntryIx, Ix};
use super::checkpoint::FirstRows;
use super::lineage::{Lineage, Status};
use super::misses::LeftOut;
use super::rows::{BranchRow, CommitRow};
use crate::collections::{Set, text_hash};
use crate::hash::CommitHash;

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
        for lineage in self.take_lineages() {
            if lineage.head().is_some_and(|head| self.is_head(head)) {
                let over = over(self, &lineage);
                short.push(Rc::unwrap_or_clone(lineage).without(&over, firsts.entries, &misses));
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
        let Some(LeftOut { entries, files, .. }) = tables.left_out.as_deref_mut() else { return };
        // Any commit may name a file again: what counts is the estimate that came first.
        for (_, row) in tables.contents.iter_from(0).take_while(|(ix, _)| ix.row() < firsts.contents) {
            for file in row.outline.files() {
                files.get_or_insert_with(file.key, || file.tokens);
            }
        }
        let lookup = &mut tables.content_lookup;
        tables.contents.leave_out(firsts.contents, &|ix, _| kept.contents.contains(&ix), &mut |ix, row| {
            lookup.remove(row.hash.prefix(), ix.row() as u32);
        });
        let lookup = &mut tables.entry_lookup;
        let mut gone = Vec::new();
        tables.entries.leave_out(firsts.entries, &|ix, _| kept.entries.contains(&ix), &mut |ix, row| {
            gone.push(text_hash(&row.id));
            lookup.remove(text_hash(&row.id), ix.row() as u32);
        });
        entries.add(gone);
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
