//! From a future to what JavaScript gets: the value itself where nothing had to be awaited, else a
//! promise. A promise costs a microsecond or two, and most calls on a store in memory need none.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::future_to_promise;

use super::host::Host;
use crate::error::{Error, Result};

/// Runs a future as far as it goes at once.
///
/// # Errors
/// A JavaScript error where it failed at once; later failures reject the promise.
pub fn run(
    host: Rc<Host>,
    future: impl Future<Output = Result<JsValue>> + 'static,
) -> std::result::Result<JsValue, JsValue> {
    let mut future: Pin<Box<dyn Future<Output = Result<JsValue>>>> = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result.map_err(|error| fail(&host, &error)),
        Poll::Pending => Ok(future_to_promise(async move { future.await.map_err(|error| fail(&host, &error)) }).into()),
    }
}

/// The JavaScript error of an error.
pub fn fail(host: &Host, error: &Error) -> JsValue {
    host.to_error(error, &JsValue::UNDEFINED)
}
