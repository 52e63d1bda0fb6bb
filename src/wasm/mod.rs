//! The border to JavaScript: converts, delegates, converts.
//!
//! Four modules are built of it, one for each feature, and each exports nothing but what belongs to its
//! own: `repo` is the core, `tokens` counts, for the core and for `varve/tokens`, `stores` keeps for
//! `varve/storage/indexed-db`, `summarize` is the built-in summarizer.

#[cfg(feature = "summarize")]
mod bump;
#[cfg(not(feature = "summarize"))]
mod memory;

#[cfg(feature = "stores")]
mod adapter;
#[cfg(feature = "repo")]
mod answer;
#[cfg(feature = "repo")]
mod args;
#[cfg(feature = "stores")]
mod arguments;
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
mod policies;
#[cfg(feature = "repo")]
mod promise;
#[cfg(feature = "summarize")]
mod summarize;
#[cfg(any(feature = "repo", feature = "stores"))]
mod task;
#[cfg(feature = "tokens")]
pub mod tokens;
#[cfg(any(feature = "repo", feature = "stores"))]
mod wire;

#[cfg(not(feature = "summarize"))]
/// Has the next call made in a fresh instance of the module: what a trap left behind is of no use.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn restart() {
    wasm_bindgen::handler::schedule_reinit();
}

#[cfg(not(feature = "summarize"))]
/// Does nothing: the first call after [`restart`].
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start() {}

/// The module's memory, where the texts are that it has counted or counts.
#[cfg(any(feature = "repo", feature = "tokens"))]
#[wasm_bindgen::prelude::wasm_bindgen(js_name = wasmMemory)]
pub fn wasm_memory() -> wasm_bindgen::JsValue {
    wasm_bindgen::memory()
}

/// The version of the crate inside the module.
#[cfg(feature = "repo")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
