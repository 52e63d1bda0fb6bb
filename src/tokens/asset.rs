//! The form in which a vocabulary travels: merge pairs, from which the tokens' bytes follow, as text.
//!
//! Some tokens are a half of thousands of others, most of none. So a half is not given by its id, but by its
//! **place** among all ids, those that were used most often so far first; the reader counts along
//! ([`Ranking`]). Places are small where ids are large. Of a place its class, which is its length in bits with the
//! two bits below the highest, stands apart from the rest of its bits: the classes are what gzip packs well, and the
//! rest is as short as it can be.
//!
//! Of left halves there is one order. A right half goes on where the left one ends, after Cyrillic mostly with
//! Cyrillic; so right halves have an order for each group of characters that a left half ends with ([`Rights`]).
//! It takes a sixteenth off what a vocabulary weighs, gzipped.
//!
//! ```text
//! n                3 digits, the lowest first: number of ids
//! the single bytes those of tokens 0 to 255: 256 low digits, then 256 high ones
//! classes          a character for each id from 256 on: of the left halves, then of the right
//! rests            digits of the bits that are left, the lowest first: of all left halves, then of the right
//! ```
//!
//! A digit is one of base64's alphabet and holds six bits; class `c` is the character 35 + c, without the
//! backslash. The text can stand in a JavaScript string as it is. An id that no token has (p50k_base leaves one
//! out) has the number of ids, which no id is, for both halves.

use super::error::TokenError;
use super::vocabulary::TokenId;

/// Tokens that are single bytes come first.
pub const SINGLE_BYTES: usize = 256;

/// More ids than this do not fit the tables, which need a free slot, nor do they fit three digits.
const MAX_IDS: usize = (1 << 18) - 1;

/// A half and the other.
pub type Pair = (TokenId, TokenId);

/// The longest token a vocabulary may have, in bytes.
const MAX_TOKEN_BYTES: u8 = 255;

/// What a vocabulary is made of. The halves of a token are earlier tokens, so a merge always makes a token of higher
/// rank.
pub struct Asset {
    singles: [u8; SINGLE_BYTES],
    pairs: Vec<Pair>,
}

impl Asset {
    /// Reads the text.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if its length is not what it says itself, it has characters that it cannot have, a
    /// half of a token is not an earlier token, or a token is too long.
    pub fn parse(text: &[u8]) -> Result<Self, TokenError> {
        let (singles, pairs) = halves(text)?;
        let mut lengths = vec![0; SINGLE_BYTES + pairs.len()];
        lengths.iter_mut().take(SINGLE_BYTES).for_each(|length| *length = 1);
        for (first, pairs) in (SINGLE_BYTES..).step_by(CHUNK).zip(pairs.chunks(CHUNK)) {
            check_chunk(first, pairs, &mut lengths)?;
        }
        Ok(Self { singles, pairs })
    }

    /// Number of ids, gaps included.
    pub fn ids(&self) -> usize {
        SINGLE_BYTES + self.pairs.len()
    }

    /// The bytes of the first tokens.
    pub fn singles(&self) -> impl Iterator<Item = u8> {
        self.singles.iter().copied()
    }

    /// The ids from [`SINGLE_BYTES`] on that a token has, with its halves, and for any other `None`. Some hundred each, for
    /// one call: WebAssembly engines can switch to optimised code soon.
    pub fn chunks(&self) -> impl Iterator<Item = impl Iterator<Item = (TokenId, Option<Pair>)>> {
        let gap = self.ids() as TokenId;
        let firsts = (SINGLE_BYTES as TokenId..).step_by(CHUNK);
        firsts
            .zip(self.pairs.chunks(CHUNK))
            .map(move |(first, pairs)| (first..).zip(pairs.iter().map(move |pair| (pair.0 != gap).then_some(*pair))))
    }
}

/// The bytes of the first tokens, and the halves of the others, whatever they are.
fn halves(text: &[u8]) -> Result<([u8; SINGLE_BYTES], Vec<Pair>), TokenError> {
    let bad = TokenError::BadVocabulary;
    let (head, rest) = text.split_at_checked(3).ok_or(bad("shorter than its header"))?;
    let (bytes, rest) = rest.split_at_checked(2 * SINGLE_BYTES).ok_or(bad("shorter than its header"))?;
    let ids = head.iter().rev().fold(0, |ids, &low| ids << 6 | digit(low)) as usize;
    let merged = ids.checked_sub(SINGLE_BYTES).ok_or(bad("fewer ids than bytes"))?;
    if ids > MAX_IDS || rest.len() < merged * 2 {
        return Err(bad("its length does not fit its number of ids"));
    }
    let mut singles = [0; SINGLE_BYTES];
    let (low, high) = bytes.split_at(SINGLE_BYTES);
    for (single, (&low, &high)) in singles.iter_mut().zip(low.iter().zip(high)) {
        *single = (digit(low) | digit(high) << 6) as u8;
    }
    let (classes, rests) = rest.split_at(merged * 2);
    let (left, right) = classes.split_at(merged);
    let mut bits = Bits { digits: rests.iter(), value: 0, count: 0 };
    let mut pairs = vec![(0, 0); merged];
    let mut lefts = Ranking::new(0..=ids as TokenId);
    read(left, &mut pairs, |class, pair| {
        pair.0 = bits.id(class, &mut lefts)?;
        Ok(())
    })?;
    drop(lefts);
    bits.count = 0; // the right halves begin with a digit of their own
    let mut rights = Rights::new(&singles, pairs.iter().map(|pair| pair.0));
    read(right, &mut pairs, |class, pair| {
        pair.1 = bits.id(class, rights.after(pair.0).1)?;
        rights.push(*pair);
        Ok(())
    })?;
    if bits.digits.next().is_some() {
        return Err(bad("its length does not fit its number of ids"));
    }
    Ok((singles, pairs))
}

/// Checks the halves of the ids from `first` on, and notes the lengths of their tokens, which are 0 until then.
#[inline(never)]
fn check_chunk(first: usize, pairs: &[Pair], lengths: &mut [u8]) -> Result<(), TokenError> {
    let gap = lengths.len() as TokenId;
    for (id, &(left, right)) in (first..).zip(pairs) {
        if (left, right) == (gap, gap) {
            continue;
        }
        let of = |half: TokenId| lengths.get(half as usize).copied().unwrap_or(0);
        let (left, right) = (of(left), of(right));
        if left == 0 || right == 0 {
            return Err(TokenError::BadVocabulary("a token's half is not an earlier token"));
        }
        if left > MAX_TOKEN_BYTES - right {
            return Err(TokenError::BadVocabulary("a token is too long"));
        }
        if let Some(length) = lengths.get_mut(id) {
            *length = left + right;
        }
    }
    Ok(())
}

/// Some hundred a call, so that WebAssembly engines can switch to optimised code soon.
const CHUNK: usize = 512;

/// Has `take` set the halves of all pairs.
fn read(
    classes: &[u8],
    pairs: &mut [Pair],
    mut take: impl FnMut(u8, &mut Pair) -> Result<(), TokenError>,
) -> Result<(), TokenError> {
    for (classes, pairs) in classes.chunks(CHUNK).zip(pairs.chunks_mut(CHUNK)) {
        read_chunk(classes, pairs, &mut take)?;
    }
    Ok(())
}

#[inline(never)]
fn read_chunk(
    classes: &[u8],
    pairs: &mut [Pair],
    take: &mut impl FnMut(u8, &mut Pair) -> Result<(), TokenError>,
) -> Result<(), TokenError> {
    classes.iter().zip(pairs).try_for_each(|(&class, pair)| take(class, pair))
}

/// The bits that a class stands for, the highest set, and how many follow. Nonsense gives a place beyond all.
#[inline(always)]
fn unclass(class: u8) -> (u32, u32) {
    let class = u32::from(class).wrapping_sub(35 + u32::from(class > b'\\'));
    match class {
        0 => (1, 0),
        1 | 2 => (class + 1, 0),
        3..67 => (4 + (class + 1) % 4, (class - 3) / 4),
        _ => (u32::MAX >> 1, 0),
    }
}

/// Digits, taken by bits, the lowest first.
struct Bits<'a> {
    digits: std::slice::Iter<'a, u8>,
    value: u32,
    count: u32,
}

impl Bits<'_> {
    /// The id at the place of this class.
    #[inline(always)]
    fn id(&mut self, class: u8, ranking: &mut Ranking) -> Result<TokenId, TokenError> {
        let (head, rest) = unclass(class);
        let place = (head << rest | self.take(rest)?) - 1;
        let (id, _) = ranking.take(place as usize).ok_or(TokenError::BadVocabulary("a place is beyond all ids"))?;
        Ok(id)
    }

    #[inline(always)]
    fn take(&mut self, count: u32) -> Result<u32, TokenError> {
        while self.count < count {
            let next = *self.digits.next().ok_or(TokenError::BadVocabulary("its digits end too soon"))?;
            let kept = self.value & ((1 << self.count) - 1);
            self.value = kept | digit(next) << self.count;
            self.count += 6;
        }
        let taken = self.value & ((1 << count) - 1);
        self.value >>= count;
        self.count -= count;
        Ok(taken)
    }
}

/// Ids by how often they were taken, the most frequent first.
struct Ranking {
    /// Ids in the low bits, how often each was taken above them.
    places: Vec<u32>,
    /// By how often: where those begin that were taken so often.
    begins: Vec<u32>,
}

/// An id takes 18 bits; how often it was taken has what is left, and stays at the most there is.
const ID_BITS: u32 = 18;
const ID: u32 = (1 << ID_BITS) - 1;
const MOST: u32 = u32::MAX >> ID_BITS;

impl Ranking {
    fn new(ids: impl Iterator<Item = TokenId>) -> Self {
        Self { places: ids.collect(), begins: vec![0] }
    }

    /// Takes the id at a place: it changes places with the first of those that were taken as often. Returns it, and
    /// where it stands now.
    #[inline(always)]
    fn take(&mut self, place: usize) -> Option<(TokenId, usize)> {
        let &entry = self.places.get(place)?;
        let (id, count) = (entry & ID, entry >> ID_BITS);
        if count == MOST {
            return Some((id, place));
        }
        let begin = self.begins.get_mut(count as usize)?;
        let first = *begin as usize;
        *begin += 1;
        if self.begins.len() == count as usize + 1 {
            self.begins.push(first as u32);
        }
        let other = std::mem::replace(self.places.get_mut(first)?, entry + (1 << ID_BITS));
        if place != first {
            *self.places.get_mut(place)? = other;
        }
        Some((id, first))
    }
}

/// The orders of right halves: one for each group that a left half ends with. At first, those that begin with that
/// group stand before the others.
struct Rights {
    /// By id: the group that a token begins with, and ends with as far as its right half is known.
    heads: Vec<u8>,
    tails: Vec<u8>,
    rankings: [Option<Ranking>; GROUPS],
}

impl Rights {
    fn new(singles: &[u8; SINGLE_BYTES], lefts: impl Iterator<Item = TokenId>) -> Self {
        let tails: Vec<u8> = singles.iter().map(|&byte| group(byte)).collect();
        let mut heads = tails.clone();
        for left in lefts {
            heads.push(group_of(&heads, left));
        }
        heads.push(OTHER); // of the gaps
        Self { heads, tails, rankings: [const { None }; GROUPS] }
    }

    /// The group that the left half ends with, and the order of what follows it.
    #[inline(always)]
    #[allow(clippy::indexing_slicing, reason = "the last group is OTHER")]
    fn after(&mut self, left: TokenId) -> (usize, &mut Ranking) {
        let group = group_of(&self.tails, left).min(OTHER);
        let heads = &self.heads;
        let ranking = &mut self.rankings[group as usize];
        (group as usize, ranking.get_or_insert_with(|| Ranking::new(ordered(heads, group))))
    }

    /// Notes how the token of a pair ends.
    #[inline(always)]
    fn push(&mut self, (left, right): Pair) {
        let tail = match group_of(&self.tails, right) {
            CONTINUED => group_of(&self.tails, left),
            tail => tail,
        };
        self.tails.push(tail);
    }
}

/// All ids, those first that begin with the group.
fn ordered(heads: &[u8], group: u8) -> impl Iterator<Item = TokenId> {
    let ids = move |same| (0..).zip(heads).filter(move |&(_, &head)| (head == group) == same).map(|(id, _)| id);
    ids(true).chain(ids(false))
}

/// Groups of characters, told by the first byte of their UTF-8: scripts, roughly. More of them would save little, and
/// each has an order of all ids in memory.
fn group(first: u8) -> u8 {
    match first {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        0xc0..=0xcc => 2,               // more of Latin
        0xcd..=0xcf | 0xd4..=0xd7 => 3, // Greek, Armenian, Hebrew
        0xd0..=0xd3 => 4,               // Cyrillic
        0xd8..=0xdb => 5,               // Arabic
        0xe0..=0xe1 => 6,               // Indian scripts, Thai, Georgian
        0xe3..=0xe9 => 7,               // Kana, Chinese characters
        0xea..=0xed => 8,               // Korean
        0x80..=0xbf => CONTINUED,
        _ => OTHER,
    }
}

const OTHER: u8 = 9;
/// How many groups have an order.
const GROUPS: usize = OTHER as usize + 1;
/// A byte that is not the first of a character.
const CONTINUED: u8 = 10;

/// The group of an id; `OTHER` where it is not known yet.
#[inline(always)]
fn group_of(groups: &[u8], id: TokenId) -> u8 {
    groups.get(id as usize).copied().unwrap_or(OTHER)
}

/// The value of a digit; zero for anything else.
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "a byte is below 256")]
fn digit(byte: u8) -> u32 {
    static VALUES: [u8; 256] = {
        let mut values = [0; 256];
        let mut value = 0;
        while value < 64 {
            values[DIGITS[value] as usize] = value as u8;
            value += 1;
        }
        values
    };
    VALUES[byte as usize].into()
}

/// The digits, by value.
pub const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes an asset: the bytes of the first tokens, and the halves of the others.
///
/// It is what the assets of the package are made with; at run time they are only read.
#[allow(clippy::indexing_slicing, reason = "six bits are below 64; a place is that of an id")]
pub fn write(singles: &[u8; SINGLE_BYTES], pairs: &[Option<Pair>]) -> String {
    let digits = |bits: u32| char::from(DIGITS[bits as usize % 64]);
    let ids = (SINGLE_BYTES + pairs.len()) as u32;
    let mut text: String = [0, 6, 12].map(|weight| digits(ids >> weight)).into_iter().collect();
    for weight in [0, 6] {
        text.extend(singles.iter().map(|&byte| digits(u32::from(byte) >> weight)));
    }
    let mut rests = String::new();
    let last = ids as TokenId;
    let halves = |pair: &Option<Pair>| pair.map_or((last, last), |(left, right)| (left.min(last), right.min(last)));
    let pairs: Vec<Pair> = pairs.iter().map(halves).collect();

    let mut lefts = Places::default();
    let mut ranking = Ranking::new(0..=last);
    let places: Vec<u32> = pairs.iter().map(|pair| lefts.take(&mut ranking, pair.0)).collect();
    append(&places, &mut text, &mut rests);

    let mut rights = Rights::new(singles, pairs.iter().map(|pair| pair.0));
    let mut of_group: [Places; GROUPS] = Default::default();
    let places: Vec<u32> = pairs
        .iter()
        .map(|&(left, right)| {
            let (group, ranking) = rights.after(left);
            let place = of_group[group].take(ranking, right);
            rights.push((left, right));
            place
        })
        .collect();
    append(&places, &mut text, &mut rests);
    text + &rests
}

/// Appends the classes of places, and the bits that are left of them.
#[allow(clippy::indexing_slicing, reason = "six bits are below 64")]
fn append(places: &[u32], classes: &mut String, rests: &mut String) {
    let (mut value, mut count) = (0u64, 0);
    for place in places {
        let bits = place + 1;
        let rest = bits.ilog2().saturating_sub(2);
        let class = match bits {
            1..4 => bits - 1,
            _ => 3 + rest * 4 + ((bits >> rest) - 4),
        };
        classes.push(char::from((35 + class + u32::from(class >= u32::from(b'\\') - 35)) as u8));
        value |= u64::from(bits & ((1 << rest) - 1)) << count;
        count += rest;
        while count >= 6 {
            rests.push(char::from(DIGITS[value as usize % 64]));
            value >>= 6;
            count -= 6;
        }
    }
    if count > 0 {
        rests.push(char::from(DIGITS[value as usize % 64]));
    }
}

/// Where the ids of a ranking stand.
#[derive(Default)]
struct Places(Vec<usize>);

impl Places {
    /// Takes an id, and returns the place where it stood.
    #[allow(clippy::indexing_slicing, reason = "a ranking has all ids")]
    fn take(&mut self, ranking: &mut Ranking, id: TokenId) -> u32 {
        let Self(place_of) = self;
        if place_of.is_empty() {
            place_of.resize(ranking.places.len(), 0);
            for (place, &id) in ranking.places.iter().enumerate() {
                place_of[(id & ID) as usize] = place;
            }
        }
        let place = place_of[id as usize];
        if let Some((_, now)) = ranking.take(place) {
            place_of[(ranking.places[place] & ID) as usize] = place;
            place_of[id as usize] = now;
        }
        place as u32
    }
}

#[cfg(test)]
mod tests;
