//! From what people type to a commit: hashes, prefixes, branches, tags, entry ids, `HEAD~n`, `-`.

use super::State;
use super::arena::CommitIx;
use crate::error::{Error, Result};
use crate::hash::CommitHash;

/// What `HEAD`, `ORIG_HEAD` and `-` mean to the handle that asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Standpoint {
    /// The commit the handle stands on.
    pub head: Option<CommitIx>,
    /// Where it stood before the last reset.
    pub original: Option<CommitIx>,
    /// Where it stood before the last switch.
    pub previous: Option<CommitIx>,
}

impl State<'_> {
    /// The commit that `reference` names: a full hash, `HEAD`, `ORIG_HEAD`, `-`, a branch, a tag, an
    /// entry id (its first commit), a prefix of a hash of 4 or more digits; each with any number of
    /// `~n` behind it. The first of these that matches holds.
    ///
    /// # Errors
    /// `CommitNotFound`; `AmbiguousRef` with the candidates.
    pub fn resolve(&self, reference: &str, standpoint: Standpoint) -> Result<CommitIx> {
        let not_found = || Box::new(Error::CommitNotFound { reference: reference.to_owned() });
        if let Some((base, steps)) = split_steps(reference)
            && let Some(commit) = self.resolve_base(base, standpoint)?
        {
            return self.nth_ancestor(commit, steps).ok_or_else(not_found);
        }
        // The id of an entry may have a ~ in it.
        self.resolve_base(reference, standpoint)?.ok_or_else(not_found)
    }

    fn resolve_base(&self, name: &str, standpoint: Standpoint) -> Result<Option<CommitIx>> {
        let special = match name {
            "HEAD" | "" => return Ok(standpoint.head),
            "ORIG_HEAD" => return Ok(standpoint.original),
            "-" => return Ok(standpoint.previous),
            _ => name.parse::<CommitHash>().ok().and_then(|hash| self.find_commit(&hash)),
        };
        let named = special
            .or_else(|| self.branch(name).flatten())
            .or_else(|| self.tag(name))
            .or_else(|| self.find_entry(name).map(|entry| self.entries(entry).first));
        if named.is_some() {
            return Ok(named);
        }
        let is_prefix = (4..64).contains(&name.len()) && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_prefix {
            return Ok(None);
        }
        let matching = |(_, row): &(CommitIx, &super::rows::CommitRow)| starts_with(&row.hash.0, name);
        let candidates: Vec<_> = self.all_commits().filter(matching).map(|(ix, _)| ix).take(11).collect();
        match *candidates.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            _ => Err(Box::new(Error::AmbiguousRef {
                reference: name.to_owned(),
                candidates: candidates.iter().map(|ix| self.commits(*ix).hash.to_hex()).collect(),
            })),
        }
    }
}

/// Whether the hex form of `hash` starts with `prefix`.
fn starts_with(hash: &[u8; 32], prefix: &str) -> bool {
    prefix.bytes().enumerate().all(|(position, digit)| {
        let byte = hash.get(position / 2).copied().unwrap_or_default();
        let nibble = if position % 2 == 0 { byte >> 4 } else { byte & 15 };
        char::from(digit).to_digit(16) == Some(u32::from(nibble))
    })
}

/// `main~2~1` is `main` and 3; `~` alone counts 1.
fn split_steps(reference: &str) -> Option<(&str, u64)> {
    let Some(position) = reference.find('~') else { return Some((reference, 0)) };
    let (base, steps) = reference.split_at(position);
    let mut total = 0u64;
    for part in steps.split('~').skip(1) {
        let count = if part.is_empty() { 1 } else { part.parse().ok()? };
        total = total.saturating_add(count);
    }
    Some((base, total))
}
