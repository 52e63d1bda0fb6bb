//! Bytes that may lie among others.

use std::fmt;
use std::mem::MaybeUninit;
use std::ops::{Deref, Range};
use std::rc::Rc;

/// Bytes, alone or among others that were read with them: of ten thousand objects that come at once none is copied. All
/// of that memory stays as long as one of them does.
#[derive(Clone)]
pub struct Bytes {
    all: Rc<[u8]>,
    /// A module's memory ends before numbers do that are larger.
    start: u32,
    end: u32,
}

impl Bytes {
    /// So many bytes, which `write` puts there: it gives what it has written.
    pub fn written(length: usize, write: impl FnOnce(&mut [MaybeUninit<u8>]) -> &mut [u8]) -> Self {
        let mut all = Rc::new_uninit_slice(length);
        let room = Rc::get_mut(&mut all).unwrap_or_default();
        let place = room.as_ptr();
        let written = write(room);
        if written.len() != length || written.as_ptr() != place.cast() {
            return Self::from(&*written);
        }
        // SAFETY: all of it was written: as long as it is, at the same place.
        Self::from(unsafe { all.assume_init() })
    }

    /// A part of them; None where they end before.
    pub fn part(&self, range: Range<usize>) -> Option<Self> {
        let place = |at: usize| self.start.checked_add(u32::try_from(at).ok()?);
        let (start, end) = (place(range.start)?, place(range.end)?);
        (start <= end && end <= self.end).then(|| Self { all: self.all.clone(), start, end })
    }

    /// Alone, so that nothing else stays with them.
    pub fn alone(&self) -> Rc<[u8]> {
        if self.len() == self.all.len() { self.all.clone() } else { (**self).into() }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.all.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl From<Rc<[u8]>> for Bytes {
    fn from(all: Rc<[u8]>) -> Self {
        Self { start: 0, end: u32::try_from(all.len()).unwrap_or(u32::MAX), all }
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Rc::<[u8]>::from(bytes).into()
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&**self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_shares_the_memory_and_alone_does_not() {
        let all = Bytes::from(&b"one two three"[..]);
        let two = all.part(4..7).unwrap();
        assert_eq!(
            (&*two, &*two.part(1..3).unwrap(), &*all.part(13..13).unwrap()),
            (&b"two"[..], &b"wo"[..], &b""[..])
        );
        assert_eq!(Rc::strong_count(&all.all), 2);
        assert_eq!((&*two.alone(), Rc::strong_count(&all.all)), (&b"two"[..], 2));
        assert_eq!(Rc::strong_count(&all.alone()), 3);
        assert_eq!(two, Bytes::from(&b"two"[..]));
    }

    #[test]
    fn what_is_written_is_there() {
        for text in [&b""[..], b"abc"] {
            assert_eq!(&*Bytes::written(text.len(), |room| room.write_copy_of_slice(text)), text);
        }
        let less = Bytes::written(3, |room| room[..2].write_copy_of_slice(b"ab"));
        assert_eq!(&*less, b"ab");
    }

    #[test]
    fn no_part_reaches_beyond() {
        let two = Bytes::from(&b"one two three"[..]).part(4..7).unwrap();
        let backwards = Range { start: 2, end: 1 };
        for range in [0..4, 4..4, backwards, 1..usize::MAX, usize::MAX..usize::MAX] {
            assert_eq!(two.part(range.clone()), None, "{range:?}");
        }
    }
}
