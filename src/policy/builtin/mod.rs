//! The policies that every repository has.

mod branch;
mod compress;
mod pin;
mod rebase;

use super::{Definition, Policy};
use crate::error::Result;
use crate::fields::At;
use crate::json::Value;

/// Makes a policy of its definition.
type Make = fn(Definition, At<'_>) -> Result<Box<dyn Policy>>;

/// Name, whether it is on by default, priority, how it is made.
const BUILT_IN: [(&str, bool, i64, Make); 4] = [
    (pin::NAME, false, 100, |definition, at| Ok(Box::new(pin::AutoPin::read(definition, at)?))),
    (compress::NAME, true, 200, |definition, at| Ok(Box::new(compress::AutoCompress::read(definition, at)?))),
    (branch::NAME, false, 300, |definition, at| Ok(Box::new(branch::AutoBranch::read(definition, at)?))),
    (rebase::NAME, false, 500, |definition, at| Ok(Box::new(rebase::AutoRebase::read(definition, at)?))),
];

/// The built-in policies, in the order of the table; each as `definition` says, or by default.
///
/// # Errors
/// `Validation` where a definition is not as it must be.
pub fn built_in(definition: &dyn Fn(&str) -> Option<Value>) -> Result<Vec<Box<dyn Policy>>> {
    let make = |(name, enabled, priority, make): &(&str, bool, i64, Make)| {
        let given = definition(name).unwrap_or_else(|| Value::Object(Default::default()));
        let at = At::Member(&At::Root, name);
        make(Definition::read(given, at, *enabled, *priority)?, at)
    };
    let mut all: Vec<Box<dyn Policy>> = Vec::with_capacity(BUILT_IN.len());
    for policy in &BUILT_IN {
        let policy = make(policy)?;
        all.insert(all.partition_point(|before| before.priority() <= policy.priority()), policy);
    }
    Ok(all)
}

macro_rules! common {
    ($name:expr, $trigger:ident) => {
        fn name(&self) -> &'static str {
            $name
        }

        fn trigger(&self) -> crate::policy::Trigger {
            crate::policy::Trigger::$trigger
        }

        fn priority(&self) -> i64 {
            self.definition.priority
        }

        fn definition(&self) -> &crate::policy::Definition {
            &self.definition
        }
    };
}
use common;
