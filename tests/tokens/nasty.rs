//! Every string of at most three characters over an alphabet of troublemakers.

use crate::oracle::Pair;

/// One or more of every class, what contractions are made of, and what other tokenizers get wrong.
const ALPHABET: &[&str] = &[
    "a",
    "s",
    "L",
    "R",
    "e",
    "'",
    "\u{17f}", // contractions
    "\u{1c5}",
    "\u{2b0}",
    "中",
    "\u{301}",
    "\u{903}", // titlecase, modifier, other letter, marks
    "1",
    "\u{bd}",
    "٣", // numbers
    " ",
    "\t",
    "\r",
    "\n",
    "\u{85}",
    "\u{a0}",
    "\u{2028}", // white space
    "!",
    "/",
    "<",
    "\0",
    "\u{feff}", // symbols
    "\u{200d}",
    "👩",
    "🏽",
    "\u{fe0f}", // emoji
    "\u{378}",
    "\u{e000}",
    "𝒳",
    "\u{10ffff}", // unassigned, private, astral
    "é",
    "ß",
    "Ω",
    "я",
];

#[test]
fn every_string_of_three_over_a_nasty_alphabet() {
    for pair in Pair::distinct() {
        let mut text = String::new();
        for a in ALPHABET {
            pair.check(a);
            for b in ALPHABET {
                pair.check(&format!("{a}{b}"));
                for c in ALPHABET {
                    text.clear();
                    text.extend([*a, *b, *c]);
                    pair.check(&text);
                }
            }
        }
    }
}
