//! The pattern of cl100k_base, as tiktoken-rs has it:
//!
//! ```text
//! '(?i:[sdmt]|ll|ve|re)
//! [^\r\n\p{L}\p{N}]?+\p{L}++
//! \p{N}{1,3}+
//!  ?[^\s\p{L}\p{N}]++[\r\n]*+
//! \s++$
//! \s*[\r\n]
//! \s+(?!\S)
//! \s
//! ```

use super::o200k::{ascii_number, number};
use super::{Scan, Text, contraction, whitespace};
use crate::tokens::classes::{Class, ClassSet};

/// The pattern of cl100k_base.
pub struct Cl100k;

const ASCII_LETTER: ClassSet = ClassSet::of(&[Class::Upper, Class::Lower]);
const OTHER: ClassSet = ClassSet::of(&[Class::Other]);
/// `\p{L}`
const LETTER: ClassSet = ClassSet::of(&[Class::Upper, Class::Lower, Class::Caseless]);
/// `[^\s\p{L}\p{N}]`
const SYMBOL: ClassSet = ClassSet::of(&[Class::Other, Class::Mark]);

impl Scan for Cl100k {
    #[inline(always)]
    fn piece_end(text: Text<'_>, at: usize) -> usize {
        let end = contraction::any_case(text, at);
        if end > at {
            return end;
        }
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
            // Mostly one capital at most, then lower case.
            let end = text.ascii_run(text.lowercase_run(start + 1), ASCII_LETTER);
            if text.byte(end) >= 0x80 { None } else { Some(end) }
        }
        (Class::Number, _) => ascii_number(text, at),
        (Class::Wide, _) | (_, Class::Wide) => None,
        (Class::Other, _) => ascii_symbols(text, at + 1),
        (_, Class::Other) if text.byte(at) == b' ' => ascii_symbols(text, at + 1),
        _ => Some(white_space(text, &whitespace::Run::at(text, at))),
    }
}

/// `[^\s\p{L}\p{N}]++[\r\n]*+` in ASCII.
#[inline(always)]
fn ascii_symbols(text: Text<'_>, at: usize) -> Option<usize> {
    let end = text.ascii_run(at, OTHER);
    if text.byte(end) >= 0x80 { None } else { Some(after_line_ends(text, end)) }
}

#[inline(always)]
fn after_line_ends(text: Text<'_>, mut at: usize) -> usize {
    while matches!(text.byte(at), b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// At the end of the text the whole run is one piece, even if it has a line end.
#[inline(always)]
fn white_space(text: Text<'_>, run: &whitespace::Run) -> usize {
    match run.after_newline {
        Some(end) if run.end < text.0.len() => end,
        _ => run.without_last(text),
    }
}

#[inline(never)]
fn any_piece(text: Text<'_>, at: usize) -> usize {
    let (first, next) = text.class(at);
    match first {
        Class::Upper | Class::Lower | Class::Caseless => return text.run(next, LETTER),
        Class::Number => return number(text, next),
        Class::Space | Class::Other | Class::Mark => {
            let end = text.run(next, LETTER);
            if end > next {
                return end;
            }
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
