//! What a repository remembers beside its history: content types, notes.

use crate::json::Value;

use super::{Outcome, Planner};
use crate::error::{Error, Result};
use crate::model::limits::check_depth;
use crate::model::record::{NoteRecord, Record, TypeRecord};
use crate::model::types::{TypeDefinition, check_type_name};

impl Planner<'_> {
    /// Registers, changes or removes a content type.
    ///
    /// # Errors
    /// `Validation` where the name or a hint is not allowed.
    pub(super) fn register_type(&self, name: &str, definition: Option<&TypeDefinition>) -> Result<Outcome> {
        check_type_name(name)?;
        definition.map(TypeDefinition::check).transpose()?;
        definition
            .and_then(|definition| definition.schema.as_ref())
            .map_or(Ok(()), |schema| check_depth("/schema", schema))?;
        let mut new = definition.cloned();
        if let Some(definition) = &mut new {
            definition.schema = definition.schema.take().filter(|schema| !schema.is_null());
        }
        let old = self.draft.content_type(name).cloned();
        if old == new {
            return Ok(Outcome::default());
        }
        Ok(Outcome::record(Record::Type(TypeRecord { name: name.to_owned(), new, old })))
    }

    /// Sets or removes a note on an entry.
    ///
    /// # Errors
    /// `EditTarget` where there is no such entry; `Validation` where the note has no name.
    pub(super) fn set_note(&self, id: &str, name: &str, value: Option<&Value>) -> Result<Outcome> {
        if name.is_empty() {
            return Err(Error::invalid("a note needs a name"));
        }
        let value = value.filter(|value| !value.is_null());
        value.map_or(Ok(()), |value| check_depth("/value", value))?;
        let entry = self.entry(id)?;
        let old = self.draft.note(entry, name);
        if old == value {
            return Ok(Outcome::default());
        }
        Ok(Outcome::record(Record::Note(NoteRecord {
            entry: self.draft.entries(entry).id.clone(),
            name: name.to_owned(),
            new: value.cloned(),
            old: old.cloned(),
        })))
    }
}
