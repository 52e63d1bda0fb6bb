//! Where a history stands: how much there is, of what kind, in how many tokens.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::counts::Counts;
use super::pair::Source;
use crate::model::annotation::Priority;
use crate::state::State;
use crate::state::lineage::{Lineage, Status};

/// Entries in the view and their tokens, in all and by content type and role; what is pinned, skipped,
/// deleted, compacted. Tokens are those of the payloads, without what a chat format adds.
pub fn describe(state: &State<'_>, lineage: &Lineage, counts: &Counts<'_>) -> Value {
    let mut by_type: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut by_role: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let (mut live, mut pinned, mut skipped, mut deleted, mut compacted, mut tokens) =
        (0u64, 0u64, 0u64, 0u64, 0u64, 0u64);
    let source = Source { state, counts, until: u64::MAX };
    for slot in lineage.slots() {
        match slot.status {
            Status::Deleted(_) => deleted += 1,
            Status::Compacted(_) => compacted += 1,
            Status::Withdrawn => {}
            Status::Live => {
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
                    let sum = sums.entry(name).or_default();
                    *sum = (sum.0 + 1, sum.1 + cost);
                }
            }
        }
    }
    let table = |sums: BTreeMap<&str, (u64, u64)>| -> Value {
        let row = |(name, (entries, tokens)): (&str, (u64, u64))| {
            (name.to_owned(), json!({ "entries": entries, "tokens": tokens }))
        };
        Value::Object(sums.into_iter().map(row).collect())
    };
    json!({
        "commits": lineage.commit_count(),
        "entries": live,
        "tokens": tokens,
        "pinned": pinned,
        "skipped": skipped,
        "deleted": deleted,
        "compacted": compacted,
        "byType": table(by_type),
        "byRole": table(by_role),
    })
}
