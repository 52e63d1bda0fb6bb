//! SHA-256 of canonical JSON: how everything in varve is named.
//!
//! Two payloads with the same meaning have the same canonical text ([`crate::json::canonical_json`]), so the same hash.
//! The hashes are 32 bytes, written as 64 lower-case hex digits; [`ContentHash`], [`CommitHash`] and [`EntryHash`]
//! are kept apart by their types.

use std::fmt;
use std::str::FromStr;

use crate::json::Value;
use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Appends the 64 hex digits of a hash to `out`.
pub(crate) fn push_hash(hash: &[u8; 32], out: &mut String) {
    let mut text = [0; 64];
    let (words, _) = hash.as_chunks::<4>();
    let (digits, _) = text.as_chunks_mut::<8>();
    for (digits, word) in digits.iter_mut().zip(words) {
        *digits = hex_digits(u32::from_be_bytes(*word)).to_be_bytes();
    }
    out.push_str(std::str::from_utf8(&text).unwrap_or_default());
}

/// The eight hex digits of a word, all at once: each nibble in a byte of its own, then `0` or, where it
/// is 10 or more, the letter.
fn hex_digits(word: u32) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut nibbles = u64::from(word);
    nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF;
    nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF;
    nibbles = (nibbles | nibbles << 4) & (15 * ONES);
    let letters = (nibbles + 6 * ONES) >> 4 & ONES;
    nibbles + u64::from(b'0') * ONES + letters * u64::from(b'a' - b'0' - 10)
}

/// The bytes of 64 lower-case hex digits.
pub(crate) fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let (digits, []) = text.as_bytes().as_chunks::<8>() else { return None };
    let mut bytes = [0; 32];
    let (words, _) = bytes.as_chunks_mut::<4>();
    if digits.len() != words.len() {
        return None;
    }
    for (word, digits) in words.iter_mut().zip(digits) {
        let digits = u64::from_be_bytes(*digits);
        let read = hex_word(digits);
        if hex_digits(read) != digits {
            return None;
        }
        *word = read.to_be_bytes();
    }
    Some(bytes)
}

/// The word of eight hex digits, all at once: the inverse of [`hex_digits`]. What are no digits give a word that has
/// others.
fn hex_word(digits: u64) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let letters = digits >> 6 & ONES; // letters begin at 0x61, figures at 0x30
    let mut nibbles = ((digits & (15 * ONES)) + 9 * letters) & (15 * ONES);
    nibbles = (nibbles | nibbles >> 4) & 0x00FF_00FF_00FF_00FF;
    nibbles = (nibbles | nibbles >> 8) & 0x0000_FFFF_0000_FFFF;
    (nibbles | nibbles >> 16) as u32
}

/// Tells the hashes that stand in a text in hex, as words of their own.
pub fn each_hash(text: &[u8], each: &mut dyn FnMut(ContentHash)) {
    for word in text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| word.len() == 64) {
        if let Some(hash) = std::str::from_utf8(word).ok().and_then(parse_hex) {
            each(ContentHash(hash));
        }
    }
}

macro_rules! hash_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The hash of `bytes`.
            pub fn of(bytes: &[u8]) -> Self {
                Self(sha256(bytes))
            }

            /// 64 lower-case hex digits.
            pub fn to_hex(&self) -> String {
                let mut out = String::with_capacity(64);
                push_hash(&self.0, &mut out);
                out
            }

            /// The first eight bytes, which are as good as random: a key for hash tables.
            pub fn prefix(&self) -> u64 {
                let [a, b, c, d, e, f, g, h, ..] = self.0;
                u64::from_le_bytes([a, b, c, d, e, f, g, h])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_hex())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_hex(text).map(Self).ok_or("expected 64 lower-case hex digits")
            }
        }

        impl crate::json::ToJson for $name {
            fn write_json(&self, out: &mut String) {
                out.push('"');
                push_hash(&self.0, out);
                out.push('"');
            }
        }

        impl From<$name> for Value {
            fn from(hash: $name) -> Self {
                Self::String(hash.to_hex())
            }
        }
    };
}

hash_type! {
    /// Names a payload: the SHA-256 of its canonical JSON.
    ContentHash
}
hash_type! {
    /// Names a commit: the SHA-256 of the canonical JSON of everything immutable in it.
    CommitHash
}
hash_type! {
    /// Names a journal entry: the SHA-256 of its canonical JSON, which holds the hash of the one before.
    EntryHash
}
hash_type! {
    /// Names an annotation: the SHA-256 of its target, priority, reason, author and time.
    AnnotationHash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_read_back_and_refuse_everything_else() {
        let hash = ContentHash::of(b"abc");
        assert_eq!(hash.to_hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hash.to_hex().parse::<ContentHash>().unwrap(), hash);
        for wrong in ["", "ba78", &hash.to_hex().to_uppercase(), &format!("{hash}0"), &"g".repeat(64)] {
            assert!(wrong.parse::<ContentHash>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_digit_counts_in_every_place_and_nothing_else_does() {
        for byte in 0..=127u8 {
            for place in 0..64 {
                let mut text = [b'0'; 64];
                text[place] = byte;
                let read = parse_hex(std::str::from_utf8(&text).unwrap());
                let digit = char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
                let expected = digit.map(|digit| {
                    let mut bytes = [0; 32];
                    bytes[place / 2] = (digit as u8) << (4 * (1 - place % 2));
                    bytes
                });
                assert_eq!(read, expected, "{byte} in place {place}");
            }
        }
    }
}
