//! A compile, for JavaScript: the messages that are new, and what changed since its reader's copy, as JSON.

use std::rc::Rc;

use wasm_bindgen::prelude::JsValue;

use super::host::Host;
use crate::json::ToJson;
use crate::repo::{Compiled, Patch};

/// Builds the result through the host.
pub fn to_js(host: &Rc<Host>, repository: u32, compiled: &Compiled) -> JsValue {
    let Compiled { patch, stable_prefix: (messages, tokens), .. } = compiled;
    let forget = if patch.forgotten.is_empty() { String::new() } else { patch.forgotten.to_json() };
    let warnings = match compiled.warnings.as_slice() {
        [] => String::new(),
        warnings => warnings.to_json(),
    };
    patch.messages.blocks().for_each(|block| host.given(block, repository));
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

/// `[[start, removed, [id, …]], …]`
fn splices(patch: &Patch) -> String {
    if patch.splices.is_empty() {
        return String::new();
    }
    let mut out = String::from("[");
    for splice in &patch.splices {
        out.push_str(if out.len() > 1 { ",[" } else { "[" });
        splice.start.write_json(&mut out);
        out.push(',');
        splice.removed.write_json(&mut out);
        out.push(',');
        splice.inserted.as_slice().write_json(&mut out);
        out.push(']');
    }
    out.push(']');
    out
}
