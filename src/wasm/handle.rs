//! A handle, for JavaScript.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::args::{arguments_with, payload};
use super::batch::NativeBatch;
use super::calls::{call, hold};
use super::compiled::to_js;
use super::host::Host;
use super::policies;
use super::promise::{fail, run};
use crate::repo::Handle;
use crate::view::options::CompileOptions;

type Answer<T = JsValue> = Result<T, JsValue>;

/// Where a caller stands in a repository.
#[wasm_bindgen]
pub struct NativeHandle {
    host: Rc<Host>,
    number: u32,
    handle: Rc<Handle>,
}

/// What a compile is made of: what is known here, or what the store has by now.
enum Of {
    Memory,
    Store,
}

impl NativeHandle {
    /// Wraps a handle on the engine's repository of this number.
    pub fn new(host: Rc<Host>, number: u32, handle: Handle) -> Self {
        Self { host, number, handle: Rc::new(handle) }
    }

    fn compiled(&self, with: Option<&str>, of: Of) -> Answer {
        let parsed = with.map_or_else(|| Ok(CompileOptions::default()), CompileOptions::parse);
        let (host, handle, number) = (self.host.clone(), self.handle.clone(), self.number);
        run(self.host.clone(), async move {
            let compiled = match of {
                Of::Memory => handle.compile(&parsed?).await?,
                Of::Store => handle.prepare(&parsed?).await?,
            };
            Ok(to_js(&host, number, &compiled))
        })
    }
}

#[wasm_bindgen]
impl NativeHandle {
    /// Adds an entry. Payload and options are JSON; `files`: see `args.rs`.
    pub fn commit(&self, text: &str, with: Option<String>, files: Option<Array>) -> Answer {
        let prepared = payload(text, with.as_deref(), files);
        let (host, handle) = (self.host.clone(), self.handle.clone());
        run(self.host.clone(), async move {
            let (payload, options) = prepared?;
            handle.repository().in_order().await;
            let receipt = handle.commit(payload, &options).await?;
            Ok(host.to_receipt(&receipt))
        })
    }

    /// Any other operation or question: see `calls.rs`. Arguments are JSON; `files`: see `args.rs`.
    pub fn call(&self, name: String, args: &str, files: Option<Array>) -> Answer {
        let args = arguments_with(args, files);
        let (host, handle, number) = (self.host.clone(), self.handle.clone(), self.number);
        run(self.host.clone(), async move {
            let (mut args, files) = args?;
            handle.repository().in_order().await;
            if let Some(value) = policies::call(&handle, &name, &mut args).await? {
                return Ok(value);
            }
            let _past = hold(handle.repository(), &name).await?;
            if name == "at" {
                let handle = handle.at(&args.get::<String>("ref")?)?;
                return Ok(Self::new(host, number, handle).into());
            }
            call(&host, &handle, &name, args, files).await
        })
    }

    /// Compiles. Options are JSON.
    pub fn compile(&self, with: Option<String>) -> Answer {
        self.compiled(with.as_deref(), Of::Memory)
    }

    /// Takes in what others wrote, and compiles.
    pub fn prepare(&self, with: Option<String>) -> Answer {
        self.compiled(with.as_deref(), Of::Store)
    }

    /// Begins a batch.
    pub fn begin(&self) -> Answer<NativeBatch> {
        let begun = self.handle.begin().map_err(|error| fail(&self.host, &error))?;
        Ok(NativeBatch::new(self.host.clone(), begun))
    }

    /// The commit it stands on, in hex.
    #[wasm_bindgen(getter)]
    pub fn head(&self) -> Option<String> {
        self.handle.head().map(|hash| hash.to_hex())
    }

    /// The branch it stands on.
    #[wasm_bindgen(getter)]
    pub fn branch(&self) -> Option<String> {
        self.handle.branch()
    }

    /// The number of its repository within the engine.
    #[wasm_bindgen(getter)]
    pub fn repository(&self) -> u32 {
        self.number
    }
}
