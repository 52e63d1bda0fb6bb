//! Limits, whatever comes in.

use proptest::collection::vec;
use proptest::prelude::*;
use varve::summarize::{Piece, Request, Source, Summary, summarize};
use varve::tokens::{ApproximateCounter, ChatOverhead, TokenCounter, approximate_tokens};

use crate::Chat;

const SOURCES: [Source; 7] =
    [Source::System, Source::User, Source::Assistant, Source::Reasoning, Source::Call, Source::Result, Source::Failure];

/// Texts as they come: words, JSON, JSON that was cut off, anything at all.
fn text() -> impl Strategy<Value = String> {
    let words = vec("[A-Za-z]{1,9}|[0-9]{1,6}|[A-Z]{2}[0-9]{3}|\\.|\\?|\n|\\||- |。|東京", 0..60);
    let json = vec(("[a-z_]{1,8}", "[A-Za-z0-9 ]{0,12}"), 0..12).prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        format!("[{{{0}}},{{\"id\":\"7\",\"list\":[{{{0}}}]}}]", members.join(","))
    });
    let cut = json.clone().prop_map(|json| json.chars().take(json.len() / 2).collect());
    prop_oneof![words.prop_map(|words| words.join(" ")), json, cut, any::<String>()]
}

/// A counter that knows no parts: two bytes are a token, and what does not fill one costs one.
struct Bytes;

impl TokenCounter for Bytes {
    fn count(&self, text: &str) -> u32 {
        text.len().div_ceil(2) as u32
    }
    fn source(&self) -> &str {
        "bytes"
    }
    fn overhead(&self) -> ChatOverhead {
        ChatOverhead::NONE
    }
}

fn is_one_line(text: &str) -> bool {
    text.chars().all(|character| !character.is_control())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_summary_is_longer_than_its_target_or_its_source(
        texts in vec((0..SOURCES.len(), text(), "[a-z]{0,6}"), 0..14),
        facts in vec(text(), 0..5),
        earlier in text(),
        target in 0..300u32,
    ) {
        for counter in [&ApproximateCounter as &dyn TokenCounter, &Bytes] {
            let piece = |(source, text, name): &'_ (usize, String, String)| (SOURCES[*source], text.clone(), name.clone());
            let owned: Vec<_> = texts.iter().map(piece).collect();
            let request = Request {
                pieces: owned
                    .iter()
                    .map(|(source, text, name)| Piece { source: *source, name, call_id: name, text })
                    .collect(),
                target_tokens: target,
                earlier_text: &earlier,
                earlier_facts: facts.iter().map(String::as_str).collect(),
                ..Request::default()
            };
            let summary = summarize(&request, counter);
            let given = owned.iter().flat_map(|(_, text, name)| [text, name]).chain(&facts).chain([&earlier]);
            let source: u32 = given.map(|text| counter.count(text)).sum();
            let tokens = counter.count(&summary.whole());
            prop_assert!(tokens <= target.min(source), "{tokens} of {target}, source {source}: {summary:?}");
            prop_assert!(summary.facts.iter().chain(&summary.text.split('\n').map(str::to_owned).collect::<Vec<_>>())
                .all(|line| is_one_line(line)), "{summary:?}");
            prop_assert_eq!(summary, summarize(&request, counter), "the same request, another summary");
        }
    }
}

#[test]
fn a_source_too_short_for_a_summary_is_clipped_at_a_word() {
    assert_eq!(Chat::default().user("Hi").in_tokens(100).whole(), "Hi");
    let summary = Chat::default().user("Extraordinarily long sentences never fit into six tokens at all").in_tokens(6);
    assert!(
        summary.text.starts_with("Extraordinarily") && summary.text.ends_with(char::is_alphanumeric),
        "{summary:?}"
    );
    assert!(approximate_tokens(&summary.text) <= 6);
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(Chat::default().in_tokens(100), Summary::default());
    assert_eq!(Chat::default().user(" \n ").assistant("").in_tokens(100), Summary::default());
    assert_eq!(Chat::default().user("Order 4711 is late.").in_tokens(0), Summary::default());
}

#[test]
fn hostile_texts_end() {
    let deep = format!("{}1{}", "{\"a\":[".repeat(20_000), "]}".repeat(20_000));
    let wide = format!("[{}0]", "{\"id\":\"x\",\"v\":1},".repeat(20_000));
    let named = format!("{{\"{}\":{{\"a\":1,\"b\":\"2\"}}}}", "long name ".repeat(20_000));
    let fields = format!("<summary>\n- {}\n- {}", "f | ".repeat(100_000), "w1 ".repeat(100_000));
    let texts =
        ["x".repeat(1 << 20), "a ".repeat(1 << 19), "\"".repeat(1 << 20), "| ".repeat(1 << 18), "\\".repeat(1 << 20)];
    for text in texts.iter().chain([&deep, &wide, &named, &fields]) {
        let source = if text.starts_with('<') { Source::User } else { Source::Result };
        let summary = Chat::default().user("Order 4711?").say(source, text).in_tokens(200);
        assert!(approximate_tokens(&summary.whole()) <= 200);
    }
}

#[test]
fn megabytes_are_summarized() {
    let mut log = String::new();
    for n in 0..60_000 {
        log.push_str(&format!("Line {n} of worker-{} took {} ms on host h{}.example.\n", n % 97, n % 1013, n % 31));
    }
    let summary = Chat::default().user("Why is worker-13 slow?").say(Source::Result, &log).in_tokens(500);
    assert!(summary.whole().contains("worker-13"), "{summary:?}");
    assert!(approximate_tokens(&summary.whole()) > 400, "the room is used");
}
