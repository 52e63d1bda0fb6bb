//! tiktoken-rs beside our own: whatever one gives, the other must give.

use std::sync::LazyLock;

use tiktoken_rs::CoreBPE;
use varve::tokens::{AllowedSpecial, Encoding, EncodingName};

use crate::vocabulary;

/// The assets, generated once a test run.
pub fn asset(encoding: EncodingName) -> &'static [u8] {
    static ASSETS: [LazyLock<String>; 4] = [
        LazyLock::new(|| vocabulary::asset(EncodingName::O200kBase)),
        LazyLock::new(|| vocabulary::asset(EncodingName::Cl100kBase)),
        LazyLock::new(|| vocabulary::asset(EncodingName::P50kBase)),
        LazyLock::new(|| vocabulary::asset(EncodingName::R50kBase)),
    ];
    let index = vocabulary::ASSETS.iter().position(|&own| own == encoding.vocabulary());
    ASSETS[index.expect("every encoding has an asset")].as_bytes()
}

/// The same encoding twice.
pub struct Pair {
    pub ours: Encoding,
    pub theirs: &'static CoreBPE,
}

impl Pair {
    pub fn of(name: EncodingName) -> Self {
        let ours = Encoding::load(name, asset(name)).expect("a good asset");
        let theirs = match name {
            EncodingName::O200kBase => tiktoken_rs::o200k_base_singleton(),
            EncodingName::O200kHarmony => tiktoken_rs::o200k_harmony_singleton(),
            EncodingName::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
            EncodingName::P50kBase => tiktoken_rs::p50k_base_singleton(),
            EncodingName::P50kEdit => tiktoken_rs::p50k_edit_singleton(),
            EncodingName::R50kBase => tiktoken_rs::r50k_base_singleton(),
        };
        Self { ours, theirs }
    }

    /// Those whose ordinary tokens differ.
    pub fn distinct() -> impl Iterator<Item = Self> {
        vocabulary::ASSETS.into_iter().map(Self::of)
    }

    /// Tokens, count (twice: the second may come from a cache) and round trip of `text`.
    #[track_caller]
    pub fn check(&self, text: &str) {
        if let Err(problem) = self.compare(text) {
            let text = self.shrink(text);
            let again = self.compare(&text).expect_err("shrinking keeps the failure");
            panic!("{}: {problem}\nsmallest: {text:?}: {again}", self.ours.name());
        }
    }

    fn compare(&self, text: &str) -> Result<(), String> {
        let expected = self.theirs.encode_ordinary(text);
        let tokens = self.ours.encode(text, AllowedSpecial::None);
        if tokens != expected {
            return Err(format!("tokens are {tokens:?}, expected {expected:?}"));
        }
        for _ in 0..2 {
            let count = self.ours.count(text);
            if count as usize != expected.len() {
                return Err(format!("count is {count}, expected {}", expected.len()));
            }
        }
        match self.ours.decode(&tokens) {
            Ok(bytes) if bytes == text.as_bytes() => Ok(()),
            other => Err(format!("decoded to {other:?}")),
        }
    }

    /// Drops characters as long as the comparison still fails.
    fn shrink(&self, text: &str) -> String {
        let mut text: Vec<char> = text.chars().collect();
        let mut step = text.len() / 2;
        while step > 0 {
            let mut at = 0;
            while at + step <= text.len() {
                let less: Vec<char> = [&text[..at], &text[at + step..]].concat();
                if self.compare(&less.iter().collect::<String>()).is_err() {
                    text = less;
                } else {
                    at += step;
                }
            }
            step /= 2;
        }
        text.into_iter().collect()
    }
}
