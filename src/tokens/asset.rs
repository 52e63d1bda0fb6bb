//! The form in which a vocabulary travels: merge pairs, from which the tokens' bytes follow, as text.
//!
//! Every digit is one of base64's alphabet and holds six bits, so the text can stand in a JavaScript
//! string as it is. Digits of the same weight lie together, in planes: gzip then packs the text as
//! well as it packs the same numbers in binary, and nothing has to be unpacked at start.
//!
//! ```text
//! n                3 digits, the lowest first: number of ids
//! the single bytes those of tokens 0 to 255: 256 low digits, then 256 high ones
//! pairs            of each id from 256 on the left and right half: the low, middle and high digits
//!                  of all left halves, then those of the right
//! ```
//!
//! An id that no token has (p50k_base leaves one out) has the highest number for both halves.

use super::error::TokenError;
use super::vocabulary::TokenId;

/// Tokens that are single bytes come first.
pub const SINGLE_BYTES: usize = 256;

/// More ids than this do not fit the tables, which need a free slot, nor do they fit three digits.
const MAX_IDS: usize = (1 << 18) - 1;

/// What stands for both halves of an id that no token has.
const GAP: (TokenId, TokenId) = (0x3_ffff, 0x3_ffff);

/// An asset of the right size. Its pairs are yet to be checked.
#[derive(Clone, Copy)]
pub struct Asset<'a> {
    singles: &'a [u8],
    left: &'a [u8],
    right: &'a [u8],
}

impl<'a> Asset<'a> {
    /// Reads the outer form.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if the length is not what the number of ids says.
    pub fn parse(text: &'a [u8]) -> Result<Self, TokenError> {
        let bad = TokenError::BadVocabulary;
        let (ids, rest) = text.split_at_checked(3).ok_or(bad("shorter than its header"))?;
        let (singles, planes) = rest.split_at_checked(2 * SINGLE_BYTES).ok_or(bad("shorter than its header"))?;
        let ids = numbers(ids).next().unwrap_or(0) as usize;
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

    /// The bytes of the first tokens.
    pub fn singles(&self) -> impl Iterator<Item = u8> {
        let (low, high) = self.singles.split_at(SINGLE_BYTES);
        low.iter().zip(high).map(|(&low, &high)| (digit(low) | digit(high) << 6) as u8)
    }

    /// The halves of the ids from [`SINGLE_BYTES`] on; `None` for one that no token has. What is not
    /// a digit makes a number that is no id.
    pub fn pairs(&self) -> impl Iterator<Item = Option<(TokenId, TokenId)>> + 'a {
        numbers(self.left).zip(numbers(self.right)).map(|pair| (pair != GAP).then_some(pair))
    }
}

/// The numbers of three planes.
#[inline(always)]
fn numbers(planes: &[u8]) -> impl Iterator<Item = u32> {
    let (low, rest) = planes.split_at(planes.len() / 3);
    let (middle, high) = rest.split_at(planes.len() / 3);
    let digits = low.iter().zip(middle).zip(high);
    digits.map(|((&low, &middle), &high)| digit(low) | digit(middle) << 6 | digit(high) << 12)
}

/// The value of a digit; of anything else a number above all.
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "a byte is below 256")]
fn digit(byte: u8) -> u32 {
    static VALUES: [u32; 256] = {
        let mut values = [1 << 18; 256];
        let mut value = 0;
        while value < 64 {
            values[DIGITS[value] as usize] = value as u32;
            value += 1;
        }
        values
    };
    VALUES[byte as usize]
}

/// The digits, by value.
pub const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes an asset: the bytes of the first tokens, and the halves of the others.
///
/// It is what the assets of the package are made with; at run time they are only read.
#[allow(clippy::indexing_slicing, reason = "six bits are below 64")]
pub fn write(singles: &[u8; SINGLE_BYTES], pairs: &[Option<(TokenId, TokenId)>]) -> String {
    let plane = |numbers: &mut dyn Iterator<Item = u32>, weight: u32| -> String {
        numbers.map(|number| char::from(DIGITS[(number >> weight) as usize % 64])).collect()
    };
    let ids = (SINGLE_BYTES + pairs.len()) as u32;
    let mut text: String = [0, 6, 12].map(|weight| plane(&mut [ids].into_iter(), weight)).concat();
    for weight in [0, 6] {
        text += &plane(&mut singles.iter().map(|&byte| byte.into()), weight);
    }
    for half in [|pair: (u32, u32)| pair.0, |pair: (u32, u32)| pair.1] {
        for weight in [0, 6, 12] {
            text += &plane(&mut pairs.iter().map(|pair| half(pair.unwrap_or(GAP))), weight);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes() -> [u8; 256] {
        std::array::from_fn(|byte| byte as u8)
    }

    fn error(asset: &str) -> String {
        Asset::parse(asset.as_bytes()).err().expect("a bad asset").to_string()
    }

    #[test]
    fn pairs_come_back_as_they_were_written() {
        let pairs = [Some((97, 98)), None, Some((0x1_2345, 0x3_fffe))];
        let text = write(&bytes(), &pairs);
        let asset = Asset::parse(text.as_bytes()).unwrap();
        assert_eq!(asset.ids(), 259);
        assert!(asset.singles().eq(bytes()));
        assert!(asset.pairs().eq(pairs));
    }

    #[test]
    fn an_asset_of_the_wrong_size_is_refused() {
        let good = write(&bytes(), &[Some((97, 98))]);
        assert!(error(&good[..2]).contains("header"));
        assert!(error(&good[..100]).contains("header"));
        assert!(error(&good[..good.len() - 1]).contains("length"));
        assert!(error(&format!("AAA{}", &good[3..])).contains("fewer"));
        assert!(error(&format!("///{}", &good[3..])).contains("length"));
        assert!(error(&format!("\"é{}", &good[3..])).contains("length"));
    }

    #[test]
    fn what_is_not_a_digit_is_no_id() {
        let good = write(&bytes(), &[Some((97, 98))]);
        let broken = format!("{}\"", &good[..good.len() - 1]);
        let (left, right) = Asset::parse(broken.as_bytes()).unwrap().pairs().next().unwrap().unwrap();
        assert_eq!(left, 97);
        assert!(right >= 1 << 18);
    }
}
