//! What is asked of a state that left rows out: see [`super::shallow`].
//!
//! Who asks for a row that is left out gets an empty one, and a miss is counted: what was read meanwhile is of no use,
//! and has to be read again from a state with all rows. So whoever reads a state that may be shallow compares
//! [`State::misses`] before and after.

use std::cell::Cell;
use std::rc::Rc;

use super::arena::{CommitIx, EntryIx, Ix};
use super::rows::{Action, CommitRow, ContentRow, EntryRow};
use super::{State, Tables};
use crate::collections::{Hashes, Map};
use crate::hash::{CommitHash, ContentHash};
use crate::model::outline::{Key, Outline};

/// How often a row was asked for that is left out.
pub(super) type Misses = Rc<Cell<u32>>;

/// What a shallow state knows of the rows that it left out.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub misses: Misses,
    /// Stands for any of them.
    pub empty: Empty,
    /// What entries are found by: enough to tell that nothing of a name was left out.
    pub entries: Hashes,
    /// What the files were estimated at that their payloads name.
    pub files: Map<Key, u32>,
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
        Self { misses: Misses::default(), empty, entries: Hashes::default(), files: Map::default() }
    }
}

impl LeftOut {
    pub fn miss(&self) {
        self.misses.set(self.misses.get().wrapping_add(1));
    }
}

impl State<'_> {
    pub(super) fn left_out(&self) -> Option<&LeftOut> {
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

    /// Where no commit or payload of a name is here: it may be left out.
    pub(super) fn no_row<T>(&self) -> Option<T> {
        self.left_out().inspect(|left_out| left_out.miss());
        None
    }

    /// Where no entry of this hash of an id is here.
    pub(super) fn no_entry<T>(&self, hash: u64) -> Option<T> {
        if let Some(left_out) = self.tables.left_out.as_ref().filter(|left_out| left_out.entries.contains(hash)) {
            left_out.miss();
        }
        None
    }
}
