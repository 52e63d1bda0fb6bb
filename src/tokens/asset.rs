//! The form in which a vocabulary travels: merge pairs, from which the tokens' bytes follow.
//!
//! All numbers are little-endian:
//!
//! ```text
//! n                u32, number of ids
//! the single bytes 256 bytes: those of tokens 0 to 255
//! pairs            for each id from 256 on, the ids of its left and right half (24 bits each) in
//!                  six planes: low, middle, high bytes of the left halves, then of the right
//! ```
//!
//! An id that no token has (p50k_base leaves one out) has `0xffffff` for both halves.

use super::error::TokenError;
use super::vocabulary::TokenId;

/// Tokens that are single bytes come first.
pub const SINGLE_BYTES: usize = 256;

/// More ids than this do not fit the tables, which need a free slot.
const MAX_IDS: usize = (1 << 18) - 1;

/// What stands for both halves of an id that no token has.
const GAP: (TokenId, TokenId) = (0xff_ffff, 0xff_ffff);

/// An asset of the right size. Its pairs are yet to be checked.
#[derive(Clone, Copy)]
pub struct Asset<'a> {
    /// The bytes of the first tokens.
    pub singles: &'a [u8; SINGLE_BYTES],
    left: &'a [u8],
    right: &'a [u8],
}

impl<'a> Asset<'a> {
    /// Reads the outer form.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if the length is not what the number of ids says.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, TokenError> {
        let bad = TokenError::BadVocabulary;
        let (ids, rest) = bytes.split_first_chunk().ok_or(bad("shorter than its header"))?;
        let (singles, planes) = rest.split_first_chunk().ok_or(bad("shorter than its header"))?;
        let ids = u32::from_le_bytes(*ids) as usize;
        let merged = ids.checked_sub(SINGLE_BYTES).ok_or(bad("fewer ids than bytes"))?;
        if ids > MAX_IDS || planes.len() != merged * 6 {
            return Err(bad("its length does not fit its number of ids"));
        }
        let (left, right) = planes.split_at(merged * 3);
        Ok(Self { singles, left, right })
    }

    /// Number of ids, gaps included.
    pub fn ids(&self) -> usize {
        SINGLE_BYTES + self.left.len() / 3
    }

    /// The halves of the ids from [`SINGLE_BYTES`] on; `None` for one that no token has.
    pub fn pairs(&self) -> impl Iterator<Item = Option<(TokenId, TokenId)>> + 'a {
        numbers(self.left).zip(numbers(self.right)).map(|pair| (pair != GAP).then_some(pair))
    }
}

/// The 24-bit numbers of three planes.
fn numbers(planes: &[u8]) -> impl Iterator<Item = u32> {
    let (low, rest) = planes.split_at(planes.len() / 3);
    let (middle, high) = rest.split_at(planes.len() / 3);
    let bytes = low.iter().zip(middle).zip(high);
    bytes.map(|((&low, &middle), &high)| u32::from_le_bytes([low, middle, high, 0]))
}

/// An asset of 256 single bytes and `pairs`.
#[cfg(test)]
pub fn of_pairs(pairs: &[(TokenId, TokenId)]) -> Vec<u8> {
    let mut asset = (256 + pairs.len() as u32).to_le_bytes().to_vec();
    asset.extend(0..=255u8);
    for half in [|pair: &(u32, u32)| pair.0, |pair: &(u32, u32)| pair.1] {
        for byte in 0..3 {
            asset.extend(pairs.iter().map(|pair| half(pair).to_le_bytes()[byte]));
        }
    }
    asset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(asset: &[u8]) -> String {
        Asset::parse(asset).err().expect("a bad asset").to_string()
    }

    #[test]
    fn pairs_come_back_as_they_were_written() {
        let asset = of_pairs(&[(97, 98), GAP, (0x12_3456, 0x01_0203)]);
        let asset = Asset::parse(&asset).unwrap();
        assert_eq!(asset.ids(), 259);
        let pairs: Vec<_> = asset.pairs().collect();
        assert_eq!(pairs, [Some((97, 98)), None, Some((0x12_3456, 0x01_0203))]);
    }

    #[test]
    fn an_asset_of_the_wrong_size_is_refused() {
        let good = of_pairs(&[(97, 98)]);
        assert!(error(&good[..3]).contains("header"));
        assert!(error(&good[..100]).contains("header"));
        assert!(error(&good[..good.len() - 1]).contains("length"));
        assert!(error(&[&255u32.to_le_bytes(), &good[4..]].concat()).contains("fewer"));
        assert!(error(&[&u32::MAX.to_le_bytes(), &good[4..]].concat()).contains("length"));
    }
}
