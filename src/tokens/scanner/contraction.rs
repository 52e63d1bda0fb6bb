//! English contractions: `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d`.

use super::Text;

/// The end of a contraction that starts at `at`, in any case; `at` if there is none.
///
/// Case folding is Unicode's: `ſ` (U+017F) is an `s`.
#[inline(always)]
pub fn any_case(text: Text<'_>, at: usize) -> usize {
    if text.byte(at) == b'\'' { any_case_after_apostrophe(text, at) } else { at }
}

#[inline(never)]
fn any_case_after_apostrophe(text: Text<'_>, at: usize) -> usize {
    let (first, second) = (text.byte(at + 1), text.byte(at + 2));
    match (first.to_ascii_lowercase(), second.to_ascii_lowercase()) {
        (b's' | b't' | b'm' | b'd', _) => at + 2,
        (b'r' | b'v', b'e') | (b'l', b'l') | (0xc5, 0xbf) => at + 3,
        _ => at,
    }
}

/// The end of a contraction in lower case that starts at `at`; `at` if there is none.
#[inline(always)]
pub fn lower_case(text: Text<'_>, at: usize) -> usize {
    if text.byte(at) != b'\'' {
        return at;
    }
    match (text.byte(at + 1), text.byte(at + 2)) {
        (b's' | b't' | b'm' | b'd', _) => at + 2,
        (b'r' | b'v', b'e') | (b'l', b'l') => at + 3,
        _ => at,
    }
}
