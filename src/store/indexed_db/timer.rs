//! Waiting, but not for ever.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: u32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// What a future comes to, or None after so many milliseconds: it can be awaited again then.
pub(super) async fn within<F: Future + Unpin>(milliseconds: u32, future: &mut F) -> Option<F::Output> {
    let mut timer = JsValue::UNDEFINED;
    let promise = Promise::new(&mut |resolve, _| timer = set_timeout(&resolve, milliseconds));
    let mut late = pin!(JsFuture::from(promise));
    let done = std::future::poll_fn(|context| match Pin::new(&mut *future).poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => late.as_mut().poll(context).map(|_| None),
    })
    .await;
    clear_timeout(&timer);
    done
}
