//! What the rest of the crate sees of token counting.
//!
//! A counter is synchronous, never fails, and gives the same number for the same text as long as
//! its `source` is the same: counts may be stored beside that name.

/// Counts the tokens of a text, synchronously.
pub trait TokenCounter {
    /// Number of tokens of `text`. Special tokens written out in it count as plain text.
    fn count(&self, text: &str) -> u32;

    /// What counted, as stored in `tokenSource`: `"tiktoken:o200k_base"`, `"approximate"`, `"none"`.
    fn source(&self) -> &str;

    /// Tokens that a chat format adds around the texts of messages.
    fn overhead(&self) -> ChatOverhead;
}

/// Tokens that a chat format adds around the texts of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatOverhead {
    /// For every message, besides its role and content.
    pub per_message: u32,
    /// For every `name` of a message, besides the name itself.
    pub per_name: u32,
    /// Once, to prime the reply.
    pub per_reply: u32,
}

impl ChatOverhead {
    /// OpenAI's published figures for its chat models since `gpt-3.5-turbo-0613`
    /// ("How to count tokens with tiktoken", OpenAI Cookbook).
    pub const OPENAI: Self = Self { per_message: 3, per_name: 1, per_reply: 3 };

    /// Nothing: for counters that do not count.
    pub const NONE: Self = Self { per_message: 0, per_name: 0, per_reply: 0 };
}

/// A counter for those who do not count: every text has 0 tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullCounter;

impl TokenCounter for NullCounter {
    fn count(&self, _text: &str) -> u32 {
        0
    }

    fn source(&self) -> &str {
        "none"
    }

    fn overhead(&self) -> ChatOverhead {
        ChatOverhead::NONE
    }
}
