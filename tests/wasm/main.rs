//! What only an engine can show, run by wasm-bindgen's test runner in Node and in a real browser.
//! Promise: every test here passes in both.
#![cfg(target_arch = "wasm32")]

use varve as _; // its allocator is what this binary allocates with
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn memory_grows_in_few_steps() {
    let size = || core::arch::wasm32::memory_size::<0>();
    let (before, mut last, mut growths) = (size(), size(), 0);

    let mut kept = Vec::new();
    for _ in 0..40_000 {
        kept.push(Box::new([1_u8; 1000]));
        if size() != last {
            (last, growths) = (size(), growths + 1);
        }
    }

    let pages = last - before;
    assert!(pages > 600, "40 MB take more than 600 pages, memory grew by {pages}");
    assert!(growths < 60, "memory grew {growths} times for {pages} pages");
}
