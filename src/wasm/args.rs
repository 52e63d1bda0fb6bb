//! Arguments come as JSON text, results leave as plain values.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};

use crate::error::{Error, Result};
use crate::json::{At, Fields, Map, ToJson, Value, parse};
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
pub fn to_arrays(found: &[Option<std::rc::Rc<[u8]>>]) -> JsValue {
    let array = |bytes: &Option<_>| bytes.as_deref().map_or(JsValue::NULL, |bytes| Uint8Array::from(bytes).into());
    found.iter().map(array).collect::<Array>().into()
}

/// A plain JavaScript value. It goes as text: a member called `__proto__` is a member like any other to
/// `JSON.parse`, but not where members are set one by one.
pub fn to_js(value: &Value) -> Result<JsValue> {
    from_json(&value.to_json())
}

/// What JSON text says.
pub fn from_json(text: &str) -> Result<JsValue> {
    js_sys::JSON::parse(text).map_err(|_| Error::internal("a result is no JSON"))
}
