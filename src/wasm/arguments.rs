//! The arguments of calls on a store, out of JSON: see [`super::wire`].

use std::rc::Rc;
use std::str::FromStr;

use crate::json::{Value, parse};

use super::wire::{Asked, incarnation_of, malformed};
use crate::collections::Bytes;
use crate::hash::ContentHash;
use crate::model::journal::Sealed;
use crate::model::object::Object;
use crate::store::listing::{RepositoryOrder, RepositoryQuery};
use crate::store::logs::{LogQuery, LogRow};
use crate::store::{Address, Batch, CheckpointParts, Found, RepoKey};

/// Arguments by name.
pub struct Arguments(Value);

impl Arguments {
    /// Out of their text.
    pub fn parse(text: &str) -> Asked<Self> {
        parse(text).map(Self).map_err(|_| malformed())
    }

    /// A text.
    pub fn text(&self, name: &str) -> Asked<Rc<str>> {
        self.some_text(name).map(Rc::from).ok_or_else(malformed)
    }

    fn some_text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Asked<i64> {
        self.some_number(name).ok_or_else(malformed)
    }

    /// Numbers of JavaScript may be written like 1e21.
    fn some_number(&self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
    }

    /// How many.
    pub fn size(&self, name: &str) -> Asked<usize> {
        Ok(usize::try_from(self.number(name)?).unwrap_or(usize::MAX))
    }

    /// A hash, where there is one.
    pub fn hash(&self, name: &str) -> Asked<Option<ContentHash>> {
        self.some_text(name).map(hash).transpose()
    }

    /// Hashes; none where there is no such argument.
    pub fn hashes(&self, name: &str) -> Asked<Vec<ContentHash>> {
        self.list(name, |value| hash(value.as_str().ok_or_else(malformed)?))
    }

    fn list<T>(&self, name: &str, read: impl Fn(&Value) -> Asked<T>) -> Asked<Vec<T>> {
        self.0.get(name).and_then(Value::as_array).map_or_else(|| Ok(Vec::new()), |all| all.iter().map(read).collect())
    }

    /// Which repository.
    pub fn address(&self) -> Asked<Address> {
        Ok(Address { workspace: self.text("workspace")?, id: self.text("id")? })
    }

    /// Which one of the name.
    pub fn repository(&self, address: Address) -> Asked<RepoKey> {
        Ok(RepoKey { address, incarnation: incarnation_of(self.some_text("incarnation"))? })
    }

    /// Which repositories.
    pub fn repositories(&self) -> Asked<RepositoryQuery> {
        let order = self.some_text("orderBy").unwrap_or("id");
        let order = RepositoryOrder::NAMES.iter().find(|(name, _)| *name == order);
        Ok(RepositoryQuery {
            prefix: self.some_text("prefix").unwrap_or_default().to_owned(),
            order: order.map(|(_, order)| *order).ok_or_else(malformed)?,
            cursor: self.some_text("cursor").map(str::to_owned),
            limit: self.size("limit")?,
        })
    }

    /// Which rows.
    pub fn log(&self) -> Asked<LogQuery> {
        let filter = self.0.get("where").and_then(Value::as_object);
        Ok(LogQuery {
            since: self.some_number("since"),
            until: self.some_number("until"),
            filter: filter.into_iter().flatten().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
            limit: self.size("limit")?,
            reverse: self.0.get("reverse").and_then(Value::as_bool).unwrap_or_default(),
            cursor: self.some_text("cursor").map(str::to_owned),
        })
    }

    /// What to write. The first part is the entry, the others are the objects.
    pub fn batch(&self, parts: Found) -> Asked<Batch> {
        let mut parts = parts.into_iter().map(|part| part.ok_or_else(malformed));
        let seq = self.number("seq")? as u64;
        let entry_hash = self.some_text("hash").and_then(|hash| hash.parse().ok()).ok_or_else(malformed)?;
        let bytes = parts.next().ok_or_else(malformed)??.alone();
        let object = |(hash, bytes): (_, Asked<Bytes>)| Ok(Object { hash, bytes: bytes?.alone() });
        let row = |value: &Value| {
            let text = |name: &str| value.get(name).and_then(Value::as_str).map(Rc::from).ok_or_else(malformed);
            let at = value.get("at").and_then(Value::as_f64).ok_or_else(malformed)?;
            Ok(LogRow { log: text("log")?, at: at as i64, fields: text("fields")? })
        };
        Ok(Batch {
            at: self.number("at")?,
            objects: self.hashes("objects")?.into_iter().zip(parts).map(object).collect::<Asked<_>>()?,
            delete_objects: self.hashes("deleteObjects")?,
            logs: self.list("logs", row)?,
            summary: self.some_text("summary").map(Rc::from),
            ..Batch::of(Sealed { seq, hash: entry_hash, bytes })
        })
    }

    /// A checkpoint. The first part is the manifest, the others are the segments.
    pub fn checkpoint(&self, parts: Found) -> Asked<CheckpointParts> {
        let mut parts = parts.into_iter();
        let manifest = parts.next().flatten().ok_or_else(malformed)?.alone();
        let parts = parts.map(|part| part.map(|bytes| bytes.alone()));
        let segments = self.hashes("segments")?.into_iter().zip(parts).collect();
        Ok(CheckpointParts { seq: self.number("seq")? as u64, manifest, segments })
    }
}

/// Hashes out of their bytes, one after the other.
pub fn hashes_in(parts: &Found) -> Asked<Vec<ContentHash>> {
    let mut hashes = Vec::new();
    for part in parts {
        let (some, []) = part.as_deref().unwrap_or_default().as_chunks() else { return Err(malformed()) };
        hashes.extend(some.iter().map(|hash| ContentHash(*hash)));
    }
    Ok(hashes)
}

fn hash(text: &str) -> Asked<ContentHash> {
    ContentHash::from_str(text).map_err(|_| malformed())
}
