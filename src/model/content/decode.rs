//! From JSON to [`Content`], with every field checked.

use serde_json::Value;

use super::fields::{Fields, child, wrong};
use super::message::{FileSource, Message, Output, Part, PartKind, Role};
use super::{
    AgentOutput, Artifact, Content, Dialogue, Direction, Instruction, Place, Reasoning, Session, Summary, ToolData,
    ToolIo,
};
use crate::error::Result;

const ROLES: [(&str, Role); 5] = [
    ("system", Role::System),
    ("developer", Role::Developer),
    ("user", Role::User),
    ("assistant", Role::Assistant),
    ("tool", Role::Tool),
];

impl Content {
    /// Reads a payload by its `contentType`. Types that are not built in become [`Content::Custom`];
    /// whether they are registered is the writer's question.
    ///
    /// # Errors
    /// `Validation` with the JSON pointer of what is wrong.
    pub fn decode(value: Value) -> Result<Self> {
        let mut fields = Fields::new(value, String::new(), "a payload")?;
        let content_type = fields.name("contentType")?;
        fields.describe(format!("content type {content_type}"));
        let content = match content_type.as_str() {
            "message" => Self::Message(message(&mut fields)?),
            "instruction" => Self::Instruction(instruction(&mut fields)?),
            "dialogue" => Self::Dialogue(dialogue(&mut fields)?),
            "tool_io" => Self::ToolIo(tool_io(&mut fields)?),
            "reasoning" => Self::Reasoning(Reasoning {
                text: fields.string("text")?,
                provider: fields.optional_object("provider")?,
            }),
            "artifact" => Self::Artifact(Artifact {
                artifact_type: fields.name("artifactType")?,
                content: fields.string("content")?,
                language: fields.optional_string("language")?,
            }),
            "output" => Self::Output(AgentOutput {
                text: fields.string("text")?,
                format: fields
                    .one_of("format", &[("text", "text"), ("markdown", "markdown"), ("json", "json")])?
                    .to_owned(),
            }),
            "freeform" => Self::Freeform(fields.object("payload")?),
            "session" => Self::Session(session(&mut fields)?),
            "summary" => Self::Summary(summary(&mut fields)?),
            _ => return Ok(custom(content_type, fields)),
        };
        fields.finish()?;
        Ok(content)
    }
}

fn custom(content_type: String, mut fields: Fields) -> Content {
    let mut payload = fields.take_rest();
    payload.insert("contentType".to_owned(), Value::String(content_type.clone()));
    Content::Custom { content_type, payload }
}

fn instruction(fields: &mut Fields) -> Result<Instruction> {
    Ok(Instruction {
        text: fields.string("text")?,
        name: if fields.has("name") { Some(fields.name("name")?) } else { None },
        place: if fields.has("place") {
            fields.one_of("place", &[("slot", Place::Slot), ("here", Place::Here)])?
        } else {
            Place::Slot
        },
    })
}

fn dialogue(fields: &mut Fields) -> Result<Dialogue> {
    let roles = [("user", Role::User), ("assistant", Role::Assistant), ("system", Role::System)];
    Ok(Dialogue {
        role: fields.one_of("role", &roles)?,
        text: fields.string("text")?,
        name: fields.optional_string("name")?,
    })
}

fn tool_io(fields: &mut Fields) -> Result<ToolIo> {
    let direction = fields.one_of("direction", &[("call", Direction::Call), ("result", Direction::Result)])?;
    let data = match (fields.take("payload"), fields.optional_string("rawPayload")?) {
        (Some(payload), None) => ToolData::Payload(payload),
        (None, Some(raw)) => ToolData::Raw(raw),
        (Some(_), Some(_)) => {
            return Err(wrong(fields.at("rawPayload"), "tool_io takes payload or rawPayload, not both"));
        }
        (None, None) => return Err(wrong(fields.at("payload"), "tool_io needs payload or rawPayload")),
    };
    Ok(ToolIo {
        tool_name: fields.name("toolName")?,
        direction,
        data,
        failed: fields.has("status") && fields.one_of("status", &[("success", false), ("error", true)])?,
        call_id: if fields.has("callId") { Some(fields.name("callId")?) } else { None },
    })
}

fn session(fields: &mut Fields) -> Result<Session> {
    Ok(Session {
        session_type: fields
            .one_of("sessionType", &[("start", "start"), ("end", "end"), ("handoff", "handoff")])?
            .to_owned(),
        summary: fields.string("summary")?,
        decisions: fields.strings("decisions")?,
        failed_approaches: fields.strings("failedApproaches")?,
        next_steps: fields.strings("nextSteps")?,
    })
}

fn summary(fields: &mut Fields) -> Result<Summary> {
    let mut of = Fields::new(fields.required("of")?, fields.at("of"), "of")?;
    let (count, first, last) = (of.integer("count")?, of.integer("first")?, of.integer("last")?);
    let count = u64::try_from(count).map_err(|_| wrong(of.at("count"), "count must not be negative"))?;
    of.finish()?;
    Ok(Summary {
        text: fields.string("text")?,
        count,
        span: (first, last),
        facts: if fields.has("facts") { fields.strings("facts")? } else { Vec::new() },
    })
}

fn message(fields: &mut Fields) -> Result<Message> {
    let role = fields.one_of("role", &ROLES)?;
    let pointer = fields.at("parts");
    let parts = fields.array("parts")?;
    let part = |(position, value)| {
        let pointer = child(&pointer, position);
        let part = part(value, pointer.clone())?;
        fits(role, &part.kind).map_err(|message| wrong(child(&pointer, "type"), message))?;
        Ok(part)
    };
    Ok(Message {
        role,
        name: fields.optional_string("name")?,
        parts: parts.into_iter().enumerate().map(part).collect::<Result<_>>()?,
        provider: fields.optional_object("provider")?,
    })
}

/// Who may say what: calls come from the assistant, and tools say nothing but results.
fn fits(role: Role, kind: &PartKind) -> Result<(), &'static str> {
    match (role, kind) {
        (Role::Assistant, _) | (Role::Tool, PartKind::ToolResult { .. }) => Ok(()),
        (_, PartKind::ToolCall { .. }) => Err("tool-call parts belong in assistant messages"),
        (Role::Tool, _) => Err("messages of tools hold tool-result parts only"),
        (Role::System | Role::Developer, PartKind::ToolResult { .. }) => {
            Err("tool-result parts belong in tool, user or assistant messages")
        }
        _ => Ok(()),
    }
}

fn part(value: Value, pointer: String) -> Result<Part> {
    let mut fields = Fields::new(value, pointer, "a part")?;
    let kind = fields.name("type")?;
    fields.describe(format!("a {kind} part"));
    let kind = match kind.as_str() {
        "text" => PartKind::Text(fields.string("text")?),
        "reasoning" => PartKind::Reasoning(fields.string("text")?),
        "tool-call" => PartKind::ToolCall {
            call_id: fields.name("callId")?,
            tool_name: fields.name("toolName")?,
            input: fields.required("input")?,
            raw_input: fields.optional_string("rawInput")?,
        },
        "tool-result" => PartKind::ToolResult {
            call_id: fields.name("callId")?,
            tool_name: fields.optional_string("toolName")?,
            output: output(fields.required("output")?, fields.at("output"))?,
        },
        "file" => file(&mut fields)?,
        "custom" => PartKind::Custom { kind: fields.name("kind")?, value: fields.required("value")? },
        _ => {
            let known = "text, reasoning, tool-call, tool-result, file, custom";
            return Err(wrong(fields.at("type"), format!("type must be one of {known}, found {kind:?}")));
        }
    };
    let provider = fields.optional_object("provider")?;
    fields.finish()?;
    Ok(Part { kind, provider })
}

fn file(fields: &mut Fields) -> Result<PartKind> {
    let source = match (fields.optional_string("data")?, fields.optional_string("url")?) {
        (Some(hash), None) if hash.parse::<crate::hash::ContentHash>().is_ok() => FileSource::Data(hash),
        (Some(_), None) => return Err(wrong(fields.at("data"), "data must be the SHA-256 of an object, in hex")),
        (None, Some(url)) => FileSource::Url(url),
        _ => return Err(wrong(fields.at("data"), "a file part takes data or url, one of them")),
    };
    Ok(PartKind::File { media_type: fields.name("mediaType")?, source, filename: fields.optional_string("filename")? })
}

fn output(value: Value, pointer: String) -> Result<Output> {
    let mut fields = Fields::new(value, pointer, "a tool's output")?;
    let output = match fields.string("type")?.as_str() {
        "text" => Output::Text(fields.string("value")?),
        "json" => Output::Json(fields.required("value")?),
        "error-text" => Output::ErrorText(fields.string("value")?),
        "error-json" => Output::ErrorJson(fields.required("value")?),
        "content" => Output::Content(fields.array("value")?),
        "execution-denied" => Output::ExecutionDenied(fields.optional_string("reason")?),
        other => {
            let known = "text, json, error-text, error-json, content, execution-denied";
            return Err(wrong(fields.at("type"), format!("type must be one of {known}, found {other:?}")));
        }
    };
    fields.finish()?;
    Ok(output)
}
