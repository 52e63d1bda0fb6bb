//! Annotations: how important an entry is. Append-only, on entry ids, valid in every branch.

use crate::json::{Members, ToJson, Value};

use super::commit::Author;
use super::id::EntryId;
use crate::error::Result;
use crate::fields::{At, Fields};
use crate::hash::AnnotationHash;

/// How a compile treats an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// The priorities by name.
    pub(crate) const NAMES: [(&str, Self); 4] =
        [("skip", Self::Skip), ("normal", Self::Normal), ("pinned", Self::Pinned), ("unset", Self::Unset)];

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Who made it.
    pub author: Option<Author>,
    /// UTC milliseconds, later than the newest known on the same target.
    pub created_at: i64,
    /// How to treat the entry.
    pub priority: Priority,
    /// Why.
    pub reason: Option<String>,
    /// The entry.
    pub target: EntryId,
}

impl Annotation {
    /// SHA-256 of the canonical JSON of its fields.
    pub fn hash(&self) -> AnnotationHash {
        AnnotationHash::of(self.to_json().as_bytes())
    }

    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"an annotation")?;
        let annotation = Self {
            author: fields.read("author", Author::read)?,
            created_at: fields.get("createdAt")?,
            priority: fields.one_of("priority", &Priority::NAMES)?,
            reason: fields.nullable("reason")?,
            target: fields.get("target")?,
        };
        fields.finish()?;
        Ok(annotation)
    }
}

impl ToJson for Annotation {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("author", self.author.as_ref());
            members.put("createdAt", &self.created_at);
            members.put("priority", self.priority.name());
            members.some("reason", self.reason.as_ref());
            members.put("target", &self.target);
        });
    }
}
