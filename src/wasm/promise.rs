//! From a future to what JavaScript gets: the value itself where nothing had to be awaited, else a
//! promise. A promise costs a microsecond or two, and most calls on a store in memory need none.
//!
//! JavaScript drives what has to wait, in `js/src/instance.ts`: should the module trap on the way, the
//! promise is rejected, where a task of its own would end the process and leave the caller waiting.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use js_sys::Function;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::host::Host;
use crate::error::{Error, Result};

type Running = Pin<Box<dyn Future<Output = Result<JsValue>>>>;

/// Runs a future as far as it goes at once.
///
/// # Errors
/// A JavaScript error where it failed at once; later failures reject the promise.
pub fn run(
    host: Rc<Host>,
    future: impl Future<Output = Result<JsValue>> + 'static,
) -> std::result::Result<JsValue, JsValue> {
    let mut future: Running = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result.map_err(|error| fail(&host, &error)),
        Poll::Pending => {
            let task = NativeTask { host: host.clone(), future: RefCell::new(Some(future)) };
            Ok(host.promise(task))
        }
    }
}

/// A call that has to wait.
#[wasm_bindgen]
pub struct NativeTask {
    host: Rc<Host>,
    future: RefCell<Option<Running>>,
}

#[wasm_bindgen]
impl NativeTask {
    /// Goes on as far as it goes: gives the result, or `wake` itself, which is called when there is
    /// more to do.
    pub fn poll(&self, wake: Function) -> std::result::Result<JsValue, JsValue> {
        let waker = Waker::from(Arc::new(Call(wake.clone())));
        // Not borrowed meanwhile: callbacks may wake it.
        let Some(mut future) = self.future.take() else { return Ok(wake.into()) };
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => result.map_err(|error| fail(&self.host, &error)),
            Poll::Pending => {
                self.future.replace(Some(future));
                Ok(wake.into())
            }
        }
    }
}

struct Call(Function);

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
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
