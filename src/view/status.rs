//! Where a history stands: how much there is, of what kind, in how many tokens.

use crate::json::{Value, object, table};

use super::counts::Counts;
use super::pair::Source;
use crate::model::annotation::Priority;
use crate::state::State;
use crate::state::lineage::{Lineage, Status};

/// Entries in the view and their tokens, in all and by content type and role; what is pinned, skipped,
/// deleted, compacted, erased. Tokens are those of the payloads, without what a chat format adds.
pub fn describe(state: &State<'_>, lineage: &Lineage, counts: &Counts<'_>) -> Value {
    let (mut by_type, mut by_role) = (Sums::default(), Sums::default());
    let (mut live, mut pinned, mut skipped, mut deleted, mut compacted, mut tokens) =
        (0u64, 0u64, 0u64, 0u64, lineage.left_out(), 0u64);
    let mut erased = 0u64;
    let source = Source { state, counts, until: u64::MAX };
    for slot in lineage.slots() {
        match slot.status {
            Status::Deleted(_) => deleted += 1,
            Status::Compacted(_) => compacted += 1,
            Status::Withdrawn => {}
            Status::Live => {
                if state.is_erased(slot.content) {
                    erased += 1;
                    continue;
                }
                let priority = source.priority(slot);
                skipped += u64::from(priority == Priority::Skip);
                pinned += u64::from(priority == Priority::Pinned);
                if priority == Priority::Skip {
                    continue;
                }
                let row = state.contents(slot.content);
                let cost = u64::from(counts.outline(state, slot.content).own_tokens());
                live += 1;
                tokens += cost;
                let role = state.role_of(row).name();
                for (sums, name) in [(&mut by_type, &*row.content_type), (&mut by_role, role)] {
                    sums.add(name, cost);
                }
            }
        }
    }
    object([
        ("commits", lineage.commit_count().into()),
        ("entries", live.into()),
        ("tokens", tokens.into()),
        ("pinned", pinned.into()),
        ("skipped", skipped.into()),
        ("deleted", deleted.into()),
        ("compacted", compacted.into()),
        ("erased", erased.into()),
        ("byType", by_type.to_value()),
        ("byRole", by_role.to_value()),
    ])
}

/// Entries and their tokens by name. There are never many names.
#[derive(Default)]
struct Sums<'a>(Vec<(&'a str, u64, u64)>);

impl<'a> Sums<'a> {
    fn add(&mut self, name: &'a str, cost: u64) {
        match self.0.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, entries, tokens)) => {
                *entries += 1;
                *tokens += cost;
            }
            None => self.0.push((name, 1, cost)),
        }
    }

    fn to_value(&self) -> Value {
        let row = |&(name, entries, tokens): &(&'a str, u64, u64)| {
            (name, object([("entries", entries.into()), ("tokens", tokens.into())]))
        };
        table(&mut self.0.iter().map(row))
    }
}
