//! Asking a state, through the drafts that lie over it.

#![allow(clippy::indexing_slicing, reason = "rows are numbered by the tables that hold them")]

use std::rc::Rc;

use crate::json::Value;

use super::arena::{AnnotationIx, CommitIx, ContentIx, EntryIx, Ix, find_row};
use super::rows::{
    Action, AnnotationRow, BranchRow, CommitRow, ContentRow, EntryRow, MoveRow, Moves, OperationRow, OtherAction,
    SentRow,
};
use super::{JournalPosition, MAIN, State};
use crate::collections::text_hash;
use crate::hash::{CommitHash, ContentHash};
use crate::model::annotation::Priority;
use crate::model::commit::EntryOperation;
use crate::model::content::Role;
use crate::model::outline::Key;
use crate::model::types::TypeDefinition;

/// Where reading a row ends: in this table or in the one below.
macro_rules! row {
    ($self:ident, $table:ident, $ix:ident) => {
        match $self.parent {
            Some(parent) if $ix.row() < $self.tables.$table.first() => parent.$table($ix),
            _ => $self.tables.$table.get($ix).unwrap_or_else(|| &$self.empty().$table),
        }
    };
}

impl State<'_> {
    /// A commit.
    pub fn commits(&self, ix: CommitIx) -> &CommitRow {
        row!(self, commits, ix)
    }

    /// A payload's outline.
    pub fn contents(&self, ix: ContentIx) -> &ContentRow {
        row!(self, contents, ix)
    }

    /// An entry.
    pub fn entries(&self, ix: EntryIx) -> &EntryRow {
        row!(self, entries, ix)
    }

    /// An annotation.
    pub fn annotations(&self, ix: AnnotationIx) -> &AnnotationRow {
        match self.parent {
            Some(parent) if ix.row() < self.tables.annotations.first() => parent.annotations(ix),
            _ => &self.tables.annotations[ix],
        }
    }

    /// Changes with every setting, while the repository is open.
    pub fn settings_version(&self) -> u32 {
        self.tables.settings_version
    }

    /// How many commits there are.
    pub fn commit_count(&self) -> usize {
        self.tables.commits.next()
    }

    /// How many rows of payloads there are.
    pub fn content_count(&self) -> usize {
        self.tables.contents.next()
    }

    /// How many entries there are.
    pub fn entry_count(&self) -> usize {
        self.tables.entries.next()
    }

    /// How many annotations there are.
    pub fn annotation_count(&self) -> usize {
        self.tables.annotations.next()
    }

    /// How often content types were registered.
    pub fn types_version(&self) -> u32 {
        self.tables.types_version
    }

    /// Whether it holds just what the journal held at `position`: nothing was planned on it yet.
    pub fn is_untouched_since(&self, position: JournalPosition) -> bool {
        let fresh = self.parent.is_none_or(|parent| {
            self.commit_count() == parent.commit_count()
                && self.annotation_count() == parent.annotation_count()
                && self.tables.moves.is_empty()
                && self.tables.tags.is_empty()
                && self.tables.types.is_empty()
                && self.tables.notes.is_empty()
                && self.tables.gone.is_empty()
        });
        self.tables.journal == position && fresh
    }

    /// How much of the journal it holds.
    pub fn journal(&self) -> JournalPosition {
        self.tables.journal
    }

    /// The commit of this hash.
    pub fn find_commit(&self, hash: &CommitHash) -> Option<CommitIx> {
        let here = find_row(&self.tables.commit_lookup, hash.prefix(), |ix| self.tables.commits[ix].hash == *hash);
        here.or_else(|| self.parent.map_or_else(|| self.no_row(), |parent| parent.find_commit(hash)))
    }

    /// The payload of this hash: its newest row.
    pub fn find_content(&self, hash: &ContentHash) -> Option<ContentIx> {
        self.content_here(hash).or_else(|| self.no_row())
    }

    /// The payload of this hash, unless its newest row is left out: then it is as good as new.
    pub fn content_here(&self, hash: &ContentHash) -> Option<ContentIx> {
        let here = find_row(&self.tables.content_lookup, hash.prefix(), |ix| self.tables.contents[ix].hash == *hash);
        here.or_else(|| self.parent?.content_here(hash))
    }

    /// The entry of this id.
    pub fn find_entry(&self, id: &str) -> Option<EntryIx> {
        let here = find_row(&self.tables.entry_lookup, text_hash(id), |ix| &*self.tables.entries[ix].id == id);
        here.or_else(|| self.parent.map_or_else(|| self.no_entry(text_hash(id)), |parent| parent.find_entry(id)))
    }

    /// The newest row of a payload.
    pub fn newest_of(&self, content: ContentIx) -> Option<ContentIx> {
        self.find_content(&self.contents(content).hash)
    }

    /// All commits, in the order in which they were applied.
    pub fn all_commits(&self) -> impl Iterator<Item = (CommitIx, &CommitRow)> {
        (0..self.tables.commits.next()).map(|row| (CommitIx::new(row), self.commits(CommitIx::new(row))))
    }

    /// The commits of one journal entry, in order.
    pub fn commits_of_entry(&self, seq: u64) -> impl Iterator<Item = CommitIx> {
        // Commits lie in the order of the journal.
        let (mut low, mut high) = (0, self.tables.commits.next());
        while low < high {
            let middle = low + (high - low) / 2;
            if u64::from(self.commits(CommitIx::new(middle)).seq) < seq {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let rows = (low..self.tables.commits.next()).map(CommitIx::new);
        rows.take_while(move |ix| u64::from(self.commits(*ix).seq) == seq)
    }

    /// The annotation that holds for an entry.
    pub fn latest_annotation(&self, entry: EntryIx) -> Option<AnnotationIx> {
        let here = self.tables.latest_annotation.get(&entry).copied();
        here.or_else(|| self.parent?.latest_annotation(entry))
    }

    /// The priority an entry was given by the journal entries up to `until`; None is its type's default.
    pub fn annotated_priority(&self, entry: EntryIx, until: u64) -> Option<Priority> {
        let mut next = self.latest_annotation(entry);
        while let Some(ix) = next {
            let row = self.annotations(ix);
            if row.seq <= until {
                return row.priority();
            }
            next = row.previous;
        }
        None
    }

    /// The priority of an entry with this payload: as annotated, or the default of its type.
    pub fn priority_of(&self, entry: EntryIx, content: &ContentRow) -> Priority {
        let annotated = self.annotated_priority(entry, u64::MAX);
        annotated.unwrap_or_else(|| self.default_priority(&content.content_type, content.outline.role))
    }

    /// The priority of a content type.
    pub fn default_priority(&self, content_type: &str, role: Option<Role>) -> Priority {
        match content_type {
            "instruction" | "session" => Priority::Pinned,
            "message" if matches!(role, Some(Role::System | Role::Developer)) => Priority::Pinned,
            _ => self.hints(content_type, |hints| hints.default_priority).unwrap_or(Priority::Normal),
        }
    }

    /// What goes first when space is short: 0 to 100.
    pub fn compression_priority(&self, content_type: &str) -> u8 {
        match content_type {
            "instruction" => 90,
            "session" => 95,
            "summary" => 80,
            "output" => 70,
            "artifact" => 60,
            "reasoning" => 40,
            "tool_io" => 30,
            _ => self.hints(content_type, |hints| hints.compression_priority).unwrap_or(50),
        }
    }

    /// The role of a payload's message.
    pub fn role_of(&self, content: &ContentRow) -> Role {
        content.outline.role.unwrap_or_else(|| {
            self.hints(&content.content_type, |hints| hints.default_role).map_or(Role::Assistant, Role::from)
        })
    }

    /// A hint of a registered type.
    pub fn hints<T>(&self, name: &str, hint: impl FnOnce(&crate::model::types::Hints) -> Option<T>) -> Option<T> {
        self.content_type(name).and_then(|definition| hint(&definition.hints))
    }

    /// The definition of a registered type.
    pub fn content_type(&self, name: &str) -> Option<&TypeDefinition> {
        match self.tables.types.get(name) {
            Some(definition) => definition.as_ref(),
            None => self.parent?.content_type(name),
        }
    }

    /// All registered types, by name.
    pub fn content_types(&self) -> Vec<(&str, &TypeDefinition)> {
        let mut all = Vec::new();
        for (name, definition) in self.type_rows() {
            all.extend(definition.map(|definition| (name, definition)));
        }
        all
    }

    fn type_rows(&self) -> Vec<(&str, Option<&TypeDefinition>)> {
        self.tables.types.over(self.parent.map(State::type_rows).unwrap_or_default(), Option::as_ref)
    }

    /// The default branch.
    pub fn default_branch(&self) -> &str {
        match (&self.tables.default_branch, self.parent) {
            (Some(name), _) => name,
            (None, Some(parent)) => parent.default_branch(),
            (None, None) => MAIN,
        }
    }

    /// Where a branch points. The default branch is always there, and may have no commit yet.
    pub fn branch(&self, name: &str) -> Option<Option<CommitIx>> {
        match self.branch_row(name).and_then(|row| row.head) {
            Some(head) => Some(Some(head)),
            None if name == self.default_branch() => Some(None),
            None => None,
        }
    }

    /// A branch that is there or was once.
    pub(super) fn branch_row(&self, name: &str) -> Option<BranchRow> {
        let here = self.tables.branches.get(name).copied();
        here.or_else(|| self.parent?.branch_row(name))
    }

    /// All branches and where they point, by name.
    pub fn branches(&self) -> Vec<(&str, Option<CommitIx>)> {
        let default = self.default_branch();
        let mut all = self.branch_rows();
        if let Err(place) = all.binary_search_by(|(name, _)| (*name).cmp(default)) {
            all.insert(place, (default, None));
        }
        all.retain(|(name, head)| head.is_some() || *name == default);
        all
    }

    fn branch_rows(&self) -> Vec<(&str, Option<CommitIx>)> {
        self.tables.branches.over(self.parent.map(State::branch_rows).unwrap_or_default(), |row| row.head)
    }

    /// Shows the moves of a branch, or of all where none is named, oldest first.
    pub fn each_move(&self, name: Option<&str>, see: &mut dyn FnMut(MoveRow)) {
        let number = name.map(|name| self.branch_row(name).map_or(u32::MAX, |row| row.number));
        self.each_move_of(number, see);
    }

    fn each_move_of(&self, branch: Option<u32>, see: &mut dyn FnMut(MoveRow)) {
        if let Some(parent) = self.parent {
            parent.each_move_of(branch, see);
        }
        for Moves { first, more, .. } in &self.tables.moves {
            if branch.is_none_or(|branch| branch == first.branch) {
                (0..=*more).for_each(|step| see(self.nth_move(first, step)));
            }
        }
    }

    /// The last move of a branch, or of any where none is named, before the first one after a time.
    pub fn last_move_at(&self, name: Option<&str>, time: i64) -> Option<MoveRow> {
        let (mut last, mut over) = (None, false);
        self.each_move(name, &mut |step| {
            over |= step.at > time;
            last = if over { last } else { Some(step) };
        });
        last
    }

    /// The number of the last journal entry up to a time that moved a branch or annotated an entry.
    pub fn last_entry_at(&self, time: i64) -> u64 {
        let moves = self.last_move_at(None, time).map_or(0, |step| u64::from(step.seq));
        let annotations = (0..self.annotation_count()).map(|row| self.annotations(AnnotationIx::new(row)));
        annotations.filter(|row| row.annotation.created_at <= time).map(|row| row.seq).fold(moves, u64::max)
    }

    /// The move so many steps behind the first: the commits up to there must be known.
    pub(super) fn nth_move(&self, first: &MoveRow, step: u32) -> MoveRow {
        match first.head {
            Some(head) if step > 0 => {
                let head = CommitIx::new(head.row() + step as usize);
                let CommitRow { seq, created_at, .. } = *self.commits(head);
                MoveRow { branch: first.branch, seq, at: created_at, head: Some(head) }
            }
            _ => *first,
        }
    }

    /// Whether a branch points to the commit.
    pub fn is_head(&self, commit: CommitIx) -> bool {
        match self.parent {
            None => self.tables.branches.iter().any(|(_, row)| row.head == Some(commit)),
            Some(_) => self.branch_rows().iter().any(|(_, head)| *head == Some(commit)),
        }
    }

    /// Where a tag points.
    pub fn tag(&self, name: &str) -> Option<CommitIx> {
        match self.tables.tags.get(name) {
            Some(target) => *target,
            None => self.parent?.tag(name),
        }
    }

    /// All tags, by name.
    pub fn tags(&self) -> Vec<(&str, CommitIx)> {
        let mut all = Vec::new();
        for (name, target) in self.tag_rows() {
            all.extend(target.map(|target| (name, target)));
        }
        all
    }

    fn tag_rows(&self) -> Vec<(&str, Option<CommitIx>)> {
        self.tables.tags.over(self.parent.map(State::tag_rows).unwrap_or_default(), |target| *target)
    }

    /// A note on an entry; without one, on the repository.
    pub fn note(&self, entry: Option<EntryIx>, name: &str) -> Option<&Value> {
        match self.tables.notes.get(&entry).and_then(|notes| notes.get(name)) {
            Some(value) => value.as_ref(),
            None => self.parent?.note(entry, name),
        }
    }

    /// All notes on an entry, or on the repository, by name.
    pub fn notes(&self, entry: Option<EntryIx>) -> Vec<(&str, &Value)> {
        let mut all = Vec::new();
        for (name, value) in self.note_rows(entry) {
            all.extend(value.map(|value| (name, value)));
        }
        all
    }

    fn note_rows(&self, entry: Option<EntryIx>) -> Vec<(&str, Option<&Value>)> {
        let below = self.parent.map(|parent| parent.note_rows(entry)).unwrap_or_default();
        match self.tables.notes.get(&entry) {
            Some(notes) => notes.over(below, Option::as_ref),
            None => below,
        }
    }

    /// What a commit does, with the ids and hashes of its targets.
    pub fn operation_of(&self, ix: CommitIx) -> EntryOperation {
        let id = |entry: EntryIx| self.entries(entry).id.clone();
        match &self.commits(ix).action {
            Action::Append(..) => EntryOperation::Append,
            Action::Edit(entry, _) => EntryOperation::Edit { target: id(*entry) },
            Action::Delete(entry) => EntryOperation::Delete { target: id(*entry) },
            Action::Other(other) => match &**other {
                OtherAction::Compact { targets, .. } => {
                    EntryOperation::Compact { targets: targets.iter().map(|entry| id(*entry)).collect() }
                }
                OtherAction::Merge { resolutions } => EntryOperation::Merge { resolutions: resolutions.clone() },
                OtherAction::Revert(target) => EntryOperation::Revert { target: self.commits(*target).hash },
            },
        }
    }

    /// Whether a commit compacts.
    pub fn is_compaction(&self, ix: CommitIx) -> bool {
        matches!(&self.commits(ix).action, Action::Other(other) if matches!(**other, OtherAction::Compact { .. }))
    }

    /// What a caller's operation id did.
    pub fn operation(&self, id: &str) -> Option<OperationRow> {
        let here = self.tables.operations.get(id).copied();
        here.or_else(|| self.parent?.operation(id))
    }

    /// The compile of this digest that was sent last.
    pub fn sent(&self, digest: &str) -> Option<&SentRow> {
        let here = self.tables.sent.iter().rev().find(|row| row.digest == digest);
        here.or_else(|| self.parent?.sent(digest))
    }

    /// What a file was estimated at when a payload first named it.
    pub fn tokens_of_file(&self, key: Key) -> Option<u32> {
        let before = match self.parent {
            Some(parent) => parent.tokens_of_file(key),
            None => self.left_out().and_then(|left_out| left_out.files.get(&key).copied()),
        };
        before.or_else(|| {
            let mut files = self.tables.contents.iter_from(0).flat_map(|(_, row)| row.outline.files());
            files.find(|file| file.key == key).map(|file| file.tokens)
        })
    }

    /// The newest compile that was sent, whose estimate and true usage are known and not 0.
    pub fn last_usage(&self) -> Option<&SentRow> {
        let total = |row: &SentRow| row.input.and_then(|input| input.total).unwrap_or(0);
        let known = |row: &&SentRow| row.estimate > 0 && total(row) > 0;
        self.tables.sent.iter().rev().find(known).or_else(|| self.parent?.last_usage())
    }

    /// What token counts were counted with unless they say otherwise.
    pub fn token_source(&self) -> Option<&Rc<str>> {
        self.tables.token_source.as_ref().or_else(|| self.parent?.token_source())
    }
}
