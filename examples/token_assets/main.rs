//! Generates what the token counter is built from, from tiktoken-rs and the `regex` crate:
//!
//! ```text
//! cargo run --example token_assets -- <directory>    the vocabularies, <encoding>.txt
//! cargo run --example token_assets -- --classes      src/tokens/classes.bin
//! cargo run --example token_assets -- --models       js/src/tokens/model-table.ts
//! ```
//!
//! The same versions of the crates give the same bytes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a command of the project: it stops where its sources are not as expected"
)]

mod classes;
mod models;
mod vocabulary;

use std::path::Path;
use std::{env, fs, io, process};

fn main() -> io::Result<()> {
    match env::args().nth(1).as_deref() {
        Some("--classes") => fs::write("src/tokens/classes.bin", classes::table()),
        Some("--models") => fs::write("js/src/tokens/model-table.ts", models::table()),
        Some(directory) => write_vocabularies(Path::new(directory)),
        None => {
            eprintln!("usage: token_assets <directory> | --classes | --models");
            process::exit(2);
        }
    }
}

fn write_vocabularies(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for encoding in vocabulary::ASSETS {
        let path = directory.join(format!("{encoding}.txt"));
        let asset = vocabulary::asset(encoding);
        println!("{} {} bytes", path.display(), asset.len());
        fs::write(path, asset)?;
    }
    Ok(())
}
