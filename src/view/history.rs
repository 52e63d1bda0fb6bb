//! The log: commits of a history, newest first, as JSON.

use crate::json::{Map, Value, object, put, to_value};

use crate::state::State;
use crate::state::arena::{CommitIx, EntryIx};
use crate::state::gone::Gone;
use crate::state::lineage::{Lineage, Status};

/// A page of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Commits, newest first along first parents.
    pub commits: Vec<CommitIx>,
    /// The commit to go on from, if there are more.
    pub next: Option<CommitIx>,
}

/// Up to `limit` commits from `head` back along first parents.
pub fn page(state: &State<'_>, head: Option<CommitIx>, limit: usize) -> Page {
    let mut line = state.first_parents(head);
    let commits = line.by_ref().take(limit).collect();
    Page { commits, next: line.next() }
}

/// A commit: the fields of its preimage that are there, and what is known beside it.
pub fn describe(state: &State<'_>, ix: CommitIx) -> Map {
    let row = state.commits(ix);
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| put(&mut out, name, value);
    put("hash", row.hash.into());
    put("id", row.entry().map(|entry| &*state.entries(entry).id).into());
    if let Some(content) = row.content().map(|content| state.contents(content)) {
        put("contentType", (*content.content_type).into());
        put("contentHash", content.hash.into());
        put("byteSize", content.size.into());
        match state.gone(&content.hash) {
            Some(Gone::Erased(erasure)) => {
                put("erased", object([("reason", erasure.reason.as_str().into()), ("at", erasure.at.into())]));
            }
            Some(Gone::Freed) => put("freed", true.into()),
            None => {}
        }
    }
    put("operation", to_value(&state.operation_of(ix)));
    put("parents", row.parents.iter().flatten().map(|parent| Value::from(state.commits(*parent).hash)).collect());
    put("createdAt", row.created_at.into());
    put("height", row.height.into());
    put("tokenCount", row.tokens.into());
    put("cumulativeTokens", row.cumulative_tokens.into());
    if let Some(extras) = &row.extras {
        put("author", extras.author.as_deref().map_or(Value::Null, |author| to_value(author)));
        put("copiedFrom", extras.copied_from.into());
        put("generation", extras.generation.clone().into());
        put("labels", Some(extras.labels.as_slice()).filter(|labels| !labels.is_empty()).into());
        put("metadata", extras.metadata.clone().into());
        put("note", extras.note.as_deref().into());
        put("replyTo", extras.reply_to.as_deref().into());
        put("turn", extras.turn.as_deref().into());
    }
    out
}

/// How an entry stands in a lineage: its status, and the compaction it went into.
pub fn standing(state: &State<'_>, lineage: &Lineage, entry: EntryIx) -> Map {
    let mut out = Map::new();
    let Some(slot) = lineage.slot(entry) else {
        put(&mut out, "status", "absent".into());
        return out;
    };
    let status = match slot.status {
        Status::Live => "live",
        Status::Deleted(_) => "deleted",
        Status::Compacted(_) => "compacted",
        Status::Withdrawn => "withdrawn",
    };
    put(&mut out, "status", status.into());
    if let Status::Compacted(by) = slot.status {
        let row = state.commits(by);
        put(&mut out, "compactedAt", row.created_at.into());
        put(&mut out, "compactedInto", row.entry().map(|entry| &*state.entries(entry).id).into());
        put(&mut out, "compactedIntoVersion", row.height.into());
    }
    out
}
