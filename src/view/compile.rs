//! A view: the compiled messages of one lineage under one set of options, kept up to date.

use super::counts::Counts;
use super::options::{CompileOptions, Strategy, Summaries};
use super::order;
use super::pair::{Kind, Pairing, Source, Unit};
use super::splice::{self, Shown, Splice, differences};
use super::table::{MessageId, MessageTable, Recipe};
use super::unit_messages::UnitMessages;
use super::window::Window;
use crate::model::content::Role;
use crate::state::State;
use crate::state::arena::{AnnotationIx, Ix};
use crate::state::lineage::Lineage;

/// Above this many units that come or go at once it is cheaper to start over.
const MANY: usize = 32;

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
    erasures: u32,
}

/// What a view's stages read and write.
pub struct Inputs<'a> {
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
    pub fn update(&mut self, inputs: &mut Inputs<'_>, extra: u64) -> Result<(), Overflow> {
        let seen = Seen {
            epoch: inputs.lineage.epoch(),
            slots: inputs.lineage.slots().len(),
            annotations: inputs.state.annotation_count(),
            types: inputs.state.types_version(),
            erasures: inputs.state.erasures(),
        };
        let same = seen.epoch == self.seen.epoch
            && seen.types == self.seen.types
            && seen.erasures == self.seen.erasures
            && seen.slots >= self.seen.slots
            && !order::is_by_type(inputs.state)
            && !self.reannotated(inputs);
        let mut fits = Ok(());
        self.stale = !same;
        if same {
            self.advance(inputs, self.seen.slots);
            fits = self.fit(inputs, extra);
        }
        if self.stale {
            fits = self.rebuild(inputs, extra);
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

    /// Tokens of a unit: what a compile is shorter without it.
    pub fn cost(&self, unit: usize) -> u32 {
        self.tokens.get(unit).copied().unwrap_or_default()
    }

    /// The messages of a unit, the window aside.
    pub fn recipes(&self, inputs: &Inputs<'_>, index: usize) -> Vec<Recipe> {
        let Some(unit) = self.pairing.units().get(index) else { return Vec::new() };
        let messages = UnitMessages { view: self, inputs, index: index as u32, unit }.messages();
        messages.into_iter().map(|(recipe, _)| recipe).collect()
    }

    /// Gives the messages back to the table.
    pub fn release(&mut self, table: &mut MessageTable) {
        self.shown.drain(..).for_each(|shown| table.release(shown.id));
    }

    /// Whether an annotation came that matters to an entry this view has taken in.
    fn reannotated(&self, inputs: &Inputs<'_>) -> bool {
        (self.seen.annotations..inputs.state.annotation_count()).any(|row| {
            let annotation = inputs.state.annotations(AnnotationIx::new(row));
            annotation.seq <= self.until && inputs.lineage.slot(annotation.entry).is_some()
        })
    }

    /// Starts over, and finds out what changed only when all is decided.
    fn rebuild(&mut self, inputs: &mut Inputs<'_>, extra: u64) -> Result<(), Overflow> {
        let before = std::mem::take(&mut self.shown);
        self.pairing = Pairing::default();
        self.tokens.clear();
        self.total = 0;
        self.notes_before = 0;
        self.window = Window::default();
        self.hosts.clear();
        self.bulk = true;
        self.advance(inputs, 0);
        let fits = self.fit(inputs, extra);
        self.bulk = false;
        if before.is_empty() && self.options.max_tokens.is_none() {
            inputs.table.reserve(self.pairing.units().len());
        }
        for index in 0..self.pairing.units().len() {
            if let Some(unit) = self.pairing.units().get(index)
                && !self.window.is_gone(index as u32, unit)
            {
                let messages = UnitMessages { view: self, inputs, index: index as u32, unit }.messages();
                let index = index as u32;
                let shown = messages.into_iter().map(|(recipe, tokens)| Shown {
                    unit: index,
                    id: inputs.table.acquire(recipe),
                    tokens,
                });
                self.shown.extend(shown);
            }
        }
        self.splices.extend(differences(&before, &self.shown));
        before.iter().for_each(|shown| inputs.table.release(shown.id));
        self.stale = false;
        fits
    }

    fn source<'a>(&self, inputs: &'a Inputs<'_>) -> Source<'a> {
        Source { state: inputs.state, counts: inputs.counts, until: self.until }
    }

    fn advance(&mut self, inputs: &mut Inputs<'_>, from: usize) {
        let mut first = self.pairing.units().len();
        let known = first;
        if from == 0 && order::is_by_type(inputs.state) {
            for (place, slot) in order::by_type(inputs.state, inputs.lineage).into_iter().enumerate() {
                first = first.min(self.pairing.push(self.source(inputs), place as u32, slot));
            }
        } else {
            for (place, slot) in inputs.lineage.slots().iter().enumerate().skip(from) {
                first = first.min(self.pairing.push(self.source(inputs), place as u32, *slot));
                // Strategies count units, those that are not shown included.
                if self.bulk && self.options.strategy == Strategy::Full {
                    self.pairing.prune(self.source(inputs));
                }
            }
        }
        let count = self.pairing.units().len();
        // A unit that the window or the notes have passed is not to change any more: start over.
        if first < known && first < self.window.boundary().max(self.notes_before) {
            self.stale = true;
            return;
        }
        self.move_notes(inputs, first);
        for unit in first..count {
            self.refresh(inputs, unit as u32);
        }
    }

    /// Units before the recent ones are shown by their notes.
    fn move_notes(&mut self, inputs: &mut Inputs<'_>, fresh: usize) {
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
            self.refresh(inputs, unit as u32);
        }
    }

    /// Weighs and shows a unit as it is now.
    fn refresh(&mut self, inputs: &mut Inputs<'_>, index: u32) {
        let Some(unit) = self.pairing.units().get(index as usize) else { return };
        let gone = self.window.is_gone(index, unit);
        let made = UnitMessages { view: self, inputs, index, unit };
        if self.bulk
            && let Some(cost) = made.text_cost()
        {
            return self.set_cost(index, cost);
        }
        let messages = made.messages();
        let cost = made.cost(&messages);
        self.set_cost(index, cost);
        if !self.bulk {
            self.show(inputs.table, index, if gone { Vec::new() } else { messages });
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
        let behind = self.shown.split_off(end);
        let old = self.shown.split_off(start);
        self.shown.extend_from_slice(&fresh);
        self.shown.extend_from_slice(&behind);
        for mut splice in differences(&old, &fresh) {
            splice.start += start;
            splice::push(&mut self.splices, splice);
        }
        old.iter().for_each(|shown| table.release(shown.id));
    }

    /// Applies the window, and lets summaries find the messages they stand in.
    fn fit(&mut self, inputs: &mut Inputs<'_>, extra: u64) -> Result<(), Overflow> {
        self.host_summaries(inputs);
        self.kept = self.total + extra;
        let Some(limit) = self.options.max_tokens else { return Ok(()) };
        let tail = self.pairing.tail(self.options.preserve_recent);
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
            self.refresh(inputs, unit);
        }
        if !cut.changed.is_empty() {
            self.host_summaries(inputs);
        }
        if cut.tokens > limit { Err(Overflow { required: cut.tokens }) } else { Ok(()) }
    }

    fn host_summaries(&mut self, inputs: &mut Inputs<'_>) {
        if self.pairing.summaries().is_empty() || self.options.summaries == Summaries::System {
            return;
        }
        let units = self.pairing.units();
        let stays = |index: u32, unit: &Unit| unit.shown() && !self.window.is_gone(index, unit);
        let mut hosts: Vec<(u32, Vec<u32>)> = Vec::new();
        // Between two appends nothing that was hidden is shown again, the window aside: who was a host is the first.
        let lasts = self.options.max_tokens.is_none() && self.options.strategy == Strategy::Full && !self.bulk;
        let known = |summary: &u32| {
            let found = self.hosts.iter().find(|(_, of)| of.contains(summary)).filter(|_| lasts);
            found.map(|(host, _)| *host as usize)
        };
        for &summary in self.pairing.summaries() {
            let shown = units
                .get(summary as usize)
                .is_some_and(|unit| stays(summary, unit) && !self.is_note(summary as usize, unit));
            let is_host = |(index, unit): &(usize, &Unit)| {
                unit.kind == Kind::Message(Role::User) && stays(*index as u32, unit) && !self.is_note(*index, unit)
            };
            if !shown {
                continue;
            }
            let from = known(&summary).unwrap_or(summary as usize + 1);
            let host = units.iter().enumerate().skip(from).find(is_host);
            if let Some((host, _)) = host {
                // A later summary has the same host or a later one.
                match hosts.last_mut() {
                    Some((last, of)) if *last == host as u32 => of.push(summary),
                    _ => hosts.push((host as u32, vec![summary])),
                }
            }
        }
        let before = std::mem::replace(&mut self.hosts, hosts);
        let all = before.iter().chain(&self.hosts).flat_map(|(host, of)| of.iter().chain([host]));
        let mut touched: Vec<u64> = all.map(|unit| u64::from(*unit)).collect();
        touched.sort_unstable();
        touched.dedup();
        if before != self.hosts {
            touched.into_iter().for_each(|unit| self.refresh(inputs, unit as u32));
        }
        // One that the window left out has another cost once a message can show it.
        for place in 0..self.pairing.summaries().len() {
            let Some(&index) = self.pairing.summaries().get(place) else { continue };
            let Some(unit) = self.pairing.units().get(index as usize).filter(|unit| unit.shown()) else { continue };
            let made = UnitMessages { view: self, inputs, index, unit };
            if self.tokens.get(index as usize) != Some(&made.cost(&made.messages())) {
                self.refresh(inputs, index);
            }
        }
    }

    /// The summaries that stand in a unit.
    pub(super) fn guests(&self, host: u32) -> &[u32] {
        let found = self.hosts.binary_search_by_key(&host, |(host, _)| *host).ok();
        found.and_then(|place| self.hosts.get(place)).map_or(&[], |(_, summaries)| summaries)
    }

    /// Whether a user message follows that is sure to stay: the last one, or, where that is shown by
    /// its note, a pinned one.
    pub(super) fn has_host(&self, summary: u32) -> bool {
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

    pub(super) fn is_note(&self, index: usize, unit: &Unit) -> bool {
        index < self.notes_before && !unit.pinned
    }
}
