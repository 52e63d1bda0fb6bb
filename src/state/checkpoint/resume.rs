//! Where the next checkpoint goes on: behind the full segments of this one.

use super::GROWING;
use crate::hash::ContentHash;

/// What a store has of a checkpoint, stream by stream, and where the next one of the same journal goes on. It holds for
/// a checkpoint that the store has taken, and the state that was written, or read, and what was applied to it since.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Resume(pub(super) Vec<Past>);

/// What there is of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Past {
    pub segments: Vec<ContentHash>,
    pub point: Point,
}

/// Where a stream goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Point {
    /// How many segments are full.
    pub full: usize,
    /// The row in which they end, or that begins there, and how many of its bytes are inside.
    pub row: usize,
    pub inside: usize,
}

impl Point {
    /// A row ends so many bytes behind the full segments, and so many of it are inside.
    pub fn set(&mut self, row: usize, inside: usize, behind: usize) {
        (self.row, self.inside) = if behind == 0 { (row + 1, 0) } else { (row, inside) };
    }
}

impl Resume {
    /// Everything is written, without the bytes of these segments.
    pub fn knowing(segments: Vec<ContentHash>) -> Self {
        Self(vec![Past { segments, point: Point::default() }])
    }

    /// Whether nothing is known to be there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the store has this segment.
    pub(super) fn has(&self, hash: &ContentHash) -> bool {
        self.0.iter().any(|past| past.segments.contains(hash))
    }

    /// Where a stream goes on, and the full segments before that; None where it is written from its beginning.
    pub(super) fn of(&self, stream: usize) -> Option<(Point, &[ContentHash])> {
        let past = self.0.get(stream).filter(|_| stream < GROWING)?;
        Some((past.point, past.segments.get(..past.point.full)?))
    }
}
