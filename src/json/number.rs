//! Decimal numbers to doubles, rounded to the nearest, halves to even.
//!
//! What has up to 15 digits and a small exponent takes one exact step of floating point (Clinger, "How to
//! Read Floating Point Numbers Accurately", 1990); all else goes through integers of any length, bit by
//! bit: a few microseconds, and no tables.

use std::cmp::Ordering;

/// More digits than can matter: the halfway point between two doubles has at most 767.
const MAX_DIGITS: usize = 800;

/// The greatest power of ten that is a double exactly.
const EXACT_POWER: i64 = 22;

/// The double nearest to a JSON number; infinite where it is out of range.
pub fn parse(text: &str) -> f64 {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (up, power) = exponent.strip_prefix('-').map_or((1, exponent), |power| (-1, power));
    let power = power.parse().unwrap_or(u64::MAX).min(1_000_000) as i64;
    let exponent = up * power - fraction.len() as i64;
    sign * magnitude(whole, fraction, exponent)
}

/// `whole` and `fraction` in a row, times 10^`exponent`.
fn magnitude(whole: &str, fraction: &str, exponent: i64) -> f64 {
    let mut digits = whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0');
    let count = digits.clone().count();
    if count <= 15 && exponent.abs() <= EXACT_POWER {
        let mantissa = digits.fold(0, |sum: i64, digit| sum * 10 + i64::from(digit - b'0')) as f64;
        let power = (0..exponent.abs()).fold(1.0, |power: f64, _| power * 10.0);
        return if exponent < 0 { mantissa / power } else { mantissa * power };
    }
    let place = count as i64 + exponent; // the value is below 10^place
    if count == 0 || place < -330 {
        return 0.0;
    }
    if place > 310 {
        return f64::INFINITY;
    }
    let mut numerator = Natural::default();
    for digit in digits.by_ref().take(MAX_DIGITS) {
        numerator.multiply_add(10, u32::from(digit - b'0'));
    }
    let mut exponent = exponent;
    if count > MAX_DIGITS {
        exponent += (count - MAX_DIGITS) as i64 - 1;
        numerator.multiply_add(10, u32::from(digits.any(|digit| digit != b'0')));
    }
    let mut denominator = Natural::default();
    denominator.multiply_add(1, 1);
    let scaled = if exponent < 0 { &mut denominator } else { &mut numerator };
    (0..exponent.unsigned_abs()).for_each(|_| scaled.multiply_add(10, 0));
    quotient(numerator, denominator)
}

/// The nearest double to the quotient of two numbers, neither of them 0.
fn quotient(mut numerator: Natural, mut denominator: Natural) -> f64 {
    // Scaled so that the quotient is at least 1 and below 2; `exponent` is that of its leading bit.
    let mut exponent = numerator.bits() - denominator.bits();
    let scaled = if exponent < 0 { &mut numerator } else { &mut denominator };
    scaled.shift(exponent.unsigned_abs() as usize);
    if numerator.compare(&denominator) == Ordering::Less {
        numerator.shift(1);
        exponent -= 1;
    }
    let bits = 53.min(exponent + 1075); // fewer where the result is subnormal
    let mut mantissa = 0u64;
    for _ in 0..bits.max(0) {
        mantissa *= 2;
        if numerator.compare(&denominator) != Ordering::Less {
            numerator.subtract(&denominator);
            mantissa += 1;
        }
        numerator.shift(1);
    }
    // The numerator is now twice what remains of it. Below half of the smallest double, nothing remains.
    let half = if bits < 0 { Ordering::Less } else { numerator.compare(&denominator) };
    mantissa += u64::from(half == Ordering::Greater || half == Ordering::Equal && mantissa % 2 == 1);
    // A mantissa that was rounded up to the next power of two carries into the exponent as it should.
    let base = (exponent + 1022).max(0) as u64; // one less than the biased exponent: the leading bit adds one
    let value = if bits == 53 { (base << 52) + mantissa } else { mantissa };
    f64::from_bits(value.min(f64::INFINITY.to_bits()))
}

/// An integer of any length, the least word first.
#[derive(Default)]
struct Natural(Vec<u32>);

impl Natural {
    fn bits(&self) -> i64 {
        self.0.last().map_or(0, |word| 32 * self.0.len() as i64 - i64::from(word.leading_zeros()))
    }

    fn multiply_add(&mut self, factor: u32, add: u32) {
        let mut carry = u64::from(add);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Times 2^`bits`.
    fn shift(&mut self, bits: usize) {
        self.multiply_add(1 << (bits % 32), 0);
        if bits >= 32 && !self.0.is_empty() {
            self.0.splice(..0, std::iter::repeat_n(0, bits / 32));
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Takes away what is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0;
        for (place, word) in self.0.iter_mut().enumerate() {
            borrow += i64::from(*word) - i64::from(other.0.get(place).copied().unwrap_or_default());
            *word = borrow as u32;
            borrow >>= 32;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}
