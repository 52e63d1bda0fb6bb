//! Siblings: entries that were appended right behind the same entry, whichever branch they are on.

use super::State;
use super::arena::{CommitIx, EntryIx, Ix};
use super::rows::Action;

/// An index that goes on where it stopped when it was asked last. Numbers are rows and 1; 0 is none.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    /// For each commit the entry that was appended last, by itself or before it.
    last: Vec<u32>,
    /// For each commit that appends, the one before that did so behind the same entry.
    previous: Vec<u32>,
    /// For each entry, and in front for none, the commit that was the last to append behind it.
    newest: Vec<u32>,
}

fn at(rows: &[u32], row: usize) -> u32 {
    rows.get(row).copied().unwrap_or_default()
}

impl Siblings {
    /// The entry that a commit stands behind.
    fn behind(&self, state: &State<'_>, commit: CommitIx) -> u32 {
        state.commits(commit).parents[0].map_or(0, |parent| at(&self.last, parent.row()))
    }

    fn advance(&mut self, state: &State<'_>) {
        for row in self.last.len()..state.commit_count() {
            let commit = CommitIx::new(row);
            let behind = self.behind(state, commit);
            let (mut last, mut previous) = (behind, 0);
            if let Action::Append(entry, _) = state.commits(commit).action {
                last = entry.row() as u32 + 1;
                let place = behind as usize;
                self.newest.resize(self.newest.len().max(place + 1), 0);
                if let Some(newest) = self.newest.get_mut(place) {
                    previous = std::mem::replace(newest, row as u32 + 1);
                }
            }
            self.last.push(last);
            self.previous.push(previous);
        }
    }
}

impl State<'_> {
    /// The commits that append right behind the same entry as this one, in order of creation; those of
    /// a state that lies over no other.
    pub fn siblings(&self, commit: CommitIx) -> Vec<(CommitIx, EntryIx)> {
        let mut index = self.tables.siblings.borrow_mut();
        index.advance(self);
        let mut found = Vec::new();
        let mut next = at(&index.newest, index.behind(self, commit) as usize);
        while let Some(row) = (next as usize).checked_sub(1) {
            let ix = CommitIx::new(row);
            found.extend(self.commits(ix).entry().map(|entry| (ix, entry)));
            next = at(&index.previous, row);
        }
        found.reverse();
        found
    }
}
