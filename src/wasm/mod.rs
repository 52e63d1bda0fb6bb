//! The border to JavaScript: converts, delegates, converts.
//!
//! Without the feature `repo` only [`tokens`] is exported, and nothing else gets into the module:
//! that is the module of `varve/tokens`. All other exports belong behind `#[cfg(feature = "repo")]`.

mod memory;
pub mod tokens;

#[cfg(feature = "repo")]
mod args;
#[cfg(feature = "repo")]
mod batch;
#[cfg(feature = "repo")]
mod calls;
#[cfg(feature = "repo")]
mod compiled;
#[cfg(feature = "repo")]
mod engine;
#[cfg(feature = "repo")]
mod handle;
#[cfg(feature = "repo")]
mod host;
#[cfg(feature = "repo")]
mod js_store;
#[cfg(feature = "repo")]
mod promise;

/// Has the next call made in a fresh instance of the module: what a trap left behind is of no use.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn restart() {
    wasm_bindgen::handler::schedule_reinit();
}

/// The version of the crate inside the module.
#[cfg(feature = "repo")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
