//! Characters and pieces of text, without the tables of the standard library: those would be a quarter of the module.
//! Letters, capitals and spaces of the larger scripts are told apart as the Unicode Standard has them; of the others
//! everything that is no known sign is a letter.

/// Whether a character separates words: spaces, line ends, controls.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, '\0'..=' ' | '\u{7f}'..='\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{2028}'..='\u{202f}')
        || matches!(character, '\u{205f}' | '\u{2060}' | '\u{3000}' | '\u{feff}')
}

/// Whether a character can begin a word.
pub(super) fn is_word(character: char) -> bool {
    match character {
        '\0'..='\x7f' => character.is_ascii_alphanumeric() || character == '_',
        '\u{80}'..'\u{c0}' => matches!(character, 'ª' | 'µ' | 'º'),
        '×' | '÷' | '،' | '؛' | '؟' | '۔' | '।' | '॥' | '።' => false,
        '\u{2000}'..'\u{2070}' | '\u{20a0}'..'\u{20d0}' | '\u{2190}'..'\u{2c00}' => false,
        '\u{3000}'..'\u{3005}' | '\u{3008}'..'\u{3021}' | '・' | '\u{e000}'..'\u{f900}' => false,
        '\u{fe10}'..'\u{fe70}' | '\u{ff00}'..'\u{ff10}' | '\u{ff1a}'..'\u{ff21}' => false,
        '\u{ff3b}'..'\u{ff41}' | '\u{ff5b}'..'\u{ff66}' | '\u{1f000}'..'\u{1fb00}' => false,
        _ => true,
    }
}

/// Whether a character belongs to a script that knows no spaces between words: Chinese, kana, Thai, Lao, Burmese,
/// Khmer.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}')
        || matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        || matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Whether a character is a capital: Latin, Greek, Cyrillic.
pub(super) fn is_upper(character: char) -> bool {
    match character {
        '\u{100}'..'\u{180}' => u32::from(character) % 2 == 0,
        _ => matches!(character, 'A'..='Z' | 'À'..='Þ' | 'Ά'..='Ϋ' | 'Ѐ'..='Я') && character != '×',
    }
}

/// Whether a character is a small letter of a script that has capitals.
pub(super) fn is_lower(character: char) -> bool {
    match character {
        '\u{100}'..'\u{180}' => u32::from(character) % 2 == 1,
        _ => matches!(character, 'a'..='z' | 'ß'..='ÿ' | 'ά'..='ώ' | 'а'..='џ') && character != '÷',
    }
}

/// Without spaces at either end.
pub(super) fn trim(text: &str) -> &str {
    let text = trim_start(text);
    let end = text.char_indices().rfind(|(_, character)| !is_space(*character));
    head(text, end.map_or(0, |(at, character)| at + character.len_utf8()))
}

/// Without spaces at its beginning.
pub(super) fn trim_start(text: &str) -> &str {
    match text.char_indices().find(|(_, character)| !is_space(*character)) {
        Some((at, _)) => tail(text, at),
        None => "",
    }
}

/// The first so many bytes; nothing where that is no boundary.
pub(super) fn head(text: &str, end: usize) -> &str {
    text.get(..end).unwrap_or_default()
}

/// What follows so many bytes; nothing where that is no boundary.
pub(super) fn tail(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

/// The first character.
pub(super) fn first(text: &str) -> Option<char> {
    text.chars().next()
}

/// Where words stand in a text.
pub(super) fn find(text: &str, words: &str) -> Option<usize> {
    let words = words.as_bytes();
    text.as_bytes().windows(words.len().max(1)).position(|window| window == words)
}

/// Cuts a text in two at words.
pub(super) fn cut<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, words)?;
    Some((head(text, at), tail(text, at + words.len())))
}

/// Takes the part of a text up to a sign off it; the sign goes as well.
pub(crate) fn take_part<'a>(text: &mut &'a str, sign: u8) -> &'a str {
    let end = text.bytes().position(|byte| byte == sign).unwrap_or(text.len());
    let part = head(text, end);
    *text = tail(text, end + 1);
    part
}

/// All parts as one text.
pub(super) fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    parts.iter().for_each(|part| text.push_str(part));
    text
}

/// Adds a text on one line: one space between words, no control characters, not the sign between fields, and of prose
/// no marks of bold.
pub(super) fn add_clean(to: &mut String, text: &str, is_prose: bool) {
    let start = to.len();
    let mut is_due = false;
    let mut rest = text;
    while let Some(character) = first(rest) {
        let next = tail(rest, character.len_utf8());
        if is_space(character) {
            is_due = to.len() > start;
            rest = next;
        } else if is_prose && rest.starts_with("**") {
            rest = tail(next, 1);
        } else {
            if is_due {
                to.push(' ');
            }
            let is_alone = character == '|' && (is_due || to.len() == start) && first(next).is_none_or(is_space);
            to.push(if is_alone { '/' } else { character });
            is_due = false;
            rest = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the scripts that matter most, against the tables of the standard library; without marks, superscripts,
    /// fractions and what is not assigned.
    #[test]
    fn letters_are_those_of_unicode() {
        let ranges =
            ['\0'..='\u{b1}', 'À'..='ʸ', 'Έ'..='Ί', 'Ύ'..='Ρ', 'Σ'..='ϵ', 'Ѐ'..='ҁ', 'Ҋ'..='ԯ', 'א'..='ת', 'ؠ'..='ي'];
        for character in ranges.into_iter().flatten().chain('ぁ'..='ゖ').chain('一'..='龥').chain('가'..='힣') {
            assert_eq!(is_word(character), character.is_alphanumeric() || character == '_', "{character:?}");
        }
    }

    #[test]
    fn capitals_are_those_of_unicode() {
        for character in ('\0'..='\u{137}').chain('Α'..='Ρ').chain('Σ'..='ώ').chain('Ѐ'..='џ') {
            let is_odd = matches!(character, 'ª' | 'º' | 'µ' | 'ΐ' | 'ΰ' | 'ı' | 'İ');
            assert!(is_upper(character) == character.is_uppercase() || is_odd, "{character:?}");
            assert!(is_lower(character) == character.is_lowercase() || is_odd, "{character:?}");
        }
    }

    #[test]
    fn what_is_clean_is_one_line_without_the_sign_between_fields() {
        let clean = |text, is_prose| {
            let mut clean = String::new();
            add_clean(&mut clean, text, is_prose);
            clean
        };
        assert_eq!(clean(" a\n\tb | c|d |\u{1e}x |", false), "a b / c|d / x /");
        assert_eq!(clean("**Due:** 3 ** 4", true), "Due: 3 4");
        assert_eq!(clean("2 ** 3", false), "2 ** 3");
        assert_eq!(clean("| |", false), "/ /");
    }
}
