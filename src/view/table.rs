//! Messages have identities: one that did not change keeps its number from compile to compile, so that
//! nobody has to look at it again. The number stands for a recipe, which says what it is made of.

use std::rc::Rc;

use crate::collections::{Dense, Key, Lookup};
use crate::model::content::Role;
use crate::state::arena::{CommitIx, ContentIx, EntryIx, Ix};

/// The number of a message.
pub type MessageId = u32;

/// How many unused messages are remembered, in case they come back.
const UNUSED_KEPT: usize = 256;

/// An entry with the payload it has in a message, and the commit that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryVersion {
    /// The entry.
    pub entry: EntryIx,
    /// Its payload.
    pub content: ContentIx,
    /// The commit that gave it.
    pub version: CommitIx,
}

/// What a message is made of. Equal recipes make equal messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// The parts of some entries, one after the other.
    Parts {
        /// Who it is from.
        role: Role,
        /// Summaries that stand at its head.
        summaries: Vec<EntryVersion>,
        /// The entries.
        entries: Vec<EntryVersion>,
        /// Whether reasoning is shown.
        reasoning: bool,
        /// Calls left out: entry and number, as indices.
        dropped: Vec<(u32, u32)>,
    },
    /// Results that one entry brings to a step.
    Results {
        /// The entry.
        from: EntryVersion,
        /// The numbers of the results, each with the entry of its call.
        results: Vec<(u32, EntryIx)>,
    },
    /// Stands in for a result that never came.
    Interrupted {
        /// The entry of the call.
        call: EntryVersion,
        /// Its number among the entry's calls.
        ordinal: u32,
    },
    /// A commit's note in the place of its payload.
    Note {
        /// Who it is from.
        role: Role,
        /// The entry.
        of: EntryVersion,
    },
    /// Instructions given to the compile.
    Instructions(Rc<str>),
}

/// Of the entries and the commits that gave them their payloads: two recipes of the same seldom differ in more.
impl Key for Recipe {
    fn hash64(&self) -> u64 {
        let start = match self {
            Self::Instructions(text) => text.hash64(),
            Self::Interrupted { ordinal, .. } => ordinal.hash64(),
            _ => 0,
        };
        let add = |hash: u64, version: &EntryVersion| {
            (version.version.row() as u32).hash64() ^ (version.entry.row() as u32).hash64().rotate_left(7) ^ hash
        };
        self.versions().fold(start, |hash, version| add(hash, version).hash64())
    }
}

/// The messages that are in use, or were just now.
#[derive(Debug, Default)]
pub struct MessageTable {
    /// The numbers by their recipes.
    numbers: Lookup,
    /// None where a message is forgotten.
    rows: Dense<Option<Row>>,
    /// How many of the rows are None: at most half of them.
    gone: usize,
    next: MessageId,
    /// Those that came last are at the end.
    unused: Vec<MessageId>,
    forgotten: Vec<MessageId>,
}

#[derive(Debug)]
struct Row {
    recipe: Recipe,
    uses: u32,
    rendered: bool,
}

fn row_in(rows: &Dense<Option<Row>>, id: MessageId) -> Option<&Row> {
    rows.get(id)?.as_ref()
}

fn hash_in(rows: &Dense<Option<Row>>, id: MessageId) -> u64 {
    row_in(rows, id).map_or(0, |row| row.recipe.hash64())
}

impl MessageTable {
    fn row_mut(&mut self, id: MessageId) -> Option<&mut Row> {
        self.rows.get_mut(id)?.as_mut()
    }

    /// Makes room for so many more messages.
    pub fn reserve(&mut self, more: usize) {
        self.rows.reserve(more);
        let rows = &self.rows;
        self.numbers.reserve(more, &|id| hash_in(rows, id));
    }

    /// The number of the message of this recipe, used once more.
    pub fn acquire(&mut self, recipe: Recipe) -> MessageId {
        let hash = recipe.hash64();
        let rows = &self.rows;
        let known = self.numbers.find(hash, &|id| row_in(rows, id).is_some_and(|row| row.recipe == recipe));
        if let Some(id) = known {
            if let Some(row) = self.row_mut(id) {
                row.uses += 1;
            }
            return id;
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.rows.push(id, Some(Row { recipe, uses: 1, rendered: false }));
        let rows = &self.rows;
        self.numbers.insert(hash, id, &|id| hash_in(rows, id));
        id
    }

    /// Says that a message is used once less.
    pub fn release(&mut self, id: MessageId) {
        let Some(row) = self.row_mut(id) else { return };
        row.uses = row.uses.saturating_sub(1);
        if row.uses == 0 {
            self.unused.push(id);
        }
        while self.unused.len() > UNUSED_KEPT {
            let id = self.unused.remove(0);
            if row_in(&self.rows, id).is_some_and(|row| row.uses == 0)
                && let Some(row) = self.rows.get_mut(id).and_then(Option::take)
            {
                self.numbers.remove(row.recipe.hash64(), id);
                if row.rendered {
                    self.forgotten.push(id);
                }
                self.gone += 1;
            }
        }
        if self.gone * 2 > self.rows.len() {
            self.rows.retain(Option::is_some);
            self.gone = 0;
        }
    }

    /// The recipe of a message.
    pub fn recipe(&self, id: MessageId) -> Option<&Recipe> {
        row_in(&self.rows, id).map(|row| &row.recipe)
    }

    /// The recipe of a message that is in use and was not handed out yet: who came and went between two compiles never is.
    pub fn unrendered(&self, id: MessageId) -> Option<&Recipe> {
        row_in(&self.rows, id).filter(|row| !row.rendered && row.uses > 0).map(|row| &row.recipe)
    }

    /// Says whether the message was handed out.
    pub fn set_rendered(&mut self, id: MessageId, rendered: bool) {
        if let Some(row) = self.row_mut(id) {
            row.rendered = rendered;
        }
    }

    /// The messages with such a payload that were handed out.
    pub fn made_of(&self, is_it: &dyn Fn(ContentIx) -> bool) -> Vec<MessageId> {
        let of_it = |row: &Row| row.rendered && row.recipe.contents().any(is_it);
        self.rows.iter().filter(|(_, row)| row.as_ref().is_some_and(of_it)).map(|(id, _)| id).collect()
    }

    /// The messages that were handed out and will not be named again.
    pub fn take_forgotten(&mut self) -> Vec<MessageId> {
        std::mem::take(&mut self.forgotten)
    }
}
