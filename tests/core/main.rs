//! What the core promises, promise by promise.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod alternatives;
mod annotations;
mod bad_input;
mod batch;
mod budget;
mod checkpoints;
mod compact;
mod compile;
mod compress;
mod content;
mod counting;
mod describe;
mod erase;
mod faults;
mod files;
mod gc;
mod history;
mod left_out;
mod long_chats;
mod refs;
mod settings;
mod store;
mod transcript;
mod undo;
mod verify;
mod views;
mod window;
mod writer;
