//! Chats of which most was compacted: what is out of the view for good is forgotten, what may come back is not.

use varve::json;

use crate::support::*;

/// Turns with a step each, compacted but for the last; of one step the result never came.
fn long(turns: usize, interrupted: usize) -> (World, User) {
    let world = World::default();
    let ann = world.user();
    let mut targets = Vec::new();
    for turn in 0..turns {
        let [q, c, r, a] = ["q", "c", "r", "a"].map(|kind| format!("{kind}{turn}"));
        ann.commit(&q, user(&format!("question {turn}")));
        ann.commit(&c, calls(&[&format!("k{turn}")]));
        targets.extend([q, c]);
        if turn != interrupted {
            ann.commit(&r, results(&[&format!("k{turn}")]));
            targets.push(r);
        }
        ann.commit(&a, assistant(&format!("answer {turn}")));
        targets.push(a);
    }
    ann.commit("now", user("and now?"));
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    ann.compact("s", "In short", &targets);
    (world, ann)
}

fn warnings(ann: &User) -> Vec<String> {
    let compiled = ann.plain().compiled;
    compiled.warnings.iter().map(|warning| warning["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_result_that_comes_late_still_finds_its_call_among_what_was_compacted() {
    for interrupted in [0, 13, 29] {
        let (world, ann) = long(30, interrupted);
        let before = ann.shows();
        assert_eq!(before.len(), 1, "{before:?}");
        ann.commit("more", assistant("more"));
        ann.commit("late", results(&[&format!("k{interrupted}")]));
        // Opened anew, nothing is known of how it came.
        for reader in [&ann, &world.user()] {
            assert_eq!(reader.shows(), [before[0].clone(), "assistant: more".to_owned()]);
            assert_eq!(warnings(reader), ["step-hidden"], "it belongs to a step that is not shown");
        }
    }
}

#[test]
fn a_result_of_no_call_or_of_an_answered_one_is_told_as_before() {
    let (world, ann) = long(30, 30);
    ann.commit("twice", results(&["k7"]));
    for reader in [&ann, &world.user()] {
        assert_eq!(warnings(reader), ["result-without-call"]);
    }
}

#[test]
fn what_was_compacted_comes_back_whole_when_that_is_undone() {
    let (_world, ann) = long(30, 13);
    ann.undo().unwrap();
    assert_eq!(ann.shows().len(), 4 * 30 + 1, "and a mark for the result that never came");
    ann.redo().unwrap();
    assert_eq!(ann.shows().len(), 1);
}

#[test]
fn what_goes_next_is_what_came_since_whatever_was_compacted_before() {
    let (world, ann) = long(30, 30);
    ann.commit("reply", assistant("soon"));
    ann.commit("again", user("and then?"));
    for reader in [&ann, &world.user()] {
        let plan = reader.plan();
        let targets: Vec<_> = plan.runs.iter().map(|run| run.targets.clone()).collect();
        assert_eq!(targets, [["s", "now", "reply"]]);
    }
    ann.compact("t", "Shorter", &["s", "now", "reply"]);
    assert_eq!(ann.shows().len(), 1);
    assert_eq!(ann.compile(json!({ "strategy": { "adaptive": { "recent": 1 } } })).brief().len(), 1);
}
