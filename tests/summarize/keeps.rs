//! What is kept, and what is left out.

use varve::summarize::Source;
use varve::tokens::approximate_tokens;

use crate::Chat;

const SMALL_TALK: &str = "Of course, I would be more than happy to help with that in any way that I possibly can. \
    Thank you so much for being so very patient with all of this while it is being looked at. \
    It is always such a pleasure to be of service on a fine and sunny day like this one here.";

#[test]
fn identifiers_numbers_names_and_dates_are_kept_and_small_talk_is_not() {
    let summary = Chat::default()
        .user("My order 4711-B for Ada Lovelace never came.")
        .assistant(SMALL_TALK)
        .user("It was due on 2026-03-14 and cost 129.90 euros, see https://shop.example/o/4711-B please.")
        .assistant(SMALL_TALK)
        .in_tokens(85)
        .whole();
    for word in ["4711-B", "Ada Lovelace", "2026-03-14", "129.90", "https://shop.example/o/4711-B"] {
        assert!(summary.contains(word), "{word} is missing in:\n{summary}");
    }
    assert!(!summary.contains("pleasure"), "{summary}");
}

#[test]
fn of_a_long_list_what_was_spoken_of_is_kept() {
    let rows: Vec<String> = (100..200)
        .map(|n| format!(r#"{{"flight_number":"HA{n}","from":"JFK","to":"SEA","seats":{},"price":{}}}"#, n % 7, n * 3))
        .collect();
    let rows = format!("[{}]", rows.join(","));
    let summary = Chat::default()
        .user("Which flights are there?")
        .tool("search_flights", r#"{"from":"JFK","to":"SEA"}"#, Source::Result, &rows)
        .assistant("There are a hundred; HA142 is good.")
        .user("Then take HA142.")
        .in_tokens(120);
    let whole = summary.whole();
    assert!(whole.contains("HA142"), "{whole}");
    assert!(summary.facts.iter().any(|fact| fact.starts_with("search_flights JFK SEA | ")), "{whole}");
    assert!(approximate_tokens(&whole) <= 120);
}

#[test]
fn failed_attempts_are_kept_with_what_was_tried() {
    let summary = Chat::default()
        .user("Please book it.")
        .tool("book", r#"{"flight":"HA142","seats":2}"#, Source::Failure, "Error: only one seat is left")
        .assistant(SMALL_TALK)
        .in_tokens(60)
        .whole();
    assert!(summary.contains("failed: book HA142 2: Error: only one seat is left"), "{summary}");
}

#[test]
fn what_was_decided_is_kept() {
    let summary = Chat::default()
        .user("The tests fail.")
        .assistant("Half of the cents get lost there. We decided to round the largest remainder up. It is a nice day.")
        .assistant(SMALL_TALK)
        .in_tokens(30)
        .whole();
    assert!(summary.contains("decided to round"), "{summary}");
}

#[test]
fn a_line_of_a_long_argument_stays_with_its_call() {
    let code = "const rate = 0.0825;\n".to_owned() + &"let nothing = nothing + nothing;\n".repeat(40);
    let input = format!(r#"{{"path":"src/tax.ts","content":"{}"}}"#, code.replace('\n', "\\n"));
    let summary =
        Chat::default().user("Fix it.").tool("write_file", &input, Source::Result, "written").in_tokens(40).whole();
    assert!(summary.contains("called write_file src/tax.ts: const rate = 0.0825;"), "{summary}");
}

#[test]
fn the_open_question_is_kept() {
    let summary = Chat::default()
        .user("Could you cancel it?")
        .assistant(SMALL_TALK)
        .assistant("Before that is done, which of the two cards should get the money back?")
        .in_tokens(40)
        .whole();
    assert!(summary.contains("which of the two cards"), "{summary}");
}

#[test]
fn what_must_be_kept_is_there_word_for_word() {
    for words in ["two spaces  between", "a sentence. And half of", "**bold**", "x | y", "never said", "sunny day"] {
        let summary = Chat::default()
            .user("Here are two spaces  between words, a sentence. And half of another. **bold** x | y")
            .assistant(SMALL_TALK)
            .must_keep(words)
            .in_tokens(60)
            .whole();
        assert!(summary.contains(words), "{words:?} is missing in:\n{summary}");
    }
}

#[test]
fn what_the_application_asks_for_counts_more() {
    let text = "The roof of the garage leaks. The kitchen smells of smoke. The stairs creak at night. \
        The cellar floods in spring.";
    let mut chat = Chat::default().user("Hello there, my friend.").user(text);
    chat.request.instructions = "What matters is the cellar.";
    let summary = chat.in_tokens(9).whole();
    assert!(summary.contains("cellar"), "{summary}");
}

#[test]
fn other_languages_are_summarized_too() {
    let summary = Chat::default()
        .user("注文番号はA-4711です。とても良い天気ですね。散歩に行きたいです。配達は2026年3月14日の予定でした。")
        .assistant("ありがとうございます。少々お待ちください。いつもご利用いただきありがとうございます。")
        .in_tokens(45)
        .whole();
    assert!(summary.contains("A-4711") && summary.contains("2026年3月14日"), "{summary}");
}
