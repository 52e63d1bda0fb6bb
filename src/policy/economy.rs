//! When compressing pays where cached input is cheap: see docs/policies.md for the rule with a worked example.
//!
//! A prompt that begins like the one before is read from the provider's cache at a share of the price. A
//! compression changes the beginning, so the next call pays in full for all that stays; each call after it is
//! cheaper by what has gone. So it pays when the calls to come, times what one of them saves, exceed what the next
//! one loses.

use crate::error::Result;
use crate::json::{Fields, Map, Value};
use crate::model::annotation::Priority;
use crate::model::content::Role;
use crate::model::setting::POLICY_STATE;
use crate::policy::View;
use crate::state::lineage::Status;

/// What a compression leaves of what it takes, in tokens.
const KEPT: f64 = 0.25;
/// How much the saving must exceed the loss, so that an estimate that is a little off does not make it fire.
const MARGIN: f64 = 1.25;
/// A call of a model adds its answer, and what answers that: a result, or the next message.
const COMMITS_PER_CALL: f64 = 2.0;
/// Where the budget is full, what frees less than this share of it is not worth a lost cache.
const WORTH: f64 = 0.05;

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

    /// Whether compressing now pays, or the budget leaves no choice. Tells what it went by in `out`.
    pub fn weigh(&self, policy: &str, view: &View<'_>, limit: u64, preserve: u32, out: &mut Map) -> bool {
        let last = view.state.note(None, &format!("{POLICY_STATE}{policy}"));
        let commits = last.and_then(|last| last.get("commits")).and_then(Value::as_f64).unwrap_or_default();
        let since = (view.lineage.commit_count() as f64 - commits).max(0.0) / COMMITS_PER_CALL;
        let calls = self.calls.map_or(since, f64::from);
        let (used, limit) = (view.used as f64, limit as f64);
        let freed = (1.0 - KEPT) * eligible(view, preserve);
        let saving = calls * self.cached_ratio * freed;
        let loss = (1.0 - self.cached_ratio) * (used - freed);
        out.insert("saving", saving.round().into());
        out.insert("loss", loss.round().into());
        saving > MARGIN * loss || (used >= limit && freed >= (used - limit).max(WORTH * limit))
    }
}

/// Tokens of what came since the last summary, and can go: no more than a compression would take.
fn eligible(view: &View<'_>, preserve: u32) -> f64 {
    let (mut tokens, mut passed, mut in_turn) = (0, 0, true);
    for slot in view.lineage.slots().iter().rev().filter(|slot| slot.status == Status::Live) {
        let row = view.state.contents(slot.content);
        if &*row.content_type == "summary" {
            break;
        }
        passed += 1;
        let may_go = !in_turn && passed > preserve && view.state.priority_of(slot.entry, row) == Priority::Normal;
        in_turn &= view.state.role_of(row) != Role::User;
        if may_go {
            tokens += u64::from(row.outline.own_tokens());
        }
    }
    tokens as f64
}
