//! Objects: immutable bytes under their hash. Payloads name the files that belong to them by it.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::hash::ContentHash;
use crate::json::Value;

/// Bytes to store under their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// SHA-256 of the bytes.
    pub hash: ContentHash,
    /// The bytes.
    pub bytes: Rc<[u8]>,
}

/// The bytes of a file, brought along by whoever writes a payload that names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// What is stored.
    pub object: Object,
    /// What it costs a model, as an estimate.
    pub tokens: u32,
}

impl Attached {
    /// Bytes under their hash.
    pub fn new(bytes: impl Into<Rc<[u8]>>, tokens: u32) -> Self {
        let bytes = bytes.into();
        Self { object: Object { hash: ContentHash::of(&bytes), bytes }, tokens }
    }
}

/// Puts hashes where a caller's JSON says which of the files belongs there: the member `data` of objects with
/// `"type": "file"` is the file's number, counted from 0. Their `tokens`, if they are given, take the place of the
/// estimate and are not kept.
///
/// # Errors
/// `Validation` where a file's number stands nowhere, or tokens are no whole number.
pub fn attach(value: &mut Value, files: &mut [Attached]) -> Result<()> {
    let mut used = vec![false; files.len()];
    name_files(value, files, &mut used)?;
    if used.contains(&false) {
        return Err(Error::invalid("bytes can only be the data of an object with the type \"file\""));
    }
    Ok(())
}

fn name_files(value: &mut Value, files: &mut [Attached], used: &mut [bool]) -> Result<()> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| name_files(item, files, used)),
        Value::Object(members) => {
            let number = members.get("data").and_then(Value::as_u64).unwrap_or(u64::MAX) as usize;
            let is_file = members.get("type").and_then(Value::as_str) == Some("file");
            if let (true, Some(file), Some(used @ false)) = (is_file, files.get_mut(number), used.get_mut(number)) {
                *used = true;
                if let Some(tokens) = members.remove("tokens") {
                    let whole = tokens.as_u64().and_then(|tokens| u32::try_from(tokens).ok());
                    file.tokens = whole.ok_or_else(|| Error::invalid("the tokens of a file must be a whole number"))?;
                }
                members.insert("data", file.object.hash.into());
            }
            members.values_mut().try_for_each(|member| name_files(member, files, used))
        }
        _ => Ok(()),
    }
}
