//! Logs: append-only streams beside the journal, read in pages.

use std::rc::Rc;

use crate::json::{Value, parse, quoted};

use crate::error::StoreError;
pub use crate::model::log::LogRow;

/// Which rows of a log to read. Rows have the order in which they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct LogQuery {
    /// Of this time or later.
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// Members that must be equal.
    pub filter: Vec<(String, Value)>,
    /// The most rows.
    pub limit: usize,
    /// The newest first.
    pub reverse: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// Rows of a log, and where the next page begins, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    /// Time and fields of each.
    pub rows: Vec<(i64, Rc<str>)>,
    /// For the next query.
    pub cursor: Option<String>,
}

impl LogQuery {
    /// The page of this query out of all rows of a log, each with its place. A cursor is the place of
    /// the last row given.
    ///
    /// # Errors
    /// `Corrupt` where the cursor is none, or a row is no JSON.
    pub fn page<'a>(&self, rows: impl DoubleEndedIterator<Item = (u64, &'a LogRow)>) -> Result<LogPage, StoreError> {
        let from = self.position()?;
        let mut rows: Box<dyn Iterator<Item = (u64, &LogRow)>> =
            if self.reverse { Box::new(rows.rev()) } else { Box::new(rows) };
        let mut page = LogPage::default();
        let mut last = None;
        for (place, row) in &mut rows {
            let behind = from.is_none_or(|from| if self.reverse { place < from } else { place > from });
            if !behind || !self.takes(row)? {
                continue;
            }
            if page.rows.len() == self.limit {
                page.cursor = last.map(|place: u64| place.to_string());
                break;
            }
            last = Some(place);
            page.rows.push((row.at, row.fields.clone()));
        }
        Ok(page)
    }

    /// Where the page before ended: the place of its last row.
    ///
    /// # Errors
    /// `Corrupt` where the cursor is none.
    pub fn position(&self) -> Result<Option<u64>, StoreError> {
        let wrong = |cursor: &String| StoreError::corrupt(format!("{} is no cursor", quoted(cursor)));
        self.cursor.as_ref().map(|cursor| cursor.parse().map_err(|_| wrong(cursor))).transpose()
    }

    /// The rows that the query is about, wherever a page begins.
    ///
    /// # Errors
    /// `Corrupt` where a row is no JSON.
    pub fn only(&self, rows: Vec<(u64, LogRow)>) -> Result<Vec<(u64, LogRow)>, StoreError> {
        let mut taken = Vec::with_capacity(rows.len());
        for (place, row) in rows {
            if self.takes(&row)? {
                taken.push((place, row));
            }
        }
        Ok(taken)
    }

    fn takes(&self, row: &LogRow) -> Result<bool, StoreError> {
        if self.since.is_some_and(|since| row.at < since) || self.until.is_some_and(|until| row.at >= until) {
            return Ok(false);
        }
        if self.filter.is_empty() {
            return Ok(true);
        }
        let fields = parse(&row.fields).map_err(StoreError::corrupt)?;
        Ok(self.filter.iter().all(|(name, value)| fields.get(name).is_some_and(|field| same(field, value))))
    }
}

/// Whether two values are equal: 1 and 1.0 are one number.
fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().is_some_and(|number| other.as_f64() == Some(number))
}
