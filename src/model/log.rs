//! Rows of logs: what happened, beside the journal.

use std::rc::Rc;

/// A row of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The name of the log.
    pub log: Rc<str>,
    /// UTC milliseconds.
    pub at: i64,
    /// A JSON object.
    pub fields: Rc<str>,
}
