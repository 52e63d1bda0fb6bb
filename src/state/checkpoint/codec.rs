//! The bytes of a checkpoint: numbers as LEB128 (DWARF 5, §7.6), signed ones zigzag first, texts with
//! their length before them, hashes as they are.

use super::corrupt;
use crate::error::StoreError;

type Read<T> = Result<T, StoreError>;

/// Appends values.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub fn signed(&mut self, value: i64) {
        self.number((value << 1 ^ value >> 63) as u64);
    }

    pub fn hash(&mut self, hash: &[u8; 32]) {
        self.bytes.extend_from_slice(hash);
    }

    pub fn key(&mut self, key: u64) {
        self.bytes.extend_from_slice(&key.to_le_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// 0 for none, else 1 and the text.
    pub fn optional_text(&mut self, text: Option<&str>) {
        self.byte(u8::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    /// 0 for none, else the number and 1.
    pub fn optional(&mut self, value: Option<u64>) {
        self.number(value.map_or(0, |value| value.saturating_add(1)));
    }
}

/// Takes values off the front.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub fn len(&self) -> usize {
        self.rest.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| corrupt("a stream ends early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Read<&'a [u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(|| corrupt("a stream ends early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Read<u8> {
        self.array().map(|[byte]| *byte)
    }

    pub fn number(&mut self) -> Read<u64> {
        // Most are small.
        if let Some((byte @ ..0x80, rest)) = self.rest.split_first() {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(corrupt("a number is too large"))
    }

    pub fn small(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(corrupt)
    }

    pub fn signed(&mut self) -> Read<i64> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub fn hash(&mut self) -> Read<[u8; 32]> {
        self.array().copied()
    }

    pub fn key(&mut self) -> Read<u64> {
        self.array().copied().map(u64::from_le_bytes)
    }

    pub fn text(&mut self) -> Read<&'a str> {
        let length = usize::try_from(self.number()?).map_err(corrupt)?;
        std::str::from_utf8(self.take(length)?).map_err(corrupt)
    }

    pub fn optional_text(&mut self) -> Read<Option<&'a str>> {
        if self.byte()? == 0 { Ok(None) } else { self.text().map(Some) }
    }

    pub fn optional(&mut self) -> Read<Option<u64>> {
        Ok(self.number()?.checked_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_reads_back() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX];
        let signed = [0, -1, 1, i64::MIN, i64::MAX, -1_700_000_000_000];
        let mut writer = Writer::default();
        numbers.iter().for_each(|number| writer.number(*number));
        signed.iter().for_each(|number| writer.signed(*number));
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        numbers.iter().for_each(|number| assert_eq!(reader.number(), Ok(*number)));
        signed.iter().for_each(|number| assert_eq!(reader.signed(), Ok(*number)));
        assert!(reader.is_empty());
    }

    #[test]
    fn what_is_cut_off_or_too_large_is_corrupt_and_no_panic() {
        for bytes in [&[][..], &[0x80], &[0xFF; 11], &[5, b'a'], &[2, 0xC3, 0x28]] {
            assert!(Reader::new(bytes).text().is_err(), "{bytes:?}");
        }
    }
}
