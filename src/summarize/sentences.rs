//! Sentences: where a text can be cut without cutting a thought.

use super::text::{first, head, is_lower, is_space, is_word, tail, take_part, trim, trim_start};

/// Longer ones are cut at a comma or a space: nobody's thought, or no language. In bytes.
const LONGEST: usize = 400;

/// Words whose full stop ends nothing.
const ABBREVIATIONS: [&str; 12] = ["Mr", "Mrs", "Ms", "Dr", "Prof", "St", "No", "Nr", "vs", "e.g", "i.e", "z.B"];

/// Hands out the sentences of `text`, in order, without the marks of lists and headings in front of them.
pub(super) fn sentences<'a>(text: &'a str, found: &mut dyn FnMut(&'a str)) {
    let mut lines = text;
    while !lines.is_empty() {
        let mut rest = bare(trim(take_part(&mut lines, b'\n')));
        while !rest.is_empty() {
            let end = end(rest);
            let sentence = trim(head(rest, end));
            if sentence.chars().any(is_word) {
                found(sentence);
            }
            rest = trim_start(tail(rest, end));
        }
    }
}

/// A line without the marks of lists, headings and quotes.
fn bare(line: &str) -> &str {
    let is_mark = |character: char| matches!(character, '#' | '>' | '*' | '-' | '+' | '•' | '·' | '|');
    let marks = line.chars().take_while(|character| is_mark(*character)).map(char::len_utf8).sum();
    let rest = tail(line, marks);
    if first(rest).is_some_and(is_space) { trim_start(rest) } else { line }
}

/// Where the first sentence ends, in bytes.
fn end(text: &str) -> usize {
    let mut soft = 0;
    let mut word = 0;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        if end > LONGEST {
            return if soft > LONGEST / 4 { soft } else { at };
        }
        let rest = tail(text, end);
        let closes = |next| matches!(next, '」' | '』' | '）' | '”' | '’' | '"');
        let is_over = match character {
            '。' | '！' | '？' | '．' | '।' | '؟' | '۔' | '።' => !first(rest).is_some_and(closes),
            '!' | '?' | '…' => first(rest).is_some_and(is_space),
            '.' => first(rest).is_some_and(is_space) && !goes_on(tail(head(text, at), word), rest),
            ')' | '"' | '”' | '’' | '*' => matches!(before, '.' | '!' | '?') && first(rest).is_some_and(is_space),
            '」' | '』' | '）' => matches!(before, '。' | '！' | '？'),
            _ => false,
        };
        if is_over {
            return end;
        }
        if is_space(character) || matches!(character, ',' | ';' | '、' | '，' | '；') {
            soft = end;
            word = end;
        }
        before = character;
    }
    text.len()
}

/// Whether a sentence goes on behind `word` and its full stop.
fn goes_on(word: &str, after: &str) -> bool {
    let word = if word.starts_with('(') { tail(word, 1) } else { word };
    let is_initial = word.chars().count() == 1; // an initial, or the number of a list
    is_initial || first(trim_start(after)).is_some_and(is_lower) || ABBREVIATIONS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        let mut all = Vec::new();
        sentences(text, &mut |sentence| all.push(sentence));
        all
    }

    #[test]
    fn sentences_end_where_thoughts_do() {
        assert_eq!(of("Ask Dr. Li. It costs 3.50 now! Really?"), ["Ask Dr. Li.", "It costs 3.50 now!", "Really?"]);
        assert_eq!(of("1. First, e.g. this one.\n- Second"), ["1. First, e.g. this one.", "Second"]);
        assert_eq!(of("He said \"no.\" Then he left."), ["He said \"no.\"", "Then he left."]);
    }

    #[test]
    fn sentences_of_other_scripts_end_too() {
        assert_eq!(
            of("注文は届きません。番号は4711です！「はい。」次。"),
            ["注文は届きません。", "番号は4711です！", "「はい。」", "次。"]
        );
        assert_eq!(of("यह पहला है। यह दूसरा है।"), ["यह पहला है।", "यह दूसरा है।"]);
    }

    #[test]
    fn what_never_ends_is_cut_all_the_same() {
        let endless = "word ".repeat(10_000);
        let cut = of(&endless);
        assert!(cut.len() > 100 && cut.iter().all(|part| part.len() <= LONGEST), "{}", cut.len());
        assert_eq!(of(&"é".repeat(10_000)).concat().chars().count(), 10_000);
    }
}
