//! From a future to what JavaScript gets: the value itself where nothing had to be awaited, else a
//! promise. A promise costs a microsecond or two, and most calls on a store in memory need none.

use std::future::Future;
use std::rc::Rc;
use std::task::Poll;

use wasm_bindgen::prelude::JsValue;

use super::host::Host;
use super::task::{NativeTask, Running, begun};
use crate::error::{Error, Result};

/// Runs a future as far as it goes at once.
///
/// # Errors
/// A JavaScript error where it failed at once; later failures reject the promise.
pub fn run(
    host: Rc<Host>,
    future: impl Future<Output = Result<JsValue>> + 'static,
) -> std::result::Result<JsValue, JsValue> {
    let mut future: Running<Result<JsValue>> = Box::pin(future);
    match begun(&mut future) {
        Poll::Ready(result) => result.map_err(|error| fail(&host, &error)),
        Poll::Pending => {
            let failing = host.clone();
            let rest = async move { future.await.map_err(|error| fail(&failing, &error)) };
            Ok(host.promise(NativeTask::new(Box::pin(rest))))
        }
    }
}

/// The JavaScript error of an error.
pub fn fail(host: &Host, error: &Error) -> JsValue {
    let thrown = match error {
        Error::Store(error) => error.detail().and_then(|detail| detail.cause()?.downcast_ref::<JsValue>()),
        _ => None,
    };
    host.to_error(error, thrown.unwrap_or(&JsValue::UNDEFINED))
}
