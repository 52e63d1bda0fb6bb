//! The encodings that are loaded, one of each for the thread: whoever counts shares their tables.

use std::borrow::Cow;
use std::cell::RefCell;

use super::counter::{ChatOverhead, TokenCounter};
use super::encoding::Encoding;
use super::error::TokenError;
use super::names::EncodingName;

thread_local! {
    static LOADED: RefCell<[Option<Encoding>; EncodingName::ALL.len()]> = const { RefCell::new([const { None }; 6]) };
}

/// Loads an encoding from its vocabulary, unless it is there already. One that shares the tokens of
/// a loaded one needs no vocabulary: an empty `asset` will do.
///
/// # Errors
/// [`TokenError::BadVocabulary`] if `asset` is needed and is not a vocabulary.
pub fn load<'a>(name: EncodingName, asset: impl Into<Cow<'a, [u8]>>) -> Result<Encoding, TokenError> {
    if let Ok(encoding) = get(name) {
        return Ok(encoding);
    }
    let encoding = Encoding::load(name, asset)?;
    LOADED.with_borrow_mut(|loaded| {
        if let Some(slot) = loaded.get_mut(name as usize) {
            *slot = Some(encoding.clone());
        }
    });
    Ok(encoding)
}

/// An encoding that is loaded, or shares the tokens of one that is.
///
/// # Errors
/// [`TokenError::NotLoaded`] if it is not.
pub fn get(name: EncodingName) -> Result<Encoding, TokenError> {
    LOADED.with_borrow(|loaded| {
        let own = loaded.get(name as usize).and_then(Clone::clone);
        let shared = || loaded.iter().flatten().find_map(|encoding| encoding.sibling(name));
        own.or_else(shared).ok_or(TokenError::NotLoaded(name))
    })
}

/// Counts with a loaded encoding.
#[derive(Clone, Debug)]
pub struct EncodingCounter(Encoding);

impl EncodingCounter {
    /// A counter with a loaded encoding.
    ///
    /// # Errors
    /// [`TokenError::NotLoaded`] if it is not.
    pub fn of(name: EncodingName) -> Result<Self, TokenError> {
        get(name).map(Self)
    }
}

impl From<Encoding> for EncodingCounter {
    fn from(encoding: Encoding) -> Self {
        Self(encoding)
    }
}

impl TokenCounter for EncodingCounter {
    fn count(&self, text: &str) -> u32 {
        self.0.count(text)
    }

    fn source(&self) -> &str {
        self.0.name().source()
    }

    fn overhead(&self) -> ChatOverhead {
        ChatOverhead::OPENAI
    }
}

#[cfg(test)]
mod tests {
    use super::super::asset::write;
    use super::*;

    #[test]
    fn an_encoding_is_loaded_once_and_shared() {
        let name = EncodingName::P50kBase;
        assert_eq!(EncodingCounter::of(name).err(), Some(TokenError::NotLoaded(name)));
        assert!(load(name, b"").is_err());

        let asset = write(&std::array::from_fn(|byte| byte as u8), &[Some((97, 98))]);
        load(name, asset.as_bytes()).unwrap();
        load(name, b"").unwrap();
        let counter = EncodingCounter::of(EncodingName::P50kEdit).unwrap();
        assert_eq!(counter.count("ab!"), 2);
        assert_eq!(counter.source(), "tiktoken:p50k_edit");
        assert!(get(EncodingName::R50kBase).is_err());
    }
}
