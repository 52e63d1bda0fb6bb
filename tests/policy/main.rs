//! Policies: what each of them asks for, and what becomes of it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod configuring;
mod economy;
mod evaluating;
mod pinning;
mod proposals;

use std::rc::Rc;

use support::{User, World, block_on, nothing};
use varve::error::{Error, Result};
use varve::json;
use varve::json::Value;
use varve::policy::Trigger;
use varve::repo::{Budget, BudgetAction, Fired, Validator};
use varve::store::Pending;
use varve::store::logs::LogQuery;

/// Matches regular expressions as the crate `regex` does, which is near enough to JavaScript here.
struct Expressions;

impl Validator for Expressions {
    fn validate<'a>(&'a self, _: &'a str, _: &'a str, _: Option<String>) -> Pending<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn matches(&self, pattern: &str, _flags: &str, text: &str) -> Result<bool> {
        let wrong = |error: regex::Error| Error::Callback { what: "matcher", message: error.to_string() };
        Ok(regex::Regex::new(pattern).map_err(wrong)?.is_match(text))
    }
}

fn world() -> World {
    World { validator: Some(Rc::new(Expressions)), ..World::default() }
}

fn configure(user: &User, name: &str, definition: Value) -> Result<()> {
    let mut definitions = json::Map::new();
    definitions.insert(name, definition);
    block_on(user.handle.set_policies(definitions, &nothing()))
}

fn with_budget(user: &User, max_tokens: u64) {
    let budget = Budget {
        max_tokens: Some(max_tokens),
        context_window: None,
        reserve_output: 0,
        margin: 0.0,
        action: BudgetAction::Warn,
    };
    user.handle.set_budget(Some(budget)).unwrap();
}

fn on_compile(user: &User) -> Vec<Fired> {
    block_on(user.handle.evaluate(Trigger::Compile, None)).unwrap()
}

/// What policies asked for after commits, since the last time somebody looked.
fn asked(world: &World) -> Vec<Value> {
    let fired = world.events("fired").into_iter().map(|event| event["fired"].clone()).collect();
    world.events.borrow_mut().clear();
    fired
}

/// Outcome, policy and count of each row of the log.
fn log(user: &User) -> Vec<(String, String, u64)> {
    let query = LogQuery { since: None, until: None, filter: Vec::new(), limit: 1000, reverse: false, cursor: None };
    let rows = block_on(user.handle.evaluations(&query)).unwrap().rows;
    let read = |(_, fields): &(i64, Rc<str>)| {
        let row: Value = json::parse(fields).unwrap();
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        (text("outcome"), text("policy"), row.get("count").and_then(Value::as_u64).unwrap_or(1))
    };
    rows.iter().map(read).collect()
}
