//! Units: the sentences and fields that a summary is put together of, in groups with a common heading.

use super::Source;
use super::lexicon::Lexicon;
use super::table::Table;
use super::text::{add_clean, cut, find, head, trim};
use super::words::terms;
use crate::collections::text_hash;

/// No unit, no group.
pub(super) const NONE: u32 = u32::MAX;

/// A part of [`Draft::texts`] or [`Draft::terms`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

/// Units under one heading.
#[derive(Debug)]
pub(super) struct Group {
    pub heading: Span,
    pub terms: Span,
    /// A fact, or a line of the text.
    pub is_fact: bool,
    /// Of a row: the group of its fact. Otherwise [`NONE`].
    pub parent: u32,
    /// Its first and last unit.
    pub first: u32,
    pub last: u32,
    /// Tokens of its heading.
    pub cost: u32,
    /// Whether a unit of it was taken.
    pub is_open: bool,
}

/// The smallest thing that is taken or left.
#[derive(Debug)]
pub(super) struct Unit {
    pub group: u32,
    pub text: Span,
    pub terms: Span,
    /// Weight besides that of its terms.
    pub bonus: u32,
    /// How many elements the list has that it is one of.
    pub crowd: u32,
    /// The next unit of its group.
    pub next: u32,
    /// Another unit of the same field.
    same: u32,
    /// Tokens.
    pub cost: u32,
    /// From the summary that is extended.
    pub is_earlier: bool,
    /// Must be in it.
    pub is_wanted: bool,
    /// A later value took its place.
    pub is_replaced: bool,
    pub is_taken: bool,
    /// What its weight is multiplied with, and what is added then.
    pub factor: u64,
    pub rank: u64,
}

/// The units of a request.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub groups: Vec<Group>,
    pub units: Vec<Unit>,
    pub lexicon: Lexicon,
    texts: String,
    terms: Vec<u32>,
    /// Groups by what they are about.
    subjects: Table,
    /// By group and name of a field: its place in `rows`.
    fields: Table,
    /// The piece that said a field last, and the last of its units.
    rows: Vec<(u32, u32)>,
    /// Which piece is read, and who it is from.
    pub piece: u32,
    pub source: Option<Source>,
    /// Whether it is what the last summary says.
    pub is_earlier: bool,
    /// How many elements the present list has.
    pub crowd: u32,
}

/// What a sentence with decisive words is worth besides its terms.
const DECISION: u32 = 500;

/// How words of decisions, demands and failed attempts begin. Other languages rely on their terms.
const DECISIVE: [&str; 13] = [
    "agree", "cannot", "can't", "chose", "decid", "don't", "error", "fail", "instead", "must", "never", "prefer",
    "unable",
];

/// Of a text that has more terms some may be listed twice.
const MOST_COMPARED: usize = 64;

impl Draft {
    /// A part of all texts.
    pub(super) fn text(&self, span: Span) -> &str {
        self.texts.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// A part of all lists of terms.
    pub(super) fn terms(&self, span: Span) -> &[u32] {
        self.terms.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// A place of [`Self::terms`].
    pub(super) fn term(&self, place: u32) -> u32 {
        self.terms.get(place as usize).copied().unwrap_or(NONE)
    }

    /// Words that must be in the summary.
    pub(super) fn keep(&mut self, words: &str) {
        if trim(words).is_empty() {
            return;
        }
        let mut is_there = false;
        for place in 0..self.units.len() {
            let holds = |unit: &Unit| !unit.is_replaced && find(self.text(unit.text), words).is_some();
            if self.units.get(place).is_some_and(holds)
                && let Some(unit) = self.units.get_mut(place)
            {
                unit.is_wanted = true;
                is_there = true;
                break; // once is enough
            }
        }
        if !is_there {
            let group = self.group("", "", true);
            self.unit(group, "", "", None);
            let start = self.texts.len() as u32;
            self.texts.push_str(words); // as it is
            let text = Span { start, end: self.texts.len() as u32 };
            if let Some(unit) = self.units.last_mut() {
                (unit.text, unit.is_wanted) = (text, true);
            }
        }
    }

    /// The group of what a fact is about: one for each subject.
    pub(super) fn subject(&mut self, heading: &str, said: &str) -> u32 {
        let next = self.groups.len() as u32;
        let group = self.subjects.get_or_put(text_hash(trim(heading)), next);
        if group == next {
            self.group(heading, said, true);
        }
        group
    }

    /// The group of a row; what was known of the row before gives way.
    pub(super) fn row(&mut self, of: u32, heading: &str) -> u32 {
        let next = self.groups.len() as u32;
        let group = self.subjects.get_or_put(field_hash(of, heading), next);
        if group == next {
            self.group(heading, heading, true);
            if let Some(group) = self.groups.last_mut() {
                group.parent = of;
            }
        }
        self.replace(of, heading);
        group
    }

    /// A new group, with the terms of `said`.
    pub(super) fn group(&mut self, heading: &str, said: &str, is_fact: bool) -> u32 {
        let heading = self.add_text(heading, false);
        let (terms, _) = self.add_terms(said, false);
        let (parent, first, last) = (NONE, NONE, NONE);
        self.groups.push(Group { heading, terms, is_fact, parent, first, last, cost: 0, is_open: false });
        self.groups.len() as u32 - 1
    }

    /// Whether a field's first unit is still to come, or its first in the present piece: that one shows how others read.
    pub(super) fn shows(&mut self, group: u32, name: &str) -> bool {
        let place = self.replace(group, name);
        self.rows.get(place).is_some_and(|row| row.1 == NONE)
    }

    /// Puts the units of a field aside that an earlier piece gave. Returns the field's place.
    fn replace(&mut self, group: u32, name: &str) -> usize {
        let next = self.rows.len() as u32;
        let place = self.fields.get_or_put(field_hash(group, name), next) as usize;
        if place == self.rows.len() {
            self.rows.push((self.piece, NONE));
        }
        let piece = self.piece;
        if let Some(row) = self.rows.get_mut(place)
            && row.0 != piece
        {
            let mut unit = row.1;
            *row = (piece, NONE);
            while let Some(replaced) = self.units.get_mut(unit as usize) {
                replaced.is_replaced = true;
                unit = replaced.same;
            }
        }
        place
    }

    /// A sentence.
    pub(super) fn sentence(&mut self, group: u32, text: &str, bonus: u32) {
        let is_decisive = self.unit(group, text, text, None);
        if let Some(unit) = self.units.last_mut() {
            unit.bonus = bonus + if is_decisive { DECISION } else { 0 };
        }
    }

    /// A new unit, with the terms of `said`; with the name of a field, in the place of what the field was before.
    /// Whether it has decisive words.
    pub(super) fn unit(&mut self, group: u32, text: &str, said: &str, field: Option<&str>) -> bool {
        let is_prose = field.is_none() || text.len() == said.len();
        let text = self.add_text(text, is_prose);
        let (terms, is_decisive) = self.add_terms(said, is_prose);
        let number = self.units.len() as u32;
        let mut same = NONE;
        if let Some(name) = field {
            let place = self.replace(group, name);
            if let Some(row) = self.rows.get_mut(place) {
                same = row.1;
                row.1 = number;
            }
        }
        let mut last = NONE;
        if let Some(group) = self.groups.get_mut(group as usize) {
            last = group.last;
            group.last = number;
            if last == NONE {
                group.first = number;
            }
        }
        if let Some(last) = self.units.get_mut(last as usize) {
            last.next = number;
        }
        self.units.push(Unit {
            group,
            text,
            terms,
            bonus: 0,
            crowd: self.crowd,
            next: NONE,
            same,
            cost: 0,
            is_earlier: self.is_earlier,
            is_wanted: false,
            is_replaced: false,
            is_taken: false,
            factor: 1,
            rank: 0,
        });
        is_decisive
    }

    fn add_text(&mut self, text: &str, is_prose: bool) -> Span {
        let start = self.texts.len() as u32;
        add_clean(&mut self.texts, text, is_prose);
        Span { start, end: self.texts.len() as u32 }
    }

    /// The terms of a text, each once; whether there are decisive words among them.
    fn add_terms(&mut self, text: &str, is_prose: bool) -> (Span, bool) {
        let start = self.terms.len();
        let mut is_decisive = false;
        let (piece, source) = (self.piece, self.source.unwrap_or(Source::System));
        let (lexicon, all) = (&mut self.lexicon, &mut self.terms);
        terms(text, is_prose, &mut |kind, term| {
            let begins = |stem: &&str| head(term, stem.len()).eq_ignore_ascii_case(stem);
            is_decisive = is_decisive || is_prose && DECISIVE.iter().any(begins);
            let number = lexicon.add(kind, term, piece, source);
            let own = all.get(start.max(all.len().saturating_sub(MOST_COMPARED))..);
            if !own.is_some_and(|own| own.contains(&number)) {
                all.push(number);
            }
        });
        (Span { start: start as u32, end: self.terms.len() as u32 }, is_decisive)
    }
}

/// What a heading says besides the name of the tool.
pub(super) fn values_of(heading: &str) -> &str {
    cut(heading, " ").map_or("", |(_, values)| values)
}

fn field_hash(group: u32, name: &str) -> u64 {
    text_hash(name).rotate_left(17) ^ u64::from(group).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
