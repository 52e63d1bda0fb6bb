//! What encodings and tokens are called.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The id of a token: its rank in merges as well.
pub type TokenId = u32;

/// The encodings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncodingName {
    /// GPT-4o and later, the o series.
    O200kBase,
    /// gpt-oss: the tokens of o200k_base, other special tokens.
    O200kHarmony,
    /// GPT-4, GPT-3.5, embeddings.
    Cl100kBase,
    /// Codex and `text-davinci-002`, `-003`.
    P50kBase,
    /// The edit models: the tokens of p50k_base, more special tokens.
    P50kEdit,
    /// GPT-3 and GPT-2.
    R50kBase,
}

impl EncodingName {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::O200kBase, Self::O200kHarmony, Self::Cl100kBase, Self::P50kBase, Self::P50kEdit, Self::R50kBase];

    /// The name as OpenAI writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k_base",
            Self::O200kHarmony => "o200k_harmony",
            Self::Cl100kBase => "cl100k_base",
            Self::P50kBase => "p50k_base",
            Self::P50kEdit => "p50k_edit",
            Self::R50kBase => "r50k_base",
        }
    }

    /// The encoding whose vocabulary asset it uses: itself, or the one it shares its tokens with.
    pub const fn vocabulary(self) -> Self {
        match self {
            Self::O200kHarmony => Self::O200kBase,
            Self::P50kEdit => Self::P50kBase,
            own => own,
        }
    }

    /// What stands in `tokenSource` for counts of this encoding.
    pub const fn source(self) -> &'static str {
        match self {
            Self::O200kBase => "tiktoken:o200k_base",
            Self::O200kHarmony => "tiktoken:o200k_harmony",
            Self::Cl100kBase => "tiktoken:cl100k_base",
            Self::P50kBase => "tiktoken:p50k_base",
            Self::P50kEdit => "tiktoken:p50k_edit",
            Self::R50kBase => "tiktoken:r50k_base",
        }
    }

    fn list() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl fmt::Display for EncodingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EncodingName {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        Self::ALL.into_iter().find(|encoding| encoding.as_str() == name).ok_or_else(|| UnknownEncoding(name.to_owned()))
    }
}

/// No encoding has this name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown encoding \"{0}\"; known are {known}", known = EncodingName::list())]
pub struct UnknownEncoding(pub String);
