//! The table of character classes, from the Unicode data of the `regex` crate.

use std::collections::HashMap;

use regex::Regex;
use varve::tokens::classes::{BLOCK, Class};

/// The bytes of `src/tokens/classes.bin`; the format is described where it is read.
pub fn table() -> Vec<u8> {
    let mut distinct: HashMap<Vec<u8>, u8> = HashMap::new();
    let mut stage_1 = Vec::new();
    let mut stage_2 = Vec::new();
    for block in classes().chunks(BLOCK) {
        let packed: Vec<u8> = block.chunks(2).map(|two| two[0] | two[1] << 4).collect();
        let next = u8::try_from(distinct.len()).expect("at most 256 distinct blocks");
        let index = *distinct.entry(packed).or_insert_with_key(|packed| {
            stage_2.extend_from_slice(packed);
            next
        });
        stage_1.push(index);
    }
    [stage_1, stage_2].concat()
}

/// The class of every code point; surrogates, which no text has, are `Other`.
fn classes() -> Vec<u8> {
    let patterns = [
        (r"[\r\n]", Class::Newline),
        (r"\s", Class::Space),
        (r"\p{N}", Class::Number),
        (r"\p{M}", Class::Mark),
        (r"[\p{Lm}\p{Lo}]", Class::Caseless),
        (r"\p{Ll}", Class::Lower),
        (r"[\p{Lu}\p{Lt}]", Class::Upper),
    ]
    .map(|(pattern, class)| (Regex::new(pattern).expect("a valid pattern"), class as u8));
    (0..=0x10_ffff)
        .map(|code_point| {
            let Some(character) = char::from_u32(code_point) else {
                return Class::Other as u8;
            };
            let text = character.to_string();
            patterns.iter().find(|(pattern, _)| pattern.is_match(&text)).map_or(Class::Other as u8, |&(_, class)| class)
        })
        .collect()
}
