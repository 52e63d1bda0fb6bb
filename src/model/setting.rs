//! Settings: what a repository was told once and remembers. They are notes on the repository itself, told
//! from its title and metadata by their names.

/// What lists of repositories show.
pub const TITLE: &str = "title";
/// What the application keeps beside the title.
pub const METADATA: &str = "metadata";

/// When and how the context is compressed: see [`crate::policy::PolicyConfig`].
pub const POLICY_CONFIG: &str = "policyConfig";
/// What policies do where they say nothing themselves: a mode.
pub const POLICY_MODE: &str = "policyMode";
/// Policies rest: `{ at, reason }`.
pub const POLICY_PAUSE: &str = "policyPause";
/// Before the name of a policy: how it is configured.
pub const POLICY: &str = "policy/";
/// Before the name of a policy: when it acted last, and what was refused.
pub const POLICY_STATE: &str = "policyState/";
/// Before the id of a proposal.
pub const PROPOSAL: &str = "proposal/";

/// Whether lists of repositories show a note of this name.
pub fn is_description(name: &str) -> bool {
    name == TITLE || name == METADATA
}

/// Whether a setting tells what happened, which undoing an operation does not change.
pub fn is_history(name: &str) -> bool {
    name.starts_with(PROPOSAL) || name.starts_with(POLICY_STATE)
}
