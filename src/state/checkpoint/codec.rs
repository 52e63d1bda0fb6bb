//! The bytes of a checkpoint: numbers as LEB128 (DWARF 5, §7.6), signed ones zigzag first, texts with
//! their length before them, hashes as they are.

use std::fmt::Display;
use std::rc::Rc;

use super::{Past, Resume, SEGMENT, corrupt};
use crate::error::StoreError;
use crate::hash::ContentHash;

pub(super) type Read<T = ()> = Result<T, StoreError>;

const ENDS_EARLY: &str = "a stream ends early";

/// A stream, cut into segments: those that are known without their bytes.
#[derive(Debug)]
pub(super) struct Stream {
    pub length: usize,
    pub segments: Vec<(ContentHash, Option<Rc<[u8]>>)>,
    /// Where the next one goes on.
    pub next: Past,
}

/// Appends values to a stream. Only what makes no full segment yet stays in memory, and the segments that nobody has.
#[derive(Debug)]
pub(super) struct Writer<'k> {
    bytes: Vec<u8>,
    known: &'k Resume,
    stream: Stream,
    /// The number of the row that is written next.
    row: usize,
}

impl<'k> Writer<'k> {
    /// The stream of this number, going on where it stopped: `fill` writes it from [`Writer::row`] on.
    pub fn stream(known: &'k Resume, number: usize, fill: impl FnOnce(&mut Self)) -> Stream {
        let mut writer = Self::resume(known, number);
        fill(&mut writer);
        writer.finish(number)
    }

    fn resume(known: &'k Resume, number: usize) -> Self {
        let none = Past::default();
        let past = known.0.get(number).unwrap_or(&none);
        let mut segments = Vec::new();
        for hash in past.segments.iter().take(past.full) {
            segments.push((*hash, None));
        }
        let stream = Stream { length: past.length(), segments, next: Past::default() };
        Self { bytes: past.tail.to_vec(), known, stream, row: past.rows }
    }

    fn finish(mut self, number: usize) -> Stream {
        let rows = self.row;
        self.end_row();
        let (full, tail) = (self.stream.segments.len(), Rc::<[u8]>::from(std::mem::take(&mut self.bytes)));
        if !tail.is_empty() {
            self.cut(tail.clone());
        }
        let segments = self.stream.segments.iter().map(|(hash, _)| *hash).collect();
        self.stream.next = Past::of(number, segments, full, tail, rows);
        self.stream
    }

    /// The number of the row that is written next.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Says that a row is complete: the place to cut.
    pub fn end_row(&mut self) {
        if self.bytes.len() >= SEGMENT {
            let bytes = std::mem::take(&mut self.bytes);
            let full = bytes.chunks_exact(SEGMENT);
            self.bytes.extend_from_slice(full.remainder());
            full.for_each(|segment| self.cut(segment.into()));
        }
        self.row += 1;
    }

    fn cut(&mut self, segment: Rc<[u8]>) {
        let hash = ContentHash::of(&segment);
        self.stream.length += segment.len();
        self.stream.segments.push((hash, Some(segment).filter(|_| !self.known.has(&hash))));
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

/// Takes values off the front. What cannot be read is remembered, once: from then on there is nothing left, and every
/// value is the empty one. So a row is read as if all were well, and asked about at its end ([`Reader::row`]), which
/// is a third of the code of an error at each field.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    fault: Option<StoreError>,
    /// How many rows were read.
    pub rows: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, fault: None, rows: 0 }
    }

    /// How many bytes are left.
    pub fn len(&self) -> usize {
        self.rest.len()
    }

    /// The next row, if one is left.
    pub fn row<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Read<Option<T>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let row = read(self);
        self.rows += 1;
        self.sound()?;
        Ok(Some(row))
    }

    /// The first fault, if there was one.
    pub fn sound(&mut self) -> Read<()> {
        self.fault.take().map_or(Ok(()), Err)
    }

    /// Nothing more is read. Only the first fault counts.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, why: &dyn Display) {
        self.rest = &[];
        self.fault.get_or_insert_with(|| corrupt(why));
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            self.fail(&ENDS_EARLY);
            return &[];
        };
        self.rest = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let Some((taken, rest)) = self.rest.split_first_chunk() else {
            self.fail(&ENDS_EARLY);
            return [0; N];
        };
        self.rest = rest;
        *taken
    }

    pub fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    pub fn number(&mut self) -> u64 {
        // Most are small.
        if let Some((byte @ ..0x80, rest)) = self.rest.split_first() {
            self.rest = rest;
            return u64::from(*byte);
        }
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            let bits = u64::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return value;
            }
        }
        self.too_large()
    }

    fn too_large<T: Default>(&mut self) -> T {
        self.fail(&"a number is too large");
        T::default()
    }

    pub fn small(&mut self) -> u32 {
        u32::try_from(self.number()).unwrap_or_else(|_| self.too_large())
    }

    /// The number after `previous` by as much as is written.
    pub fn after(&mut self, previous: u32) -> u32 {
        previous.checked_add(self.small()).unwrap_or_else(|| self.too_large())
    }

    pub fn signed(&mut self) -> i64 {
        let value = self.number();
        (value >> 1) as i64 ^ -((value & 1) as i64)
    }

    pub fn hash(&mut self) -> [u8; 32] {
        self.array()
    }

    pub fn key(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    pub fn text(&mut self) -> &'a str {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        let bytes = self.take(length);
        std::str::from_utf8(bytes).unwrap_or_else(|error| {
            self.fail(&error);
            ""
        })
    }

    pub fn optional_text(&mut self) -> Option<&'a str> {
        (self.byte() != 0).then(|| self.text())
    }

    pub fn optional(&mut self) -> Option<u64> {
        self.number().checked_sub(1)
    }

    /// As many values as are written; fewer where the bytes end.
    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.number();
        let mut all = Vec::new();
        while (all.len() as u64) < count && self.fault.is_none() {
            all.push(read(self));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_reads_back() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX];
        let signed = [0, -1, 1, i64::MIN, i64::MAX, -1_700_000_000_000];
        let nothing = Resume::default();
        let stream = Writer::stream(&nothing, 0, |out| {
            numbers.iter().for_each(|number| out.number(*number));
            signed.iter().for_each(|number| out.signed(*number));
        });
        let [(_, Some(bytes))] = &*stream.segments else { panic!("one segment") };
        assert_eq!(bytes.len(), stream.length);
        let mut reader = Reader::new(bytes);
        numbers.iter().for_each(|number| assert_eq!(reader.number(), *number));
        signed.iter().for_each(|number| assert_eq!(reader.signed(), *number));
        assert_eq!((reader.len(), reader.sound()), (0, Ok(())));
    }

    #[test]
    fn a_stream_is_cut_where_segments_are_full_and_known_ones_have_no_bytes() {
        let text: String = (0..=SEGMENT / 7).map(|number| format!("{number:06} ")).collect();
        let fill = |out: &mut Writer<'_>| {
            for _ in 0..3 {
                out.text(&text);
                out.end_row();
            }
            out.text(&text.repeat(3));
        };
        let nothing = Resume::default();
        let whole = Writer::stream(&nothing, 0, fill);
        let bytes: Vec<u8> = whole.segments.iter().flat_map(|(_, bytes)| bytes.as_deref().unwrap().to_vec()).collect();
        assert_eq!((bytes.len(), whole.segments.len()), (whole.length, 7));
        let mut reader = Reader::new(&bytes);
        (0..3).for_each(|_| assert_eq!(reader.text(), text));
        assert_eq!(reader.text().len(), 3 * text.len());
        assert_eq!((reader.len(), reader.sound()), (0, Ok(())));

        let known = Resume::knowing(whole.segments.iter().take(4).map(|(hash, _)| *hash).collect());
        let beyond = Writer::stream(&known, 0, fill);
        let with_bytes: Vec<bool> = beyond.segments.iter().map(|(_, bytes)| bytes.is_some()).collect();
        assert_eq!(with_bytes, [false, false, false, false, true, true, true]);
        assert_eq!(beyond.length, whole.length);
    }

    #[test]
    fn what_is_cut_off_or_too_large_is_corrupt_and_no_panic() {
        for bytes in [&[][..], &[0x80], &[0xFF; 11], &[5, b'a'], &[2, 0xC3, 0x28]] {
            let mut reader = Reader::new(bytes);
            assert_eq!(reader.text(), "", "{bytes:?}");
            assert!(reader.sound().is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn after_a_fault_nothing_is_read_and_the_first_fault_is_told() {
        let mut reader = Reader::new(&[3, 7, 7, 0xFF]);
        assert_eq!(reader.list(Reader::key), [0]);
        reader.fail(&"another");
        assert_eq!((reader.number(), reader.byte(), reader.text(), reader.len()), (0, 0, "", 0));
        let told = reader.sound().map_err(|error| error.to_string());
        assert!(told.as_ref().is_err_and(|told| told.contains(ENDS_EARLY)), "{told:?}");
    }

    #[test]
    fn a_count_of_more_than_there_is_ends_with_the_bytes() {
        let nothing = Resume::default();
        let stream = Writer::stream(&nothing, 0, |out| [u64::MAX, 1].into_iter().for_each(|number| out.number(number)));
        let [(_, Some(bytes))] = &*stream.segments else { panic!("one segment") };
        let mut reader = Reader::new(bytes);
        assert_eq!(reader.list(Reader::byte), [1, 0]);
        assert!(reader.sound().is_err());
    }
}
