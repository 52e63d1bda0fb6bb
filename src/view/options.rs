//! What a caller can ask of a compile.

use crate::json::{ToJson, Value, parse, quoted};

use crate::error::{Error, Result};
use crate::fields::{At, Fields};

/// The options of a compile.
#[derive(Debug, Clone, PartialEq, Default)]
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
    pub include_reasoning: Option<bool>,
    /// What stands for each entry.
    pub strategy: Strategy,
    /// What to do where what must stay does not fit.
    pub on_overflow: OnOverflow,
    /// Where summaries are shown.
    pub summaries: Summaries,
}

/// A point of the past.
#[derive(Debug, Clone, PartialEq)]
pub enum AsOf {
    /// UTC milliseconds.
    Time(i64),
    /// A commit, tag or branch.
    Reference(String),
}

/// Instructions given to the compile.
#[derive(Debug, Clone, PartialEq)]
pub enum Instructions {
    /// One system message.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl AsOf {
    fn read(value: Value, at: At<'_>) -> Result<Self> {
        match value {
            Value::String(reference) => Ok(Self::Reference(reference)),
            value => {
                let time = value.as_i64().or(value.as_f64().filter(|time| time.fract() == 0.0).map(|time| time as i64));
                time.map(Self::Time).ok_or_else(|| at.wrong("asOf must be a reference or UTC milliseconds"))
            }
        }
    }
}

impl Strategy {
    fn read(value: Value, at: At<'_>) -> Result<Self> {
        match value.as_str() {
            Some("full") => return Ok(Self::Full),
            Some("notes") => return Ok(Self::Notes),
            Some(other) => return Err(at.wrong(format!("there is no strategy {}", quoted(other)))),
            None => {}
        }
        let mut fields = Fields::of(value, at, &"strategy")?;
        let recent = fields.must("adaptive", |value, at| {
            let mut fields = Fields::of(value, at, &"adaptive")?;
            let recent: f64 = fields.get("recent")?;
            if !(recent.is_finite() && recent > 0.0) {
                let message = "recent must be greater than 0: a number of units, or a share below 1";
                return Err(fields.at("recent").wrong(message));
            }
            fields.finish()?;
            Ok(recent)
        })?;
        fields.finish()?;
        Ok(Self::Adaptive { recent })
    }
}

impl Instructions {
    fn read(value: Value, at: At<'_>) -> Result<Self> {
        match value {
            Value::String(text) => Ok(Self::One(text)),
            Value::Array(items) => Ok(Self::Many(at.each(items, |item, at| match item {
                Value::String(text) => Ok(text),
                _ => Err(at.wrong("instructions must be texts")),
            })?)),
            _ => Err(at.wrong("instructions must be a text or several")),
        }
    }

    /// The texts, each a system message.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// What becomes of calls that were never answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
#[derive(Debug, Clone, Copy, PartialEq, Default)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnOverflow {
    /// Fail with `BudgetExceeded`.
    #[default]
    Error,
    /// Return what must stay, with a warning.
    Return,
}

/// Where summaries are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Summaries {
    /// At the head of the next user message.
    #[default]
    User,
    /// As system messages of their own.
    System,
}

const DANGLING: [(&str, Dangling); 3] =
    [("error-result", Dangling::ErrorResult), ("drop", Dangling::Drop), ("keep", Dangling::Keep)];
const ON_OVERFLOW: [(&str, OnOverflow); 2] = [("error", OnOverflow::Error), ("return", OnOverflow::Return)];
const SUMMARIES: [(&str, Summaries); 2] = [("user", Summaries::User), ("system", Summaries::System)];

impl CompileOptions {
    /// Reads options from JSON.
    ///
    /// # Errors
    /// `Validation`.
    pub fn parse(text: &str) -> Result<Self> {
        let value = parse(text).map_err(|error| Error::invalid(format!("options: {error}")))?;
        let mut fields = Fields::of(value, At::Root, &"compile")?;
        let options = Self {
            as_of: fields.read("asOf", AsOf::read)?,
            instructions: fields.read("instructions", Instructions::read)?,
            tools: fields.nullable("tools")?,
            max_tokens: fields.nullable("maxTokens")?,
            preserve_recent: fields.optional("preserveRecent")?.unwrap_or_default(),
            dangling: fields.choice("dangling", &DANGLING)?.unwrap_or_default(),
            include_reasoning: fields.optional("includeReasoning")?,
            strategy: fields.read("strategy", Strategy::read)?.unwrap_or_default(),
            on_overflow: fields.choice("onOverflow", &ON_OVERFLOW)?.unwrap_or_default(),
            summaries: fields.choice("summaries", &SUMMARIES)?.unwrap_or_default(),
        };
        fields.finish()?;
        Ok(options)
    }

    /// Whether reasoning is shown: it is by default.
    pub fn reasoning(&self) -> bool {
        self.include_reasoning.unwrap_or(true)
    }

    /// What it asks for, instructions, tools and `asOf` aside, in a form that stays the same.
    pub fn describe_view(&self, out: &mut String) {
        let (strategy, recent) = match self.strategy {
            Strategy::Full => (0, 0),
            Strategy::Notes => (1, 0),
            Strategy::Adaptive { recent } => (2, recent.to_bits()),
        };
        let figures = [
            self.max_tokens.map_or(0, |limit| limit + 1),
            self.preserve_recent.into(),
            self.dangling as u64,
            self.reasoning().into(),
            self.summaries as u64,
            strategy,
            recent,
        ];
        figures.as_slice().write_json(out);
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
