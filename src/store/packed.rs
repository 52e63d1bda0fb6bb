//! Journal entries as stores keep them: less than half of their JSON text. The form is written down in
//! `docs/format.md`.
//!
//! Control characters never occur in JSON as such, so they can stand for what occurs in every entry:
//! for a hash in quotes, for the entry's own id, for texts of which one entry has many. Entries that
//! hold control characters themselves are kept as they are.

use std::rc::Rc;

use crate::error::StoreError;
use crate::hash::{parse_hex, push_hash};

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

/// The packed form of an entry's text: how, and where it is packed, the entry's id and its length.
pub fn pack(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let id = id_of(text).filter(|id| id.len() < 256 && text.iter().all(|byte| *byte >= b' '));
    let Some(id) = id else {
        out.push(AS_IT_IS);
        out.extend(text);
        return out;
    };
    out.extend([PACKED, id.len() as u8]);
    out.extend(id);
    pack_text(text, id, &mut out);
    out
}

/// The text of a packed entry.
///
/// # Errors
/// `Corrupt` where it is none, `VersionTooNew` where it was packed in a way to come.
pub fn unpack(seq: u64, packed: &[u8]) -> Result<Rc<[u8]>, StoreError> {
    let text = match packed.split_first() {
        Some((&AS_IT_IS, rest)) => Some(rest.into()),
        Some((&PACKED, rest)) => unpack_with_id(rest),
        Some((&how, _)) => {
            return Err(StoreError::VersionTooNew { found: how.into(), supported: PACKED.into() });
        }
        None => None,
    };
    text.ok_or_else(|| StoreError::corrupt(format!("journal entry {seq} cannot be read")))
}

fn unpack_with_id(packed: &[u8]) -> Option<Rc<[u8]>> {
    let (length, rest) = packed.split_first()?;
    let (id, text) = rest.split_at_checked(usize::from(*length))?;
    unpack_text(text, id).map(Rc::from)
}

/// The first id in a text that stands where an entry has its own.
fn id_of(text: &[u8]) -> Option<&[u8]> {
    let [_, before, ..] = TEXTS;
    let start = text.windows(before.len()).position(|window| window == before.as_bytes())? + before.len();
    let id = text.get(start..)?.split(|byte| *byte == b'"').next()?;
    Some(id).filter(|id| !id.is_empty())
}

fn pack_text(text: &[u8], id: &[u8], out: &mut Vec<u8>) {
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

fn unpack_text(packed: &[u8], id: &[u8]) -> Option<Vec<u8>> {
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
            code if code < b' ' => out.extend(TEXTS.get(usize::from(code).checked_sub(usize::from(TEXT))?)?.as_bytes()),
            byte => out.push(byte),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let long = usual.replace("ab", &"x".repeat(300));
        let unusual = ["", "\u{1}\u{2}\u{1f}", "tab\tä", "\"", &hash, ",\"format\":1,\"id\":\"", &long];
        for text in [&usual, half, &upper, &format!("\"{hash}\"ab")].into_iter().chain(unusual) {
            assert_eq!(unpack(1, &pack(text.as_bytes())).as_deref(), Ok(text.as_bytes()), "{text}");
        }
        assert!(pack(usual.as_bytes()).len() < usual.len() / 2);
    }

    #[test]
    fn what_is_no_packed_entry_is_refused() {
        for bytes in [&[][..], &[1], &[1, 3, b'a'], &[1, 0, 1, 5], &[1, 0, 31]] {
            assert!(matches!(unpack(1, bytes), Err(StoreError::Corrupt(_))), "{bytes:?}");
        }
        assert_eq!(unpack(1, &[2, 1]), Err(StoreError::VersionTooNew { found: 2, supported: 1 }));
    }

    #[test]
    fn the_texts_are_those_of_the_written_format() {
        let page = include_str!("../../docs/format.md");
        let listed = format!("```text\n{}\n```", TEXTS.join("\n"));
        assert!(page.contains(&listed), "docs/format.md lists other texts");
    }
}
