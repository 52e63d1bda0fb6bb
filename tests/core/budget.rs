//! Budgets: what is refused, what is told.

use varve::json;
use varve::json::Value;
use varve::repo::{Budget, BudgetAction};

use crate::support::*;

fn budget(max_tokens: u64, action: BudgetAction) -> Option<Budget> {
    Some(Budget { max_tokens: Some(max_tokens), context_window: None, reserve_output: 0, margin: 0.0, action })
}

fn limited(max_tokens: u64, action: BudgetAction) -> (World, User) {
    let world = World::default();
    let ann = world.user();
    ann.handle.set_budget(budget(max_tokens, action)).unwrap();
    (world, ann)
}

#[test]
fn input_that_would_burst_the_budget_is_refused_and_not_stored() {
    let (world, ann) = limited(20, BudgetAction::Reject);
    ann.commit("a", user("four")); // 5 and 3 for the reply
    for (id, payload) in
        [("u", user(&"four".repeat(9))), ("s", system(&"four".repeat(9))), ("i", instruction(None, &"four".repeat(9)))]
    {
        let error = ann.try_commit(id, payload).unwrap_err();
        assert_eq!(error.code(), "BudgetExceeded", "{id}");
        assert_eq!(error.details()["limit"], json!(20), "{id}");
        assert!(error.details()["required"].as_u64().unwrap() > 20, "{id}");
    }
    assert_eq!(world.journal_length(), 1);
    ann.commit("b", user(&"four".repeat(8)));
    assert_eq!(ann.plain().tokens(), 20, "up to the last token");
}

#[test]
fn what_was_paid_for_is_stored_and_reported() {
    let (world, ann) = limited(20, BudgetAction::Reject);
    ann.commit("call", calls(&["c1"]));
    ann.commit("r", parts("tool", json!([result_part("c1", &"four".repeat(30))])));
    ann.commit("out", assistant(&"four".repeat(30)));
    let told = world.events("budget");
    assert!(!told.is_empty());
    let last = told.last().unwrap();
    assert_eq!((&last["limit"], last["used"].as_u64()), (&json!(20), Some(ann.plain().tokens())));
    assert_eq!(ann.try_commit("q", user("q")).unwrap_err().code(), "BudgetExceeded");
}

#[test]
fn a_warning_is_told_and_nothing_is_refused() {
    let (world, ann) = limited(10, BudgetAction::Warn);
    ann.commit("a", user("one"));
    assert_eq!(world.events("budget"), Vec::<Value>::new());
    ann.commit("b", user("two"));
    assert_eq!(world.events("budget"), [json!({ "branch": "main", "limit": 10, "used": 13 })]);
}

#[test]
fn the_budget_is_held_against_what_a_model_sees() {
    let (_, ann) = limited(20, BudgetAction::Reject);
    ann.commit("a", user(&"four".repeat(12)));
    assert_eq!(ann.try_commit("b", user("more of it")).unwrap_err().code(), "BudgetExceeded");
    ann.skip("a");
    ann.commit("b", user("more of it"));
}

#[test]
fn an_edit_is_weighed_by_what_it_changes() {
    let (_, ann) = limited(20, BudgetAction::Reject);
    ann.commit("a", user(&"four".repeat(12)));
    block_on(ann.handle.edit("a", user(&"less".repeat(8)), &nothing())).unwrap();
    let error = block_on(ann.handle.edit("a", user(&"more".repeat(14)), &nothing())).unwrap_err();
    assert_eq!(error.code(), "BudgetExceeded");
    assert_eq!(ann.plain().tokens(), 15);
}

#[test]
fn a_window_less_what_is_kept_for_the_answer_is_a_budget() {
    let of = |window, reserve_output, margin| Budget {
        max_tokens: None,
        context_window: Some(window),
        reserve_output,
        margin,
        action: BudgetAction::Warn,
    };
    assert_eq!(of(1000, 100, 0.1).limit(), Ok(800));
    assert_eq!(of(1000, 0, 0.0).limit(), Ok(1000));
    let both = Budget { max_tokens: Some(1), ..of(1000, 0, 0.0) };
    for wrong in [of(1000, 1000, 0.0), of(0, 0, 0.0), of(1000, 0, 1.0), of(1000, 0, -0.1), of(1000, 0, f64::NAN), both]
    {
        assert_eq!(wrong.limit().unwrap_err().code(), "Validation", "{wrong:?}");
    }
}

#[test]
fn a_prompt_over_the_budget_says_so_and_names_the_current_turn() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user(&"x".repeat(400)));
    ann.commit("b", assistant("y"));
    ann.commit("q", user("and now?"));
    ann.commit("c", calls(&["k"]));
    let used = ann.plain().tokens();
    let told = |limit: u64| {
        ann.handle.set_budget(budget(limit, BudgetAction::Warn)).unwrap();
        ann.plain().compiled.warnings
    };
    assert_eq!(told(used), [] as [Value; 0], "it is full, and no more");
    let warning = json!({ "kind": "over-budget", "entries": ["q", "c"], "limit": used - 1, "used": used });
    assert_eq!(told(used - 1), [warning]);
    ann.handle.set_budget(None).unwrap();
    assert_eq!(ann.plain().compiled.warnings, [] as [Value; 0]);
}
