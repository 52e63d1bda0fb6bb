//! Every content type: canonical bytes, hash, outline, and the message it makes.

use varve::hash::ContentHash;
use varve::json;
use varve::json::{Value, canonical_json};
use varve::model::content::{BUILT_IN, Payload, Role};
use varve::model::outline::{Link, Outline, file_key};
use varve::tokens::{ChatOverhead, TokenCounter};

use crate::golden;

/// Counts bytes, four to a token: the same everywhere.
struct Bytes;

impl TokenCounter for Bytes {
    fn count(&self, text: &str) -> u32 {
        text.len().div_ceil(4) as u32
    }

    fn source(&self) -> &str {
        "bytes/4"
    }

    fn overhead(&self) -> ChatOverhead {
        ChatOverhead::OPENAI
    }
}

fn payloads() -> Vec<Value> {
    vec![
        json!({ "contentType": "message", "role": "user", "parts": [{ "type": "text", "text": "héllo \"wörld\" 🌍\n" }] }),
        json!({ "contentType": "message", "role": "assistant", "name": "ann", "provider": { "openai": { "refusal": null } },
            "parts": [
                { "type": "reasoning", "text": "hm", "provider": { "anthropic": { "signature": "c2ln" } } },
                { "type": "text", "text": "" },
                { "type": "tool-call", "callId": "call_1", "toolName": "get", "input": { "b": 1.0, "a": [1e21, -0.0] }, "rawInput": "{\"b\": 1.0}" },
                { "type": "file", "mediaType": "image/png", "url": "https://example.org/x.png", "filename": "x.png" },
                { "type": "custom", "kind": "ui", "value": [null, true] }
            ] }),
        json!({ "contentType": "message", "role": "tool", "parts": [
                { "type": "tool-result", "callId": "call_1", "toolName": "get", "output": { "type": "json", "value": { "ok": true } } },
                { "type": "tool-result", "callId": "call_2", "output": { "type": "execution-denied", "reason": "no" } }
            ] }),
        json!({ "contentType": "message", "role": "user", "parts": [
                { "type": "file", "mediaType": "image/png", "data": ContentHash::of(b"a picture").to_hex() }
            ] }),
        json!({ "contentType": "instruction", "text": "Be brief.", "name": "tone", "place": "here" }),
        json!({ "contentType": "dialogue", "role": "user", "text": "hi", "name": "bob" }),
        json!({ "contentType": "tool_io", "toolName": "get", "direction": "call", "payload": { "q": "x" }, "callId": "call_3" }),
        json!({ "contentType": "tool_io", "toolName": "get", "direction": "result", "rawPayload": "not json {", "status": "error" }),
        json!({ "contentType": "reasoning", "text": "thinking", "provider": { "openai": { "encrypted": "AAA" } } }),
        json!({ "contentType": "artifact", "artifactType": "code", "content": "fn main() {}", "language": "rust" }),
        json!({ "contentType": "output", "text": "# done", "format": "markdown" }),
        json!({ "contentType": "freeform", "payload": { "\u{e000}": 1, "\u{1f600}": 2, "__proto__": 3 } }),
        json!({ "contentType": "session", "sessionType": "handoff", "summary": "s", "decisions": ["d"], "failedApproaches": [], "nextSteps": ["n"] }),
        json!({ "contentType": "summary", "text": "what was", "of": { "count": 3, "first": 1, "last": 2 }, "facts": ["f"] }),
        json!({ "contentType": "ticket", "id": "T-1" }),
    ]
}

#[test]
fn every_content_type_keeps_its_bytes_its_hash_and_its_outline() {
    let row = |value: Value| {
        let payload = Payload::parse(value.clone()).unwrap();
        let message = payload.content.to_message(Role::Assistant, "entry_1");
        let files: Vec<_> = message.files().iter().map(|(_, hash)| Link { key: file_key(hash), tokens: 765 }).collect();
        json!({
            "payload": value,
            "canonical": String::from_utf8(payload.bytes.clone()).unwrap(),
            "contentHash": payload.hash.to_hex(),
            "outline": varve::json::to_value(&Outline::of(&payload.content, &Bytes, &files)),
            "role": message.role.name(),
        })
    };
    let rows: Vec<_> = payloads().into_iter().map(row).collect();
    for name in BUILT_IN {
        assert!(rows.iter().any(|row| row["payload"]["contentType"] == name), "{name} has no golden payload");
    }
    golden("contents.json", &Value::Array(rows));
}

#[test]
fn a_payload_reads_back_from_its_canonical_bytes() {
    for value in payloads() {
        let payload = Payload::parse(value).unwrap();
        let again = varve::json::parse_bytes(&payload.bytes).unwrap();
        assert_eq!(canonical_json(&again).as_bytes(), payload.bytes);
        let again = Payload::parse(again).unwrap();
        assert_eq!((again.hash, again.bytes), (payload.hash, payload.bytes));
    }
}
