//! Calls that have to wait. JavaScript drives them, in `js/src/instance.ts`: should the module trap on
//! the way, the promise is rejected, where a task of its own would end the process and leave the caller
//! waiting.

#[cfg(feature = "repo")]
use std::cell::Cell;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use js_sys::Function;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A future on its way to JavaScript.
pub type Running<T = Result<JsValue, JsValue>> = Pin<Box<dyn Future<Output = T>>>;

#[cfg(feature = "repo")]
thread_local! {
    /// What wakes the task that runs.
    static WAKING: Cell<JsValue> = const { Cell::new(JsValue::UNDEFINED) };
}

/// What wakes the task that runs: a function, or undefined where it has not waited yet and will be asked again.
#[cfg(feature = "repo")]
pub fn waking() -> JsValue {
    let wake = WAKING.take();
    WAKING.set(wake.clone());
    wake
}

/// Runs a future as far as it goes.
fn run<T>(future: &mut Running<T>, wake: JsValue, waker: &Waker) -> Poll<T> {
    #[cfg(feature = "repo")]
    let outer = WAKING.replace(wake);
    #[cfg(not(feature = "repo"))]
    let _ = wake;
    let result = future.as_mut().poll(&mut Context::from_waker(waker));
    #[cfg(feature = "repo")]
    WAKING.set(outer);
    result
}

/// Runs a future as far as it goes at once.
pub fn begun<T>(future: &mut Running<T>) -> Poll<T> {
    run(future, JsValue::UNDEFINED, Waker::noop())
}

/// A call that has to wait.
#[wasm_bindgen]
pub struct NativeTask(RefCell<Option<Running>>);

impl NativeTask {
    /// The rest of a call.
    pub fn new(future: Running) -> Self {
        Self(RefCell::new(Some(future)))
    }
}

#[wasm_bindgen]
impl NativeTask {
    /// Goes on as far as it goes: gives the result, or `wake` itself, which is called when there is
    /// more to do.
    pub fn poll(&self, wake: Function) -> Result<JsValue, JsValue> {
        let waker = Waker::from(Arc::new(Call(wake.clone())));
        // Not borrowed meanwhile: callbacks may wake it.
        let Some(mut future) = self.0.take() else { return Ok(wake.into()) };
        match run(&mut future, wake.clone().into(), &waker) {
            Poll::Ready(result) => result,
            Poll::Pending => {
                self.0.replace(Some(future));
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
