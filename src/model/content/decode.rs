//! From JSON to [`Content`], with every field checked.

use crate::json::{Map, Value, quoted};

use super::message::{FileSource, Message, Output, Part, PartKind, Role};
use super::{
    AgentOutput, Artifact, Content, Dialogue, Direction, Instruction, Place, Reasoning, Session, Summary, ToolData,
    ToolIo,
};
use crate::error::Result;
use crate::fields::{At, Fields};

impl Content {
    /// Reads a payload by its `contentType`. Types that are not built in become [`Content::Custom`];
    /// whether they are registered is the writer's question.
    ///
    /// # Errors
    /// `Validation` with the JSON pointer of what is wrong.
    pub fn decode(value: Value) -> Result<Self> {
        let mut fields = Fields::of(value, At::Root, &"a payload")?;
        let content_type = fields.name("contentType")?;
        let what = format_args!("content type {content_type}");
        let mut fields = fields.called(&what);
        let content = match content_type.as_str() {
            "message" => Self::Message(message(&mut fields)?),
            "instruction" => Self::Instruction(instruction(&mut fields)?),
            "dialogue" => Self::Dialogue(dialogue(&mut fields)?),
            "tool_io" => Self::ToolIo(tool_io(&mut fields)?),
            "reasoning" => {
                Self::Reasoning(Reasoning { text: fields.get("text")?, provider: fields.optional("provider")? })
            }
            "artifact" => Self::Artifact(Artifact {
                artifact_type: fields.name("artifactType")?,
                content: fields.get("content")?,
                language: fields.optional("language")?,
            }),
            "output" => Self::Output(AgentOutput {
                text: fields.get("text")?,
                format: fields
                    .one_of("format", &[("text", "text"), ("markdown", "markdown"), ("json", "json")])?
                    .to_owned(),
            }),
            "freeform" => Self::Freeform(fields.get("payload")?),
            "session" => Self::Session(session(&mut fields)?),
            "summary" => Self::Summary(summary(&mut fields)?),
            _ => return Ok(custom(fields.take_rest(), &content_type)),
        };
        fields.finish()?;
        Ok(content)
    }
}

fn custom(mut payload: Map, content_type: &str) -> Content {
    payload.insert("contentType".to_owned(), Value::from(content_type));
    Content::Custom { content_type: content_type.to_owned(), payload }
}

const PLACES: [(&str, Place); 2] = [("slot", Place::Slot), ("here", Place::Here)];

fn instruction(fields: &mut Fields<'_>) -> Result<Instruction> {
    Ok(Instruction {
        text: fields.get("text")?,
        name: fields.optional_name("name")?,
        place: if fields.has("place") { fields.one_of("place", &PLACES)? } else { Place::Slot },
    })
}

fn dialogue(fields: &mut Fields<'_>) -> Result<Dialogue> {
    let roles = [("user", Role::User), ("assistant", Role::Assistant), ("system", Role::System)];
    Ok(Dialogue { role: fields.one_of("role", &roles)?, text: fields.get("text")?, name: fields.optional("name")? })
}

fn tool_io(fields: &mut Fields<'_>) -> Result<ToolIo> {
    let direction = fields.one_of("direction", &[("call", Direction::Call), ("result", Direction::Result)])?;
    let data = match (fields.take("payload"), fields.optional("rawPayload")?) {
        (Some(payload), None) => ToolData::Payload(payload),
        (None, Some(raw)) => ToolData::Raw(raw),
        (Some(_), Some(_)) => {
            return Err(fields.at("rawPayload").wrong("tool_io takes payload or rawPayload, not both"));
        }
        (None, None) => return Err(fields.at("payload").wrong("tool_io needs payload or rawPayload")),
    };
    Ok(ToolIo {
        tool_name: fields.name("toolName")?,
        direction,
        data,
        failed: fields.has("status") && fields.one_of("status", &[("success", false), ("error", true)])?,
        call_id: fields.optional_name("callId")?,
    })
}

fn session(fields: &mut Fields<'_>) -> Result<Session> {
    Ok(Session {
        session_type: fields
            .one_of("sessionType", &[("start", "start"), ("end", "end"), ("handoff", "handoff")])?
            .to_owned(),
        summary: fields.get("summary")?,
        decisions: fields.strings("decisions")?,
        failed_approaches: fields.strings("failedApproaches")?,
        next_steps: fields.strings("nextSteps")?,
    })
}

fn summary(fields: &mut Fields<'_>) -> Result<Summary> {
    let (count, span) = fields.must("of", span)?;
    let facts = if fields.has("facts") { fields.strings("facts")? } else { Vec::new() };
    Ok(Summary { text: fields.get("text")?, count, span, facts })
}

fn span(value: Value, at: At<'_>) -> Result<(u64, (i64, i64))> {
    let mut fields = Fields::of(value, at, &"of")?;
    let span = (fields.get("count")?, (fields.get("first")?, fields.get("last")?));
    fields.finish()?;
    Ok(span)
}

fn message(fields: &mut Fields<'_>) -> Result<Message> {
    let role = fields.one_of("role", &Role::NAMES)?;
    let parts = fields.get("parts")?;
    let part = |value, at: At<'_>| {
        let part = part(value, at)?;
        fits(role, &part.kind).map_err(|message| At::Member(&at, "type").wrong(message))?;
        Ok(part)
    };
    let parts = fields.at("parts").each(parts, part)?;
    Ok(Message { role, name: fields.optional("name")?, parts, provider: fields.optional("provider")? })
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

fn part(value: Value, at: At<'_>) -> Result<Part> {
    let mut fields = Fields::of(value, at, &"a part")?;
    let kind = fields.name("type")?;
    let what = format_args!("a {kind} part");
    let mut fields = fields.called(&what);
    let kind = match kind.as_str() {
        "text" => PartKind::Text(fields.get("text")?),
        "reasoning" => PartKind::Reasoning(fields.get("text")?),
        "tool-call" => PartKind::ToolCall {
            call_id: fields.name("callId")?,
            tool_name: fields.name("toolName")?,
            input: fields.required("input")?,
            raw_input: fields.optional("rawInput")?,
        },
        "tool-result" => PartKind::ToolResult {
            call_id: fields.name("callId")?,
            tool_name: fields.optional("toolName")?,
            output: fields.must("output", output)?,
        },
        "file" => file(&mut fields)?,
        "custom" => PartKind::Custom { kind: fields.name("kind")?, value: fields.required("value")? },
        _ => {
            let known = "text, reasoning, tool-call, tool-result, file, custom";
            return Err(fields.at("type").wrong(format!("type must be one of {known}, found {}", quoted(&kind))));
        }
    };
    let provider = fields.optional("provider")?;
    fields.finish()?;
    Ok(Part { kind, provider })
}

fn file(fields: &mut Fields<'_>) -> Result<PartKind> {
    let source = match (fields.optional::<String>("data")?, fields.optional("url")?) {
        (Some(hash), None) if hash.parse::<crate::hash::ContentHash>().is_ok() => FileSource::Data(hash),
        (Some(_), None) => return Err(fields.at("data").wrong("data must be the SHA-256 of an object, in hex")),
        (None, Some(url)) => FileSource::Url(url),
        _ => return Err(fields.at("data").wrong("a file part takes data or url, one of them")),
    };
    Ok(PartKind::File { media_type: fields.name("mediaType")?, source, filename: fields.optional("filename")? })
}

fn output(value: Value, at: At<'_>) -> Result<Output> {
    let mut fields = Fields::of(value, at, &"a tool's output")?;
    let kind: String = fields.get("type")?;
    let output = match kind.as_str() {
        "text" => Output::Text(fields.get("value")?),
        "json" => Output::Json(fields.required("value")?),
        "error-text" => Output::ErrorText(fields.get("value")?),
        "error-json" => Output::ErrorJson(fields.required("value")?),
        "content" => Output::Content(fields.get("value")?),
        "execution-denied" => Output::ExecutionDenied(fields.optional("reason")?),
        other => {
            let known = "text, json, error-text, error-json, content, execution-denied";
            return Err(fields.at("type").wrong(format!("type must be one of {known}, found {}", quoted(other))));
        }
    };
    fields.finish()?;
    Ok(output)
}
