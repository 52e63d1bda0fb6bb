//! Payloads: what an entry says. A payload is a JSON object with the discriminator `contentType`;
//! [`Payload::parse`] checks it against its type and keeps its canonical bytes, so that what came in
//! comes out exactly.

mod decode;
mod message;
mod normalize;

use crate::json::{Map, Value, canonical_json};

use crate::error::Result;
use crate::hash::ContentHash;
use crate::model::limits::check_depth;
pub use message::{FileSource, Message, Output, Part, PartKind, Provider, Role};
pub use normalize::DANGLING_TEXT;

/// The built-in content types, in the order of the documentation.
pub const BUILT_IN: [&str; 10] = [
    "message",
    "instruction",
    "dialogue",
    "tool_io",
    "reasoning",
    "artifact",
    "output",
    "freeform",
    "session",
    "summary",
];

/// A payload with its canonical bytes and hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Payload {
    /// The payload by type.
    pub content: Content,
    /// Its canonical JSON: what is stored, and what the hash is of.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub hash: ContentHash,
}

impl Payload {
    /// Checks a payload against its content type.
    ///
    /// # Errors
    /// `Validation` with a JSON pointer to what is wrong: a missing, unknown or mistyped field, or too
    /// deep a nesting.
    pub fn parse(value: Value) -> Result<Self> {
        check_depth("", &value)?;
        let bytes = canonical_json(&value).into_bytes();
        let content = Content::decode(value)?;
        Ok(Self { content, hash: ContentHash::of(&bytes), bytes })
    }
}

/// What an entry says, by content type.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A chat message with parts.
    Message(Message),
    /// What the model shall heed.
    Instruction(Instruction),
    /// One utterance of plain text.
    Dialogue(Dialogue),
    /// A tool's call or its result.
    ToolIo(ToolIo),
    /// The model's thinking.
    Reasoning(Reasoning),
    /// A piece of work: code, a document.
    Artifact(Artifact),
    /// The agent's answer.
    Output(AgentOutput),
    /// Any JSON object.
    Freeform(Map),
    /// The start, end or hand-over of a session.
    Session(Session),
    /// Stands for entries that were compacted.
    Summary(Summary),
    /// A type that the repository registered, or one that this reader does not know.
    Custom {
        /// The registered name.
        content_type: String,
        /// The whole payload, `contentType` included.
        payload: Map,
    },
}

/// Where an instruction stands in the compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// Where the first instruction of its name stands.
    #[default]
    Slot,
    /// Where it was committed.
    Here,
}

/// Content type `instruction`.
#[derive(Debug, Clone, PartialEq)]
pub struct Instruction {
    /// The text of the system message.
    pub text: String,
    /// Of several with one name the last holds.
    pub name: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// Content type `dialogue`.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialogue {
    /// Who speaks: system, user or assistant.
    pub role: Role,
    /// What is said.
    pub text: String,
    /// The speaker's name.
    pub name: Option<String>,
}

/// Whether a `tool_io` is the call or the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The model asks for the tool.
    Call,
    /// The tool answers.
    Result,
}

/// What a tool was given or gave back.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolData {
    /// JSON.
    Payload(Value),
    /// The exact text, JSON or not.
    Raw(String),
}

/// Content type `tool_io`.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolIo {
    /// The tool.
    pub tool_name: String,
    /// Call or result.
    pub direction: Direction,
    /// Arguments or result.
    pub data: ToolData,
    /// Whether the call went well; results only.
    pub failed: bool,
    /// Ties a result to its call.
    pub call_id: Option<String>,
}

/// Content type `reasoning`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasoning {
    /// The thinking.
    pub text: String,
    /// Opaque data of the provider (a signature, encrypted reasoning).
    pub provider: Option<Provider>,
}

/// Content type `artifact`.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    /// What it is: "code", "document", …
    pub artifact_type: String,
    /// The work itself.
    pub content: String,
    /// Of the content.
    pub language: Option<String>,
}

/// Content type `output`.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentOutput {
    /// The answer.
    pub text: String,
    /// `text`, `markdown` or `json`.
    pub format: String,
}

/// Content type `session`.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// `start`, `end` or `handoff`.
    pub session_type: String,
    /// What happened.
    pub summary: String,
    /// What was decided.
    pub decisions: Vec<String>,
    /// What did not work.
    pub failed_approaches: Vec<String>,
    /// What is to be done.
    pub next_steps: Vec<String>,
}

/// Content type `summary`.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The summary.
    pub text: String,
    /// How many entries it stands for.
    pub count: u64,
    /// When the first and the last of them were made, UTC milliseconds.
    pub span: (i64, i64),
    /// Facts to keep.
    pub facts: Vec<String>,
}

impl Content {
    /// The discriminator.
    pub fn content_type(&self) -> &str {
        match self {
            Self::Message(_) => "message",
            Self::Instruction(_) => "instruction",
            Self::Dialogue(_) => "dialogue",
            Self::ToolIo(_) => "tool_io",
            Self::Reasoning(_) => "reasoning",
            Self::Artifact(_) => "artifact",
            Self::Output(_) => "output",
            Self::Freeform(_) => "freeform",
            Self::Session(_) => "session",
            Self::Summary(_) => "summary",
            Self::Custom { content_type, .. } => content_type,
        }
    }
}
