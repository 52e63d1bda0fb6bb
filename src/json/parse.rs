//! Reading JSON text: RFC 8259, nothing beyond it. Texts up to 128 levels deep are read; of members with
//! one name the last one counts.

use std::borrow::Cow;

use super::number;
use super::{Map, Value};

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 128;

/// What was expected.
type Wrong = &'static str;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

/// Parses JSON text.
///
/// # Errors
/// What is wrong with the text, and where.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.document().map_err(|wrong| parser.place(wrong))
}

impl<'a> Parser<'a> {
    #[cold]
    fn place(&self, wrong: Wrong) -> String {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        format!("{wrong} at line {line} column {column}")
    }

    fn document(&mut self) -> Result<Value, Wrong> {
        let value = self.value()?;
        if self.next_token().is_some() { Err("expected the end") } else { Ok(value) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The first byte behind white space.
    fn next_token(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other,
            }
        }
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        match self.next_token() {
            Some(b'"') => Ok(Value::String(self.string()?.into_owned())),
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err("expected a value"),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Wrong> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err("expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn enter(&mut self) -> Result<(), Wrong> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err("arrays and objects are nested too deep") } else { Ok(()) }
    }

    /// Whether another item follows, behind those there were: `true` at the start of it.
    fn more(&mut self, begun: bool, end: u8) -> Result<bool, Wrong> {
        match self.next_token() {
            Some(byte) if byte == end => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(b',') if begun => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if !begun => Ok(true),
            _ => Err("expected a comma or the end of a list of items"),
        }
    }

    fn array(&mut self) -> Result<Value, Wrong> {
        self.enter()?;
        let mut items = Vec::new();
        while self.more(!items.is_empty(), b']')? {
            items.push(self.value()?);
        }
        Ok(Value::Array(items))
    }

    fn object(&mut self) -> Result<Value, Wrong> {
        self.enter()?;
        let mut members = Vec::new();
        while self.more(!members.is_empty(), b'}')? {
            if self.next_token() != Some(b'"') {
                return Err("expected a name");
            }
            let name = self.string()?.into();
            if self.next_token() != Some(b':') {
                return Err("expected a colon");
            }
            self.at += 1;
            members.push((name, self.value()?));
        }
        Ok(Value::Object(Map::of_text(members)))
    }

    /// A string, from its quote on.
    fn string(&mut self) -> Result<Cow<'a, str>, Wrong> {
        self.at += 1;
        let plain = self.plain();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escaped()?),
                Some(_) => return Err("a control character must be escaped"),
                None => return Err("expected the end of a string"),
            }
            text.push_str(self.plain());
        }
    }

    /// What stands here up to a quote, an escape or a control character.
    fn plain(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = plain_length(rest.as_bytes());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn escaped(&mut self) -> Result<char, Wrong> {
        self.at += 1;
        let escape = self.peek();
        self.at += 1;
        Ok(match escape {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode()?,
            _ => return Err("there is no such escape"),
        })
    }

    fn unicode(&mut self) -> Result<char, Wrong> {
        let unit = self.unit()?;
        let low = match unit {
            0xD800..=0xDBFF if self.word("\\u", Value::Null).is_ok() => Some(self.unit()?),
            _ => None,
        };
        let units = [unit, low.unwrap_or_default()];
        let used = units.iter().take(1 + usize::from(low.is_some())).copied();
        let mut characters = char::decode_utf16(used);
        match (characters.next(), characters.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err("half of a surrogate pair"),
        }
    }

    fn unit(&mut self) -> Result<u16, Wrong> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        self.at += 4;
        digits
            .and_then(|text| u64::from_str_radix(text, 16).ok())
            .map(|unit| unit as u16)
            .ok_or("expected four hex digits")
    }

    fn digits(&mut self) -> Result<(), Wrong> {
        let before = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == before { Err("expected a digit") } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Value, Wrong> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let first = self.at;
        self.digits()?;
        if self.at > first + 1 && self.text.as_bytes().get(first) == Some(&b'0') {
            return Err("a number must not begin with 0");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let value = number::parse(self.text.get(start..self.at).unwrap_or_default());
        if value.is_finite() { Ok(Value::Number(value)) } else { Err("a number out of range") }
    }
}

/// How many bytes stand before the first quote, escape or control character. Eight are looked at together: `below` sets the
/// top bit of each that is less than `least`, and perhaps of some above such a one.
pub(crate) fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let below = |word: u64, least: u64| word.wrapping_sub(least * ONES) & !word;
    let is_special = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        let quote = below(word ^ (u64::from(b'"') * ONES), 1);
        let escape = below(word ^ (u64::from(b'\\') * ONES), 1);
        (below(word, 0x20) | quote | escape) & (0x80 * ONES) != 0
    };
    let (words, _) = text.as_chunks();
    let before = 8 * words.iter().position(is_special).unwrap_or(words.len());
    let rest = text.get(before..).unwrap_or_default();
    let special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
    before + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::plain_length;

    #[test]
    fn every_byte_ends_what_is_plain_or_does_not_in_every_place() {
        for filler in [b'a', 0x7F, 0x80, 0xFF] {
            for byte in 0..=0xFF {
                let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
                for place in 0..20 {
                    let mut text = [filler; 20];
                    text[place] = byte;
                    assert_eq!(plain_length(&text), if is_special { place } else { 20 }, "{byte} in place {place}");
                    text[place..].fill(byte);
                    assert_eq!(plain_length(&text), if is_special { place } else { 20 }, "{byte} from place {place}");
                }
            }
        }
        assert_eq!(plain_length(b""), 0);
    }
}
