//! Counting tokens.
//!
//! A [`TokenCounter`] is all the rest of the crate knows of this module: a synchronous count of a
//! text and what a chat format adds around it.

mod counter;
mod tools;

pub use counter::{ChatOverhead, NullCounter, TokenCounter};
pub use tools::count_tools;
