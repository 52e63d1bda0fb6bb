//! Records: what the journal's operations consist of. Folding the records of a journal in order gives
//! the state of a repository. Records hold no payload text; those that replace something hold the old
//! value beside the new one, so that every one of them can be inverted.

use crate::json::Value;

use super::annotation::Annotation;
use super::commit::Body;
use super::id::EntryId;
use super::outline::Outline;
use super::types::TypeDefinition;
use crate::error::Result;
use crate::hash::{CommitHash, ContentHash};
use crate::json::{At, Fields, Members, Scalar, ToJson};

/// One change of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// The repository begins.
    Repository(RepositoryRecord),
    /// A commit; its branch moves to it.
    Commit(Box<CommitRecord>),
    /// An annotation.
    Annotation(Annotation),
    /// A branch is made, moved or deleted.
    Branch(RefRecord),
    /// A tag is made, moved or deleted.
    Tag(RefRecord),
    /// The default branch changes.
    DefaultBranch(DefaultBranchRecord),
    /// A content type is registered, changed or removed.
    Type(TypeRecord),
    /// A note on an entry is set or removed.
    Note(NoteRecord),
    /// A compile was sent to a model.
    Sent(Box<SentRecord>),
    /// Objects that nothing needed were taken away.
    Freed(FreedRecord),
    /// An object was taken away for good.
    Erased(ErasedRecord),
}

/// The first record of a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct RepositoryRecord {
    /// Where new handles start.
    pub default_branch: String,
    /// What the token counts of this journal's outlines were counted with.
    pub tokens: String,
}

/// A commit, and what is known of its payload.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitRecord {
    /// The branch that moves to the commit; left out where it is the default branch.
    pub branch: Option<String>,
    /// The immutable fields that its place does not imply.
    pub commit: Body,
    /// The commit's hash, where this process made it: spares computing it again. Never stored.
    pub known_hash: Option<CommitHash>,
    /// The payload's outline, where there is a payload.
    pub outline: Option<Outline>,
    /// Bytes of the payload's canonical JSON.
    pub size: Option<u32>,
    /// What the outline's tokens were counted with, where it is not what the repository began with.
    pub tokens: Option<String>,
}

/// A branch or tag: from `old` to `new`; absent is "there is none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefRecord {
    /// Its name.
    pub name: String,
    /// Where it points now.
    pub new: Option<CommitHash>,
    /// Where it pointed.
    pub old: Option<CommitHash>,
}

/// The default branch: from `old` to `new`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultBranchRecord {
    /// The name now.
    pub new: String,
    /// The name before.
    pub old: String,
}

/// The registration of a content type: from `old` to `new`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRecord {
    /// The `contentType`.
    pub name: String,
    /// Its definition now.
    pub new: Option<TypeDefinition>,
    /// Its definition before.
    pub old: Option<TypeDefinition>,
}

/// A note on an entry, or on the repository, by name: from `old` to `new`. Not part of any hash of a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteRecord {
    /// The entry; none: the repository, whose notes are `title` and `metadata`.
    pub entry: Option<EntryId>,
    /// The note's name: "title", "thumb", "read", …
    pub name: String,
    /// Any JSON; absent: there is no such note.
    pub new: Option<Value>,
    /// What was there.
    pub old: Option<Value>,
}

/// A compile that was sent to a model, and what it cost. Counts are tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct SentRecord {
    /// Names the compile: the hash of its messages' identities.
    pub digest: String,
    /// The count that varve gave it.
    pub estimate: u64,
    /// The head it was compiled from.
    pub head: Option<CommitHash>,
    /// What went in.
    pub input: Option<InputUsage>,
    /// The model.
    pub model: String,
    /// What came out.
    pub output: Option<OutputUsage>,
    /// The provider's own figures.
    pub raw: Option<Value>,
    /// The provider's id of the answer.
    pub response_id: Option<String>,
}

/// Objects that were taken away with this entry, because nothing needed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreedRecord {
    /// Their hashes.
    pub contents: Vec<ContentHash>,
}

/// An object that was taken away with this entry, and is not taken in again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedRecord {
    /// Its hash.
    pub hash: ContentHash,
    /// Why: stays in the journal.
    pub reason: String,
}

/// Tokens of a request; unknown is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputUsage {
    /// Read from the provider's cache.
    pub cache_read: Option<u64>,
    /// Written to the provider's cache.
    pub cache_write: Option<u64>,
    /// All of the input.
    pub total: Option<u64>,
    /// Neither read from nor written to the cache.
    pub uncached: Option<u64>,
}

/// Tokens of an answer; unknown is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputUsage {
    /// The model's thinking.
    pub reasoning: Option<u64>,
    /// The answer itself.
    pub text: Option<u64>,
    /// All of the output.
    pub total: Option<u64>,
}

impl Record {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a record")?;
        let mut record = None;
        for (name, read) in KINDS {
            if let Some(found) = fields.read(name, read)? {
                record = Some(found);
                break;
            }
        }
        fields.finish()?;
        record.ok_or_else(|| at.wrong("expected a record, found none"))
    }
}

impl Record {
    /// The objects that are taken away with its entry.
    pub fn deletes(&self) -> &[ContentHash] {
        match self {
            Self::Freed(freed) => &freed.contents,
            Self::Erased(erased) => std::slice::from_ref(&erased.hash),
            _ => &[],
        }
    }
}

impl Record {
    /// Whether it says something of the repository that lists of repositories show.
    pub fn describes(&self) -> bool {
        matches!(self, Self::Note(NoteRecord { entry: None, .. }))
    }
}

type Read = fn(Value, At<'_>) -> Result<Record>;

const KINDS: [(&str, Read); 11] = [
    ("commit", |value, at| CommitRecord::read(value, at).map(Box::new).map(Record::Commit)),
    ("annotation", |value, at| Annotation::read(value, at).map(Record::Annotation)),
    ("repository", |value, at| RepositoryRecord::read(value, at).map(Record::Repository)),
    ("branch", |value, at| RefRecord::read(value, at).map(Record::Branch)),
    ("tag", |value, at| RefRecord::read(value, at).map(Record::Tag)),
    ("defaultBranch", |value, at| DefaultBranchRecord::read(value, at).map(Record::DefaultBranch)),
    ("type", |value, at| TypeRecord::read(value, at).map(Record::Type)),
    ("note", |value, at| NoteRecord::read(value, at).map(Record::Note)),
    ("sent", |value, at| SentRecord::read(value, at).map(Box::new).map(Record::Sent)),
    ("freed", |value, at| FreedRecord::read(value, at).map(Record::Freed)),
    ("erased", |value, at| ErasedRecord::read(value, at).map(Record::Erased)),
];

impl ToJson for Record {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| match self {
            Self::Repository(record) => members.put("repository", record),
            Self::Commit(record) => members.put("commit", &**record),
            Self::Annotation(record) => members.put("annotation", record),
            Self::Branch(record) => members.put("branch", record),
            Self::Tag(record) => members.put("tag", record),
            Self::DefaultBranch(record) => members.put("defaultBranch", record),
            Self::Type(record) => members.put("type", record),
            Self::Note(record) => members.put("note", record),
            Self::Sent(record) => members.put("sent", &**record),
            Self::Freed(record) => members.put("freed", record),
            Self::Erased(record) => members.put("erased", record),
        });
    }
}

impl RepositoryRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a repository")?;
        let record = Self { default_branch: fields.get("defaultBranch")?, tokens: fields.get("tokens")? };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for RepositoryRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("defaultBranch", &self.default_branch);
            members.put("tokens", &self.tokens);
        });
    }
}

impl CommitRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"the record of a commit")?;
        let record = Self {
            branch: fields.nullable("branch")?,
            commit: fields.must("commit", Body::read)?,
            known_hash: None,
            outline: fields.read("outline", Outline::read)?,
            size: fields.nullable("size")?,
            tokens: fields.nullable("tokens")?,
        };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for CommitRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("branch", self.branch.as_ref());
            members.put("commit", &self.commit);
            members.some("outline", self.outline.as_ref());
            members.some("size", self.size.as_ref());
            members.some("tokens", self.tokens.as_ref());
        });
    }
}

impl RefRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a branch or tag")?;
        let record = Self { name: fields.get("name")?, new: fields.nullable("new")?, old: fields.nullable("old")? };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for RefRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("name", &self.name);
            members.some("new", self.new.as_ref());
            members.some("old", self.old.as_ref());
        });
    }
}

impl DefaultBranchRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a default branch")?;
        let record = Self { new: fields.get("new")?, old: fields.get("old")? };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for DefaultBranchRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("new", &self.new);
            members.put("old", &self.old);
        });
    }
}

impl TypeRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a content type")?;
        let record = Self {
            name: fields.get("name")?,
            new: fields.read("new", TypeDefinition::read)?,
            old: fields.read("old", TypeDefinition::read)?,
        };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for TypeRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("name", &self.name);
            members.some("new", self.new.as_ref());
            members.some("old", self.old.as_ref());
        });
    }
}

impl NoteRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a note")?;
        let record = Self {
            entry: fields.nullable("entry")?,
            name: fields.get("name")?,
            new: fields.nullable("new")?,
            old: fields.nullable("old")?,
        };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for NoteRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("entry", self.entry.as_ref());
            members.put("name", &self.name);
            members.some("new", self.new.as_ref());
            members.some("old", self.old.as_ref());
        });
    }
}

impl SentRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        Self::read_fields(Fields::of(value, at, &"what was sent")?)
    }

    pub(crate) fn read_fields(mut fields: Fields<'_>) -> Result<Self> {
        let record = Self {
            digest: fields.get("digest")?,
            estimate: fields.get("estimate")?,
            head: fields.nullable("head")?,
            input: fields.read("input", InputUsage::read)?,
            model: fields.get("model")?,
            output: fields.read("output", OutputUsage::read)?,
            raw: fields.nullable("raw")?,
            response_id: fields.nullable("responseId")?,
        };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for SentRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("digest", &self.digest);
            members.put("estimate", &self.estimate);
            members.some("head", self.head.as_ref());
            members.some("input", self.input.as_ref());
            members.put("model", &self.model);
            members.some("output", self.output.as_ref());
            members.some("raw", self.raw.as_ref());
            members.some("responseId", self.response_id.as_ref());
        });
    }
}

impl FreedRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"what was freed")?;
        let contents = fields.get("contents")?;
        let hash = |value: Value, at: At<'_>| ContentHash::accept(value).map_err(|_| at.wrong("expected a hash"));
        let record = Self { contents: fields.at("contents").each(contents, hash)? };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for FreedRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| members.put("contents", self.contents.as_slice()));
    }
}

impl ErasedRecord {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"what was erased")?;
        let record = Self { hash: fields.get("hash")?, reason: fields.get("reason")? };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for ErasedRecord {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("hash", &self.hash);
            members.put("reason", &self.reason);
        });
    }
}

impl InputUsage {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"input")?;
        let record = Self {
            cache_read: fields.nullable("cacheRead")?,
            cache_write: fields.nullable("cacheWrite")?,
            total: fields.nullable("total")?,
            uncached: fields.nullable("uncached")?,
        };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for InputUsage {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("cacheRead", self.cache_read.as_ref());
            members.some("cacheWrite", self.cache_write.as_ref());
            members.some("total", self.total.as_ref());
            members.some("uncached", self.uncached.as_ref());
        });
    }
}

impl OutputUsage {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"output")?;
        let record = Self {
            reasoning: fields.nullable("reasoning")?,
            text: fields.nullable("text")?,
            total: fields.nullable("total")?,
        };
        fields.finish()?;
        Ok(record)
    }
}

impl ToJson for OutputUsage {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("reasoning", self.reasoning.as_ref());
            members.some("text", self.text.as_ref());
            members.some("total", self.total.as_ref());
        });
    }
}
