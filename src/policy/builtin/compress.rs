//! `auto-compress`: the context is compressed before it is full.

use super::common;
use crate::error::Result;
use crate::fields::At;
use crate::json::{Value, object, put};
use crate::policy::config::share;
use crate::policy::economy::Economy;
use crate::policy::{Action, Definition, Evaluation, Policy, View};

pub const NAME: &str = "auto-compress";

/// The share of the budget from which on it acts, where nothing else is said.
const THRESHOLD: f64 = 0.9;

/// What all summaries may take of the budget: they extend one another, and would fill it in the end.
const SUMMARIES: f64 = 0.3;
/// The same where every call pays for them.
const CHEAP_SUMMARIES: f64 = 0.1;

/// Acts once the compile has reached a share of the budget; without a budget, never.
pub struct AutoCompress {
    definition: Definition,
    threshold: Option<f64>,
    preserve_recent: Option<u32>,
    summary_share: Option<f64>,
    economy: Option<Economy>,
}

impl AutoCompress {
    /// `threshold`, `preserveRecent`, `summaryShare`; and where the price of cached input is known, `cachedRatio` …
    pub fn read(definition: Definition, at: At<'_>) -> Result<Self> {
        let mut fields = definition.own(at)?;
        let policy = Self {
            threshold: share(&mut fields, "threshold")?,
            preserve_recent: fields.nullable("preserveRecent")?,
            summary_share: share(&mut fields, "summaryShare")?,
            economy: Economy::read(&mut fields)?,
            definition,
        };
        fields.finish()?;
        Ok(policy)
    }
}

impl Policy for AutoCompress {
    common!(NAME, Compile);

    fn evaluate(&self, view: &View<'_>) -> Result<Evaluation> {
        let threshold = view.config.map(|config| config.threshold).or(self.threshold).unwrap_or(THRESHOLD);
        let preserve = view.config.map(|config| config.preserve_recent_count).or(self.preserve_recent).unwrap_or(0);
        let off = view.config.is_some_and(|config| !config.enabled);
        let Some(limit) = view.limit else { return Ok(Evaluation::quiet(object([("limit", Value::Null)]))) };
        let share = view.used as f64 / limit as f64;
        let usual = if self.economy.is_some() { CHEAP_SUMMARIES } else { SUMMARIES };
        let most = (limit as f64 * self.summary_share.unwrap_or(usual)).floor().max(1.0);
        let mut measured =
            object([("limit", limit.into()), ("threshold", threshold.into()), ("used", view.used.into())]);
        let due = match (&self.economy, &mut measured) {
            (Some(economy), Value::Object(out)) => economy.weigh(view, limit, preserve, most, out),
            _ => share >= threshold,
        };
        if off || !due {
            return Ok(Evaluation::quiet(measured));
        }
        let mut action = object([("type", "compress".into()), ("maxSummaryTokens", most.into())]);
        if let (true, Value::Object(out)) = (preserve > 0, &mut action) {
            put(out, "preserveRecent", preserve.into());
        }
        Ok(Evaluation { action: Some(Action(action)), measured })
    }
}
