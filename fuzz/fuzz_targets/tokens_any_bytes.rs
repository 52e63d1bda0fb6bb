//! No bytes make counting, encoding or decoding fail, UTF-8 or not, and every byte ends up in a token:
//! `cargo +nightly fuzz run tokens_any_bytes`

#![no_main]

mod vocabulary;

use libfuzzer_sys::fuzz_target;
use varve::tokens::EncodingName::{Cl100kBase, O200kBase, R50kBase};
use varve::tokens::Encoding;

thread_local! {
    static ENCODINGS: [Encoding; 3] = [O200kBase, Cl100kBase, R50kBase].map(vocabulary::load);
}

fuzz_target!(|bytes: &[u8]| {
    ENCODINGS.with(|encodings| {
        for encoding in encodings {
            let tokens = encoding.encode_bytes(bytes);
            assert!(encoding.count_bytes(bytes) as usize <= bytes.len());
            if std::str::from_utf8(bytes).is_ok() {
                assert_eq!(encoding.decode(&tokens).as_deref(), Ok(bytes));
            }
            let ids: Vec<u32> = bytes.chunks(3).map(|id| id.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte))).collect();
            let _ = encoding.decode(&ids);
        }
    });
});
