//! Version control for the context of LLM agents.

pub mod collections;
pub mod error;
pub mod hash;
pub mod json;
pub mod model;
pub mod ops;
pub mod repo;
pub mod state;
pub mod store;
pub mod tokens;
pub mod view;
#[cfg(target_arch = "wasm32")]
mod wasm;
