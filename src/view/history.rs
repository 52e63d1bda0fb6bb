//! The log: commits of a history, newest first, as JSON.

use serde_json::{Map, Value, json};

use crate::model::commit::EntryOperation;
use crate::state::State;
use crate::state::arena::{CommitIx, EntryIx};
use crate::state::lineage::{Lineage, Status};
use crate::state::rows::{Action, OtherAction};

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

/// What a commit does, with the ids and hashes of its targets.
pub fn operation(state: &State<'_>, ix: CommitIx) -> EntryOperation {
    let id = |entry: EntryIx| state.entries(entry).id.clone();
    match &state.commits(ix).action {
        Action::Append(..) => EntryOperation::Append,
        Action::Edit(entry, _) => EntryOperation::Edit { target: id(*entry) },
        Action::Delete(entry) => EntryOperation::Delete { target: id(*entry) },
        Action::Other(other) => match &**other {
            OtherAction::Compact { targets, .. } => {
                EntryOperation::Compact { targets: targets.iter().map(|entry| id(*entry)).collect() }
            }
            OtherAction::Merge { resolutions } => EntryOperation::Merge { resolutions: resolutions.clone() },
            OtherAction::Revert(target) => EntryOperation::Revert { target: state.commits(*target).hash },
        },
    }
}

/// A commit: the fields of its preimage that are there, and what is known beside it.
pub fn describe(state: &State<'_>, ix: CommitIx) -> Map<String, Value> {
    let row = state.commits(ix);
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    let content = row.content().map(|content| state.contents(content));
    put("hash", json!(row.hash));
    put("id", json!(row.entry().map(|entry| &state.entries(entry).id)));
    put("contentType", json!(content.map(|content| &content.content_type)));
    put("contentHash", json!(content.map(|content| content.hash)));
    put("byteSize", json!(content.map(|content| content.size)));
    put("operation", json!(operation(state, ix)));
    put("parents", json!(row.parents.iter().flatten().map(|parent| state.commits(*parent).hash).collect::<Vec<_>>()));
    put("createdAt", json!(row.created_at));
    put("height", json!(row.height));
    put("tokenCount", json!(row.tokens));
    put("cumulativeTokens", json!(row.cumulative_tokens));
    if let Some(extras) = &row.extras {
        put("author", json!(extras.author));
        put("copiedFrom", json!(extras.copied_from));
        put("generation", json!(extras.generation));
        put("labels", if extras.labels.is_empty() { Value::Null } else { json!(extras.labels) });
        put("metadata", json!(extras.metadata));
        put("note", json!(extras.note));
        put("replyTo", json!(extras.reply_to));
        put("turn", json!(extras.turn));
    }
    out
}

/// How an entry stands in a lineage: its status, and the compaction it went into.
pub fn standing(state: &State<'_>, lineage: &Lineage, entry: EntryIx) -> Map<String, Value> {
    let mut out = Map::new();
    let Some(slot) = lineage.slot(entry) else {
        out.insert("status".to_owned(), json!("absent"));
        return out;
    };
    let status = match slot.status {
        Status::Live => "live",
        Status::Deleted(_) => "deleted",
        Status::Compacted(_) => "compacted",
        Status::Withdrawn => "withdrawn",
    };
    out.insert("status".to_owned(), json!(status));
    if let Status::Compacted(by) = slot.status {
        let row = state.commits(by);
        out.insert("compactedAt".to_owned(), json!(row.created_at));
        out.insert("compactedInto".to_owned(), json!(row.entry().map(|entry| &state.entries(entry).id)));
        out.insert("compactedIntoVersion".to_owned(), json!(row.height));
    }
    out
}
