//! Policies: what a context does to keep itself in shape. A policy looks at a branch and says what should be
//! done; it does nothing itself. What becomes of its action follows from its mode: it is logged, proposed, or
//! done.
//!
//! Evaluating is pure: a [`View`] in, an [`Evaluation`] out. `repo/policies.rs` gathers the one and acts on the
//! other; policies of the application are JavaScript and see the same through `js/src/policies/`.

mod action;
mod builtin;
mod config;
mod definition;
mod economy;

use crate::error::Result;
use crate::json::Value;
use crate::state::State;
use crate::state::arena::ContentIx;
use crate::state::lineage::{Lineage, Slot};

pub use action::{Action, Steps};
pub use builtin::built_in;
pub use config::PolicyConfig;
pub use definition::{Definition, Mode};

/// When a policy is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// After each commit, on the branch that it went to.
    Commit,
    /// Before each compile of `prepare`.
    Compile,
}

impl Trigger {
    /// By name.
    pub const NAMES: [(&str, Self); 2] = [("commit", Self::Commit), ("compile", Self::Compile)];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Compile => "compile",
        }
    }
}

/// Looks at a branch and says what should be done.
pub trait Policy {
    /// Its name.
    fn name(&self) -> &'static str;

    /// When it is evaluated.
    fn trigger(&self) -> Trigger;

    /// Those of lower priority come first.
    fn priority(&self) -> i64;

    /// How it is configured.
    fn definition(&self) -> &Definition;

    /// Looks. Pure, and fast: it runs after every commit, or before every compile.
    ///
    /// # Errors
    /// `Callback` where an expression cannot be matched.
    fn evaluate(&self, view: &View<'_>) -> Result<Evaluation>;

    /// What becomes of its actions where nobody says otherwise.
    fn default_mode(&self) -> Mode {
        Mode::Collaborative
    }

    /// Checks what only somebody who knows regular expressions can.
    ///
    /// # Errors
    /// `Validation` with the place of an expression that is none.
    fn check(&self, _matches: Matches<'_>) -> Result<()> {
        Ok(())
    }

    /// The entries' payloads that it has to read.
    fn reads(&self, _view: &View<'_>) -> Vec<Slot> {
        Vec::new()
    }
}

/// Pattern, flags, text: whether it matches.
pub type Matches<'a> = &'a dyn Fn(&str, &str, &str) -> Result<bool>;

/// What a policy looks at.
pub struct View<'a> {
    /// The repository.
    pub state: &'a State<'a>,
    /// What the branch's history amounts to.
    pub lineage: &'a Lineage,
    /// The branch.
    pub branch: &'a str,
    /// The entries that the operation added or changed; on compile, none.
    pub fresh: &'a [Slot],
    /// UTC milliseconds.
    pub now: i64,
    /// What the compile has, in tokens.
    pub used: u64,
    /// What it may have, where there is a budget.
    pub limit: Option<u64>,
    /// The repository's own say on compression.
    pub config: Option<PolicyConfig>,
    /// What people read in a payload that was asked for by [`Policy::reads`].
    pub text: &'a dyn Fn(ContentIx) -> Option<String>,
    /// Whether a text matches a regular expression of JavaScript.
    pub matches: Matches<'a>,
}

/// What a policy found.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// What should be done.
    pub action: Option<Action>,
    /// What it went by: figures for the log.
    pub measured: Value,
}

impl Evaluation {
    /// Nothing is to be done.
    pub fn quiet(measured: Value) -> Self {
        Self { action: None, measured }
    }
}
