//! What policies can be told, and what they cannot.

use varve::json;
use varve::json::Value;

use super::support::*;
use super::{configure, world};

fn refused(user: &User, name: &str, definition: Value) -> (String, String) {
    let error = configure(user, name, definition).unwrap_err();
    assert_eq!(error.code(), "Validation", "{error}");
    (error.details()["pointer"].as_str().unwrap().to_owned(), error.to_string())
}

#[test]
fn what_is_out_of_range_is_refused_with_its_place() {
    let world = world();
    let ann = world.user();
    let at = |name: &str, definition: Value| refused(&ann, name, definition).0;
    assert_eq!(at("auto-compress", json!({ "threshold": 0 })), "/auto-compress/threshold");
    assert_eq!(at("auto-compress", json!({ "threshold": 1.01 })), "/auto-compress/threshold");
    assert_eq!(at("auto-compress", json!({ "expectedCalls": 3 })), "/auto-compress/expectedCalls");
    assert_eq!(at("auto-branch", json!({ "changes": 5 })), "/auto-branch/window");
    assert_eq!(at("auto-rebase", json!({ "idle": -1 })), "/auto-rebase/idle");
    assert_eq!(at("auto-pin", json!({ "rules": [{}] })), "/auto-pin/rules/0");
    assert_eq!(at("auto-pin", json!({ "rules": [{ "text": "a" }, { "pattern": "(" }] })), "/auto-pin/rules/1/pattern");
    assert_eq!(at("auto-pin", json!({ "mode": "bold" })), "/auto-pin/mode");
    assert_eq!(at("auto-pin", json!({ "rule": [] })), "/auto-pin/rule");
    assert_eq!(at("own", json!({ "threshold": 1 })), "/own/threshold");
    assert_eq!(world.journal_length(), 0, "nothing was stored");
}

#[test]
fn policy_config_is_completed_and_out_of_range_is_refused() {
    let world = world();
    let ann = world.user();
    let set = |config: Value| block_on(ann.handle.set_policy_config(Some(config), &nothing()));
    set(json!({})).unwrap();
    let config = |user: &User| user.handle.policies().unwrap()["config"].clone();
    assert_eq!(config(&ann), json!({ "threshold": 0.8, "preserveRecentCount": 10, "enabled": true }));
    set(json!({ "threshold": 1 })).unwrap();
    assert_eq!(config(&world.user())["threshold"], json!(1), "it is there after a restart");
    for wrong in [
        json!({ "threshold": 0 }),
        json!({ "threshold": 2 }),
        json!({ "preserveRecentCount": -1 }),
        json!({ "enabled": "yes" }),
        json!({ "treshold": 0.5 }),
        json!([]),
    ] {
        assert_eq!(set(wrong.clone()).unwrap_err().code(), "Validation", "{wrong}");
    }
    block_on(ann.handle.set_policy_config(None, &nothing())).unwrap();
    assert_eq!(config(&ann), Value::Null);
}

#[test]
fn definitions_persist_also_those_of_policies_of_the_application() {
    let world = world();
    let ann = world.user();
    configure(&ann, "auto-branch", json!({ "enabled": true, "changes": 2, "window": 3 })).unwrap();
    configure(&ann, "own", json!({ "mode": "manual", "config": { "anything": [1, 2] } })).unwrap();
    let policies = world.user().handle.policies().unwrap();
    assert_eq!(policies["definitions"]["own"]["config"], json!({ "anything": [1, 2] }));
    let names: Vec<_> = policies["builtIn"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, [json!("auto-pin"), json!("auto-compress"), json!("auto-branch"), json!("auto-rebase")]);
    assert_eq!(policies["builtIn"][2]["enabled"], json!(true));
    assert_eq!(policies["builtIn"][0]["mode"], json!("autonomous"));
}

#[test]
fn setting_a_policy_config_can_be_undone() {
    let world = world();
    let ann = world.user();
    block_on(ann.handle.set_policy_config(Some(json!({ "threshold": 0.5 })), &nothing())).unwrap();
    ann.undo().unwrap();
    assert_eq!(ann.handle.policies().unwrap()["config"], Value::Null);
}
