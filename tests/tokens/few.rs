//! Few texts are counted by merges alone, before there are tables of whole tokens: that gives the same tokens.

use varve::tokens::Encoding;

use crate::oracle::asset;
use crate::vocabulary;

/// Below what brings the tables.
const FEW_BYTES: usize = 60_000;

#[test]
fn every_token_alone_and_behind_another_has_the_same_tokens_before_and_after_the_tables() {
    for name in vocabulary::ASSETS {
        let fresh = || Encoding::load(name, asset(name)).expect("a good asset");
        let (whole, mut few, mut bytes) = (fresh(), fresh(), 0);
        let mut check = |text: &[u8]| {
            bytes += text.len();
            if bytes > FEW_BYTES {
                (few, bytes) = (fresh(), text.len());
            }
            assert_eq!(few.encode_bytes(text), whole.encode_bytes(text), "{name:?}: {text:?}");
        };
        // Decoding makes the tables.
        let mut before = Vec::new();
        for (id, token) in (0..).map_while(|id| Some((id, whole.decode(&[id]).ok()?))) {
            check(&token);
            if id % 4 == 0 {
                check(&[before, token.clone()].concat());
            }
            before = token;
        }
    }
}
