//! Commits: one operation on the entries of a history, named by the hash of everything immutable in it.

use std::rc::Rc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::id::EntryId;
use crate::hash::{CommitHash, ContentHash, canonical_json};

/// The format of commit preimages that this version writes.
pub const COMMIT_FORMAT: u32 = 1;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// `user`, `agent`, `policy`, `system`, or the application's own word.
    pub kind: String,
    /// Which one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a commit does to the entries of its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum EntryOperation {
    /// Adds an entry at the end.
    Append,
    /// Replaces the payload of an entry, which keeps its place.
    Edit {
        /// The entry.
        target: EntryId,
    },
    /// Takes an entry out of the view.
    Delete {
        /// The entry.
        target: EntryId,
    },
    /// Takes entries out of the view and puts a summary where the first of them stood.
    Compact {
        /// The entries.
        targets: Vec<EntryId>,
    },
    /// Joins two histories.
    Merge {
        /// How conflicts were decided.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resolutions: Vec<Resolution>,
    },
    /// Deactivates an edit, delete, compact or revert.
    Revert {
        /// The commit that made it.
        target: CommitHash,
    },
}

impl EntryOperation {
    /// The name of the operation.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Edit { .. } => "edit",
            Self::Delete { .. } => "delete",
            Self::Compact { .. } => "compact",
            Self::Merge { .. } => "merge",
            Self::Revert { .. } => "revert",
        }
    }
}

/// How a merge decided one conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// The commits whose operations lose.
    pub deactivate: Vec<CommitHash>,
    /// The entry they were about.
    pub entry: EntryId,
}

/// The immutable fields of a commit. With all of them filled in, [`Body::preimage`] is what the
/// commit's hash is of; in the journal those that its place implies are left out (see
/// `docs/format.md`). Members stand in alphabetical order, so that serializing gives canonical JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Rc<Author>>,
    /// The payload, in appends, edits and compactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<ContentHash>,
    /// The payload's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<Rc<str>>,
    /// The commit this one is a copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<CommitHash>,
    /// UTC milliseconds. In the journal: left out where it is the entry's `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
    /// The format of the preimage. In the journal: left out where it is 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<u32>,
    /// How the model made it: model, finish reason, parameters; any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "canonical")]
    pub generation: Option<Value>,
    /// The entry that this commit adds: in appends and compactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EntryId>,
    /// Labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The application's own data.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "canonical_map")]
    pub metadata: Option<Map<String, Value>>,
    /// What this entry amounts to, in a line: what the `notes` strategy shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it does. In the journal: left out where it is an append.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<EntryOperation>,
    /// At most two. In the journal: left out where it is the head of the branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parents: Option<Vec<CommitHash>>,
    /// The entry it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<EntryId>,
    /// Groups the entries of one turn of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Rc<str>>,
}

impl Body {
    /// The canonical JSON that the commit's hash is of.
    pub fn preimage(&self) -> String {
        crate::model::journal::to_canonical(self)
    }
}

impl Body {
    /// Reads a body from JSON text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl EntryOperation {
    /// Reads an operation from JSON text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

pub(super) fn canonical<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        None => serializer.serialize_none(),
        Some(value) => serde_json::value::RawValue::from_string(canonical_json(value))
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer),
    }
}

fn canonical_map<S: Serializer>(value: &Option<Map<String, Value>>, serializer: S) -> Result<S::Ok, S::Error> {
    canonical(&value.clone().map(Value::Object), serializer)
}
