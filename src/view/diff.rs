//! What changed between two commits: entries that came, went or say something else.

use crate::state::State;
use crate::state::arena::{CommitIx, ContentIx, EntryIx};
use crate::state::lineage::{Slot, Status};

/// How an entry differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It is in the second view only.
    Added(ContentIx),
    /// It is in the first view only.
    Removed(ContentIx),
    /// It says something else.
    Changed(ContentIx, ContentIx),
}

/// The entries that differ between the views of two commits: those of the second in its order, then
/// those that are gone.
pub fn entries(state: &State<'_>, from: Option<CommitIx>, to: Option<CommitIx>) -> Vec<(EntryIx, Difference)> {
    let (before, after) = (state.lineage(from), state.lineage(to));
    let live = |slot: &&Slot| slot.status == Status::Live;
    let same = |one: &Slot, other: &Slot| state.contents(one.content).hash == state.contents(other.content).hash;
    let mut found = Vec::new();
    for slot in after.slots().iter().filter(live) {
        match before.slot(slot.entry).filter(live) {
            None => found.push((slot.entry, Difference::Added(slot.content))),
            Some(old) if !same(old, slot) => {
                found.push((slot.entry, Difference::Changed(old.content, slot.content)));
            }
            Some(_) => {}
        }
    }
    for slot in before.slots().iter().filter(live) {
        if after.slot(slot.entry).filter(live).is_none() {
            found.push((slot.entry, Difference::Removed(slot.content)));
        }
    }
    found
}

/// A run of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<'a> {
    /// Whether it stayed, came or went.
    pub kind: RunKind,
    /// The words, with the white space between them.
    pub text: &'a str,
}

/// What became of a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// In both.
    Same,
    /// In the second only.
    Added,
    /// In the first only.
    Removed,
}

/// Above this many words that differ the rest counts as replaced.
const MOST_EDITS: usize = 1000;

/// The word-level difference of two texts, by Myers' algorithm (E. W. Myers, "An O(ND) difference
/// algorithm and its variations", 1986). Texts that differ in very many words are shown as replaced.
pub fn words<'a>(before: &'a str, after: &'a str) -> Vec<Run<'a>> {
    let (old, new) = (split(before), split(after));
    let start = old.iter().zip(&new).take_while(|(a, b)| a.1 == b.1).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a.1 == b.1).count();
    let middle = |words: &[(usize, &'a str)]| -> Vec<(usize, &'a str)> {
        words.iter().take(words.len() - end).skip(start).copied().collect()
    };
    let (a, b) = (middle(&old), middle(&new));
    let mut kinds = vec![RunKind::Same; start];
    kinds.extend(script(&a, &b));
    kinds.extend(std::iter::repeat_n(RunKind::Same, end));
    runs(before, after, &old, &new, &kinds)
}

/// What characters do in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of a word: letters with what is put on them, and digits.
    Word,
    Space,
    /// Punctuation and symbols, each by itself.
    Sign,
}

/// Where punctuation and symbols are, beyond Latin: the blocks of Unicode, which are right for nearly all that is
/// written. Tables of all characters are 3 KB gz of the module.
const SIGNS: [(char, char); 22] = [
    ('\u{60c}', '\u{60c}'), // Arabic
    ('\u{61b}', '\u{61b}'),
    ('\u{61f}', '\u{61f}'),
    ('\u{66a}', '\u{66d}'),
    ('\u{6d4}', '\u{6d4}'),
    ('\u{964}', '\u{965}'),   // Devanagari
    ('\u{2010}', '\u{206f}'), // punctuation
    ('\u{20a0}', '\u{20cf}'), // currencies
    ('\u{2190}', '\u{245f}'), // arrows, operators, technical
    ('\u{2500}', '\u{2775}'), // boxes, symbols, dingbats
    ('\u{2794}', '\u{2bff}'),
    ('\u{2e00}', '\u{2e7f}'),
    ('\u{3001}', '\u{3003}'), // East Asia
    ('\u{3008}', '\u{3020}'),
    ('\u{3030}', '\u{3030}'),
    ('\u{30fb}', '\u{30fb}'),
    ('\u{ff01}', '\u{ff0f}'), // wide forms
    ('\u{ff1a}', '\u{ff20}'),
    ('\u{ff3b}', '\u{ff40}'),
    ('\u{ff5b}', '\u{ff65}'),
    ('\u{fffc}', '\u{fffd}'),
    ('\u{1f000}', '\u{1faff}'), // emoji
];

impl Kind {
    fn of(character: char) -> Self {
        match character {
            '0'..='9' | 'A'..='Z' | 'a'..='z' | 'ª' | '²' | '³' | 'µ' | '¹' | 'º' | '¼'..='¾' => Self::Word,
            character if character.is_whitespace() => Self::Space,
            ..'À' | '×' | '÷' => Self::Sign,
            _ if SIGNS.iter().any(|&(first, last)| (first..=last).contains(&character)) => Self::Sign,
            _ => Self::Word,
        }
    }
}

/// Words and the white space between them, each with its place.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (position, character) in text.char_indices() {
        let kind = Kind::of(character);
        if last.is_some_and(|last| last != kind) || last == Some(Kind::Sign) {
            pieces.push((start, text.get(start..position).unwrap_or_default()));
            start = position;
        }
        last = Some(kind);
    }
    if start < text.len() {
        pieces.push((start, text.get(start..).unwrap_or_default()));
    }
    pieces
}

/// For each step from `a` to `b` whether a word stays, goes or comes.
fn script(a: &[(usize, &str)], b: &[(usize, &str)]) -> Vec<RunKind> {
    let replaced = || {
        let gone = std::iter::repeat_n(RunKind::Removed, a.len());
        gone.chain(std::iter::repeat_n(RunKind::Added, b.len())).collect::<Vec<_>>()
    };
    let (n, m) = (a.len() as isize, b.len() as isize);
    let most = (a.len() + b.len()).min(MOST_EDITS);
    let offset = most as isize + 1;
    let mut reach = vec![0isize; 2 * most + 3];
    let mut trace: Vec<Vec<isize>> = Vec::new();
    let at = |reach: &[isize], k: isize| reach.get((k + offset) as usize).copied().unwrap_or(-1);
    let same = |x: isize, y: isize| match (a.get(x as usize), b.get(y as usize)) {
        (Some(a), Some(b)) => a.1 == b.1,
        _ => false,
    };
    for d in 0..=most as isize {
        trace.push(reach.clone());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && at(&reach, k - 1) < at(&reach, k + 1));
            let mut x = if down { at(&reach, k + 1) } else { at(&reach, k - 1) + 1 };
            while same(x, x - k) {
                x += 1;
            }
            if let Some(slot) = reach.get_mut((k + offset) as usize) {
                *slot = x;
            }
            if x >= n && x - k >= m {
                return walk_back(&trace, offset, (n, m));
            }
        }
    }
    replaced()
}

fn walk_back(trace: &[Vec<isize>], offset: isize, end: (isize, isize)) -> Vec<RunKind> {
    let (mut x, mut y) = end;
    let mut kinds = Vec::new();
    for (d, reach) in trace.iter().enumerate().rev() {
        let d = d as isize;
        let at = |k: isize| reach.get((k + offset) as usize).copied().unwrap_or(-1);
        let k = x - y;
        let down = k == -d || (k != d && at(k - 1) < at(k + 1));
        let from_k = if down { k + 1 } else { k - 1 };
        let from_x = if d == 0 { 0 } else { at(from_k) };
        let from_y = if d == 0 { 0 } else { from_x - from_k };
        let (mid_x, mid_y) = match (d, down) {
            (0, _) => (0, 0),
            (_, true) => (from_x, from_y + 1),
            (_, false) => (from_x + 1, from_y),
        };
        while x > mid_x && y > mid_y {
            kinds.push(RunKind::Same);
            (x, y) = (x - 1, y - 1);
        }
        if d > 0 {
            kinds.push(if down { RunKind::Added } else { RunKind::Removed });
            (x, y) = (from_x, from_y);
        }
    }
    kinds.reverse();
    kinds
}

/// Neighbouring words of one kind as one run.
fn runs<'a>(
    before: &'a str,
    after: &'a str,
    old: &[(usize, &'a str)],
    new: &[(usize, &'a str)],
    kinds: &[RunKind],
) -> Vec<Run<'a>> {
    let mut out: Vec<(RunKind, usize, usize)> = Vec::new();
    let (mut x, mut y) = (old.iter(), new.iter());
    for kind in kinds {
        let word = match kind {
            RunKind::Added => y.next(),
            RunKind::Removed => x.next(),
            RunKind::Same => {
                x.next();
                y.next()
            }
        };
        let Some((start, word)) = word else { continue };
        match out.last_mut().filter(|(last, ..)| last == kind) {
            Some((_, _, end)) => *end = start + word.len(),
            None => out.push((*kind, *start, start + word.len())),
        }
    }
    let text = |kind: RunKind, start: usize, end: usize| {
        let source = if kind == RunKind::Removed { before } else { after };
        source.get(start..end).unwrap_or_default()
    };
    out.into_iter().map(|(kind, start, end)| Run { kind, text: text(kind, start, end) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(runs: &[Run<'_>], without: RunKind) -> String {
        runs.iter().filter(|run| run.kind != without).map(|run| run.text).collect()
    }

    #[test]
    fn both_texts_can_be_read_from_the_runs() {
        let long = "word ".repeat(3000);
        let cases = [
            ("", ""),
            ("", "a b"),
            ("a b", ""),
            ("the quick brown fox", "the slow brown cat"),
            ("a, b; c", "a; b, c d"),
            ("x y z", "x y z"),
            ("über 5 €", "unter 6 €"),
            (long.as_str(), "other text"),
            ("a b c a b b a", "c b a b a c"),
        ];
        for (before, after) in cases {
            let runs = words(before, after);
            assert_eq!(apply(&runs, RunKind::Added), before);
            assert_eq!(apply(&runs, RunKind::Removed), after);
        }
    }

    #[test]
    fn a_word_is_letters_with_their_marks_and_digits_of_any_script() {
        let text = "e\u{301}té 3½, नमस्ते\u{2003}x";
        let pieces: Vec<_> = split(text).into_iter().map(|(_, piece)| piece).collect();
        assert_eq!(pieces, ["e\u{301}té", " ", "3½", ",", " ", "नमस्ते", "\u{2003}", "x"]);
        for text in ["«so»", "“¿qué?”", "5€", "人人生，而自由。", "نعم؟", "हाँ।", "a→b", "ok👍🏽", "x×y", "ＡＢ！"]
        {
            let is_sign = |piece: &&str| !piece.chars().any(char::is_alphanumeric);
            let expected: Vec<char> = text.chars().filter(|c| !c.is_alphanumeric() && *c != '\u{901}').collect();
            let signs: Vec<_> = split(text).into_iter().map(|(_, piece)| piece).filter(is_sign).collect();
            assert_eq!(signs, expected.iter().map(char::to_string).collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn only_the_words_that_differ_are_named() {
        let runs = words("the quick brown fox", "the slow brown fox");
        let changed: Vec<_> = runs.iter().filter(|run| run.kind != RunKind::Same).map(|run| run.text).collect();
        assert_eq!(changed, ["quick", "slow"]);
    }
}
