//! When compressing pays where cached input is cheap: see docs/policies.md for the rule with a worked example.
//!
//! A prompt that begins like the one before is read from the provider's cache at a share of the price. What could be
//! compressed costs that share at every call. Compressing ends that, but changes the beginning, so that the next call
//! pays in full for the summary and what stays behind it. Both together, spread over the calls since the last
//! compression, first fall and then rise. Where the next call would cost more than they came to on average it is time:
//! waiting could only raise the average. That is how machines are replaced whose upkeep grows.

use super::config::share;
use crate::error::Result;
use crate::fields::Fields;
use crate::json::Map;
use crate::model::annotation::Priority;
use crate::model::content::Role;
use crate::policy::View;
use crate::state::lineage::{Slot, Status};

/// What a compression leaves of what it takes, in tokens.
const KEPT: f64 = 0.25;
/// What frees less than this share of the budget, and fewer tokens than [`ENOUGH`], is not worth what it says.
const WORTH: f64 = 0.05;
const ENOUGH: f64 = 500.0;
/// It is late where calls have paid so many times what compressing costs, though the average still falls, as it does
/// for ever where nothing more comes.
const LATE: f64 = 2.0;

/// What is known of prices.
pub struct Economy {
    /// The price of cached input, as a share of that of other input.
    cached_ratio: f64,
    /// How many calls are to come, where that is known.
    calls: Option<u32>,
}

/// What came since the last summary, as calls of the model have read it.
#[derive(Default)]
struct Since {
    /// Tokens of the summary, where it would be extended.
    summary: f64,
    /// Tokens that can go.
    eligible: f64,
    /// Tokens that were sent already, stay, and stand behind the first that goes.
    again: f64,
    /// Calls of the model.
    calls: u32,
    /// What those paid for what a compression at each of them would have freed.
    paid: f64,
}

impl Economy {
    /// `cachedRatio`: above 0, at most 1; `expectedCalls`. None where the first is not given.
    pub fn read(fields: &mut Fields<'_>) -> Result<Option<Self>> {
        let cached_ratio = share(fields, "cachedRatio")?;
        let calls = fields.nullable("expectedCalls")?;
        match (cached_ratio, calls) {
            (None, Some(_)) => Err(fields.at("expectedCalls").wrong("expectedCalls needs cachedRatio")),
            (ratio, calls) => Ok(ratio.map(|cached_ratio| Self { cached_ratio, calls })),
        }
    }

    /// Whether compressing now pays, to summaries of at most so many tokens, or the budget leaves no choice. Tells what
    /// it went by in `out`, in tokens of full price.
    pub fn weigh(&self, view: &View<'_>, limit: u64, preserve: u32, most: f64, out: &mut Map) -> bool {
        let since = self.look(view, preserve as usize, most);
        let freed = since.freed(most);
        let next = self.cached_ratio * freed;
        let loss = (1.0 - self.cached_ratio) * (since.kept(most) + since.again);
        let average = (loss + since.paid) / f64::from(since.calls.max(1));
        out.insert("next", rounded(next).into());
        out.insert("average", rounded(average).into());
        let (used, limit) = (view.used as f64, limit as f64);
        let pays = (next >= average || since.paid >= LATE * loss)
            && self.calls.is_none_or(|calls| f64::from(calls) * next >= loss);
        freed >= (WORTH * limit).min(ENOUGH) && (pays || used >= limit)
    }

    /// Walks through what came since the last summary, as it was at each call.
    fn look(&self, view: &View<'_>, preserve: usize, most: f64) -> Since {
        let state = view.state;
        let height = |slot: &Slot| state.commits(slot.commit).height;
        let tokens = |slot: &Slot| f64::from(state.contents(slot.content).outline.own_tokens());
        let priority = |slot: &Slot| state.priority_of(slot.entry, state.contents(slot.content));
        let (mut since, mut made) = (Since::default(), None);
        let mut new: Vec<Slot> = Vec::new();
        for slot in view.lineage.slots().iter().rev().filter(|slot| slot.status == Status::Live) {
            if &*state.contents(slot.content).content_type == "summary" {
                (since.summary, made) = (tokens(slot), Some(height(slot)));
                break;
            }
            new.push(*slot);
        }
        new.reverse();
        // What is before `cut` can go, `turn` is where the current turn begins, `sent` what the last call was given.
        let (mut cut, mut turn, mut sent, mut answers) = (0, 0, 0, false);
        let mut advance = |since: &mut Since, to: usize| {
            while cut < to {
                if let Some(slot) = new.get(cut) {
                    match priority(slot) {
                        Priority::Normal => since.eligible += tokens(slot),
                        // What stays right behind the summary keeps it from being extended.
                        Priority::Pinned if since.eligible == 0.0 => since.summary = 0.0,
                        Priority::Pinned => since.again += tokens(slot),
                        Priority::Skip | Priority::Unset => {}
                    }
                }
                cut += 1;
            }
            cut
        };
        for (place, slot) in new.iter().enumerate() {
            let role = state.role_of(state.contents(slot.content));
            if role == Role::User {
                turn = place;
            }
            let is_call = role == Role::Assistant && !answers;
            answers = role == Role::Assistant;
            if is_call {
                sent = place;
                advance(&mut since, turn.min(place.saturating_sub(preserve)));
                if made.is_none_or(|made| height(slot) > made) {
                    since.calls += 1;
                    since.paid += self.cached_ratio * since.freed(most);
                }
            }
        }
        let cut = advance(&mut since, turn.min(new.len().saturating_sub(preserve)));
        let behind = new.get(cut..sent).unwrap_or_default();
        since.again += behind.iter().filter(|slot| priority(slot) != Priority::Skip).map(tokens).sum::<f64>();
        since
    }
}

impl Since {
    /// Tokens that a compression leaves of what it takes.
    fn kept(&self, most: f64) -> f64 {
        (self.summary + KEPT * self.eligible).min(most)
    }

    /// Tokens that a compression frees.
    fn freed(&self, most: f64) -> f64 {
        if self.eligible > 0.0 { self.summary + self.eligible - self.kept(most) } else { 0.0 }
    }
}

/// To a tenth.
fn rounded(tokens: f64) -> f64 {
    (tokens * 10.0).round() / 10.0
}
