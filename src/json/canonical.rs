//! Canonical JSON (RFC 8785, "JCS"): one text for each value, however it was written.

use super::{Map, Value};

/// The canonical text of a JSON value: RFC 8785.
///
/// Members are sorted by the UTF-16 code units of their names, numbers are written as ECMAScript
/// writes them (integers beyond ±2^53 as the nearest double), and there is no white space.
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::with_capacity(128);
    write_canonical(value, &mut out);
    out
}

/// Appends the canonical text of `value` to `out`.
pub fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(*number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, out),
    }
}

/// Appends the canonical text of an object to `out`.
pub fn write_object(members: &Map, out: &mut String) {
    out.push('{');
    for (position, (name, value)) in members.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_string(name, out);
        out.push(':');
        write_canonical(value, out);
    }
    out.push('}');
}

fn write_number(number: f64, out: &mut String) {
    match Value::Number(number).as_i64() {
        Some(integer) => write_integer(integer, out),
        None => shortest(number, out),
    }
}

/// The shortest decimal that is this double, as ECMAScript writes it.
#[cfg(not(all(target_arch = "wasm32", feature = "repo")))]
fn shortest(number: f64, out: &mut String) {
    out.push_str(ryu_js::Buffer::new().format(number));
}

/// The same by the engine itself: 2 KB gz less of the core.
#[cfg(all(target_arch = "wasm32", feature = "repo"))]
fn shortest(number: f64, out: &mut String) {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = String)]
        fn text(number: f64) -> String;
    }
    out.push_str(&text(number));
}

/// Appends the decimal digits of `value` to `out`.
pub fn write_integer(value: i64, out: &mut String) {
    if value < 0 {
        out.push('-');
    }
    let mut rest = value.unsigned_abs();
    let mut digits = [0; 20];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    let digits = digits.get(digits.len() - used..).unwrap_or_default();
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

/// Appends `text` as a JSON string with the escapes of RFC 8785 §3.2.2.2, the fewest possible.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(position) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let (plain, from_special) = rest.split_at(position);
        out.push_str(plain);
        let mut characters = from_special.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\t') => out.push_str("\\t"),
            Some('\n') => out.push_str("\\n"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\r') => out.push_str("\\r"),
            Some(control) => {
                out.push_str("\\u00");
                push_hex(control as u8, out);
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn push_hex(byte: u8, out: &mut String) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn members_are_sorted_by_utf16_code_units() {
        let value = json!({ "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7 });
        let text = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(canonical_json(&value), text); // the example of RFC 8785 §3.2.3
    }

    #[test]
    fn numbers_read_as_ecmascript_writes_them() {
        let cases = [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1.0", "1"),
            ("1e21", "1e+21"),
            ("1e-7", "1e-7"),
            ("9007199254740993", "9007199254740992"),
            ("-9007199254740991", "-9007199254740991"),
            ("18446744073709551615", "18446744073709552000"),
            ("0.1", "0.1"),
            ("4.50", "4.5"),
            ("2e-3", "0.002"),
            ("333333333.33333329", "333333333.3333333"),
            ("1e30", "1e+30"),
            ("-5", "-5"),
        ];
        for (text, expected) in cases {
            let value: Value = text.parse().unwrap();
            assert_eq!(canonical_json(&value), expected, "{text}");
        }
    }

    #[test]
    fn strings_escape_as_little_as_possible() {
        let text = "\u{20ac}$\u{f}\u{a}A'\u{42}\u{22}\u{5c}\\\"/\u{7f}\u{2028}\u{1f}";
        assert_eq!(canonical_json(&json!(text)), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\u{2028}\\u001f\"");
    }
}
