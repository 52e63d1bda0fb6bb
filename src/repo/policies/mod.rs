//! Policies at work: what they look at is gathered here, and what they found is told and logged. What becomes of
//! an action is for who drives them: JavaScript, which has summarizers, handlers and timers.

mod log;
mod settings;

use std::rc::Rc;

use super::payloads::Fetched;
use super::reads::text_of;
use super::{Handle, Repository};
use crate::error::{Error, Result};
use crate::fields::At;
use crate::json::{Members, ToJson, Value, object, to_value};
use crate::model::setting::{POLICY, POLICY_CONFIG, POLICY_MODE, POLICY_PAUSE, POLICY_STATE, PROPOSAL};
use crate::ops::Receipt;
use crate::policy::{Action, Evaluation, Mode, Policy, PolicyConfig, Trigger, View, built_in};
use crate::state::State;
use crate::state::lineage::Slot;
pub use log::LOG;
pub(super) use log::Tally;

/// How long a policy rests at least whose proposal was rejected or failed, in milliseconds: it would ask again at the
/// next turn.
const REFUSED: i64 = 10 * 60 * 1000;

/// What the settings of a repository say of its policies, read once.
pub(super) struct Active {
    version: u32,
    paused: bool,
    /// Whether a proposal waits.
    waits: bool,
    mode: Option<Mode>,
    config: Option<PolicyConfig>,
    /// Each with the time until which it rests.
    policies: Vec<(Box<dyn Policy>, Option<i64>)>,
    on_commit: bool,
}

/// A policy that asks for something.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// The policy.
    pub policy: &'static str,
    /// Those of lower priority come first.
    pub priority: i64,
    /// What becomes of its action.
    pub mode: Mode,
    /// How long a proposal of it waits, in milliseconds.
    pub expires_after: i64,
    /// What it asks for.
    pub action: Action,
    /// What it went by.
    pub measured: Value,
    /// The branch that it looked at.
    pub branch: String,
}

impl ToJson for Fired {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("action", &self.action.0);
            members.put("branch", &self.branch);
            members.put("expiresAfter", &Value::from(self.expires_after));
            members.put("measured", &self.measured);
            members.put("mode", self.mode.name());
            members.put("policy", self.policy);
            members.put("priority", &Value::from(self.priority));
        });
    }
}

impl Repository {
    fn matches(&self, pattern: &str, flags: &str, text: &str) -> Result<bool> {
        match &self.settings.validator {
            Some(validator) => validator.matches(pattern, flags, text),
            None => Err(unmatched()),
        }
    }

    /// Whether any policy looks at commits.
    pub(super) fn looks_at_commits(&self) -> bool {
        self.active().is_ok_and(|active| !active.paused && active.on_commit)
    }

    /// The policies as the settings have them.
    fn active(&self) -> Result<Rc<Active>> {
        let version = self.read(|state| state.settings_version());
        if let Some(active) = self.active.borrow().as_ref().filter(|active| active.version == version) {
            return Ok(active.clone());
        }
        let active = Rc::new(self.read(|state| {
            let setting = |name: &str| state.note(None, name).cloned();
            let config = setting(POLICY_CONFIG).map(|value| PolicyConfig::read(value, At::Root)).transpose()?;
            let resting = |policy: Box<dyn Policy>| {
                let until = rests_until(state, &*policy);
                (policy, until)
            };
            let policies = built_in(&|name| setting(&format!("{POLICY}{name}")))?;
            let policies: Vec<_> = policies.into_iter().map(resting).collect();
            Ok::<_, Box<Error>>(Active {
                version,
                paused: setting(POLICY_PAUSE).is_some(),
                waits: waits(state),
                mode: setting(POLICY_MODE).as_ref().and_then(Mode::of),
                config,
                on_commit: policies.iter().any(|(policy, _)| runs(&**policy, Trigger::Commit)),
                policies,
            })
        })?);
        self.active.replace(Some(active.clone()));
        Ok(active)
    }

    /// The time of the journal: never before its last entry.
    pub(super) fn journal_time(&self) -> i64 {
        let now = self.settings.environment.now();
        now.max(self.read(|state| state.journal().at))
    }
}

impl Handle {
    /// Has the policies of the compile look at the branch.
    pub(super) async fn look_ahead(&self) -> Result<()> {
        for fired in self.evaluate(Trigger::Compile, None).await? {
            self.repo.emit("fired", &|| object([("fired", to_value(&fired))]));
        }
        if self.repo.active()?.waits {
            self.repo.emit("waits", &|| object([]));
        }
        Ok(())
    }

    /// Has policies look at what was just written on a branch. What they ask for is told as the event `fired`.
    pub(super) async fn look_after(&self, branch: &str, receipts: &[Receipt]) {
        match self.evaluate_commits(branch, receipts).await {
            Ok(fired) => {
                fired.iter().for_each(|fired| self.repo.emit("fired", &|| object([("fired", to_value(fired))])))
            }
            // The commit is stored; that a policy could not look at it is for the log.
            Err(error) => {
                let measured = Value::from(error.to_string());
                self.repo.tally(self.repo.journal_time(), "commit", branch, "failed", measured);
            }
        }
    }

    /// Evaluates the built-in policies of a trigger, or one of them, on the branch of this handle, in order of their
    /// priority. Says which of them ask for something; everything is logged.
    ///
    /// # Errors
    /// `Validation` where a stored definition cannot be read; `Callback`; those of the store.
    pub async fn evaluate(&self, trigger: Trigger, only: Option<&str>) -> Result<Vec<Fired>> {
        let Some(branch) = self.branch() else { return Ok(Vec::new()) };
        self.evaluate_on(&branch, trigger, only, &[]).await
    }

    /// Has the policies that look at commits look at these.
    pub(super) async fn evaluate_commits(&self, branch: &str, receipts: &[Receipt]) -> Result<Vec<Fired>> {
        let fresh = |state: &State<'_>| {
            let lineage = state.lineage(state.branch(branch).flatten());
            let entries = receipts.iter().filter_map(|receipt| state.find_entry(receipt.id.as_deref()?));
            Ok(entries.filter_map(|entry| lineage.slot(entry).copied()).collect::<Vec<_>>())
        };
        let fresh = self.repo.read_whole(&fresh).await?;
        self.evaluate_on(branch, Trigger::Commit, None, &fresh).await
    }

    /// Has a policy look at all entries of the branch, as it does once it is enabled.
    ///
    /// # Errors
    /// As [`Handle::evaluate`].
    pub async fn scan(&self, policy: &str) -> Result<Vec<Fired>> {
        let Some(branch) = self.branch() else { return Ok(Vec::new()) };
        self.repo.bring_back().await?;
        let all = self.repo.read(|state| state.lineage(self.head_in(state)).slots().to_vec());
        self.evaluate_on(&branch, Trigger::Commit, Some(policy), &all).await
    }

    async fn evaluate_on(
        &self,
        branch: &str,
        trigger: Trigger,
        only: Option<&str>,
        fresh: &[Slot],
    ) -> Result<Vec<Fired>> {
        let repo = &*self.repo;
        let active = repo.active()?;
        let asked = |policy: &dyn Policy| runs(policy, trigger) && only.is_none_or(|only| only == policy.name());
        let _held = repo.hold();
        let mut fired = Vec::new();
        if active.paused || !active.policies.iter().any(|(policy, _)| asked(&**policy)) {
            return Ok(fired);
        }
        let limit = self.budget().map(|budget| budget.limit()).transpose()?.filter(|_| trigger == Trigger::Compile);
        let used = if limit.is_some() { repo.count_branch(branch).await? } else { 0 };
        let now = repo.journal_time();
        for (policy, rests) in active.policies.iter().filter(|(policy, _)| asked(&**policy)) {
            let (name, definition) = (policy.name(), policy.definition());
            if let Some(until) = rests.filter(|until| now < *until) {
                repo.tally(now, name, branch, "cooldown", Value::from(until - now));
                continue;
            }
            let mut fetched = Fetched::default();
            let look = |fetched: &Fetched| {
                let state = repo.state.borrow();
                let text = |ix| fetched.get(ix)?.content().ok().map(|content| text_of(&content));
                let matches = |pattern: &str, flags: &str, text: &str| repo.matches(pattern, flags, text);
                let lineage = state.lineage(state.branch(branch).flatten());
                let view = View {
                    state: &state,
                    lineage: &lineage,
                    branch,
                    fresh,
                    now,
                    used,
                    limit,
                    config: active.config,
                    text: &text,
                    matches: &matches,
                };
                let unread = policy.reads(&view).into_iter().map(|slot| slot.content);
                let unread: Vec<_> = unread.filter(|ix| !fetched.contains(*ix) && !state.is_erased(*ix)).collect();
                if unread.is_empty() { policy.evaluate(&view).map(Ok) } else { Ok(Err(unread)) }
            };
            let Evaluation { action, measured } = loop {
                let (found, missed) = repo.misses(|| look(&fetched));
                if missed {
                    repo.bring_back().await?;
                    continue;
                }
                match found? {
                    Ok(evaluation) => break evaluation,
                    Err(unread) => repo.fetch(&unread, &mut fetched).await?,
                }
            };
            let mode = definition.mode.or(active.mode).unwrap_or(policy.default_mode());
            match action {
                None => repo.tally(now, name, branch, "quiet", measured),
                Some(_) if mode == Mode::Manual => repo.tally(now, name, branch, "manual", measured),
                Some(action) => fired.push(Fired {
                    policy: name,
                    priority: definition.priority,
                    mode,
                    expires_after: definition.expires_after,
                    action,
                    measured,
                    branch: branch.to_owned(),
                }),
            }
        }
        Ok(fired)
    }
}

fn runs(policy: &dyn Policy, trigger: Trigger) -> bool {
    policy.trigger() == trigger && policy.definition().enabled
}

fn waits(state: &State<'_>) -> bool {
    let settings = state.notes(None);
    let mut proposals = settings.iter().filter(|(name, _)| name.starts_with(PROPOSAL));
    proposals.any(|(_, value)| value.get("state").and_then(Value::as_str) == Some("pending"))
}

/// Until when a policy rests that acted or was refused.
fn rests_until(state: &State<'_>, policy: &dyn Policy) -> Option<i64> {
    let last = state.note(None, &format!("{POLICY_STATE}{}", policy.name()))?;
    let least = if last.get("refused").is_some() { REFUSED } else { 0 };
    Some(last.get("at")?.as_i64()?.saturating_add(policy.definition().cooldown.max(least)))
}

/// The error where nothing matches regular expressions.
pub(super) fn unmatched() -> Box<Error> {
    Box::new(Error::Callback { what: "matcher", message: "nothing here matches regular expressions".to_owned() })
}
