//! The JSON of tools, read for what it says: numbers stay as they were written, names keep their order, and of what
//! was cut off the part that is there is taken.

use std::borrow::Cow;

use super::text::{first, head, tail, trim, trim_start};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A string.
    Text,
    /// What JSON writes without quotes: a number, `true`. Null is an empty one.
    Word,
    /// Its nodes are members.
    Object,
    /// Its nodes are elements.
    Array,
}

/// A value; those inside of it follow it.
#[derive(Debug, PartialEq)]
pub(super) struct Node<'a> {
    pub shape: Shape,
    /// Of a member.
    pub name: &'a str,
    /// Of a scalar.
    pub value: Cow<'a, str>,
    /// Where the next node is that is not inside of this one.
    pub end: usize,
}

/// Deeper ones are not read.
const DEEPEST: u32 = 48;

/// Reads an object or an array: the first node. None for what is neither.
pub(super) fn read(text: &str) -> Option<Vec<Node<'_>>> {
    let rest = trim(text);
    if !matches!(first(rest), Some('{' | '[')) {
        return None;
    }
    let mut reader = Reader { rest, nodes: Vec::new() };
    let is_whole = reader.value("", 0);
    let is_over = reader.rest.is_empty(); // cut off, where it is not whole
    (is_over && (is_whole || reader.nodes.len() > 1)).then_some(reader.nodes)
}

/// The nodes directly inside of one.
pub(super) fn inside<'n, 'a>(nodes: &'n [Node<'a>], of: usize) -> Inside<'n, 'a> {
    Inside { nodes, next: of + 1, end: nodes.get(of).map_or(0, |node| node.end) }
}

/// See [`inside`].
pub(super) struct Inside<'n, 'a> {
    nodes: &'n [Node<'a>],
    next: usize,
    end: usize,
}

impl<'n, 'a> Iterator for Inside<'n, 'a> {
    type Item = (usize, &'n Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.next;
        let node = self.nodes.get(at).filter(|_| at < self.end)?;
        self.next = node.end;
        Some((at, node))
    }
}

struct Reader<'a> {
    rest: &'a str,
    nodes: Vec<Node<'a>>,
}

impl<'a> Reader<'a> {
    /// Takes the next sign that is no space, if it is this one.
    fn take(&mut self, sign: char) -> bool {
        self.rest = trim_start(self.rest);
        let is_it = first(self.rest) == Some(sign);
        if is_it {
            self.rest = tail(self.rest, 1);
        }
        is_it
    }

    /// Reads a value. Whether it was whole, and there.
    fn value(&mut self, name: &'a str, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let place = self.nodes.len();
        let mut node = Node { shape: Shape::Text, name, value: Cow::Borrowed(""), end: place + 1 };
        let mut is_whole = true;
        if self.take('"') {
            let (raw, is_closed, has_escapes) = self.string();
            is_whole = is_closed;
            node.value = if has_escapes { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) };
            self.nodes.push(node);
        } else if self.take('{') {
            node.shape = Shape::Object;
            self.nodes.push(node);
            is_whole = self.list('}', depth);
        } else if self.take('[') {
            node.shape = Shape::Array;
            self.nodes.push(node);
            is_whole = self.list(']', depth);
        } else {
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
            let length = self.rest.as_bytes().iter().take_while(|byte| is_part(byte)).count();
            let word = head(self.rest, length);
            self.rest = tail(self.rest, length);
            if word.is_empty() {
                return false;
            }
            node.shape = Shape::Word;
            node.value = Cow::Borrowed(if word == "null" { "" } else { word });
            self.nodes.push(node);
        }
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(place) {
            node.end = end;
        }
        is_whole
    }

    /// Reads elements or members up to the closing sign. Whether it came.
    fn list(&mut self, close: char, depth: u32) -> bool {
        if self.take(close) {
            return true;
        }
        loop {
            let mut name = "";
            if close == '}' {
                if !self.take('"') {
                    return false;
                }
                name = self.string().0;
                if !self.take(':') {
                    return false;
                }
            }
            if !self.value(name, depth + 1) {
                return false;
            }
            if self.take(close) {
                return true;
            }
            if !self.take(',') {
                return false;
            }
        }
    }

    /// The rest of a string, behind its opening quote; whether it was closed; whether there are escapes in it.
    fn string(&mut self) -> (&'a str, bool, bool) {
        let text = self.rest;
        let mut has_escapes = false;
        let mut is_escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            if is_escaped {
                is_escaped = false;
            } else if byte == b'\\' {
                is_escaped = true;
                has_escapes = true;
            } else if byte == b'"' {
                self.rest = tail(text, at + 1);
                return (head(text, at), true, has_escapes);
            }
        }
        self.rest = "";
        (text, false, has_escapes)
    }
}

fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    let mut high = 0;
    while let Some(character) = rest.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match rest.next() {
            Some('n' | 'r') => text.push('\n'),
            Some('t' | 'b' | 'f') => text.push(' '),
            Some('u') => {
                let digit = |rest: &mut std::str::Chars<'_>| rest.next().and_then(|next| next.to_digit(16));
                let unit = (0..4).fold(0, |unit, _| unit * 16 + digit(&mut rest).unwrap_or(0));
                let is_low = (0xdc00..0xe000).contains(&unit) && high > 0;
                let point = if is_low { 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00) } else { unit };
                high = if (0xd800..0xdc00).contains(&unit) { unit } else { 0 };
                if let Some(character) = char::from_u32(point) {
                    text.push(character);
                }
            }
            Some(sign) => text.push(sign),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Option<Vec<String>> {
        read(text).map(|nodes| nodes.iter().map(|node| format!("{}={}", node.name, node.value)).collect())
    }

    #[test]
    fn numbers_stay_as_they_were_written() {
        let read = values("[1.50, 12345678901234567890, 1e3, true, null]").unwrap();
        assert_eq!(read, ["=", "=1.50", "=12345678901234567890", "=1e3", "=true", "="]);
    }

    #[test]
    fn what_was_cut_off_gives_what_is_there() {
        assert_eq!(values(r#"{"a": "one", "b": ["two", "thr"#).unwrap(), ["=", "a=one", "b=", "=two", "=thr"]);
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in ["", "plain", "[link](x) and more", "{curly} words", "12", "{\"a\":1} trailing", "{"] {
            assert_eq!(values(text), None, "{text}");
        }
        assert_eq!(values(&"[".repeat(100_000)), None);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(values(r#"["a\n\"b\" \u00e9 \ud83d\ude00 \\"]"#).unwrap()[1], "=a\n\"b\" é 😀 \\");
        assert_eq!(values(r#"["\ud83d x","\u12"#).unwrap().len(), 3);
    }
}
