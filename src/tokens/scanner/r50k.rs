//! The pattern of r50k_base (GPT-2) and p50k_base:
//!
//! ```text
//! '(?:[sdmt]|ll|ve|re)
//!  ?\p{L}++
//!  ?\p{N}++
//!  ?[^\s\p{L}\p{N}]++
//! \s++$
//! \s+(?!\S)
//! \s
//! ```

use super::{Scan, Text, contraction, whitespace};
use crate::tokens::classes::{Class, ClassSet};

/// The pattern of r50k_base (GPT-2) and p50k_base.
pub struct R50k;

const ASCII_LETTER: ClassSet = ClassSet::of(&[Class::Upper, Class::Lower]);
/// `\p{L}`
const LETTER: ClassSet = ClassSet::of(&[Class::Upper, Class::Lower, Class::Caseless]);
const NUMBER: ClassSet = ClassSet::of(&[Class::Number]);
/// `[^\s\p{L}\p{N}]`
const SYMBOL: ClassSet = ClassSet::of(&[Class::Other, Class::Mark]);

impl Scan for R50k {
    #[inline(always)]
    fn piece_end(text: Text<'_>, at: usize) -> usize {
        let end = contraction::lower_case(text, at);
        if end > at {
            return end;
        }
        let start = if text.byte(at) == b' ' { at + 1 } else { at };
        if ASCII_LETTER.contains(text.ascii_class(start)) {
            let end = text.ascii_run(text.lowercase_run(start + 1), ASCII_LETTER);
            if text.byte(end) < 0x80 {
                return end;
            }
        }
        any_piece(text, at, start)
    }
}

#[inline(never)]
fn any_piece(text: Text<'_>, at: usize, start: usize) -> usize {
    let (class, next) = text.class(start);
    match class {
        Class::Upper | Class::Lower | Class::Caseless => text.run(next, LETTER),
        Class::Number => text.run(next, NUMBER),
        Class::Other | Class::Mark => text.run(next, SYMBOL),
        _ => whitespace::Run::found_at(text, at).without_last(text),
    }
}
