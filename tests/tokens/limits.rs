//! Limits stop early; inputs that are slow elsewhere are not slow here.

use varve::tokens::Encoding;
use varve::tokens::EncodingName::O200kBase;

use crate::oracle::{Pair, asset};

#[test]
fn a_limit_is_met_exactly() {
    let ours = Pair::of(O200kBase).ours;
    let text = "It's 12 o'clock, 中文 and all is well. ".repeat(300);
    let count = ours.count(&text);
    assert_eq!(ours.count_within(&text, count), Some(count));
    assert_eq!(ours.count_within(&text, count - 1), None);
    assert!(ours.is_within_token_limit(&text, u32::MAX));
    assert!(ours.is_within_token_limit("", 0));
    assert!(!ours.is_within_token_limit("a", 0));
}

#[test]
fn a_limit_stops_early() {
    let text = "every word is a token ".repeat(500_000);
    // Who looks up more than a few texts makes tables of whole tokens first.
    let looked_up_much = |count: fn(&Encoding, &str) -> bool| {
        let ours = Encoding::load(O200kBase, asset(O200kBase)).expect("a good asset");
        assert!(!count(&ours, &text));
        ours.complete() == Ok(false)
    };
    assert!(!looked_up_much(|ours, text| ours.is_within_token_limit(text, 100)));
    assert!(looked_up_much(|ours, text| ours.is_within_token_limit(text, 1_000_000)), "as this has to");
}

#[test]
fn long_pieces_are_exact() {
    for pair in Pair::distinct() {
        for unit in ["a", "ab", "abc", "中", "=", "\u{301}", "ÄÖ", "的是", " ", "zyx", "aAa", "\0"] {
            pair.check(&unit.repeat(3000));
        }
        // A word that backtracks: every length of a run of the same letter may be a token.
        let run: String = (0..2000).map(|i| if i % 97 == 0 { 'b' } else { 'a' }).collect();
        pair.check(&run);
    }
}
