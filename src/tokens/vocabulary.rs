//! A vocabulary: the bytes of every token.

use std::ops::Range;

use super::asset::{Asset, Pair, SINGLE_BYTES};

/// The id of a token: its rank in merges as well.
pub type TokenId = u32;

/// The tokens of an encoding.
#[derive(Default)]
pub struct Vocabulary {
    /// All tokens' bytes, one after the other.
    bytes: Vec<u8>,
    /// Where each token's bytes start; one more at the end.
    starts: Vec<u32>,
}

impl Vocabulary {
    /// The vocabulary of an asset.
    pub fn new(asset: &Asset) -> Self {
        let mut vocabulary =
            Self { bytes: Vec::with_capacity(asset.ids() * 8), starts: Vec::with_capacity(asset.ids() + 1) };
        vocabulary.bytes.extend(asset.singles());
        vocabulary.starts.extend(0..=SINGLE_BYTES as u32);
        for chunk in asset.chunks() {
            vocabulary.append(chunk.map(|(_, halves)| halves));
        }
        vocabulary
    }

    /// Appends the tokens of these halves.
    #[inline(never)]
    fn append(&mut self, pairs: impl Iterator<Item = Option<Pair>>) {
        for pair in pairs {
            if let Some((left, right)) = pair {
                let (left, right) = (self.range(left), self.range(right));
                self.append_copy(left);
                self.append_copy(right);
            }
            self.starts.push(self.bytes.len() as u32);
        }
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
    use super::super::asset::write;
    use super::*;

    fn vocabulary(pairs: &[Option<(TokenId, TokenId)>]) -> Vocabulary {
        let singles = std::array::from_fn(|byte| byte as u8);
        Vocabulary::new(&Asset::parse(write(&singles, pairs).as_bytes()).unwrap())
    }

    #[test]
    fn tokens_are_rebuilt_from_their_halves() {
        let vocabulary = vocabulary(&[Some((97, 98)), None, Some((256, 99)), Some((258, 256))]);
        assert_eq!(vocabulary.len(), 260);
        let tokens: Vec<&[u8]> = [97, 256, 257, 258, 259, 260, u32::MAX].map(|id| vocabulary.token(id)).into();
        assert_eq!(tokens, [&b"a"[..], b"ab", b"", b"abc", b"abcab", b"", b""]);
    }
}
