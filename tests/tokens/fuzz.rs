//! Differential fuzzing for a few seconds. A failure prints the seed; `VARVE_FUZZ_SEED` repeats it,
//! `VARVE_FUZZ_SECONDS` goes on for longer.

use std::env;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use varve::tokens::EncodingName::{self, Cl100kBase, O200kBase, P50kBase, R50kBase};

use crate::oracle::Pair;
use crate::scripts::SCRIPTS;

#[test]
fn random_texts_o200k_base() {
    fuzz(O200kBase, 10);
}

#[test]
fn random_texts_cl100k_base() {
    fuzz(Cl100kBase, 6);
}

#[test]
fn random_texts_p50k_base() {
    fuzz(P50kBase, 3);
}

#[test]
fn random_texts_r50k_base() {
    fuzz(R50kBase, 3);
}

fn fuzz(encoding: EncodingName, seconds: u64) {
    let number = |name: &str| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let seed = number("VARVE_FUZZ_SEED").unwrap_or(now);
    let seconds = number("VARVE_FUZZ_SECONDS").unwrap_or(seconds);
    println!("{encoding}: VARVE_FUZZ_SEED={seed}");

    let pair = Pair::of(encoding);
    let mut random = Random(seed);
    let start = Instant::now();
    let mut texts = 0;
    while start.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..50 {
            pair.check(&random.text());
        }
        texts += 50;
    }
    println!("{encoding}: {texts} texts");
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A text of a few parts, mostly short, now and then long.
    fn text(&mut self) -> String {
        let parts = if self.below(50) == 0 { 200 } else { 1 + self.below(12) };
        (0..parts).map(|_| self.part()).collect()
    }

    fn part(&mut self) -> String {
        match self.below(10) {
            0 => self.of(&[" ", "  ", "\n", "\r\n", "\t", "\n\n  ", "\u{a0}", "\u{85}"], 4),
            1 => self.of(&["'s", "'LL", "'re", "'ſ", "'", "’s"], 2),
            2 => self.of(&["a", "b", "e", "n", "o", "r", "s", "t", "A", "Z"], 24),
            3 => self.of(&["0", "1", "9", "٣", "½"], 8),
            4 => self.of(&["(", ")", "{", "\"", "=", "/", "-", ".", ",", "<|", "\0"], 8),
            5 => {
                let unit = self.character().to_string();
                unit.repeat(1 + self.below(70))
            }
            6 => (0..1 + self.below(12)).map(|_| self.character()).collect(),
            7 => self.of(&["中", "文", "的", "是", "日本", "한국", "ไทย", "हिन्दी", "\u{301}"], 30),
            _ => self.excerpt(),
        }
    }

    fn of(&mut self, parts: &[&str], most: usize) -> String {
        (0..1 + self.below(most)).map(|_| parts[self.below(parts.len())]).collect()
    }

    /// A character, small code points more often than large.
    fn character(&mut self) -> char {
        let limits = [0x80, 0x250, 0x3000, 0xffff, 0x2_0000, 0x11_0000];
        let limit = limits[self.below(limits.len())];
        char::from_u32(self.below(limit) as u32).unwrap_or('\u{fffd}')
    }

    fn excerpt(&mut self) -> String {
        let (_, text) = SCRIPTS[self.below(SCRIPTS.len())];
        let from = self.below(text.chars().count());
        let len = 1 + self.below(30);
        text.chars().skip(from).take(len).collect()
    }
}
