//! Version control for the context of LLM agents.

pub mod tokens;
#[cfg(target_arch = "wasm32")]
mod wasm;
