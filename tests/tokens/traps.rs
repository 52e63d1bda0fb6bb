//! Where tokenizers differ, each a case of its own.

use varve::tokens::EncodingName::{Cl100kBase, O200kBase};

use crate::oracle::Pair;

fn check_all(texts: &[&str]) {
    for pair in Pair::distinct() {
        for text in texts {
            pair.check(text);
            pair.check(&format!("a{text}b"));
            pair.check(&format!("{text} 1"));
        }
    }
}

#[test]
fn no_text_is_no_token() {
    check_all(&[""]);
}

#[test]
fn white_space_at_the_end_is_one_piece_in_cl100k_even_with_a_line_end() {
    let pair = Pair::of(Cl100kBase);
    pair.check("a\n  ");
    pair.check("\n  ");
    pair.check(" \n \n  ");
    assert_eq!(pair.ours.count("\n  "), pair.theirs.encode_ordinary("\n  ").len() as u32);
    check_all(&["a\n  ", "\n  ", "  \n", "\r\n\t ", "\n\n\n   "]);
}

#[test]
fn a_contraction_may_end_in_long_s() {
    let pair = Pair::of(O200kBase);
    for text in ["it'ſ", "it'ſo", "IT'ſ", "'ſ", "it'ſ's", "中'ſ"] {
        pair.check(text);
    }
    check_all(&["it'ſ", "'ſ", "''ſ"]);
}

#[test]
fn contractions_in_every_case_and_place() {
    for suffix in ["s", "t", "re", "ve", "m", "ll", "d", "S", "RE", "Ve", "lL", "x", "r", "l", ""] {
        check_all(&[
            &format!("it'{suffix}"),
            &format!("'{suffix}"),
            &format!("''{suffix}"),
            &format!("IT'{suffix}'{suffix}"),
            &format!("é'{suffix}"),
            &format!("1'{suffix}"),
        ]);
    }
}

#[test]
fn the_byte_order_mark_is_no_space_but_nel_is() {
    check_all(&["\u{feff}", "\u{feff}a", " \u{feff} ", "\u{85}", "\u{85}a", " \u{85}\u{85}b", "\u{85}\n"]);
}

#[test]
fn special_tokens_in_a_text_are_plain_text() {
    check_all(&["<|endoftext|>", "<|im_start|>user<|im_end|>", "<|fim_prefix|>", "<|reserved_200013|>"]);
}

#[test]
fn marks_begin_end_and_stand_alone() {
    check_all(&[
        "\u{301}",
        "\u{301}a",
        "\u{301}\u{301}",
        "\u{301}A",
        "\u{301}AB",
        "\u{301}Ab",
        "e\u{301}x",
        " \u{301}a",
        "A\u{301}B",
        "AB\u{301}Cd",
        "\u{301}1",
        "\u{301} ",
        "!\u{301}a",
        "\n\u{301}a",
    ]);
}

#[test]
fn upper_case_gives_back_to_caseless_letters() {
    check_all(&["ABꟲCD", "ABªCD", "Aªb", "ʰAB", "中AB中", "中ABc", "ǅungla", "AǅB", "ßA", "ſS"]);
}

#[test]
fn numbers_go_by_three_of_any_script() {
    check_all(&["1", "12", "123", "1234", "1234567", "1２3４", "٣٤٥٦", "½¾¼⅐", "12中", "Ⅷ९"]);
}

#[test]
fn line_ends_and_slashes_go_with_symbols() {
    check_all(&["!\n", "!\r\n\r\n", "//\n", "!/\n/", "…\n/", "=/=\r", "\n/", "/\n\n a"]);
}

#[test]
fn nul_and_control_characters() {
    check_all(&["\0", "\0\0", "\0\0\0\0\0\0\0\0\0\0", "a\0b", " \0", "\u{1}\u{7f}\u{9f}", "\0\0\u{7}"]);
}

#[test]
fn spaces_of_every_kind() {
    check_all(&["\u{a0}a", "\u{3000}中", "\u{2028}\n", " \u{a0} ", "\u{1680}\u{205f}x", "\t\tx", "\u{b}\u{c}"]);
}

#[test]
fn emoji_sequences_stay_whole() {
    check_all(&["👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "👍🏽!", "1️⃣", "\u{e0041}\u{e0042}"]);
}

#[test]
fn unassigned_private_and_last_code_points() {
    check_all(&["\u{378}", "\u{e000}", "\u{ffff}", "\u{10ffff}", "\u{f0000}a", "\u{fffd}"]);
}

#[test]
fn unicode_classes_of_every_character() {
    let pairs: Vec<_> = Pair::distinct().collect();
    let assigned = (0..=0x3_ffff).chain(0xe_0000..=0xe_01ff);
    let characters: Vec<char> = assigned.filter_map(char::from_u32).collect();
    for chunk in characters.chunks(64) {
        let text: String = chunk.iter().flat_map(|&character| [character, 'a', ' ']).collect();
        pairs.iter().for_each(|pair| pair.check(&text));
    }
}

#[test]
fn pieces_around_the_borders_of_tables_and_caches() {
    for pair in Pair::distinct() {
        for len in (1..40).chain([63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 1000]) {
            for unit in ["a", "zq", "Ω", "中", "=", " ", "\n", "é", "𝒳", "0", "-="] {
                pair.check(&unit.repeat(len));
                pair.check(&format!("x {}", unit.repeat(len)));
            }
        }
    }
}

#[test]
fn long_texts_cross_the_borders_of_chunks() {
    for pair in Pair::distinct() {
        for shift in 0..40 {
            let text = " ".repeat(shift) + &"Straße 中文 naïve it's 12345 {\"a\": [1,2]}\n\n".repeat(120);
            pair.check(&text);
        }
    }
}
