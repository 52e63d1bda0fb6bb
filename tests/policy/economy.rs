//! When `auto-compress` acts where cached input is cheap: the arithmetic of docs/policies.md, to the token. Here
//! four characters are a token.

use varve::json;
use varve::json::Value;

use super::support::*;
use super::{configure, on_compile, with_budget, world};

/// A user whose budget is never full.
fn frugal(with: Value) -> (World, User) {
    let world = world();
    let ann = world.user();
    let mut definition = json!({ "cachedRatio": 0.1, "summaryShare": 1 });
    for (name, value) in with.as_object().unwrap() {
        definition[name] = value.clone();
    }
    configure(&ann, "auto-compress", definition).unwrap();
    with_budget(&ann, 1_000_000);
    (world, ann)
}

fn tokens(count: usize) -> String {
    "x".repeat(4 * count)
}

/// Turns of a question and an answer.
fn turns(ann: &User, names: std::ops::Range<usize>, each: usize) {
    for name in names {
        ann.commit(&format!("q{name}"), user(&tokens(each)));
        ann.commit(&format!("a{name}"), assistant(&tokens(each)));
    }
}

fn fires(ann: &User) -> bool {
    !on_compile(ann).is_empty()
}

/// What the next call pays for what could go, and what calls came to on average.
fn weighed(ann: &User) -> (f64, f64) {
    if let Some(fired) = on_compile(ann).first() {
        return figures(&fired.measured);
    }
    let query = varve::store::logs::LogQuery {
        since: None,
        until: None,
        filter: Vec::new(),
        limit: 1,
        reverse: true,
        cursor: None,
    };
    let rows = block_on(ann.handle.evaluations(&query)).unwrap().rows;
    figures(&json::parse(&rows[0].1).unwrap()["measured"])
}

fn figures(measured: &Value) -> (f64, f64) {
    (measured["next"].as_f64().unwrap(), measured["average"].as_f64().unwrap())
}

#[test]
fn it_acts_once_the_next_call_would_cost_more_than_calls_came_to_on_average() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..1, 1000);
    ann.commit("q1", user(&tokens(150)));
    // 2,000 tokens can go: 500 would stay. The next call would pay 0.1 x 1,500 for the others; the one so far came to
    // what compressing costs, 0.9 x 500.
    assert_eq!(weighed(&ann), (150.0, 450.0));
    for name in 1..8 {
        assert!(!fires(&ann), "before call {name}");
        ann.commit(&format!("a{name}"), assistant(&tokens(150)));
        ann.commit(&format!("q{}", name + 1), user(&tokens(150)));
    }
    // 4,100 can go, 1,025 stay: 0.1 x 3,075. Seven of eight calls paid 150, 172.5 … 285 = 1,522.5; with 0.9 x 1,025.
    assert_eq!(weighed(&ann), (307.5, 305.6));
    assert!(fires(&ann));
}

#[test]
fn where_nothing_more_comes_it_acts_once_calls_have_paid_twice_what_it_costs() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..1, 1000);
    // It costs 0.9 x 500. The first call had nothing that could go, each other one paid 150 for it.
    for name in 1..7 {
        ann.commit(&format!("q{name}"), user(""));
        assert!(!fires(&ann), "before call {name}");
        ann.commit(&format!("a{name}"), assistant(""));
    }
    ann.commit("q", user(""));
    assert_eq!(weighed(&ann), (150.0, ((450.0_f64 + 900.0) / 7.0 * 10.0).round() / 10.0));
    assert!(fires(&ann));
}

#[test]
fn what_was_sent_of_the_current_turn_and_stays_makes_it_wait_for_the_next() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..12, 100);
    ann.commit("q", user("and now?"));
    assert!(fires(&ann), "at the beginning of a turn only the summary is sent anew");
    ann.commit("c", assistant(&tokens(2000)));
    ann.commit("d", user("go on"));
    assert!(fires(&ann));
    let (next, _) = weighed(&ann);
    for name in ["e", "f"] {
        ann.commit(name, calls(&[name]));
        ann.commit(&format!("{name}1"), parts("tool", vec![result_part(name, &tokens(4000))].into()));
    }
    let (later, average) = weighed(&ann);
    assert_eq!(next, later, "nothing more can go within a turn");
    assert!(average > 0.9 * 4000.0 / 16.0, "4,000 tokens of it would be sent anew, found {average}");
    assert!(!fires(&ann));
}

#[test]
fn what_is_pinned_at_the_front_stays_cached_and_costs_nothing() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..1, 1000);
    ann.commit("q", user("and now?"));
    let before = weighed(&ann);
    let (_other, bob) = frugal(json!({}));
    bob.commit("s", user(&tokens(3000)));
    bob.pin("s");
    turns(&bob, 0..1, 1000);
    bob.commit("q", user("and now?"));
    assert_eq!(weighed(&bob), before);
    // Behind what goes it is sent anew.
    let (_third, eve) = frugal(json!({}));
    turns(&eve, 0..1, 1000);
    eve.commit("s", user(&tokens(3000)));
    eve.pin("s");
    eve.commit("q", user("and now?"));
    assert_eq!(weighed(&eve), (before.0, before.1 + 0.9 * 3000.0));
}

#[test]
fn calls_are_counted_from_the_summary_on_and_the_summary_is_part_of_the_next() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..13, 100);
    ann.commit("q", user("and now?"));
    assert!(fires(&ann));
    let targets: Vec<String> = (0..13).flat_map(|n| [format!("q{n}"), format!("a{n}")]).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    ann.compact("s", &tokens(591), &targets); // and nine of its frame
    assert_eq!(weighed(&ann), (0.0, 0.9 * 600.0), "nothing is new but the question");
    ann.commit("a", assistant(&tokens(100)));
    ann.commit("r", user("go on"));
    // The question has two tokens. 102 can go, and the summary grows by 25.5 of them.
    let (next, average) = weighed(&ann);
    assert_eq!(next, (0.1_f64 * 76.5 * 10.0).round() / 10.0);
    assert_eq!(average, (0.9_f64 * 625.5 * 10.0).round() / 10.0, "of one call, which paid for nothing that could go");
}

#[test]
fn summaries_are_no_longer_than_their_share_of_the_budget() {
    let (_world, ann) = frugal(json!({ "summaryShare": 0.2 }));
    turns(&ann, 0..1, 2000);
    with_budget(&ann, 4000);
    ann.commit("q", user("and now?"));
    let fired = on_compile(&ann);
    assert_eq!(fired[0].action.0["maxSummaryTokens"], json!(800));
    assert_eq!(weighed(&ann), (320.0, 0.9 * 800.0), "800 stay of 4,000");
    let most = |definition: Value| {
        configure(&ann, "auto-compress", definition).unwrap();
        on_compile(&ann)[0].action.0["maxSummaryTokens"].clone()
    };
    assert_eq!(most(json!({ "cachedRatio": 0.1 })), json!(400));
    assert_eq!(most(json!({})), json!(1200));
    for share in [json!(0), json!(1.1), json!("half")] {
        let refused = configure(&ann, "auto-compress", json!({ "summaryShare": share })).unwrap_err();
        assert!(refused.to_string().contains("/auto-compress/summaryShare"), "{refused}");
    }
}

#[test]
fn what_the_expected_calls_do_not_win_back_is_not_done() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..13, 100);
    ann.commit("q", user("and now?"));
    assert!(fires(&ann));
    // 2,600 can go: a call saves 195, and 0.9 x 650 = 585 is lost.
    let expected = |calls: u32| {
        let definition = json!({ "cachedRatio": 0.1, "summaryShare": 1, "expectedCalls": calls });
        configure(&ann, "auto-compress", definition).unwrap();
        fires(&ann)
    };
    assert!(expected(3));
    assert!(!expected(2));
    assert!(!expected(0));
}

#[test]
fn a_full_budget_leaves_no_choice_as_long_as_it_helps() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..1, 1000);
    ann.commit("q", user("and now?"));
    assert!(!fires(&ann));
    with_budget(&ann, ann.plain().tokens());
    assert!(fires(&ann));
    with_budget(&ann, 1000);
    assert!(fires(&ann), "half over the budget is better than all");
    ann.pin("q0");
    ann.pin("a0");
    assert!(!fires(&ann), "nothing can go");
}

#[test]
fn little_is_left_as_it_is_however_often_it_is_read() {
    let (_world, ann) = frugal(json!({}));
    turns(&ann, 0..1, 330);
    for name in 0..200 {
        ann.commit(&format!("u{name}"), user(""));
        ann.commit(&format!("v{name}"), assistant(""));
    }
    ann.commit("q", user("and now?"));
    assert!(!fires(&ann), "495 tokens would be freed");
    with_budget(&ann, 9000);
    assert!(fires(&ann), "that is more than a twentieth of this budget");
}

#[test]
fn the_last_entries_stay_and_do_not_count() {
    let (_world, ann) = frugal(json!({ "preserveRecent": 4 }));
    turns(&ann, 0..2, 1000);
    ann.commit("q", user(""));
    // The last four are q, a1, q1 and a0. Of the two calls the last was sent a0 and q1, which stay.
    let (next, average) = weighed(&ann);
    assert_eq!((next, average), (75.0, (0.9 * (250.0 + 2000.0)) / 2.0));
}
