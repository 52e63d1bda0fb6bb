//! Journal entries as the store in memory keeps them: less than half of their JSON text.
//!
//! Control characters never occur in JSON as such, so they can stand for what occurs in every entry:
//! for a hash in quotes, for the entry's own id, for texts of which one entry has many. Bytes that
//! hold control characters themselves are kept as they are.

use std::rc::Rc;

use crate::hash::{EntryHash, parse_hex, push_hash};
use crate::model::journal::Sealed;

const AS_IT_IS: u8 = 0;
const PACKED: u8 = 1;

const HASH: u8 = 1;
const ID: u8 = 2;
/// The first of [`TEXTS`].
const TEXT: u8 = 3;
/// Each starts with one of `{`, `,`, `"`, `}`.
const TEXTS: [&str; 10] = [
    "{\"at\":",
    ",\"format\":1,\"id\":\"",
    "\",\"operations\":[{\"kind\":\"append\",\"records\":[{\"commit\":{\"commit\":{\"contentHash\":",
    ",\"contentType\":\"message\",\"id\":\"",
    "\"},\"outline\":{\"role\":\"assistant\"",
    "\"},\"outline\":{\"role\":\"user\"",
    "},\"size\":",
    ",\"text\":",
    "}}]}],\"previous\":",
    ",\"seq\":",
];

/// An entry, packed.
#[derive(Debug)]
pub(super) struct Packed {
    hash: EntryHash,
    /// How, the length of the id, the id, the text.
    bytes: Box<[u8]>,
}

impl Packed {
    pub fn new(entry: &Sealed) -> Self {
        let text = &*entry.bytes;
        let plain = text.iter().all(|byte| *byte >= b' ') && entry.id.len() < 256 && !entry.id.is_empty();
        let mut bytes = Vec::with_capacity(256);
        bytes.push(if plain { PACKED } else { AS_IT_IS });
        bytes.extend((entry.id.len() as u32).to_le_bytes());
        bytes.extend(entry.id.as_bytes());
        if plain {
            pack(text, entry.id.as_bytes(), &mut bytes)
        } else {
            bytes.extend(text)
        }
        Self { hash: entry.hash, bytes: bytes.into() }
    }

    /// The entry of this number. None where memory is not what it was.
    pub fn open(&self, seq: u64) -> Option<Sealed> {
        let (how, rest) = self.bytes.split_first()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (id, text) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let bytes: Rc<[u8]> = if *how == PACKED { unpack(text, id)?.into_bytes().into() } else { text.into() };
        Some(Sealed { seq, id: std::str::from_utf8(id).ok()?.to_owned(), hash: self.hash, bytes })
    }
}

fn pack(text: &[u8], id: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        if matches!(byte, b'"' | b',' | b'{' | b'}') {
            if let Some((code, known)) = (TEXT..).zip(TEXTS).find(|(_, known)| rest.starts_with(known.as_bytes())) {
                out.push(code);
                rest = rest.get(known.len()..).unwrap_or_default();
                continue;
            }
            let quoted = rest.get(1..65).filter(|_| byte == b'"' && rest.get(65) == Some(&b'"'));
            if let Some(hash) = quoted.and_then(|digits| parse_hex(std::str::from_utf8(digits).ok()?)) {
                out.push(HASH);
                out.extend(hash);
                rest = rest.get(66..).unwrap_or_default();
                continue;
            }
        } else if Some(&byte) == id.first()
            && let Some(after) = rest.strip_prefix(id)
        {
            out.push(ID);
            rest = after;
            continue;
        }
        out.push(byte);
        rest = behind;
    }
}

fn unpack(packed: &[u8], id: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(2 * packed.len());
    let mut rest = packed;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            HASH => {
                let (hash, after) = rest.split_first_chunk()?;
                let mut text = String::with_capacity(64);
                push_hash(hash, &mut text);
                out.push(b'"');
                out.extend(text.as_bytes());
                out.push(b'"');
                rest = after;
            }
            ID => out.extend(id),
            code if code < b' ' => out.extend(TEXTS.get(usize::from(code - TEXT))?.as_bytes()),
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(text: &str, id: &str) -> Sealed {
        Sealed { seq: 7, id: id.to_owned(), hash: EntryHash::of(text.as_bytes()), bytes: text.as_bytes().into() }
    }

    #[test]
    fn entries_come_out_as_they_went_in() {
        let hash = "0f".repeat(32);
        let usual = format!(
            "{{\"at\":17,\"format\":1,\"id\":\"ab\",\"operations\":[{{\"kind\":\"append\",\"records\":[{{\"commit\":\
             {{\"commit\":{{\"contentHash\":\"{hash}\",\"contentType\":\"message\",\"id\":\"ab\"}},\"outline\":\
             {{\"role\":\"user\"}},\"size\":5}}}}]}}],\"previous\":\"{hash}\",\"seq\":7}}"
        );
        let half = &usual[..usual.len() / 2];
        let upper = format!("\"{}\"\"{hash}", hash.to_uppercase());
        for text in [&usual, half, &upper, "", "\u{1}\u{2}\u{1f}", "tab\tä", "\"", &hash, &format!("\"{hash}\"ab")] {
            for id in ["ab", "\"", "", "01ARYZ"] {
                let entry = sealed(text, id);
                assert_eq!(Packed::new(&entry).open(7).as_ref(), Some(&entry), "{text} {id}");
            }
        }
        assert!(Packed::new(&sealed(&usual, "ab")).bytes.len() < usual.len() / 2);
    }
}
