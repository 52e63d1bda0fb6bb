//! Proposals: what somebody shall say yes or no to. They are settings; what is proposed lies beside them as an
//! object, so that its hash names exactly what was shown.
//!
//! `pending` becomes `approved`, `rejected`, `expired` or `stale`; `approved` becomes `executed` or `failed`. Each
//! step is one atomic write that requires the step before, so of two that take it one wins.

use std::rc::Rc;

use super::payloads::Payload;
use super::policies::LOG;
use super::{CommitOptions, Done, Handle};
use crate::collections::{Bytes, Set};
use crate::error::{Error, Result, StoreError};
use crate::fields::{At, Fields};
use crate::hash::{ContentHash, each_hash};
use crate::json::{Map, ToJson, Value, object, parse, parse_bytes, put};
use crate::model::annotation::Priority;
use crate::model::commit::Author;
use crate::model::log::LogRow;
use crate::model::object::Object;
use crate::model::setting::{POLICY_STATE, PROPOSAL};
use crate::ops::{Group, Input, Requirement, Setting, plan_next};
use crate::state::State;
use crate::state::lineage::Status;
use crate::store::RepoKey;

/// Something to propose.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewProposal {
    /// The policy that asks, where one does.
    pub policy: Option<String>,
    /// What is proposed, and whatever is shown with it. `action` says what will be done.
    pub body: Map,
    /// The entries that it rests on: where one changes, it is stale.
    pub entries: Vec<String>,
    /// The branches that it rests on: where one moves, it is stale.
    pub branches: Vec<String>,
    /// Objects that the body names, to be kept as long as it is open.
    pub objects: Vec<Object>,
    /// When it expires: UTC milliseconds.
    pub expires_at: Option<i64>,
}

/// On whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Guard {
    /// The policy: it must not be paused, is the author, and its cooldown begins.
    pub policy: Option<String>,
    /// The proposal that is executed.
    pub proposal: Option<String>,
    /// The hash of the body that was shown, where only that is to be executed.
    pub shown: Option<String>,
    /// Members of the log's row.
    pub log: Map,
}

impl Guard {
    /// Reads a guard.
    ///
    /// # Errors
    /// `Validation`.
    pub fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a guard")?;
        let guard = Self {
            policy: fields.nullable("policy")?,
            proposal: fields.nullable("proposal")?,
            shown: fields.nullable("shown")?,
            log: fields.nullable("log")?.unwrap_or_default(),
        };
        fields.finish()?;
        Ok(guard)
    }
}

/// What an erasure takes along.
#[derive(Default)]
pub(super) struct Withdrawn {
    /// The open proposals that it makes stale.
    pub ids: Vec<String>,
    /// What makes them so, as long as no setting changes.
    pub inputs: Vec<Input>,
    /// What these showed, and what settled ones did.
    pub objects: Vec<ContentHash>,
}

/// States in which a proposal can still change.
const OPEN: [&str; 2] = ["pending", "approved"];

impl Handle {
    /// Proposes something on this handle's branch. Returns the proposal's id.
    ///
    /// # Errors
    /// `EditTarget` where an entry is not in the view; `RefNotFound`; `PolicyPaused`; `Conflict` where a proposal of
    /// the policy waits; those of the store.
    pub async fn propose(&self, new: NewProposal) -> Result<String> {
        let branch = self.writable()?;
        let now = self.repo.journal_time();
        let id = self.repo.make_id(now).to_string();
        let basis = self.repo.read_whole(&|state| basis(state, &branch, &new)).await?;
        let mut body = new.body;
        let kind = body.get("action").and_then(|action| action.get("type")).cloned().unwrap_or_default();
        body.insert("basis", basis);
        let (object, mut objects) = (object_of(&Value::Object(body)), new.objects);
        self.keep(object.hash, object.bytes.clone().into());
        let named: Vec<Value> = [&object].into_iter().chain(&objects).map(|object| object.hash.into()).collect();
        let mut value = Map::new();
        put(&mut value, "at", now.into());
        put(&mut value, "body", object.hash.into());
        put(&mut value, "branch", branch.as_str().into());
        put(&mut value, "expiresAt", new.expires_at.map_or(Value::Null, Value::from));
        put(&mut value, "kind", kind);
        put(&mut value, "objects", Value::Array(named));
        put(&mut value, "policy", new.policy.as_deref().into());
        put(&mut value, "state", "pending".into());
        objects.push(object);
        let mut inputs = Vec::new();
        if let Some(policy) = &new.policy {
            inputs.push(Input::Require(Requirement::Unpaused));
            inputs.push(Input::Require(Requirement::NoneWaits { policy: policy.clone() }));
        }
        let (name, value) = (format!("{PROPOSAL}{id}"), Some(Value::Object(value)));
        inputs.push(Input::Set(Setting { name, value, objects }));
        inputs.push(self.row("proposed", &id, new.policy.as_deref(), Map::new()));
        self.in_one("propose", None, None, inputs, &CommitOptions::default()).await?;
        Ok(id)
    }

    /// A proposal as it stands: its setting, its `id`, and, while they are kept, the members of its body.
    ///
    /// # Errors
    /// `Corrupt`; those of the store.
    pub async fn proposal(&self, id: &str) -> Result<Option<Value>> {
        let Some(value) = self.setting_of(id) else { return Ok(None) };
        let mut out = value.as_object().cloned().unwrap_or_default();
        out.remove("objects");
        out.remove("shown");
        if let Some(body) = self.body_of(&value).await? {
            body.iter().for_each(|(name, value)| put(&mut out, name, value.clone()));
        }
        out.insert("id", id.into());
        self.expire(&mut out);
        Ok(Some(Value::Object(out)))
    }

    /// Proposals in one of these states, or in any, the newest first; those before the id `before`.
    pub fn proposals(&self, states: &[String], before: Option<&str>, limit: usize) -> Vec<String> {
        self.repo.read(|state| {
            let settings = state.notes(None);
            let all = settings.iter().rev().filter_map(|(name, value)| Some((name.strip_prefix(PROPOSAL)?, *value)));
            let older = all.filter(|(id, _)| before.is_none_or(|before| *id < before));
            let mut found = Vec::new();
            for (id, value) in older {
                let mut value = value.as_object().cloned().unwrap_or_default();
                self.expire(&mut value);
                let is = |wanted: &String| value.get("state").and_then(Value::as_str) == Some(wanted);
                if (states.is_empty() || states.iter().any(is)) && found.len() < limit {
                    found.push(id.to_owned());
                }
            }
            found
        })
    }

    /// Takes a proposal from the state it is in to another, and writes `more` into it. `shown` is the hash of the
    /// body that was shown. With `edited` its body and what it rests on take the place of what is proposed.
    ///
    /// # Errors
    /// `StaleProposal` where it is settled, expired, or not what was shown; with `approved` where what it rests on
    /// changed; those of the store.
    pub async fn settle(
        &self,
        id: &str,
        shown: Option<&str>,
        to: &str,
        more: Map,
        edited: Option<NewProposal>,
    ) -> Result<()> {
        let (seen, mut value) = self.open_proposal(id, shown)?;
        // Read before it is written: what comes of it is asked for afterwards.
        let mut body = match self.body_of(&seen).await {
            Err(error)
                if matches!(*error, Error::Store(StoreError::Corrupt(_))) && OPEN.iter().all(|open| *open != to) =>
            {
                Map::new() // it can be rejected all the same
            }
            body => body?.unwrap_or_default(),
        };
        let mut objects = Vec::new();
        if let Some(new) = edited {
            new.body.iter().for_each(|(name, value)| drop(body.insert(name, value.clone())));
            let branch = seen.get("branch").and_then(Value::as_str).unwrap_or_default();
            body.insert("basis", self.repo.read_whole(&|state| basis(state, branch, &new)).await?);
            let object = object_of(&Value::Object(body));
            self.keep(object.hash, object.bytes.clone().into());
            value.insert("body", object.hash.into());
            // What was shown before stays among them: an erasure looks for it there.
            let mut named: Vec<_> = value.remove("objects").and_then(|all| all.as_array().cloned()).unwrap_or_default();
            objects.extend(new.objects);
            objects.push(object);
            named.extend(objects.iter().map(|object| Value::from(object.hash)));
            value.insert("objects", Value::Array(named));
        }
        self.to_state(&mut value, to);
        more.iter().for_each(|(name, more)| put(&mut value, name, more.clone()));
        let mut inputs = self.step(id, seen.clone(), value, objects, more);
        let policy = seen.get("policy").and_then(Value::as_str);
        if to == "approved" {
            inputs.extend(policy.map(|_| Input::Require(Requirement::Unpaused)));
            inputs.extend(self.still_holds(id, &seen).await?);
        }
        let rests = to == "rejected" || to == "failed";
        inputs.extend(policy.filter(|_| rests).map(|policy| self.acted(policy, true)));
        self.in_one("settle", Some(&seen), None, inputs, &CommitOptions::default()).await.map(drop)
    }

    /// Whether what a proposal rests on is as it was.
    ///
    /// # Errors
    /// `ProposalNotFound`; those of the store.
    pub async fn holds(&self, id: &str) -> Result<bool> {
        let seen = self.setting_of(id).ok_or_else(|| Box::new(Error::ProposalNotFound { id: id.to_owned() }))?;
        let inputs = self.still_holds(id, &seen).await?;
        let branch = seen.get("branch").and_then(Value::as_str).unwrap_or_default();
        let holds = |state: &State<'_>| {
            let mut draft = State::over(state);
            let seq = state.journal().seq;
            Ok(Value::from(inputs.iter().all(|input| plan_next(&mut draft, branch, input, seq, 0).is_ok())))
        };
        Ok(self.repo.read_whole(&holds).await? == Value::Bool(true))
    }

    /// Does something on behalf of a policy, a proposal, or both: all of it, with what must be written beside it, or
    /// nothing.
    ///
    /// # Errors
    /// `PolicyPaused`, `StaleProposal`; those of the operations and of the store.
    pub async fn act(&self, kind: &'static str, guard: Guard, work: Vec<Input>) -> Result<Done> {
        let Guard { mut policy, proposal, shown, log } = guard;
        let operation = self.repo.make_id(self.repo.journal_time()).to_string();
        let mut before = Vec::new();
        let mut after = Vec::new();
        let (mut row, mut about) = (log, None);
        row.insert("operation", operation.as_str().into());
        if let Some(id) = &proposal {
            let (seen, mut value) = self.open_proposal(id, shown.as_deref())?;
            policy = seen.get("policy").and_then(Value::as_str).map(str::to_owned).or(policy);
            before.push(Input::Require(Requirement::Proposal { id: id.clone(), value: Some(seen.clone()) }));
            before.extend(self.still_holds(id, &seen).await?);
            self.to_state(&mut value, "executed");
            value.insert("operation", operation.as_str().into());
            let name = format!("{PROPOSAL}{id}");
            after.push(Input::Set(Setting { name, value: Some(Value::Object(value)), objects: Vec::new() }));
            about = Some(seen);
        }
        if let Some(policy) = &policy {
            before.push(Input::Require(Requirement::Unpaused));
            after.push(self.acted(policy, false));
        }
        after.push(self.row("executed", proposal.as_deref().unwrap_or_default(), policy.as_deref(), row));
        before.extend(work);
        before.extend(after);
        let author = policy.map(|name| Author { kind: "policy".to_owned(), name: Some(name) });
        let options = CommitOptions { operation_id: Some(operation), ..CommitOptions::default() };
        match self.in_one(kind, about.as_ref(), author, before, &options).await {
            // Who tries again may do it twice, or meet `StaleProposal`: so it is found out here.
            Err(error) if matches!(*error, Error::Store(StoreError::OutcomeUnknown(_))) => {
                let _ = self.repo.catch_up().await; // if this fails too, nobody knows
                let operation = options.operation_id.as_deref().unwrap_or_default();
                self.repo.read(|state| Done::of(state, operation)).ok_or(error)
            }
            other => other,
        }
    }

    /// What takes proposals along that rest on one of these payloads, since they show it.
    pub(super) async fn withdraw(&self, key: &RepoKey, payloads: &Set<ContentHash>) -> Result<Withdrawn> {
        let version = self.repo.read(|state| state.settings_version());
        let (mut settings, mut named, mut objects) = (Vec::new(), Vec::new(), Vec::new());
        for id in self.proposals(&[], None, usize::MAX) {
            if let Some(seen) = self.setting_of(&id) {
                each_hash(seen.to_json().as_bytes(), &mut |hash| named.push(hash));
                settings.push((id, seen));
            }
        }
        let mut note = |hash: &ContentHash, bytes: &[u8]| {
            if rests_on(bytes, payloads) && !objects.contains(hash) {
                objects.push(*hash);
            }
        };
        self.repo.read_each(key, &named, &mut note).await?;
        let inputs = vec![Input::Require(Requirement::Settings(version))];
        let mut found = Withdrawn { objects, inputs, ..Withdrawn::default() };
        for (id, seen) in settings {
            let mut rests = false;
            let open = seen.get("objects").map_or_else(String::new, Value::to_json); // settled ones have none
            each_hash(open.as_bytes(), &mut |hash| rests |= found.objects.contains(&hash));
            if rests {
                let mut value = seen.as_object().cloned().unwrap_or_default();
                self.to_state(&mut value, "stale");
                found.inputs.extend(self.step(&id, seen, value, Vec::new(), Map::new()));
                found.ids.push(id);
            }
        }
        Ok(found)
    }

    /// Takes a proposal that stands as it was seen to the state that `value` tells, and says so in the log.
    fn step(&self, id: &str, seen: Value, value: Map, objects: Vec<Object>, row: Map) -> Vec<Input> {
        let state = value.get("state").and_then(Value::as_str).unwrap_or_default();
        let outcome = if state == "pending" { "edited" } else { state };
        let log = self.row(outcome, id, seen.get("policy").and_then(Value::as_str), row);
        let setting = Setting { name: format!("{PROPOSAL}{id}"), value: Some(Value::Object(value)), objects };
        let is_seen = Requirement::Proposal { id: id.to_owned(), value: Some(seen) };
        vec![Input::Require(is_seen), Input::Set(setting), log]
    }

    fn setting_of(&self, id: &str) -> Option<Value> {
        self.repo.read(|state| state.note(None, &format!("{PROPOSAL}{id}")).cloned())
    }

    /// A proposal that can still change: as it is, and to be changed.
    fn open_proposal(&self, id: &str, shown: Option<&str>) -> Result<(Value, Map)> {
        let stale = |reason: String| Box::new(Error::StaleProposal { id: id.to_owned(), reason });
        let seen = self.setting_of(id).ok_or_else(|| Box::new(Error::ProposalNotFound { id: id.to_owned() }))?;
        let mut value = seen.as_object().cloned().unwrap_or_default();
        self.expire(&mut value);
        let state = value.get("state").and_then(Value::as_str).unwrap_or_default();
        if !OPEN.contains(&state) {
            return Err(stale(format!("it is {state}")));
        }
        if shown.is_some_and(|shown| seen.get("body").and_then(Value::as_str) != Some(shown)) {
            return Err(stale("it was edited since it was shown".to_owned()));
        }
        Ok((seen, value))
    }

    /// What must hold for a proposal to be done.
    async fn still_holds(&self, id: &str, seen: &Value) -> Result<Vec<Input>> {
        let body = self.body_of(seen).await?.unwrap_or_default();
        let basis = body.get("basis").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let read = |row: &Value| -> Option<Requirement> {
            let text = |name: &str| row.get(name).and_then(Value::as_str);
            let proposal = id.to_owned();
            if let Some(name) = text("branch") {
                let head = text("head").and_then(|head| head.parse().ok());
                return Some(Requirement::Branch { proposal, name: name.to_owned(), head });
            }
            let priority = text("priority").and_then(|name| Priority::NAMES.iter().find(|(known, _)| *known == name));
            let (id, content) = (text("entry")?.to_owned(), text("content")?.parse().ok()?);
            Some(Requirement::Entry { proposal, id, content, priority: priority?.1 })
        };
        let wrong = || Error::internal(format!("the basis of proposal {id} is none"));
        basis.iter().map(|row| read(row).map(Input::Require).ok_or_else(wrong)).collect()
    }

    /// The body of a proposal; none where it is not kept any more. What was read once is at hand: after a write nothing
    /// is read that could fail.
    async fn body_of(&self, value: &Value) -> Result<Option<Map>> {
        let Some((hash, key)) = hash_in(value, "body").zip(self.repo.key()) else { return Ok(None) };
        let at_hand = self.repo.payloads.borrow().get(&hash);
        let bytes = match at_hand {
            Some(Payload::Stored(_, bytes)) => bytes,
            _ => {
                let before = self.repo.read(|state| state.journal());
                let found = self.repo.settings.store.read_objects(&key, &[hash]).await?;
                let Some(bytes) = found.into_iter().next().flatten() else { return Ok(None) };
                if ContentHash::of(&bytes) != hash {
                    let message = format!("object {hash} is not what its name says");
                    return Err(StoreError::corrupt(message).into());
                }
                // It may have gone while it was read.
                if self.repo.read(|state| state.journal()) == before {
                    self.keep(hash, bytes.alone().into());
                }
                bytes
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        Ok(parse(&text).ok().and_then(|body| body.as_object().cloned()))
    }

    fn keep(&self, hash: ContentHash, bytes: Bytes) {
        let size = bytes.len();
        self.repo.payloads.borrow_mut().put(hash, Payload::Stored(hash, bytes), size);
    }

    /// Past its time a proposal that waits is expired, whether or not anybody wrote it down.
    fn expire(&self, value: &mut Map) {
        let now = self.repo.settings.environment.now();
        let past = value.get("expiresAt").and_then(Value::as_i64).is_some_and(|at| at <= now);
        if past && value.get("state").and_then(Value::as_str) == Some("pending") {
            value.insert("state", "expired".into());
        }
    }

    /// Once it is settled, nothing keeps what it names. What that was stays known: an erasure looks for it there.
    fn to_state(&self, value: &mut Map, to: &str) {
        value.insert("state", to.into());
        if !OPEN.contains(&to) {
            value.insert("settledAt", self.repo.journal_time().into());
            let named = value.remove("objects").unwrap_or_default();
            put(value, "shown", named);
        }
    }

    /// A policy acted, or was refused: its cooldown begins.
    fn acted(&self, policy: &str, refused: bool) -> Input {
        let mut value = Map::new();
        put(&mut value, "at", self.repo.journal_time().into());
        put(&mut value, "refused", if refused { true.into() } else { Value::Null });
        let name = format!("{POLICY_STATE}{policy}");
        Input::Set(Setting { name, value: Some(Value::Object(value)), objects: Vec::new() })
    }

    fn row(&self, outcome: &str, proposal: &str, policy: Option<&str>, mut row: Map) -> Input {
        row.insert("outcome", outcome.into());
        put(&mut row, "branch", self.branch().as_deref().into());
        put(&mut row, "policy", policy.into());
        if !proposal.is_empty() {
            row.insert("proposal", proposal.into());
        }
        let at = self.repo.journal_time();
        Input::Log(LogRow { log: LOG.into(), at, fields: Value::Object(row).to_json().into() })
    }

    /// On the branch that a proposal is about, or where the handle stands.
    pub(super) async fn in_one(
        &self,
        kind: &'static str,
        about: Option<&Value>,
        author: Option<Author>,
        inputs: Vec<Input>,
        options: &CommitOptions,
    ) -> Result<Done> {
        let options = CommitOptions { author: author.clone(), ..options.clone() };
        let input = Input::Batch(Group { kind, author, inputs, planned: Default::default() });
        let named = about.and_then(|seen| seen.get("branch")?.as_str());
        match named.filter(|name| self.repo.read(|state| state.branch(name).is_some())) {
            Some(branch) => self.submit(branch.to_owned(), input, &options).await,
            None => self.perform(input, &options).await,
        }
    }
}

/// Whether these bytes are the body of a proposal that rests on one of these payloads.
fn rests_on(bytes: &[u8], payloads: &Set<ContentHash>) -> bool {
    let body = parse_bytes(bytes).ok();
    let basis = body.as_ref().and_then(|body| body.get("basis")?.as_array()).map_or(&[][..], Vec::as_slice);
    basis.iter().any(|row| hash_in(row, "content").is_some_and(|hash| payloads.contains(&hash)))
}

fn hash_in(value: &Value, name: &str) -> Option<ContentHash> {
    value.get(name)?.as_str()?.parse().ok()
}

fn object_of(value: &Value) -> Object {
    let bytes: Rc<[u8]> = value.to_json().into_bytes().into();
    Object { hash: ContentHash::of(&bytes), bytes }
}

/// What a proposal rests on, as it is now.
fn basis(state: &State<'_>, branch: &str, new: &NewProposal) -> Result<Value> {
    let lineage = state.lineage(state.branch(branch).flatten());
    let mut basis = Vec::new();
    for id in &new.entries {
        let slot = state.find_entry(id).and_then(|entry| lineage.slot(entry));
        let Some(slot) = slot.filter(|slot| slot.status == Status::Live) else {
            let reason = "it is not in the view of the branch".to_owned();
            return Err(Box::new(Error::EditTarget { id: id.clone(), reason }));
        };
        let latest = state.latest_annotation(slot.entry).map(|ix| state.annotations(ix).annotation.priority);
        basis.push(object([
            ("entry", id.as_str().into()),
            ("content", state.contents(slot.content).hash.into()),
            ("priority", latest.unwrap_or(Priority::Unset).name().into()),
        ]));
    }
    for name in &new.branches {
        let head = state.branch(name).flatten();
        let Some(head) = head else {
            return Err(Box::new(Error::RefNotFound { kind: "branch", name: name.clone() }));
        };
        basis.push(object([("branch", name.as_str().into()), ("head", state.commits(head).hash.into())]));
    }
    Ok(Value::Array(basis))
}
