//! Eight bytes at a time, anywhere in a text, bounds-checked.

/// The bytes from `at` on, the first the lowest; zeros past the end.
#[inline(always)]
pub fn word(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => word_at_end(bytes, at),
    }
}

#[cold]
#[inline(never)]
fn word_at_end(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or(&[]);
    rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// The lowest `len` bytes of `word`, zeros above; all of it from 8 on.
#[inline(always)]
pub fn low_bytes(word: u64, len: usize) -> u64 {
    if len >= 8 { word } else { word & !(u64::MAX << (len * 8)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_padded_with_zeros_past_the_end() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(word(&bytes, 0), 0x0807_0605_0403_0201);
        assert_eq!(word(&bytes, 1), 0x0908_0706_0504_0302);
        assert_eq!(word(&bytes, 7), 0x0908);
        assert_eq!(word(&bytes, 9), 0);
        assert_eq!(word(&bytes, 100), 0);
    }

    #[test]
    fn low_bytes_keeps_what_it_says() {
        assert_eq!(low_bytes(u64::MAX, 0), 0);
        assert_eq!(low_bytes(u64::MAX, 3), 0xff_ffff);
        assert_eq!(low_bytes(u64::MAX, 8), u64::MAX);
    }
}
