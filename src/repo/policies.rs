//! Policies at work: what they look at is gathered here, and what they found is told and logged. What becomes of
//! an action is for who drives them: JavaScript, which has summarizers, handlers and timers.

use std::rc::Rc;

use super::payloads::Fetched;
use super::reads::text_of;
use super::{CommitOptions, Handle, Repository};
use crate::error::{Error, Result};
use crate::hash::ContentHash;
use crate::json::{At, Fields, Map, Members, ToJson, Value, object, put, quoted, table, to_value};
use crate::model::log::LogRow;
use crate::model::setting::{POLICY, POLICY_CONFIG, POLICY_MODE, POLICY_PAUSE, POLICY_STATE, PROPOSAL};
use crate::ops::{Group, Input, Receipt, Setting};
use crate::policy::{Action, Definition, Evaluation, Mode, Policy, PolicyConfig, Trigger, View, built_in};
use crate::state::State;
use crate::state::lineage::Slot;
use crate::store::logs::{LogPage, LogQuery};

/// The log of evaluations, and of what became of them.
pub const LOG: &str = "policy";
/// How long a policy rests at least whose proposal was rejected or failed, in milliseconds: it would ask again at the
/// next turn.
const REFUSED: i64 = 10 * 60 * 1000;
/// The longest name of a policy, in bytes.
const NAME: usize = 100;
/// Evaluations that found nothing are counted, and told after so many, or after so long: milliseconds.
const COUNTED: u32 = 100;
const KEPT: i64 = 60_000;

/// What the settings of a repository say of its policies, read once.
pub(super) struct Active {
    version: u32,
    paused: bool,
    /// Whether a proposal waits.
    waits: bool,
    mode: Option<Mode>,
    config: Option<PolicyConfig>,
    policies: Vec<Box<dyn Policy>>,
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

/// Evaluations of one policy that came to the same, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally {
    policy: Rc<str>,
    branch: String,
    outcome: &'static str,
    measured: Value,
    count: u32,
    first: i64,
    last: i64,
}

impl Tally {
    fn row(&self) -> LogRow {
        let mut fields = String::new();
        Members::write(&mut fields, |members| {
            members.put("branch", &self.branch);
            members.some("count", (self.count > 1).then_some(&self.count));
            members.put("measured", &self.measured);
            members.put("outcome", self.outcome);
            members.put("policy", &*self.policy);
            members.some("until", (self.count > 1).then_some(&self.last));
        });
        LogRow { log: LOG.into(), at: self.first, fields: fields.into() }
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
        let looks = |active: &Active| active.policies.iter().any(|policy| runs(&**policy, Trigger::Commit));
        self.active().is_ok_and(|active| !active.paused && looks(&active))
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
            Ok::<_, Box<Error>>(Active {
                version,
                paused: setting(POLICY_PAUSE).is_some(),
                waits: waits(state),
                mode: setting(POLICY_MODE).as_ref().and_then(Mode::of),
                config,
                policies: built_in(&|name| setting(&format!("{POLICY}{name}")))?,
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

    /// Notes that an evaluation came to nothing that anybody acts on.
    pub(super) fn tally(&self, policy: &str, branch: &str, outcome: &'static str, measured: Value) {
        let now = self.journal_time();
        let mut tallies = self.tallies.borrow_mut();
        let known = tallies.iter().position(|tally| &*tally.policy == policy && tally.branch == branch);
        if let Some(place) = known
            && let Some(tally) = tallies.get_mut(place)
        {
            if tally.outcome == outcome {
                (tally.count, tally.last, tally.measured) = (tally.count + 1, now, measured);
                if tally.count >= COUNTED || now - tally.first >= KEPT {
                    self.waiting_logs.borrow_mut().push(tallies.swap_remove(place).row());
                }
                return;
            }
            self.waiting_logs.borrow_mut().push(tallies.swap_remove(place).row());
        }
        let (policy, branch) = (policy.into(), branch.to_owned());
        tallies.push(Tally { policy, branch, outcome, measured, count: 1, first: now, last: now });
    }

    /// Has the next write take along everything that was counted.
    pub(super) fn ripen_tallies(&self) {
        let rows = self.tallies.take();
        self.waiting_logs.borrow_mut().extend(rows.iter().map(Tally::row));
    }
}

impl Handle {
    /// Configures policies by name, built in or of the application; null takes a configuration away. All or none.
    ///
    /// # Errors
    /// `Validation` with the place of what is wrong; those of the store.
    pub async fn set_policies(&self, definitions: Map, options: &CommitOptions) -> Result<()> {
        let mut inputs = Vec::new();
        for (name, value) in &definitions {
            if name.is_empty() || name.len() > NAME {
                let message = format!("the name of a policy has 1 to {NAME} bytes, found {}", quoted(name));
                return Err(Error::invalid(message));
            }
            if !value.is_null() {
                let known = built_in(&|other| (other == name).then(|| value.clone()))?;
                match known.iter().find(|policy| policy.name() == name) {
                    Some(policy) => policy.check(&|pattern, flags, text| self.repo.matches(pattern, flags, text))?,
                    None => check_own(name, value)?,
                }
            }
            let (name, value) = (format!("{POLICY}{name}"), Some(value.clone()));
            inputs.push(Input::Set(Setting { name, value, objects: Vec::new() }));
        }
        let group = Group { kind: "policies", author: None, inputs, planned: Default::default() };
        self.perform(Input::Batch(group), options).await.map(drop)
    }

    /// Says what policies do that do not say so themselves; none: each its own default.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn set_policy_mode(&self, mode: Option<Mode>, options: &CommitOptions) -> Result<()> {
        self.set(POLICY_MODE.to_owned(), mode.map(|mode| mode.name().into()), "policyMode", options).await
    }

    /// Says when and how the context is compressed, completed by the defaults; none: as `auto-compress` says.
    ///
    /// # Errors
    /// `Validation` where something is out of range; those of the store.
    pub async fn set_policy_config(&self, config: Option<Value>, options: &CommitOptions) -> Result<()> {
        let config = config.map(|value| PolicyConfig::read(value, At::Root)).transpose()?;
        self.set(POLICY_CONFIG.to_owned(), config.map(|config| to_value(&config)), "policyConfig", options).await
    }

    /// Lets all policies rest, whichever process they run in, or go on.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn pause_policies(&self, reason: Option<&str>, options: &CommitOptions) -> Result<()> {
        let pause = |reason: &str| object([("at", self.repo.journal_time().into()), ("reason", reason.into())]);
        let kind = if reason.is_some() { "pause" } else { "resume" };
        self.set(POLICY_PAUSE.to_owned(), reason.map(pause), kind, options).await
    }

    async fn set(&self, name: String, value: Option<Value>, kind: &'static str, options: &CommitOptions) -> Result<()> {
        let inputs = vec![Input::Set(Setting { name, value, objects: Vec::new() })];
        let group = Group { kind, author: None, inputs, planned: Default::default() };
        self.perform(Input::Batch(group), options).await.map(drop)
    }

    /// What the settings say of policies: `{ mode, pause, config, builtIn, definitions, state }`.
    ///
    /// # Errors
    /// `Validation` where a stored definition cannot be read.
    pub fn policies(&self) -> Result<Value> {
        let active = self.repo.active()?;
        let row = |policy: &dyn Policy| {
            let definition = policy.definition();
            let mode = definition.mode.unwrap_or(policy.default_mode()).name();
            object([
                ("cooldown", definition.cooldown.into()),
                ("enabled", definition.enabled.into()),
                ("evaluateOn", policy.trigger().name().into()),
                ("mode", mode.into()),
                ("name", policy.name().into()),
                ("priority", definition.priority.into()),
            ])
        };
        let built_in = active.policies.iter().map(|policy| row(&**policy)).collect();
        Ok(self.repo.read(|state| {
            let settings = state.notes(None);
            let under = |prefix: &str| {
                let own =
                    settings.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, (*value).clone())));
                table(&mut own.collect::<Vec<_>>().into_iter())
            };
            let one = |name: &str| state.note(None, name).cloned().unwrap_or_default();
            object([
                ("builtIn", built_in),
                ("config", one(POLICY_CONFIG)),
                ("definitions", under(POLICY)),
                ("mode", one(POLICY_MODE)),
                ("pause", one(POLICY_PAUSE)),
                ("state", under(POLICY_STATE)),
            ])
        }))
    }

    /// Rows of the log of evaluations and of what became of them; writes first what was kept back.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn evaluations(&self, query: &LogQuery) -> Result<LogPage> {
        self.flush_log().await?;
        match self.repo.key() {
            Some(key) => Ok(self.repo.settings.store.read_log(&key, LOG, query).await?),
            None => Ok(LogPage::default()),
        }
    }

    /// Adds a row to the log of evaluations, with the next write; those that found nothing are counted.
    pub fn log_evaluation(&self, mut row: Map) {
        let branch = self.branch().unwrap_or_default();
        let quiet = row.get("outcome").and_then(Value::as_str) == Some("quiet");
        if let Some(policy) = row.get("policy").and_then(Value::as_str).filter(|_| quiet) {
            return self.repo.tally(policy, &branch, "quiet", row.get("measured").cloned().unwrap_or_default());
        }
        put(&mut row, "branch", branch.into());
        let fields = Value::Object(row).to_json().into();
        self.repo.waiting_logs.borrow_mut().push(LogRow { log: LOG.into(), at: self.repo.journal_time(), fields });
    }

    /// Writes the rows of logs that wait for another write.
    ///
    /// # Errors
    /// Those of the store; they wait on then.
    pub async fn flush_log(&self) -> Result<()> {
        self.repo.ripen_tallies();
        let rows = self.repo.waiting_logs.take();
        if rows.is_empty() || self.repo.key().is_none() {
            return Ok(());
        }
        let inputs = rows.iter().cloned().map(Input::Log).collect();
        let group = Group { kind: "log", author: None, inputs, planned: Default::default() };
        let written = self.perform(Input::Batch(group), &CommitOptions::default()).await;
        if written.is_err() {
            self.repo.waiting_logs.borrow_mut().extend(rows);
        }
        written.map(drop)
    }

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
                self.repo.tally("commit", branch, "failed", measured);
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
        let fresh = self.repo.read(|state| {
            let lineage = state.lineage(state.branch(branch).flatten());
            let entries = receipts.iter().filter_map(|receipt| state.find_entry(receipt.id.as_deref()?));
            entries.filter_map(|entry| lineage.slot(entry).copied()).collect::<Vec<_>>()
        });
        self.evaluate_on(branch, Trigger::Commit, None, &fresh).await
    }

    /// Has a policy look at all entries of the branch, as it does once it is enabled.
    ///
    /// # Errors
    /// As [`Handle::evaluate`].
    pub async fn scan(&self, policy: &str) -> Result<Vec<Fired>> {
        let Some(branch) = self.branch() else { return Ok(Vec::new()) };
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
        let mut fired = Vec::new();
        if active.paused || !active.policies.iter().any(|policy| asked(&**policy)) {
            return Ok(fired);
        }
        let limit = self.budget().map(|budget| budget.limit()).transpose()?.filter(|_| trigger == Trigger::Compile);
        let used = if limit.is_some() { repo.count_branch(branch).await? } else { 0 };
        let now = repo.journal_time();
        for policy in active.policies.iter().filter(|policy| asked(&***policy)) {
            let (name, definition) = (policy.name(), policy.definition());
            if let Some(until) = repo.read(|state| rests_until(state, name, definition)).filter(|until| now < *until) {
                repo.tally(name, branch, "cooldown", Value::from(until - now));
                continue;
            }
            let mut fetched = Fetched::default();
            let look = |fetched: &Fetched| {
                let state = repo.state.borrow();
                let text = |hash: &ContentHash| {
                    let ix = state.find_content(hash)?;
                    fetched.get(&ix).map(|content| text_of(content))
                };
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
                let unread: Vec<_> = unread.filter(|ix| !fetched.contains(ix) && !state.is_erased(*ix)).collect();
                if unread.is_empty() { policy.evaluate(&view).map(Ok) } else { Ok(Err(unread)) }
            };
            let mut found = look(&fetched)?;
            if let Err(unread) = &found {
                repo.fetch(unread, &mut fetched).await?;
                found = look(&fetched)?;
            }
            let Ok(Evaluation { action, measured }) = found else {
                return Err(Error::internal("a policy reads more than it asked for"));
            };
            let mode = definition.mode.or(active.mode).unwrap_or(policy.default_mode());
            match action {
                None => repo.tally(name, branch, "quiet", measured),
                Some(_) if mode == Mode::Manual => repo.tally(name, branch, "manual", measured),
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
fn rests_until(state: &State<'_>, policy: &str, definition: &Definition) -> Option<i64> {
    let last = state.note(None, &format!("{POLICY_STATE}{policy}"))?;
    let least = if last.get("refused").is_some() { REFUSED } else { 0 };
    Some(last.get("at")?.as_i64()?.saturating_add(definition.cooldown.max(least)))
}

/// A policy of the application has nothing of its own but `config`.
fn check_own(name: &str, value: &Value) -> Result<()> {
    let at = At::Member(&At::Root, name);
    let definition = Definition::read(value.clone(), at, true, 0)?;
    let mut own = Fields::of(Value::Object(definition.own), at, &"a policy")?;
    own.take("config");
    own.finish()
}

/// The error where nothing matches regular expressions.
pub(super) fn unmatched() -> Box<Error> {
    Box::new(Error::Callback { what: "matcher", message: "nothing here matches regular expressions".to_owned() })
}
