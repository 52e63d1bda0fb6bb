//! Writing JSON text, member by member.

use std::rc::Rc;

use crate::json::{Map, Value, write_canonical, write_integer, write_string};

/// What has a form in JSON.
pub trait ToJson {
    /// Appends the text.
    fn write_json(&self, out: &mut String);

    /// The text.
    fn to_json(&self) -> String {
        let mut out = String::with_capacity(512);
        self.write_json(&mut out);
        out
    }
}

/// A text in quotes, as JSON writes it: for messages.
pub fn quoted(text: &str) -> String {
    text.to_json()
}

/// What has a form in JSON, as a value.
pub fn to_value(from: &dyn ToJson) -> Value {
    super::parse(&from.to_json()).unwrap_or_default()
}

/// Writes the members of one object. Named in alphabetical order, they make canonical JSON (RFC 8785).
pub struct Members<'a> {
    out: &'a mut String,
    begun: bool,
}

impl<'a> Members<'a> {
    /// Writes an object.
    pub fn write(out: &'a mut String, members: impl FnOnce(&mut Members<'_>)) {
        out.push('{');
        let mut object = Members { out, begun: false };
        members(&mut object);
        object.out.push('}');
    }

    /// Writes a name that needs no escapes; the value must follow.
    fn name(&mut self, name: &str) -> &mut String {
        self.out.push_str(if self.begun { ",\"" } else { "\"" });
        self.begun = true;
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    /// A member.
    pub fn put(&mut self, name: &str, value: &(impl ToJson + ?Sized)) {
        value.write_json(self.name(name));
    }

    /// A member that may be absent.
    pub fn some(&mut self, name: &str, value: Option<&(impl ToJson + ?Sized)>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// A list; where it is empty, nothing.
    pub fn list<T: ToJson>(&mut self, name: &str, items: &[T]) {
        if !items.is_empty() {
            self.put(name, items);
        }
    }
}

impl<T: ToJson> ToJson for [T] {
    fn write_json(&self, out: &mut String) {
        out.push('[');
        for (position, item) in self.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            item.write_json(out);
        }
        out.push(']');
    }
}

impl ToJson for str {
    fn write_json(&self, out: &mut String) {
        write_string(self, out);
    }
}

impl ToJson for Value {
    fn write_json(&self, out: &mut String) {
        write_canonical(self, out);
    }
}

impl ToJson for Map {
    fn write_json(&self, out: &mut String) {
        crate::json::write_object(self, out);
    }
}

impl ToJson for bool {
    fn write_json(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl ToJson for i64 {
    fn write_json(&self, out: &mut String) {
        write_integer(*self, out);
    }
}

macro_rules! integers {
    ($($kind:ty),*) => {$(
        impl ToJson for $kind {
            fn write_json(&self, out: &mut String) {
                write_integer(i64::try_from(*self).unwrap_or(i64::MAX), out);
            }
        }
    )*};
}

integers!(u8, i32, u32, u64, usize);

macro_rules! as_text {
    ($($kind:ty),*) => {$(
        impl ToJson for $kind {
            fn write_json(&self, out: &mut String) {
                write_string(self, out);
            }
        }
    )*};
}

as_text!(String, Box<str>, Rc<str>);
