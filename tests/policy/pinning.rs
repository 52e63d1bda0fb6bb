//! `auto-pin`: what its rules choose, among what comes and what is there.

use varve::json;
use varve::json::Value;
use varve::model::annotation::Priority;
use varve::policy::{Action, Steps};
use varve::repo::Guard;

use super::support::*;
use super::{asked, configure, world};

fn chosen(fired: &[Value]) -> Vec<(String, String)> {
    let entries = fired.iter().flat_map(|fired| fired["action"]["entries"].as_array().unwrap().clone());
    entries.map(|entry| (entry["id"].as_str().unwrap().into(), entry["priority"].as_str().unwrap().into())).collect()
}

fn pinned(id: &str) -> (String, String) {
    (id.to_owned(), "pinned".to_owned())
}

/// Looks at all entries and does what is asked for, as is done when the policy is enabled.
fn scan(user: &User) -> usize {
    let fired = block_on(user.handle.scan("auto-pin")).unwrap();
    let Some(fired) = fired.into_iter().next() else { return 0 };
    let Steps::Inputs(inputs) = user.repository().read(|state| fired.action.steps(state)).unwrap() else { return 0 };
    let count = inputs.len();
    let guard = Guard { policy: Some("auto-pin".to_owned()), ..Guard::default() };
    block_on(user.handle.act("annotate", guard, inputs)).unwrap();
    count
}

fn priority(user: &User, id: &str) -> Value {
    user.get(id).unwrap()["priority"].clone()
}

#[test]
fn a_rule_fits_where_all_that_it_gives_fits() {
    let world = world();
    let ann = world.user();
    let rules = json!([
        { "role": "user", "text": "4711" },
        { "contentType": "dialogue", "pattern": "order \\d+" },
    ]);
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": rules })).unwrap();
    ann.commit("role and text", user("about 4711"));
    ann.commit("text only", assistant("about 4711"));
    ann.commit("role only", user("hello"));
    ann.commit("type and pattern", json!({ "contentType": "dialogue", "role": "assistant", "text": "order 12" }));
    ann.commit("pattern only", assistant("order 12"));
    assert_eq!(chosen(&asked(&world)), [pinned("role and text"), pinned("type and pattern")]);
}

#[test]
fn what_is_pinned_by_its_type_needs_no_annotation_and_a_rule_can_override_that() {
    let world = world();
    let ann = world.user();
    configure(&ann, "auto-pin", json!({ "enabled": true })).unwrap();
    ann.commit("a", instruction(None, "be kind"));
    assert_eq!(asked(&world), [] as [Value; 0]);
    let rules = json!([{ "contentType": "instruction", "text": "kind", "priority": "normal" }]);
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": rules })).unwrap();
    ann.commit("b", instruction(None, "be very kind"));
    ann.commit("c", instruction(None, "be quick"));
    assert_eq!(chosen(&asked(&world)), [("b".to_owned(), "normal".to_owned())]);
}

#[test]
fn enabling_it_looks_at_everything_that_is_there_however_much_that_is() {
    let world = world();
    let ann = world.user();
    for n in 0..2500 {
        ann.commit(&format!("e{n}"), user(&format!("message {n}{}", if n % 2 == 0 { " keep" } else { "" })));
    }
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": [{ "text": "keep" }] })).unwrap();
    assert_eq!(scan(&ann), 1250);
    assert_eq!((priority(&ann, "e0"), priority(&ann, "e2498")), (json!("pinned"), json!("pinned")));
    assert_eq!(priority(&ann, "e2499"), json!("normal"));
    assert_eq!(scan(&ann), 0, "it is so already");
}

#[test]
fn a_choice_by_hand_wins_and_a_rule_that_went_takes_its_pins_along() {
    let world = world();
    let ann = world.user();
    ann.commit("by rule", user("keep this"));
    ann.commit("by hand", user("keep that"));
    ann.annotate("by hand", Priority::Skip);
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": [{ "text": "keep" }] })).unwrap();
    assert_eq!(scan(&ann), 1);
    assert_eq!((priority(&ann, "by rule"), priority(&ann, "by hand")), (json!("pinned"), json!("skip")));
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": [{ "text": "other" }] })).unwrap();
    assert_eq!(scan(&ann), 1);
    assert_eq!(priority(&ann, "by rule"), json!("normal"));
}

#[test]
fn it_looks_at_what_an_edit_says() {
    let world = world();
    let ann = world.user();
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": [{ "text": "keep" }] })).unwrap();
    ann.commit("a", user("hello"));
    assert_eq!(asked(&world), [] as [Value; 0]);
    ann.edit("a", user("keep this"));
    assert_eq!(chosen(&asked(&world)), [pinned("a")]);
}

#[test]
fn what_policies_do_triggers_no_policies() {
    let world = world();
    let ann = world.user();
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": [{ "text": "keep" }] })).unwrap();
    let by = by_policy();
    ann.commit_with(user("keep what a policy says"), by);
    assert_eq!(asked(&world), [] as [Value; 0]);
}

fn by_policy() -> varve::repo::CommitOptions {
    let author = varve::model::commit::Author { kind: "policy".to_owned(), name: Some("auto-compress".to_owned()) };
    varve::repo::CommitOptions { author: Some(author), ..nothing() }
}

#[test]
fn an_action_that_was_changed_into_nonsense_is_refused() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    for wrong in [
        json!({ "type": "annotate", "entries": [{ "id": "a", "priority": "loud" }] }),
        json!({ "type": "annotate", "entries": "a" }),
        json!({ "type": "branch", "name": "x", "from": "nowhere" }),
        json!({ "type": "archive", "branches": ["a"], "prefix": 4 }),
        json!({ "type": "archive", "branches": ["a"], "prefix": "x/", "more": 1 }),
        json!("archive"),
    ] {
        let steps = ann.repository().read(|state| Action(wrong.clone()).steps(state).map(drop));
        assert_eq!(steps.unwrap_err().code(), "Validation", "{wrong}");
    }
}
