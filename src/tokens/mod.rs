//! Counting tokens.
//!
//! A [`TokenCounter`] is all the rest of the crate knows of this module: a synchronous count of a
//! text and what a chat format adds around it.
//!
//! An [`Encoding`] counts exactly as tiktoken does. From the bottom up: [`classes`] tells characters
//! apart, [`scanner`] splits a text into pieces, [`vocabulary`] holds the tokens and [`lookup`] finds
//! them, [`merge`] encodes a piece that is not a token, [`cache`] remembers such pieces, [`engine`]
//! ties them together.

#![forbid(unsafe_code)]

mod approximate;
mod asset;
mod cache;
pub mod classes;
mod counter;
mod encoding;
mod engine;
mod error;
mod loaded;
mod lookup;
mod merge;
mod models;
mod names;
mod scanner;
mod special;
mod tools;
mod vocabulary;
mod window;

pub use approximate::{ApproximateCounter, approximate_tokens};
pub use asset::write as write_asset;
pub use counter::{ChatOverhead, NullCounter, TokenCounter};
pub use encoding::Encoding;
pub use error::TokenError;
pub use loaded::{EncodingCounter, get as loaded_encoding, load as load_encoding};
pub use models::{FAMILIES, MODELS, UnknownModel, encoding_for_model};
pub use names::{EncodingName, TokenId, UnknownEncoding};
pub use special::AllowedSpecial;
pub use tools::count_tools;
