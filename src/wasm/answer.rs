//! Waiting for JavaScript without a closure for it: the answer is asked whether it is there, and calls the task that
//! waits once it is.

use std::future::poll_fn;
use std::task::Poll;

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::task::waking;

#[wasm_bindgen]
extern "C" {
    /// `Answer` in `js/src/answer.ts`.
    #[derive(Debug)]
    pub type Answer;
    /// The value, or null while it is to come: then `wake` is called with it. Throws what there is instead.
    #[wasm_bindgen(method, catch)]
    fn take(this: &Answer, wake: &JsValue) -> Result<JsValue, JsValue>;
}

impl Answer {
    /// Waits for it.
    pub async fn given(self) -> Result<JsValue, JsValue> {
        poll_fn(move |_| match self.take(&waking()) {
            Ok(value) if value.is_null() => Poll::Pending,
            answer => Poll::Ready(answer),
        })
        .await
    }
}
