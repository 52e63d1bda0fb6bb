//! What a caller can ask of a compile.

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};

/// The options of a compile.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CompileOptions {
    /// Compile the past: a reference, or UTC milliseconds.
    pub as_of: Option<AsOf>,
    /// System messages to put first; counted, not stored.
    pub instructions: Option<Instructions>,
    /// Tools that go with the request; counted, not stored.
    pub tools: Option<Value>,
    /// The window, in tokens.
    pub max_tokens: Option<u64>,
    /// How many of the last entries the window keeps whatever they cost.
    pub preserve_recent: u32,
    /// What becomes of calls that were never answered.
    pub dangling: Dangling,
    /// Whether reasoning is shown.
    #[serde(deserialize_with = "not_null")]
    pub include_reasoning: Option<bool>,
    /// What stands for each entry.
    pub strategy: Strategy,
    /// What to do where what must stay does not fit.
    pub on_overflow: OnOverflow,
    /// Where summaries are shown.
    pub summaries: Summaries,
}

fn not_null<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    bool::deserialize(deserializer).map(Some)
}

/// A point of the past.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum AsOf {
    /// UTC milliseconds.
    Time(i64),
    /// A commit, tag or branch.
    Reference(String),
}

/// Instructions given to the compile.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Instructions {
    /// One system message.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Instructions {
    /// The texts, each a system message.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// What becomes of calls that were never answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dangling {
    /// An error result says that the call was interrupted.
    #[default]
    ErrorResult,
    /// The call is left out.
    Drop,
    /// The call stands alone.
    Keep,
}

/// What stands for each entry.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Strategy {
    /// Its payload.
    #[default]
    Full,
    /// Its commit's note; entries without one are left out, pinned ones stay as they are.
    Notes,
    /// Its payload for the most recent ones, its note for those before.
    Adaptive {
        /// How many units count as recent: a number from 1 on, or a share between 0 and 1.
        recent: f64,
    },
}

/// What to do where what must stay does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnOverflow {
    /// Fail with `BudgetExceeded`.
    #[default]
    Error,
    /// Return what must stay, with a warning.
    Return,
}

/// Where summaries are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Summaries {
    /// At the head of the next user message.
    #[default]
    User,
    /// As system messages of their own.
    System,
}

impl CompileOptions {
    /// Reads options from JSON.
    ///
    /// # Errors
    /// `Validation`.
    pub fn parse(text: &str) -> Result<Self> {
        let options: Self = serde_json::from_str(text).map_err(|error| Error::invalid(format!("options: {error}")))?;
        if let Strategy::Adaptive { recent } = options.strategy
            && !(recent.is_finite() && recent > 0.0)
        {
            return Err(Error::Validation {
                pointer: "/strategy/adaptive/recent".to_owned(),
                message: "recent must be greater than 0: a number of units, or a share below 1".to_owned(),
            });
        }
        Ok(options)
    }

    /// Whether reasoning is shown: it is by default.
    pub fn reasoning(&self) -> bool {
        self.include_reasoning.unwrap_or(true)
    }

    /// Whether the two ask for the same view, instructions and tools aside.
    pub fn same_view(&self, other: &Self) -> bool {
        self.max_tokens == other.max_tokens
            && self.preserve_recent == other.preserve_recent
            && self.dangling == other.dangling
            && self.reasoning() == other.reasoning()
            && self.strategy == other.strategy
            && self.summaries == other.summaries
    }
}
