//! When compressing pays where cached input is cheap: see docs/policies.md for the rule with a worked example.
//!
//! A prompt that begins like the one before is read from the provider's cache at a share of the price. A
//! compression changes the beginning, so the next call pays in full for all that stays; each call after it is
//! cheaper by what has gone. So it pays when the calls to come, times what one of them saves, exceed what the next
//! one loses.

use crate::error::Result;
use crate::json::{Fields, Map, Value};
use crate::model::setting::POLICY_STATE;
use crate::policy::View;
use crate::policy::builtin::COMPRESS;

/// What a compression leaves of what it takes, in tokens.
const KEPT: f64 = 0.25;
/// How much the saving must exceed the loss, so that an estimate that is a little off does not make it fire.
const MARGIN: f64 = 1.25;
/// A call of a model adds its answer, and what answers that: a result, or the next message.
const COMMITS_PER_CALL: f64 = 2.0;

/// What is known of prices.
pub struct Economy {
    /// The price of cached input, as a share of that of other input.
    cached_ratio: f64,
    /// How many calls are to come; none: as many as there were since the last compression.
    calls: Option<u32>,
}

impl Economy {
    /// `cachedRatio`: above 0, at most 1; `expectedCalls`. None where the first is not given.
    pub fn read(fields: &mut Fields<'_>) -> Result<Option<Self>> {
        let cached_ratio = super::config::share(fields, "cachedRatio")?;
        let calls = fields.nullable("expectedCalls")?;
        match (cached_ratio, calls) {
            (None, Some(_)) => Err(fields.at("expectedCalls").wrong("expectedCalls needs cachedRatio")),
            (ratio, calls) => Ok(ratio.map(|cached_ratio| Self { cached_ratio, calls })),
        }
    }

    /// Whether compressing now pays. Tells what it went by in `out`.
    pub fn weigh(&self, view: &View<'_>, out: &mut Map) -> bool {
        let last = view.state.note(None, &format!("{POLICY_STATE}{COMPRESS}"));
        let known = |name: &str| last.and_then(|last| last.get(name)).and_then(Value::as_f64).unwrap_or_default();
        let grown = (view.used as f64 - known("used")).max(0.0);
        let calls_since = (view.lineage.commit_count() as f64 - known("commits")).max(0.0) / COMMITS_PER_CALL;
        let calls = self.calls.map_or(calls_since, f64::from);
        let saving = calls * self.cached_ratio * (1.0 - KEPT) * grown;
        let left = view.used as f64 - (1.0 - KEPT) * grown;
        let loss = (1.0 - self.cached_ratio) * left;
        out.insert("saving".to_owned(), saving.round().into());
        out.insert("loss".to_owned(), loss.round().into());
        saving > MARGIN * loss
    }
}
