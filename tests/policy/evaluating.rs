//! When each built-in policy asks for something, and for what.

use varve::json;
use varve::json::Value;
use varve::ops::Input;
use varve::policy::Mode;

use super::support::*;
use super::{asked, configure, log, on_compile, with_budget, world};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[test]
fn auto_compress_is_on_and_acts_once_a_budget_is_set_from_nine_tenths_of_it_on() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user(&"x".repeat(352)));
    assert_eq!(on_compile(&ann), [], "there is no budget");
    let used = ann.plain().tokens();
    with_budget(&ann, used * 10 / 9 + 2);
    assert_eq!(on_compile(&ann), [], "a little below");
    with_budget(&ann, used * 10 / 9);
    let fired = on_compile(&ann);
    assert_eq!((fired[0].policy, fired[0].mode), ("auto-compress", Mode::Collaborative));
    let most = (used * 10 / 9) * 3 / 10;
    let action = json!({ "type": "compress", "maxSummaryTokens": most });
    assert_eq!(fired[0].action.0, action, "everything that is eligible");
    assert_eq!(fired[0].measured["used"], json!(used));
}

#[test]
fn where_the_repository_has_a_policy_config_auto_compress_goes_by_it() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user(&"x".repeat(352)));
    with_budget(&ann, ann.plain().tokens() * 10 / 8);
    assert_eq!(on_compile(&ann), []);
    let set = |config: Value| block_on(ann.handle.set_policy_config(Some(config), &nothing())).unwrap();
    set(json!({}));
    assert_eq!(on_compile(&ann)[0].action.0["preserveRecent"], json!(10));
    set(json!({ "threshold": 0.9 }));
    assert_eq!(on_compile(&ann), []);
    set(json!({ "threshold": 0.5, "preserveRecentCount": 0, "enabled": false }));
    assert_eq!(on_compile(&ann), []);
    block_on(ann.handle.set_policy_config(None, &nothing())).unwrap();
    with_budget(&ann, ann.plain().tokens());
    assert_eq!(on_compile(&ann).len(), 1, "null leaves the defaults of the table");
}

#[test]
fn auto_branch_counts_changes_of_type_in_the_last_five_entries() {
    let world = world();
    let ann = world.user();
    configure(&ann, "auto-branch", json!({ "enabled": true })).unwrap();
    let artifact = |text: &str| json!({ "contentType": "artifact", "artifactType": "code", "content": text });
    let output = |text: &str| json!({ "contentType": "output", "text": text, "format": "text" });
    ann.commit("1", artifact("a"));
    ann.commit("2", output("b"));
    ann.commit("3", artifact("c"));
    ann.commit("4", output("d"));
    assert_eq!(asked(&world), [] as [Value; 0], "three changes");
    let head = ann.commit("5", artifact("e")).to_hex();
    let fired = asked(&world);
    assert_eq!(fired[0]["policy"], json!("auto-branch"));
    assert_eq!(fired[0]["mode"], json!("collaborative"));
    let name = format!("main-{}", &head[..8]);
    assert_eq!(fired[0]["action"], json!({ "type": "branch", "name": name, "from": head }));
    ann.commit("6", artifact("f"));
    assert_eq!(asked(&world), [] as [Value; 0], "three again: the oldest of the five has left");
}

#[test]
fn a_dialogue_that_tools_interrupt_is_one_dialogue() {
    let world = world();
    let ann = world.user();
    configure(&ann, "auto-branch", json!({ "enabled": true })).unwrap();
    for turn in 0..4 {
        ann.commit(&format!("d{turn}"), json!({ "contentType": "dialogue", "role": "user", "text": "go on" }));
        ann.commit(&format!("c{turn}"), tool_io("call", Some("k"), "x"));
        ann.commit(&format!("r{turn}"), tool_io("result", Some("k"), "y"));
    }
    assert_eq!(asked(&world), [] as [Value; 0]);
}

#[test]
fn auto_rebase_archives_short_branches_that_were_idle_for_a_week_and_no_others() {
    let world = world();
    let ann = world.user();
    ann.commit("base", user("hello"));
    for (name, commits) in [("short", 3), ("long", 4), ("busy", 1), ("mine", 1)] {
        ann.branch(name).unwrap();
        let side = ann.at(name);
        (0..commits).for_each(|n| _ = side.commit(&format!("{name}{n}"), user("aside")));
    }
    configure(&ann, "auto-rebase", json!({ "enabled": true })).unwrap();
    let mine = ann.at("mine");
    world.clock.advance(6 * DAY);
    assert_eq!(on_compile(&mine), []);
    ann.at("busy").commit("more", user("still at it"));
    world.clock.advance(DAY);
    let fired = on_compile(&mine);
    assert_eq!(fired[0].action.0, json!({ "type": "archive", "branches": ["short"], "prefix": "archive/" }));
    assert_eq!(on_compile(&ann)[0].action.0["branches"], json!(["mine", "short"]), "main stands elsewhere");
}

#[test]
fn archiving_renames_and_leaves_no_branch_behind_and_a_taken_name_gets_a_number() {
    let world = world();
    let ann = world.user();
    let base = ann.commit("base", user("hello"));
    for name in ["old", "archive/old", "archive/old-2"] {
        ann.branch(name).unwrap();
    }
    let action = varve::policy::Action(json!({ "type": "archive", "branches": ["old"], "prefix": "archive/" }));
    let varve::policy::Steps::Inputs(inputs) = ann.repository().read(|state| action.steps(state)).unwrap() else {
        panic!("archiving needs nobody else");
    };
    let guard = varve::repo::Guard { policy: Some("auto-rebase".to_owned()), ..Default::default() };
    block_on(ann.handle.act("archive", guard, inputs)).unwrap();
    let branches = ann.handle.branches(varve::repo::Anonymous::Hide);
    let names: Vec<_> = branches.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["archive/old", "archive/old-2", "archive/old-3", "main"]);
    let renamed = branches.as_array().unwrap().iter().find(|row| row["name"] == json!("archive/old-3")).unwrap();
    assert_eq!(renamed["head"], json!(base.to_hex()));
    let operations = block_on(ann.repository().operations(1, None)).unwrap();
    block_on(ann.handle.undo(Some(&operations[0].id), &nothing())).unwrap();
    assert!(ann.handle.resolve("old").is_ok(), "undo works on what a policy does");
}

#[test]
fn evaluations_that_find_nothing_are_recorded_and_counted() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    with_budget(&ann, 1000);
    (0..7).for_each(|_| drop(on_compile(&ann)));
    assert_eq!(world.journal_length(), 1, "counting writes nothing");
    assert_eq!(log(&ann), [("quiet".into(), "auto-compress".into(), 7)]);
}

#[test]
fn counted_evaluations_go_with_the_next_write_after_a_hundred_or_a_minute() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    with_budget(&ann, 1000);
    let rows = |user: &User| {
        let query = varve::store::logs::LogQuery {
            since: None,
            until: None,
            filter: Vec::new(),
            limit: 100,
            reverse: false,
            cursor: None,
        };
        let _ = user;
        block_on(world.store.read_log(&world.key(), "policy", &query)).unwrap().rows.len()
    };
    (0..99).for_each(|_| drop(on_compile(&ann)));
    ann.commit("b", user("one"));
    assert_eq!(rows(&ann), 0);
    drop(on_compile(&ann));
    ann.commit("c", user("two"));
    assert_eq!(rows(&ann), 1);
    drop(on_compile(&ann));
    world.clock.advance(60_000);
    drop(on_compile(&ann));
    ann.commit("d", user("three"));
    assert_eq!(rows(&ann), 2);
}

#[test]
fn manual_is_logged_and_nothing_else() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    with_budget(&ann, 5);
    block_on(ann.handle.set_policy_mode(Some(Mode::Manual), &nothing())).unwrap();
    assert_eq!(on_compile(&ann), []);
    assert_eq!(log(&ann), [("manual".into(), "auto-compress".into(), 1)]);
    configure(&ann, "auto-compress", json!({ "mode": "autonomous" })).unwrap();
    assert_eq!(on_compile(&ann)[0].mode, Mode::Autonomous, "its own mode goes before the repository's");
}

#[test]
fn while_policies_rest_none_is_evaluated_in_any_process_and_after_a_restart() {
    let world = world();
    let (ann, ben) = (world.user(), world.user());
    ann.commit("a", user("hello"));
    configure(&ann, "auto-pin", json!({ "enabled": true, "rules": [{ "text": "4711" }] })).unwrap();
    block_on(ann.handle.pause_policies(Some("maintenance"), &nothing())).unwrap();
    ann.commit("b", user("order 4711"));
    ben.catch_up();
    ben.commit("c", user("order 4711 again"));
    let late = world.user();
    late.commit("d", user("and 4711 again"));
    assert_eq!(asked(&world), [] as [Value; 0]);
    block_on(late.handle.pause_policies(None, &nothing())).unwrap();
    late.commit("e", user("4711"));
    assert_eq!(asked(&world).len(), 1);
}

#[test]
fn a_pause_elsewhere_stops_the_next_effect_of_a_process_that_has_not_heard_of_it() {
    let world = world();
    let (ann, ben) = (world.user(), world.user());
    ann.commit("a", user("hello"));
    ben.catch_up();
    block_on(ann.handle.pause_policies(Some("stop"), &nothing())).unwrap();
    let pin =
        Input::Annotate { target: "a".into(), priority: varve::model::annotation::Priority::Pinned, reason: None };
    let guard = varve::repo::Guard { policy: Some("auto-pin".to_owned()), ..Default::default() };
    let refused = block_on(ben.handle.act("annotate", guard, vec![pin])).unwrap_err();
    assert_eq!(refused.code(), "PolicyPaused");
    assert_eq!(ben.get("a").unwrap()["priority"], json!("normal"));
}

#[test]
fn a_policy_that_was_refused_does_not_ask_again_at_the_next_turn() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    with_budget(&ann, 5);
    assert_eq!(on_compile(&ann).len(), 1);
    let policy = Some("auto-compress".to_owned());
    let new = varve::repo::NewProposal { policy, ..Default::default() };
    let id = block_on(ann.handle.propose(new)).unwrap();
    block_on(ann.handle.settle(&id, None, "rejected", json::Map::new(), None)).unwrap();
    assert_eq!(on_compile(&ann), []);
    world.clock.advance(10 * 60 * 1000);
    assert_eq!(on_compile(&ann).len(), 1);
}

#[test]
fn a_cooldown_outlives_a_restart() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    configure(&ann, "auto-compress", json!({ "cooldown": 60000 })).unwrap();
    let guard = varve::repo::Guard { policy: Some("auto-compress".to_owned()), ..Default::default() };
    block_on(ann.handle.act("compress", guard, Vec::new())).unwrap();
    let late = world.user();
    with_budget(&late, 5);
    assert_eq!(on_compile(&late), []);
    assert!(log(&late).contains(&("cooldown".into(), "auto-compress".into(), 1)));
    world.clock.advance(60_000);
    assert_eq!(on_compile(&late).len(), 1);
}

#[test]
fn rebasing_puts_a_branch_behind_the_default_one_and_keeps_its_entries() {
    let world = world();
    let ann = world.user();
    ann.commit("base", user("hello"));
    ann.branch("side").unwrap();
    let side = ann.at("side");
    side.commit("own", user("aside"));
    side.edit("own", user("aside, corrected"));
    side.edit("base", user("hello there"));
    ann.commit("main", user("meanwhile"));
    let rebase = |user: &User| user.perform(Input::Rebase { name: "side".to_owned() });
    rebase(&ann).unwrap();
    assert_eq!(side.shows(), ["user: hello there", "user: meanwhile", "user: aside, corrected"]);
    assert_eq!(ann.shows(), ["user: hello", "user: meanwhile"]);
    assert!(!rebase(&ann).unwrap().wrote, "it is there already");
    ann.undo().unwrap();
    assert_eq!(side.shows(), ["user: hello there", "user: aside, corrected"]);
}

#[test]
fn what_only_the_branch_still_has_goes_along() {
    let world = world();
    let ann = world.user();
    ann.commit("base", user("hello"));
    ann.commit("dropped", user("a way that was left"));
    ann.branch("side").unwrap();
    ann.at("side").commit("own", user("aside"));
    ann.perform(Input::Reset { to: ann.handle.resolve("base").unwrap() }).unwrap();
    ann.commit("other", user("another way"));
    ann.perform(Input::Rebase { name: "side".to_owned() }).unwrap();
    let shows = ann.at("side").shows();
    assert_eq!(shows, ["user: hello", "user: another way", "user: a way that was left", "user: aside"]);
    assert_eq!(ann.perform(Input::Rebase { name: "nowhere".to_owned() }).unwrap_err().code(), "RefNotFound");
}

#[test]
fn what_comes_to_the_same_at_every_turn_is_counted_while_a_proposal_waits() {
    let world = world();
    let ann = world.user();
    ann.commit("a", user("hello"));
    for outcome in ["waits", "waits", "waits", "failed", "failed"] {
        let row = json!({ "policy": "own", "outcome": outcome });
        ann.handle.log_evaluation(row.as_object().unwrap().clone());
    }
    let mut rows = log(&ann);
    rows.sort();
    let own = |outcome: &str, count| (outcome.to_owned(), "own".to_owned(), count);
    assert_eq!(rows, [own("failed", 1), own("failed", 1), own("waits", 3)]);
}
