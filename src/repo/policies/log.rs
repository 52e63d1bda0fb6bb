//! The log of evaluations. Those that found nothing are counted, and told after so many, or after so long.

use std::rc::Rc;

use super::super::{CommitOptions, Handle, Repository};
use crate::error::Result;
use crate::json::{Map, Members, ToJson, Value, put};
use crate::model::log::LogRow;
use crate::ops::{Group, Input};
use crate::store::logs::{LogPage, LogQuery};

/// The log of evaluations, and of what became of them.
pub const LOG: &str = "policy";
/// Evaluations that found nothing are counted, and told after so many, or after so long: milliseconds.
const COUNTED: u32 = 100;
const KEPT: i64 = 60_000;
/// What can come to the same at every turn.
const COUNTED_OUTCOMES: [&str; 4] = ["quiet", "manual", "cooldown", "waits"];

/// Evaluations of one policy that came to the same, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::repo) struct Tally {
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
    /// Notes that an evaluation came to nothing that anybody acts on.
    pub(in crate::repo) fn tally(&self, now: i64, policy: &str, branch: &str, outcome: &'static str, measured: Value) {
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
    pub(in crate::repo) fn ripen_tallies(&self) {
        let rows = self.tallies.take();
        self.waiting_logs.borrow_mut().extend(rows.iter().map(Tally::row));
    }
}

impl Handle {
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

    /// Adds a row to the log of evaluations, with the next write; those on which nobody acted are counted.
    pub fn log_evaluation(&self, mut row: Map) {
        let branch = self.branch().unwrap_or_default();
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        let counted = COUNTED_OUTCOMES.iter().find(|outcome| text("outcome") == Some(outcome));
        if let Some((outcome, policy)) = counted.zip(text("policy")) {
            let measured = row.get("measured").or_else(|| row.get("action")).cloned().unwrap_or_default();
            return self.repo.tally(self.repo.journal_time(), policy, &branch, outcome, measured);
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
}
