//! Annotations: how important an entry is. Append-only, on entry ids, valid in every branch.

use serde::{Deserialize, Serialize};

use super::commit::Author;
use super::id::EntryId;
use crate::hash::AnnotationHash;

/// How a compile treats an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Left out.
    Skip,
    /// May be dropped or compacted when space is short.
    Normal,
    /// Stays, byte for byte.
    Pinned,
    /// As its content type says.
    Unset,
}

impl Priority {
    /// As it stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Normal => "normal",
            Self::Pinned => "pinned",
            Self::Unset => "unset",
        }
    }
}

/// An annotation. Its identity is the hash of these fields; of those on one target the greatest
/// (`created_at`, hash) holds. Members stand in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Annotation {
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// UTC milliseconds, later than the newest known on the same target.
    pub created_at: i64,
    /// How to treat the entry.
    pub priority: Priority,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The entry.
    pub target: EntryId,
}

impl Annotation {
    /// Reads an annotation from JSON text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// SHA-256 of the canonical JSON of its fields.
    pub fn hash(&self) -> AnnotationHash {
        AnnotationHash::of(crate::model::journal::to_canonical(self).as_bytes())
    }
}
