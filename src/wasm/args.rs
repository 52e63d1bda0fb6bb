//! Arguments come as JSON text, results leave as what `JSON.parse` makes of it: a member called `__proto__` is
//! one like any other to it, but not where members are set one by one.

use crate::json::{Map, Value};
use wasm_bindgen::prelude::JsValue;

use crate::error::{Error, Result};
use crate::json::{At, Fields, ToJson, parse};
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

/// A plain JavaScript value.
pub fn to_js(value: &Value) -> Result<JsValue> {
    js_sys::JSON::parse(&value.to_json()).map_err(|_| Error::Internal("a result is no JSON".to_owned()))
}
