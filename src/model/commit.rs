//! Commits: one operation on the entries of a history, named by the hash of everything immutable in it.

use std::rc::Rc;

use crate::json::{Map, Members, ToJson, Value, quoted};

use super::id::EntryId;
use crate::error::Result;
use crate::fields::{At, Fields};
use crate::hash::{CommitHash, ContentHash};

/// The format of commit preimages that this version writes.
pub const COMMIT_FORMAT: u32 = 1;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// `user`, `agent`, `policy`, `system`, or the application's own word.
    pub kind: String,
    /// Which one.
    pub name: Option<String>,
}

/// What a commit does to the entries of its history.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The commits whose operations lose.
    pub deactivate: Vec<CommitHash>,
    /// The entry they were about.
    pub entry: EntryId,
}

/// The immutable fields of a commit. With all of them filled in, [`Body::preimage`] is what the
/// commit's hash is of; in the journal those that its place implies are left out (see
/// `docs/format.md`). Members stand in alphabetical order, so that what is written is canonical JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body {
    /// Who made it.
    pub author: Option<Rc<Author>>,
    /// The payload, in appends, edits and compactions.
    pub content_hash: Option<ContentHash>,
    /// The payload's type.
    pub content_type: Option<Rc<str>>,
    /// The commit this one is a copy of.
    pub copied_from: Option<CommitHash>,
    /// UTC milliseconds. In the journal: left out where it is the entry's `at`.
    pub created_at: Option<i64>,
    /// The format of the preimage. In the journal: left out where it is 1.
    pub format: Option<u32>,
    /// How the model made it: model, finish reason, parameters; any JSON.
    pub generation: Option<Value>,
    /// The entry that this commit adds: in appends and compactions.
    pub id: Option<EntryId>,
    /// Labels.
    pub labels: Vec<String>,
    /// The application's own data.
    pub metadata: Option<Map>,
    /// What this entry amounts to, in a line: what the `notes` strategy shows.
    pub note: Option<String>,
    /// What it does. In the journal: left out where it is an append.
    pub operation: Option<EntryOperation>,
    /// At most two. In the journal: left out where it is the head of the branch.
    pub parents: Option<Vec<CommitHash>>,
    /// The entry it answers.
    pub reply_to: Option<EntryId>,
    /// Groups the entries of one turn of the agent.
    pub turn: Option<Rc<str>>,
}

impl Author {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"an author")?;
        let author = Self { kind: fields.get("kind")?, name: fields.nullable("name")? };
        fields.finish()?;
        Ok(author)
    }
}

impl ToJson for Author {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("kind", &self.kind);
            members.some("name", self.name.as_ref());
        });
    }
}

impl EntryOperation {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"an operation")?;
        let kind: String = fields.get("kind")?;
        let operation = match kind.as_str() {
            "append" => Self::Append,
            "edit" => Self::Edit { target: fields.get("target")? },
            "delete" => Self::Delete { target: fields.get("target")? },
            "compact" => Self::Compact { targets: fields.strings("targets")?.into_iter().map(EntryId::from).collect() },
            "merge" => {
                let resolutions = fields.nullable("resolutions")?.unwrap_or_default();
                Self::Merge { resolutions: fields.at("resolutions").each(resolutions, Resolution::read)? }
            }
            "revert" => Self::Revert { target: fields.get("target")? },
            other => return Err(fields.at("kind").wrong(format!("there is no operation {}", quoted(other)))),
        };
        fields.finish()?;
        Ok(operation)
    }
}

impl ToJson for EntryOperation {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("kind", self.kind());
            match self {
                Self::Append => {}
                Self::Edit { target } | Self::Delete { target } => members.put("target", target),
                Self::Compact { targets } => members.put("targets", targets.as_slice()),
                Self::Merge { resolutions } => members.list("resolutions", resolutions),
                Self::Revert { target } => members.put("target", target),
            }
        });
    }
}

impl Resolution {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a resolution")?;
        let resolution = Self { deactivate: fields.get("deactivate")?, entry: fields.get("entry")? };
        fields.finish()?;
        Ok(resolution)
    }
}

impl ToJson for Resolution {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("deactivate", self.deactivate.as_slice());
            members.put("entry", &self.entry);
        });
    }
}

impl Body {
    /// The canonical JSON that the commit's hash is of.
    pub fn preimage(&self) -> String {
        self.to_json()
    }

    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a commit")?;
        let body = Self {
            author: fields.read("author", Author::read)?.map(Rc::new),
            content_hash: fields.nullable("contentHash")?,
            content_type: fields.nullable("contentType")?,
            copied_from: fields.nullable("copiedFrom")?,
            created_at: fields.nullable("createdAt")?,
            format: fields.nullable("format")?,
            generation: fields.nullable("generation")?,
            id: fields.nullable("id")?,
            labels: fields.optional_strings("labels")?,
            metadata: fields.nullable("metadata")?,
            note: fields.nullable("note")?,
            operation: fields.read("operation", EntryOperation::read)?,
            parents: fields.nullable("parents")?,
            reply_to: fields.nullable("replyTo")?,
            turn: fields.nullable("turn")?,
        };
        fields.finish()?;
        Ok(body)
    }
}

impl ToJson for Body {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("author", self.author.as_deref());
            members.some("contentHash", self.content_hash.as_ref());
            members.some("contentType", self.content_type.as_ref());
            members.some("copiedFrom", self.copied_from.as_ref());
            members.some("createdAt", self.created_at.as_ref());
            members.some("format", self.format.as_ref());
            members.some("generation", self.generation.as_ref());
            members.some("id", self.id.as_ref());
            members.list("labels", &self.labels);
            members.some("metadata", self.metadata.as_ref());
            members.some("note", self.note.as_ref());
            members.some("operation", self.operation.as_ref());
            members.some("parents", self.parents.as_deref());
            members.some("replyTo", self.reply_to.as_ref());
            members.some("turn", self.turn.as_ref());
        });
    }
}
