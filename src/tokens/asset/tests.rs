//! Vocabularies that come back as they were written, and texts that are none.

use super::*;

fn bytes() -> [u8; 256] {
    std::array::from_fn(|byte| byte as u8)
}

fn error(asset: &str) -> String {
    Asset::parse(asset.as_bytes()).err().expect("a bad asset").to_string()
}

/// A text that says of itself that it is as it was written.
fn summed(text: &str) -> String {
    let mut sum = checksum(text.as_bytes());
    let digits = (0..11).map(|_| {
        let digit = char::from(coder::DIGITS[sum as usize % 64]);
        sum >>= 6;
        digit
    });
    digits.collect::<String>() + text
}

/// All merges, by id.
fn pairs(asset: &Asset) -> Result<Vec<Option<Pair>>, TokenError> {
    let mut pairs = vec![None; asset.ids() - SINGLE_BYTES];
    for block in 0..asset.blocks() {
        let mut merges = Vec::new();
        asset.read_block(block, &mut merges)?;
        for (id, halves) in merges {
            let before = pairs[id as usize - SINGLE_BYTES].replace(halves);
            assert_eq!(before, None, "{id} is made once");
            assert_eq!(asset.block_of(halves.1), Some(block), "where {id} is looked for");
        }
    }
    Ok(pairs)
}

fn come_back(given: &[Option<Pair>]) {
    let text = write(&bytes(), given);
    assert!(!text.contains(['"', '\\']) && text.is_ascii());
    let asset = Asset::parse(text.as_bytes()).unwrap();
    assert_eq!(asset.ids(), SINGLE_BYTES + given.len());
    assert!(asset.singles().eq(bytes()));
    assert!(pairs(&asset).unwrap() == given);
}

#[test]
fn pairs_come_back_as_they_were_written() {
    come_back(&[]);
    come_back(&[None]);
    come_back(&[Some((97, 98)), None, Some((256, 256)), Some((97, 97)), Some((97, 256)), Some((0, 255))]);
}

#[test]
fn as_many_pairs_as_there_can_be_come_back() {
    // Halves from all over, some of them often.
    let far = |n: u32| if n.is_multiple_of(3) { n % 7 } else { n.wrapping_mul(2_654_435_761) % (256 + n) };
    come_back(&(0..(1 << 18) - 257).map(|n| Some((far(n), far(n + 1) % (256 + n)))).collect::<Vec<_>>());
}

#[test]
fn a_half_of_nearly_all_pairs_comes_back() {
    come_back(&(0..100_000).map(|n| Some((97 + n % 11, if n % 1000 == 0 { 98 } else { 97 }))).collect::<Vec<_>>());
}

#[test]
fn halves_that_are_no_ids_are_refused() {
    assert!(error(&write(&bytes(), &[Some((97, u32::MAX))])).contains("beyond"));
    let left = write(&bytes(), &[Some((u32::MAX, 97))]);
    assert!(pairs(&Asset::parse(left.as_bytes()).unwrap()).is_err());
}

#[test]
fn a_text_that_was_cut_off_or_changed_is_refused() {
    let good = write(&bytes(), &[Some((97, 98)), Some((256, 97)), Some((256, 256))]);
    for len in 0..good.len() {
        let message = error(&good[..len]);
        assert!(message.contains("header") || message.contains("sum"), "{len}: {message}");
    }
    assert!(error(&(good.clone() + "A")).contains("sum"));
    for at in 0..good.len() {
        let other = if good.as_bytes()[at] == b'k' { "l" } else { "k" };
        let changed = format!("{}{other}{}", &good[..at], &good[at + 1..]);
        assert!(error(&changed).contains("sum"), "{at}");
    }
}

#[test]
fn a_text_whose_sum_is_right_and_whose_rest_is_not_is_refused() {
    let good = write(&bytes(), &[Some((97, 98)), Some((256, 97)), Some((256, 256))]);
    let rest = &good[11..];
    assert_eq!(summed(rest), good);
    assert!(error(&summed(&rest[..100])).contains("header"));
    assert!(error(&summed(&format!("AAA{}", &rest[3..]))).contains("number of ids"));
    assert!(error(&summed(&format!("///{}", &rest[3..]))).contains("vocabulary"), "the index is another then");
    assert!(error(&summed(&(rest.to_owned() + "A"))).contains("length"));
    assert!(error(&summed(&rest[..rest.len() - 1])).contains("length"));
    let models = 3 + 512;
    assert!(error(&summed(&format!("{}//{}", &rest[..models], &rest[models + 2..]))).contains("add up"));
    // Whatever else is changed: an error, or other merges, but of earlier tokens.
    for at in models + 2 * CLASSES * CONTEXTS..rest.len() {
        for digit in ["A", "B", "g", "/", "\u{1}"] {
            let changed = summed(&format!("{}{digit}{}", &rest[..at], &rest[at + 1..]));
            let Ok(asset) = Asset::parse(changed.as_bytes()) else { continue };
            let Ok(pairs) = pairs(&asset) else { continue };
            assert!((256..).zip(pairs).all(|(id, pair)| pair.is_none_or(|(left, right)| left < id && right < id)));
        }
    }
}
