//! Before planning: payloads are checked, counted and named. This is where an operation may wait.

use std::rc::Rc;

use crate::json::{Value, quoted};

use super::Repository;
use crate::error::{Error, Result};
use crate::hash::canonical_json;
use crate::model::content::{Content, Payload};
use crate::ops::NewPayload;
use crate::store::Pending;

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
    /// Checks a payload and counts its tokens.
    ///
    /// # Errors
    /// `Validation`; `ErasedContent`; what the application's validator or counter says.
    pub(super) async fn prepare_payload(&self, payload: Value) -> Result<NewPayload> {
        let payload = Payload::parse(payload)?;
        if let Content::Custom { content_type, .. } = &payload.content {
            self.validate(content_type, &payload.bytes).await?;
        }
        let hash = payload.hash;
        self.read(|state| state.check_taken(&hash))?;
        let content = Rc::new(payload.content);
        let bytes: Rc<[u8]> = payload.bytes.into();
        loop {
            let prepared = NewPayload::of(&content, hash, bytes.clone(), self.settings.counter.as_counter());
            if self.settings.counter.is_settled() {
                self.read(|state| state.check_taken(&hash))?; // perhaps meanwhile
                self.payloads.borrow_mut().put(hash, content, bytes.len());
                return Ok(prepared);
            }
            self.settings.counter.settle().await?;
        }
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
