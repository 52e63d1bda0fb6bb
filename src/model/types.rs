//! Registered content types: a name, hints for the compile, and a schema that the application checks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::annotation::Priority;
use super::commit::canonical;
use super::content::Role;
use crate::error::{Error, Result};

/// A custom content type. Members stand in alphabetical order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypeDefinition {
    /// How the compile treats it.
    #[serde(default)]
    pub hints: Hints,
    /// JSON Schema, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "canonical")]
    pub schema: Option<Value>,
    /// Whether payloads are checked by a function of the application, which cannot be stored: where
    /// it is missing, writing this type fails.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub validator: bool,
}

/// How the compile treats a custom type; absent is the default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hints {
    /// Whether neighbouring entries of the type become one message. Default: `separate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregation_rule: Option<AggregationRule>,
    /// 0 to 100, what goes first when space is short. Default: 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression_priority: Option<u8>,
    /// Default: normal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_priority: Option<Priority>,
    /// Default: assistant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_role: Option<RoleName>,
    /// Entries of a lower order stand before those of a higher one; built-in types have 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub materialization_order: Option<i32>,
}

/// Whether neighbouring entries of a type become one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AggregationRule {
    /// Each its own message.
    Separate,
    /// One message.
    Concatenate,
}

/// A [`Role`] that a custom type can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
    /// system
    System,
    /// developer
    Developer,
    /// user
    User,
    /// assistant
    Assistant,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::System => Self::System,
            RoleName::Developer => Self::Developer,
            RoleName::User => Self::User,
            RoleName::Assistant => Self::Assistant,
        }
    }
}

/// Checks the name of a custom type: 1 to 64 of `a-z`, `0-9`, `_`, `-`, `.`, beginning with a letter,
/// not a built-in one.
///
/// # Errors
/// `Validation` at `/name`.
pub fn check_type_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.".contains(c);
    let message = if super::content::BUILT_IN.contains(&name) {
        format!("content type {name:?} is built in")
    } else if name.len() > 64 || !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(allowed) {
        format!("content type {name:?} must be 1 to 64 of a-z, 0-9, _, -, . and begin with a letter")
    } else {
        return Ok(());
    };
    Err(Error::Validation { pointer: "/name".to_owned(), message })
}

impl TypeDefinition {
    /// As a JSON value.
    pub(crate) fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads a definition; None where it is none.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }

    /// Checks what serde cannot.
    ///
    /// # Errors
    /// `Validation` with the pointer of the hint.
    pub fn check(&self) -> Result<()> {
        if self.hints.compression_priority.is_some_and(|priority| priority > 100) {
            return Err(Error::Validation {
                pointer: "/hints/compressionPriority".to_owned(),
                message: "compressionPriority must be 0 to 100".to_owned(),
            });
        }
        if self.hints.default_priority == Some(Priority::Unset) {
            return Err(Error::Validation {
                pointer: "/hints/defaultPriority".to_owned(),
                message: "defaultPriority must be skip, normal or pinned".to_owned(),
            });
        }
        Ok(())
    }
}
