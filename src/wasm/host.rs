//! What the module calls: the functions of one object, given when the engine is made.

use std::rc::Rc;

use crate::json::{ToJson, Value, object, parse};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};

use super::answer::Answer;
use super::task::NativeTask;
use crate::error::{Error, Result};
use crate::ops::Receipt;
use crate::repo::{Counter, Deferred, Environment, Validator};
use crate::store::Pending;
use crate::tokens::{ApproximateCounter, ChatOverhead, NullCounter, TokenCounter};

#[wasm_bindgen]
extern "C" {
    /// The callbacks: `Host` in `js/src/native.ts`.
    pub type Host;

    #[wasm_bindgen(method)]
    fn now(this: &Host) -> f64;
    #[wasm_bindgen(method)]
    fn random(this: &Host, bytes: &Uint8Array);
    #[wasm_bindgen(method)]
    fn sleep(this: &Host, milliseconds: f64) -> Answer;
    #[wasm_bindgen(method)]
    fn error(this: &Host, code: &str, message: &str, details: &str, cause: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn receipt(this: &Host, id: Option<&str>, hash: &str, height: u32, token_count: u32) -> JsValue;
    /// Messages that compiles name from now on, as `js/src/mirror.ts` takes them.
    #[wasm_bindgen(method)]
    pub fn given(this: &Host, messages: &str, repository: u32);
    /// `splices` and `forget` as `js/src/mirror.ts` takes them.
    #[wasm_bindgen(method)]
    #[allow(clippy::too_many_arguments, reason = "positional arguments build objects fastest")]
    pub fn compiled(
        this: &Host,
        view: u32,
        splices: &str,
        forget: &str,
        token_count: f64,
        commit_count: f64,
        token_source: &str,
        head: Option<&str>,
        stable_messages: u32,
        stable_tokens: f64,
        warnings: &str,
        digest: &str,
        repository: u32,
    ) -> JsValue;
    #[wasm_bindgen(method, catch)]
    fn count(this: &Host, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, js_name = count)]
    fn counter(this: &Host) -> JsValue;
    /// Tokens of the text at this address of the module's memory, by the encoding of `countSource`.
    #[wasm_bindgen(method, js_name = countAt)]
    fn count_at(this: &Host, address: *const u8, length: usize) -> u32;
    #[wasm_bindgen(method, getter, js_name = countSource)]
    fn count_source(this: &Host) -> Option<String>;
    #[wasm_bindgen(method, catch)]
    fn validate(this: &Host, content_type: &str, payload: &str, schema: Option<&str>) -> Result<JsValue, JsValue>;
    /// Whether a text matches a regular expression: pattern, flags, text.
    #[wasm_bindgen(method, catch)]
    fn matches(this: &Host, pattern: &str, flags: &str, text: &str) -> Result<bool, JsValue>;
    #[wasm_bindgen(method)]
    pub fn event(this: &Host, event: &str);
    /// No handle is left on the repository of this number, which nothing gets again.
    #[wasm_bindgen(method)]
    pub fn closed(this: &Host, repository: u32);
    /// Tells how far a task is. False: stop.
    #[wasm_bindgen(method)]
    fn progress(this: &Host, task: u32, done: f64, total: f64) -> bool;
    /// A promise of what the task comes to.
    #[wasm_bindgen(method)]
    pub fn promise(this: &Host, task: NativeTask) -> JsValue;
}

impl Host {
    /// A JavaScript error for an error of varve. Its cause, where it has one, comes from outside.
    pub fn to_error(&self, error: &Error, cause: &JsValue) -> JsValue {
        self.error(error.code(), &error.to_string(), &error.details().to_json(), cause)
    }

    /// Tells how far a task is. False: stop.
    pub fn proceed(&self, task: u32, done: u64, total: u64) -> bool {
        self.progress(task, done as f64, total as f64)
    }

    /// What a commit's caller gets.
    pub fn to_receipt(&self, receipt: &Receipt) -> JsValue {
        self.receipt(receipt.id.as_deref(), &receipt.hash.to_hex(), receipt.height, receipt.tokens)
    }
}

/// Time, chance, counting and checking by callbacks.
pub struct Callbacks {
    pub host: Rc<Host>,
}

impl Environment for Callbacks {
    fn now(&self) -> i64 {
        self.host.now() as i64
    }

    fn random(&self, bytes: &mut [u8]) {
        let array = Uint8Array::new_with_length(bytes.len() as u32);
        self.host.random(&array);
        array.copy_to(bytes);
    }

    fn sleep(&self, milliseconds: u64) -> Pending<'_, ()> {
        let answer = self.host.sleep(milliseconds as f64);
        Box::pin(async move {
            let _ = answer.given().await;
        })
    }
}

impl Validator for Callbacks {
    fn validate<'a>(
        &'a self,
        content_type: &'a str,
        payload: &'a str,
        schema: Option<String>,
    ) -> Pending<'a, Result<()>> {
        Box::pin(async move {
            let answer = self.host.validate(content_type, payload, schema.as_deref());
            let wrong = settled(answer, "validator").await?;
            let Some(text) = wrong.as_string() else { return Ok(()) };
            let found = parse(&text).unwrap_or_else(|_| object([("message", text.into())]));
            let field = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            Err(Box::new(Error::Validation { pointer: field("pointer"), message: field("message") }))
        })
    }

    fn matches(&self, pattern: &str, flags: &str, text: &str) -> Result<bool> {
        let failed = |error: JsValue| Box::new(Error::Callback { what: "matcher", message: message_of(&error) });
        self.host.matches(pattern, flags, text).map_err(failed)
    }
}

/// Waits for what a callback gave, if it is to come.
async fn settled(answer: Result<JsValue, JsValue>, what: &'static str) -> Result<JsValue> {
    let failed = |error: JsValue| Box::new(Error::Callback { what, message: message_of(&error) });
    let value = answer.map_err(failed)?;
    // Counts and complaints are no objects.
    match value.is_object() {
        true => value.unchecked_into::<Answer>().given().await.map_err(failed),
        false => Ok(value),
    }
}

fn message_of(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| "it threw something that is no error".to_owned()),
    }
}

/// Counts with an encoding, in the module that has its vocabulary.
struct Elsewhere {
    host: Rc<Host>,
    source: String,
}

impl TokenCounter for Elsewhere {
    fn count(&self, text: &str) -> u32 {
        self.host.count_at(text.as_ptr(), text.len())
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn overhead(&self) -> ChatOverhead {
        ChatOverhead::OPENAI
    }
}

/// The counter that a host asks for: its own function, none, an approximation, or the encoding it names.
pub fn counter(host: &Rc<Host>) -> Counter {
    let source = host.count_source().unwrap_or_default();
    if host.counter().is_function() {
        let host = host.clone();
        let count = move |text: String| -> Pending<'static, Result<u32>> {
            let host = host.clone();
            Box::pin(async move {
                let count = settled(host.count(&text), "counter").await?;
                let tokens = count.as_f64().filter(|tokens| tokens.fract() == 0.0 && (0.0..1e9).contains(tokens));
                tokens.map(|tokens| tokens as u32).ok_or_else(|| {
                    Box::new(Error::Callback {
                        what: "counter",
                        message: "it must give a whole number of tokens, from 0 to 1,000,000,000".to_owned(),
                    })
                })
            })
        };
        return Counter::Deferred(Rc::new(Deferred::new(source, Rc::new(count))));
    }
    match source.as_str() {
        "none" => Counter::Ready(Rc::new(NullCounter)),
        "approximate" => Counter::Ready(Rc::new(ApproximateCounter)),
        _ => Counter::Ready(Rc::new(Elsewhere { host: host.clone(), source })),
    }
}
