//! JSON is read as others read it: serde_json and the standard library are the oracles.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Oracle;
use varve::json::{Value, parse};

use crate::cases;

fn oracle() -> impl Strategy<Value = Oracle> {
    let leaf = prop_oneof![
        Just(Oracle::Null),
        any::<bool>().prop_map(Oracle::from),
        any::<i64>().prop_map(Oracle::from),
        any::<u64>().prop_map(Oracle::from),
        any::<f64>().prop_map(Oracle::from),
        any::<String>().prop_map(Oracle::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![any::<String>(), "[\u{e000}-\u{ffff}\u{10000}-\u{10fff}a]{0,3}"];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Oracle::from),
            vec((name, inner), 0..6).prop_map(|members| Oracle::Object(members.into_iter().collect())),
        ]
    })
}

/// Are they the same? Numbers are doubles here.
fn same(ours: &Value, theirs: &Oracle) -> bool {
    match (ours, theirs) {
        (Value::Null, Oracle::Null) => true,
        (Value::Bool(ours), Oracle::Bool(theirs)) => ours == theirs,
        (Value::Number(ours), Oracle::Number(theirs)) => Some(*ours) == theirs.as_f64(),
        (Value::String(ours), Oracle::String(theirs)) => ours == theirs,
        (Value::Array(ours), Oracle::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Oracle::Object(theirs)) => {
            let known = |(name, theirs): (&String, &Oracle)| ours.get(name).is_some_and(|ours| same(ours, theirs));
            ours.len() == theirs.len() && theirs.iter().all(known)
        }
        _ => false,
    }
}

/// JSON, and what is nearly JSON: bytes taken out, put in and changed.
fn damaged() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(String::new()),
        "[-+0-9.eE]{1,6}",
        "\\\\u[dD][89abcdefAB][0-9a-f]{2}",
        "[\\[\\]{},:\"\\\\ntfu \t\u{1}\u{e9}]{1,3}",
    ];
    (oracle(), any::<prop::sample::Index>(), 0..4usize, piece).prop_map(|(value, place, taken, piece)| {
        let text: Vec<char> = value.to_string().chars().collect();
        let place = place.index(text.len());
        let rest = text.iter().skip(place + taken);
        text.iter().take(place).copied().chain(piece.chars()).chain(rest.copied()).collect()
    })
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    match (parse(text), serde_json::from_str::<Oracle>(text)) {
        (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, &theirs), "{text}: {ours:?}, {theirs:?}"),
        (Err(_), Err(_)) => {}
        (ours, theirs) => prop_assert!(false, "{text}: {ours:?}, {theirs:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(2000, "tests/property/regressions/texts.txt"))]

    #[test]
    fn what_others_wrote_reads_as_what_it_is(value in oracle()) {
        agree(&value.to_string())?;
        agree(&serde_json::to_string_pretty(&value).unwrap())?;
    }

    #[test]
    fn what_others_refuse_is_refused(text in damaged()) {
        agree(&text)?;
    }

    #[test]
    fn a_number_is_the_nearest_double(bits in any::<u64>(), digits in 0..1100usize) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        for text in [format!("{number:e}"), format!("{number}"), format!("{number:.digits$e}"), format!("{number:.30}")] {
            let expected: f64 = text.parse().unwrap();
            prop_assert_eq!(parse(&text).unwrap().as_f64().map(f64::to_bits), Some(expected.to_bits()), "{}", text);
        }
    }

    #[test]
    fn halves_go_to_the_even_double(odd in 1u128 << 52..1 << 53, power in 0..30u32, up in any::<bool>(), tail in "[0-9]{0,3}") {
        // A whole number of 54 bits that ends in 1 lies halfway between two doubles, also times powers of two.
        let half = 2 * odd + 1;
        let text = if up { format!("{}.{tail}0", half << power) } else { format!("{}{tail}e-{}", half * 5u128.pow(power), power as usize + tail.len()) };
        let expected: f64 = text.parse().unwrap();
        prop_assert_eq!(parse(&text).unwrap().as_f64(), Some(expected), "{}", text);
    }
}

#[test]
fn depth_has_an_end() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(parse(&nested(128)).is_ok());
    assert_eq!(parse(&nested(129)).unwrap_err(), "arrays and objects are nested too deep at line 1 column 130");
}

#[test]
fn errors_tell_the_place() {
    let cases = [
        ("", "expected a value at line 1 column 1"),
        ("{\n  \"a\": nil }", "expected a value at line 2 column 8"),
        ("[1, 2", "expected a comma or the end of a list of items at line 1 column 6"),
        ("01", "a number must not begin with 0 at line 1 column 3"),
        ("1e999", "a number out of range at line 1 column 6"),
        ("\"\\ud800\"", "half of a surrogate pair at line 1 column 8"),
        ("{} {}", "expected the end at line 1 column 4"),
    ];
    for (text, message) in cases {
        assert_eq!(parse(text).unwrap_err(), message, "{text}");
    }
}
