//! Arguments come as JSON text, results leave as plain values.

use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::JsValue;

use crate::error::{Error, Result};
use crate::json::{At, Fields, Map, ToJson, Value, parse};
use crate::repo::CommitOptions;

/// The arguments of a call, from JSON text; null is no arguments.
///
/// # Errors
/// `Validation` where the text is something else.
pub fn arguments(text: &str) -> Result<Fields<'static>> {
    let value = match parse(text).map_err(|error| Error::invalid(format!("arguments: {error}")))? {
        Value::Null => Value::Object(Map::new()),
        value => value,
    };
    Fields::of(value, At::Root, &"the call")
}

/// The options of a commit, from JSON text or nothing.
pub fn options(text: Option<&str>) -> Result<CommitOptions> {
    text.map_or_else(|| Ok(CommitOptions::default()), |text| CommitOptions::read(arguments(text)?))
}

/// A payload, from JSON text.
pub fn payload(text: &str) -> Result<Value> {
    parse(text).map_err(|error| Error::invalid(format!("payload: {error}")))
}

/// A plain JavaScript value that holds data of the application: a member called `__proto__` is a member
/// like any other to `JSON.parse`, but not where members are set one by one.
pub fn to_js_exactly(value: &Value) -> Result<JsValue> {
    from_json(&value.to_json())
}

/// What JSON text says, as [`to_js_exactly`].
pub fn from_json(text: &str) -> Result<JsValue> {
    js_sys::JSON::parse(text).map_err(|_| Error::internal("a result is no JSON"))
}

/// A plain JavaScript value with members of varve's own.
pub fn to_js(value: &Value) -> Result<JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Plain(value).serialize(&serializer).map_err(|error| Error::internal(error.to_string()))
}

struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => to.serialize_unit(),
            Value::Bool(value) => to.serialize_bool(*value),
            Value::Number(value) => to.serialize_f64(*value),
            Value::String(text) => to.serialize_str(text),
            Value::Array(items) => to.collect_seq(items.iter().map(Plain)),
            Value::Object(members) => to.collect_map(members.iter().map(|(name, value)| (name, Plain(value)))),
        }
    }
}
