//! The views that were used last, each under a number by which its reader keeps a copy in step.

use super::Repository;
use super::payloads::Fetched;
use crate::error::Result;
use crate::model::outline::{Link, Outline};
use crate::state::State;
use crate::state::arena::{CommitIx, Ix};
use crate::view::compile::{Inputs, Overflow, View};
use crate::view::counts::Counts;
use crate::view::options::CompileOptions;
use crate::view::splice::Splice;
use crate::view::table::{MessageId, MessageTable};

/// How many views are kept.
const KEPT: usize = 8;

/// Views and the messages they share.
#[derive(Debug, Default)]
pub(super) struct Views {
    pub table: MessageTable,
    pub slots: Vec<ViewSlot>,
    uses: u64,
}

/// A view, and what its reader knows of it.
#[derive(Debug)]
pub(super) struct ViewSlot {
    pub view: View,
    pub head: Option<CommitIx>,
    pub until: u64,
    /// Messages of the instructions before the view's, with their tokens.
    pub lead: Vec<(MessageId, u32)>,
    /// What the reader has to do first: its copy is of another view.
    pub pending: Vec<Splice>,
    /// For each handle that sent a compile of this view: how many leading messages are still the same.
    pub marks: Vec<Mark>,
    last_use: u64,
}

/// How far the messages that a handle sent are still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub handle: u64,
    pub messages: usize,
    pub tokens: u64,
}

impl ViewSlot {
    fn new(options: CompileOptions, head: Option<CommitIx>, until: u64) -> Self {
        let view = View::new(options, until);
        Self { view, head, until, lead: Vec::new(), pending: Vec::new(), marks: Vec::new(), last_use: 0 }
    }

    /// Lets go of what it shows. Its reader has to take away what it has.
    fn become_another(&mut self, fresh: Self, table: &mut MessageTable) {
        let known = self.length();
        let waiting: Vec<Splice> = self.view.take_splices();
        let change = |splice: &Splice| splice.inserted.len() as i64 - splice.removed as i64;
        // What the reader has: what is here, without the changes it was not told of.
        let told =
            known as i64 - waiting.iter().map(change).sum::<i64>() - self.pending.iter().map(change).sum::<i64>();
        let mut old = std::mem::replace(self, fresh);
        old.view.release(table);
        old.lead.iter().for_each(|(id, _)| table.release(*id));
        if told > 0 {
            self.pending.push(Splice { start: 0, removed: told as usize, inserted: Vec::new() });
        }
    }

    /// All messages, the instructions' first.
    pub fn messages(&self) -> impl Iterator<Item = (MessageId, u32)> {
        self.lead.iter().copied().chain(self.view.messages())
    }

    /// The messages that its changes name.
    pub fn named(&self) -> impl Iterator<Item = MessageId> {
        self.pending.iter().chain(self.view.splices()).flat_map(|splice| &splice.inserted).copied()
    }

    pub fn length(&self) -> usize {
        self.lead.len() + self.view.messages().len()
    }

    /// Notes that messages from `start` on have changed.
    pub fn changed_from(&mut self, start: usize) {
        let mut marks = std::mem::take(&mut self.marks);
        for mark in marks.iter_mut().filter(|mark| mark.messages > start) {
            mark.messages = start;
            mark.tokens = self.messages().take(start).map(|(_, tokens)| u64::from(tokens)).sum();
        }
        self.marks = marks;
    }
}

impl Views {
    /// The slot of a view of `head` under these options: one that is there, or leads there, or the
    /// one that was used longest ago.
    fn find(&mut self, repo: &Repository, head: Option<CommitIx>, options: &CompileOptions, until: u64) -> usize {
        self.uses += 1;
        let fits = |slot: &&ViewSlot| slot.view.options().same_view(options) && slot.until == until;
        let exact = self.slots.iter().position(|slot| fits(&slot) && slot.head == head);
        let leading = || {
            let mut candidates = self.slots.iter().enumerate().filter(|(_, slot)| fits(slot));
            candidates.find(|(_, slot)| repo.read(|state| leads(state, slot.head, head))).map(|(place, _)| place)
        };
        if let Some(found) = exact.or_else(leading) {
            return found;
        }
        let options = CompileOptions { as_of: None, instructions: None, tools: None, ..options.clone() };
        let fresh = ViewSlot::new(options, head, until);
        if self.slots.len() < KEPT {
            self.slots.push(fresh);
            return self.slots.len() - 1;
        }
        let oldest = self.slots.iter().enumerate().min_by_key(|(_, slot)| slot.last_use).map_or(0, |(place, _)| place);
        if let Some(slot) = self.slots.get_mut(oldest) {
            slot.become_another(fresh, &mut self.table);
        }
        oldest
    }

    /// Has views of commits before this row begin anew, but for those of branches that do not move. Returns the first row
    /// that others are of.
    pub fn forget_before(&mut self, state: &State<'_>, row: usize) -> usize {
        let mut first = usize::MAX;
        for slot in &mut self.slots {
            match slot.head {
                Some(head) if head.row() < row && !state.is_head(head) => {
                    let fresh = ViewSlot::new(slot.view.options().clone(), None, slot.until);
                    slot.become_another(fresh, &mut self.table);
                }
                Some(head) if head.row() >= row => first = first.min(head.row()),
                _ => {}
            }
        }
        first
    }
}

/// Whether a view of a commit can go on to another. If that takes rows that are left out, it is on another branch.
fn leads(state: &State<'_>, from: Option<CommitIx>, to: Option<CommitIx>) -> bool {
    match (from, to) {
        (Some(from), Some(to)) => {
            let found = state.if_here(|| state.first_parent_at(to, state.commits(from).height));
            found == Some(from) && !state.is_head(from)
        }
        (None, _) => true,
        (Some(_), None) => false,
    }
}

/// The commit to show, and the journal entry up to which annotations hold.
pub(super) type Target<'a> = &'a dyn Fn(&State<'_>) -> (Option<CommitIx>, u64);
/// Tokens that come with the messages.
pub(super) type Extra<'a> = &'a dyn Fn(&Counts<'_>) -> u64;

/// What a view came to.
pub(super) struct Updated {
    /// Its number.
    pub slot: usize,
    pub overflow: Option<Overflow>,
    pub commit_count: u64,
}

impl Repository {
    /// Brings a view up to date, waiting for counts that are not known yet. Nothing is awaited after
    /// the last update, so what is returned holds until the caller awaits something.
    pub(super) async fn update_view(
        &self,
        target: Target<'_>,
        options: &CompileOptions,
        extra: Extra<'_>,
    ) -> Result<Updated> {
        let _held = self.hold();
        loop {
            let ((updated, missing), missed) = self.misses(|| self.try_update_view(target, options, extra));
            if missed {
                self.invalidate(updated.slot);
                self.bring_back().await?;
                continue;
            }
            if missing.is_empty() && self.settings.counter.is_settled() {
                return Ok(updated);
            }
            self.settings.counter.settle().await?;
            let mut fetched = Fetched::default();
            self.fetch(&missing, &mut fetched).await?;
            for (ix, payload) in fetched.iter() {
                let content = payload.content()?;
                let files = self.read(|state| state.contents(ix).outline.files().to_vec());
                let outline = self.recount(&content, &files).await?;
                self.recounted.borrow_mut().insert(ix, outline);
            }
            self.invalidate(updated.slot);
        }
    }

    fn invalidate(&self, place: usize) {
        if let Some(slot) = self.views.borrow_mut().slots.get_mut(place) {
            slot.view.invalidate();
        }
    }

    async fn recount(&self, content: &crate::model::content::Content, files: &[Link]) -> Result<Outline> {
        loop {
            let outline = Outline::of(content, self.settings.counter.as_counter(), files);
            if self.settings.counter.is_settled() {
                return Ok(outline);
            }
            self.settings.counter.settle().await?;
        }
    }

    fn try_update_view(
        &self,
        target: Target<'_>,
        options: &CompileOptions,
        extra: Extra<'_>,
    ) -> (Updated, Vec<crate::state::arena::ContentIx>) {
        let state = self.state.borrow();
        let recounted = self.recounted.borrow();
        let counts = Counts::new(self.settings.counter.as_counter(), &recounted);
        let (head, until) = target(&state);
        let misses = state.misses();
        let lineage = state.lineage(head);
        if state.misses() != misses {
            // Of no use: the view stays as it is.
            return (Updated { slot: usize::MAX, overflow: None, commit_count: 0 }, Vec::new());
        }
        let mut views = self.views.borrow_mut();
        let place = views.find(self, head, options, until);
        let uses = views.uses;
        let Views { table, slots, .. } = &mut *views;
        let mut overflow = None;
        if let Some(slot) = slots.get_mut(place) {
            slot.last_use = uses;
            slot.head = head;
            let mut inputs = Inputs { state: &state, lineage: &lineage, counts: &counts, table };
            overflow = slot.view.update(&mut inputs, u64::from(counts.reply()) + extra(&counts)).err();
            if state.is_shallow() {
                slot.named().filter_map(|id| table.unrendered(id)).for_each(|recipe| recipe.look_up(&state));
            }
        }
        let updated = Updated { slot: place, overflow, commit_count: lineage.commit_count() };
        (updated, counts.missing())
    }
}
