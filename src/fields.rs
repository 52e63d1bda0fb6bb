//! Taking a JSON object apart, field by field, with the JSON pointer of whatever is wrong.

use std::rc::Rc;
use std::str::FromStr;

use crate::json::{Map, Value, parse, quoted};

use crate::error::{Error, Result};

/// Reads JSON text by a function: `read(text, Annotation::read)`.
///
/// # Errors
/// What is wrong with the text, or with what it says.
pub fn read<T>(text: &str, read: fn(Value, At<'_>) -> Result<T>) -> Result<T, String> {
    read(parse(text)?, At::Root).map_err(|error| error.to_string())
}

/// Where a value stands within what is read. The JSON pointer (RFC 6901) is written only for errors.
#[derive(Debug, Clone, Copy)]
pub enum At<'a> {
    /// It is what is read.
    Root,
    /// The member of an object.
    Member(&'a At<'a>, &'a str),
    /// The item of an array.
    Item(&'a At<'a>, usize),
}

impl At<'_> {
    /// The JSON pointer.
    pub fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(of, name) => of.pointer() + "/" + &name.replace('~', "~0").replace('/', "~1"),
            Self::Item(of, position) => of.pointer() + "/" + &position.to_string(),
        }
    }

    /// The error that something is wrong here.
    #[cold]
    pub fn wrong(&self, message: impl Into<String>) -> Box<Error> {
        Box::new(Error::Validation { pointer: self.pointer(), message: message.into() })
    }

    /// Reads each item of an array.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn each<T>(&self, items: Vec<Value>, read: impl Fn(Value, At<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::with_capacity(items.len());
        for (position, item) in items.into_iter().enumerate() {
            all.push(read(item, At::Item(self, position))?);
        }
        Ok(all)
    }
}

/// What a field can simply be.
pub trait Scalar: Sized {
    /// In words: "a string".
    const EXPECTED: &'static str;

    /// The value as one, or the value as it was.
    #[allow(missing_docs, clippy::missing_errors_doc, reason = "the value comes back")]
    fn accept(value: Value) -> Result<Self, Value>;
}

/// The fields of one object that have not been read yet.
pub struct Fields<'a> {
    at: At<'a>,
    what: &'a dyn std::fmt::Display,
    rest: Map,
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

impl<'a> Fields<'a> {
    /// The fields of a value. `what` is what errors call it.
    ///
    /// # Errors
    /// `Validation` where it is no object.
    pub fn of(value: Value, at: At<'a>, what: &'a dyn std::fmt::Display) -> Result<Self> {
        match value {
            Value::Object(rest) => Ok(Self { at, what, rest }),
            other => Err(at.wrong(format!("expected {what} as an object, found {}", kind(&other)))),
        }
    }

    /// Where a field is.
    pub fn at<'b>(&'b self, name: &'b str) -> At<'b> {
        At::Member(&self.at, name)
    }

    /// The same fields under another name.
    pub fn called<'b>(self, what: &'b dyn std::fmt::Display) -> Fields<'b>
    where
        'a: 'b,
    {
        Fields { at: self.at, what, rest: self.rest }
    }

    #[cold]
    fn mismatch(&self, name: &str, expected: &str, found: &Value) -> Box<Error> {
        self.at(name).wrong(format!("{name} of {} must be {expected}, found {}", self.what, kind(found)))
    }

    /// Any JSON, or nothing.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.rest.remove(name)
    }

    /// Any JSON.
    ///
    /// # Errors
    /// `Validation` where the field is missing.
    pub fn required(&mut self, name: &str) -> Result<Value> {
        match self.rest.remove(name) {
            Some(value) => Ok(value),
            None => Err(self.at(name).wrong(format!("{} needs {name}", self.what))),
        }
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// `Validation` where it is missing, or something else.
    pub fn get<T: Scalar>(&mut self, name: &str) -> Result<T> {
        let value = self.required(name)?;
        T::accept(value).map_err(|found| self.mismatch(name, T::EXPECTED, &found))
    }

    /// A field that may be absent.
    ///
    /// # Errors
    /// `Validation` where it is something else.
    pub fn optional<T: Scalar>(&mut self, name: &str) -> Result<Option<T>> {
        match self.rest.remove(name) {
            None => Ok(None),
            Some(value) => T::accept(value).map(Some).map_err(|found| self.mismatch(name, T::EXPECTED, &found)),
        }
    }

    /// A field that may be absent or null.
    ///
    /// # Errors
    /// `Validation` where it is something else.
    pub fn nullable<T: Scalar>(&mut self, name: &str) -> Result<Option<T>> {
        if self.is_null(name) { Ok(None) } else { self.optional(name) }
    }

    /// A field that may be absent or null, read by a function of its own.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<T>(&mut self, name: &str, read: fn(Value, At<'_>) -> Result<T>) -> Result<Option<T>> {
        match self.rest.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value, self.at(name)).map(Some),
        }
    }

    /// A field that must be there, read by a function of its own.
    ///
    /// # Errors
    /// `Validation` where it is missing; those of `read`.
    pub fn must<T>(&mut self, name: &str, read: fn(Value, At<'_>) -> Result<T>) -> Result<T> {
        let value = self.required(name)?;
        read(value, self.at(name))
    }

    /// A text that is not empty.
    ///
    /// # Errors
    /// `Validation` where it is missing, empty or something else.
    pub fn name(&mut self, name: &str) -> Result<String> {
        let text: String = self.get(name)?;
        if text.is_empty() { Err(self.at(name).wrong(format!("{name} must not be empty"))) } else { Ok(text) }
    }

    /// A text that is not empty, where there is one.
    ///
    /// # Errors
    /// `Validation` where it is empty or something else.
    pub fn optional_name(&mut self, name: &str) -> Result<Option<String>> {
        if self.has(name) { self.name(name).map(Some) } else { Ok(None) }
    }

    /// One of some words, and what it stands for.
    ///
    /// # Errors
    /// `Validation` with the words that are known.
    pub fn one_of<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Result<T> {
        let text: String = self.get(name)?;
        match choices.iter().find(|(choice, _)| *choice == text) {
            Some((_, value)) => Ok(*value),
            None => Err(self.unknown(name, &text, &mut choices.iter().map(|(choice, _)| *choice))),
        }
    }

    /// One of some words, where the field is there and not null.
    ///
    /// # Errors
    /// `Validation` with the words that are known.
    pub fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Result<Option<T>> {
        if !self.has(name) || self.is_null(name) { Ok(None) } else { self.one_of(name, choices).map(Some) }
    }

    #[cold]
    fn unknown(&self, name: &str, found: &str, choices: &mut dyn Iterator<Item = &str>) -> Box<Error> {
        let mut known = String::new();
        for choice in choices {
            known.push_str(if known.is_empty() { "" } else { ", " });
            known.push_str(choice);
        }
        self.at(name).wrong(format!("{name} must be one of {known}, found {}", quoted(found)))
    }

    /// A list of texts.
    ///
    /// # Errors
    /// `Validation` with the place of what is none.
    pub fn strings(&mut self, name: &str) -> Result<Vec<String>> {
        let items = self.get(name)?;
        self.at(name).each(items, text)
    }

    /// A list of texts, empty where it is absent or null.
    ///
    /// # Errors
    /// `Validation` with the place of what is none.
    pub fn optional_strings(&mut self, name: &str) -> Result<Vec<String>> {
        Ok(self.nullable(name)?.map(|items| self.at(name).each(items, text)).transpose()?.unwrap_or_default())
    }

    /// Whether the field is there and was not read yet.
    pub fn has(&self, name: &str) -> bool {
        self.rest.contains_key(name)
    }

    fn is_null(&mut self, name: &str) -> bool {
        let null = matches!(self.rest.get(name), Some(Value::Null));
        if null {
            self.rest.remove(name);
        }
        null
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Everything that has not been read.
    pub fn take_rest(&mut self) -> Map {
        std::mem::take(&mut self.rest)
    }

    /// Refuses what has not been read.
    ///
    /// # Errors
    /// `Validation` with the first unknown field.
    pub fn finish(self) -> Result<()> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.at(name).wrong(format!("{} has no field {name}", self.what))),
        }
    }
}

/// A text.
fn text(value: Value, at: At<'_>) -> Result<String> {
    String::accept(value).map_err(|found| at.wrong(format!("expected a string, found {}", kind(&found))))
}

impl Scalar for String {
    const EXPECTED: &'static str = "a string";

    fn accept(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl Scalar for Box<str> {
    const EXPECTED: &'static str = String::EXPECTED;

    fn accept(value: Value) -> Result<Self, Value> {
        String::accept(value).map(String::into_boxed_str)
    }
}

impl Scalar for Rc<str> {
    const EXPECTED: &'static str = String::EXPECTED;

    fn accept(value: Value) -> Result<Self, Value> {
        String::accept(value).map(Rc::from)
    }
}

impl Scalar for Value {
    const EXPECTED: &'static str = "JSON";

    fn accept(value: Value) -> Result<Self, Value> {
        Ok(value)
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "a boolean";

    fn accept(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }
}

impl Scalar for Vec<Value> {
    const EXPECTED: &'static str = "an array";

    fn accept(value: Value) -> Result<Self, Value> {
        match value {
            Value::Array(items) => Ok(items),
            other => Err(other),
        }
    }
}

impl Scalar for Map {
    const EXPECTED: &'static str = "an object";

    fn accept(value: Value) -> Result<Self, Value> {
        match value {
            Value::Object(members) => Ok(members),
            other => Err(other),
        }
    }
}

impl Scalar for f64 {
    const EXPECTED: &'static str = "a number";

    fn accept(value: Value) -> Result<Self, Value> {
        value.as_f64().ok_or(value)
    }
}

impl Scalar for i64 {
    const EXPECTED: &'static str = "a whole number";

    /// Whole numbers up to ±2^53, in whatever notation.
    fn accept(value: Value) -> Result<Self, Value> {
        let whole = |number: &f64| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
        value.as_f64().filter(whole).map(|number| number as i64).ok_or(value)
    }
}

macro_rules! whole {
    ($($kind:ty: $expected:literal),*) => {$(
        impl Scalar for $kind {
            const EXPECTED: &'static str = $expected;

            fn accept(value: Value) -> Result<Self, Value> {
                i64::accept(value).and_then(|number| Self::try_from(number).map_err(|_| Value::from(number)))
            }
        }
    )*};
}

whole! {
    u8: "a whole number from 0 to 255",
    u32: "a whole number from 0 to 2^32 - 1",
    u64: "a whole number from 0 on",
    usize: "a whole number from 0 on",
    i32: "a whole number from -2^31 to 2^31 - 1"
}

macro_rules! hash {
    ($($kind:ident),*) => {$(
        impl Scalar for crate::hash::$kind {
            const EXPECTED: &'static str = "64 lower-case hex digits";

            fn accept(value: Value) -> Result<Self, Value> {
                value.as_str().and_then(|text| Self::from_str(text).ok()).ok_or(value)
            }
        }

        impl Scalar for Vec<crate::hash::$kind> {
            const EXPECTED: &'static str = "an array of hashes, each 64 lower-case hex digits";

            fn accept(value: Value) -> Result<Self, Value> {
                let hashes = value.as_array().and_then(|items| {
                    items.iter().map(|item| item.as_str().and_then(|text| text.parse().ok())).collect::<Option<_>>()
                });
                hashes.ok_or(value)
            }
        }
    )*};
}

hash!(ContentHash, CommitHash, EntryHash);
