//! Lists of repositories, in pages.

use std::cmp::Ordering;
use std::rc::Rc;

use super::Incarnation;
use crate::error::{Result, StoreError};
use crate::fields::Fields;
use crate::json::{Members, ToJson, parse, quoted};

/// A repository in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRow {
    /// Its id.
    pub id: Rc<str>,
    /// Which of that name.
    pub incarnation: Incarnation,
    /// UTC milliseconds.
    pub created_at: i64,
    /// The time of the last batch; before the first one `created_at`.
    pub updated_at: i64,
    /// What the last batch with a summary said: a JSON text.
    pub summary: Option<Rc<str>>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepositoryOrder {
    /// By id, byte by byte.
    #[default]
    Id,
    /// The one changed last first, then by id.
    UpdatedAt,
    /// The one made last first, then by id.
    CreatedAt,
}

/// Which repositories to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryQuery {
    /// Only ids that begin with it.
    pub prefix: String,
    /// In which order.
    pub order: RepositoryOrder,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// The most rows.
    pub limit: usize,
}

/// Repositories, and where the next page begins, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryPage {
    /// The rows.
    pub rows: Vec<RepositoryRow>,
    /// For the next query.
    pub cursor: Option<String>,
}

impl RepositoryOrder {
    /// By the names that callers give them.
    pub const NAMES: [(&str, Self); 3] =
        [("id", Self::Id), ("updatedAt", Self::UpdatedAt), ("createdAt", Self::CreatedAt)];
}

/// Repositories of a page where nothing else is asked for.
const LIMIT: usize = 100;

impl RepositoryQuery {
    /// A query as callers write it.
    ///
    /// # Errors
    /// `Validation`.
    pub fn read(mut fields: Fields<'_>) -> Result<Self> {
        let query = Self {
            prefix: fields.nullable("prefix")?.unwrap_or_default(),
            order: fields.choice("orderBy", &RepositoryOrder::NAMES)?.unwrap_or_default(),
            cursor: fields.nullable("cursor")?,
            limit: fields.nullable("limit")?.unwrap_or(LIMIT).max(1),
        };
        fields.finish()?;
        Ok(query)
    }

    /// The page of this query out of all repositories of a workspace. A cursor is `<time>:<id>`.
    ///
    /// # Errors
    /// `Corrupt` where the cursor is none.
    pub fn page(&self, mut rows: Vec<RepositoryRow>) -> Result<RepositoryPage, StoreError> {
        let time = |row: &RepositoryRow| match self.order {
            RepositoryOrder::Id => 0,
            RepositoryOrder::UpdatedAt => row.updated_at,
            RepositoryOrder::CreatedAt => row.created_at,
        };
        if let Some(cursor) = &self.cursor {
            let position = cursor.split_once(':').and_then(|(at, id)| Some((parse(at).ok()?.as_i64()?, id)));
            let (at, id) = position.ok_or_else(|| StoreError::corrupt(format!("{} is no cursor", quoted(cursor))))?;
            let behind = |row: &RepositoryRow| at.cmp(&time(row)).then_with(|| (*row.id).cmp(id)) == Ordering::Greater;
            rows.retain(behind);
        }
        rows.retain(|row| row.id.starts_with(&self.prefix));
        rows.sort_unstable_by(|a, b| time(b).cmp(&time(a)).then_with(|| a.id.cmp(&b.id)));
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let cursor = rows.last().filter(|_| more).map(|last| format!("{}:{}", time(last), last.id));
        Ok(RepositoryPage { rows, cursor })
    }
}

impl ToJson for RepositoryPage {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("cursor", self.cursor.as_ref());
            members.put("repositories", self.rows.as_slice());
        });
    }
}

impl ToJson for RepositoryRow {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("createdAt", &self.created_at);
            members.put("id", &self.id);
            members.some("summary", self.summary.as_ref());
            members.put("updatedAt", &self.updated_at);
        });
    }
}
