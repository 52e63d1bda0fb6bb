//! Hashes depend on what a value is, not on how it was written.

use proptest::collection::vec;
use proptest::prelude::*;
use varve::json;
use varve::json::{Map, Value, canonical_json};
use varve::model::content::Payload;

use crate::cases;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// JSON text with the members in another order, with white space, and with everything escaped.
fn scrambled(value: &Value, seed: usize) -> String {
    let space = [" ", "\n", "\t", ""][seed % 4];
    let string = |text: &str| -> String {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        format!("\"{}\"", units.collect::<String>())
    };
    match value {
        Value::Object(members) => {
            let mut rows: Vec<_> = members.iter().collect();
            rows.reverse();
            let turn = seed % rows.len().max(1);
            rows.rotate_left(turn);
            let rows: Vec<_> = rows
                .iter()
                .map(|(name, value)| format!("{}{space}:{}", string(name), scrambled(value, seed / 2)))
                .collect();
            format!("{{{space}{}}}", rows.join(&format!(",{space}")))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| scrambled(item, seed / 2)).collect();
            format!("[{space}{}]", items.join(","))
        }
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

proptest! {
    #![proptest_config(cases(500, "tests/property/regressions/hashes.txt"))]

    #[test]
    fn the_order_of_members_and_the_way_of_writing_do_not_matter(value in value(), seed in any::<usize>()) {
        let payload = json!({ "contentType": "freeform", "payload": { "x": value } });
        let rewritten: Value = scrambled(&payload, seed).parse().unwrap();
        let (one, other) = (Payload::parse(payload).unwrap(), Payload::parse(rewritten).unwrap());
        prop_assert_eq!(String::from_utf8_lossy(&one.bytes), String::from_utf8_lossy(&other.bytes));
        prop_assert_eq!(one.hash, other.hash);
    }

    #[test]
    fn canonical_text_reads_back_as_itself(value in value()) {
        let text = canonical_json(&value);
        let read: Value = text.parse().unwrap();
        prop_assert_eq!(canonical_json(&read), text);
    }
}
