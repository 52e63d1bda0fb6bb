//! From entries to units: the smallest things that are shown, skipped, dropped and compacted whole.
//!
//! An assistant message with calls, its reasoning and all results of those calls are one unit, a step.
//! A result belongs to the nearest earlier unanswered call of its id, and is shown right behind its
//! step even if other entries came between. So no result is ever shown without its call.

use super::counts::Counts;
use super::order;
use crate::collections::Map;
use crate::model::annotation::Priority;
use crate::model::content::Role;
use crate::model::outline::Key;
use crate::model::types::AggregationRule;
use crate::state::State;
use crate::state::arena::EntryIx;
use crate::state::lineage::{Lineage, Slot, Status};

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A message of a role; with the assistant's, calls and results belong to it.
    Message(Role),
    /// An instruction of this name, or of none.
    Instruction(Option<Key>),
    /// A summary, shown at the head of the next user message.
    Summary,
}

/// An entry's part in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The entry's place in the order of this compile.
    pub place: u32,
    /// The entry, its payload and the commit that gave it.
    pub slot: Slot,
    /// Whether it is live, not skipped and not erased.
    pub shown: bool,
}

/// A call within a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The member that makes it, as an index into `members`.
    pub member: u32,
    /// Its number among the member's calls.
    pub ordinal: u32,
    /// Tokens of the call.
    pub tokens: u32,
    /// Whether a result was found.
    pub answered: bool,
}

/// Results that one entry brings to a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The entry.
    pub member: Member,
    /// The numbers of the results among the entry's results, each with the call it answers.
    pub results: Vec<(u32, u32)>,
    /// Tokens of the results.
    pub tokens: u32,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What it is.
    pub kind: Kind,
    /// The entries of its first message.
    pub members: Vec<Member>,
    /// Its calls.
    pub calls: Vec<Call>,
    /// The results of its calls, in the order in which they came.
    pub answers: Vec<Answer>,
    /// Tokens of text and of reasoning, of the members that are shown.
    pub text: u32,
    /// See `text`.
    pub reasoning: u32,
    /// Whether any member is pinned.
    pub pinned: bool,
    /// What goes first when space is short: the greatest of the members'.
    pub weight: u8,
    /// The last place among its entries'.
    pub last_place: u32,
    /// A later instruction of the same name is shown in its place, or instead of it.
    pub replaced_by: Option<Member>,
    /// Another unit shows this instruction.
    pub superseded: bool,
}

impl Unit {
    /// Whether it makes any message.
    pub fn shown(&self) -> bool {
        if self.superseded {
            return false;
        }
        let mut members = self.members.iter();
        if self.calls.is_empty() {
            members.any(|member| member.shown) || self.replaced_by.is_some()
        } else {
            members.all(|member| member.shown) && self.answers.iter().all(|answer| answer.member.shown)
        }
    }

    /// Whether part of a step is out of the view, which hides the rest of it.
    pub fn torn(&self) -> bool {
        let mut all = self.members.iter().chain(self.answers.iter().map(|answer| &answer.member));
        !self.calls.is_empty() && !self.shown() && all.any(|member| member.shown)
    }

    /// Whether no entry of it is in the view, and none can join it: what was compacted whole, for one.
    pub(super) fn is_over(&self) -> bool {
        self.slots().all(|slot| slot.status != Status::Live) && self.calls.iter().all(|call| call.answered)
    }

    /// The slots of all its entries.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        let answers = self.answers.iter().map(|answer| &answer.member.slot);
        self.members.iter().map(|member| &member.slot).chain(answers)
    }

    /// All its entries.
    pub fn entries(&self) -> impl Iterator<Item = EntryIx> {
        self.slots().map(|slot| slot.entry)
    }
}

/// The units of a lineage so far.
#[derive(Debug, Default)]
pub struct Pairing {
    units: Vec<Unit>,
    open: Map<Key, Vec<(u32, u32)>>,
    named: Map<Key, Vec<u32>>,
    last_user: Option<u32>,
    summaries: Vec<u32>,
    torn: Vec<u32>,
    /// The places of the entries that are in the view, those of orphans aside.
    places: Vec<u32>,
    orphans: Vec<EntryIx>,
    erased: Vec<EntryIx>,
    /// The first unit that the push under way changed.
    touched: u32,
    /// Units before this one are not looked at by [`Pairing::prune`] again.
    pruned: usize,
}

/// So many units come before it is worth looking for those that are over.
const PRUNE: usize = 8;

/// What every step of pairing reads.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The state.
    pub state: &'a State<'a>,
    /// The counts.
    pub counts: &'a Counts<'a>,
    /// Annotations after this journal entry do not hold.
    pub until: u64,
}

impl Source<'_> {
    /// Whether and how an entry is to be shown.
    pub fn priority(&self, slot: &Slot) -> Priority {
        let annotated = self.state.annotated_priority(slot.entry, self.until);
        annotated.unwrap_or_else(|| {
            let row = self.state.contents(slot.content);
            self.state.default_priority(&row.content_type, row.outline.role)
        })
    }
}

impl Pairing {
    /// The units of a whole lineage.
    pub fn of(source: Source<'_>, lineage: &Lineage) -> Self {
        let mut pairing = Self::default();
        let ordered = order::is_by_type(source.state).then(|| order::by_type(source.state, lineage));
        for (place, slot) in ordered.as_deref().unwrap_or(lineage.slots()).iter().enumerate() {
            pairing.push(source, place as u32, *slot);
            pairing.prune(source);
        }
        pairing
    }

    /// Forgets units that are over, once some have come: of a long chat that is most of it. Units behind them get other
    /// numbers, so this is for who takes in a whole lineage and has not looked at units yet.
    pub fn prune(&mut self, source: Source<'_>) {
        let from = self.pruned;
        if self.units.len() < from + PRUNE {
            return;
        }
        // The last one may be joined by what comes next.
        let last = self.units.len() - 1;
        let mut numbers = Vec::with_capacity(PRUNE);
        for (old, unit) in (from..).zip(self.units.split_off(from)) {
            if old < last && unit.is_over() {
                numbers.push(u32::MAX);
                continue;
            }
            let new = self.units.len() as u32;
            numbers.push(new);
            self.renumber(source, &unit, old as u32, new);
            self.units.push(unit);
        }
        self.pruned = self.units.len() - 1;
        let number = |old: u32| (old as usize).checked_sub(from).and_then(|at| numbers.get(at)).copied().unwrap_or(old);
        for list in [&mut self.summaries, &mut self.torn] {
            list.iter_mut().for_each(|unit| *unit = number(*unit));
            list.retain(|unit| *unit != u32::MAX);
        }
        self.last_user = self.last_user.map(number);
    }

    /// Has calls without a result, and instructions with a name, find their unit under its new number.
    fn renumber(&mut self, source: Source<'_>, unit: &Unit, old: u32, new: u32) {
        if let Kind::Instruction(Some(name)) = unit.kind
            && let Some(group) = self.named.get_mut(&name)
        {
            group.iter_mut().filter(|unit| **unit == old).for_each(|unit| *unit = new);
        }
        for call in unit.calls.iter().filter(|call| !call.answered) {
            let Some(member) = unit.members.get(call.member as usize) else { continue };
            let outline = source.counts.outline(source.state, member.slot.content);
            let open = outline.calls().get(call.ordinal as usize).and_then(|call| self.open.get_mut(&call.key));
            open.into_iter().flatten().filter(|(unit, _)| *unit == old).for_each(|(unit, _)| *unit = new);
        }
    }

    /// The units, in order.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The last unit of a user message.
    pub fn last_user(&self) -> Option<u32> {
        self.last_user
    }

    /// The units that are summaries.
    pub fn summaries(&self) -> &[u32] {
        &self.summaries
    }

    /// Steps of which a part is out of the view.
    pub fn torn(&self) -> impl Iterator<Item = &Unit> {
        self.torn.iter().filter_map(|unit| self.units.get(*unit as usize)).filter(|unit| unit.torn())
    }

    /// The place of the last entry but `n - 1`, or of the first where there are fewer.
    fn nth_last_place(&self, n: usize) -> Option<u32> {
        self.places.get(self.places.len().saturating_sub(n)).copied()
    }

    /// The first place of what windows and compactions leave alone: the last entries, and the current
    /// turn, which begins with the last message of the user.
    pub fn tail(&self, preserve_recent: u32) -> u32 {
        let first = |unit: &Unit| unit.members.first().map_or(0, |member| member.place);
        let turn = self.last_user.and_then(|unit| self.units.get(unit as usize)).map_or(u32::MAX, first);
        match preserve_recent {
            0 => turn,
            recent => turn.min(self.nth_last_place(recent as usize).unwrap_or(u32::MAX)),
        }
    }

    /// Entries with results that have no call.
    pub fn orphans(&self) -> &[EntryIx] {
        &self.orphans
    }

    /// Entries that would be in the view, but that their payload was erased.
    pub fn erased(&self) -> &[EntryIx] {
        &self.erased
    }

    /// Takes in the next entry. Returns the first unit that is new or not what it was.
    pub fn push(&mut self, source: Source<'_>, place: u32, slot: Slot) -> usize {
        let priority = source.priority(&slot);
        let live = slot.status == Status::Live;
        let erased = live && source.state.is_erased(slot.content);
        if erased {
            self.erased.push(slot.entry);
        }
        let member = Member { place, slot, shown: live && priority != Priority::Skip && !erased };
        let pinned = priority == Priority::Pinned && member.shown;
        self.touched = u32::MAX;
        let outline = source.counts.outline(source.state, slot.content);
        let role = source.state.role_of(source.state.contents(slot.content));
        if outline.body || outline.results().is_empty() {
            self.push_body(source, member, role, pinned);
        }
        for (ordinal, result) in outline.results().iter().enumerate() {
            match self.take_open(result.key) {
                Some((unit, call)) => {
                    self.answer(source, member, pinned, (unit, call), (ordinal as u32, result.tokens));
                }
                None if member.shown => self.orphans.push(slot.entry),
                None => {}
            }
        }
        if member.shown && self.touched != u32::MAX {
            self.places.push(place);
        }
        self.touched.min(self.units.len() as u32) as usize
    }

    /// The nearest call of this key that has no result yet.
    fn take_open(&mut self, key: Key) -> Option<(u32, u32)> {
        let open = self.open.get_mut(&key)?;
        let found = open.pop();
        if open.is_empty() {
            self.open.remove(&key);
        }
        found
    }

    fn push_body(&mut self, source: Source<'_>, member: Member, role: Role, pinned: bool) {
        let row = source.state.contents(member.slot.content);
        // What a reverted summary stood between is as near again as it was.
        if member.slot.status == Status::Withdrawn && &*row.content_type == "summary" {
            return;
        }
        let outline = source.counts.outline(source.state, member.slot.content);
        let weight = source.state.compression_priority(&row.content_type);
        let kind = match &*row.content_type {
            "instruction" => Kind::Instruction(outline.name()),
            "summary" => Kind::Summary,
            _ => Kind::Message(role),
        };
        let joins = self.units.last().is_some_and(|last| joins(source, last, member, kind));
        if !joins {
            self.units.push(Unit {
                kind,
                members: Vec::with_capacity(1),
                calls: Vec::new(),
                answers: Vec::new(),
                text: 0,
                reasoning: 0,
                pinned: false,
                weight: 0,
                last_place: member.place,
                replaced_by: None,
                superseded: false,
            });
        }
        let index = self.units.len() as u32 - 1;
        self.touched = self.touched.min(index);
        let Some(unit) = self.units.last_mut() else { return };
        let number = unit.members.len() as u32;
        unit.members.push(member);
        unit.pinned |= pinned;
        unit.weight = unit.weight.max(weight);
        unit.last_place = unit.last_place.max(member.place);
        if member.shown {
            unit.text += outline.text;
            unit.reasoning += outline.reasoning;
        }
        for (ordinal, call) in outline.calls().iter().enumerate() {
            let open = (index, unit.calls.len() as u32);
            self.open.get_or_insert_with(call.key, Vec::new).push(open);
            let ordinal = ordinal as u32;
            unit.calls.push(Call { member: number, ordinal, tokens: call.tokens, answered: false });
        }
        if !unit.calls.is_empty() && !member.shown {
            self.torn.push(index);
        }
        match kind {
            Kind::Message(Role::User) if member.shown => self.last_user = Some(index),
            Kind::Summary => self.summaries.push(index),
            Kind::Instruction(Some(name)) if member.shown => self.push_instruction(name, index, member, outline.here),
            _ => {}
        }
    }

    /// Of the instructions of one name the last holds: in the place of the first, or in its own.
    fn push_instruction(&mut self, name: Key, index: u32, member: Member, here: bool) {
        let group = self.named.get_or_insert_with(name, Vec::new);
        self.touched = self.touched.min(group.first().copied().unwrap_or(index));
        let (text, pinned) = self.units.last().map_or((0, false), |unit| (unit.text, unit.pinned));
        for &earlier in group.iter() {
            if let Some(unit) = self.units.get_mut(earlier as usize) {
                unit.superseded = true;
                unit.replaced_by = None;
            }
        }
        if let Some(first) = group.first().filter(|_| !here)
            && let Some(unit) = self.units.get_mut(*first as usize)
        {
            (unit.superseded, unit.replaced_by, unit.text) = (false, Some(member), text);
            unit.pinned |= pinned;
            if let Some(own) = self.units.get_mut(index as usize) {
                own.superseded = true;
            }
        }
        group.push(index);
    }

    fn answer(
        &mut self,
        source: Source<'_>,
        member: Member,
        pinned: bool,
        (index, call): (u32, u32),
        (ordinal, tokens): (u32, u32),
    ) {
        let weight = source.state.compression_priority(&source.state.contents(member.slot.content).content_type);
        self.touched = self.touched.min(index);
        let Some(unit) = self.units.get_mut(index as usize) else { return };
        let mut caller = None;
        if let Some(call) = unit.calls.get_mut(call as usize) {
            call.answered = true;
            caller = unit.members.get(call.member as usize);
        }
        let beside = caller.is_some_and(|caller| caller.place == member.place);
        unit.pinned |= pinned;
        unit.weight = unit.weight.max(weight);
        unit.last_place = unit.last_place.max(member.place);
        // A result beside its call in one message stays there.
        if beside {
            unit.text += if member.shown { tokens } else { 0 };
            return;
        }
        match unit.answers.last_mut().filter(|last| last.member.place == member.place) {
            Some(last) => {
                last.results.push((ordinal, call));
                last.tokens += tokens;
            }
            None => {
                // The name of a tool's message is all the text it has.
                let outline = source.counts.outline(source.state, member.slot.content);
                let name = if outline.body { 0 } else { outline.text };
                unit.answers.push(Answer { member, results: vec![(ordinal, call)], tokens: tokens + name });
            }
        }
        if !member.shown {
            self.torn.push(index);
        }
    }
}

/// Whether an entry belongs to the message of the unit before it.
fn joins(source: Source<'_>, last: &Unit, member: Member, kind: Kind) -> bool {
    let Some(previous) = last.members.last() else { return false };
    let state = source.state;
    let type_of = |slot: &Slot| &*state.contents(slot.content).content_type;
    let (before, now) = (type_of(&previous.slot), type_of(&member.slot));
    let concatenates =
        |name: &str| state.hints(name, |hints| hints.aggregation_rule) == Some(AggregationRule::Concatenate);
    if last.kind == kind && before == now && concatenates(now) {
        return true;
    }
    let assistant = Kind::Message(Role::Assistant);
    if last.kind != assistant || kind != assistant || !last.answers.is_empty() {
        return false;
    }
    // A message with a result inside of it is closed.
    if last.calls.iter().any(|call| call.answered) {
        return false;
    }
    let gone = |slot: &Slot| matches!(slot.status, Status::Compacted(_) | Status::Withdrawn);
    if gone(&previous.slot) || gone(&member.slot) {
        return false;
    }
    let deleted = |slot: &Slot| matches!(slot.status, Status::Deleted(_));
    let turn = |slot: &Slot| state.commits(slot.commit).turn();
    match (turn(&previous.slot), turn(&member.slot)) {
        (Some(before), Some(now)) => before == now,
        (None, None) if before == "reasoning" => true,
        (None, None) => before == "tool_io" && now == "tool_io" && !deleted(&previous.slot) && !deleted(&member.slot),
        _ => false,
    }
}
