//! What the compile must know of a payload to order, pair and window it without reading it: its role,
//! its calls and results, and the tokens of each.
//!
//! Outlines ride in the journal beside the commit. They hold no text: call ids and instruction names
//! stand there as 64-bit keys, cut from their SHA-256.

use crate::json::Value;

use super::content::{Content, Direction, FileSource, Message, PartKind, Place, Role, ToolIo};
use crate::error::Result;
use crate::hash::{ContentHash, canonical_json, each_hash, sha256};
use crate::json::{At, Fields, Members, ToJson};
use crate::tokens::{NullCounter, TokenCounter};

/// A 64-bit key of a name that must not stand in the journal as text.
pub type Key = u64;

/// The key of `text`: the first eight bytes of its SHA-256, big-endian.
pub fn key(text: &str) -> Key {
    let [a, b, c, d, e, f, g, h, ..] = sha256(text.as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The key of a file: the first eight bytes of its hash, big-endian.
pub fn file_key(hash: &ContentHash) -> Key {
    hash.prefix().swap_bytes()
}

/// What a file counts of which nothing is known: one at an address, one of an unknown kind.
pub const FILE_TOKENS: u32 = 1000;

/// The estimates of the files that a text names by their hashes.
fn tokens_of(text: &str, files: &[Link]) -> u32 {
    let mut tokens = 0_u32;
    if !files.is_empty() {
        each_hash(text.as_bytes(), &mut |hash| {
            let file = files.iter().find(|file| file.key == file_key(&hash));
            tokens = tokens.saturating_add(file.map_or(0, |file| file.tokens));
        });
    }
    tokens
}

/// A call, a result or a file within a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The key that ties results to calls; of files: see [`Outline::files`].
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
    files: Vec<Link>,
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

    /// The files whose bytes are objects, by the first eight bytes of their hashes, with the estimates that are
    /// part of the other figures: whoever counts the texts again has no bytes to look at.
    pub fn files(&self) -> &[Link] {
        self.links.as_ref().map_or(&[], |links| &links.files)
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
        [calls, results, files]: [Vec<Link>; 3],
        name: Option<Key>,
    ) -> Self {
        let links = Links { calls, results, files, name };
        let links = (links != Links::default()).then(|| Box::new(links));
        Self { role, text, reasoning, body, here, links }
    }

    fn links_mut(&mut self) -> &mut Links {
        self.links.get_or_insert_default()
    }

    /// The outline of `content`, its texts counted with `counter`, its files by these estimates.
    pub fn of(content: &Content, counter: &dyn TokenCounter, files: &[Link]) -> Self {
        let message = content.to_message(Role::Assistant, "");
        let mut outline = Self::of_message(&message, counter, files);
        if !files.is_empty() {
            outline.links_mut().files = files.to_vec();
        }
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
    fn of_message(message: &Message, counter: &dyn TokenCounter, files: &[Link]) -> Self {
        let uncounted = counter.source() == NullCounter.source();
        let of_files = |text: &str| if uncounted { 0 } else { tokens_of(text, files) };
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
                    let text = output.to_text();
                    let tokens = counter.count(&text) + of_files(&text);
                    outline.links_mut().results.push(Link { key: key(call_id), tokens });
                }
                PartKind::File { filename, source, .. } => {
                    outline.text += filename.as_deref().map_or(0, |name| counter.count(name));
                    outline.text += match source {
                        FileSource::Data(hash) => of_files(hash),
                        FileSource::Url(_) if uncounted => 0,
                        FileSource::Url(_) => FILE_TOKENS,
                    };
                }
                PartKind::Custom { value, .. } => {
                    let text = canonical_json(value);
                    outline.text += counter.count(&text) + of_files(&text);
                }
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
impl ToJson for Outline {
    fn write_json(&self, out: &mut String) {
        let (calls, results) = (self.calls(), self.results());
        Members::write(out, |members| {
            members.some("body", (!self.body).then_some(&false));
            members.list("calls", calls);
            members.list("files", self.files());
            members.some("here", self.here.then_some(&true));
            members.some("name", self.name().map(hex).as_ref());
            members.some("reasoning", Some(&self.reasoning).filter(|tokens| **tokens > 0));
            members.list("results", results);
            members.some("role", self.role.map(Role::name));
            members.some("text", Some(&self.text).filter(|tokens| **tokens > 0));
        });
    }
}

impl ToJson for Link {
    fn write_json(&self, out: &mut String) {
        out.push('[');
        hex(self.key).write_json(out);
        out.push(',');
        self.tokens.write_json(out);
        out.push(']');
    }
}

impl Outline {
    pub(crate) fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"an outline")?;
        let body = fields.nullable("body")?.unwrap_or(true);
        let calls = read_links(&mut fields, "calls")?;
        let files = read_links(&mut fields, "files")?;
        let here = fields.nullable("here")?.unwrap_or(false);
        let name = fields.read("name", read_key)?;
        let reasoning = fields.nullable("reasoning")?.unwrap_or(0);
        let results = read_links(&mut fields, "results")?;
        let role = fields.choice("role", &Role::NAMES)?;
        let text = fields.nullable("text")?.unwrap_or(0);
        fields.finish()?;
        Ok(Self::from_parts(role, (text, reasoning), (body, here), [calls, results, files], name))
    }
}

fn hex(key: Key) -> String {
    format!("{key:016x}")
}

fn read_key(value: Value, at: At<'_>) -> Result<Key> {
    let key = value.as_str().and_then(|text| Key::from_str_radix(text, 16).ok());
    key.ok_or_else(|| at.wrong("expected 16 hex digits"))
}

fn read_links(fields: &mut Fields<'_>, name: &str) -> Result<Vec<Link>> {
    let items = fields.nullable(name)?.unwrap_or_default();
    fields.at(name).each(items, |item, at| match item {
        Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
            Ok([key, tokens]) => {
                let tokens = tokens.as_u64().and_then(|tokens| u32::try_from(tokens).ok());
                let tokens = tokens.ok_or_else(|| at.wrong("expected a number of tokens"))?;
                Ok(Link { key: read_key(key, At::Item(&at, 0))?, tokens })
            }
            Err(_) => Err(at.wrong("expected a key and its tokens")),
        },
        _ => Err(at.wrong("expected a key and its tokens")),
    })
}
