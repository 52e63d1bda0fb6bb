//! A vocabulary: the bytes of every token.

use std::ops::Range;

use super::asset::{Pair, SINGLE_BYTES};
use super::error::TokenError;
use super::names::TokenId;

/// The longest token a vocabulary may have.
const MAX_TOKEN_BYTES: usize = 255;

/// The tokens of an encoding.
#[derive(Default)]
pub struct Vocabulary {
    /// All tokens' bytes, one after the other.
    bytes: Vec<u8>,
    /// Where each token's bytes start; one more at the end.
    starts: Vec<u32>,
}

impl Vocabulary {
    /// The vocabulary with these single bytes, and then the tokens of these halves.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if a half of a token is not an earlier token, or a token is too long.
    pub fn new(singles: &[u8; SINGLE_BYTES], pairs: &[Option<Pair>]) -> Result<Self, TokenError> {
        let ids = SINGLE_BYTES + pairs.len();
        let mut vocabulary = Self { bytes: Vec::with_capacity(ids * 8), starts: Vec::with_capacity(ids + 1) };
        vocabulary.bytes.extend(singles);
        vocabulary.starts.extend(0..=SINGLE_BYTES as u32);
        // Some hundred a call, so that WebAssembly engines can switch to optimised code soon.
        for pairs in pairs.chunks(512) {
            vocabulary.append(pairs)?;
        }
        Ok(vocabulary)
    }

    /// Appends the tokens of these halves.
    #[inline(never)]
    fn append(&mut self, pairs: &[Option<Pair>]) -> Result<(), TokenError> {
        for pair in pairs {
            if let &Some((left, right)) = pair {
                let (left, right) = (self.range(left), self.range(right));
                if left.is_empty() || right.is_empty() {
                    return Err(TokenError::BadVocabulary("a token's half is not an earlier token"));
                }
                if left.len() + right.len() > MAX_TOKEN_BYTES {
                    return Err(TokenError::BadVocabulary("a token is too long"));
                }
                self.append_copy(left);
                self.append_copy(right);
            }
            self.starts.push(self.bytes.len() as u32);
        }
        Ok(())
    }

    /// Appends bytes that are there already, eight at a time: most tokens are so short that calling
    /// memcpy would take longer.
    #[inline(always)]
    fn append_copy(&mut self, range: Range<usize>) {
        let end = self.bytes.len() + range.len();
        for at in range.clone().step_by(8) {
            match self.bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()).copied() {
                Some(chunk) => self.bytes.extend_from_slice(&chunk),
                None => self.bytes.extend_from_within(at..range.end),
            }
        }
        self.bytes.truncate(end);
    }

    #[inline(always)]
    fn range(&self, id: TokenId) -> Range<usize> {
        match self.starts.get(id as usize..).and_then(|starts| starts.first_chunk()) {
            Some(&[start, end]) => start as usize..end as usize,
            None => 0..0,
        }
    }

    /// Number of ids, gaps included.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The bytes of token `id`; empty for an id that no token has.
    #[inline(always)]
    pub fn token(&self, id: TokenId) -> &[u8] {
        self.bytes.get(self.range(id)).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(pairs: &[Option<Pair>]) -> Result<Vocabulary, TokenError> {
        Vocabulary::new(&std::array::from_fn(|byte| byte as u8), pairs)
    }

    #[test]
    fn tokens_are_rebuilt_from_their_halves() {
        let vocabulary = vocabulary(&[Some((97, 98)), None, Some((256, 99)), Some((258, 256))]).unwrap();
        assert_eq!(vocabulary.len(), 260);
        let tokens: Vec<&[u8]> = [97, 256, 257, 258, 259, 260, u32::MAX].map(|id| vocabulary.token(id)).into();
        assert_eq!(tokens, [&b"a"[..], b"ab", b"", b"abc", b"abcab", b"", b""]);
    }

    #[test]
    fn halves_that_make_no_token_are_refused() {
        let error = |pairs: &[_]| vocabulary(pairs).err().unwrap().to_string();
        assert!(error(&[Some((97, 256))]).contains("earlier"), "a half that is not there yet");
        assert!(error(&[None, Some((97, 256))]).contains("earlier"), "a gap as a half");
        let doubling: Vec<_> = (255..263).map(|id| Some((id, id))).collect();
        assert!(error(&doubling).contains("too long"));
    }
}
