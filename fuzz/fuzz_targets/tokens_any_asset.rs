//! No bytes given as a vocabulary make loading fail but with an error, and what loads counts:
//! `cargo +nightly fuzz run tokens_any_asset`

#![no_main]

use libfuzzer_sys::fuzz_target;
use varve::tokens::{Encoding, EncodingName, write_asset};

fuzz_target!(|bytes: &[u8]| {
    let _ = Encoding::load(EncodingName::O200kBase, bytes);

    // With halves as the fuzzer has them.
    let half = |bytes: &[u8]| bytes.iter().fold(0, |half, &byte| half << 8 | u32::from(byte));
    let halves = |bytes: &[u8]| Some((half(&bytes[..2]), half(&bytes[2..4])));
    let asset = write_asset(&std::array::from_fn(|byte| byte as u8), &bytes.chunks_exact(4).map(halves).collect::<Vec<_>>());
    if let Ok(encoding) = Encoding::load(EncodingName::O200kBase, asset.as_bytes()) {
        let _ = (encoding.count_bytes(bytes), encoding.encode_bytes(bytes));
        let _ = encoding.complete();
        let _ = (encoding.count_bytes(bytes), encoding.encode_bytes(bytes));
    }
});
