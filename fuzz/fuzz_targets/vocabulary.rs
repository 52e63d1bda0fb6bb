//! The vocabularies that `npm run build` or `cargo run --example token_assets -- pkg-encodings` made.

use varve::tokens::{Encoding, EncodingName};

pub fn load(name: EncodingName) -> Encoding {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../pkg-encodings");
    let asset = std::fs::read(format!("{path}/{}.txt", name.vocabulary()))
        .expect("run: cargo run --example token_assets -- pkg-encodings");
    Encoding::load(name, &asset).expect("a good asset")
}
