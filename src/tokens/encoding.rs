//! Encodings by name: count, encode, decode.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use super::engine::{Engine, Pattern};
use super::error::{TokenError, UnknownEncoding};
use super::special::{self, AllowedSpecial};
use super::vocabulary::TokenId;

/// The encodings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncodingName {
    /// GPT-4o and later, the o series.
    O200kBase,
    /// gpt-oss: the tokens of o200k_base, other special tokens.
    O200kHarmony,
    /// GPT-4, GPT-3.5, embeddings.
    Cl100kBase,
    /// Codex and `text-davinci-002`, `-003`.
    P50kBase,
    /// The edit models: the tokens of p50k_base, more special tokens.
    P50kEdit,
    /// GPT-3 and GPT-2.
    R50kBase,
}

impl EncodingName {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::O200kBase, Self::O200kHarmony, Self::Cl100kBase, Self::P50kBase, Self::P50kEdit, Self::R50kBase];

    /// The name as OpenAI writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k_base",
            Self::O200kHarmony => "o200k_harmony",
            Self::Cl100kBase => "cl100k_base",
            Self::P50kBase => "p50k_base",
            Self::P50kEdit => "p50k_edit",
            Self::R50kBase => "r50k_base",
        }
    }

    /// The encoding whose vocabulary asset it uses: itself, or the one it shares its tokens with.
    pub const fn vocabulary(self) -> Self {
        match self {
            Self::O200kHarmony => Self::O200kBase,
            Self::P50kEdit => Self::P50kBase,
            own => own,
        }
    }

    const fn pattern(self) -> Pattern {
        match self {
            Self::O200kBase | Self::O200kHarmony => Pattern::O200k,
            Self::Cl100kBase => Pattern::Cl100k,
            Self::P50kBase | Self::P50kEdit | Self::R50kBase => Pattern::R50k,
        }
    }

    /// What stands in `tokenSource` for counts of this encoding.
    pub const fn source(self) -> &'static str {
        match self {
            Self::O200kBase => "tiktoken:o200k_base",
            Self::O200kHarmony => "tiktoken:o200k_harmony",
            Self::Cl100kBase => "tiktoken:cl100k_base",
            Self::P50kBase => "tiktoken:p50k_base",
            Self::P50kEdit => "tiktoken:p50k_edit",
            Self::R50kBase => "tiktoken:r50k_base",
        }
    }

    pub(super) fn list() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl fmt::Display for EncodingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EncodingName {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        Self::ALL.into_iter().find(|encoding| encoding.as_str() == name).ok_or_else(|| UnknownEncoding(name.to_owned()))
    }
}

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
    pub fn load(name: EncodingName, asset: &[u8]) -> Result<Self, TokenError> {
        let engine = Engine::load(asset, name.pattern())?;
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

/// A part of a text with special tokens.
enum Part<'a> {
    Plain(&'a str),
    Special(TokenId),
}
