//! The border to JavaScript: converts, delegates, converts.

mod memory;

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the crate inside the module.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
