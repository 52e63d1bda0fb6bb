//! Names of branches and tags, by git's rules (git-check-ref-format(1)), and what a handle stands on.
//!
//! Names that begin with [`ANONYMOUS`] belong to branches that nobody named: they keep alternatives.

use crate::error::{Error, Result};
use crate::hash::CommitHash;

/// Where a handle stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// On a branch, which moves with its commits.
    Branch(String),
    /// On a commit; only for reading.
    Detached(CommitHash),
}

/// How the names of branches begin that keep what is not selected.
pub const ANONYMOUS: &str = "@/";

/// Checks the name of a branch or tag.
///
/// # Errors
/// `RefName` with the rule that is broken.
pub fn check_ref_name(name: &str) -> Result<()> {
    let forbidden = |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    let component = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    let pair = |pair: &[u8; 2]| name.as_bytes().windows(2).any(|two| two == pair);
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.len() > 255 {
        "it is longer than 255 bytes"
    } else if name == "@" || name == "HEAD" || name == "ORIG_HEAD" || name == "-" {
        "it has a meaning of its own"
    } else if name.starts_with(ANONYMOUS) {
        "it begins with @/, where alternatives are kept"
    } else if pair(b"..") || pair(b"@{") {
        "it holds .. or @{"
    } else if name.chars().any(forbidden) {
        "it holds white space, a control character or one of ~ ^ : ? * [ \\"
    } else if name.starts_with('-') {
        "it begins with -"
    } else if name.ends_with('.') {
        "it ends with ."
    } else if name.split('/').any(component) {
        "one of its parts between slashes is empty, begins with . or ends with .lock"
    } else {
        return Ok(());
    };
    Err(Box::new(Error::RefName { name: name.to_owned(), reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_gits_rules() {
        for good in ["main", "feature/x", "v1.0", "a@b", "a@/b", "über", "x-y_z", "a.b", "4711"] {
            assert!(check_ref_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "@",
            "HEAD",
            "-",
            "-x",
            "a..b",
            "a b",
            "a~b",
            "a^",
            "a:b",
            "a?",
            "a*",
            "[a",
            "a\\b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "a.",
            "a@{b",
            "@/b",
            "a\u{7f}",
            "a\nb",
            &"x".repeat(256),
        ] {
            assert_eq!(check_ref_name(bad).unwrap_err().code(), "RefName", "{bad:?}");
        }
    }
}
