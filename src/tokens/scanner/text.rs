//! Reading a text while it is split: bounds-checked, past the end is [`Class::End`].
//!
//! Texts are meant to be UTF-8. Other bytes give some answer, never a panic, and always move on.

use crate::tokens::classes::{self, Class, ClassSet};

/// A text that is being split.
#[derive(Clone, Copy)]
pub struct Text<'a>(pub &'a [u8]);

impl Text<'_> {
    /// The byte at `at`; 0 past the end.
    #[inline(always)]
    pub fn byte(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    /// The class of the ASCII character at `at`, [`Class::Wide`] for any other.
    #[inline(always)]
    pub fn ascii_class(self, at: usize) -> Class {
        match self.0.get(at) {
            Some(&byte) => classes::of_byte(byte),
            None => Class::End,
        }
    }

    /// The class of the character at `at`, and where the next one starts.
    #[inline(always)]
    pub fn class(self, at: usize) -> (Class, usize) {
        let Some(&first) = self.0.get(at) else {
            return (Class::End, at);
        };
        if first < 0x80 {
            return (classes::of_byte(first), at + 1);
        }
        let tail = |n: usize| u32::from(self.byte(at + n) & 0x3f);
        let lead = u32::from(first);
        let (code_point, len) = if first < 0xe0 {
            ((lead & 0x1f) << 6 | tail(1), 2)
        } else if first < 0xf0 {
            ((lead & 0xf) << 12 | tail(1) << 6 | tail(2), 3)
        } else {
            ((lead & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
        };
        (classes::of_code_point(code_point), (at + len).min(self.0.len()))
    }

    /// The end of the run of characters of `set` that starts at `at`.
    #[inline(never)]
    pub fn run(self, mut at: usize, set: ClassSet) -> usize {
        loop {
            let (class, next) = self.class(at);
            if !set.contains(class) {
                return at;
            }
            at = next;
        }
    }

    /// The end of the run of ASCII characters of `set` that starts at `at`.
    #[inline(always)]
    pub fn ascii_run(self, mut at: usize, set: ClassSet) -> usize {
        while set.contains(self.ascii_class(at)) {
            at += 1;
        }
        at
    }

    /// The end of the run of `a` to `z` that starts at `at`, eight bytes at a time.
    #[inline(always)]
    pub fn lowercase_run(self, mut at: usize) -> usize {
        while let Some(chunk) = self.0.get(at..).and_then(|rest| rest.first_chunk()) {
            let run = leading_lowercase(u64::from_le_bytes(*chunk));
            at += run;
            if run < 8 {
                return at;
            }
        }
        self.ascii_run(at, const { ClassSet::of(&[Class::Lower]) })
    }
}

/// How many of the eight bytes, from the lowest on, are `a` to `z`.
#[inline(always)]
fn leading_lowercase(word: u64) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const EACH: u64 = 0x0101_0101_0101_0101;
    // On seven bits a byte, adding cannot carry into the next: the high bit tells "at least".
    let seven = word & !HIGH;
    let at_least_a = seven + EACH * (0x80 - b'a' as u64);
    let beyond_z = seven + EACH * (0x80 - (b'z' as u64 + 1));
    let lowercase = at_least_a & !beyond_z & !word & HIGH;
    ((!lowercase & HIGH).trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowercase_runs_end_at_every_other_byte() {
        for byte in 0..=255u8 {
            for at in 0..8 {
                let mut bytes = *b"aqzmxbyz";
                bytes[at] = byte;
                let expected = if byte.is_ascii_lowercase() { 8 } else { at };
                assert_eq!(leading_lowercase(u64::from_le_bytes(bytes)), expected, "{byte:#x} at {at}");
                assert_eq!(Text(&bytes).lowercase_run(0), expected);
            }
        }
        let long = "abc".repeat(9) + "X";
        assert_eq!(Text(long.as_bytes()).lowercase_run(1), 27);
        assert_eq!(Text(&long.as_bytes()[..27]).lowercase_run(1), 27);
    }

    #[test]
    fn every_character_is_read_whole() {
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            let mut buffer = [0; 4];
            let text = Text(character.encode_utf8(&mut buffer).as_bytes());
            let expected = (classes::of_code_point(character.into()), text.0.len());
            assert_eq!(text.class(0), expected, "{character:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_move_on_within_the_text() {
        for first in 0x80..=255u8 {
            for len in 1..4 {
                let bytes = [first, 0xff, 0x80, b'a'];
                let (_, next) = Text(&bytes[..len]).class(0);
                assert!((1..=len).contains(&next));
            }
        }
    }
}
