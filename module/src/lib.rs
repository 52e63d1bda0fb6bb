//! What `src/wasm/` of varve exports, as a WebAssembly module.

use varve as _;
