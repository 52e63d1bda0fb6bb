//! Payloads, and messages in short.

use varve::json;
use varve::json::Value;

/// A chat message of one text.
pub fn message(role: &str, text: &str) -> Value {
    json!({ "contentType": "message", "role": role, "parts": [{ "type": "text", "text": text }] })
}

pub fn user(text: &str) -> Value {
    message("user", text)
}

pub fn assistant(text: &str) -> Value {
    message("assistant", text)
}

pub fn system(text: &str) -> Value {
    message("system", text)
}

/// An assistant message with parts.
pub fn parts(role: &str, parts: Value) -> Value {
    json!({ "contentType": "message", "role": role, "parts": parts })
}

pub fn call_part(id: &str) -> Value {
    json!({ "type": "tool-call", "callId": id, "toolName": "look", "input": { "q": id } })
}

pub fn result_part(id: &str, text: &str) -> Value {
    json!({ "type": "tool-result", "callId": id, "output": { "type": "text", "value": text } })
}

/// An assistant message that makes calls.
pub fn calls(ids: &[&str]) -> Value {
    parts("assistant", ids.iter().map(|id| call_part(id)).collect())
}

/// A tool message with results.
pub fn results(ids: &[&str]) -> Value {
    parts("tool", ids.iter().map(|id| result_part(id, &format!("found {id}"))).collect())
}

pub fn tool_io(direction: &str, id: Option<&str>, payload: &str) -> Value {
    let mut value = json!({ "contentType": "tool_io", "toolName": "look", "direction": direction, "payload": payload });
    if let Some(id) = id {
        value["callId"] = json!(id);
    }
    value
}

pub fn reasoning(text: &str) -> Value {
    json!({ "contentType": "reasoning", "text": text })
}

pub fn instruction(name: Option<&str>, text: &str) -> Value {
    match name {
        Some(name) => json!({ "contentType": "instruction", "name": name, "text": text }),
        None => json!({ "contentType": "instruction", "text": text }),
    }
}

pub fn summary(text: &str) -> Value {
    json!({ "contentType": "summary", "text": text, "of": { "count": 2, "first": 1, "last": 2 } })
}

/// A message of a compile in short.
pub fn brief(message: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let part = |part: &Value| match part["type"].as_str().unwrap_or_default() {
        "text" => text(&part["text"]),
        "reasoning" => format!("({})", text(&part["text"])),
        "tool-call" => format!("{}?", text(&part["callId"])),
        "tool-result" => {
            let output = &part["output"];
            let shown = if output["type"] == "error-text" { "!".to_owned() } else { text(&output["value"]) };
            format!("{}={shown}", text(&part["callId"]))
        }
        other => other.to_owned(),
    };
    let parts: Vec<_> = message["parts"].as_array().into_iter().flatten().map(part).collect();
    format!("{}: {}", text(&message["role"]), parts.join(" | "))
}

/// Tokens of a message by the published formula, for [`super::Quarters`]: three a message, one a name;
/// role, name and content encoded; every result of a tool is a message.
pub fn cost(message: &Value) -> u64 {
    let count = |text: &str| text.len().div_ceil(4) as u64;
    let canonical = varve::json::canonical_json;
    let string = |value: &Value| count(value.as_str().unwrap_or_default());
    let role = message["role"].as_str().unwrap_or_default();
    let all = message["parts"].as_array().map_or(&[][..], Vec::as_slice);
    let messages = if role == "tool" { all.len().max(1) as u64 } else { 1 };
    let name = message.get("name").map_or(0, |name| 1 + string(name));
    let part = |part: &Value| match part["type"].as_str().unwrap_or_default() {
        "text" | "reasoning" => string(&part["text"]),
        "tool-call" => {
            let input = part.get("rawInput").map_or_else(|| count(&canonical(&part["input"])), string);
            string(&part["toolName"]) + input
        }
        "tool-result" => {
            let output = &part["output"];
            match output["type"].as_str().unwrap_or_default() {
                "text" | "error-text" => string(&output["value"]),
                "execution-denied" => count(output["reason"].as_str().unwrap_or("execution denied")),
                _ => count(&canonical(&output["value"])),
            }
        }
        "file" => part.get("filename").map_or(0, string),
        "custom" => count(&canonical(&part["value"])),
        other => panic!("a part of type {other:?}"),
    };
    messages * (3 + count(role)) + name + all.iter().map(part).sum::<u64>()
}
