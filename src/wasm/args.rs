//! Arguments come as JSON text, results leave as plain values.

use js_sys::{Array, Uint8Array};
use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::{JsCast, JsValue};

use crate::collections::Bytes;
use crate::error::{Error, Result};
use crate::fields::{At, Fields};
use crate::json::{Map, ToJson, Value, parse};
use crate::model::object::{Attached, attach};
use crate::repo::CommitOptions;

/// The arguments of a call, from JSON text; null is no arguments.
///
/// # Errors
/// `Validation` where the text is something else.
pub fn arguments(text: &str) -> Result<Fields<'static>> {
    arguments_with(text, None).map(|(fields, _)| fields)
}

/// The arguments of a call, and the files that they bring: see [`with_files`].
///
/// # Errors
/// `Validation` where the text is something else, or a file stands nowhere in it.
pub fn arguments_with(text: &str, files: Option<Array>) -> Result<(Fields<'static>, Vec<Attached>)> {
    let value = parse(text).map_err(|error| Error::invalid(format!("arguments: {error}")))?;
    let (value, files) = with_files(value, files)?;
    let value = if value.is_null() { Value::Object(Map::new()) } else { value };
    Ok((Fields::of(value, At::Root, &"the call")?, files))
}

/// Takes in files that came beside JSON: `[bytes, tokens, bytes, tokens, …]`, each an Uint8Array and its estimate.
/// In the JSON stands their number.
fn with_files(mut value: Value, files: Option<Array>) -> Result<(Value, Vec<Attached>)> {
    let Some(files) = files else { return Ok((value, Vec::new())) };
    let mut attached = Vec::new();
    for place in (0..files.length()).step_by(2) {
        let bytes = files.get(place).unchecked_into::<Uint8Array>().to_vec();
        attached.push(Attached::new(bytes, files.get(place + 1).as_f64().unwrap_or_default() as u32));
    }
    attach(&mut value, &mut attached)?;
    Ok((value, attached))
}

/// The options of a commit, from JSON text or nothing.
pub fn options(text: Option<&str>) -> Result<CommitOptions> {
    text.map_or_else(|| Ok(CommitOptions::default()), |text| CommitOptions::read(arguments(text)?))
}

/// A payload and the options of its commit, from JSON text, with the files that it brings.
pub fn payload(text: &str, with: Option<&str>, files: Option<Array>) -> Result<(Value, CommitOptions)> {
    let value = parse(text).map_err(|error| Error::invalid(format!("payload: {error}")))?;
    let (value, files) = with_files(value, files)?;
    Ok((value, CommitOptions { files, ..options(with)? }))
}

/// Byte strings as an array of Uint8Array and null.
pub fn to_arrays(found: &[Option<Bytes>]) -> JsValue {
    let array = |bytes: &Option<_>| bytes.as_deref().map_or(JsValue::NULL, |bytes| Uint8Array::from(bytes).into());
    found.iter().map(array).collect::<Array>().into()
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
