//! What only an engine can show, run by wasm-bindgen's test runner in Node and in a real browser.
//! Promise: every test here passes in both.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn objects_from_javascript_arrive_as_plain_json() {
    let object = js_sys::JSON::parse(r#"{"a":[1,2.5,"x",null]}"#).unwrap();

    let value: serde_json::Value = serde_wasm_bindgen::from_value(object).unwrap();

    assert_eq!(value, serde_json::json!({ "a": [1, 2.5, "x", null] }));
}
