//! Where the next checkpoint goes on: behind the last row of this one.

use std::rc::Rc;

use super::{GROWING, SEGMENT};
use crate::hash::ContentHash;

/// What a store has of a checkpoint, stream by stream, and where the next one of the same journal goes on. It holds for
/// a checkpoint that the store has taken, and the state that was written, or read, and what was applied to it since.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Resume(pub(super) Vec<Past>);

/// What there is of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Past {
    pub segments: Vec<ContentHash>,
    /// How many of them are full. Of a stream with rows that change this is 0, and what follows is nothing.
    pub full: usize,
    /// The bytes behind those.
    pub tail: Rc<[u8]>,
    /// How many rows there are.
    pub rows: usize,
}

/// For each table the first row that the next checkpoint looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the tables")]
pub struct FirstRows {
    pub contents: usize,
    pub entries: usize,
    pub commits: usize,
}

impl Past {
    /// What there is of the stream of this number, with so many full segments.
    pub fn of(number: usize, segments: Vec<ContentHash>, full: usize, tail: Rc<[u8]>, rows: usize) -> Self {
        if number < GROWING { Self { segments, full, tail, rows } } else { Self { segments, ..Self::default() } }
    }

    /// How many bytes the full segments have.
    pub fn length(&self) -> usize {
        self.full * SEGMENT
    }
}

impl Resume {
    /// Everything is written, without the bytes of these segments.
    pub fn knowing(segments: Vec<ContentHash>) -> Self {
        Self(vec![Past { segments, ..Past::default() }])
    }

    /// Whether nothing is known to be there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the store has this segment.
    pub(super) fn has(&self, hash: &ContentHash) -> bool {
        self.0.iter().any(|past| past.segments.contains(hash))
    }

    fn rows(&self, stream: usize) -> usize {
        self.0.get(stream).map_or(0, |past| past.rows)
    }

    /// What the next checkpoint looks at.
    pub fn first_rows(&self) -> FirstRows {
        let last = |stream: usize| self.rows(stream).saturating_sub(1);
        FirstRows { contents: last(0), entries: self.rows(1), commits: last(2) }
    }
}
