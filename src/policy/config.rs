//! `policyConfig`: when and how the context is compressed, as the owner of a repository says it.

use crate::error::Result;
use crate::fields::{At, Fields};
use crate::json::{Members, ToJson, Value};

/// What `auto-compress` goes by in a repository that has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolicyConfig {
    /// It acts from this share of the budget on: above 0, at most 1.
    pub threshold: f64,
    /// The last entries that stay.
    pub preserve_recent_count: u32,
    /// Whether it acts at all.
    pub enabled: bool,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self { threshold: 0.8, preserve_recent_count: 10, enabled: true }
    }
}

impl PolicyConfig {
    /// Completes what was given.
    ///
    /// # Errors
    /// `Validation` with the place of what is out of range.
    pub fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"policyConfig")?;
        let default = Self::default();
        let config = Self {
            threshold: share(&mut fields, "threshold")?.unwrap_or(default.threshold),
            preserve_recent_count: fields.nullable("preserveRecentCount")?.unwrap_or(default.preserve_recent_count),
            enabled: fields.nullable("enabled")?.unwrap_or(default.enabled),
        };
        fields.finish()?;
        Ok(config)
    }
}

/// A share above 0 and at most 1.
pub(super) fn share(fields: &mut Fields<'_>, name: &str) -> Result<Option<f64>> {
    let share: Option<f64> = fields.nullable(name)?;
    match share {
        Some(value) if value.is_nan() || value <= 0.0 || value > 1.0 => {
            let found = Value::Number(value).to_json(); // std's formatting of doubles is nowhere else in the module
            Err(fields.at(name).wrong(format!("{name} must be above 0 and at most 1, found {found}")))
        }
        share => Ok(share),
    }
}

impl ToJson for PolicyConfig {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("enabled", &self.enabled);
            members.put("preserveRecentCount", &self.preserve_recent_count);
            members.put("threshold", &Value::Number(self.threshold));
        });
    }
}
