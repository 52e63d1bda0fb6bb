//! The journal: numbered entries, each one atomic batch, each holding the hash of the one before.

use std::rc::Rc;

use crate::json::{Members, ToJson, Value, parse_bytes};

use super::commit::Author;
use super::record::Record;
use crate::error::{Result, StoreError};
use crate::fields::{At, Fields};
use crate::hash::EntryHash;

/// The format of journal entries that this version writes, and the newest it reads.
pub const JOURNAL_FORMAT: u64 = 1;

/// One batch of operations. Members stand in alphabetical order, so that what is written is canonical
/// JSON; the entry's hash is the SHA-256 of that text.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When it was written: UTC milliseconds, never before the entry before.
    pub at: i64,
    /// [`JOURNAL_FORMAT`].
    pub format: u64,
    /// A nonce: tells this entry from another writer's at the same place.
    pub id: String,
    /// What was done, in order.
    pub operations: Vec<Operation>,
    /// The hash of the entry before; absent in the first.
    pub previous: Option<EntryHash>,
    /// 1, 2, 3 …
    pub seq: u64,
}

/// What one call did.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Who did it.
    pub author: Option<Author>,
    /// The caller's `operationId`. Without one the operation is called `<seq>.<index>`.
    pub id: Option<String>,
    /// The name of the call.
    pub kind: String,
    /// Its changes, in order.
    pub records: Vec<Record>,
    /// The operation that this one undoes.
    pub undoes: Option<String>,
}

/// An entry as stores keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its number.
    pub seq: u64,
    /// SHA-256 of `bytes`.
    pub hash: EntryHash,
    /// The canonical JSON.
    pub bytes: Rc<[u8]>,
}

impl Entry {
    /// Writes and hashes the entry.
    pub fn seal(&self) -> Sealed {
        let bytes: Rc<[u8]> = self.to_json().into_bytes().into();
        Sealed { seq: self.seq, hash: EntryHash::of(&bytes), bytes }
    }
}

impl Sealed {
    /// Reads the entry, and checks that it is what was written.
    ///
    /// # Errors
    /// `Corrupt` where the bytes, the number or the chain are not as they should be, `VersionTooNew`
    /// for a newer format.
    pub fn open(&self, expected_seq: u64, previous: Option<EntryHash>) -> Result<Entry, StoreError> {
        let corrupt = |what: String| StoreError::corrupt(format!("journal entry {expected_seq}: {what}"));
        if EntryHash::of(&self.bytes) != self.hash {
            return Err(corrupt("its hash is not that of its bytes".to_owned()));
        }
        let value = parse_bytes(&self.bytes).map_err(&corrupt)?;
        // What cannot be read may be of a format to come.
        if let Some(found) = value.get("format").and_then(Value::as_u64).filter(|found| *found > JOURNAL_FORMAT) {
            return Err(StoreError::too_new(found, JOURNAL_FORMAT));
        }
        let entry = Entry::read(value, At::Root).map_err(|error| corrupt(error.to_string()))?;
        if entry.seq != expected_seq || self.seq != expected_seq {
            return Err(corrupt(format!("found number {} in its place", entry.seq)));
        }
        if entry.previous != previous {
            return Err(corrupt("it does not continue the entry before".to_owned()));
        }
        Ok(entry)
    }
}

impl Entry {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"an entry")?;
        let operations = fields.get("operations")?;
        let entry = Self {
            at: fields.get("at")?,
            format: fields.get("format")?,
            id: fields.get("id")?,
            operations: fields.at("operations").each(operations, Operation::read)?,
            previous: fields.nullable("previous")?,
            seq: fields.get("seq")?,
        };
        fields.finish()?;
        Ok(entry)
    }
}

impl ToJson for Entry {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("at", &self.at);
            members.put("format", &self.format);
            members.put("id", &self.id);
            members.put("operations", self.operations.as_slice());
            members.some("previous", self.previous.as_ref());
            members.put("seq", &self.seq);
        });
    }
}

impl Operation {
    fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"an operation")?;
        let records = fields.get("records")?;
        let operation = Self {
            author: fields.read("author", Author::read)?,
            id: fields.nullable("id")?,
            kind: fields.get("kind")?,
            records: fields.at("records").each(records, Record::read)?,
            undoes: fields.nullable("undoes")?,
        };
        fields.finish()?;
        Ok(operation)
    }
}

impl ToJson for Operation {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("author", self.author.as_ref());
            members.some("id", self.id.as_ref());
            members.put("kind", &self.kind);
            members.put("records", self.records.as_slice());
            members.some("undoes", self.undoes.as_ref());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of record, with every field.
    const EVERYTHING: &str = r#"{
        "at":1700000000000,"format":1,"id":"01ARYZ6S410000000000000000","operations":[
        {"kind":"create","records":[{"repository":{"defaultBranch":"main","tokens":"tiktoken:o200k_base"}}]},
        {"author":{"kind":"user","name":"Ada"},"id":"op \"1\"","kind":"batch","records":[
        {"commit":{"commit":{"contentHash":"HASH","contentType":"message","id":"e1"},
        "outline":{"calls":[["00000000000000ff",3]],"name":"0123456789abcdef","reasoning":7,"results":[["fedcba9876543210",0]],"role":"assistant","text":12},"size":80}},
        {"commit":{"branch":"side","commit":{"author":{"kind":"agent"},"contentHash":"HASH","contentType":"instruction",
        "copiedFrom":"HASH","createdAt":1,"format":1,"generation":{"model":"m","t":0.5},"id":"e2","labels":["a","b"],
        "metadata":{"k":[1,null,true]},"note":"a\nnote","operation":{"kind":"append"},"parents":["HASH"],"replyTo":"e1","turn":"t1"},
        "outline":{"body":false,"here":true,"role":"system"},"size":2,"tokens":"none"}},
        {"commit":{"commit":{"contentHash":"HASH","contentType":"ticket","operation":{"kind":"edit","target":"e1"}},"outline":{}}},
        {"commit":{"commit":{"operation":{"kind":"delete","target":"e1"}}}},
        {"commit":{"commit":{"contentHash":"HASH","contentType":"summary","id":"s","operation":{"kind":"compact","targets":["e1","e2"]}}}},
        {"commit":{"commit":{"operation":{"kind":"merge"},"parents":["HASH","HASH"]}}},
        {"commit":{"commit":{"operation":{"kind":"merge","resolutions":[{"deactivate":["HASH"],"entry":"e1"}]},"parents":[]}}},
        {"commit":{"commit":{"operation":{"kind":"revert","target":"HASH"}}}},
        {"annotation":{"author":{"kind":"user"},"createdAt":-5,"priority":"pinned","reason":"why","target":"e1"}},
        {"annotation":{"createdAt":0,"priority":"unset","target":"e1"}},
        {"branch":{"name":"side","new":"HASH","old":"HASH"}},{"tag":{"name":"v1","new":"HASH"}},{"tag":{"name":"v1","old":"HASH"}},
        {"defaultBranch":{"new":"side","old":"main"}},
        {"type":{"name":"ticket","new":{"hints":{"aggregationRule":"concatenate","compressionPriority":10,"defaultPriority":"pinned",
        "defaultRole":"developer","materializationOrder":-1},"schema":{"type":"object"},"validator":true},"old":{"hints":{}}}},
        {"note":{"entry":"e1","name":"title","new":"x","old":{"a":1}}},{"note":{"entry":"e1","name":"title"}},
        {"sent":{"digest":"d","estimate":10,"head":"HASH","input":{"cacheRead":1,"cacheWrite":2,"total":3,"uncached":4},"model":"m",
        "output":{"reasoning":1,"text":2,"total":3},"raw":{"x":[]},"responseId":"r"}},
        {"sent":{"digest":"d","estimate":0,"input":{},"model":"m"}},
        {"freed":{"contents":["HASH","HASH"]}},{"freed":{"contents":[]}},{"erased":{"hash":"HASH","reason":"why"}}],"undoes":"1.0"}],"previous":"HASH","seq":2}"#;

    fn everything() -> String {
        EVERYTHING.replace("\n        ", "").replace("HASH", &"0f".repeat(32))
    }

    fn sealed(text: &str) -> Sealed {
        let bytes: Rc<[u8]> = text.as_bytes().into();
        Sealed { seq: 2, hash: EntryHash::of(&bytes), bytes }
    }

    fn previous() -> Option<EntryHash> {
        Some(EntryHash([15; 32]))
    }

    #[test]
    fn entries_read_back_byte_for_byte() {
        let text = everything();
        let entry = sealed(&text).open(2, previous()).unwrap();
        assert_eq!(std::str::from_utf8(&entry.seal().bytes).unwrap(), text);
    }

    #[test]
    fn entries_with_anything_unknown_are_refused() {
        let names = [
            "\"at\"",
            "\"kind\"",
            "\"contentHash\"",
            "\"text\"",
            "\"hints\"",
            "\"cacheRead\"",
            "\"estimate\"",
            "\"target\"",
            "\"tag\"",
            "\"contents\"",
            "\"reason\":\"why\"}}]",
        ];
        for name in names {
            let text = everything().replacen(name, &format!("\"unheard\":1,{name}"), 1);
            let error = sealed(&text).open(2, previous()).unwrap_err();
            assert!(matches!(error, StoreError::Corrupt(_)), "{name}: {error:?}");
        }
    }

    #[test]
    fn entries_of_a_format_to_come_are_too_new() {
        let text = everything().replacen("\"format\":1", "\"format\":2,\"unheard\":1", 1);
        let expected = StoreError::VersionTooNew { found: 2, supported: 1 };
        assert_eq!(sealed(&text).open(2, previous()).unwrap_err(), expected);
    }
}
