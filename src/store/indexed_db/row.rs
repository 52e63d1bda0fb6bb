//! The record of a repository: `{ number, workspace, id, incarnation, createdAt, updatedAt, last,
//! summary? }`, where `last` is the number of the last entry.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::JsValue;

use crate::error::StoreError;
use crate::store::listing::RepositoryRow;
use crate::store::{Address, Incarnation};

/// A record of `repositories`.
#[derive(Debug)]
pub(super) struct Row(JsValue);

impl Row {
    /// A new repository. The database gives it a number.
    pub fn new(address: &Address, incarnation: Incarnation, at: i64) -> Self {
        Self(record(&[
            ("workspace", (&*address.workspace).into()),
            ("id", (&*address.id).into()),
            ("incarnation", format!("{:016x}", incarnation.0).into()),
            ("createdAt", (at as f64).into()),
            ("updatedAt", (at as f64).into()),
            ("last", 0.into()),
        ]))
    }

    /// One that was read.
    pub fn of(value: JsValue) -> Self {
        Self(value)
    }

    /// As it is stored.
    pub fn value(&self) -> JsValue {
        self.0.clone()
    }

    /// What all its keys begin with.
    pub fn number(&self) -> Result<f64, StoreError> {
        number(&self.0, "number")
    }

    pub fn incarnation(&self) -> Result<Incarnation, StoreError> {
        let digits = text(&self.0, "incarnation")?;
        u64::from_str_radix(&digits, 16).map(Incarnation).map_err(|_| not_ours("incarnation"))
    }

    /// The number of the last entry.
    pub fn last(&self) -> Result<u64, StoreError> {
        Ok(number(&self.0, "last")? as u64)
    }

    /// Whether it is of this incarnation, with nothing behind this entry.
    pub fn is(&self, incarnation: Incarnation, last: u64) -> Result<bool, StoreError> {
        Ok(self.incarnation()? == incarnation && self.last()? == last)
    }

    /// An entry was written.
    pub fn advance(&self, last: u64, at: i64, summary: Option<&str>) {
        set(&self.0, "last", &(last as f64).into());
        set(&self.0, "updatedAt", &(at as f64).into());
        if let Some(summary) = summary {
            set(&self.0, "summary", &summary.into());
        }
    }

    /// As lists show it.
    pub fn listed(&self) -> Result<RepositoryRow, StoreError> {
        Ok(RepositoryRow {
            id: text(&self.0, "id")?.into(),
            incarnation: self.incarnation()?,
            created_at: number(&self.0, "createdAt")? as i64,
            updated_at: number(&self.0, "updatedAt")? as i64,
            summary: member(&self.0, "summary").as_string().map(Into::into),
        })
    }
}

/// What `name` finds a repository by.
pub(super) fn name_key(address: &Address) -> JsValue {
    Array::of2(&(&*address.workspace).into(), &(&*address.id).into()).into()
}

/// A plain object.
pub(super) fn record(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, value);
    }
    object.into()
}

/// A member of a record; undefined where it has none.
pub(super) fn member(record: &JsValue, name: &str) -> JsValue {
    Reflect::get(record, &name.into()).unwrap_or_default()
}

/// A member that is a number.
pub(super) fn number(record: &JsValue, name: &str) -> Result<f64, StoreError> {
    member(record, name).as_f64().ok_or_else(|| not_ours(name))
}

/// A member that is a text.
pub(super) fn text(record: &JsValue, name: &str) -> Result<String, StoreError> {
    member(record, name).as_string().ok_or_else(|| not_ours(name))
}

/// A record that this store did not write.
pub(super) fn not_ours(what: &str) -> StoreError {
    StoreError::corrupt(format!("a record in IndexedDB has no {what}"))
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // It fails on frozen objects only.
    let _ = Reflect::set(object, &name.into(), value);
}
