//! `auto-rebase`: short branches that nobody works on any more leave the way.

use super::common;
use crate::error::Result;
use crate::fields::At;
use crate::json::{Value, object};
use crate::model::refs::{ANONYMOUS, check_ref_name};
use crate::policy::definition::time;
use crate::policy::{Action, Definition, Evaluation, Policy, View};
use crate::state::State;
use crate::state::arena::CommitIx;

pub const NAME: &str = "auto-rebase";

/// A week, in milliseconds.
const IDLE: i64 = 7 * 24 * 60 * 60 * 1000;

/// Archives branches other than the default one, and than the one that is compiled, which have few commits of their
/// own and have not moved for long.
pub struct AutoRebase {
    definition: Definition,
    max_commits: u32,
    idle: i64,
    prefix: String,
}

impl AutoRebase {
    /// `maxCommits` (3), `idle` (a week), `prefix` (`archive/`).
    pub fn read(definition: Definition, at: At<'_>) -> Result<Self> {
        let mut fields = definition.own(at)?;
        let policy = Self {
            max_commits: fields.nullable("maxCommits")?.unwrap_or(3),
            idle: time(&mut fields, "idle")?.unwrap_or(IDLE),
            prefix: fields.nullable("prefix")?.unwrap_or_else(|| "archive/".to_owned()),
            definition,
        };
        check_ref_name(&format!("{}x", policy.prefix))?;
        fields.finish()?;
        Ok(policy)
    }
}

/// Whether fewer than `most` commits, or as many, are on `head` and not on the default branch.
fn has_few_of_its_own(state: &State<'_>, head: CommitIx, default: Option<CommitIx>, most: u32) -> bool {
    let of_its_own = |ix: &CommitIx| default.is_none_or(|default| !state.is_ancestor(*ix, default));
    state.first_parents(Some(head)).take(most as usize + 1).take_while(of_its_own).count() <= most as usize
}

/// When a branch moved last, in the time of the journal.
fn moved_at(state: &State<'_>, name: &str) -> i64 {
    let mut last = 0;
    state.each_move(Some(name), &mut |row| last = row.at.max(last));
    last
}

impl Policy for AutoRebase {
    common!(NAME, Compile);

    fn evaluate(&self, view: &View<'_>) -> Result<Evaluation> {
        let (state, before) = (view.state, view.now.saturating_sub(self.idle));
        let default = state.default_branch();
        let base = state.branch(default).flatten();
        let mut idle = Vec::new();
        let branches = state.branches();
        for (name, head) in &branches {
            let Some(head) = head else { continue };
            let others = *name != default && *name != view.branch;
            // What was made lately moved lately: nearly all branches are done with here.
            if others
                && !name.starts_with(ANONYMOUS)
                && !name.starts_with(&self.prefix)
                && state.commits(*head).created_at <= before
                && moved_at(state, name) <= before
                && has_few_of_its_own(state, *head, base, self.max_commits)
            {
                idle.push(Value::from(*name));
            }
        }
        let measured = object([("branches", branches.len().into()), ("idle", idle.len().into())]);
        if idle.is_empty() {
            return Ok(Evaluation::quiet(measured));
        }
        let prefix = self.prefix.as_str().into();
        let action = object([("type", "archive".into()), ("branches", Value::Array(idle)), ("prefix", prefix)]);
        Ok(Evaluation { action: Some(Action(action)), measured })
    }
}
