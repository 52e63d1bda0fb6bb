//! What a repository remembers beside its history: content types, notes.

use crate::json::Value;

use super::{Describe, Outcome, Planner};
use crate::error::{Error, Result};
use crate::model::limits::check_depth;
use crate::model::record::{NoteRecord, Record, TypeRecord};
use crate::model::setting::{METADATA, TITLE};
use crate::model::types::{TypeDefinition, check_type_name};
use crate::state::arena::EntryIx;

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
        let records = self.note(Some(entry), name, value.cloned()).into_iter().collect();
        Ok(Outcome { records, ..Outcome::default() })
    }

    /// Says what the repository is about. Members of the metadata are set one by one; null takes away.
    ///
    /// # Errors
    /// `RepositoryExists` where it is to be made; `Validation`.
    pub(super) fn describe(&self, about: &Describe) -> Result<Outcome> {
        if let Some(id) = about.create.as_ref().filter(|_| self.draft.journal().seq > 0) {
            return Err(Box::new(Error::RepositoryExists { id: id.clone() }));
        }
        let old = self.draft.note(None, METADATA).and_then(Value::as_object);
        let mut metadata = old.cloned().unwrap_or_default();
        for (name, value) in about.metadata.iter().flatten() {
            check_depth("/metadata", value)?;
            match value {
                Value::Null => drop(metadata.remove(name)),
                value => drop(metadata.insert(name, value.clone())),
            }
        }
        let title = about.title.as_ref().map(|title| title.as_deref().filter(|title| !title.is_empty()));
        let title = title.and_then(|title| self.note(None, TITLE, title.map(Value::from)));
        // Of a new repository it is written though it is empty: so that there is one.
        let metadata = self.note(None, METADATA, Some(Value::Object(metadata)));
        let metadata = metadata.filter(|_| about.create.is_some() || about.metadata.is_some());
        Ok(Outcome { records: title.into_iter().chain(metadata).collect(), ..Outcome::default() })
    }

    /// Sets or removes a note; none where it is so already.
    pub(super) fn note(&self, entry: Option<EntryIx>, name: &str, new: Option<Value>) -> Option<Record> {
        let old = self.draft.note(entry, name).cloned();
        let entry = entry.map(|entry| self.draft.entries(entry).id.clone());
        (old != new).then(|| Record::Note(NoteRecord { entry, name: name.to_owned(), new, old }))
    }
}
