//! Several operations as one.

use super::{Input, Outcome, Planner};
use crate::error::Result;
use crate::model::journal::Operation;
use crate::state::State;

impl Planner<'_> {
    /// Plans each input on what the ones before it left.
    ///
    /// # Errors
    /// That of the first input that fails; then none of them happens.
    pub(super) fn batch(&self, inputs: &[Input]) -> Result<Outcome> {
        let mut all = Outcome::default();
        let mut draft = State::over(self.draft);
        for input in inputs {
            let outcome = Planner { draft: &draft, ..*self }.plan(input)?;
            apply(&mut draft, &outcome, self)?;
            all.records.extend(outcome.records);
            all.objects.extend(outcome.objects);
            all.receipts.extend(outcome.receipts);
        }
        Ok(all)
    }
}

/// Lets a draft go on from an outcome.
pub(super) fn apply(draft: &mut State<'_>, outcome: &Outcome, planner: &Planner<'_>) -> Result<()> {
    let operation =
        Operation { author: None, id: None, kind: String::new(), records: outcome.records.clone(), undoes: None };
    Ok(draft.apply(&operation, 0, planner.when)?)
}
