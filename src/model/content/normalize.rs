//! Every content type as the chat message that a model sees: one shape for counting and rendering.

use std::borrow::Cow;

use crate::json::{Value, canonical_json, quoted};

use super::{Content, Direction, Message, Output, Part, PartKind, Role, Session, Summary, ToolData, ToolIo};

/// What stands in for the result of a call that was never answered.
pub const DANGLING_TEXT: &str = "interrupted: no result was recorded; the call may or may not have taken effect";

impl Content {
    /// The message this payload makes on its own. `custom_role` is the registered role of a custom
    /// type; `entry` names the call of a `tool_io` that has no `callId`.
    pub fn to_message(&self, custom_role: Role, entry: &str) -> Cow<'_, Message> {
        let message = match self {
            Self::Message(message) => return Cow::Borrowed(message),
            Self::Instruction(instruction) => Message::text(Role::System, &instruction.text),
            Self::Dialogue(dialogue) => {
                Message { name: dialogue.name.clone(), ..Message::text(dialogue.role, &dialogue.text) }
            }
            Self::ToolIo(tool) => tool_message(tool, entry),
            Self::Reasoning(reasoning) => Message {
                role: Role::Assistant,
                name: None,
                parts: vec![Part {
                    kind: PartKind::Reasoning(reasoning.text.clone()),
                    provider: reasoning.provider.clone(),
                }],
                provider: None,
            },
            Self::Artifact(artifact) => {
                let language =
                    artifact.language.as_ref().map(|name| format!(" language={}", quoted(name))).unwrap_or_default();
                let (kind, content) = (&artifact.artifact_type, &artifact.content);
                Message::text(
                    Role::Assistant,
                    format!("<artifact type={kind}{language}>\n{content}\n</artifact>", kind = quoted(kind)),
                )
            }
            Self::Output(output) => Message::text(Role::Assistant, &output.text),
            Self::Freeform(payload) => Message::text(Role::Assistant, canonical_json(&Value::Object(payload.clone()))),
            Self::Session(session) => Message::text(Role::System, session_text(session)),
            Self::Summary(summary) => Message::text(Role::User, summary_text(summary)),
            Self::Custom { payload, .. } => Message::text(custom_role, canonical_json(&Value::Object(payload.clone()))),
        };
        Cow::Owned(message)
    }

    /// The role of the message, for the built-in types.
    pub fn role(&self) -> Option<Role> {
        Some(match self {
            Self::Message(message) => message.role,
            Self::Dialogue(dialogue) => dialogue.role,
            Self::ToolIo(ToolIo { direction: Direction::Result, .. }) => Role::Tool,
            Self::Instruction(_) | Self::Session(_) => Role::System,
            Self::Summary(_) => Role::User,
            Self::ToolIo(_) | Self::Reasoning(_) | Self::Artifact(_) | Self::Output(_) | Self::Freeform(_) => {
                Role::Assistant
            }
            Self::Custom { .. } => return None,
        })
    }
}

fn tool_message(tool: &ToolIo, entry: &str) -> Message {
    let call_id = tool.call_id.clone().unwrap_or_else(|| format!("call_{entry}"));
    let (role, kind) = match tool.direction {
        Direction::Call => {
            let (input, raw_input) = match &tool.data {
                ToolData::Payload(value) => (value.clone(), None),
                ToolData::Raw(text) => (crate::json::parse(text).unwrap_or_default(), Some(text.clone())),
            };
            (Role::Assistant, PartKind::ToolCall { call_id, tool_name: tool.tool_name.clone(), input, raw_input })
        }
        Direction::Result => {
            let output = match (&tool.data, tool.failed) {
                (ToolData::Payload(Value::String(text)) | ToolData::Raw(text), false) => Output::Text(text.clone()),
                (ToolData::Payload(Value::String(text)) | ToolData::Raw(text), true) => Output::ErrorText(text.clone()),
                (ToolData::Payload(value), false) => Output::Json(value.clone()),
                (ToolData::Payload(value), true) => Output::ErrorJson(value.clone()),
            };
            (Role::Tool, PartKind::ToolResult { call_id, tool_name: Some(tool.tool_name.clone()), output })
        }
    };
    Message { role, name: None, parts: vec![Part { kind, provider: None }], provider: None }
}

fn session_text(session: &Session) -> String {
    let mut text = format!("<session type={}>\n{}", quoted(&session.session_type), session.summary);
    for (title, lines) in [
        ("Decisions", &session.decisions),
        ("Failed approaches", &session.failed_approaches),
        ("Next steps", &session.next_steps),
    ] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}:"));
            lines.iter().for_each(|line| text.push_str(&format!("\n- {line}")));
        }
    }
    text + "\n</session>"
}

fn summary_text(summary: &Summary) -> String {
    let mut text = format!("<summary of=\"{} entries\">\n{}", summary.count, summary.text);
    summary.facts.iter().for_each(|fact| text.push_str(&format!("\n- {fact}")));
    text + "\n</summary>"
}

impl Output {
    /// The answer as the text that is sent where a format knows only text.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::ErrorText(text) => Cow::Borrowed(text),
            Self::Json(value) | Self::ErrorJson(value) => Cow::Owned(canonical_json(value)),
            Self::Content(items) => Cow::Owned(canonical_json(&Value::Array(items.clone()))),
            Self::ExecutionDenied(reason) => Cow::Borrowed(reason.as_deref().unwrap_or("execution denied")),
        }
    }
}

impl PartKind {
    /// The argument text of a call, exactly as the model wrote it where that is known.
    pub fn arguments<'a>(input: &Value, raw_input: &'a Option<String>) -> Cow<'a, str> {
        match raw_input {
            Some(raw) => Cow::Borrowed(raw),
            None => Cow::Owned(canonical_json(input)),
        }
    }
}
