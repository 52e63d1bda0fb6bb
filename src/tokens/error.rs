//! What can go wrong when tokens are counted.

use thiserror::Error;

use super::names::EncodingName;

/// Why tokens could not be counted, encoded or decoded.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// The encoding has no vocabulary yet.
    #[error("encoding {0} is not loaded; load it first")]
    NotLoaded(EncodingName),
    /// The bytes given as a vocabulary are not one.
    #[error("not a vocabulary of this version: {0}")]
    BadVocabulary(&'static str),
    /// No token of the encoding has this id.
    #[error("token {id} is not in {encoding}")]
    UnknownToken {
        /// The id.
        id: u32,
        /// The encoding that was to decode it.
        encoding: EncodingName,
    },
    /// The encoding has no special token of this text.
    #[error("{text} is not a special token of {encoding}")]
    UnknownSpecial {
        /// The text.
        text: String,
        /// The encoding that was asked.
        encoding: EncodingName,
    },
}

impl TokenError {
    /// A stable name for programs to branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotLoaded(_) => "EncodingNotLoaded",
            Self::BadVocabulary(_) => "BadVocabulary",
            Self::UnknownToken { .. } => "UnknownToken",
            Self::UnknownSpecial { .. } => "UnknownSpecial",
        }
    }
}
