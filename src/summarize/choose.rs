//! Which units a summary takes: the one with the most weight for its tokens, again and again, where a term counts in
//! full only the first time. This is the greedy way to the budgeted maximum coverage, which is not far from the best.

use std::collections::BinaryHeap;

use super::Summary;
use super::draft::{Draft, NONE, Unit};
use super::render::render;
use super::text::{first, head, is_space, tail};
use crate::tokens::TokenCounter;

/// A term that is in already counts this part of its weight.
const AGAIN: u64 = 30;
/// Weight of what an earlier summary found worth keeping, in multiples: of facts, and of its text.
const EARLIER_FACT: u64 = 8;
const EARLIER_TEXT: u64 = 2;
/// Weight of earlier facts, above all but what must be in: where they leave room for what is new. Where they do not, what
/// is earlier counts like what is new, and makes way for it by and by.
const FIRST: u64 = 1 << 32;
/// Weight of what must be in, above everything.
const MUST: u64 = 1 << 40;

/// Chooses units and writes them; at most `limit` tokens.
pub(super) fn choose(draft: &mut Draft, limit: u32, counter: &dyn TokenCounter) -> Summary {
    for place in 0..draft.units.len() {
        let cost = draft.units.get(place).map_or(0, |unit| counter.count(draft.text(unit.text)) + 1);
        if let Some(unit) = draft.units.get_mut(place) {
            unit.cost = cost;
        }
    }
    for place in 0..draft.groups.len() {
        let cost = draft.groups.get(place).map_or(0, |group| counter.count(draft.text(group.heading)) + 2);
        if let Some(group) = draft.groups.get_mut(place) {
            group.cost = cost;
        }
    }
    let facts_first = earlier_facts_cost(draft) <= u64::from(limit) * 2 / 5;
    for unit in &mut draft.units {
        let is_fact = draft.groups.get(unit.group as usize).is_some_and(|group| group.is_fact);
        unit.rank = match (unit.is_wanted, unit.is_earlier && is_fact) {
            (true, _) => MUST,
            (_, true) if facts_first => FIRST,
            _ => 0,
        };
        unit.factor = match (unit.is_earlier, is_fact) {
            _ if !facts_first => 1,
            (false, _) => 1,
            (_, true) => EARLIER_FACT,
            (_, false) => EARLIER_TEXT,
        };
    }
    let order = order(draft, limit);
    // Counts of parts are not quite those of the whole: the longest beginning of the order that fits is what counts.
    let (mut fitting, mut too_many) = (0, order.len() + 1);
    let mut best = Summary::default();
    let mut next = order.len();
    while too_many - fitting > 1 {
        let summary = render(draft, order.get(..next).unwrap_or_default());
        if counter.count(&summary.whole()) <= limit {
            (fitting, best) = (next, summary);
        } else {
            too_many = next;
        }
        next = fitting + (too_many - fitting) / 2;
    }
    if fitting == 0 { clipped(draft, limit, counter) } else { best }
}

/// Tokens of all facts of the earlier summary that still hold.
fn earlier_facts_cost(draft: &Draft) -> u64 {
    let mut cost = 0;
    let mut last_group = NONE;
    for unit in draft.units.iter().filter(|unit| unit.is_earlier && !unit.is_replaced) {
        if let Some(group) = draft.groups.get(unit.group as usize).filter(|group| group.is_fact) {
            cost += u64::from(unit.cost) + if unit.group == last_group { 0 } else { u64::from(group.cost) };
            last_group = unit.group;
        }
    }
    cost
}

/// As much as fits of what is worth most, where nothing fits as a whole.
fn clipped(draft: &Draft, limit: u32, counter: &dyn TokenCounter) -> Summary {
    let heaviest = draft.units.iter().filter(|unit| !unit.is_replaced).max_by_key(|unit| {
        let weight = u64::from(unit.bonus) + weight(draft, draft.terms(unit.terms), 0);
        (unit.is_wanted, weight)
    });
    let text = heaviest.map_or("", |unit| draft.text(unit.text));
    let (mut fitting, mut too_long) = (0, text.len() + 1);
    while too_long - fitting > 1 {
        let middle = fitting + (too_long - fitting) / 2;
        let fits = counter.count(head(text, text.floor_char_boundary(middle))) <= limit;
        *(if fits { &mut fitting } else { &mut too_long }) = middle;
    }
    let mut end = text.floor_char_boundary(fitting);
    if end < text.len() {
        let is_end = |at: &usize| first(tail(text, *at)).is_some_and(is_space);
        end = (1..=end).rev().find(is_end).unwrap_or(end); // not within a word
    }
    Summary { text: head(text, end).to_owned(), facts: Vec::new() }
}

/// Units in the order in which they are worth their tokens, until the limit is more than used up.
fn order(draft: &mut Draft, limit: u32) -> Vec<u32> {
    let limit = limit.saturating_add(limit / 8 + 8);
    let mut heap = BinaryHeap::new();
    (0..draft.units.len() as u32).for_each(|unit| offer(draft, &mut heap, unit));
    let mut order = Vec::new();
    let mut used: u32 = 0;
    while let Some((worth, unit)) = heap.pop() {
        let unit = NONE - unit;
        let (now, cost) = worth_of(draft, unit);
        let would_use = used.saturating_add(cost);
        if now == 0 || would_use > limit {
            continue;
        }
        if now < worth && heap.peek().is_some_and(|(next, _)| *next > now) {
            heap.push((now, NONE - unit)); // others are better by now
            continue;
        }
        used = would_use;
        order.push(unit);
        let opened = take(draft, unit);
        // What is in a group that is open now costs less.
        let mut other = draft.groups.get(opened as usize).map_or(NONE, |group| group.first);
        while let Some(next) = draft.units.get(other as usize).map(|unit| unit.next) {
            offer(draft, &mut heap, other);
            other = next;
        }
    }
    order
}

/// Puts a unit up for choice, if it is worth something.
fn offer(draft: &Draft, heap: &mut BinaryHeap<(u64, u32)>, unit: u32) {
    let (worth, _) = worth_of(draft, unit);
    if worth > 0 {
        heap.push((worth, NONE - unit)); // of equals the first
    }
}

/// The groups that have to be opened for a unit: its own, and that of the fact it is a row of.
fn opens(draft: &Draft, unit: &Unit) -> [u32; 2] {
    let closed = |group: u32| draft.groups.get(group as usize).filter(|group| !group.is_open);
    let parent = draft.groups.get(unit.group as usize).map_or(NONE, |group| group.parent);
    [unit.group, parent].map(|group| if closed(group).is_some() { group } else { NONE })
}

/// Weight for each token, in 256ths, and the tokens. 0 where it was taken or replaced, or says nothing.
fn worth_of(draft: &Draft, number: u32) -> (u64, u32) {
    let Some(unit) = draft.units.get(number as usize).filter(|unit| !unit.is_taken && !unit.is_replaced) else {
        return (0, 0);
    };
    let mut cost = unit.cost.max(1);
    let mut value = u64::from(unit.bonus) + weight(draft, draft.terms(unit.terms), u64::from(unit.crowd));
    for group in opens(draft, unit) {
        if let Some(group) = draft.groups.get(group as usize) {
            cost = cost.saturating_add(group.cost);
            value += weight(draft, draft.terms(group.terms), 0);
        }
    }
    value = value * unit.factor + unit.rank;
    (value * 256 / u64::from(cost), cost)
}

/// The weight of terms in one of so many elements of a list.
fn weight(draft: &Draft, terms: &[u32], crowd: u64) -> u64 {
    let mut sum = 0;
    for term in terms {
        if let Some(term) = draft.lexicon.terms.get(*term as usize) {
            let weight = u64::from(term.weight) / if term.is_covered { AGAIN } else { 1 };
            sum += if crowd == 0 || term.is_said() { weight } else { weight * 8 / (6 + crowd) };
        }
    }
    sum
}

/// Takes a unit, and opens its groups. The group that it opened, or [`NONE`].
fn take(draft: &mut Draft, number: u32) -> u32 {
    let Some(unit) = draft.units.get_mut(number as usize) else { return NONE };
    unit.is_taken = true;
    let terms = unit.terms;
    cover(draft, terms);
    let Some(unit) = draft.units.get(number as usize) else { return NONE };
    let opened = opens(draft, unit);
    for group in opened {
        if let Some(group) = draft.groups.get_mut(group as usize) {
            group.is_open = true;
            let terms = group.terms;
            cover(draft, terms);
        }
    }
    opened[0]
}

fn cover(draft: &mut Draft, span: super::draft::Span) {
    for place in span.start..span.end {
        let term = draft.term(place);
        if let Some(term) = draft.lexicon.terms.get_mut(term as usize) {
            term.is_covered = true;
        }
    }
}
