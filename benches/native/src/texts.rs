//! The texts of `npm run bench:tokens`, which writes them here: `node benches/tokens/texts.mjs <folder>`.

use std::path::Path;
use std::{fs, process::Command};

/// A name and the texts that are counted one after the other.
pub type Texts = Vec<(String, Vec<String>)>;

/// All texts of the benchmark.
pub fn texts() -> Texts {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new("node")
        .arg(project.join("benches/tokens/texts.mjs"))
        .output()
        .expect("node is there; run npm start first");
    let texts: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&output.stdout).expect("texts as JSON");
    texts
        .into_iter()
        .map(|(name, list)| (name, serde_json::from_value(list).expect("a list of texts")))
        .collect()
}

/// A vocabulary, as the build made it.
pub fn vocabulary(name: &str) -> Vec<u8> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read(project.join(format!("pkg-encodings/{name}.txt"))).expect("run npm start first")
}
