//! Questions and operations have the same outcome whatever is left out.

use varve::json::Value;
use varve::model::annotation::Priority;
use varve::ops::Input;
use varve::repo::{Anonymous, CompressOptions};

use super::*;
use crate::support::faulty::Fault;

/// What can be asked about, as text.
pub(super) fn asked(user: &User, question: &str) -> String {
    let json =
        |with: &str| format!("{:?}", user.try_compile(&options(varve::json::parse(with).unwrap())).unwrap().values());
    let text = |value: Option<Value>| format!("{value:?}");
    let past = || block_on(user.repository().past()).unwrap();
    match question {
        "view" => json("{}"),
        "budget" => json(r#"{"maxTokens":200,"preserveRecent":2,"onOverflow":"return"}"#),
        "notes" => json(r#"{"strategy":"notes"}"#),
        "adaptive" => json(r#"{"strategy":{"adaptive":{"recent":3}}}"#),
        "as of the beginning" => json(&format!(r#"{{"asOf":{}}}"#, START + 5)),
        "status" => text(block_on(user.handle.status()).ok()),
        "tokens" => format!("{:?}", block_on(user.handle.compiled_tokens())),
        "plan" => format!("{:?}", user.plan()),
        "plan of what is gone" => {
            let with = CompressOptions { ids: Some(vec!["q3".to_owned()]), ..CompressOptions::default() };
            format!("{:?}", user.try_plan(with))
        }
        "plan of a range" => {
            let (from, to) = (Some("q3".to_owned()), Some("a118".to_owned()));
            format!("{:?}", user.try_plan(CompressOptions { from, to, ..CompressOptions::default() }))
        }
        _ => {
            let _past = past();
            match question {
                "an old entry" => text(user.get("q3")),
                "history" => text(user.handle.history(None, 5000).ok()),
                "transcript" => block_on(user.handle.transcript(None, None, 5000)).unwrap(),
                "operations" => format!("{:?}", block_on(user.repository().operations(5000, None)).unwrap()),
                "branches" => text(Some(user.handle.branches(Anonymous::Show))),
                "diff" => {
                    let first = user.handle.resolve("q2").unwrap().to_hex();
                    text(block_on(user.handle.diff(&first, "HEAD")).ok())
                }
                "detached" => format!("{:?}", user.at("q30").plain().values()),
                other => panic!("nobody answers to {other}"),
            }
        }
    }
}

const QUESTIONS: [&str; 17] = [
    "view",
    "budget",
    "notes",
    "adaptive",
    "as of the beginning",
    "status",
    "tokens",
    "plan",
    "plan of what is gone",
    "plan of a range",
    "an old entry",
    "history",
    "transcript",
    "operations",
    "branches",
    "diff",
    "detached",
];

#[test]
fn every_question_has_the_answer_it_has_when_nothing_is_left_out() {
    let (world, _) = lasting();
    let ann = shallow(&world);
    for question in QUESTIONS {
        if !is_shallow(&ann) {
            two_checkpoints(&ann);
        }
        let bob = world.user();
        assert!(is_shallow(&ann) && !is_shallow(&bob), "before {question}");
        assert_eq!(asked(&ann, question), asked(&bob, question), "{question}");
    }
}

#[test]
fn what_is_in_view_is_answered_without_the_store() {
    let (world, store) = lasting();
    let ann = shallow(&world);
    ann.plain();
    store.set(Fault::Fails, 0, usize::MAX);
    for question in ["view", "budget", "status", "tokens"] {
        asked(&ann, question);
        assert!(is_shallow(&ann), "{question}");
    }
}

/// Operations on what was left out, and on what is here.
fn operations(who: &User) -> Vec<(&'static str, Result<(), String>)> {
    let edit = |id: &str| block_on(who.handle.edit(id, user("changed"), &nothing())).map(drop);
    let told = |result: Result<(), Box<varve::error::Error>>| result.map_err(|error| error.code().to_owned());
    let undo = |operation: &str| {
        let _past = block_on(who.repository().past())?;
        block_on(who.handle.undo(Some(operation), &nothing())).map(drop)
    };
    let batch = |id: &str, payload: Value| {
        let batch = who.handle.begin()?;
        block_on(batch.commit(payload, &named(id)))?;
        block_on(batch.finish(&nothing())).map(drop)
    };
    vec![
        ("the same entry again", told(who.try_commit("q3", user("question 3")).map(drop))),
        ("another entry of its id", told(who.try_commit("q4", user("another")).map(drop))),
        ("an old payload in a new entry", told(who.try_commit("new", user("question 5")).map(drop))),
        ("an old entry, in a batch", told(batch("q6", user("question 6")))),
        ("an old id, in a batch", told(batch("q7", user("another")))),
        ("an edit of an old entry", told(edit("q8"))),
        ("an edit of a new entry", told(edit("q119"))),
        ("an annotation of an old entry", told(pinned(who, "q9"))),
        ("a delete of an old entry", told(block_on(who.handle.delete("q10", &nothing())).map(drop))),
        ("a compaction of the past is undone", told(undo("compact 59"))),
        ("and the newest", told(undo("compact 119"))),
        ("what was in view goes on", told(who.try_commit("last", user("last")).map(drop))),
    ]
}

fn pinned(user: &User, id: &str) -> Result<(), Box<varve::error::Error>> {
    let input = Input::Annotate { target: id.to_owned(), priority: Priority::Pinned, reason: None };
    user.perform(input).map(drop)
}

#[test]
fn every_operation_does_what_it_does_when_nothing_is_left_out() {
    let ((here, _), (there, _)) = (lasting(), lasting());
    let ann = shallow(&here);
    let bob = there.user();
    turns(&bob, 0..120);
    assert_eq!(operations(&ann), operations(&bob));
    assert_eq!(ann.shows(), bob.shows());
    // And what was written is what anybody reads.
    assert_eq!(here.user().shows(), ann.shows());
    assert_eq!(block_on(varve::repo::verify(&*here.store, &address("chat"), &|_, _| true)).unwrap().faults, []);
}
