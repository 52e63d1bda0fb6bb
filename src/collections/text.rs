//! Looking for texts in texts.

/// Whether `part` is somewhere in `text`. What the standard library does for long texts takes a kilobyte of the module.
pub fn occurs(part: &str, text: &str) -> bool {
    part.is_empty() || text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::occurs;

    #[test]
    fn a_part_occurs_at_the_beginning_in_the_middle_at_the_end_or_not() {
        for (part, text) in [("", ""), ("", "a"), ("a", "a"), ("ab", "abc"), ("bc", "abc"), ("b", "abc"), ("é", "né")]
        {
            assert!(occurs(part, text) && text.contains(part), "{part} in {text}");
        }
        for (part, text) in [("a", ""), ("abc", "ab"), ("ac", "abc"), ("ba", "ab"), ("è", "né")] {
            assert!(!occurs(part, text) && !text.contains(part), "{part} in {text}");
        }
    }
}
