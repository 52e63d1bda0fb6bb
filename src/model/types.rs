//! Registered content types: a name, hints for the compile, and a schema that the application checks.

use crate::json::{Members, ToJson, Value, quoted};

use super::annotation::Priority;
use super::content::Role;
use crate::error::{Error, Result};
use crate::fields::{At, Fields};

/// A custom content type. Members stand in alphabetical order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TypeDefinition {
    /// How the compile treats it.
    pub hints: Hints,
    /// JSON Schema, where there is one.
    pub schema: Option<Value>,
    /// Whether payloads are checked by a function of the application, which cannot be stored: where
    /// it is missing, writing this type fails.
    pub validator: bool,
}

/// How the compile treats a custom type; absent is the default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hints {
    /// Whether neighbouring entries of the type become one message. Default: `separate`.
    pub aggregation_rule: Option<AggregationRule>,
    /// 0 to 100, what goes first when space is short. Default: 50.
    pub compression_priority: Option<u8>,
    /// Default: normal.
    pub default_priority: Option<Priority>,
    /// Default: assistant.
    pub default_role: Option<RoleName>,
    /// Entries of a lower order stand before those of a higher one; built-in types have 0.
    pub materialization_order: Option<i32>,
}

/// Whether neighbouring entries of a type become one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregationRule {
    /// Each its own message.
    Separate,
    /// One message.
    Concatenate,
}

/// A [`Role`] that a custom type can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

const RULES: [(&str, AggregationRule); 2] =
    [("separate", AggregationRule::Separate), ("concatenate", AggregationRule::Concatenate)];

const ROLES: [(&str, RoleName); 4] = [
    ("system", RoleName::System),
    ("developer", RoleName::Developer),
    ("user", RoleName::User),
    ("assistant", RoleName::Assistant),
];

impl Hints {
    fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"hints")?;
        let hints = Self {
            aggregation_rule: fields.choice("aggregationRule", &RULES)?,
            compression_priority: fields.nullable("compressionPriority")?,
            default_priority: fields.choice("defaultPriority", &Priority::NAMES)?,
            default_role: fields.choice("defaultRole", &ROLES)?,
            materialization_order: fields.nullable("materializationOrder")?,
        };
        fields.finish()?;
        Ok(hints)
    }
}

impl ToJson for Hints {
    fn write_json(&self, out: &mut String) {
        let rule = self.aggregation_rule.map(|rule| match rule {
            AggregationRule::Separate => "separate",
            AggregationRule::Concatenate => "concatenate",
        });
        Members::write(out, |members| {
            members.some("aggregationRule", rule);
            members.some("compressionPriority", self.compression_priority.as_ref());
            members.some("defaultPriority", self.default_priority.map(Priority::name));
            members.some("defaultRole", self.default_role.map(|role| Role::from(role).name()));
            members.some("materializationOrder", self.materialization_order.as_ref());
        });
    }
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
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-' | '.');
    let message = if super::content::BUILT_IN.contains(&name) {
        format!("content type {} is built in", quoted(name))
    } else if name.len() > 64 || !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(allowed) {
        format!("content type {} must be 1 to 64 of a-z, 0-9, _, -, . and begin with a letter", quoted(name))
    } else {
        return Ok(());
    };
    Err(Box::new(Error::Validation { pointer: "/name".to_owned(), message }))
}

impl ToJson for TypeDefinition {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("hints", &self.hints);
            members.some("schema", self.schema.as_ref());
            members.some("validator", self.validator.then_some(&true));
        });
    }
}

impl TypeDefinition {
    /// Reads a definition.
    ///
    /// # Errors
    /// `Validation` with the place of what is wrong.
    pub fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a content type")?;
        let definition = Self {
            hints: fields.read("hints", Hints::read)?.unwrap_or_default(),
            schema: fields.nullable("schema")?,
            validator: fields.nullable("validator")?.unwrap_or(false),
        };
        fields.finish()?;
        Ok(definition)
    }

    /// Checks the hints.
    ///
    /// # Errors
    /// `Validation` with the pointer of the hint.
    pub fn check(&self) -> Result<()> {
        if self.hints.compression_priority.is_some_and(|priority| priority > 100) {
            return Err(Box::new(Error::Validation {
                pointer: "/hints/compressionPriority".to_owned(),
                message: "compressionPriority must be 0 to 100".to_owned(),
            }));
        }
        if self.hints.default_priority == Some(Priority::Unset) {
            return Err(Box::new(Error::Validation {
                pointer: "/hints/defaultPriority".to_owned(),
                message: "defaultPriority must be skip, normal or pinned".to_owned(),
            }));
        }
        Ok(())
    }
}
