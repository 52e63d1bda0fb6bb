//! Arguments of a call: one JSON object, taken apart by name.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::JsValue;

use crate::error::{Error, Result};
use crate::repo::CommitOptions;

/// The arguments that have not been read yet.
pub struct Args(Map<String, Value>);

fn wrong(name: &str, message: impl std::fmt::Display) -> Error {
    Error::Validation { pointer: format!("/{name}"), message: format!("{name}: {message}") }
}

impl Args {
    /// Reads JSON text; null is no arguments.
    pub fn parse(text: &str) -> Result<Self> {
        let members: serde_json::Result<Option<Map<String, Value>>> = serde_json::from_str(text);
        members
            .map(|members| Self(members.unwrap_or_default()))
            .map_err(|error| Error::invalid(format!("arguments: {error}")))
    }

    /// An argument that must be there.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        let value = self.0.remove(name).ok_or_else(|| wrong(name, "it is missing"))?;
        serde_json::from_value(value).map_err(|error| wrong(name, error))
    }

    /// An argument that may be absent or null.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value).map(Some).map_err(|error| wrong(name, error)),
        }
    }

    /// What is left, as a whole.
    pub fn rest<T: DeserializeOwned>(self) -> Result<T> {
        serde_json::from_value(Value::Object(self.0)).map_err(|error| Error::invalid(error.to_string()))
    }

    /// What is left: the options of a commit.
    pub fn options(self) -> Result<CommitOptions> {
        self.rest()
    }

    /// Whether there is nothing left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The options of a commit, from JSON text or nothing.
pub fn options(text: Option<&str>) -> Result<CommitOptions> {
    match text {
        None => Ok(CommitOptions::default()),
        Some(text) => Args::parse(text)?.options(),
    }
}

/// A payload, from JSON text.
pub fn payload(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| Error::invalid(format!("payload: {error}")))
}

/// A plain JavaScript value.
pub fn to_js(value: &impl Serialize) -> Result<JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|error| Error::Internal(error.to_string()))
}
