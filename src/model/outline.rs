//! What the compile must know of a payload to order, pair and window it without reading it: its role,
//! its calls and results, and the tokens of each.
//!
//! Outlines ride in the journal beside the commit. They hold no text: call ids and instruction names
//! stand there as 64-bit keys, cut from their SHA-256.

use serde::{Deserialize, Serialize};

use super::content::{Content, Direction, Message, PartKind, Place, Role, ToolIo};
use crate::hash::{canonical_json, sha256};
use crate::tokens::TokenCounter;

/// A 64-bit key of a name that must not stand in the journal as text.
pub type Key = u64;

/// The key of `text`: the first eight bytes of its SHA-256, big-endian.
pub fn key(text: &str) -> Key {
    let [a, b, c, d, e, f, g, h, ..] = sha256(text.as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// A call or a result within a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The key that ties results to calls.
    pub key: Key,
    /// Tokens of this part.
    pub tokens: u32,
}

/// A payload, seen from far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// None for custom types, whose role is registered.
    pub role: Option<Role>,
    /// Tokens of everything but reasoning, calls and results; the speaker's name included.
    pub text: u32,
    /// Tokens of reasoning.
    pub reasoning: u32,
    /// Whether there is anything besides results.
    pub body: bool,
    /// Whether an instruction stands where it was committed.
    pub here: bool,
    /// What few payloads have.
    links: Option<Box<Links>>,
}

/// Apart, since most payloads have none of it and outlines stay in memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Links {
    calls: Vec<Link>,
    results: Vec<Link>,
    name: Option<Key>,
}

impl Outline {
    /// The calls, in order.
    pub fn calls(&self) -> &[Link] {
        self.links.as_ref().map_or(&[], |links| &links.calls)
    }

    /// The results, in order.
    pub fn results(&self) -> &[Link] {
        self.links.as_ref().map_or(&[], |links| &links.results)
    }

    /// An instruction's name.
    pub fn name(&self) -> Option<Key> {
        self.links.as_ref().and_then(|links| links.name)
    }

    /// An outline of figures that were stored: tokens of text and reasoning, whether there is a body
    /// and an instruction stands here, and what ties it to others.
    pub(crate) fn from_parts(
        role: Option<Role>,
        (text, reasoning): (u32, u32),
        (body, here): (bool, bool),
        calls: Vec<Link>,
        results: Vec<Link>,
        name: Option<Key>,
    ) -> Self {
        let links = Links { calls, results, name };
        let links = (links != Links::default()).then(|| Box::new(links));
        Self { role, text, reasoning, body, here, links }
    }

    fn links_mut(&mut self) -> &mut Links {
        self.links.get_or_insert_default()
    }

    /// The outline of `content`, its texts counted with `counter`.
    pub fn of(content: &Content, counter: &dyn TokenCounter) -> Self {
        let message = content.to_message(Role::Assistant, "");
        let mut outline = Self::of_message(&message, counter);
        outline.role = content.role();
        match content {
            Content::Instruction(instruction) => {
                if let Some(name) = &instruction.name {
                    outline.links_mut().name = Some(key(name));
                }
                outline.here = instruction.place == Place::Here;
            }
            // Without a call id the tool's name ties result to call.
            Content::ToolIo(ToolIo { call_id: None, tool_name, direction, .. }) => {
                let links = match direction {
                    Direction::Call => &mut outline.links_mut().calls,
                    Direction::Result => &mut outline.links_mut().results,
                };
                let by_name = key(&format!("\u{0}{tool_name}"));
                links.iter_mut().for_each(|link| link.key = by_name);
            }
            _ => {}
        }
        outline
    }

    /// The outline of a message.
    pub fn of_message(message: &Message, counter: &dyn TokenCounter) -> Self {
        let mut outline = Self { role: Some(message.role), ..Self::default() };
        if let Some(name) = &message.name {
            outline.text += counter.count(name) + counter.overhead().per_name;
        }
        outline.body = message.parts.is_empty();
        for part in &message.parts {
            outline.body |= !matches!(part.kind, PartKind::ToolResult { .. });
            match &part.kind {
                PartKind::Text(text) => outline.text += counter.count(text),
                PartKind::Reasoning(text) => outline.reasoning += counter.count(text),
                PartKind::ToolCall { call_id, tool_name, input, raw_input } => {
                    let tokens = counter.count(tool_name) + counter.count(&PartKind::arguments(input, raw_input));
                    outline.links_mut().calls.push(Link { key: key(call_id), tokens });
                }
                PartKind::ToolResult { call_id, output, .. } => {
                    let tokens = counter.count(&output.to_text());
                    outline.links_mut().results.push(Link { key: key(call_id), tokens });
                }
                PartKind::File { filename, .. } => {
                    outline.text += filename.as_deref().map_or(0, |name| counter.count(name));
                }
                PartKind::Custom { value, .. } => outline.text += counter.count(&canonical_json(value)),
            }
        }
        outline
    }

    /// Tokens of the payload as messages of its own: three a message and one for the role, by the
    /// counter's overhead; every result is a message.
    pub fn tokens(&self, counter: &dyn TokenCounter) -> u32 {
        let role = self.role.unwrap_or(Role::Assistant);
        let per_message = |role: Role| counter.overhead().per_message + counter.count(role.name());
        let body = if self.body { per_message(role) + self.body_tokens() } else { 0 };
        body + self.results().iter().map(|result| result.tokens + per_message(Role::Tool)).sum::<u32>()
    }

    /// Tokens of the payload's texts, without what a chat format adds: a commit's `tokenCount`.
    pub fn own_tokens(&self) -> u32 {
        self.body_tokens() + self.results().iter().map(|result| result.tokens).sum::<u32>()
    }

    /// Tokens of everything but the results.
    pub fn body_tokens(&self) -> u32 {
        self.text + self.reasoning + self.calls().iter().map(|call| call.tokens).sum::<u32>()
    }
}

/// The stored form: defaults omitted, members in alphabetical order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    body: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    calls: Vec<(String, u32)>,
    #[serde(default, skip_serializing_if = "is_no")]
    here: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    reasoning: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    results: Vec<(String, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    text: u32,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn is_no(value: &bool) -> bool {
    !*value
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

impl Serialize for Outline {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let links = |links: &[Link]| links.iter().map(|link| (format!("{:016x}", link.key), link.tokens)).collect();
        let stored = Stored {
            body: self.body,
            calls: links(self.calls()),
            here: self.here,
            name: self.name().map(|name| format!("{name:016x}")),
            reasoning: self.reasoning,
            results: links(self.results()),
            role: self.role.map(|role| role.name().to_owned()),
            text: self.text,
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let stored = Stored::deserialize(deserializer)?;
        let parse = |text: &String| u64::from_str_radix(text, 16).map_err(D::Error::custom);
        let links = |links: &[(String, u32)]| -> Result<Vec<Link>, D::Error> {
            links.iter().map(|(key, tokens)| Ok(Link { key: parse(key)?, tokens: *tokens })).collect()
        };
        let role = |name: &String| Role::parse(name).ok_or_else(|| D::Error::custom(format!("no role {name:?}")));
        Ok(Self::from_parts(
            stored.role.as_ref().map(role).transpose()?,
            (stored.text, stored.reasoning),
            (stored.body, stored.here),
            links(&stored.calls)?,
            links(&stored.results)?,
            stored.name.as_ref().map(parse).transpose()?,
        ))
    }
}
