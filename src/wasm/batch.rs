//! A batch, for JavaScript.

use std::rc::Rc;

use crate::json::Value;
use js_sys::Array;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::args::{arguments_with, options, payload};
use super::calls::{hold, input};
use super::host::Host;
use super::promise::run;
use crate::error::Error;
use crate::repo::{Batch, CommitOptions, Finished};

type Answer<T = JsValue> = Result<T, JsValue>;

/// Operations that will happen together or not at all.
#[wasm_bindgen]
pub struct NativeBatch {
    host: Rc<Host>,
    batch: Rc<Batch>,
}

impl NativeBatch {
    /// Wraps a batch.
    pub fn new(host: Rc<Host>, batch: Batch) -> Self {
        Self { host, batch: Rc::new(batch) }
    }
}

#[wasm_bindgen]
impl NativeBatch {
    /// Adds an entry. Payload and options are JSON; `files`: see `args.rs`.
    pub fn commit(&self, text: &str, with: Option<String>, files: Option<Array>) -> Answer {
        let prepared = payload(text, with.as_deref(), files);
        let (host, batch) = (self.host.clone(), self.batch.clone());
        run(self.host.clone(), async move {
            let (payload, options) = prepared?;
            batch.repository().in_order().await;
            let receipt = batch.commit(payload, &options).await?;
            Ok(host.to_receipt(&receipt))
        })
    }

    /// Adds any other operation that a batch can hold. Arguments are JSON; `files`: see `args.rs`.
    pub fn call(&self, name: String, args: &str, files: Option<Array>) -> Answer {
        let args = arguments_with(args, files);
        let (host, batch) = (self.host.clone(), self.batch.clone());
        run(self.host.clone(), async move {
            let (mut args, files) = args?;
            batch.repository().in_order().await;
            let _past = hold(batch.repository(), &name).await?;
            let receipts = if name == "edit" {
                let (target, payload): (String, Value) = (args.get("id")?, args.required("payload")?);
                batch.edit(&target, payload, &CommitOptions { files, ..CommitOptions::read(args)? }).await?
            } else {
                let (input, _) = input(&|reference| batch.resolve(reference), &name, args)?
                    .ok_or_else(|| Error::invalid(format!("{name} cannot be part of a batch")))?;
                batch.add(input).await?
            };
            Ok(receipts.first().map_or(JsValue::UNDEFINED, |receipt| host.to_receipt(receipt)))
        })
    }

    /// Writes the batch: true, or false where the branch moved and it has to be put together anew.
    pub fn finish(&self, with: Option<String>) -> Answer {
        let parsed = options(with.as_deref());
        let batch = self.batch.clone();
        run(self.host.clone(), async move {
            batch.repository().in_order().await;
            let finished = batch.finish(&parsed?).await?;
            Ok(JsValue::from(matches!(finished, Finished::Stored(_))))
        })
    }
}
