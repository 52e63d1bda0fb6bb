//! A compile, for JavaScript: what changed since its reader's copy, as JSON.

use std::rc::Rc;

use wasm_bindgen::prelude::JsValue;

use super::host::Host;
use crate::repo::{Compiled, Patch};

/// Builds the result through the host.
pub fn to_js(host: &Rc<Host>, repository: u32, compiled: &Compiled) -> JsValue {
    let Compiled { patch, stable_prefix: (messages, tokens), .. } = compiled;
    let forget = if patch.forgotten.is_empty() { String::new() } else { format!("{:?}", patch.forgotten) };
    let warnings = match compiled.warnings.as_slice() {
        [] => String::new(),
        warnings => serde_json::Value::Array(warnings.to_vec()).to_string(),
    };
    host.compiled(
        patch.view as u32,
        &splices(patch),
        &forget,
        compiled.token_count as f64,
        compiled.commit_count as f64,
        &compiled.token_source,
        compiled.head.as_deref(),
        *messages as u32,
        *tokens as f64,
        &warnings,
        &compiled.digest,
        repository,
    )
}

/// `[[start, removed, [id or [id, message], …]], …]`
fn splices(patch: &Patch) -> String {
    if patch.splices.is_empty() {
        return String::new();
    }
    let mut out = String::with_capacity(256);
    let mut given = std::collections::HashSet::new();
    for splice in &patch.splices {
        out.push_str(if out.is_empty() { "[[" } else { ",[" });
        out.push_str(&format!("{},{},[", splice.start, splice.removed));
        for (position, id) in splice.inserted.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            match patch.messages.get(id).filter(|_| given.insert(*id)) {
                None => out.push_str(&id.to_string()),
                Some(message) => {
                    out.push_str(&format!("[{id},"));
                    message.write_json(&mut out);
                    out.push(']');
                }
            }
        }
        out.push_str("]]");
    }
    out.push(']');
    out
}
