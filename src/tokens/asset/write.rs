//! Writes vocabularies: what the assets of the package are made with. At run time they are only read.

#![allow(clippy::indexing_slicing, reason = "indices are ids of the vocabulary, or below the size of a fixed table")]

use std::collections::BTreeMap;

use super::coder::{CLASSES, DIGITS, LOWEST, MOST_BITS, SCALE, class_of, on_scale};
use super::{CONTEXTS, GROUPS, LONG, Pair, SINGLE_BYTES, TokenId, checksum, cut};

/// Writes an asset: the bytes of the first tokens, and the halves of the others. Halves that are no earlier tokens are
/// written as well, for tests of who reads them.
pub fn write(singles: &[u8; SINGLE_BYTES], pairs: &[Option<Pair>]) -> String {
    let ids = (SINGLE_BYTES + pairs.len()) as u32;
    let valid = |pair: Pair| (pair.0.min(ids), pair.1.min(ids));
    let pairs: Vec<Option<Pair>> = pairs.iter().map(|pair| pair.map(valid)).collect();
    let sections = sections(singles, &pairs);
    let lists = |section: &Section| section.blocks().map(|block| section.record(&block)).collect::<Vec<_>>();
    let blocks: Vec<Record> = sections.iter().flat_map(lists).collect();
    let frequencies = Frequencies::of(blocks.iter());
    let coded: Vec<String> = blocks.iter().map(|block| block.coded(&frequencies)).collect();
    let mut index = Index::default();
    let mut lengths = coded.iter().map(|block| block.len() as u32);
    for section in &sections {
        section.index(&mut index);
        section.blocks().for_each(|_| index.number(lengths.next().unwrap_or(0)));
    }

    let mut text = String::new();
    digits(u64::from(ids), 3, &mut text);
    singles.iter().for_each(|&byte| digits(byte.into(), 2, &mut text));
    frequencies.0.iter().flatten().for_each(|&frequency| digits(frequency.into(), 2, &mut text));
    text += &index.0;
    let mut made = vec![(1 << 12) - 1; pairs.len()];
    let all_blocks = sections.iter().flat_map(|section| section.blocks().map(move |block| (section, block)));
    for (number, (section, block)) in all_blocks.enumerate() {
        for id in block.iter().flat_map(|right| &section.lists[right]) {
            made[id.0 as usize - SINGLE_BYTES] = number as u64;
        }
    }
    for shift in [0, 6] {
        made.iter().for_each(|&block| digits(block >> shift, 1, &mut text));
    }
    text.extend(coded);
    let mut whole = String::new();
    digits(checksum(text.as_bytes()), 11, &mut whole);
    whole + &text
}

/// Digits of a number, the lowest first.
fn digits(number: u64, count: u32, text: &mut String) {
    text.extend((0..count).map(|place| char::from(DIGITS[(number >> (6 * place)) as usize % 64])));
}

/// The merges of a group of right halves.
#[derive(Default)]
struct Section {
    /// By right half: ids and left halves, ids ascending.
    lists: BTreeMap<TokenId, Vec<(TokenId, TokenId)>>,
    /// Left halves that are there more than once, by how often: roughly, so by class and then by id.
    order: Vec<Vec<TokenId>>,
    places: BTreeMap<TokenId, u32>,
    number: usize,
}

/// The merges by the group of characters that their right halves begin with.
fn sections(singles: &[u8; SINGLE_BYTES], pairs: &[Option<Pair>]) -> Vec<Section> {
    let mut sections: Vec<Section> = (0..GROUPS).map(|number| Section { number, ..Section::default() }).collect();
    let mut tokens: Vec<Vec<u8>> = singles.iter().map(|&byte| vec![byte]).collect();
    for (id, pair) in (SINGLE_BYTES as TokenId..).zip(pairs) {
        let token = pair.map_or(Vec::new(), |(left, right)| {
            let of = |half: TokenId| tokens.get(half as usize).cloned().unwrap_or_default();
            let section = &mut sections[group(&of(right))];
            section.lists.entry(right).or_default().push((id, left));
            // Only the first bytes are looked at.
            [of(left), of(right)].concat().into_iter().take(4).collect()
        });
        tokens.push(token);
    }
    sections.iter_mut().for_each(Section::rank);
    sections
}

impl Section {
    fn rank(&mut self) {
        let mut counts = BTreeMap::<TokenId, u32>::new();
        for (_, left) in self.lists.values().flatten() {
            *counts.entry(*left).or_default() += 1;
        }
        let mut classes = BTreeMap::<_, Vec<TokenId>>::new();
        for (left, count) in counts.into_iter().filter(|&(_, count)| count > 1) {
            classes.entry(std::cmp::Reverse(class_of(count).0)).or_default().push(left);
        }
        self.order = classes.into_values().collect();
        self.places = (0..).zip(self.order.iter().flatten()).map(|(place, &left)| (left, place)).collect();
    }

    /// Right halves as they are listed: those with one merge, two, …, then those with more.
    fn rights(&self) -> Vec<(TokenId, u32)> {
        let mut rights: Vec<_> = self.lists.iter().map(|(&right, list)| (right, list.len() as u32)).collect();
        rights.sort_by_key(|&(right, size)| (size.min(LONG as u32), right));
        rights
    }

    fn index(&self, index: &mut Index) {
        index.number(self.order.len() as u32);
        for class in &self.order {
            index.ascending(class);
        }
        let rights = self.rights();
        for size in 1..=LONG as u32 {
            let (of_size, sizes): (Vec<_>, Vec<_>) =
                rights.iter().filter(|right| right.1.min(LONG as u32) == size).copied().unzip();
            index.ascending(&of_size);
            if size == LONG as u32 {
                sizes.iter().for_each(|size| index.number(size - LONG as u32));
            }
        }
    }

    /// The right halves of each block.
    fn blocks(&self) -> impl Iterator<Item = Vec<TokenId>> {
        let rights = self.rights();
        cut(&rights).into_iter().map(move |block| rights[block].iter().map(|right| right.0).collect())
    }

    fn record(&self, rights: &[TokenId]) -> Record {
        let mut waiting: Vec<u32> = rights.iter().map(|right| self.lists[right].len() as u32).collect();
        let merges = |which: usize| self.lists[&rights[which]].iter().map(move |&(id, left)| (id, (which, left)));
        let mut record = Record::default();
        for (_, (which, left)) in (0..rights.len()).flat_map(merges).collect::<BTreeMap<_, _>>() {
            if waiting.iter().filter(|&&left| left > 0).count() > 1 {
                let (before, all) = (waiting[..which].iter().sum::<u32>(), waiting.iter().sum());
                record.0.push(Step::Drawn(on_scale(before, all), on_scale(before + waiting[which], all)));
            }
            waiting[which] -= 1;
            record.number(self.number, self.places.get(&left).copied().unwrap_or(self.places.len() as u32 + left));
        }
        record
    }
}

/// Groups of characters, told by the first bytes of their UTF-8: scripts, roughly.
fn group(token: &[u8]) -> usize {
    match token {
        [b'a'..=b'z', ..] => 0,
        [b'A'..=b'Z', ..] => 1,
        [0xc0..=0xcc, ..] => 2,
        [0xcd..=0xcf | 0xd4..=0xd7, ..] => 3,
        [0xd0..=0xd3, ..] => 4,
        [0xd8..=0xdb, ..] => 5,
        [0xe0, 0xa4..=0xa5, ..] => 6,
        [0xe0, 0xa6..=0xa7, ..] => 7,
        [0xe0, 0xa8..=0xab, ..] => 8,
        [0xe0, 0xac..=0xaf, ..] => 9,
        [0xe0, 0xb0..=0xb3, ..] => 10,
        [0xe0, 0xb4..=0xb7, ..] => 11,
        [0xe0, 0xb8..=0xbb, ..] => 12,
        [0xe0..=0xe1, ..] => 13,
        [0xe3..=0xe9, ..] => 14,
        [0xea..=0xed, ..] => 15,
        [0x80..=0xbf, ..] => 16,
        _ => 17,
    }
}

/// The digits of an index.
#[derive(Default)]
struct Index(String);

impl Index {
    fn number(&mut self, mut number: u32) {
        while number >= 32 {
            digits(u64::from(32 + number % 32), 1, &mut self.0);
            number /= 32;
        }
        digits(number.into(), 1, &mut self.0);
    }

    /// Ascending ids, and before them how many.
    fn ascending(&mut self, list: &[TokenId]) {
        self.number(list.len() as u32);
        let mut from = 0;
        for &id in list {
            self.number(id - from);
            from = id + 1;
        }
    }
}

/// Numbers with their contexts, before they are coded.
#[derive(Default)]
struct Record(Vec<Step>);

enum Step {
    /// A number in a context.
    Number(usize, u32),
    /// What has this part of the scale.
    Drawn(u32, u32),
}

impl Record {
    fn number(&mut self, context: usize, number: u32) {
        self.0.push(Step::Number(context, number));
    }

    fn coded(&self, frequencies: &Frequencies) -> String {
        let mut state = LOWEST;
        let mut backwards = Vec::new();
        let mut push = |begin: u32, frequency: u32, scale: u32| {
            while state >= ((LOWEST >> scale) << 6) * frequency {
                backwards.push(char::from(DIGITS[state as usize % 64]));
                state >>= 6;
            }
            state = ((state / frequency) << scale) + state % frequency + begin;
        };
        for step in self.0.iter().rev() {
            let (context, number) = match *step {
                Step::Number(context, number) => (context, number),
                Step::Drawn(begin, end) => {
                    push(begin, end - begin, SCALE);
                    continue;
                }
            };
            let (class, rest, bits) = class_of(number);
            let low = rest.saturating_sub(MOST_BITS);
            if low > 0 {
                push(bits & ((1 << low) - 1), 1, low);
            }
            if rest > 0 {
                push(bits >> low, 1, rest - low);
            }
            let of = &frequencies.0[context];
            push(of[..class].iter().sum(), of[class], SCALE);
        }
        for _ in 0..4 {
            backwards.push(char::from(DIGITS[state as usize % 64]));
            state >>= 6;
        }
        backwards.into_iter().rev().collect()
    }
}

/// By context and class, on the scale.
struct Frequencies(Vec<[u32; CLASSES]>);

impl Frequencies {
    fn of<'a>(records: impl Iterator<Item = &'a Record>) -> Self {
        let mut counts = vec![[0u64; CLASSES]; CONTEXTS];
        for step in records.flat_map(|record| &record.0) {
            if let Step::Number(context, number) = *step {
                counts[context][class_of(number).0] += 1;
            }
        }
        Self(counts.iter().map(scaled).collect())
    }
}

/// Frequencies that add up to the scale, none of them all of it, which two digits cannot say.
fn scaled(counts: &[u64; CLASSES]) -> [u32; CLASSES] {
    let mut counts = *counts;
    if counts.iter().filter(|&&count| count > 0).count() < 2 {
        for class in [0, 1] {
            counts[class] = counts[class].max(1);
        }
    }
    let all: u64 = counts.iter().sum();
    let scaled = counts.map(|count| match count {
        0 => 0,
        _ => (((count << SCALE) + all / 2) / all).max(1) as u32,
    });
    let mut scaled = scaled;
    while scaled.iter().sum::<u32>() != 1 << SCALE {
        let most = (0..CLASSES).max_by_key(|&class| scaled[class]).unwrap_or(0);
        let too_many = scaled.iter().sum::<u32>() > 1 << SCALE;
        scaled[most] = if too_many { scaled[most] - 1 } else { scaled[most] + 1 };
    }
    scaled
}
