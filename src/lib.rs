//! Version control for the context of LLM agents: every turn is a content-addressed commit, and from
//! that history the messages are compiled that the model should see. `ARCHITECTURE.md` says how the
//! modules fit together.
//!
//! The product is the npm package; this crate is what it is made of, and builds and runs natively:
//!
//! ```
//! use std::{future::Future, pin::pin, rc::Rc, task::{Context, Poll, Waker}};
//! use varve::json;
//! use varve::repo::{CommitOptions, Counter, Handle, ManualEnvironment, OpenOptions, Repository, Settings};
//! use varve::store::{Address, MemoryStore};
//! use varve::tokens::ApproximateCounter;
//!
//! /// A store in memory has nothing to wait for.
//! fn now<T>(future: impl Future<Output = T>) -> T {
//!     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
//!         Poll::Ready(value) => value,
//!         Poll::Pending => unreachable!(),
//!     }
//! }
//!
//! let settings = Settings {
//!     store: Rc::new(MemoryStore::new()),
//!     environment: Rc::new(ManualEnvironment::new(1_700_000_000_000, 1)),
//!     counter: Counter::Ready(Rc::new(ApproximateCounter)),
//!     validator: None,
//!     listener: None,
//! };
//! let address = Address { workspace: "acme".into(), id: "support-42".into() };
//! let chat = Handle::new(&now(Repository::open(settings, address, OpenOptions::CreateOnWrite))?);
//!
//! let question = json!({ "contentType": "dialogue", "role": "user", "text": "Where is order 4711?" });
//! now(chat.commit(question, &CommitOptions::default()))?;
//! let compiled = now(chat.compile(&Default::default()))?;
//! assert_eq!(compiled.patch.splices[0].inserted.len(), 1);
//! assert!(compiled.token_count > 0);
//! # Ok::<(), Box<varve::error::Error>>(())
//! ```

// The module is built without the code of `{:?}`, which would write nothing there: `json::quoted` puts quotes.
#![cfg_attr(target_arch = "wasm32", deny(clippy::use_debug))]

pub mod collections;
pub mod error;
pub mod fields;
pub mod hash;
pub mod json;
pub mod model;
pub mod ops;
pub mod policy;
pub mod repo;
pub mod state;
pub mod store;
pub mod summarize;
pub mod tokens;
pub mod view;
#[cfg(target_arch = "wasm32")]
mod wasm;
