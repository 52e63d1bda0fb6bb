//! Encodings by name: count, encode, decode.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use super::engine::{Engine, Pattern};
use super::error::TokenError;
use super::names::{EncodingName, TokenId};
use super::special::{self, AllowedSpecial};

/// An encoding with its vocabulary: gives the tokens that tiktoken gives.
///
/// Cheap to clone. Counting keeps caches inside, so an encoding stays on its thread.
#[derive(Clone)]
pub struct Encoding {
    name: EncodingName,
    engine: Rc<Engine>,
}

impl Encoding {
    /// Loads `name` from the asset of [`EncodingName::vocabulary`].
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if `asset` is not a vocabulary.
    pub fn load<'a>(name: EncodingName, asset: impl Into<Cow<'a, [u8]>>) -> Result<Self, TokenError> {
        let engine = Engine::load(asset, pattern_of(name))?;
        Ok(Self { name, engine: Rc::new(engine) })
    }

    /// Reads all of the vocabulary and makes the tables that few texts do without, at once rather than when they are
    /// needed; false if they are there. Loading takes a fraction of that.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] for a vocabulary that says of itself that it is good, and is not.
    pub fn complete(&self) -> Result<bool, TokenError> {
        self.engine.complete()
    }

    /// The encoding `name`, if it shares its vocabulary with this one.
    pub fn sibling(&self, name: EncodingName) -> Option<Self> {
        let shared = name.vocabulary() == self.name.vocabulary();
        shared.then(|| Self { name, engine: Rc::clone(&self.engine) })
    }

    /// Its name.
    pub fn name(&self) -> EncodingName {
        self.name
    }

    /// Number of tokens of `text`; special tokens in it are plain text.
    pub fn count(&self, text: &str) -> u32 {
        self.count_bytes(text.as_bytes())
    }

    /// Number of tokens of a text given as UTF-8. Other bytes give some number.
    pub fn count_bytes(&self, text: &[u8]) -> u32 {
        self.engine.count_up_to(text, u32::MAX).unwrap_or(u32::MAX)
    }

    /// Number of tokens of `text`, where `allowed` special tokens are one each.
    pub fn count_with_special(&self, text: &str, allowed: AllowedSpecial<'_>) -> u32 {
        let mut count = 0u32;
        self.split_at_special(text, allowed, |part| {
            count = count.saturating_add(match part {
                Part::Plain(text) => self.count(text),
                Part::Special(_) => 1,
            });
        });
        count
    }

    /// Number of tokens of `text` if there are at most `limit`. Stops soon after it is clear that
    /// there are more.
    pub fn count_within(&self, text: &str, limit: u32) -> Option<u32> {
        self.count_bytes_within(text.as_bytes(), limit)
    }

    /// As [`Self::count_within`], of a text given as UTF-8.
    pub fn count_bytes_within(&self, text: &[u8], limit: u32) -> Option<u32> {
        self.engine.count_up_to(text, limit)
    }

    /// Is `text` of at most `limit` tokens? Stops early, as [`Self::count_within`].
    pub fn is_within_token_limit(&self, text: &str, limit: u32) -> bool {
        self.count_within(text, limit).is_some()
    }

    /// The tokens of `text`, where `allowed` special tokens are one each.
    pub fn encode(&self, text: &str, allowed: AllowedSpecial<'_>) -> Vec<TokenId> {
        let mut tokens = Vec::new();
        self.split_at_special(text, allowed, |part| match part {
            Part::Plain(text) => self.engine.encode(text.as_bytes(), &mut tokens),
            Part::Special(id) => tokens.push(id),
        });
        tokens
    }

    /// The tokens of a text given as UTF-8, without special ones. Other bytes give some tokens.
    pub fn encode_bytes(&self, text: &[u8]) -> Vec<TokenId> {
        let mut tokens = Vec::new();
        self.engine.encode(text, &mut tokens);
        tokens
    }

    fn split_at_special(&self, text: &str, allowed: AllowedSpecial<'_>, mut each: impl FnMut(Part<'_>)) {
        let mut from = 0;
        while let Some((start, end, id)) = special::find(self.name, text, from, allowed) {
            each(Part::Plain(text.get(from..start).unwrap_or("")));
            each(Part::Special(id));
            from = end;
        }
        each(Part::Plain(text.get(from..).unwrap_or("")));
    }

    /// The bytes of `tokens`, special ones included. They need not be whole characters.
    ///
    /// # Errors
    /// [`TokenError::UnknownToken`] for an id that no token has.
    pub fn decode(&self, tokens: &[TokenId]) -> Result<Vec<u8>, TokenError> {
        let mut bytes = Vec::with_capacity(tokens.len() * 4);
        for &id in tokens {
            match self.engine.vocabulary().token(id) {
                [] => {
                    let text =
                        special::text_of(self.name, id).ok_or(TokenError::UnknownToken { id, encoding: self.name })?;
                    bytes.extend_from_slice(text.as_bytes());
                }
                token => bytes.extend_from_slice(token),
            }
        }
        Ok(bytes)
    }

    /// Checks that every one of `texts` is a special token of this encoding.
    ///
    /// # Errors
    /// [`TokenError::UnknownSpecial`] with the first that is not.
    pub fn check_special(&self, texts: &[&str]) -> Result<(), TokenError> {
        match texts.iter().find(|text| special::id_of(self.name, text).is_none()) {
            None => Ok(()),
            Some(&text) => Err(TokenError::UnknownSpecial { text: text.to_owned(), encoding: self.name }),
        }
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Encoding").field(&self.name.as_str()).finish()
    }
}

/// How an encoding splits texts.
const fn pattern_of(name: EncodingName) -> Pattern {
    match name {
        EncodingName::O200kBase | EncodingName::O200kHarmony => Pattern::O200k,
        EncodingName::Cl100kBase => Pattern::Cl100k,
        EncodingName::P50kBase | EncodingName::P50kEdit | EncodingName::R50kBase => Pattern::R50k,
    }
}

/// A part of a text with special tokens.
enum Part<'a> {
    Plain(&'a str),
    Special(TokenId),
}
