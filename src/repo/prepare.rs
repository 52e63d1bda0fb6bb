//! Before planning: payloads are checked, counted and named. This is where an operation may wait.

use std::rc::Rc;

use crate::json::{Value, canonical_json, quoted};

use super::Repository;
use crate::error::{Error, Result};
use crate::hash::{ContentHash, each_hash};
use crate::model::content::{Content, Payload};
use crate::model::object::{Attached, Object};
use crate::model::outline::{FILE_TOKENS, file_key};
use crate::ops::NewPayload;
use crate::state::State;
use crate::store::Pending;

/// What the canonical JSON of a payload with files has.
const FILE: &[u8] = b"\"type\":\"file\"";

/// Checks payloads of custom types, outside of the core.
pub trait Validator {
    /// Checks a payload, given as canonical JSON, against the stored schema or by a function of the
    /// application.
    ///
    /// # Errors
    /// `Validation` where the payload is wrong; `Callback` where it cannot be checked.
    fn validate<'a>(
        &'a self,
        content_type: &'a str,
        payload: &'a str,
        schema: Option<String>,
    ) -> Pending<'a, Result<()>>;

    /// Whether a text matches a regular expression of JavaScript.
    ///
    /// # Errors
    /// `Callback` where nothing here knows such expressions, or this is none.
    fn matches(&self, _pattern: &str, _flags: &str, _text: &str) -> Result<bool> {
        Err(super::policies::unmatched())
    }
}

impl Repository {
    /// Checks a payload and counts its tokens. `files` may be those of several payloads.
    ///
    /// # Errors
    /// `Validation`; `ErasedContent`; what the application's validator or counter says; those of the store where
    /// it names a file whose bytes are not given.
    pub(super) async fn prepare_payload(&self, payload: Value, files: &[Attached]) -> Result<NewPayload> {
        let payload = Payload::parse(payload)?;
        if let Content::Custom { content_type, .. } = &payload.content {
            self.validate(content_type, &payload.bytes).await?;
        }
        let hash = payload.hash;
        let check = |state: &State<'_>, files: &[Attached]| {
            files.iter().map(|file| file.object.hash).chain([hash]).try_for_each(|hash| state.check_taken(&hash))
        };
        self.read(|state| check(state, &[]))?;
        let files = self.files_of(&payload, files).await?;
        let content = Rc::new(payload.content);
        let bytes: Rc<[u8]> = payload.bytes.into();
        loop {
            let prepared = NewPayload::of(&content, hash, bytes.clone(), &files, self.settings.counter.as_counter());
            if self.settings.counter.is_settled() {
                self.read(|state| check(state, &files))?; // perhaps meanwhile
                self.payloads.borrow_mut().put(hash, super::payloads::Payload::of(&content, hash, &bytes), bytes.len());
                return Ok(prepared);
            }
            self.settings.counter.settle().await?;
        }
    }

    /// The files that a payload names: those that are given, and those that are stored.
    async fn files_of(&self, payload: &Payload, given: &[Attached]) -> Result<Vec<Attached>> {
        let typed = match &payload.content {
            Content::Message(message) => message.files(),
            _ => Vec::new(),
        };
        let mut named: Vec<ContentHash> = Vec::new();
        if !given.is_empty() || payload.bytes.windows(FILE.len()).any(|text| text == FILE) {
            each_hash(&payload.bytes, &mut |hash| {
                if !named.contains(&hash) {
                    named.push(hash);
                }
            });
        }
        let mut files = Vec::new();
        for hash in named {
            if let Some(file) = given.iter().find(|file| file.object.hash == hash) {
                files.push(file.clone());
                continue;
            }
            let known = self.read(|state| state.tokens_of_file(file_key(&hash)));
            let pointer = typed.iter().find(|(_, named)| *named == hash).map(|(pointer, _)| pointer);
            if known.is_none() && pointer.is_none() {
                continue; // any text
            }
            // It is stored again with the payload: it may be about to be freed elsewhere.
            let bytes = self.bytes(&[hash]).await?.pop().flatten();
            match (bytes, pointer) {
                (Some(bytes), _) => {
                    let bytes = bytes.alone();
                    let tokens = known.unwrap_or(FILE_TOKENS);
                    files.push(Attached { object: Object { hash, bytes }, tokens });
                }
                (None, Some(pointer)) => {
                    self.read(|state| state.check_taken(&hash))?;
                    let message = format!("no object {hash} is stored here; give the bytes themselves");
                    return Err(Box::new(Error::Validation { pointer: pointer.clone(), message }));
                }
                (None, None) => {}
            }
        }
        Ok(files)
    }

    async fn validate(&self, content_type: &str, bytes: &[u8]) -> Result<()> {
        let checks = self.read(|state| {
            let definition = state.content_type(content_type)?;
            let schema = definition.schema.as_ref().map(canonical_json);
            Some((schema.is_some() || definition.validator, schema))
        });
        match checks {
            None => Err(Box::new(Error::Validation {
                pointer: "/contentType".to_owned(),
                message: format!("content type {} is neither built in nor registered", quoted(content_type)),
            })),
            Some((false, _)) => Ok(()),
            Some((true, schema)) => match &self.settings.validator {
                Some(validator) => {
                    let payload = std::str::from_utf8(bytes).unwrap_or_default();
                    validator.validate(content_type, payload, schema).await
                }
                None => Err(Box::new(Error::Callback {
                    what: "validator",
                    message: format!("content type {} has a schema, but nothing here checks it", quoted(content_type)),
                })),
            },
        }
    }
}
