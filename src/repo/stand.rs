//! Where handles stand, so that what they stand on is kept.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::Repository;
use crate::hash::CommitHash;
use crate::model::refs::Head;

/// The places that a handle can go to by name.
#[derive(Debug)]
pub(super) struct Stand {
    /// Where it stands.
    pub head: RefCell<Head>,
    /// Where it stood before the last switch.
    pub previous: RefCell<Option<Head>>,
    /// Where its branch stood before the last reset.
    pub original: Cell<Option<CommitHash>>,
}

/// The handles that live.
#[derive(Debug, Default)]
pub(super) struct Stands(RefCell<Vec<Weak<Stand>>>);

impl Repository {
    /// A stand of its own, known as long as it lives.
    pub(super) fn stand(&self, head: Head) -> Rc<Stand> {
        let stand =
            Rc::new(Stand { head: RefCell::new(head), previous: RefCell::default(), original: Cell::default() });
        let mut all = self.stands.0.borrow_mut();
        if all.len() == all.capacity() {
            all.retain(|known| known.strong_count() > 0); // before it grows
        }
        all.push(Rc::downgrade(&stand));
        stand
    }

    /// The commits that living handles stand on without a branch, or stood on before.
    pub(super) fn stood_on(&self) -> Vec<CommitHash> {
        let mut found = Vec::new();
        for stand in self.stands.0.borrow().iter().filter_map(Weak::upgrade) {
            found.extend(stand.original.get());
            let previous = stand.previous.borrow();
            for head in previous.iter().chain([&*stand.head.borrow()]) {
                if let Head::Detached(commit) = head {
                    found.push(*commit);
                }
            }
        }
        found
    }
}
