//! `auto-branch`: where the kind of content changes again and again, work has split, and a branch is proposed.

use super::common;
use crate::error::Result;
use crate::fields::At;
use crate::json::object;
use crate::policy::{Action, Definition, Evaluation, Policy, View};
use crate::state::lineage::Status;

pub const NAME: &str = "auto-branch";

/// Counts changes of content type among the last entries.
pub struct AutoBranch {
    definition: Definition,
    changes: u32,
    window: u32,
}

impl AutoBranch {
    /// `changes` (4) within the last `window` (5) entries.
    pub fn read(definition: Definition, at: At<'_>) -> Result<Self> {
        let mut fields = definition.own(at)?;
        let changes: u32 = fields.nullable("changes")?.unwrap_or(4);
        let window: u32 = fields.nullable("window")?.unwrap_or(5);
        if changes == 0 || window <= changes || window > 1000 {
            let message = format!("window must be above changes ({changes}) and at most 1000, found {window}");
            return Err(fields.at("window").wrong(message));
        }
        fields.finish()?;
        Ok(Self { definition, changes, window })
    }
}

/// A call and its result interrupt a dialogue without changing what it is about.
fn is_talk(name: &str) -> bool {
    name == "dialogue" || name == "tool_io"
}

impl Policy for AutoBranch {
    common!(NAME, Commit);

    fn evaluate(&self, view: &View<'_>) -> Result<Evaluation> {
        let live = view.lineage.slots().iter().rev().filter(|slot| slot.status == Status::Live);
        let types = live.take(self.window as usize).map(|slot| &*view.state.contents(slot.content).content_type);
        let (mut changes, mut newer): (u32, Option<&str>) = (0, None);
        for name in types {
            changes += u32::from(newer.is_some_and(|newer| newer != name && !(is_talk(newer) && is_talk(name))));
            newer = Some(name);
        }
        let measured = object([("changes", changes.into()), ("window", self.window.into())]);
        let Some(head) = view.lineage.head().filter(|_| changes >= self.changes) else {
            return Ok(Evaluation::quiet(measured));
        };
        let head = view.state.commits(head).hash;
        let name = format!("{}-{}", view.branch, head.to_hex().get(..8).unwrap_or_default());
        let action = object([("type", "branch".into()), ("name", name.into()), ("from", head.into())]);
        Ok(Evaluation { action: Some(Action(action)), measured })
    }
}
