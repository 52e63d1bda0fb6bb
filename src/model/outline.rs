//! What the compile must know of a payload to order, pair and window it without reading it: its role,
//! its calls and results, and the tokens of each.
//!
//! Outlines ride in the journal beside the commit. They hold no text: call ids and instruction names
//! stand there as 64-bit keys, cut from their SHA-256.

use crate::json::{Members, ToJson, Value, canonical_json};

use super::content::{Content, FileSource, PartKind, Place, Role, ToolIo};
use crate::error::Result;
use crate::fields::{At, Fields};
use crate::hash::{ContentHash, each_hash, sha256};
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

/// Apart, since many payloads have none of it and outlines stay in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Links {
    /// Calls, results and files, in this order.
    all: Box<[Link]>,
    /// How many of them are calls.
    calls: u32,
    /// How many are results.
    results: u32,
    name: Option<Key>,
}

impl Outline {
    /// Calls, results and files.
    fn links(&self) -> [&[Link]; 3] {
        let Some(links) = &self.links else { return [&[]; 3] };
        let (calls, rest) = links.all.split_at_checked(links.calls as usize).unwrap_or_default();
        let (results, files) = rest.split_at_checked(links.results as usize).unwrap_or_default();
        [calls, results, files]
    }

    /// The calls, in order.
    pub fn calls(&self) -> &[Link] {
        self.links()[0]
    }

    /// The results, in order.
    pub fn results(&self) -> &[Link] {
        self.links()[1]
    }

    /// The files whose bytes are objects, by the first eight bytes of their hashes, with the estimates that are
    /// part of the other figures: whoever counts the texts again has no bytes to look at.
    pub fn files(&self) -> &[Link] {
        self.links()[2]
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
        let counts = (calls.len() as u32, results.len() as u32);
        let all = [calls, results, files].concat().into_boxed_slice();
        let any = !all.is_empty() || name.is_some();
        let links = any.then(|| Box::new(Links { all, calls: counts.0, results: counts.1, name }));
        Self { role, text, reasoning, body, here, links }
    }

    /// The outline of `content`, its texts counted with `counter`, its files by these estimates.
    pub fn of(content: &Content, counter: &dyn TokenCounter, files: &[Link]) -> Self {
        let message = content.to_message(Role::Assistant, "");
        let mut name = None;
        let mut here = false;
        let mut by_name = None;
        match content {
            Content::Instruction(instruction) => {
                name = instruction.name.as_deref().map(key);
                here = instruction.place == Place::Here;
            }
            // Without a call id the tool's name ties result to call.
            Content::ToolIo(ToolIo { call_id: None, tool_name, .. }) => {
                by_name = Some(key(&format!("\u{0}{tool_name}")))
            }
            _ => {}
        }
        let uncounted = counter.source() == NullCounter.source();
        let of_files = |text: &str| if uncounted { 0 } else { tokens_of(text, files) };
        let (mut text, mut reasoning, mut body) = (0, 0, message.parts.is_empty());
        let (mut calls, mut results) = (Vec::new(), Vec::new());
        if let Some(name) = &message.name {
            text += counter.count(name) + counter.overhead().per_name;
        }
        for part in &message.parts {
            body |= !matches!(part.kind, PartKind::ToolResult { .. });
            match &part.kind {
                PartKind::Text(said) => text += counter.count(said),
                PartKind::Reasoning(said) => reasoning += counter.count(said),
                PartKind::ToolCall { call_id, tool_name, input, raw_input } => {
                    let tokens = counter.count(tool_name) + counter.count(&PartKind::arguments(input, raw_input));
                    calls.push(Link { key: by_name.unwrap_or_else(|| key(call_id)), tokens });
                }
                PartKind::ToolResult { call_id, output, .. } => {
                    let said = output.to_text();
                    let tokens = counter.count(&said) + of_files(&said);
                    results.push(Link { key: by_name.unwrap_or_else(|| key(call_id)), tokens });
                }
                PartKind::File { filename, source, .. } => {
                    text += filename.as_deref().map_or(0, |name| counter.count(name));
                    text += match source {
                        FileSource::Data(hash) => of_files(hash),
                        FileSource::Url(_) if uncounted => 0,
                        FileSource::Url(_) => FILE_TOKENS,
                    };
                }
                PartKind::Custom { value, .. } => {
                    let said = canonical_json(value);
                    text += counter.count(&said) + of_files(&said);
                }
            }
        }
        Self::from_parts(content.role(), (text, reasoning), (body, here), [calls, results, files.to_vec()], name)
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
