//! The neutral chat message: a role and parts. What the compile yields, and what converters to and
//! from the providers' formats speak.

use crate::hash::ContentHash;
use crate::json::{Map, Value};

/// `{ <provider name>: JSON }`: opaque data of providers, kept exactly and given back.
pub type Provider = Map;

/// Who a message is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The application.
    System,
    /// The application, in OpenAI's newer wording.
    Developer,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// A tool.
    Tool,
}

impl Role {
    /// The roles by name.
    pub(crate) const NAMES: [(&str, Self); 5] = [
        ("system", Self::System),
        ("developer", Self::Developer),
        ("user", Self::User),
        ("assistant", Self::Assistant),
        ("tool", Self::Tool),
    ];

    /// As it stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// Content type `message`, and every message of a compile.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who it is from.
    pub role: Role,
    /// The speaker's name.
    pub name: Option<String>,
    /// What it says, in order.
    pub parts: Vec<Part>,
    /// Opaque data of providers.
    pub provider: Option<Provider>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Opaque data of providers.
    pub provider: Option<Provider>,
}

/// The kinds of parts.
#[derive(Debug, Clone, PartialEq)]
pub enum PartKind {
    /// Text.
    Text(String),
    /// The model's thinking.
    Reasoning(String),
    /// The model asks for a tool.
    ToolCall {
        /// Ties the result to the call.
        call_id: String,
        /// The tool.
        tool_name: String,
        /// The arguments as JSON; null where only `raw_input` is known.
        input: Value,
        /// The exact argument text, where it is not the canonical text of `input`.
        raw_input: Option<String>,
    },
    /// A tool answers.
    ToolResult {
        /// Of the call it answers.
        call_id: String,
        /// The tool, where it is known.
        tool_name: Option<String>,
        /// The answer.
        output: Output,
    },
    /// A file: an image, audio, a document.
    File {
        /// IANA media type.
        media_type: String,
        /// Where the bytes are.
        source: FileSource,
        /// Its name.
        filename: Option<String>,
    },
    /// Anything else.
    Custom {
        /// What it is, in the application's words.
        kind: String,
        /// Any JSON.
        value: Value,
    },
}

/// Where the bytes of a file part are.
#[derive(Debug, Clone, PartialEq)]
pub enum FileSource {
    /// The SHA-256 of an object of the repository, in hex.
    Data(String),
    /// Elsewhere.
    Url(String),
}

/// What a tool gave back.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Text.
    Text(String),
    /// JSON.
    Json(Value),
    /// The call went wrong, in words.
    ErrorText(String),
    /// The call went wrong, as JSON.
    ErrorJson(Value),
    /// Parts in the provider's form.
    Content(Vec<Value>),
    /// The call was not allowed.
    ExecutionDenied(Option<String>),
}

impl Part {
    /// A text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self { kind: PartKind::Text(text.into()), provider: None }
    }
}

impl Message {
    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, name: None, parts: vec![Part::text(text)], provider: None }
    }

    /// The objects that its parts, and the parts of tools' outputs, name, with the JSON pointers of the names.
    pub fn files(&self) -> Vec<(String, ContentHash)> {
        let mut files = Vec::new();
        for (place, part) in self.parts.iter().enumerate() {
            match &part.kind {
                PartKind::File { source: FileSource::Data(hash), .. } => {
                    files.extend(hash.parse().ok().map(|hash| (format!("/parts/{place}/data"), hash)));
                }
                PartKind::ToolResult { output: Output::Content(items), .. } => {
                    for (item, value) in items.iter().enumerate() {
                        let hash = file_of(value).and_then(|hash| hash.parse().ok());
                        files.extend(hash.map(|hash| (format!("/parts/{place}/output/value/{item}/data"), hash)));
                    }
                }
                _ => {}
            }
        }
        files
    }
}

/// The hash in a file that is part of a tool's output.
fn file_of(value: &Value) -> Option<&str> {
    let is_file = value.get("type")?.as_str() == Some("file") && value.get("mediaType")?.is_string();
    value.get("data").filter(|_| is_file)?.as_str()
}
