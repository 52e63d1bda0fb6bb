//! Budgets: how many tokens a handle's context may have, and what happens when it has more.

use super::Repository;
use super::writer::Ticket;
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::hash::CommitHash;
use crate::json::object;
use crate::model::commit::EntryOperation;
use crate::model::content::Role;
use crate::model::record::{Record, RefRecord};
use crate::ops::{Plan, Request};
use crate::state::State;
use crate::state::lineage::Status;
use crate::tokens::TokenCounter;
use crate::view::options::CompileOptions;
use std::rc::Rc;

/// A limit on what a model sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Tokens.
    pub max_tokens: Option<u64>,
    /// Tokens of the model's context window, in place of `max_tokens`.
    pub context_window: Option<u64>,
    /// Tokens of the window that are kept for the answer.
    pub reserve_output: u64,
    /// Share of the window that is kept free because counts can be off: 0 to 1.
    pub margin: f64,
    /// What happens when it is exceeded.
    pub action: BudgetAction,
}

/// What happens when a budget is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BudgetAction {
    /// The event `budget`.
    #[default]
    Warn,
    /// Input is refused. What was paid for already, replies and results, is stored all the same.
    Reject,
    /// The event `budget`; the application acts on it.
    Callback,
}

const ACTIONS: [(&str, BudgetAction); 3] =
    [("warn", BudgetAction::Warn), ("reject", BudgetAction::Reject), ("callback", BudgetAction::Callback)];

impl Budget {
    /// Reads a budget: what is left of `fields`.
    ///
    /// # Errors
    /// `Validation` where it is none.
    pub fn read(mut fields: Fields<'_>) -> Result<Self> {
        let budget = Self {
            max_tokens: fields.nullable("maxTokens")?,
            context_window: fields.nullable("contextWindow")?,
            reserve_output: fields.nullable("reserveOutput")?.unwrap_or(0),
            margin: fields.nullable("margin")?.unwrap_or(0.0),
            action: fields.choice("action", &ACTIONS)?.unwrap_or_default(),
        };
        fields.finish()?;
        Ok(budget)
    }

    /// The limit in tokens.
    ///
    /// # Errors
    /// `Validation` where the figures make no sense.
    pub fn limit(&self) -> Result<u64> {
        let wrong = |pointer: &str, message: &str| {
            Err(Box::new(Error::Validation { pointer: pointer.to_owned(), message: message.to_owned() }))
        };
        if !(0.0..1.0).contains(&self.margin) {
            return wrong("/margin", "margin must be at least 0 and below 1");
        }
        match (self.max_tokens, self.context_window) {
            (Some(0), _) | (_, Some(0)) => wrong("/maxTokens", "a budget must be greater than 0"),
            (Some(limit), None) => Ok(limit),
            (None, Some(window)) => {
                let usable = (window as f64 * (1.0 - self.margin)).floor() as u64;
                match usable.checked_sub(self.reserve_output) {
                    Some(limit) if limit > 0 => Ok(limit),
                    _ => wrong("/reserveOutput", "reserveOutput and margin leave nothing of the window"),
                }
            }
            _ => wrong("/maxTokens", "a budget takes maxTokens or contextWindow, one of them"),
        }
    }
}

impl Repository {
    /// Tokens that a plain compile of the branch has.
    pub(super) async fn count_branch(&self, branch: &str) -> Result<u64> {
        let target = |state: &State<'_>| (state.branch(branch).flatten(), u64::MAX);
        let updated = self.update_view(&target, &CompileOptions::default(), &|_| 0).await?;
        Ok(self.views.borrow().slots.get(updated.slot).map_or(0, |slot| slot.view.tokens()))
    }

    /// Makes sure that the counts which limits are held against are known.
    pub(super) async fn count_inputs(&self, tickets: &[Rc<Ticket>]) -> Result<()> {
        for ticket in tickets.iter().filter(|ticket| ticket.limit().is_some()) {
            self.count_branch(ticket.branch()).await?;
        }
        Ok(())
    }

    /// Refuses an input that would burst the limit.
    pub(super) fn check_limit(&self, draft: &State<'_>, request: &Request, plan: &Plan, limit: u64) -> Result<()> {
        let counter = self.settings.counter.as_counter();
        let head = draft.branch(&request.branch).flatten();
        let (mut input, mut added, mut replaced) = (false, 0, 0);
        for record in &plan.operation.records {
            let record = match record {
                Record::Commit(record) => record,
                Record::Branch(change) if change.name == request.branch => {
                    replaced += left_behind(draft, change, counter);
                    continue;
                }
                _ => continue,
            };
            let known = || {
                let hash = record.commit.content_hash?;
                let here = || Some(&draft.contents(draft.content_here(&hash)?).outline);
                plan.operation.records.iter().find_map(|record| record.outline_of(&hash)).or_else(here)
            };
            if let Some(outline) = record.outline.as_ref().or_else(known) {
                input |= matches!(outline.role, Some(Role::User | Role::System | Role::Developer));
                added += u64::from(outline.tokens(counter));
            }
            let targets = match &record.commit.operation {
                Some(EntryOperation::Edit { target }) => std::slice::from_ref(target),
                Some(EntryOperation::Compact { targets }) => targets,
                _ => &[],
            };
            for entry in targets.iter().filter_map(|target| draft.find_entry(target)) {
                if let Some(slot) = draft.lineage(head).slot(entry) {
                    replaced += u64::from(draft.contents(slot.content).outline.tokens(counter));
                }
            }
        }
        if !input || added <= replaced {
            return Ok(());
        }
        let base = self.state.try_borrow().ok().and_then(|state| state.branch(&request.branch).flatten());
        let views = self.views.borrow();
        let options = CompileOptions::default();
        let slot = views
            .slots
            .iter()
            .find(|slot| slot.head == base && slot.until == u64::MAX && slot.view.options().same_view(&options));
        // What was planned before in the same entry counts with its raw tokens.
        let raw = |state: &State<'_>, ix| state.commits(ix).cumulative_tokens;
        let planned = match (head, base) {
            (Some(head), Some(base)) => raw(draft, head).saturating_sub(raw(draft, base)),
            (Some(head), None) => raw(draft, head),
            _ => 0,
        };
        let required = slot.map_or(0, |slot| slot.view.tokens()) + planned + added - replaced;
        if required > limit {
            let message = "the input would burst the budget; compact, window or raise it".to_owned();
            return Err(Box::new(Error::BudgetExceeded { limit, required, message }));
        }
        Ok(())
    }

    /// Tells those who listen where a branch has more than its budget.
    pub(super) async fn check_budget(&self, branch: &str, limit: u64) -> Result<()> {
        let used = self.count_branch(branch).await?;
        if used > limit {
            self.emit("budget", &|| {
                object([("branch", branch.into()), ("limit", limit.into()), ("used", used.into())])
            });
        }
        Ok(())
    }
}

/// Tokens of what a branch shows now, and not where it moves to.
fn left_behind(state: &State<'_>, change: &RefRecord, counter: &dyn TokenCounter) -> u64 {
    let lineage = |hash: Option<CommitHash>| state.lineage(hash.and_then(|hash| state.find_commit(&hash)));
    let (before, after) = (lineage(change.old), lineage(change.new));
    let mut tokens = 0;
    for slot in before.slots() {
        if slot.status == Status::Live && after.slot(slot.entry).is_none() {
            tokens += u64::from(state.contents(slot.content).outline.tokens(counter));
        }
    }
    tokens
}
