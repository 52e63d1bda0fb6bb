//! Several operations as one.

use std::cell::RefCell;

use super::{Input, Outcome, Planner};
use crate::error::Result;
use crate::model::commit::Author;
use crate::state::apply::When;
use crate::state::{JournalPosition, State};

/// Operations that happen together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The name of the call: "batch", or what it stands for.
    pub kind: &'static str,
    /// Who made what has no author of its own.
    pub author: Option<Author>,
    /// The operations.
    pub inputs: Vec<Input>,
    /// What they came to when they were planned one by one on the journal as it stood then. It holds
    /// as long as the journal stands there.
    pub planned: RefCell<Option<(JournalPosition, Outcome)>>,
}

/// Plans an input on a draft, and lets the draft go on from it. The outcome does not depend on when
/// the journal entry will be written: what it makes says itself that it was made at `now`.
///
/// # Errors
/// As [`super::plan`].
pub fn plan_next(draft: &mut State<'_>, branch: &str, input: &Input, seq: u64, now: i64) -> Result<Outcome> {
    let when = When { at: i64::MIN, seq };
    let outcome = Planner { draft, when, now, branch, author: None }.plan(input)?;
    apply(draft, &outcome, when)?;
    Ok(outcome)
}

impl Planner<'_> {
    /// Plans each input on what the ones before it left.
    ///
    /// # Errors
    /// That of the first input that fails; then none of them happens.
    pub(super) fn batch(&self, group: &Group) -> Result<Outcome> {
        if let Some((position, outcome)) = group.planned.take()
            && self.draft.is_untouched_since(position)
        {
            return Ok(outcome);
        }
        let mut all = Outcome::default();
        let mut draft = State::over(self.draft);
        for input in &group.inputs {
            let outcome = Planner { draft: &draft, author: group.author.as_ref(), ..*self }.plan(input)?;
            apply(&mut draft, &outcome, self.when)?;
            all.extend(outcome);
        }
        Ok(all)
    }
}

impl Outcome {
    /// Adds what came next.
    pub fn extend(&mut self, next: Self) {
        self.records.extend(next.records);
        self.objects.extend(next.objects);
        self.receipts.extend(next.receipts);
        self.logs.extend(next.logs);
    }
}

/// Lets a draft go on from an outcome.
pub(super) fn apply(draft: &mut State<'_>, outcome: &Outcome, when: When) -> Result<()> {
    Ok(draft.apply_records(&outcome.records, when)?)
}
