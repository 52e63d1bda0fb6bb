//! From a unit to its messages: which entries each is made of, and what it costs.

use super::compile::{Inputs, View};
use super::options::{Dangling, Summaries};
use super::pair::{Call, Kind, Member, Unit};
use super::table::{EntryVersion, Recipe};
use crate::model::content::Role;
use crate::model::outline::Outline;
use crate::state::lineage::Slot;

/// A unit on its way to messages.
pub(super) struct UnitMessages<'a, 'b> {
    pub view: &'a View,
    pub inputs: &'a Inputs<'b>,
    pub index: u32,
    pub unit: &'a Unit,
}

impl UnitMessages<'_, '_> {
    /// Tokens of the unit itself: a summary's text counts with the summary wherever it stands, so that
    /// the cost of a unit does not depend on what else is shown.
    pub fn cost(&self, messages: &[(Recipe, u32)]) -> u32 {
        if self.hosted() && self.unit.shown() && !self.view.is_note(self.index as usize, self.unit) {
            return self.unit.text;
        }
        let guests = self.guests().map(|summary| summary.text).sum::<u32>();
        messages.iter().map(|(_, tokens)| *tokens).sum::<u32>() - guests
    }

    /// The same of a unit that is nothing but text, as most are, without its messages.
    pub fn text_cost(&self) -> Option<u32> {
        let unit = self.unit;
        let Kind::Message(role) = unit.kind else { return None };
        let is_text = unit.calls.is_empty() && unit.answers.is_empty() && unit.reasoning == 0;
        let is_own = unit.replaced_by.is_none() && !self.view.is_note(self.index as usize, unit);
        let cost = || if unit.shown() { self.inputs.counts.message(role) + unit.text } else { 0 };
        (is_text && is_own).then(cost)
    }

    /// Whether this is a summary that another message shows.
    fn hosted(&self) -> bool {
        self.unit.kind == Kind::Summary
            && self.view.options().summaries == Summaries::User
            && self.view.has_host(self.index)
    }

    /// The summaries that stand at the head of this message.
    fn guests(&self) -> impl Iterator<Item = &Unit> {
        let hides = self.view.is_note(self.index as usize, self.unit);
        let guests = if hides { &[] } else { self.view.guests(self.index) };
        guests.iter().filter_map(|summary| self.view.pairing().units().get(*summary as usize))
    }

    /// The messages of the unit, each with its tokens; the window aside.
    pub fn messages(&self) -> Vec<(Recipe, u32)> {
        if !self.unit.shown() {
            return Vec::new();
        }
        if self.view.is_note(self.index as usize, self.unit) {
            return self.notes();
        }
        let role = match self.unit.kind {
            Kind::Message(role) => role,
            Kind::Instruction(_) => Role::System,
            Kind::Summary if self.view.options().summaries == Summaries::System => Role::System,
            Kind::Summary if self.hosted() => return Vec::new(),
            Kind::Summary => Role::User,
        };
        let mut messages = Vec::with_capacity(1);
        messages.extend(self.body(role));
        self.answers(&mut messages);
        messages
    }

    fn version_of(member: &Member) -> EntryVersion {
        let Slot { entry, content, version, .. } = member.slot;
        EntryVersion { entry, content, version }
    }

    fn body(&self, role: Role) -> Option<(Recipe, u32)> {
        let (unit, options) = (self.unit, self.view.options());
        let replaced = unit.replaced_by.as_ref();
        let own = unit.members.iter().filter(|member| member.shown && replaced.is_none());
        let members = replaced.into_iter().chain(own);
        let reasoning = options.reasoning();
        let drops = options.dangling == Dangling::Drop;
        let is_dropped = |call: &&Call| drops && !call.answered;
        let all_dropped = !unit.calls.is_empty() && unit.calls.iter().all(|call| is_dropped(&call));
        if all_dropped && self.says_nothing_else(members.clone()) {
            return None;
        }
        if !reasoning && unit.reasoning > 0 && unit.calls.is_empty() && self.only_reasoning(members.clone()) {
            return None;
        }
        let tokens = self.inputs.counts.message(role)
            + unit.text
            + if reasoning { unit.reasoning } else { 0 }
            + unit.calls.iter().filter(|call| !is_dropped(call)).map(|call| call.tokens).sum::<u32>()
            + self.guests().map(|summary| summary.text).sum::<u32>();
        let mut entries = Vec::with_capacity(members.clone().count());
        entries.extend(members.map(Self::version_of));
        let recipe = Recipe::Parts {
            role,
            summaries: self.guests().flat_map(|unit| unit.members.iter().map(Self::version_of)).collect(),
            entries,
            reasoning,
            dropped: unit.calls.iter().filter(is_dropped).map(|call| (call.member, call.ordinal)).collect(),
        };
        Some((recipe, tokens))
    }

    fn says_nothing_else<'m>(&self, members: impl Iterator<Item = &'m Member>) -> bool {
        self.unit.text == 0 && (self.unit.reasoning == 0 || !self.view.options().reasoning()) && {
            let calls: usize = members.map(|m| self.outline(m).calls().len()).sum();
            calls == self.unit.calls.len()
        }
    }

    fn only_reasoning<'m>(&self, mut members: impl Iterator<Item = &'m Member>) -> bool {
        self.unit.text == 0 && members.all(|member| self.outline(member).calls().is_empty())
    }

    fn outline(&self, member: &Member) -> &Outline {
        self.inputs.counts.outline(self.inputs.state, member.slot.content)
    }

    fn answers(&self, messages: &mut Vec<(Recipe, u32)>) {
        let per_message = self.inputs.counts.message(Role::Tool);
        for answer in &self.unit.answers {
            // Which call it is matters to a result only where the call has no id but its entry's.
            let by_entry = &*self.inputs.state.contents(answer.member.slot.content).content_type == "tool_io";
            let entry_of = |call: u32| {
                let call = self.unit.calls.get(call as usize)?;
                let member = if by_entry { self.unit.members.get(call.member as usize)? } else { &answer.member };
                Some(member.slot.entry)
            };
            let results: Vec<_> =
                answer.results.iter().filter_map(|(ordinal, call)| Some((*ordinal, entry_of(*call)?))).collect();
            let tokens = answer.tokens + per_message * results.len() as u32;
            messages.push((Recipe::Results { from: Self::version_of(&answer.member), results }, tokens));
        }
        if self.view.options().dangling != Dangling::ErrorResult {
            return;
        }
        for call in self.unit.calls.iter().filter(|call| !call.answered) {
            if let Some(member) = self.unit.members.get(call.member as usize) {
                let tokens = per_message + self.inputs.counts.interrupted();
                let recipe = Recipe::Interrupted { call: Self::version_of(member), ordinal: call.ordinal };
                messages.push((recipe, tokens));
            }
        }
    }

    /// One message for each entry whose commit has a note.
    fn notes(&self) -> Vec<(Recipe, u32)> {
        let answers = self.unit.answers.iter().map(|answer| &answer.member);
        let members = self.unit.members.iter().filter(|member| member.shown).chain(answers);
        let note = |member: &Member| {
            let text = self.inputs.state.commits(member.slot.version).note()?;
            let role = match self.inputs.state.role_of(self.inputs.state.contents(member.slot.content)) {
                Role::Tool => Role::Assistant,
                role => role,
            };
            let tokens = self.inputs.counts.message(role) + self.inputs.counts.counter.count(text);
            Some((Recipe::Note { role, of: Self::version_of(member) }, tokens))
        };
        members.filter_map(note).collect()
    }
}
