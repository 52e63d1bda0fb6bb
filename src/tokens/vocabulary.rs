//! A vocabulary: the bytes of every token, and the two tokens each was merged from.
//!
//! It travels as merge pairs, from which the bytes follow. All numbers are little-endian:
//!
//! ```text
//! n                u32, number of ids
//! the single bytes 256 bytes: those of tokens 0 to 255
//! pairs            for each id from 256 on, the ids of its left and right half (24 bits each) in
//!                  six planes: low, middle, high bytes of the left halves, then of the right
//! ```
//!
//! An id that no token has (p50k_base leaves one out) has `0xffffff` for both halves. Parsing
//! checks everything that the merges rely on: halves are earlier tokens, lengths are in bounds.

use super::error::TokenError;

/// The id of a token: its rank in merges as well.
pub type TokenId = u32;

/// The longest token of any vocabulary, in bytes.
pub const MAX_TOKEN_BYTES: usize = 255;

/// Tokens that are single bytes come first.
pub const SINGLE_BYTES: usize = 256;

/// What stands for both halves of an id that no token has.
const GAP: u32 = 0xff_ffff;

/// The tokens of an encoding.
pub struct Vocabulary {
    /// All tokens' bytes, one after the other.
    bytes: Vec<u8>,
    /// Where each token's bytes start; one more at the end.
    starts: Vec<u32>,
    /// The halves each token was merged from; a single byte has itself twice.
    halves: Vec<(TokenId, TokenId)>,
}

impl Vocabulary {
    /// Reads an asset.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if it is not in the format described above.
    pub fn parse(asset: &[u8]) -> Result<Self, TokenError> {
        let bad = TokenError::BadVocabulary;
        let (header, rest) = asset.split_first_chunk::<4>().ok_or(bad("shorter than its header"))?;
        let len = u32::from_le_bytes(*header) as usize;
        let (singles, planes) = rest.split_first_chunk::<SINGLE_BYTES>().ok_or(bad("shorter than its header"))?;
        let merged = len.checked_sub(SINGLE_BYTES).ok_or(bad("fewer tokens than bytes"))?;
        if planes.len() != merged * 6 || len > 1 << 18 {
            return Err(bad("its length does not fit its number of tokens"));
        }

        let mut vocabulary = Self::with_single_bytes(singles, len);
        let (left, right) = planes.split_at(merged * 3);
        let mut pairs = Pairs::of(left).zip(Pairs::of(right));
        // Some hundred at a time, so that WebAssembly engines can switch to optimised code soon.
        while vocabulary.append_merged(&mut pairs, 512)? {}
        Ok(vocabulary)
    }

    fn with_single_bytes(singles: &[u8; SINGLE_BYTES], len: usize) -> Self {
        let mut bytes = Vec::with_capacity(len * 8);
        bytes.extend_from_slice(singles);
        let mut starts = Vec::with_capacity(len + 1);
        starts.extend(0..=SINGLE_BYTES as u32);
        let mut halves = Vec::with_capacity(len);
        halves.extend((0..SINGLE_BYTES as u32).map(|id| (id, id)));
        Self { bytes, starts, halves }
    }

    /// Appends up to `limit` of `pairs`; false when none is left.
    #[inline(never)]
    fn append_merged(
        &mut self,
        pairs: &mut impl Iterator<Item = (u32, u32)>,
        limit: usize,
    ) -> Result<bool, TokenError> {
        for _ in 0..limit {
            let Some((left, right)) = pairs.next() else {
                return Ok(false);
            };
            if (left, right) != (GAP, GAP) {
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
            self.halves.push((left, right));
            self.starts.push(self.bytes.len() as u32);
        }
        Ok(true)
    }

    /// Appends the bytes of an earlier token. Most are short: a loop beats calling memcpy.
    #[inline(always)]
    fn append_copy(&mut self, range: std::ops::Range<usize>) {
        self.bytes.extend_from_within(range);
    }

    #[inline(always)]
    fn range(&self, id: TokenId) -> std::ops::Range<usize> {
        match self.starts.get(id as usize..).and_then(|starts| starts.first_chunk::<2>()) {
            Some(&[start, end]) => start as usize..end as usize,
            None => 0..0,
        }
    }

    /// Number of ids, gaps included.
    pub fn len(&self) -> usize {
        self.halves.len()
    }

    /// The bytes of token `id`; empty for an id that no token has.
    #[inline(always)]
    pub fn token(&self, id: TokenId) -> &[u8] {
        self.bytes.get(self.range(id)).unwrap_or(&[])
    }

    /// The length of token `id` in bytes; 0 for an id that no token has.
    #[inline(always)]
    pub fn token_len(&self, id: TokenId) -> usize {
        self.range(id).len()
    }

    /// The two tokens that token `id` was merged from; itself twice for a single byte.
    #[inline(always)]
    pub fn halves(&self, id: TokenId) -> (TokenId, TokenId) {
        self.halves.get(id as usize).copied().unwrap_or((id, id))
    }
}

/// Reads 24-bit numbers from three planes.
struct Pairs;

impl Pairs {
    fn of(planes: &[u8]) -> impl Iterator<Item = u32> {
        let plane = planes.len() / 3;
        let (low, rest) = planes.split_at(plane);
        let (middle, high) = rest.split_at(plane);
        low.iter().zip(middle).zip(high).map(|((&low, &middle), &high)| u32::from_le_bytes([low, middle, high, 0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(pairs: &[(u32, u32)]) -> Vec<u8> {
        let mut asset = (256 + pairs.len() as u32).to_le_bytes().to_vec();
        asset.extend(0..=255u8);
        for half in [|pair: &(u32, u32)| pair.0, |pair: &(u32, u32)| pair.1] {
            for byte in 0..3 {
                asset.extend(pairs.iter().map(|pair| half(pair).to_le_bytes()[byte]));
            }
        }
        asset
    }

    fn error(asset: &[u8]) -> String {
        Vocabulary::parse(asset).err().expect("a bad asset").to_string()
    }

    #[test]
    fn tokens_are_rebuilt_from_their_halves() {
        let vocabulary = Vocabulary::parse(&asset(&[(97, 98), (GAP, GAP), (256, 99), (258, 256)])).unwrap();
        assert_eq!(vocabulary.len(), 260);
        assert_eq!(vocabulary.token(97), b"a");
        assert_eq!(vocabulary.token(256), b"ab");
        assert_eq!(vocabulary.token(257), b"");
        assert_eq!(vocabulary.token(258), b"abc");
        assert_eq!(vocabulary.token(259), b"abcab");
        assert_eq!(vocabulary.token(260), b"");
        assert_eq!(vocabulary.halves(259), (258, 256));
        assert_eq!(vocabulary.token_len(259), 5);
    }

    #[test]
    fn a_damaged_asset_is_refused() {
        let good = asset(&[(97, 98)]);
        assert!(error(&good[..3]).contains("header"));
        assert!(error(&good[..100]).contains("header"));
        assert!(error(&good[..good.len() - 1]).contains("length"));
        assert!(error(&[&255u32.to_le_bytes(), &good[4..]].concat()).contains("fewer"));
        assert!(error(&asset(&[(97, 256)])).contains("earlier"), "a half that is not there yet");
        assert!(error(&asset(&[(GAP, GAP), (97, 256)])).contains("earlier"), "a gap as a half");
        let doubling: Vec<_> = (255..263).map(|id| (id, id)).collect();
        assert!(error(&asset(&doubling)).contains("too long"));
    }
}
