//! How a policy is configured: what every policy has, and what is its own.

use crate::error::Result;
use crate::fields::{At, Fields};
use crate::json::{Map, Value};

/// What becomes of the action that a policy asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is logged.
    Manual,
    /// It is proposed.
    Collaborative,
    /// It is done.
    Autonomous,
}

impl Mode {
    /// By name.
    pub const NAMES: [(&str, Self); 3] =
        [("manual", Self::Manual), ("collaborative", Self::Collaborative), ("autonomous", Self::Autonomous)];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Collaborative => "collaborative",
            Self::Autonomous => "autonomous",
        }
    }

    /// The mode that a value names.
    pub fn of(value: &Value) -> Option<Self> {
        Self::NAMES.iter().find(|(name, _)| value.as_str() == Some(name)).map(|(_, mode)| *mode)
    }
}

/// A week: how long a proposal waits where nothing else is said.
const EXPIRY: i64 = 7 * 24 * 60 * 60 * 1000;

/// What every policy can be told. Times are milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Whether it is evaluated.
    pub enabled: bool,
    /// What becomes of its actions; none: as the repository says, or else what is its own default.
    pub mode: Option<Mode>,
    /// How long it rests after it acted, or was refused.
    pub cooldown: i64,
    /// How long a proposal waits until it expires.
    pub expires_after: i64,
    /// Those of lower priority come first.
    pub priority: i64,
    /// Members of its own.
    pub own: Map,
}

impl Definition {
    /// Reads a definition.
    ///
    /// # Errors
    /// `Validation` with the place of what is wrong.
    pub fn read(value: Value, at: At<'_>, enabled: bool, priority: i64) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a policy")?;
        let definition = Self {
            enabled: fields.nullable("enabled")?.unwrap_or(enabled),
            mode: fields.choice("mode", &Mode::NAMES)?,
            cooldown: time(&mut fields, "cooldown")?.unwrap_or(0),
            expires_after: time(&mut fields, "expiresAfter")?.unwrap_or(EXPIRY),
            priority: fields.nullable("priority")?.unwrap_or(priority),
            own: fields.take_rest(),
        };
        Ok(definition)
    }

    /// Its own members, to be read.
    pub(super) fn own<'a>(&self, at: At<'a>) -> Result<Fields<'a>> {
        Fields::of(Value::Object(self.own.clone()), at, &"a policy")
    }
}

/// Milliseconds, not negative.
pub(super) fn time(fields: &mut Fields<'_>, name: &str) -> Result<Option<i64>> {
    let time: Option<i64> = fields.nullable(name)?;
    match time {
        Some(time) if time < 0 => Err(fields.at(name).wrong(format!("{name} must not be negative, found {time}"))),
        time => Ok(time),
    }
}
