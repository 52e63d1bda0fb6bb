//! What the pieces of a conversation say, as units of a [`Draft`].

use super::draft::{Draft, values_of};
use super::records::leaves;
use super::sentences::sentences;
use super::table::Table;
use super::text::{add_clean, cut, joined, tail, take_part, trim};
use super::words::terms;
use super::{Piece, Request, Source, data};
use crate::collections::text_hash;

// What a sentence is worth besides its terms.
const OPEN_QUESTION: u32 = 600;
const FIRST: u32 = 200;
const FAILURE: u32 = 1500;

const LONGEST_FACT_FIELD: usize = 1000;
const LONGEST_ARGUMENT: usize = 60;
const LONGEST_HEADING: usize = 120;
const LONGEST_CALL: usize = 400;

impl Draft {
    /// Makes the units of a request.
    pub(super) fn of(request: &Request<'_>) -> Self {
        let mut draft = Self::default();
        (draft.is_earlier, draft.source) = (true, Some(Source::Assistant));
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
}

/// Calls without an id are told apart by their tool.
fn call_hash(piece: &Piece<'_>) -> u64 {
    text_hash(if piece.call_id.is_empty() { piece.name } else { piece.call_id })
}
