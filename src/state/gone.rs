//! Payloads that are no longer stored: freed, since nothing needed them, or erased for good. And what
//! needs a payload: the histories that branches, tags and others lead to.

use std::rc::Rc;

use super::State;
use super::arena::{CommitIx, ContentIx, Ix};
use crate::collections::{Map, Set};
use crate::error::{Error, Result};
use crate::hash::{CommitHash, ContentHash};
use crate::model::outline::{Key, file_key};

/// Why a payload is no longer stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// Nothing needed it. Committed again, it is stored again.
    Freed,
    /// For good.
    Erased(Rc<Erasure>),
}

/// When and why a payload was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The time of the journal entry, UTC milliseconds.
    pub at: i64,
    /// In the words of who did it.
    pub reason: String,
}

impl Gone {
    /// In a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Freed => "freed",
            Self::Erased(_) => "erased",
        }
    }

    /// The error of those who need the payload.
    pub fn error(&self, hash: &ContentHash) -> Box<Error> {
        Box::new(Error::ContentGone { hash: hash.to_hex(), reason: self.name() })
    }
}

/// Files that payloads name, as far as outlines tell them from others.
#[derive(Debug, Default)]
pub struct Files(Set<ContentHash>);

impl Files {
    /// Whether this is one of them.
    pub fn has(&self, hash: &ContentHash) -> bool {
        !self.0.is_empty() && self.0.contains(&stub(file_key(hash)))
    }
}

/// What stands for all hashes that begin like this.
fn stub(key: Key) -> ContentHash {
    let mut bytes = [0; 32];
    if let Some(first) = bytes.first_chunk_mut() {
        *first = key.to_be_bytes();
    }
    ContentHash(bytes)
}

impl State<'_> {
    /// Why a payload is no longer stored; None where it is.
    pub fn gone(&self, hash: &ContentHash) -> Option<&Gone> {
        match self.tables.gone.get(hash) {
            Some(mark) => mark.as_ref(),
            None => self.parent?.gone(hash),
        }
    }

    /// How a payload was erased, if it was.
    pub fn erasure(&self, hash: &ContentHash) -> Option<&Rc<Erasure>> {
        match self.gone(hash) {
            Some(Gone::Erased(erasure)) => Some(erasure),
            _ => None,
        }
    }

    /// Whether a payload was erased.
    pub fn is_erased(&self, content: ContentIx) -> bool {
        self.tables.erasures > 0 && self.erasure(&self.contents(content).hash).is_some()
    }

    /// Checks that a payload may be taken in.
    ///
    /// # Errors
    /// `ErasedContent`.
    pub fn check_taken(&self, hash: &ContentHash) -> Result<()> {
        match self.erasure(hash) {
            Some(erasure) => {
                Err(Box::new(Error::ErasedContent { hash: hash.to_hex(), reason: erasure.reason.clone() }))
            }
            None => Ok(()),
        }
    }

    /// How many payloads were erased.
    pub fn erasures(&self) -> u32 {
        self.tables.erasures
    }

    /// Whether payloads were ever freed or erased.
    pub fn lacks_any(&self) -> bool {
        !self.tables.gone.is_empty() || self.parent.is_some_and(State::lacks_any)
    }

    /// The files that payloads name which are there and of whose newest row `wanted` says so.
    pub fn files_of(&self, wanted: &dyn Fn(ContentIx) -> bool) -> Files {
        let mut files = Files::default();
        for ix in (0..self.content_count()).map(ContentIx::new).filter(|ix| self.newest_of(*ix).is_some_and(wanted)) {
            let row = self.contents(ix);
            for file in row.outline.files() {
                if self.gone(&row.hash).is_none() {
                    files.0.add(stub(file.key));
                }
            }
        }
        files
    }

    /// Takes a mark in, or with None away.
    pub(super) fn mark(&mut self, hash: ContentHash, mark: Option<Gone>) {
        let erased = self.erasure(&hash).is_some();
        if !erased {
            self.tables.erasures += u32::from(matches!(mark, Some(Gone::Erased(_))));
            self.tables.gone.insert(hash, mark);
        }
    }

    /// Shows all marks, by hash.
    pub(super) fn each_mark(&self, show: &mut dyn FnMut(ContentHash, &Gone)) {
        let gone = &self.tables.gone;
        let mut all: Vec<(ContentHash, u64)> = gone.iter().map(|(hash, _)| (*hash, 0)).collect();
        all.sort_unstable(); // the pairs that stores sort, too: another type is another sort
        for (hash, _) in all {
            if let Some(Some(mark)) = gone.get(&hash) {
                show(hash, mark);
            }
        }
    }

    /// Checks that the history of a commit has not lost a payload to [`Gone::Freed`].
    ///
    /// # Errors
    /// `ContentGone`.
    pub fn check_intact(&self, head: CommitIx) -> Result<()> {
        if !self.lacks_any() {
            return Ok(());
        }
        for (row, reached) in self.reached(vec![head]).into_iter().enumerate() {
            let content = self.commits(CommitIx::new(row)).content().filter(|_| reached);
            if let Some(hash) = content.map(|ix| &self.contents(ix).hash)
                && let Some(gone @ Gone::Freed) = self.gone(hash)
            {
                return Err(gone.error(hash));
            }
        }
        Ok(())
    }

    /// For each commit whether it is one of `open` or an ancestor of one.
    fn reached(&self, open: Vec<CommitIx>) -> Vec<bool> {
        let mut reached = vec![false; self.commit_count()];
        let mark = |reached: &mut Vec<bool>, ix: CommitIx| {
            if let Some(row) = reached.get_mut(ix.row()) {
                *row = true;
            }
        };
        open.into_iter().for_each(|ix| mark(&mut reached, ix));
        // Parents come before their children.
        for row in (0..reached.len()).rev().map(CommitIx::new) {
            if reached.get(row.row()) == Some(&true) {
                self.commits(row).parents.into_iter().flatten().for_each(|parent| mark(&mut reached, parent));
            }
        }
        reached
    }

    /// For each commit whether a branch leads to it.
    pub fn within_reach(&self) -> Vec<bool> {
        self.reached(self.branches().into_iter().filter_map(|(_, head)| head).collect())
    }

    /// For each payload whether a history needs it: those of branches and tags, those of `keep`, and
    /// those that a branch stood on at `since` (UTC milliseconds) or later. The row that counts is the newest.
    pub fn needed(&self, keep: &[CommitHash], since: i64) -> Vec<bool> {
        let mut open: Vec<_> = keep.iter().filter_map(|hash| self.find_commit(hash)).collect();
        open.extend(self.branches().into_iter().filter_map(|(_, head)| head));
        open.extend(self.tags().into_iter().map(|(_, commit)| commit));
        let mut stood: Map<u32, Option<CommitIx>> = Map::default();
        self.each_move(None, &mut |step| {
            let before = stood.get(&step.branch).copied().flatten();
            open.extend(before.filter(|_| step.at >= since));
            stood.insert(step.branch, step.head);
        });
        let mut needed = vec![false; self.tables.contents.next()];
        for (row, _) in self.reached(open).into_iter().enumerate().filter(|(_, reached)| *reached) {
            let content = self.commits(CommitIx::new(row)).content().and_then(|ix| self.newest_of(ix));
            if let Some(needed) = content.and_then(|ix| needed.get_mut(ix.row())) {
                *needed = true;
            }
        }
        needed
    }
}
