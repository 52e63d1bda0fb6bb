//! Numbers as digits: an entropy coder (rANS) over the digits of base64, so that coded text takes no more room than its
//! numbers have information, whatever compresses it after that.
//!
//! A number is coded as its **class**, which is its length in bits with the two bits below the highest, and the rest
//! of its bits. Classes are coded by how frequent they are in a context, which a [`Models`] says; the rest as it is.

use crate::tokens::error::TokenError;

/// The digits, by value.
pub const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How many classes there are; the last has the numbers below 2^20.
pub const CLASSES: usize = 72;

/// The frequencies of a context add up to 2^12.
pub const SCALE: u32 = 12;

/// The state of a coder is in 2^18..2^24: four digits.
pub const LOWEST: u32 = 1 << 18;

/// Bits of the rest are taken so many at a time.
pub const MOST_BITS: u32 = 12;

/// The class of a number, how many bits are left, and these.
pub fn class_of(number: u32) -> (usize, u32, u32) {
    let bits = number + 1;
    let rest = bits.ilog2().saturating_sub(2);
    let class = match bits {
        1..4 => bits - 1,
        _ => 3 + rest * 4 + ((bits >> rest) - 4),
    };
    (class as usize, rest, bits & ((1 << rest) - 1))
}

/// More than are ever left to be drawn, where there are several.
pub const MOST_DRAWN: usize = 128;

/// Where on the scale the next of `all` begins, after so many.
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "a table of 2^n, indexed by n bits")]
pub fn on_scale(after: u32, all: u32) -> u32 {
    /// What one has of the scale, times 2^12.
    static OF_ONE: [u32; MOST_DRAWN] = {
        let mut of_one = [0; MOST_DRAWN];
        let mut all = 1;
        while all < MOST_DRAWN {
            of_one[all] = (1_u32 << (2 * SCALE)).div_ceil(all as u32);
            all += 1;
        }
        of_one
    };
    after.wrapping_mul(OF_ONE[all as usize % MOST_DRAWN]) >> SCALE
}

/// The value of a digit; zero for anything else.
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "a byte is below 256")]
pub fn digit(byte: u8) -> u32 {
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

/// How frequent classes are, by context.
pub struct Models {
    /// By context and place on the scale: the class there.
    classes: Vec<u8>,
    /// By context and class: where it begins on the scale, and how much of it it has.
    spans: Vec<(u16, u16)>,
}

impl Models {
    /// Reads the models of so many contexts: for each its classes' frequencies, two digits each.
    ///
    /// # Errors
    /// [`TokenError::BadVocabulary`] if those of a context are not all of the scale.
    pub fn read(digits: &[u8]) -> Result<Self, TokenError> {
        let (mut classes, mut spans) = (Vec::new(), Vec::new());
        for context in digits.chunks(2 * CLASSES) {
            let mut begin = 0;
            for (class, pair) in context.chunks(2).enumerate() {
                let frequency = pair.iter().rev().fold(0, |value, &low| value << 6 | digit(low));
                spans.push((begin as u16, frequency as u16));
                begin += frequency;
                if begin > 1 << SCALE {
                    break;
                }
                classes.resize(classes.len() + frequency as usize, class as u8);
            }
            if begin != 1 << SCALE {
                return Err(TokenError::BadVocabulary("its frequencies do not add up"));
            }
        }
        Ok(Self { classes, spans })
    }
}

/// Reads numbers. Where the digits end too soon it goes on with zeros; [`Numbers::end`] tells.
pub struct Numbers<'a> {
    models: &'a Models,
    digits: &'a [u8],
    at: usize,
    state: u32,
}

impl<'a> Numbers<'a> {
    /// Of what begins with the digits.
    pub fn new(models: &'a Models, digits: &'a [u8]) -> Self {
        let state = digits.iter().take(4).fold(0, |state, &next| state << 6 | digit(next));
        Self { models, digits, at: 4, state: state.max(LOWEST) }
    }

    /// The next number, of this context.
    #[inline(always)]
    #[allow(
        clippy::indexing_slicing,
        reason = "contexts are below their number, checked anyway; the rest is of the scale"
    )]
    pub fn number(&mut self, context: usize) -> u32 {
        let place = self.state & ((1 << SCALE) - 1);
        let class = self.models.classes[context << SCALE | place as usize];
        let (begin, frequency) = self.models.spans[context * CLASSES + usize::from(class)];
        self.state = u32::from(frequency) * (self.state >> SCALE) + place - u32::from(begin);
        self.refill();
        let class = u32::from(class);
        if class < 3 {
            return class;
        }
        let rest = (class - 3) / 4;
        let mut bits = 4 + (class - 3) % 4;
        let first = rest.min(MOST_BITS);
        bits = bits << first | self.bits(first);
        if rest > first {
            bits = bits << (rest - first) | self.bits(rest - first);
        }
        bits - 1
    }

    /// Which of several was drawn, where so many of each are left, at least one, and `all` together: as likely as they
    /// are many. `all` is below [`MOST_DRAWN`], unless there is only one.
    #[inline(always)]
    pub fn drawn<T>(&mut self, left: &[(T, u32)], all: u32) -> usize {
        if left.len() == 1 {
            return 0;
        }
        let place = self.state & ((1 << SCALE) - 1);
        let (mut which, mut begin) = (0, 0);
        if all as usize == left.len() {
            which = ((place * all) >> SCALE) as usize;
            which += usize::from(on_scale(which as u32 + 1, all) <= place);
            begin = which as u32;
        } else {
            for (_, some) in left {
                if on_scale(begin + some, all) > place {
                    break;
                }
                (which, begin) = (which + 1, begin + some);
            }
        }
        let end = begin + left.get(which).map_or(0, |left| left.1);
        let (begin, end) = (on_scale(begin, all), on_scale(end, all));
        self.state = (end - begin).max(1) * (self.state >> SCALE) + place - begin;
        self.refill();
        which
    }

    #[inline(always)]
    fn bits(&mut self, count: u32) -> u32 {
        let bits = self.state & ((1 << count) - 1);
        self.state >>= count;
        self.refill();
        bits
    }

    /// Digits until the state is what it should be: two at most, as no step takes more than twelve bits.
    #[inline(always)]
    fn refill(&mut self) {
        while self.state < LOWEST {
            self.state = self.state << 6 | self.digits.get(self.at).map_or(0, |&next| digit(next));
            self.at += 1;
        }
    }

    /// Where the digits end that were taken, if this is where a writer ended.
    pub fn end(&self) -> Option<usize> {
        (self.state == LOWEST && self.at <= self.digits.len()).then_some(self.at)
    }
}
