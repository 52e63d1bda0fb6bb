//! Units: the sentences and fields that a summary is put together of, in groups with a common heading.

use super::lexicon::Lexicon;
use super::records::leaves;
use super::sentences::sentences;
use super::table::Table;
use super::text::{add_clean, cut, find, head, joined, tail, take_part, trim};
use super::words::terms;
use super::{Piece, Request, Source, data};
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
    piece: u32,
    source: Option<Source>,
    is_earlier: bool,
    /// How many elements the present list has.
    pub(super) crowd: u32,
}

// What a sentence is worth besides its terms.
const OPEN_QUESTION: u32 = 600;
const FIRST: u32 = 200;
const FAILURE: u32 = 1500;
const DECISION: u32 = 500;

/// How words of decisions, demands and failed attempts begin. Other languages rely on their terms.
const DECISIVE: [&str; 13] = [
    "agree", "cannot", "can't", "chose", "decid", "don't", "error", "fail", "instead", "must", "never", "prefer",
    "unable",
];

/// Of a text that has more terms some may be listed twice.
const MOST_COMPARED: usize = 64;
const LONGEST_FACT_FIELD: usize = 1000;
const LONGEST_ARGUMENT: usize = 60;
const LONGEST_HEADING: usize = 120;
const LONGEST_CALL: usize = 400;

impl Draft {
    /// Makes the units of a request.
    pub(super) fn of(request: &Request<'_>) -> Self {
        let mut draft = Self { is_earlier: true, source: Some(Source::Assistant), ..Self::default() };
        draft.earlier(request.earlier_text);
        request.earlier_facts.iter().for_each(|fact| draft.fact(fact));
        draft.is_earlier = false;
        let mut calls = Table::default();
        let mut headings: Vec<String> = Vec::new();
        let mut has_spoken = false;
        let is_speech = |piece: &Piece<'_>| matches!(piece.source, Source::User | Source::Assistant);
        let last_said = request.pieces.iter().rposition(is_speech);
        for (place, piece) in request.pieces.iter().enumerate() {
            draft.piece += 1;
            draft.source = Some(piece.source);
            match piece.source {
                Source::Call => {
                    calls.get_or_put(call_hash(piece), headings.len() as u32);
                    let heading = draft.call(piece);
                    headings.push(heading);
                }
                Source::Result | Source::Failure => {
                    let call = calls.get(call_hash(piece)).and_then(|call| headings.get(call as usize));
                    draft.result(piece, call.map_or(piece.name, |heading| heading));
                }
                _ => {
                    let is_first = piece.source == Source::User && !has_spoken;
                    has_spoken |= is_first;
                    draft.speech(piece, is_first, Some(place) == last_said);
                }
            }
        }
        let lexicon = &mut draft.lexicon;
        terms(request.instructions, true, &mut |kind, text| lexicon.ask_for(kind, text));
        lexicon.weigh(draft.piece);
        request.must_keep.iter().for_each(|words| draft.keep(words));
        draft
    }

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

    /// What the last summary says.
    fn earlier(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let group = self.group("", "", false);
            sentences(take_part(&mut rest, b'\n'), &mut |sentence| self.sentence(group, sentence, 0));
        }
    }

    /// A fact, taken apart into its fields.
    fn fact(&mut self, fact: &str) {
        let (subject, mut fields) = cut(fact, " | ").unwrap_or((fact, ""));
        if trim(subject).is_empty() || subject.len() > LONGEST_FACT_FIELD {
            return self.earlier(fact);
        }
        let group = self.subject(subject, subject);
        if fields.is_empty() {
            self.unit(group, "", "", Some(""));
        }
        while !fields.is_empty() {
            let (field, rest) = cut(fields, " | ").unwrap_or((fields, ""));
            let (name, value) = cut(field, " ").unwrap_or((field, field));
            if field.len() > LONGEST_FACT_FIELD {
                self.earlier(field);
            } else {
                self.unit(group, field, value, Some(name));
            }
            fields = rest;
        }
    }

    fn speech(&mut self, piece: &Piece<'_>, is_first: bool, is_last: bool) {
        let speaker = match piece.source {
            _ if !piece.name.is_empty() => piece.name,
            Source::User => "user",
            Source::Assistant => "assistant",
            Source::Reasoning => "thought",
            _ => "system",
        };
        if let Some(nodes) = data::read(piece.text) {
            return self.data(&nodes, speaker);
        }
        if piece.text.starts_with("<summary") {
            return self.block(piece.text);
        }
        let group = self.group(speaker, "", false);
        sentences(piece.text, &mut |sentence| {
            let is_open = is_last && matches!(sentence.chars().next_back(), Some('?' | '？' | '؟'));
            let bonus = if is_first { FIRST } else { 0 } + if is_open { OPEN_QUESTION } else { 0 };
            self.sentence(group, sentence, bonus);
        });
    }

    /// A summary as it stands in a message.
    fn block(&mut self, text: &str) {
        self.is_earlier = true;
        let mut rest = text;
        while !rest.is_empty() {
            let line = take_part(&mut rest, b'\n');
            if line.starts_with("- ") {
                self.fact(tail(line, 2));
            } else if !line.starts_with("<summary") && !line.starts_with("</summary") {
                self.earlier(line);
            }
        }
        self.is_earlier = false;
    }

    /// A call; returns its heading: the tool and what it was asked.
    fn call(&mut self, piece: &Piece<'_>) -> String {
        let mut heading = String::new();
        add_clean(&mut heading, piece.name, false);
        let mut full = heading.clone();
        let mut said = String::new();
        let mut long = String::new();
        let mut add = |name: &str, value: &str| {
            if value.len() > LONGEST_ARGUMENT {
                long.push_str(value);
                long.push('\n');
            }
            if value.len() <= LONGEST_ARGUMENT && heading.len() + value.len() <= LONGEST_HEADING {
                heading.push(' ');
                add_clean(&mut heading, value, false);
            }
            full.push_str(if said.is_empty() { " " } else { ", " });
            full.push_str(name);
            full.push(' ');
            full.push_str(value);
            for part in [name, "|", value, "|"] {
                said.push_str(part);
            }
        };
        match data::read(piece.text) {
            Some(nodes) => leaves(&nodes, 0, &mut |name, value, _| add(name, value)),
            None => add("", piece.text),
        }
        if full.len() <= LONGEST_CALL {
            let group = self.group("called", "", false);
            self.unit(group, &full, &said, None);
        } else {
            let group = self.group(&joined(&["called ", &heading]), values_of(&heading), false);
            sentences(&long, &mut |sentence| {
                self.unit(group, sentence, sentence, None); // what decides in code is no decision
            });
        }
        heading
    }

    fn result(&mut self, piece: &Piece<'_>, heading: &str) {
        let text = trim(piece.text);
        if piece.source == Source::Failure || text.starts_with("Error") {
            let group = self.group("failed", "", false);
            let mut bonus = FAILURE;
            sentences(&joined(&[heading, ": ", text]), &mut |sentence| {
                self.sentence(group, sentence, bonus);
                bonus = 0;
            });
        } else if let Some(nodes) = data::read(text) {
            self.data(&nodes, heading);
        } else {
            let group = self.subject(heading, values_of(heading));
            sentences(text, &mut |sentence| {
                self.unit(group, sentence, sentence, Some(""));
            });
        }
    }

    /// Words that must be in the summary.
    fn keep(&mut self, words: &str) {
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
    fn group(&mut self, heading: &str, said: &str, is_fact: bool) -> u32 {
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
    fn sentence(&mut self, group: u32, text: &str, bonus: u32) {
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

/// Calls without an id are told apart by their tool.
fn call_hash(piece: &Piece<'_>) -> u64 {
    text_hash(if piece.call_id.is_empty() { piece.name } else { piece.call_id })
}

fn field_hash(group: u32, name: &str) -> u64 {
    text_hash(name).rotate_left(17) ^ u64::from(group).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
