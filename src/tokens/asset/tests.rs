//! Vocabularies that come back as they were written, and texts that are none.

use super::*;

fn bytes() -> [u8; 256] {
    std::array::from_fn(|byte| byte as u8)
}

fn error(asset: &str) -> String {
    Asset::parse(asset.as_bytes()).err().expect("a bad asset").to_string()
}

#[test]
fn pairs_come_back_as_they_were_written() {
    let pairs = [Some((97, 98)), None, Some((256, 256)), Some((97, 97)), Some((97, 256)), Some((0, 255))];
    let text = write(&bytes(), &pairs);
    let asset = Asset::parse(text.as_bytes()).unwrap();
    assert_eq!(asset.ids(), 262);
    assert!(asset.singles().eq(bytes()));
    assert!(asset.chunks().flatten().eq((256..).zip(pairs)));
}

#[test]
fn places_of_every_length_come_back() {
    // Halves from all over, some of them often: every class there is.
    let far = |n: u32| if n.is_multiple_of(3) { n % 7 } else { n.wrapping_mul(2_654_435_761) % (256 + n) };
    let pairs: Vec<_> = (0..(1 << 18) - 257).map(|n| Some((far(n), far(n + 1) % (256 + n)))).collect();
    let text = write(&bytes(), &pairs);
    assert!(!text.contains(['"', '\\']) && text.is_ascii());
    // Such tokens would be too long, so only the halves are looked at.
    assert!(halves(text.as_bytes()).unwrap().1.into_iter().eq(pairs.into_iter().flatten()));
}

#[test]
fn a_half_that_is_taken_more_often_than_is_counted_comes_back() {
    let pairs: Vec<_> = (0..2 * MOST).map(|n| Some((97, 98 + n % 2))).collect();
    let text = write(&bytes(), &pairs);
    // Such tokens would be too long, so only the halves are looked at.
    assert!(halves(text.as_bytes()).unwrap().1.into_iter().eq(pairs.into_iter().flatten()));
}

#[test]
fn halves_that_make_no_token_are_refused() {
    let error = |pairs: &[_]| error(&write(&bytes(), pairs));
    assert!(error(&[Some((97, 256))]).contains("earlier"), "a half that is not there yet");
    assert!(error(&[None, Some((97, 256))]).contains("earlier"), "a gap as a half");
    let doubling: Vec<_> = (255..263).map(|id| Some((id, id))).collect();
    assert!(error(&doubling).contains("too long"));
}

#[test]
fn an_asset_of_the_wrong_size_is_refused() {
    let good = write(&bytes(), &[Some((97, 98))]);
    assert!(error(&good[..2]).contains("header"));
    assert!(error(&good[..100]).contains("header"));
    assert!(error(&good[..good.len() - 1]).contains("too soon"));
    assert!(error(&(good.clone() + "A")).contains("length"));
    assert!(error(&format!("AAA{}", &good[3..])).contains("fewer"));
    assert!(error(&format!("///{}", &good[3..])).contains("length"));
}

#[test]
fn what_is_not_a_class_is_no_place() {
    let good = write(&bytes(), &[Some((97, 98))]);
    for wrong in ["~", "\u{1}", "\""] {
        let broken = format!("{}{wrong}{}", &good[..3 + 512], &good[3 + 513..]);
        assert!(error(&broken).contains("beyond"), "{wrong}");
    }
}
