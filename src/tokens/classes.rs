//! Character classes: what the split patterns tell apart.
//!
//! The table is generated from the `regex` crate's Unicode data (`cargo run --example token_assets`),
//! which is what tiktoken-rs splits with; a test compares all of Unicode.

/// A class of characters. Every character is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// Punctuation, symbols, control characters, unassigned: all that is in no other class.
    Other = 0,
    /// `\p{Lu}` and `\p{Lt}`.
    Upper = 1,
    /// `\p{Ll}`.
    Lower = 2,
    /// `\p{Lm}` and `\p{Lo}`: letters without case.
    Caseless = 3,
    /// `\p{M}`.
    Mark = 4,
    /// `\p{N}`.
    Number = 5,
    /// `\s` but for `\r` and `\n`.
    Space = 6,
    /// `\r` and `\n`.
    Newline = 7,
    /// The first byte of a character beyond ASCII, where only ASCII was looked up.
    Wide = 8,
    /// Past the end of the text.
    End = 9,
}

/// A set of classes.
#[derive(Clone, Copy)]
pub struct ClassSet(u16);

impl ClassSet {
    /// The set of `classes`.
    pub const fn of(classes: &[Class]) -> Self {
        let mut bits = 0;
        let mut rest = classes;
        while let [class, tail @ ..] = rest {
            bits |= 1 << *class as u8;
            rest = tail;
        }
        Self(bits)
    }

    /// Is `class` in the set?
    #[inline(always)]
    pub const fn contains(self, class: Class) -> bool {
        (self.0 >> class as u8) & 1 != 0
    }
}

/// The class of an ASCII byte; [`Class::Wide`] for all others.
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "a byte is below 256")]
pub fn of_byte(byte: u8) -> Class {
    ASCII[byte as usize]
}

/// The class of a code point; [`Class::Other`] beyond Unicode.
#[inline(always)]
pub fn of_code_point(code_point: u32) -> Class {
    let block = STAGE_1.get((code_point >> BLOCK_BITS) as usize).copied().unwrap_or(0);
    let within = code_point as usize % BLOCK;
    let pair = STAGE_2.get(block as usize * (BLOCK / 2) + within / 2).copied().unwrap_or(0);
    from_nibble(pair >> (within % 2 * 4))
}

/// Code points of a block of the table.
pub const BLOCK: usize = 1 << BLOCK_BITS;
const BLOCK_BITS: u32 = 7;
/// Blocks that cover Unicode.
const BLOCKS: usize = 0x11_0000 / BLOCK;

/// For each block of code points, which of the distinct blocks of classes it has; then those, two
/// classes a byte, the lower code point in the lower half.
static TABLE: &[u8] = include_bytes!("classes.bin");
static STAGE_1: &[u8] = TABLE.split_at(BLOCKS).0;
static STAGE_2: &[u8] = TABLE.split_at(BLOCKS).1;

static ASCII: [Class; 256] = ascii();

#[allow(clippy::indexing_slicing, reason = "a byte is below 256; evaluated at compile time")]
const fn ascii() -> [Class; 256] {
    let mut table = [Class::Wide; 256];
    let mut byte = 0;
    while byte < 128u8 {
        table[byte as usize] = match byte {
            b'A'..=b'Z' => Class::Upper,
            b'a'..=b'z' => Class::Lower,
            b'0'..=b'9' => Class::Number,
            b'\r' | b'\n' => Class::Newline,
            b' ' | b'\t' | 0x0b | 0x0c => Class::Space,
            _ => Class::Other,
        };
        byte += 1;
    }
    table
}

#[inline(always)]
const fn from_nibble(nibble: u8) -> Class {
    match nibble & 0xf {
        1 => Class::Upper,
        2 => Class::Lower,
        3 => Class::Caseless,
        4 => Class::Mark,
        5 => Class::Number,
        6 => Class::Space,
        7 => Class::Newline,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_ascii_shortcut_agree() {
        for byte in 0..128 {
            assert_eq!(of_byte(byte), of_code_point(u32::from(byte)), "byte {byte:#x}");
        }
        assert_eq!(of_byte(0x80), Class::Wide);
    }

    #[test]
    fn traps_of_unicode_are_where_rust_has_them() {
        assert_eq!(of_code_point(0x85), Class::Space, "NEL is a space");
        assert_eq!(of_code_point(0xfeff), Class::Other, "the byte order mark is not");
        assert_eq!(of_code_point(0x1c5), Class::Upper, "titlecase goes with upper case");
        assert_eq!(of_code_point(0x17f), Class::Lower, "long s");
        assert_eq!(of_code_point(0x301), Class::Mark);
        assert_eq!(of_code_point(0x4e2d), Class::Caseless);
        assert_eq!(of_code_point(u32::MAX), Class::Other);
    }
}
