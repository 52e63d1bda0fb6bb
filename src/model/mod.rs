//! What is stored, as plain data. Nothing here knows of state, stores or JavaScript.

pub mod annotation;
pub mod commit;
pub mod content;
pub mod id;
pub mod journal;
pub mod limits;
pub mod log;
pub mod object;
pub mod outline;
pub mod record;
pub mod refs;
pub mod setting;
pub mod types;
