//! Rendering: from a recipe and the payloads it names to a message.

use crate::collections::Set;
use crate::json::{ToJson, Value, parse, write_canonical, write_string};

use super::plain;
use super::table::{EntryVersion, Recipe};
use crate::error::Result;
use crate::model::content::{Content, DANGLING_TEXT, FileSource, Message, Output, Part, PartKind, Role};
use crate::state::State;
use crate::state::arena::{ContentIx, EntryIx};

/// A message of a compile, with where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledMessage {
    /// The message.
    pub message: Message,
    /// The ids of its entries.
    pub entries: Vec<String>,
    /// The hashes of the commits that gave them their payloads.
    pub commits: Vec<String>,
}

impl CompiledMessage {
    /// The message of a row `[role, entry, commit, text …]`, in which nothing else stands for it.
    pub fn of_texts(row: &str) -> Option<Self> {
        let row = parse(row).ok()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let [role, entry, commit, texts @ ..] = &row.as_array()?[..] else { return None };
        let (_, role) = Role::NAMES.into_iter().find(|(name, _)| role.as_str() == Some(name))?;
        let part = |value: &Value| Some(Part { kind: PartKind::Text(text(value)?), provider: None });
        let parts = texts.iter().map(part).collect::<Option<_>>()?;
        let message = Message { role, name: None, parts, provider: None };
        Some(Self { message, entries: vec![text(entry)?], commits: vec![text(commit)?] })
    }
}

/// Gives payloads that were fetched before.
pub trait Payloads {
    /// The payload.
    ///
    /// # Errors
    /// Where it is not there, or is none.
    fn payload(&self, content: ContentIx) -> Result<std::rc::Rc<Content>>;

    /// Its canonical JSON, where that is what is at hand.
    fn text(&self, content: ContentIx) -> Option<&str>;
}

impl Recipe {
    /// The payloads it needs.
    pub fn contents(&self) -> impl Iterator<Item = ContentIx> {
        let none = matches!(self, Self::Note { .. });
        self.versions().filter(move |_| !none).map(|version| version.content)
    }

    /// The entries it is made of.
    pub(super) fn versions(&self) -> impl Iterator<Item = &EntryVersion> {
        let (first, rest): (&[_], &[_]) = match self {
            Self::Parts { summaries, entries, .. } => (summaries, entries),
            Self::Results { from, .. } | Self::Interrupted { call: from, .. } | Self::Note { of: from, .. } => {
                (std::slice::from_ref(from), &[])
            }
            Self::Instructions(_) => (&[], &[]),
        };
        first.iter().chain(rest)
    }

    /// Asks for all rows that it is made of.
    pub fn look_up(&self, state: &State<'_>) {
        for EntryVersion { entry, content, version } in self.versions() {
            state.entries(*entry);
            state.contents(*content);
            state.commits(*version);
        }
        if let Self::Results { results, .. } = self {
            for (_, call) in results {
                state.entries(*call);
            }
        }
    }

    /// Whether one of these entries is part of it.
    pub fn is_of(&self, entries: &Set<EntryIx>) -> bool {
        self.versions().any(|version| entries.contains(&version.entry))
    }

    /// Appends the message as JSON: see [`CompiledMessage`]. One that is only text, of one entry, as a row of its role,
    /// its entry, its commit and its texts: see [`CompiledMessage::of_texts`].
    ///
    /// # Errors
    /// As [`Recipe::render`]; nothing is appended then.
    pub fn write(&self, state: &State<'_>, payloads: &dyn Payloads, out: &mut String) -> Result<()> {
        if let Self::Parts { role, summaries, entries, dropped, .. } = self
            && let ([], [version], []) = (&**summaries, &**entries, &**dropped)
            && let Some(text) = payloads.text(version.content)
        {
            let before = out.len();
            write_string(role.name(), out);
            out.push(',');
            write_string(&state.entries(version.entry).id, out);
            out.push(',');
            state.commits(version.version).hash.write_json(out);
            if plain::write(text, out) {
                return Ok(());
            }
            out.truncate(before);
        }
        self.render(state, payloads)?.write_json(out);
        Ok(())
    }

    /// Makes the message.
    ///
    /// # Errors
    /// Where a payload is not there.
    pub fn render(&self, state: &State<'_>, payloads: &dyn Payloads) -> Result<CompiledMessage> {
        let renderer = Renderer { state, payloads };
        let message = match self {
            Self::Parts { role, summaries, entries, reasoning, dropped } => {
                let mut message = renderer.parts(*role, summaries, entries)?;
                if !*reasoning {
                    message.parts.retain(|part| !matches!(part.kind, PartKind::Reasoning(_)));
                }
                if !dropped.is_empty() {
                    renderer.drop_calls(&mut message, entries, dropped)?;
                }
                message
            }
            Self::Results { from, results } => renderer.results(*from, results)?,
            Self::Interrupted { call, ordinal } => renderer.interrupted(*call, *ordinal)?,
            Self::Note { role, of } => Message::text(*role, state.commits(of.version).note().unwrap_or_default()),
            Self::Instructions(text) => Message::text(Role::System, &**text),
        };
        let id = |version: &EntryVersion| state.entries(version.entry).id.to_string();
        let hash = |version: &EntryVersion| state.commits(version.version).hash.to_hex();
        Ok(CompiledMessage {
            message,
            entries: self.versions().map(id).collect(),
            commits: self.versions().map(hash).collect(),
        })
    }
}

struct Renderer<'a> {
    state: &'a State<'a>,
    payloads: &'a dyn Payloads,
}

impl Renderer<'_> {
    fn message_of(&self, version: EntryVersion) -> Result<Message> {
        let content = self.payloads.payload(version.content)?;
        let role = self.state.role_of(self.state.contents(version.content));
        Ok(content.to_message(role, &self.state.entries(version.entry).id).into_owned())
    }

    fn parts(&self, role: Role, summaries: &[EntryVersion], entries: &[EntryVersion]) -> Result<Message> {
        let mut whole = Message { role, name: None, parts: Vec::new(), provider: None };
        for &version in summaries {
            whole.parts.extend(self.message_of(version)?.parts);
        }
        for &version in entries {
            let message = self.message_of(version)?;
            whole.name = whole.name.or(message.name);
            if let Some(provider) = message.provider {
                whole.provider.get_or_insert_default().extend(provider);
            }
            // Results are shown behind the step of their call, unless the call stands beside them: of
            // results of one id the first ones belong to the calls beside them.
            let calls = message.parts.iter().filter_map(call_id);
            let mut unanswered: Vec<String> = calls.map(str::to_owned).collect();
            let mut here = |part: &Part| match &part.kind {
                PartKind::ToolResult { call_id, .. } => {
                    let call = unanswered.iter().position(|call| call == call_id);
                    call.map(|call| unanswered.swap_remove(call)).is_some()
                }
                _ => true,
            };
            whole.parts.extend(message.parts.into_iter().filter(|part| here(part)));
        }
        Ok(whole)
    }

    fn drop_calls(&self, message: &mut Message, entries: &[EntryVersion], dropped: &[(u32, u32)]) -> Result<()> {
        let mut number = 0;
        let mut gone = Vec::new();
        for (member, version) in entries.iter().enumerate() {
            let calls = self.message_of(*version)?.parts.into_iter().filter(is_call).count() as u32;
            let of_member = dropped.iter().filter(|(of, _)| *of as usize == member);
            gone.extend(of_member.map(|(_, ordinal)| number + ordinal));
            number += calls;
        }
        let mut at = 0;
        message.parts.retain(|part| {
            let keep = !is_call(part) || !gone.contains(&at);
            at += u32::from(is_call(part));
            keep
        });
        Ok(())
    }

    fn results(&self, from: EntryVersion, results: &[(u32, EntryIx)]) -> Result<Message> {
        let source = self.message_of(from)?;
        let mut all: Vec<Option<Part>> = source
            .parts
            .into_iter()
            .filter(|part| matches!(part.kind, PartKind::ToolResult { .. }))
            .map(Some)
            .collect();
        let mut parts = Vec::with_capacity(results.len());
        let nameless = format!("call_{}", self.state.entries(from.entry).id);
        for (ordinal, call) in results {
            let Some(mut part) = all.get_mut(*ordinal as usize).and_then(Option::take) else { continue };
            // A result without a call id is tied to its call by the tool's name.
            if let PartKind::ToolResult { call_id, .. } = &mut part.kind
                && *call_id == nameless
            {
                *call_id = format!("call_{}", self.state.entries(*call).id);
            }
            parts.push(part);
        }
        let own = source.role == Role::Tool;
        let provider = source.provider.filter(|_| own);
        let name = source.name.filter(|_| own);
        Ok(Message { role: Role::Tool, name, parts, provider })
    }

    fn interrupted(&self, call: EntryVersion, ordinal: u32) -> Result<Message> {
        let calls = self.message_of(call)?.parts.into_iter().filter(is_call);
        let parts = calls.skip(ordinal as usize).take(1).filter_map(|part| match part.kind {
            PartKind::ToolCall { call_id, tool_name, .. } => Some(Part {
                kind: PartKind::ToolResult {
                    call_id,
                    tool_name: Some(tool_name),
                    output: Output::ErrorText(DANGLING_TEXT.to_owned()),
                },
                provider: None,
            }),
            _ => None,
        });
        Ok(Message { role: Role::Tool, name: None, parts: parts.collect(), provider: None })
    }
}

fn is_call(part: &Part) -> bool {
    call_id(part).is_some()
}

fn call_id(part: &Part) -> Option<&str> {
    match &part.kind {
        PartKind::ToolCall { call_id, .. } => Some(call_id),
        _ => None,
    }
}

/// `{ role, name?, parts, provider?, entries, commits }`.
impl ToJson for CompiledMessage {
    fn write_json(&self, out: &mut String) {
        out.push('{');
        write_message(&self.message, out);
        for (name, items) in [("entries", &self.entries), ("commits", &self.commits)] {
            out.push_str(",\"");
            out.push_str(name);
            out.push_str("\":[");
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(item, out);
            }
            out.push(']');
        }
        out.push('}');
    }
}

fn member(out: &mut String, name: &str, text: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    write_string(text, out);
}

fn json_member(out: &mut String, name: &str, value: &Value) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    write_canonical(value, out);
}

fn write_message(message: &Message, out: &mut String) {
    out.push_str("\"role\":");
    write_string(message.role.name(), out);
    if let Some(name) = &message.name {
        member(out, "name", name);
    }
    out.push_str(",\"parts\":[");
    for (position, part) in message.parts.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_part(part, out);
    }
    out.push(']');
    if let Some(provider) = &message.provider {
        json_member(out, "provider", &Value::Object(provider.clone()));
    }
}

fn write_part(part: &Part, out: &mut String) {
    let kind = match &part.kind {
        PartKind::Text(_) => "text",
        PartKind::Reasoning(_) => "reasoning",
        PartKind::ToolCall { .. } => "tool-call",
        PartKind::ToolResult { .. } => "tool-result",
        PartKind::File { .. } => "file",
        PartKind::Custom { .. } => "custom",
    };
    out.push_str("{\"type\":");
    write_string(kind, out);
    match &part.kind {
        PartKind::Text(text) | PartKind::Reasoning(text) => member(out, "text", text),
        PartKind::ToolCall { call_id, tool_name, input, raw_input } => {
            member(out, "callId", call_id);
            member(out, "toolName", tool_name);
            json_member(out, "input", input);
            if let Some(raw) = raw_input {
                member(out, "rawInput", raw);
            }
        }
        PartKind::ToolResult { call_id, tool_name, output } => {
            member(out, "callId", call_id);
            if let Some(name) = tool_name {
                member(out, "toolName", name);
            }
            out.push_str(",\"output\":");
            write_output(output, out);
        }
        PartKind::File { media_type, source, filename } => {
            member(out, "mediaType", media_type);
            match source {
                FileSource::Data(hash) => member(out, "data", hash),
                FileSource::Url(url) => member(out, "url", url),
            }
            if let Some(name) = filename {
                member(out, "filename", name);
            }
        }
        PartKind::Custom { kind, value } => {
            member(out, "kind", kind);
            json_member(out, "value", value);
        }
    }
    if let Some(provider) = &part.provider {
        json_member(out, "provider", &Value::Object(provider.clone()));
    }
    out.push('}');
}

fn write_output(output: &Output, out: &mut String) {
    let (kind, field, value) = match output {
        Output::Text(text) => ("text", "value", Some(Value::from(text.as_str()))),
        Output::Json(value) => ("json", "value", Some(value.clone())),
        Output::ErrorText(text) => ("error-text", "value", Some(Value::from(text.as_str()))),
        Output::ErrorJson(value) => ("error-json", "value", Some(value.clone())),
        Output::Content(items) => ("content", "value", Some(Value::Array(items.clone()))),
        Output::ExecutionDenied(reason) => ("execution-denied", "reason", reason.as_deref().map(Value::from)),
    };
    out.push_str("{\"type\":");
    write_string(kind, out);
    if let Some(value) = &value {
        json_member(out, field, value);
    }
    out.push('}');
}
