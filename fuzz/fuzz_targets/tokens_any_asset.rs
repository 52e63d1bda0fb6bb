//! No bytes given as a vocabulary make loading fail but with an error, and what loads counts:
//! `cargo +nightly fuzz run tokens_any_asset`

#![no_main]

use libfuzzer_sys::fuzz_target;
use varve::tokens::{Encoding, EncodingName};

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fuzz_target!(|bytes: &[u8]| {
    let _ = Encoding::load(EncodingName::O200kBase, bytes);

    // Of the right size, with pairs as the fuzzer has them.
    let merged = bytes.len() / 6;
    let mut asset: Vec<u8> = [0, 6, 12].map(|weight| DIGITS[((256 + merged) >> weight) % 64]).into();
    asset.extend((0..256usize).map(|byte| DIGITS[byte % 64]).chain((0..256usize).map(|byte| DIGITS[byte / 64])));
    asset.extend(bytes[..merged * 6].iter().map(|&byte| DIGITS[usize::from(byte % 64)]));
    if let Ok(encoding) = Encoding::load(EncodingName::O200kBase, &asset) {
        let _ = (encoding.count_bytes(bytes), encoding.encode_bytes(bytes));
    }
});
