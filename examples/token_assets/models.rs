//! The table of models for TypeScript, from the one in Rust.

use std::fmt::Write;

use varve::tokens::{EncodingName, FAMILIES, MODELS};

/// The text of `js/src/tokens/model-table.ts`.
pub fn table() -> String {
    let mut text = String::from(
        "// Which encoding a model uses. Generated from src/tokens/models.rs:\n\
         // cargo run --example token_assets -- --models\n\
         import type { EncodingName } from \"./names.js\";\n\n\
         type Table = readonly (readonly [name: string, encoding: EncodingName])[];\n",
    );
    append(&mut text, "Models by their full name.", "MODELS", MODELS);
    append(&mut text, "Families of models by the start of their names, the first that fits.", "FAMILIES", FAMILIES);
    text
}

fn append(text: &mut String, what: &str, name: &str, table: &[(&str, EncodingName)]) {
    let _ = writeln!(text, "\n/** {what} */\nexport const {name}: Table = [");
    for (model, encoding) in table {
        let _ = writeln!(text, "  [\"{model}\", \"{encoding}\"],");
    }
    text.push_str("];\n");
}
