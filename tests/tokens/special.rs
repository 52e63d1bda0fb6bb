//! Special tokens stand for themselves only where they are allowed.

use std::collections::HashSet;

use varve::tokens::{AllowedSpecial, EncodingName, TokenError};

use crate::oracle::Pair;

const TEXTS: &[&str] = &[
    "",
    "plain",
    "<|endoftext|>",
    "a<|endoftext|>b  <|endofprompt|>",
    "<|fim_prefix|>x<|fim_suffix|>",
    "<|start|>user<|message|>hi<|end|>",
    "<|reserved_200013|><|reserved_201087|><|reserved_201088|>",
    "<|reserved_200002|><|reserved_0200013|><|reserved_+200013|>",
    "<|<|endoftext|>|>",
    "  \n<|endoftext|>  \n",
    "<|startoftext|><|return|>",
    "<|endoftext|",
    "|>",
    "<|",
    "<||>",
    "<|中|><|endoftext|>",
];

#[test]
fn all_special_tokens_as_tiktoken_has_them() {
    for pair in EncodingName::ALL.map(Pair::of) {
        let every: Vec<String> = pair.theirs.special_tokens().iter().map(ToString::to_string).collect();
        for text in TEXTS.iter().copied().chain(every.iter().map(String::as_str)) {
            let expected = pair.theirs.encode_with_special_tokens(text);
            assert_eq!(pair.ours.encode(text, AllowedSpecial::All), expected, "{text:?}");
            let count = pair.ours.count_with_special(text, AllowedSpecial::All);
            assert_eq!(count as usize, expected.len(), "{text:?}");
            assert_eq!(pair.ours.decode(&expected).as_deref(), Ok(text.as_bytes()));
        }
    }
}

#[test]
fn some_special_tokens_as_tiktoken_has_them() {
    for pair in EncodingName::ALL.map(Pair::of) {
        let allowed = ["<|endoftext|>", "<|message|>"];
        for text in TEXTS {
            let (expected, _) = pair.theirs.encode(text, &HashSet::from(allowed)).unwrap();
            assert_eq!(pair.ours.encode(text, AllowedSpecial::Only(&allowed)), expected, "{text:?}");
        }
    }
}

#[test]
fn without_allowance_they_are_text() {
    for pair in EncodingName::ALL.map(Pair::of) {
        TEXTS.iter().for_each(|text| pair.check(text));
    }
}

#[test]
fn ids_that_no_token_has_are_refused() {
    for pair in EncodingName::ALL.map(Pair::of) {
        for id in [50_256, 50_281, 50_284, 100_256, 100_257, 199_998, 200_000, 200_018, 201_087, 201_088, u32::MAX] {
            let ours = pair.ours.decode(&[id]).ok();
            assert_eq!(ours, pair.theirs.decode_bytes(&[id]).ok(), "{} {id}", pair.ours.name());
        }
        let error = pair.ours.decode(&[u32::MAX]).expect_err("no such token");
        assert_eq!(error, TokenError::UnknownToken { id: u32::MAX, encoding: pair.ours.name() });
        assert!(pair.ours.check_special(&["<|endoftext|>"]).is_ok());
        assert!(pair.ours.check_special(&["<|nothing|>"]).is_err());
    }
}

#[test]
fn encodings_that_share_a_vocabulary_share_it_in_memory() {
    let base = Pair::of(EncodingName::O200kBase).ours;
    let harmony = base.sibling(EncodingName::O200kHarmony).expect("the same tokens");
    assert_eq!(harmony.encode("<|start|>", AllowedSpecial::All), [200_006]);
    assert!(base.sibling(EncodingName::Cl100kBase).is_none());
}
