//! Every text has the tokens that tiktoken-rs gives it, in every encoding:
//! `cargo +nightly fuzz run tokens_like_tiktoken`

#![no_main]

mod vocabulary;

use libfuzzer_sys::fuzz_target;
use tiktoken_rs::CoreBPE;
use varve::tokens::EncodingName::{Cl100kBase, O200kBase, P50kBase, R50kBase};
use varve::tokens::{AllowedSpecial, Encoding};

thread_local! {
    static PAIRS: [(Encoding, &'static CoreBPE); 4] = [
        (vocabulary::load(O200kBase), tiktoken_rs::o200k_base_singleton()),
        (vocabulary::load(Cl100kBase), tiktoken_rs::cl100k_base_singleton()),
        (vocabulary::load(P50kBase), tiktoken_rs::p50k_base_singleton()),
        (vocabulary::load(R50kBase), tiktoken_rs::r50k_base_singleton()),
    ];
}

fuzz_target!(|text: &str| {
    PAIRS.with(|pairs| {
        for (ours, theirs) in pairs {
            let expected = theirs.encode_ordinary(text);
            assert_eq!(ours.encode(text, AllowedSpecial::None), expected);
            assert_eq!(ours.count(text) as usize, expected.len());
            assert_eq!(ours.count(text) as usize, expected.len(), "the second time, from a cache");
            assert_eq!(ours.encode(text, AllowedSpecial::All), theirs.encode_with_special_tokens(text));
        }
    });
});
