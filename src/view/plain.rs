//! Payloads that are nothing but text, which is most of a conversation: their messages are written from the stored text
//! as it stands, without reading it into values.

use crate::json::plain_length;

const MESSAGE: &str = "{\"contentType\":\"message\",\"parts\":[";
const DIALOGUE: &str = "{\"contentType\":\"dialogue\",\"role\":\"";

/// Appends the texts of the message that a payload makes, a comma before each, where its text is the canonical JSON of a
/// message whose parts are all text, or of a dialogue without a name. Otherwise false, and nothing is appended.
pub(super) fn write(payload: &str, out: &mut String) -> bool {
    let before = out.len();
    let written = parts(payload, out).or_else(|| dialogue(payload, out)).is_some();
    if !written {
        out.truncate(before);
    }
    written
}

fn parts(payload: &str, out: &mut String) -> Option<()> {
    let rest = payload.strip_prefix(MESSAGE)?.strip_suffix("\"}")?;
    // Messages of tools hold no text.
    let mut rest = ["user", "assistant", "system", "developer"]
        .iter()
        .find_map(|role| rest.strip_suffix(role)?.strip_suffix("],\"role\":\""))?;
    loop {
        let (text, behind) = literal(rest.strip_prefix("{\"text\":")?)?;
        part(text, out);
        rest = behind.strip_prefix(",\"type\":\"text\"}")?;
        if rest.is_empty() {
            return Some(());
        }
        rest = rest.strip_prefix(',')?;
    }
}

fn dialogue(payload: &str, out: &mut String) -> Option<()> {
    let rest = payload.strip_prefix(DIALOGUE)?;
    let rest = ["user", "assistant", "system"].iter().find_map(|role| rest.strip_prefix(role))?;
    let (text, behind) = literal(rest.strip_prefix("\",\"text\":")?)?;
    part(text, out);
    (behind == "}").then_some(())
}

fn part(text: &str, out: &mut String) {
    out.push(',');
    out.push_str(text);
}

/// The string that a text begins with, quotes included, and what is behind it. None where it is none, or has escapes
/// that RFC 8785 has no use for.
fn literal(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        at += plain_length(bytes.get(at..)?);
        match bytes.get(at)? {
            b'"' => return text.split_at_checked(at + 1),
            b'\\' => at += escape(bytes.get(at + 1..)?)?,
            _ => return None,
        }
    }
}

/// The length of an escape, its backslash included.
fn escape(behind: &[u8]) -> Option<usize> {
    match behind {
        [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
        [b'u', b'0', b'0', b'0' | b'1', digit, ..] if digit.is_ascii_hexdigit() => Some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::json::canonical_json;
    use crate::json::{ToJson, Value};
    use crate::model::content::{Content, Role};
    use crate::view::message::CompiledMessage;

    /// The message as it is written when the payload is read into values.
    fn read(payload: &Value, role: Role) -> String {
        let content = Content::decode(payload.clone()).unwrap();
        let message = crate::model::content::Message { role, ..content.to_message(role, "e").into_owned() };
        CompiledMessage { message, entries: vec!["e".to_owned()], commits: vec!["c".to_owned()] }.to_json()
    }

    fn plain(payload: &str, role: Role) -> Option<String> {
        let mut out = String::from("[");
        let before = format!("\"{}\",\"e\",\"c\"", role.name());
        out.push_str(&before);
        let written = write(payload, &mut out);
        assert!(written || out[1..] == before, "something was left behind: {out}");
        written.then(|| CompiledMessage::of_texts(&(out + "]")).unwrap().to_json())
    }

    fn texts() -> Vec<String> {
        let all = (0..0x20u8).map(char::from).collect::<String>();
        let tricky =
            ["", "a", "\"", "\\", "\\\"", "\",\"type\":\"text\"}", "],\"role\":\"user\"}", "ä \u{1f600} \u{7f}"];
        tricky.iter().map(|text| (*text).to_owned()).chain([all]).collect()
    }

    #[test]
    fn text_is_written_as_if_it_had_been_read() {
        for text in texts() {
            for role in [Role::User, Role::Assistant, Role::System, Role::Developer] {
                let one = json!({ "type": "text", "text": text.as_str() });
                for parts in [vec![one.clone()], vec![one.clone(), one]] {
                    let payload =
                        json!({ "contentType": "message", "role": role.name(), "parts": Value::Array(parts) });
                    assert_eq!(plain(&canonical_json(&payload), role), Some(read(&payload, role)), "{payload:?}");
                }
                if role != Role::Developer {
                    let payload = json!({ "contentType": "dialogue", "role": role.name(), "text": text.as_str() });
                    assert_eq!(plain(&canonical_json(&payload), role), Some(read(&payload, role)), "{payload:?}");
                }
            }
        }
    }

    #[test]
    fn everything_else_is_left_to_be_read() {
        let part = json!({ "type": "text", "text": "a" });
        let signed = json!({ "type": "text", "text": "a", "provider": { "p": 1 } });
        let call = json!({ "type": "tool-call", "callId": "c", "toolName": "t", "input": {} });
        for payload in [
            json!({ "contentType": "message", "role": "user", "parts": [] }),
            json!({ "contentType": "message", "role": "user", "parts": [signed] }),
            json!({ "contentType": "message", "role": "assistant", "parts": [part.clone(), call] }),
            json!({ "contentType": "message", "role": "tool", "parts": [part.clone()] }),
            json!({ "contentType": "message", "role": "user", "parts": [part.clone()], "name": "n" }),
            json!({ "contentType": "message", "role": "user", "parts": [part.clone()], "provider": { "p": 1 } }),
            json!({ "contentType": "message", "role": "user", "parts": [part], "unknown": 1 }),
            json!({ "contentType": "dialogue", "role": "user", "text": "a", "name": "n" }),
            json!({ "contentType": "dialogue", "role": "developer", "text": "a" }),
            json!({ "contentType": "output", "format": "text", "text": "a" }),
        ] {
            assert_eq!(plain(&canonical_json(&payload), Role::User), None, "{payload:?}");
        }
        let usual = "{\"contentType\":\"dialogue\",\"role\":\"user\",\"text\":\"a\"}";
        assert!(plain(usual, Role::User).is_some());
        for cut in 0..usual.len() {
            assert_eq!(plain(&usual[..cut], Role::User), None, "{}", &usual[..cut]);
        }
        for text in ["\"\t\"", "\"\\u0041\"", "\"\\ud83d\"", "\"\\/\"", "\"\\x\"", "\"\\", "\"\\u00", "1", "\"a\" "] {
            let payload = usual.replace("\"a\"", text);
            assert_eq!(plain(&payload, Role::User), None, "{payload}");
        }
    }
}
