//! A view: the compiled messages of one lineage under one set of options, kept up to date.

use super::counts::Counts;
use super::options::{CompileOptions, Dangling, Strategy, Summaries};
use super::pair::{Call, Kind, Member, Pairing, Source, Unit};
use super::table::{Ingredient, MessageId, MessageTable, Recipe};
use super::window::Window;
use crate::collections::Set;
use crate::model::annotation::Priority;
use crate::model::content::Role;
use crate::state::State;
use crate::state::arena::{AnnotationIx, Ix};
use crate::state::lineage::{Lineage, Slot};

/// Above this many units that come or go at once it is cheaper to start over.
const MANY: usize = 32;

/// A change of a view's messages: at `start`, `removed` go and `inserted` come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Where.
    pub start: usize,
    /// How many go.
    pub removed: usize,
    /// What comes.
    pub inserted: Vec<MessageId>,
}

/// A message in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    unit: u32,
    id: MessageId,
    tokens: u32,
}

/// The compiled messages of one lineage.
#[derive(Debug)]
pub struct View {
    options: CompileOptions,
    until: u64,
    seen: Seen,
    pairing: Pairing,
    tokens: Vec<u32>,
    total: u64,
    notes_before: usize,
    window: Window,
    /// The units that summaries stand in, in order, with those summaries.
    hosts: Vec<(u32, Vec<u32>)>,
    shown: Vec<Shown>,
    splices: Vec<Splice>,
    kept: u64,
    /// While everything is made anew, nothing is shown until all is decided.
    bulk: bool,
    /// A unit that the window has weighed already changed its tokens.
    stale: bool,
}

/// How much of the state a view has taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Seen {
    epoch: u64,
    slots: usize,
    annotations: usize,
    types: u32,
}

/// What a view's stages read and write.
pub struct Desk<'a> {
    /// The state.
    pub state: &'a State<'a>,
    /// The lineage to compile.
    pub lineage: &'a Lineage,
    /// The counts.
    pub counts: &'a Counts<'a>,
    /// The repository's messages.
    pub table: &'a mut MessageTable,
}

/// What does not fit: tokens needed for what must stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow {
    /// Tokens needed.
    pub required: u64,
}

impl View {
    /// An empty view. Annotations after the journal entry `until` do not hold in it.
    pub fn new(options: CompileOptions, until: u64) -> Self {
        Self {
            options,
            until,
            seen: Seen::default(),
            pairing: Pairing::default(),
            tokens: Vec::new(),
            total: 0,
            notes_before: 0,
            window: Window::default(),
            hosts: Vec::new(),
            shown: Vec::new(),
            splices: Vec::new(),
            kept: 0,
            bulk: false,
            stale: false,
        }
    }

    /// The options it was made for.
    pub fn options(&self) -> &CompileOptions {
        &self.options
    }

    /// Takes in what happened since. `extra` are tokens that come with the messages.
    pub fn update(&mut self, desk: &mut Desk<'_>, extra: u64) -> Result<(), Overflow> {
        let seen = Seen {
            epoch: desk.lineage.epoch(),
            slots: desk.lineage.slots().len(),
            annotations: desk.state.annotation_count(),
            types: desk.state.types_version(),
        };
        let same = seen.epoch == self.seen.epoch
            && seen.types == self.seen.types
            && seen.slots >= self.seen.slots
            && !self.ordered_by_type(desk)
            && !self.reannotated(desk);
        let mut fits = Ok(());
        self.stale = !same;
        if same {
            self.advance(desk, self.seen.slots);
            fits = self.fit(desk, extra);
        }
        if self.stale {
            fits = self.rebuild(desk, extra);
        }
        self.seen = seen;
        fits
    }

    /// Forgets everything but what was shown, so that the next update starts over.
    pub fn invalidate(&mut self) {
        self.seen = Seen { epoch: u64::MAX, ..Seen::default() };
    }

    /// The messages and their tokens.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = (MessageId, u32)> {
        self.shown.iter().map(|shown| (shown.id, shown.tokens))
    }

    /// Tokens of the messages and what came with them.
    pub fn tokens(&self) -> u64 {
        self.kept
    }

    /// The changes since they were last taken.
    pub fn splices(&self) -> &[Splice] {
        &self.splices
    }

    /// The changes since they were last taken, to be applied in order.
    pub fn take_splices(&mut self) -> Vec<Splice> {
        std::mem::take(&mut self.splices)
    }

    /// The units behind the messages.
    pub fn pairing(&self) -> &Pairing {
        &self.pairing
    }

    /// How many units the window left out.
    pub fn is_dropped(&self, unit: u32) -> bool {
        self.pairing.units().get(unit as usize).is_some_and(|of| self.window.is_gone(unit, of))
    }

    /// Gives the messages back to the table.
    pub fn release(&mut self, table: &mut MessageTable) {
        self.shown.drain(..).for_each(|shown| table.release(shown.id));
    }

    /// Types with a `materializationOrder` move entries about: then there is no simple append.
    fn ordered_by_type(&self, desk: &Desk<'_>) -> bool {
        desk.state.types_version() > 0
            && desk
                .state
                .content_types()
                .iter()
                .any(|(_, definition)| definition.hints.materialization_order.is_some_and(|o| o != 0))
    }

    /// Whether an annotation came that matters to an entry this view has taken in.
    fn reannotated(&self, desk: &Desk<'_>) -> bool {
        (self.seen.annotations..desk.state.annotation_count()).any(|row| {
            let annotation = desk.state.annotations(AnnotationIx::new(row));
            annotation.seq <= self.until && desk.lineage.slot(annotation.entry).is_some()
        })
    }

    /// Starts over, and finds out what changed only when all is decided.
    fn rebuild(&mut self, desk: &mut Desk<'_>, extra: u64) -> Result<(), Overflow> {
        let before = std::mem::take(&mut self.shown);
        self.pairing = Pairing::default();
        self.tokens.clear();
        self.total = 0;
        self.notes_before = 0;
        self.window = Window::default();
        self.hosts.clear();
        self.bulk = true;
        self.advance(desk, 0);
        let fits = self.fit(desk, extra);
        self.bulk = false;
        for index in 0..self.pairing.units().len() {
            if let Some(unit) = self.pairing.units().get(index)
                && !self.window.is_gone(index as u32, unit)
            {
                let messages = Dish { view: self, desk, index: index as u32, unit }.messages();
                let index = index as u32;
                let shown = messages.into_iter().map(|(recipe, tokens)| Shown {
                    unit: index,
                    id: desk.table.acquire(recipe),
                    tokens,
                });
                self.shown.extend(shown);
            }
        }
        self.splices.extend(differences(&before, &self.shown));
        before.iter().for_each(|shown| desk.table.release(shown.id));
        self.stale = false;
        fits
    }

    fn source<'a>(&self, desk: &'a Desk<'_>) -> Source<'a> {
        Source { state: desk.state, counts: desk.counts, until: self.until }
    }

    fn advance(&mut self, desk: &mut Desk<'_>, from: usize) {
        let mut first = self.pairing.units().len();
        let known = first;
        if from == 0 && self.ordered_by_type(desk) {
            for (place, slot) in by_type_order(desk).into_iter().enumerate() {
                first = first.min(self.pairing.push(self.source(desk), place as u32, slot));
            }
        } else {
            for (place, slot) in desk.lineage.slots().iter().enumerate().skip(from) {
                first = first.min(self.pairing.push(self.source(desk), place as u32, *slot));
            }
        }
        let count = self.pairing.units().len();
        // A unit that the window or the notes have passed is not to change any more: start over.
        if first < known && first < self.window.boundary().max(self.notes_before) {
            self.stale = true;
            return;
        }
        self.move_notes(desk, first);
        for unit in first..count {
            self.refresh(desk, unit as u32);
        }
    }

    /// Units before the recent ones are shown by their notes.
    fn move_notes(&mut self, desk: &mut Desk<'_>, fresh: usize) {
        let count = self.pairing.units().len();
        let to = match self.options.strategy {
            Strategy::Full => 0,
            Strategy::Notes => count,
            Strategy::Adaptive { recent } if recent < 1.0 => {
                count - ((count as f64 * recent).ceil() as usize).min(count)
            }
            Strategy::Adaptive { recent } => count.saturating_sub(recent as usize),
        };
        let from = self.notes_before;
        self.notes_before = from.max(to);
        for unit in from..self.notes_before.min(fresh) {
            self.refresh(desk, unit as u32);
        }
    }

    /// Weighs and shows a unit as it is now.
    fn refresh(&mut self, desk: &mut Desk<'_>, index: u32) {
        let Some(unit) = self.pairing.units().get(index as usize) else { return };
        let gone = self.window.is_gone(index, unit);
        let dish = Dish { view: self, desk, index, unit };
        let messages = dish.messages();
        let cost = dish.cost(&messages);
        self.set_cost(index, cost);
        if !self.bulk {
            self.show(desk.table, index, if gone { Vec::new() } else { messages });
        }
    }

    fn set_cost(&mut self, index: u32, cost: u32) {
        if self.tokens.len() <= index as usize {
            self.tokens.resize(index as usize + 1, 0);
        }
        if let Some(known) = self.tokens.get_mut(index as usize) {
            self.stale |= *known != cost && (index as usize) < self.window.boundary();
            self.total = self.total - u64::from(*known) + u64::from(cost);
            *known = cost;
        }
    }

    fn show(&mut self, table: &mut MessageTable, index: u32, messages: Vec<(Recipe, u32)>) {
        let start = self.shown.partition_point(|shown| shown.unit < index);
        let end = start + self.shown.iter().skip(start).take_while(|shown| shown.unit == index).count();
        let fresh: Vec<Shown> = messages
            .into_iter()
            .map(|(recipe, tokens)| Shown { unit: index, id: table.acquire(recipe), tokens })
            .collect();
        let old: Vec<Shown> = self.shown.splice(start..end, fresh.iter().copied()).collect();
        for mut splice in differences(&old, &fresh) {
            splice.start += start;
            self.splices.push(splice);
        }
        old.iter().for_each(|shown| table.release(shown.id));
    }

    /// Applies the window, and lets summaries find the messages they stand in.
    fn fit(&mut self, desk: &mut Desk<'_>, extra: u64) -> Result<(), Overflow> {
        self.host_summaries(desk);
        self.kept = self.total + extra;
        let Some(limit) = self.options.max_tokens else { return Ok(()) };
        let tail = self.tail();
        let may_go = match self.options.strategy {
            Strategy::Full => usize::MAX,
            _ => self.notes_before,
        };
        self.window.admit(self.pairing.units(), &self.tokens, tail, may_go);
        let cut = self.window.cut(self.kept, limit);
        self.kept = cut.tokens;
        if !self.bulk && cut.changed.len() > MANY {
            self.stale = true;
            return Ok(());
        }
        for &unit in &cut.changed {
            self.refresh(desk, unit);
        }
        if !cut.changed.is_empty() {
            self.host_summaries(desk);
        }
        if cut.tokens > limit { Err(Overflow { required: cut.tokens }) } else { Ok(()) }
    }

    /// The first place of what stays: the last entries, and the current turn.
    fn tail(&self) -> u32 {
        let units = self.pairing.units();
        let first = |unit: &Unit| unit.members.first().map_or(0, |member| member.place);
        let turn = self.pairing.last_user().and_then(|unit| units.get(unit as usize)).map_or(u32::MAX, first);
        if self.options.preserve_recent == 0 {
            return turn;
        }
        let recent = self.pairing.nth_last_place(self.options.preserve_recent as usize);
        turn.min(recent.unwrap_or(u32::MAX))
    }

    fn host_summaries(&mut self, desk: &mut Desk<'_>) {
        if self.pairing.summaries().is_empty() || self.options.summaries == Summaries::System {
            return;
        }
        let units = self.pairing.units();
        let stays = |index: u32, unit: &Unit| unit.shown() && !self.window.is_gone(index, unit);
        let mut hosts: Vec<(u32, Vec<u32>)> = Vec::new();
        for &summary in self.pairing.summaries() {
            let shown = units
                .get(summary as usize)
                .is_some_and(|unit| stays(summary, unit) && !self.is_note(summary as usize, unit));
            let is_host = |(index, unit): &(usize, &Unit)| {
                unit.kind == Kind::Message(Role::User) && stays(*index as u32, unit) && !self.is_note(*index, unit)
            };
            let host = units.iter().enumerate().skip(summary as usize + 1).find(is_host);
            if let Some((host, _)) = host.filter(|_| shown) {
                // A later summary has the same host or a later one.
                match hosts.last_mut() {
                    Some((last, of)) if *last == host as u32 => of.push(summary),
                    _ => hosts.push((host as u32, vec![summary])),
                }
            }
        }
        let before = std::mem::replace(&mut self.hosts, hosts);
        let mut touched: Vec<u32> =
            before.iter().chain(&self.hosts).flat_map(|(host, of)| of.iter().chain([host])).copied().collect();
        touched.sort_unstable();
        touched.dedup();
        if before != self.hosts {
            touched.into_iter().for_each(|unit| self.refresh(desk, unit));
        }
    }

    /// The summaries that stand in a unit.
    fn guests(&self, host: u32) -> &[u32] {
        let found = self.hosts.binary_search_by_key(&host, |(host, _)| *host).ok();
        found.and_then(|place| self.hosts.get(place)).map_or(&[], |(_, summaries)| summaries)
    }

    /// Whether a user message follows that is sure to stay: the last one, or, where that is shown by
    /// its note, a pinned one.
    fn has_host(&self, summary: u32) -> bool {
        let units = self.pairing.units();
        let Some(last) = self.pairing.last_user().filter(|last| *last > summary) else { return false };
        if units.get(last as usize).is_some_and(|unit| !self.is_note(last as usize, unit)) {
            return true;
        }
        units
            .iter()
            .take(last as usize)
            .skip(summary as usize + 1)
            .any(|unit| unit.kind == Kind::Message(Role::User) && unit.pinned && unit.shown())
    }

    fn is_note(&self, index: usize, unit: &Unit) -> bool {
        index < self.notes_before && !unit.pinned
    }
}

/// The entries with those of a lower `materializationOrder` first.
fn by_type_order(desk: &Desk<'_>) -> Vec<Slot> {
    let slots = desk.lineage.slots();
    let order = |slot: &Slot| {
        let name = &desk.state.contents(slot.content).content_type;
        desk.state.hints(name, |hints| hints.materialization_order).unwrap_or(0)
    };
    let mut ordered = Vec::with_capacity(slots.len());
    let mut next = slots.iter().map(order).min();
    while let Some(now) = next {
        ordered.extend(slots.iter().filter(|slot| order(slot) == now));
        next = slots.iter().map(order).filter(|order| *order > now).min();
    }
    ordered
}

/// The splices that turn `old` into `new`, to be applied in order.
fn differences(old: &[Shown], new: &[Shown]) -> Vec<Splice> {
    let same = |(a, b): &(&Shown, &Shown)| a.id == b.id;
    let start = old.iter().zip(new).take_while(same).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let mut old = old.iter().take(old.len() - end).skip(start).peekable();
    let mut new = new.iter().take(new.len() - end).skip(start).peekable();
    let were: Set<MessageId> = old.clone().map(|shown| shown.id).collect();
    let staying: Set<MessageId> = new.clone().map(|shown| shown.id).filter(|id| were.contains(id)).collect();
    let mut splices = Vec::new();
    let mut at = start;
    while old.peek().is_some() || new.peek().is_some() {
        let mut splice = Splice { start: at, removed: 0, inserted: Vec::new() };
        // Messages that change places go and come like others.
        while let Some(gone) = old.peek()
            && (!staying.contains(&gone.id)
                || new.peek().is_none_or(|fresh| staying.contains(&fresh.id) && fresh.id != gone.id))
        {
            splice.removed += 1;
            old.next();
        }
        while let Some(fresh) = new.peek()
            && old.peek().is_none_or(|next| next.id != fresh.id)
        {
            if old.peek().is_some() && staying.contains(&fresh.id) {
                break;
            }
            splice.inserted.push(fresh.id);
            new.next();
        }
        at += splice.inserted.len();
        if splice.removed > 0 || !splice.inserted.is_empty() {
            splices.push(splice);
        }
        while let (Some(a), Some(b)) = (old.peek(), new.peek())
            && a.id == b.id
        {
            at += 1;
            old.next();
            new.next();
        }
    }
    splices
}

/// A unit on its way to messages.
struct Dish<'a, 'b> {
    view: &'a View,
    desk: &'a Desk<'b>,
    index: u32,
    unit: &'a Unit,
}

impl Dish<'_, '_> {
    /// Tokens of the unit itself: a summary's text counts with the summary wherever it stands, so that
    /// the cost of a unit does not depend on what else is shown.
    fn cost(&self, messages: &[(Recipe, u32)]) -> u32 {
        if self.hosted() && self.unit.shown() && !self.view.is_note(self.index as usize, self.unit) {
            return self.unit.text;
        }
        let guests = self.guests().map(|summary| summary.text).sum::<u32>();
        messages.iter().map(|(_, tokens)| *tokens).sum::<u32>() - guests
    }

    /// Whether this is a summary that another message shows.
    fn hosted(&self) -> bool {
        self.unit.kind == Kind::Summary
            && self.view.options.summaries == Summaries::User
            && self.view.has_host(self.index)
    }

    /// The summaries that stand at the head of this message.
    fn guests(&self) -> impl Iterator<Item = &Unit> {
        let hides = self.view.is_note(self.index as usize, self.unit);
        let guests = if hides { &[] } else { self.view.guests(self.index) };
        guests.iter().filter_map(|summary| self.view.pairing.units().get(*summary as usize))
    }

    /// The messages of the unit, each with its tokens; the window aside.
    fn messages(&self) -> Vec<(Recipe, u32)> {
        if !self.unit.shown() {
            return Vec::new();
        }
        if self.view.is_note(self.index as usize, self.unit) {
            return self.notes();
        }
        let role = match self.unit.kind {
            Kind::Message(role) => role,
            Kind::Instruction(_) => Role::System,
            Kind::Summary if self.view.options.summaries == Summaries::System => Role::System,
            Kind::Summary if self.hosted() => return Vec::new(),
            Kind::Summary => Role::User,
        };
        let mut messages = Vec::with_capacity(1);
        messages.extend(self.body(role));
        self.answers(&mut messages);
        messages
    }

    fn ingredient(member: &Member) -> Ingredient {
        let Slot { entry, content, version, .. } = member.slot;
        Ingredient { entry, content, version }
    }

    fn body(&self, role: Role) -> Option<(Recipe, u32)> {
        let (unit, options) = (self.unit, &self.view.options);
        let members: Vec<&Member> = match &unit.replaced_by {
            Some(member) => vec![member],
            None => unit.members.iter().filter(|member| member.shown).collect(),
        };
        let reasoning = options.reasoning();
        let drops = options.dangling == Dangling::Drop;
        let (dropped, called): (Vec<&Call>, Vec<&Call>) = unit.calls.iter().partition(|call| drops && !call.answered);
        if !dropped.is_empty() && called.is_empty() && self.says_nothing_else(&members) {
            return None;
        }
        if !reasoning && unit.reasoning > 0 && unit.calls.is_empty() && self.only_reasoning(&members) {
            return None;
        }
        let tokens = self.desk.counts.message(role)
            + unit.text
            + if reasoning { unit.reasoning } else { 0 }
            + called.iter().map(|call| call.tokens).sum::<u32>()
            + self.guests().map(|summary| summary.text).sum::<u32>();
        let recipe = Recipe::Parts {
            role,
            summaries: self.guests().flat_map(|unit| unit.members.iter().map(Self::ingredient)).collect(),
            entries: members.into_iter().map(Self::ingredient).collect(),
            reasoning,
            dropped: dropped.iter().map(|call| (call.member, call.ordinal)).collect(),
        };
        Some((recipe, tokens))
    }

    fn says_nothing_else(&self, members: &[&Member]) -> bool {
        self.unit.text == 0 && (self.unit.reasoning == 0 || !self.view.options.reasoning()) && {
            let calls: usize = members.iter().map(|m| self.outline(m).calls().len()).sum();
            calls == self.unit.calls.len()
        }
    }

    fn only_reasoning(&self, members: &[&Member]) -> bool {
        self.unit.text == 0 && members.iter().all(|member| self.outline(member).calls().is_empty())
    }

    fn outline(&self, member: &Member) -> &crate::model::outline::Outline {
        self.desk.counts.outline(self.desk.state, member.slot.content)
    }

    fn answers(&self, messages: &mut Vec<(Recipe, u32)>) {
        let per_message = self.desk.counts.message(Role::Tool);
        for answer in &self.unit.answers {
            // Which call it is matters to a result only where the call has no id but its entry's.
            let by_entry = &*self.desk.state.contents(answer.member.slot.content).content_type == "tool_io";
            let entry_of = |call: u32| {
                let call = self.unit.calls.get(call as usize)?;
                let member = if by_entry { self.unit.members.get(call.member as usize)? } else { &answer.member };
                Some(member.slot.entry)
            };
            let results: Vec<_> =
                answer.results.iter().filter_map(|(ordinal, call)| Some((*ordinal, entry_of(*call)?))).collect();
            let tokens = answer.tokens + per_message * results.len() as u32;
            messages.push((Recipe::Results { from: Self::ingredient(&answer.member), results }, tokens));
        }
        if self.view.options.dangling != Dangling::ErrorResult {
            return;
        }
        for call in self.unit.calls.iter().filter(|call| !call.answered) {
            if let Some(member) = self.unit.members.get(call.member as usize) {
                let tokens = per_message + self.desk.counts.interrupted();
                let recipe = Recipe::Interrupted { call: Self::ingredient(member), ordinal: call.ordinal };
                messages.push((recipe, tokens));
            }
        }
    }

    /// One message for each entry whose commit has a note.
    fn notes(&self) -> Vec<(Recipe, u32)> {
        let answers = self.unit.answers.iter().map(|answer| &answer.member);
        let members = self.unit.members.iter().filter(|member| member.shown).chain(answers);
        let note = |member: &Member| {
            let text = self.desk.state.commits(member.slot.version).note()?;
            let role = match self.desk.state.role_of(self.desk.state.contents(member.slot.content)) {
                Role::Tool => Role::Assistant,
                role => role,
            };
            let tokens = self.desk.counts.message(role) + self.desk.counts.counter.count(text);
            Some((Recipe::Note { role, of: Self::ingredient(member) }, tokens))
        };
        members.filter_map(note).collect()
    }
}

/// Whether an entry is pinned, normal or skipped, as of a journal entry.
pub fn priority_of(state: &State<'_>, counts: &Counts<'_>, slot: &Slot, until: u64) -> Priority {
    Source { state, counts, until }.priority(slot)
}
