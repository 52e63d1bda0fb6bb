//! Facts: carried over, brought up to date, each once.

use varve::summarize::{Source, Summary};

use crate::Chat;

const BEFORE: &str = r#"{"order_id":"A-17","status":"open","total":129.9,"items":[{"sku":"LAMP-1","count":2}]}"#;
const AFTER: &str = r#"{"order_id":"A-17","status":"shipped","total":99.5,"items":[{"sku":"DESK-9","count":1}]}"#;

fn fact<'a>(summary: &'a Summary, subject: &str) -> &'a str {
    let found: Vec<_> = summary.facts.iter().filter(|fact| fact.starts_with(subject)).collect();
    assert_eq!(found.len(), 1, "one fact of {subject}: {summary:#?}");
    found[0]
}

#[test]
fn a_later_value_takes_the_place_of_an_earlier_one() {
    let summary = Chat::default()
        .tool("get_order", r#"{"order":"A-17"}"#, Source::Result, BEFORE)
        .tool("update_order", r#"{"order":"A-17","set":"x"}"#, Source::Result, AFTER)
        .in_tokens(80);
    assert_eq!(
        fact(&summary, "order_id A-17"),
        "order_id A-17 | status shipped | total 99.5 | items sku DESK-9 count 1"
    );
    assert!(!summary.whole().contains("LAMP-1"));
}

#[test]
fn a_later_value_takes_the_place_of_one_in_the_earlier_summary() {
    let first = Chat::default().tool("get_order", r#"{"order":"A-17"}"#, Source::Result, BEFORE).in_tokens(200);
    assert!(fact(&first, "order_id A-17").contains("status open"));
    let second =
        Chat::default().extends(&first).tool("get_order", r#"{"order":"A-17"}"#, Source::Result, AFTER).in_tokens(200);
    assert!(fact(&second, "order_id A-17").contains("status shipped"));
    assert!(!second.whole().contains("open") && !second.whole().contains("129.9"), "{second:#?}");
}

#[test]
fn a_summary_of_a_summary_of_a_summary_has_the_facts_of_the_first() {
    let first = Chat::default()
        .user("I am Ada Lovelace, customer C-2201.")
        .tool("get_order", r#"{"order":"A-17"}"#, Source::Result, BEFORE)
        .in_tokens(60);
    assert!(!first.facts.is_empty());
    let talk = "It rained on Monday. Then came Babbage with engine 9000 and 33 cards. The bill was 12.50 pounds.";
    let second = Chat::default().extends(&first).user(talk).in_tokens(80);
    let third = Chat::default().extends(&second).user("What of Grace Hopper and her moth of 1947?").in_tokens(100);
    for fact in &first.facts {
        assert!(third.facts.contains(fact), "{fact} is missing in {third:#?}");
    }
    assert!(third.whole().contains("1947"), "{third:#?}");
}

#[test]
fn facts_come_before_prose_where_both_do_not_fit() {
    let earlier = Summary {
        text: "Long ago there was a talk about 17 things and 4 people from Rome.".to_owned(),
        facts: vec!["The user's name is Ada.".to_owned(), "order_id A-17 | status open".to_owned()],
    };
    let summary = Chat::default().extends(&earlier).user("And so it went on and on for a while.").in_tokens(24);
    assert_eq!(summary.facts, earlier.facts);
}

#[test]
fn facts_of_other_summarizers_stay_as_they_are_each_once() {
    let facts = ["Decided: use X, not Y.", "Name: Ada", "Decided: use X, not Y.", "Ⓐ  odd   spaces"];
    let earlier = Summary { text: String::new(), facts: facts.map(str::to_owned).to_vec() };
    let summary = Chat::default().extends(&earlier).user("Go on.").in_tokens(60);
    assert_eq!(summary.facts, ["Decided: use X, not Y.", "Name: Ada", "Ⓐ odd spaces"]);
}

#[test]
fn a_summary_that_stands_in_a_message_is_extended() {
    let block = "<summary of=\"12 entries\">\nuser: Ada asked for A-17.\n- order_id A-17 | status open\n</summary>";
    let summary =
        Chat::default().user(block).tool("get_order", r#"{"order":"A-17"}"#, Source::Result, AFTER).in_tokens(60);
    assert!(fact(&summary, "order_id A-17").contains("status shipped"));
    assert!(summary.text.contains("user: Ada asked for A-17."), "{summary:#?}");
}
