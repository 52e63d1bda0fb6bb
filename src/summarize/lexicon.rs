//! What a term is worth: by its form, and by where, how often and how lately it is used. What was said by people and
//! asked of tools will be said again; most of what tools list will not.

use super::Source;
use super::table::Table;
use super::words::Kind;
use crate::collections::text_hash;

/// A term and its uses.
#[derive(Debug)]
pub(super) struct Term {
    kind: Kind,
    /// In how many pieces it is used, and the last of them.
    pieces: u32,
    last: u32,
    /// The same, of pieces by people, the model, or a call.
    said: u32,
    last_said: u32,
    is_asked_for: bool,
    /// What it is worth, once that is known.
    pub weight: u32,
    /// Whether the summary has it already.
    pub is_covered: bool,
}

impl Term {
    /// Whether people, the model or a call use it.
    pub(super) fn is_said(&self) -> bool {
        self.said > 0
    }
}

/// All terms of a conversation.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    places: Table,
    pub terms: Vec<Term>,
}

impl Lexicon {
    /// Notes a use of a term in a piece; returns the term's number.
    pub(super) fn add(&mut self, kind: Kind, text: &str, piece: u32, source: Source) -> u32 {
        let place = self.places.get_or_put(hash(kind, text), self.terms.len() as u32);
        if place as usize == self.terms.len() {
            let none = u32::MAX;
            self.terms.push(Term {
                kind,
                pieces: 0,
                last: none,
                said: 0,
                last_said: none,
                is_asked_for: false,
                weight: 0,
                is_covered: false,
            });
        }
        if let Some(term) = self.terms.get_mut(place as usize) {
            term.pieces += u32::from(term.last != piece);
            term.last = piece;
            if matches!(source, Source::User | Source::Assistant | Source::Call) {
                term.said += u32::from(term.last_said != piece);
                term.last_said = piece;
            }
        }
        place
    }

    /// Notes that the application asks for what a term is about.
    pub(super) fn ask_for(&mut self, kind: Kind, text: &str) {
        let place = self.places.get(hash(kind, text)).unwrap_or(u32::MAX);
        if let Some(term) = self.terms.get_mut(place as usize) {
            term.is_asked_for = true;
        }
    }

    /// Weighs all terms, in a conversation of so many pieces.
    pub(super) fn weigh(&mut self, pieces: u32) {
        for term in &mut self.terms {
            term.weight = weight(term, pieces.max(1));
        }
    }
}

/// Words are the same in capitals; everything else is not.
fn hash(kind: Kind, text: &str) -> u64 {
    if kind != Kind::Word {
        return text_hash(text);
    }
    text.bytes().fold(1, |hash: u64, byte| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x100_0000_01b3))
        ^ 0x9E37_79B9_7F4A_7C15
}

/// The least that a term of the application's instructions weighs.
const ASKED_FOR: u32 = 400;

fn weight(term: &Term, pieces: u32) -> u32 {
    let form: u32 = match term.kind {
        Kind::Id => 100,
        Kind::Symbol => 40,
        Kind::Name | Kind::Number => 60,
        Kind::Small => 8,
        Kind::Word if (2..5).contains(&term.pieces) => 3, // in every piece it would say nothing
        Kind::Word => 1,
    };
    let used: u32 = match (term.said, term.pieces) {
        (0, 1) => 4,
        (0, _) => 8,
        (1, 1) => 12,
        (1, _) => 20,
        _ => 28,
    };
    // From 1 at the beginning to 3 at the end, in 64ths.
    let recency = 64 + (128 * u64::from(term.last.min(pieces)) / u64::from(pieces)) as u32;
    let weight = form * used * recency / 256;
    if term.is_asked_for { weight * 4 + ASKED_FOR } else { weight }
}
