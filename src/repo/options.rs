//! What can be said of any operation: ids, notes, who asks.

use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::json::{Map, Value};
use crate::model::commit::Author;
use crate::model::id::{EntryId, check_id};
use crate::model::limits::check_depth;
use crate::model::object::Attached;
use crate::ops::{Attributes, ExpectedHead};

/// What can be said of an operation besides what it does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CommitOptions {
    /// The entry's id; made where it is not given.
    pub id: Option<String>,
    /// See [`crate::model::commit::Body`].
    pub note: Option<String>,
    /// See [`crate::model::commit::Body`].
    pub metadata: Option<Map>,
    /// See [`crate::model::commit::Body`].
    pub reply_to: Option<String>,
    /// See [`crate::model::commit::Body`].
    pub labels: Vec<String>,
    /// See [`crate::model::commit::Body`].
    pub turn: Option<String>,
    /// See [`crate::model::commit::Body`].
    pub generation: Option<Value>,
    /// See [`crate::model::commit::Body`].
    pub author: Option<Author>,
    /// Where the branch must stand; null: it must have no commit yet.
    pub expected_head: ExpectedHead,
    /// The caller's name for the operation.
    pub operation_id: Option<String>,
    /// The files that its payload brings, or its payloads.
    pub files: Vec<Attached>,
}

impl CommitOptions {
    /// Reads options: what is left of `fields`.
    ///
    /// # Errors
    /// `Validation` where one of them makes no sense.
    pub fn read(mut fields: Fields<'_>) -> Result<Self> {
        let unmoved = |hash: Option<_>| hash.map_or(ExpectedHead::Empty, ExpectedHead::Commit);
        let options = Self {
            id: fields.nullable("id")?,
            note: fields.nullable("note")?,
            metadata: fields.nullable("metadata")?,
            reply_to: fields.nullable("replyTo")?,
            labels: fields.optional_strings("labels")?,
            turn: fields.nullable("turn")?,
            generation: fields.nullable("generation")?,
            author: fields.read("author", Author::read)?,
            expected_head: match fields.has("expectedHead") {
                true => unmoved(fields.nullable("expectedHead")?),
                false => ExpectedHead::Any,
            },
            operation_id: fields.nullable("operationId")?,
            files: Vec::new(),
        };
        fields.finish()?;
        Ok(options)
    }

    pub(super) fn check(&self) -> Result<()> {
        let ids = [("id", &self.id), ("replyTo", &self.reply_to), ("turn", &self.turn)];
        ids.into_iter().try_for_each(|(field, id)| id.as_deref().map_or(Ok(()), |id| check_id(field, id)))?;
        for value in self.metadata.iter().flat_map(Map::values) {
            check_depth("/metadata", value)?;
        }
        self.generation.as_ref().map_or(Ok(()), |value| check_depth("/generation", value))?;
        let Some(id) = &self.operation_id else { return Ok(()) };
        check_id("operationId", id)?;
        let made = |id: &str| id.split_once('.').is_some_and(|(seq, index)| is_number(seq) && is_number(index));
        if made(id) {
            return Err(Box::new(Error::Validation {
                pointer: "/operationId".to_owned(),
                message: "operationId must not be two numbers with a dot between them: varve calls its own so"
                    .to_owned(),
            }));
        }
        Ok(())
    }

    /// The fields of the commit.
    pub fn attributes(&self) -> Attributes {
        Attributes {
            created_at: None,
            author: self.author.clone(),
            generation: self.generation.clone(),
            labels: self.labels.clone(),
            metadata: self.metadata.clone(),
            note: self.note.clone(),
            reply_to: self.reply_to.as_deref().map(EntryId::from),
            turn: self.turn.clone(),
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
