//! Token counts of payloads by the counter in use.
//!
//! Outlines come with the counts of the counter that was in use when they were committed. Where that
//! was another one, the payload has to be read and counted again; what is missing is collected here,
//! and the caller fetches it and starts over.

use std::cell::RefCell;

use crate::collections::Map;
use crate::model::content::{DANGLING_TEXT, Role};
use crate::model::outline::Outline;
use crate::state::State;
use crate::state::arena::ContentIx;
use crate::tokens::{ChatOverhead, TokenCounter};

/// Outlines counted anew, by payload.
pub type Recounted = Map<ContentIx, Outline>;

/// The counter in use, and what it was not yet asked to count.
pub struct Counts<'a> {
    /// The counter.
    pub counter: &'a dyn TokenCounter,
    recounted: &'a Recounted,
    missing: RefCell<Vec<ContentIx>>,
    overhead: ChatOverhead,
    roles: [u32; 5],
    interrupted: std::cell::OnceCell<u32>,
}

impl<'a> Counts<'a> {
    /// Counts by `counter`, with what was counted anew so far.
    pub fn new(counter: &'a dyn TokenCounter, recounted: &'a Recounted) -> Self {
        let roles = [Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool];
        Self {
            counter,
            recounted,
            missing: RefCell::default(),
            overhead: counter.overhead(),
            roles: roles.map(|role| counter.count(role.name())),
            interrupted: std::cell::OnceCell::new(),
        }
    }

    /// The payload's outline, with this counter's counts. Until a missing one is supplied, the counts
    /// of another counter stand in.
    pub fn outline<'b>(&'b self, state: &'b State<'_>, content: ContentIx) -> &'b Outline {
        let row = state.contents(content);
        let source = row.token_source.as_deref().or(state.token_source().map(|source| &**source));
        // What was erased cannot be counted again.
        if source == Some(self.counter.source()) || state.is_erased(content) {
            return &row.outline;
        }
        self.recounted.get(&content).unwrap_or_else(|| {
            self.missing.borrow_mut().push(content);
            &row.outline
        })
    }

    /// The payloads that have to be counted anew.
    pub fn missing(&self) -> Vec<ContentIx> {
        self.missing.take()
    }

    /// What a message costs beside its content: the format's overhead and the role.
    pub fn message(&self, role: Role) -> u32 {
        self.overhead.per_message + self.roles.get(role as usize).copied().unwrap_or_default()
    }

    /// The text that stands in for a missing result.
    pub fn interrupted(&self) -> u32 {
        *self.interrupted.get_or_init(|| self.counter.count(DANGLING_TEXT))
    }

    /// What priming the reply costs.
    pub fn reply(&self) -> u32 {
        self.overhead.per_reply
    }
}
