//! Actions: what policies ask for, as data. They are stored in proposals, shown to people, changed by them,
//! and only then done.

use crate::error::Result;
use crate::fields::{At, Fields};
use crate::hash::CommitHash;
use crate::json::{Value, object};
use crate::model::annotation::Priority;
use crate::ops::Input;
use crate::state::State;

/// What should be done: a JSON object with `type`, and members that fit it.
///
/// - `compress`: the options of `compress`, done by who has a summarizer
/// - `annotate`: `entries: [{ id, priority }]`, `reason?`
/// - `branch`: `name`, `from` (a commit hash)
/// - `archive`: `branches` (names), `prefix`
/// - `rebase`: `branches` (names), each put behind the default branch
/// - anything else is the application's
#[derive(Debug, Clone, PartialEq)]
pub struct Action(pub Value);

/// What an action of varve's own does, where it needs nobody else.
pub enum Steps {
    /// These operations.
    Inputs(Vec<Input>),
    /// Somebody else does it: a summarizer, the application.
    Elsewhere,
}

const PLAIN: [(&str, Kind); 4] =
    [("annotate", Kind::Annotate), ("branch", Kind::Branch), ("archive", Kind::Archive), ("rebase", Kind::Rebase)];

#[derive(Clone, Copy)]
enum Kind {
    Annotate,
    Branch,
    Archive,
    Rebase,
}

impl Action {
    /// Sets priorities.
    pub fn annotate(entries: Vec<Value>, reason: &str) -> Self {
        Self(object([("type", "annotate".into()), ("entries", Value::Array(entries)), ("reason", reason.into())]))
    }

    /// Its `type`.
    pub fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// The operations that it comes to on a state.
    ///
    /// # Errors
    /// `Validation` where it is not as it must be.
    pub fn steps(&self, state: &State<'_>) -> Result<Steps> {
        let mut fields = Fields::of(self.0.clone(), At::Root, &"an action")?;
        let kind: String = fields.get("type")?;
        let Some((_, kind)) = PLAIN.iter().find(|(name, _)| *name == kind) else { return Ok(Steps::Elsewhere) };
        let mut inputs = Vec::new();
        match kind {
            Kind::Annotate => {
                let entries: Vec<Value> = fields.get("entries")?;
                let reason: Option<String> = fields.nullable("reason")?;
                let read = |value: Value, at: At<'_>| {
                    let mut fields = Fields::of(value, at, &"an entry")?;
                    let read = (fields.get("id")?, fields.one_of("priority", &Priority::NAMES)?);
                    fields.finish()?;
                    Ok(read)
                };
                for (target, priority) in fields.at("entries").each(entries, read)? {
                    inputs.push(Input::Annotate { target, priority, reason: reason.clone() });
                }
            }
            Kind::Branch => {
                let (name, at): (String, CommitHash) = (fields.get("name")?, fields.get("from")?);
                inputs.push(Input::CreateBranch { name: free_name(state, &name, &[]), at });
            }
            Kind::Rebase => inputs.extend(fields.strings("branches")?.into_iter().map(|name| Input::Rebase { name })),
            Kind::Archive => {
                let prefix: String = fields.get("prefix")?;
                let mut taken = Vec::new();
                for from in fields.strings("branches")? {
                    let to = free_name(state, &format!("{prefix}{from}"), &taken);
                    taken.push(to.clone());
                    inputs.push(Input::RenameBranch { from, to });
                }
            }
        }
        fields.finish()?;
        Ok(Steps::Inputs(inputs))
    }
}

/// The name, or where a branch has it, with a number.
fn free_name(state: &State<'_>, name: &str, taken: &[String]) -> String {
    let mut free = name.to_owned();
    let mut number = 1;
    while state.branch(&free).is_some() || taken.contains(&free) {
        number += 1;
        free = format!("{name}-{number}");
    }
    free
}
