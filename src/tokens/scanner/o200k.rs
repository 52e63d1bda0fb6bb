//! The pattern of o200k_base and o200k_harmony:
//!
//! ```text
//! [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//! [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//! \p{N}{1,3}
//!  ?[^\s\p{L}\p{N}]+[\r\n/]*
//! \s*[\r\n]+
//! \s+(?!\S)
//! \s+
//! ```

use super::{Scan, Text, contraction, whitespace};
use crate::tokens::classes::{Class, ClassSet};

/// The pattern of o200k_base and o200k_harmony.
pub struct O200k;

const UPPER: ClassSet = ClassSet::of(&[Class::Upper]);
const OTHER: ClassSet = ClassSet::of(&[Class::Other]);
/// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
const HEAD: ClassSet = ClassSet::of(&[Class::Upper, Class::Caseless, Class::Mark]);
/// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
const TAIL: ClassSet = ClassSet::of(&[Class::Lower, Class::Caseless, Class::Mark]);
const WORD: ClassSet = ClassSet::of(&[Class::Upper, Class::Lower, Class::Caseless, Class::Mark]);
/// `[^\s\p{L}\p{N}]`
const SYMBOL: ClassSet = ClassSet::of(&[Class::Other, Class::Mark]);

impl Scan for O200k {
    #[inline(always)]
    fn piece_end(text: Text<'_>, at: usize) -> usize {
        ascii_piece(text, at).unwrap_or_else(|| any_piece(text, at))
    }
}

/// The end of a piece that is ASCII and not followed by what could be part of it; otherwise `None`.
#[inline(always)]
fn ascii_piece(text: Text<'_>, at: usize) -> Option<usize> {
    let first = text.ascii_class(at);
    let (start, second) = match first {
        Class::Space | Class::Other => (at + 1, text.ascii_class(at + 1)),
        _ => (at, first),
    };
    match (first, second) {
        (_, Class::Upper | Class::Lower) => {
            let lower = text.ascii_run(start, UPPER);
            let end = text.lowercase_run(lower);
            match text.byte(end) {
                0x80.. => None,
                b'\'' => Some(contraction::any_case(text, end)),
                _ => Some(end),
            }
        }
        (Class::Number, _) => ascii_number(text, at),
        (Class::Wide, _) | (_, Class::Wide) => None,
        (Class::Other, _) => ascii_symbols(text, at + 1),
        (_, Class::Other) if text.byte(at) == b' ' => ascii_symbols(text, at + 1),
        _ => Some(white_space(text, &whitespace::Run::at(text, at))),
    }
}

/// `\p{N}{1,3}` in ASCII.
#[inline(always)]
pub(super) fn ascii_number(text: Text<'_>, at: usize) -> Option<usize> {
    for end in at + 1..at + 3 {
        match text.ascii_class(end) {
            Class::Number => {}
            Class::Wide => return None,
            _ => return Some(end),
        }
    }
    Some(at + 3)
}

/// `[^\s\p{L}\p{N}]+[\r\n/]*` in ASCII.
#[inline(always)]
fn ascii_symbols(text: Text<'_>, at: usize) -> Option<usize> {
    let end = text.ascii_run(at, OTHER);
    if text.byte(end) >= 0x80 { None } else { Some(after_line_ends(text, end)) }
}

#[inline(always)]
fn after_line_ends(text: Text<'_>, mut at: usize) -> usize {
    while matches!(text.byte(at), b'\n' | b'\r' | b'/') {
        at += 1;
    }
    at
}

#[inline(always)]
fn white_space(text: Text<'_>, run: &whitespace::Run) -> usize {
    run.after_newline.unwrap_or_else(|| run.without_last(text))
}

#[inline(never)]
fn any_piece(text: Text<'_>, at: usize) -> usize {
    let (first, next) = text.class(at);
    match first {
        Class::Upper | Class::Lower | Class::Caseless => return word(text, at),
        // A mark may be the character before the word, or its first; the pattern tries them in
        // this order.
        Class::Mark => {
            let end = Word::at(text, next).with_tail.or_else(|| Word::at(text, at).with_tail);
            return contraction::any_case(text, end.unwrap_or(next));
        }
        Class::Number => return number(text, next),
        Class::Space | Class::Other if WORD.contains(text.class(next).0) => {
            return word(text, next);
        }
        _ => {}
    }
    let start = if text.byte(at) == b' ' { next } else { at };
    let end = text.run(start, SYMBOL);
    if end > start {
        return after_line_ends(text, end);
    }
    white_space(text, &whitespace::Run::found_at(text, at))
}

/// The rest of `\p{N}{1,3}` after its first character.
#[inline(always)]
pub(super) fn number(text: Text<'_>, mut at: usize) -> usize {
    for _ in 0..2 {
        match text.class(at) {
            (Class::Number, next) => at = next,
            _ => break,
        }
    }
    at
}

fn word(text: Text<'_>, at: usize) -> usize {
    let word = Word::at(text, at);
    contraction::any_case(text, word.with_tail.unwrap_or(word.head))
}

/// The letters of a word, without the character before and the contraction after.
struct Word {
    /// The end of `HEAD*TAIL+`, if that matches.
    with_tail: Option<usize>,
    /// The end of `HEAD*`.
    head: usize,
}

impl Word {
    fn at(text: Text<'_>, start: usize) -> Self {
        let mut at = start;
        let mut with_tail = None;
        loop {
            let (class, next) = text.class(at);
            if class == Class::Lower {
                return Self { with_tail: Some(text.run(next, TAIL)), head: at };
            }
            if !HEAD.contains(class) {
                return Self { with_tail, head: at };
            }
            // Without a lower-case letter the head gives back up to its last caseless one.
            if class != Class::Upper {
                with_tail = Some(next);
            }
            at = next;
        }
    }
}
