//! Records as JSON: read, with a pointer to what is wrong, and written.

use super::{
    CommitRecord, DefaultBranchRecord, ErasedRecord, FreedRecord, InputUsage, NoteRecord, OutputUsage, Record,
    RefRecord, RepositoryRecord, SentRecord, TypeRecord,
};
use crate::error::Result;
use crate::fields::{At, Fields, Scalar};
use crate::hash::ContentHash;
use crate::json::{Members, ToJson, Value};
use crate::model::annotation::Annotation;
use crate::model::commit::Body;
use crate::model::outline::Outline;
use crate::model::types::TypeDefinition;

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
