//! Settings of the repository, and what must hold for an operation to go ahead.

use super::{Outcome, Planner};
use crate::error::{Error, Result};
use crate::hash::{CommitHash, ContentHash, each_hash};
use crate::json::{Value, quoted};
use crate::model::annotation::Priority;
use crate::model::limits::check_depth;
use crate::model::object::Object;
use crate::model::setting::{POLICY_PAUSE, PROPOSAL};
use crate::state::lineage::Status;

/// A setting to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name: see [`crate::model::setting`].
    pub name: String,
    /// None takes it away.
    pub value: Option<Value>,
    /// The objects that it names.
    pub objects: Vec<Object>,
}

/// What must hold on the draft that an operation is planned on.
#[derive(Debug, Clone, PartialEq)]
pub enum Requirement {
    /// A proposal stands as it was seen: else it is stale.
    Proposal {
        /// Its id.
        id: String,
        /// Its setting.
        value: Option<Value>,
    },
    /// An entry is in the view of the branch and says what it said, with the priority that it had.
    Entry {
        /// The proposal that rests on it.
        proposal: String,
        /// The entry.
        id: String,
        /// Its payload.
        content: ContentHash,
        /// As it was annotated.
        priority: Priority,
    },
    /// A branch points where it pointed.
    Branch {
        /// The proposal that rests on it.
        proposal: String,
        /// Its name.
        name: String,
        /// Where it pointed.
        head: Option<CommitHash>,
    },
    /// No setting of the repository was made since they were counted so.
    Settings(u32),
    /// Policies do not rest.
    Unpaused,
    /// No other proposal of the policy waits.
    NoneWaits {
        /// The policy.
        policy: String,
    },
}

impl Planner<'_> {
    /// Sets or removes a setting.
    ///
    /// # Errors
    /// `Validation` where it is nested too deeply; `ErasedContent` where an object that it names shows what was erased.
    pub(super) fn set(&self, setting: &Setting) -> Result<Outcome> {
        let value = setting.value.as_ref().filter(|value| !value.is_null());
        value.map_or(Ok(()), |value| check_depth("/value", value))?;
        let mut intact = Ok(());
        for object in &setting.objects {
            each_hash(&object.bytes, &mut |hash| {
                if intact.is_ok() {
                    intact = self.draft.check_taken(&hash);
                }
            });
        }
        intact?;
        let records: Vec<_> = self.note(None, &setting.name, value.cloned()).into_iter().collect();
        let objects = if records.is_empty() { Vec::new() } else { setting.objects.clone() };
        Ok(Outcome { records, objects, ..Outcome::default() })
    }

    /// Checks that something holds.
    ///
    /// # Errors
    /// `StaleProposal`, `PolicyPaused`, `Conflict`.
    pub(super) fn require(&self, requirement: &Requirement) -> Result<Outcome> {
        let stale = |id: &str, reason: String| Err(Box::new(Error::StaleProposal { id: id.to_owned(), reason }));
        match requirement {
            Requirement::Proposal { id, value } => {
                let now = self.draft.note(None, &format!("{PROPOSAL}{id}"));
                if now != value.as_ref() {
                    let state = now.and_then(|now| now.get("state")).and_then(Value::as_str).unwrap_or("unknown");
                    return stale(id, format!("it is {state} now, and not what was seen"));
                }
            }
            Requirement::Entry { proposal, id, content, priority } => {
                let entry = self.draft.find_entry(id);
                let lineage = self.draft.lineage(self.head());
                let slot = entry.and_then(|entry| lineage.slot(entry));
                let Some(slot) = slot.filter(|slot| slot.status == Status::Live) else {
                    return stale(proposal, format!("entry {id} is not in the view any more"));
                };
                if self.draft.contents(slot.content).hash != *content {
                    return stale(proposal, format!("entry {id} was edited"));
                }
                if self.priority(slot.entry) != *priority {
                    return stale(proposal, format!("the priority of entry {id} changed"));
                }
            }
            Requirement::Branch { proposal, name, head } => {
                let now = self.draft.branch(name).flatten().map(|ix| self.draft.commits(ix).hash);
                if now != *head {
                    return stale(proposal, format!("branch {} moved", quoted(name)));
                }
            }
            Requirement::Settings(version) => {
                if self.draft.settings_version() != *version {
                    return stale("", String::new()); // whoever requires it begins anew
                }
            }
            Requirement::Unpaused => {
                if let Some(pause) = self.draft.note(None, POLICY_PAUSE) {
                    let reason = pause.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned();
                    return Err(Box::new(Error::PolicyPaused { reason }));
                }
            }
            Requirement::NoneWaits { policy } => {
                let is = |value: &Value, name: &str, text: &str| value.get(name).and_then(Value::as_str) == Some(text);
                // One that expired waits no more, whether or not anybody wrote it down.
                let past =
                    |value: &Value| value.get("expiresAt").and_then(Value::as_i64).is_some_and(|at| at <= self.now);
                let waits = |value: &Value| is(value, "state", "pending") && !past(value);
                let settings = self.draft.notes(None);
                let mut proposals = settings.iter().filter(|(name, _)| name.starts_with(PROPOSAL));
                if proposals.any(|(_, value)| is(value, "policy", policy) && waits(value)) {
                    return Err(Error::conflict(format!("a proposal of policy {policy} waits already")));
                }
            }
        }
        Ok(Outcome::default())
    }
}
