//! Taking a JSON object apart, field by field, with the JSON pointer of whatever is wrong.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// The fields of one object that have not been read yet.
pub(super) struct Fields {
    pointer: String,
    what: String,
    rest: Map<String, Value>,
}

/// `pointer` with one more segment, escaped as RFC 6901 says.
pub(super) fn child(pointer: &str, segment: impl std::fmt::Display) -> String {
    format!("{pointer}/{}", segment.to_string().replace('~', "~0").replace('/', "~1"))
}

pub(super) fn wrong(pointer: String, message: impl Into<String>) -> Error {
    Error::Validation { pointer, message: message.into() }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl Fields {
    pub fn new(value: Value, pointer: String, what: impl Into<String>) -> Result<Self> {
        match value {
            Value::Object(rest) => Ok(Self { pointer, what: what.into(), rest }),
            other => Err(wrong(pointer, format!("expected {} as an object, found {}", what.into(), kind(&other)))),
        }
    }

    pub fn at(&self, name: &str) -> String {
        child(&self.pointer, name)
    }

    pub fn describe(&mut self, what: String) {
        self.what = what;
    }

    fn mismatch(&self, name: &str, expected: &str, found: &Value) -> Error {
        wrong(self.at(name), format!("{name} of {} must be {expected}, found {}", self.what, kind(found)))
    }

    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.rest.remove(name)
    }

    pub fn required(&mut self, name: &str) -> Result<Value> {
        self.rest.remove(name).ok_or_else(|| wrong(child(&self.pointer, name), format!("{} needs {name}", self.what)))
    }

    pub fn string(&mut self, name: &str) -> Result<String> {
        match self.required(name)? {
            Value::String(text) => Ok(text),
            other => Err(self.mismatch(name, "a string", &other)),
        }
    }

    pub fn name(&mut self, name: &str) -> Result<String> {
        let text = self.string(name)?;
        if text.is_empty() { Err(wrong(self.at(name), format!("{name} must not be empty"))) } else { Ok(text) }
    }

    pub fn optional_string(&mut self, name: &str) -> Result<Option<String>> {
        if self.rest.contains_key(name) { self.string(name).map(Some) } else { Ok(None) }
    }

    pub fn one_of<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Result<T> {
        let text = self.string(name)?;
        choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<_> = choices.iter().map(|(choice, _)| *choice).collect();
            wrong(self.at(name), format!("{name} must be one of {}, found {text:?}", known.join(", ")))
        })
    }

    pub fn array(&mut self, name: &str) -> Result<Vec<Value>> {
        match self.required(name)? {
            Value::Array(items) => Ok(items),
            other => Err(self.mismatch(name, "an array", &other)),
        }
    }

    pub fn strings(&mut self, name: &str) -> Result<Vec<String>> {
        let pointer = self.at(name);
        let item = |(position, value): (usize, Value)| match value {
            Value::String(text) => Ok(text),
            other => Err(wrong(child(&pointer, position), format!("expected a string, found {}", kind(&other)))),
        };
        self.array(name)?.into_iter().enumerate().map(item).collect()
    }

    pub fn integer(&mut self, name: &str) -> Result<i64> {
        let value = self.required(name)?;
        let whole = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0);
        whole.map(|number| number as i64).ok_or_else(|| self.mismatch(name, "a whole number", &value))
    }

    pub fn object(&mut self, name: &str) -> Result<Map<String, Value>> {
        match self.required(name)? {
            Value::Object(members) => Ok(members),
            other => Err(self.mismatch(name, "an object", &other)),
        }
    }

    pub fn optional_object(&mut self, name: &str) -> Result<Option<Map<String, Value>>> {
        if self.rest.contains_key(name) { self.object(name).map(Some) } else { Ok(None) }
    }

    pub fn has(&self, name: &str) -> bool {
        self.rest.contains_key(name)
    }

    /// Everything that has not been read.
    pub fn take_rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.rest)
    }

    /// Refuses what has not been read.
    pub fn finish(self) -> Result<()> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(name) => Err(wrong(self.at(name), format!("{} has no field {name}", self.what))),
        }
    }
}
