//! The fold of a repository's journal, in memory: commits, entries, payload outlines, branches, tags,
//! annotations, notes.
//!
//! [`State::apply`] is the only way in. A state may lie over another one as a draft: it reads through
//! to it, and what is applied to the draft leaves the state below untouched.

pub mod ancestry;
pub mod apply;
pub mod arena;
mod by_entry;
pub mod checkpoint;
pub mod gone;
pub mod lineage;
mod lineages;
mod misses;
mod read;
pub mod resolve;
pub mod rows;
pub mod shallow;
mod siblings;

use std::cell::RefCell;
use std::rc::Rc;

use crate::json::Value;

use crate::collections::{Lookup, Map, Names};
use crate::hash::{ContentHash, EntryHash};
use crate::model::types::TypeDefinition;
use arena::{AnnotationIx, Arena, CommitIx, ContentIx, EntryIx};
use gone::Gone;
use lineages::Lineages;
use misses::LeftOut;
use rows::{AnnotationRow, BranchRow, CommitRow, ContentRow, EntryRow, Moves, OperationRow, SentRow};
use siblings::Siblings;

/// The branch of a repository nobody named one for.
pub const MAIN: &str = "main";

/// What the journal of one repository amounts to.
#[derive(Debug)]
pub struct State<'p> {
    parent: Option<&'p State<'p>>,
    tables: Tables,
}

/// The rows of a state, without what it lies over.
#[derive(Debug)]
pub struct Tables {
    contents: Arena<ContentIx, ContentRow>,
    content_lookup: Lookup,
    /// Types of the newest payloads.
    type_names: Vec<Rc<str>>,
    entries: Arena<EntryIx, EntryRow>,
    entry_lookup: Lookup,
    commits: Arena<CommitIx, CommitRow>,
    commit_lookup: Lookup,
    annotations: Arena<AnnotationIx, AnnotationRow>,
    latest_annotation: Map<EntryIx, AnnotationIx>,
    branches: Names<BranchRow>,
    branch_count: u32,
    moves: Vec<Moves>,
    tags: Names<Option<CommitIx>>,
    types: Names<Option<TypeDefinition>>,
    /// By entry; those without one are on the repository.
    notes: Map<Option<EntryIx>, Names<Option<Value>>>,
    sent: Vec<SentRow>,
    operations: Map<Box<str>, OperationRow>,
    default_branch: Option<String>,
    token_source: Option<Rc<str>>,
    journal: JournalPosition,
    types_version: u32,
    settings_version: u32,
    /// Why payloads are no longer stored; None: they are again.
    gone: Map<ContentHash, Option<Gone>>,
    erasures: u32,
    lineages: RefCell<Lineages>,
    siblings: RefCell<Siblings>,
    left_out: Option<Box<LeftOut>>,
}

/// How much of the journal a state has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalPosition {
    /// The number of the last entry; 0 where there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: Option<EntryHash>,
    /// Its time, UTC milliseconds.
    pub at: i64,
}

impl Tables {
    fn starting_at(parent: Option<&State<'_>>) -> Self {
        let next = |count: fn(&State<'_>) -> usize| parent.map_or(0, count);
        Self {
            contents: Arena::starting_at(next(|state| state.tables.contents.next())),
            content_lookup: Lookup::default(),
            type_names: Vec::new(),
            entries: Arena::starting_at(next(|state| state.tables.entries.next())),
            entry_lookup: Lookup::default(),
            commits: Arena::starting_at(next(|state| state.tables.commits.next())),
            commit_lookup: Lookup::default(),
            annotations: Arena::starting_at(next(|state| state.tables.annotations.next())),
            latest_annotation: Map::default(),
            branches: Names::default(),
            branch_count: parent.map_or(0, |state| state.tables.branch_count),
            moves: Vec::new(),
            tags: Names::default(),
            types: Names::default(),
            notes: Map::default(),
            sent: Vec::new(),
            operations: Map::default(),
            default_branch: None,
            token_source: None,
            journal: parent.map_or_else(JournalPosition::default, |state| state.tables.journal),
            types_version: parent.map_or(0, |state| state.tables.types_version),
            settings_version: parent.map_or(0, |state| state.tables.settings_version),
            gone: Map::default(),
            erasures: parent.map_or(0, |state| state.tables.erasures),
            lineages: RefCell::default(),
            siblings: RefCell::default(),
            left_out: None,
        }
    }
}

impl Default for State<'static> {
    fn default() -> Self {
        Self { parent: None, tables: Tables::starting_at(None) }
    }
}

impl<'p> State<'p> {
    /// A draft over `parent`: reads through, and keeps what is applied to itself.
    pub fn over(parent: &'p State<'p>) -> Self {
        Self { parent: Some(parent), tables: Tables::starting_at(Some(parent)) }
    }

    /// Takes the draft off the state it lies over; [`State::attach`] lays it back.
    pub fn detach(self) -> Tables {
        self.tables
    }

    /// Lays the rows of a draft over `parent`, which must not have changed since they were taken off.
    pub fn attach(parent: &'p State<'p>, tables: Tables) -> Self {
        Self { parent: Some(parent), tables }
    }
}
