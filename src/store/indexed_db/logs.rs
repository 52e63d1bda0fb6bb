//! Reading logs: in stretches, since most rows may not be what is looked for.

use std::rc::Rc;

use indexed_db_futures::KeyRange;
use indexed_db_futures::prelude::{BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::Transaction;
use wasm_bindgen::prelude::JsValue;

use super::row::{Row, number, text};
use super::schema::{LOGS, log_key};
use super::write::places;
use crate::error::StoreError;
use crate::store::logs::{LogPage, LogQuery, LogRow};

/// Rows read at once, going forward; more are of little use.
const STRETCH: usize = 1000;
/// Entries whose rows are read at once, going back; twice as many each time.
const ENTRIES: u64 = 256;

/// A page of a log.
pub(super) async fn page(
    transaction: &Transaction<'_>,
    row: &Row,
    log: &str,
    query: &LogQuery,
) -> Result<LogPage, StoreError> {
    let number = row.number()?;
    let from = query.position()?;
    let all = places(1, row.last()?);
    let mut found: Vec<(u64, LogRow)> = Vec::new();
    if query.reverse {
        let mut end = from.unwrap_or(all.end).min(all.end);
        let mut length = places(0, ENTRIES).end;
        while found.len() <= query.limit && end > all.start {
            let start = end.saturating_sub(length).max(all.start);
            let mut rows = read(transaction, number, log, start..end, u32::MAX).await?;
            rows.append(&mut found);
            found = query.only(rows)?;
            (end, length) = (start, length.saturating_mul(2));
        }
    } else {
        let mut start = from.map_or(all.start, |from| from + 1);
        while found.len() <= query.limit && start < all.end {
            let rows = read(transaction, number, log, start..all.end, STRETCH as u32).await?;
            start = match rows.last() {
                Some((place, _)) if rows.len() == STRETCH => place + 1,
                _ => all.end,
            };
            found.append(&mut query.only(rows)?);
        }
    }
    query.page(found.iter().map(|(place, row)| (*place, row)))
}

async fn read(
    transaction: &Transaction<'_>,
    repository: f64,
    log: &str,
    places: std::ops::Range<u64>,
    limit: u32,
) -> Result<Vec<(u64, LogRow)>, StoreError> {
    let store = transaction.object_store(LOGS)?;
    let (first, end) = (log_key(repository, log, places.start), log_key(repository, log, places.end));
    let range = KeyRange::Bound(first, false, end, true);
    let found = store.get_all::<JsValue>().with_query::<JsValue, _>(range).with_limit(limit).primitive()?.await?;
    let name: Rc<str> = log.into();
    let open = |value: Result<JsValue, _>| {
        let value = value?;
        let row =
            LogRow { log: name.clone(), at: number(&value, "at")? as i64, fields: text(&value, "fields")?.into() };
        Ok((number(&value, "place")? as u64, row))
    };
    found.map(open).collect()
}
