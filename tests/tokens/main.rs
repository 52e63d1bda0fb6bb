//! The token counter gives what tiktoken-rs gives, to the token.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

#[path = "../../examples/token_assets/classes.rs"]
#[allow(dead_code, reason = "shared with the generator")]
mod classes;
#[path = "../../examples/token_assets/models.rs"]
mod model_table;
#[path = "../../examples/token_assets/vocabulary.rs"]
#[allow(dead_code, reason = "shared with the generator")]
mod vocabulary;

mod assets;
mod few;
mod fuzz;
mod limits;
mod models;
mod nasty;
mod oracle;
mod scripts;
mod special;
mod traps;
