//! What the counter is built from is what its sources give.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::oracle::asset;
use crate::{classes, model_table, vocabulary};

#[test]
fn the_character_classes_are_those_of_the_regex_crate() {
    let committed = include_bytes!("../../src/tokens/classes.bin");
    let run = "run: cargo run --example token_assets -- --classes";
    assert!(classes::table() == committed, "src/tokens/classes.bin is out of date; {run}");
}

#[test]
fn the_vocabularies_are_those_that_were_measured_and_released() {
    let mut sums = String::new();
    for encoding in vocabulary::ASSETS {
        let hex = Sha256::digest(asset(encoding)).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let _ = writeln!(sums, "{hex}  {encoding}.txt");
    }
    assert_eq!(sums, include_str!("../../src/tokens/vocabularies.sha256"));
}

#[test]
fn the_models_in_typescript_are_those_in_rust() {
    let committed = include_str!("../../js/src/tokens/model-table.ts");
    let run = "run: cargo run --example token_assets -- --models";
    assert!(model_table::table() == committed, "js/src/tokens/model-table.ts is out of date; {run}");
}
