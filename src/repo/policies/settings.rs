//! What the owner of a repository says of policies: their definitions, the mode, the pause, `policyConfig`.

use super::super::{CommitOptions, Handle};
use crate::error::{Error, Result};
use crate::fields::{At, Fields};
use crate::json::{Map, Value, object, quoted, table, to_value};
use crate::model::setting::{POLICY, POLICY_CONFIG, POLICY_MODE, POLICY_PAUSE, POLICY_STATE};
use crate::ops::{Group, Input, Setting};
use crate::policy::{Definition, Mode, Policy, PolicyConfig, built_in};

/// The longest name of a policy, in bytes.
const NAME: usize = 100;

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
        let built_in = active.policies.iter().map(|(policy, _)| row(&**policy)).collect();
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
}

/// A policy of the application has nothing of its own but `config`.
fn check_own(name: &str, value: &Value) -> Result<()> {
    let at = At::Member(&At::Root, name);
    let definition = Definition::read(value.clone(), at, true, 0)?;
    let mut own = Fields::of(Value::Object(definition.own), at, &"a policy")?;
    own.take("config");
    own.finish()
}
