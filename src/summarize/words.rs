//! The terms of a text: what is worth finding again in it.

use super::text::{first, head, is_lower, is_space, is_unspaced, is_upper, is_word, tail};

/// What a term is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier with digits, an address, a URL, a long number.
    Id,
    /// An identifier without digits, a path.
    Symbol,
    /// A name, a code in capitals.
    Name,
    /// A number, a date, a time, an amount.
    Number,
    /// A digit or two.
    Small,
    /// An ordinary word, or two neighbouring characters of a script without spaces.
    Word,
}

/// Longer ones are keys, hashes, images: nobody says them again.
const LONGEST: usize = 120;
const LONGEST_URL: usize = 400;

/// Finds the terms of `text`, in order. `prose`: sentences begin with a capital, which makes no name of a word.
pub(super) fn terms<'a>(text: &'a str, prose: bool, found: &mut dyn FnMut(Kind, &'a str)) {
    let mut rest = text;
    let mut starts = prose;
    let mut pair = "";
    while let Some(character) = first(rest) {
        let mut end = character.len_utf8();
        if is_unspaced(character) {
            if !pair.is_empty() {
                let before = text.len() - pair.len();
                found(Kind::Word, head(tail(text, before), text.len() - rest.len() + end - before));
            }
            pair = rest;
            starts = false;
            rest = tail(rest, end);
            continue;
        }
        pair = "";
        if rest.starts_with("http://") || rest.starts_with("https://") {
            end = url_end(rest);
            if end <= LONGEST_URL {
                found(Kind::Id, head(rest, end));
            }
            starts = false;
        } else if is_word(character) {
            end = word_end(rest);
            if end <= LONGEST
                && let Some(kind) = kind(head(rest, end), starts)
            {
                found(kind, head(rest, end));
            }
            starts = false;
        } else if prose && matches!(character, '.' | '!' | '?' | ':' | '\n' | '"' | '*' | '#' | '(' | '…' | '“') {
            starts = true;
        }
        rest = tail(rest, end);
    }
}

/// Where a word ends: signs within it belong to it, those at its end do not.
fn word_end(text: &str) -> usize {
    let mut end = 0;
    let mut before = ' ';
    while let Some(character) = first(tail(text, end)) {
        let after = end + character.len_utf8();
        let belongs = is_word(character) && !is_unspaced(character)
            || first(tail(text, after)).is_some_and(|next| is_word(next) && joins(before, character, next));
        if !belongs {
            break;
        }
        before = character;
        end = after;
    }
    end
}

/// Whether a sign holds two characters together.
fn joins(before: char, sign: char, after: char) -> bool {
    match sign {
        '-' | '@' | '/' | '\\' | '+' | '#' | '=' | '&' | '~' => true,
        '.' => !(is_lower(before) && is_upper(after)), // a sentence's end without a space
        '\'' | '’' => !before.is_ascii_digit(),
        ':' | ',' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => false,
    }
}

fn url_end(text: &str) -> usize {
    let mut end = 0;
    let mut last = 0;
    for (at, character) in text.char_indices() {
        if is_space(character) || matches!(character, '<' | '>' | '"' | '\'' | '`' | ')' | ']' | '}' | '|') {
            break;
        }
        last = at + character.len_utf8();
        if !matches!(character, '.' | ',' | ';' | ':' | '!' | '?') {
            end = last;
        }
    }
    end.max(1).min(last.max(1))
}

/// What a word is; nothing for those that say little.
fn kind(word: &str, starts: bool) -> Option<Kind> {
    let (mut digits, mut letters, mut uppers, mut signs, mut humps) = (0, 0, 0, 0, 0);
    let mut was_lower = false;
    for character in word.chars() {
        let is_upper = is_upper(character);
        let is_sign = matches!(character, '_' | '@' | '/' | '\\' | '.' | '#' | '=');
        digits += u32::from(character.is_ascii_digit());
        letters += u32::from(!character.is_ascii_digit() && is_word(character) && !is_sign);
        uppers += u32::from(is_upper);
        signs += u32::from(is_sign);
        humps += u32::from(was_lower && is_upper);
        was_lower = is_lower(character);
    }
    let begins = first(word).unwrap_or(' ');
    Some(match (digits, letters) {
        (0, 0..=1) => return None,
        (0, _) if signs > 0 || humps > 0 => Kind::Symbol,
        (0, _) if uppers == letters => Kind::Name,
        (0, _) if is_upper(begins) && !starts => Kind::Name,
        (0, 2..=3) => return None,
        (0, _) => Kind::Word,
        (1..=2, 0) if signs == 0 => Kind::Small,
        (5.., 0) if word.len() == digits as usize => Kind::Id,
        (1.., 0) => Kind::Number,
        (1.., 1..=2) if begins.is_ascii_digit() && word.len() == (digits + letters) as usize => Kind::Number,
        _ => Kind::Id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(Kind, &str)> {
        let mut all = Vec::new();
        terms(text, true, &mut |kind, term| all.push((kind, term)));
        all
    }

    #[test]
    fn terms_are_told_apart_by_their_form() {
        use Kind::*;
        assert_eq!(
            of("Please ask Mia (mia.li8@example.com) about order 4711-B, due 2024-05-20 at 3pm."),
            [
                (Word, "Please"),
                (Name, "Mia"),
                (Id, "mia.li8@example.com"),
                (Word, "about"),
                (Word, "order"),
                (Id, "4711-B"),
                (Number, "2024-05-20"),
                (Number, "3pm"),
            ]
        );
        assert_eq!(of("see https://x.dev/a?b=1."), [(Id, "https://x.dev/a?b=1")]);
        assert_eq!(
            of("src/main.rs calls parseHeader"),
            [(Symbol, "src/main.rs"), (Word, "calls"), (Symbol, "parseHeader")]
        );
        assert_eq!(of("$3,538 for JFK"), [(Number, "3,538"), (Name, "JFK")]);
        assert_eq!(of("Ответил Иван"), [(Word, "Ответил"), (Name, "Иван")]);
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(of("東京都 a"), [(Kind::Word, "東京"), (Kind::Word, "京都")]);
        assert_eq!(of("番号はA-4711です")[2], (Kind::Id, "A-4711"));
    }
}
