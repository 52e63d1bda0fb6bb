//! Reading a state: the messages a model should see, and what people ask of a history.
//!
//! The compile is a pipeline over a lineage: pair (entries to units, results to their calls), window
//! (what stays within a token limit), render (units to messages). Each stage advances with the
//! history, so an append costs the same however long it is.

pub mod compile;
pub mod counts;
pub mod diff;
pub mod history;
pub mod message;
pub mod options;
mod order;
pub mod over;
pub mod pair;
mod plain;
pub mod projection;
pub mod runs;
pub mod splice;
pub mod status;
pub mod table;
pub mod transcript;
mod unit_messages;
mod window;
