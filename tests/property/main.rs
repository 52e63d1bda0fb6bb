//! Properties of the core: what holds after any sequence of operations by several handles and several
//! repository objects on one store.
//!
//! A sequence that failed is kept in `tests/property/regressions`. `VARVE_CASES` sets how many are tried.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod compiles;
mod game;
mod hashes;
mod past;
mod reference;
mod steps;
mod texts;
mod undo;

use proptest::test_runner::{Config, FileFailurePersistence};

/// How a property is tried: fewer cases than usual, since each is a whole history.
fn cases(default: u32, regressions: &'static str) -> Config {
    let cases = std::env::var("VARVE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default);
    Config {
        cases,
        max_shrink_iters: 4000,
        max_local_rejects: cases.saturating_mul(64).max(65_536), // steps that fit no place are drawn anew
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        ..Config::default()
    }
}
