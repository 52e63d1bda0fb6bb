//! Answers made anew, messages sent anew, and the way back.

use varve::json;
use varve::json::Value;
use varve::ops::Unmerged;
use varve::repo::{Alternative, Anonymous, CommitOptions};

use crate::support::*;

/// Two turns, the second with a tool.
fn chat() -> (World, User) {
    let world = World::default();
    let ann = world.user();
    ann.commit("u1", user("one"));
    ann.commit("a1", assistant("first"));
    ann.commit("u2", user("two"));
    ann.commit("c2", calls(&["k"]));
    ann.commit("r2", results(&["k"]));
    ann.commit("a2", assistant("second"));
    (world, ann)
}

fn regenerate(user: &User, id: &str) -> Alternative {
    block_on(user.handle.regenerate(id.to_owned(), &nothing())).unwrap()
}

fn resend(user: &User, id: &str, payload: Value, options: &CommitOptions) -> Alternative {
    block_on(user.handle.resend(id.to_owned(), payload, options)).unwrap()
}

fn select(user: &User, id: &str) -> Alternative {
    block_on(user.handle.select_sibling(id.to_owned(), &nothing())).unwrap()
}

/// Names of all branches, and where they are.
fn refs(user: &User) -> Vec<(String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = user.handle.branches(Anonymous::Show);
    rows.as_array().unwrap().iter().map(|row| (text(row, "name"), text(row, "head"))).collect()
}

fn tail(user: &User) -> String {
    user.shows().last().cloned().unwrap_or_default()
}

#[test]
fn an_answer_is_all_that_follows_the_message_of_the_user_whichever_entry_is_named() {
    for id in ["u2", "c2", "r2", "a2"] {
        let (world, ann) = chat();
        let before = ann.handle.head();
        let went = regenerate(&ann, id);
        assert_eq!(tail(&ann), "user: two", "{id}");
        assert_eq!(went.reply_to.as_deref(), Some("u2"), "{id}");
        assert_eq!(went.head, ann.handle.head());
        let kept = went.branch.expect("the old line is kept");
        assert_eq!(ann.at(&kept).handle.head(), before);
        assert_eq!(world.user().handle.head(), went.head, "another process sees what is selected");
        assert_eq!(world.journal_length(), 7, "one entry of the journal");
    }
}

#[test]
fn where_no_user_spoke_an_answer_begins_behind_what_the_application_said() {
    let ann = World::default().user();
    ann.commit("i", instruction(None, "be kind"));
    ann.commit("hello", assistant("hello"));
    let went = regenerate(&ann, "hello");
    assert_eq!((went.reply_to, went.head), (None, Some(ann.handle.resolve("i").unwrap())));
    let bob = World::default().user();
    bob.commit("hello", assistant("hello"));
    assert_eq!(regenerate(&bob, "hello").head, None);
    assert!(bob.shows().is_empty());
    bob.commit("again", assistant("again"));
    assert_eq!(bob.shows(), ["assistant: again"]);
}

#[test]
fn a_branch_is_not_emptied_away() {
    let ann = World::default().user();
    ann.commit("hello", assistant("hello"));
    ann.branch("side").unwrap();
    ann.handle.switch_to("side").unwrap();
    let error = block_on(ann.handle.regenerate("hello".to_owned(), &nothing())).unwrap_err();
    assert_eq!(error.code(), "EditTarget");
    assert!(error.to_string().contains("\"side\" would be gone"), "{error}");
}

#[test]
fn what_was_not_answered_yet_needs_no_going_back() {
    let (world, ann) = chat();
    ann.commit("u3", user("three"));
    let went = regenerate(&ann, "u3");
    assert_eq!((went.branch, went.reply_to.as_deref(), went.head), (None, Some("u3"), ann.handle.head()));
    assert_eq!(world.journal_length(), 7, "nothing was written");
}

#[test]
fn what_another_branch_holds_needs_no_anonymous_one() {
    let (_, ann) = chat();
    ann.branch("side").unwrap();
    assert_eq!(regenerate(&ann, "a2").branch, None);
    assert_eq!(refs(&ann).len(), 2);
}

#[test]
fn a_message_is_sent_anew_in_one_operation() {
    let (world, ann) = chat();
    let sent = resend(&ann, "u2", user("two, please"), &named("u2b"));
    assert_eq!(ann.shows(), ["user: one", "assistant: first", "user: two, please"]);
    let receipt = sent.receipt.unwrap();
    assert_eq!((receipt.id.as_deref(), Some(receipt.hash)), (Some("u2b"), ann.handle.head()));
    assert!(sent.branch.is_some());
    assert_eq!(world.journal_length(), 7);
    assert_eq!(resend(&ann, "u2", user("two, please"), &named("u2b")).receipt, Some(receipt), "a retry");
    assert_eq!(world.journal_length(), 7);
    resend(&ann, "u1", user("another start"), &nothing());
    assert_eq!(ann.shows(), ["user: another start"]);
}

#[test]
fn only_messages_of_the_user_are_sent_anew() {
    let (_, ann) = chat();
    let error = |id: &str| block_on(ann.handle.resend(id.to_owned(), user("x"), &nothing())).unwrap_err();
    assert_eq!((error("a2").code(), error("nobody").code()), ("EditTarget", "EditTarget"));
    assert!(error("a2").to_string().contains("use regenerate"));
    let taken = block_on(ann.handle.resend("u2".to_owned(), user("x"), &named("u1"))).unwrap_err();
    assert_eq!(taken.code(), "DuplicateId");
}

#[test]
fn siblings_are_selected_back_and_forth() {
    let (world, ann) = chat();
    let first = ann.handle.head();
    regenerate(&ann, "a2");
    ann.commit("b2", assistant("other"));
    ann.commit("u3", user("three"));
    let second = ann.handle.head();
    for _ in 0..2 {
        let went = select(&ann, "r2");
        assert_eq!((went.head, ann.handle.head()), (first, first));
        assert_eq!(world.user().handle.head(), first, "also for the next process");
        assert_eq!(refs(&ann).len(), 2, "the branch that became the selected one is gone");
        let went = select(&ann, "b2");
        assert_eq!((went.head, went.reply_to.as_deref()), (second, Some("u3")));
        assert_eq!(refs(&ann).len(), 2);
    }
    let length = world.journal_length();
    assert_eq!(select(&ann, "u1").head, second, "it is on the branch");
    assert_eq!(world.journal_length(), length);
}

#[test]
fn the_newest_line_with_an_entry_is_selected() {
    let (_, ann) = chat();
    regenerate(&ann, "a2");
    ann.commit("b2", assistant("other"));
    ann.commit("u3", user("three"));
    ann.commit("a3", assistant("third"));
    resend(&ann, "u3", user("three, or four"), &named("u3b"));
    ann.commit("a4", assistant("fourth"));
    let newest = ann.handle.head();
    select(&ann, "c2");
    assert_eq!(select(&ann, "b2").head, newest, "of the two lines with b2");
}

#[test]
fn what_no_branch_holds_cannot_be_selected() {
    let (_, ann) = chat();
    let error = |id: &str| block_on(ann.handle.select_sibling(id.to_owned(), &nothing())).unwrap_err();
    assert_eq!(error("nobody").code(), "EditTarget");
    let went = regenerate(&ann, "a2");
    ann.delete_branch(&went.branch.unwrap(), Unmerged::Delete).unwrap();
    assert!(error("a2").to_string().contains("no branch holds it"), "{}", error("a2"));
    assert!(
        block_on(ann.handle.regenerate("a2".to_owned(), &nothing())).unwrap_err().to_string().contains("selectSibling")
    );
}

#[test]
fn changes_of_what_both_lines_have_are_carried_over() {
    let (world, ann) = chat();
    let author = varve::model::commit::Author { kind: "user".to_owned(), name: Some("ann".to_owned()) };
    let by_ann = CommitOptions { author: Some(author), note: Some("typo".to_owned()), ..nothing() };
    let edit = block_on(ann.handle.edit("u1", user("uno"), &by_ann)).unwrap().hash;
    ann.edit("a2", assistant("gone with its answer"));
    let deletion = ann.delete("a1");
    ann.revert(&deletion.to_hex()).unwrap();
    ann.edit("u2", user("due"));
    ann.revert("u2").unwrap();
    ann.delete("a1");
    regenerate(&ann, "a2");
    assert_eq!(ann.shows(), ["user: uno", "user: two"]);
    let commits = ann.handle.history(None, 100).unwrap();
    let copies: Vec<_> =
        commits["commits"].as_array().unwrap().iter().filter(|row| row["copiedFrom"] != Value::Null).collect();
    let kinds: Vec<_> = copies.iter().rev().map(|row| row["operation"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["edit", "delete", "revert", "edit", "revert", "delete"]);
    let first = copies.last().unwrap();
    assert_eq!(
        (first["copiedFrom"].as_str(), &first["author"]["name"], &first["note"]),
        (Some(&*edit.to_hex()), &json!("ann"), &json!("typo"))
    );
    assert_eq!(copies[3]["operation"]["target"], copies[4]["hash"], "a revert takes the copy back");
    let verified = block_on(ann.repository().verify(&|_, _| true)).unwrap();
    assert!(verified.faults.is_empty(), "{:?}", verified.faults);
    assert_eq!(world.user().shows(), ann.shows(), "as the journal tells it");
}

#[test]
fn what_was_carried_over_once_is_not_carried_over_again() {
    let (_, ann) = chat();
    regenerate(&ann, "a2");
    ann.commit("b2", assistant("other"));
    ann.edit("u1", user("uno"));
    select(&ann, "a2");
    assert_eq!(ann.shows()[0], "user: uno");
    let there = ann.handle.head();
    select(&ann, "b2");
    select(&ann, "a2");
    assert_eq!(ann.handle.head(), there, "nothing new to carry");
    ann.revert("u1").unwrap();
    select(&ann, "b2");
    assert_eq!(ann.shows()[0], "user: one", "the revert came along, and hit the original");
    select(&ann, "a2");
    assert_eq!(ann.shows()[0], "user: one");
}

#[test]
fn an_undo_restores_everything_and_a_redo_does_it_again() {
    let (_, ann) = chat();
    ann.edit("u1", user("uno"));
    let steps: [&dyn Fn(); 3] =
        [&|| drop(regenerate(&ann, "a2")), &|| drop(resend(&ann, "u2", user("anew"), &nothing())), &|| {
            drop(select(&ann, "a2"))
        }];
    for step in steps {
        let before = (refs(&ann), ann.shows());
        step();
        let after = (refs(&ann), ann.shows());
        assert_ne!(before, after);
        ann.undo().unwrap();
        assert_eq!((refs(&ann), ann.shows()), before);
        ann.redo().unwrap();
        assert_eq!((refs(&ann), ann.shows()), after);
    }
}

#[test]
fn repeated_under_its_name_an_operation_gives_its_first_result() {
    let (world, ann) = chat();
    let options = called("again");
    let first = block_on(ann.handle.regenerate("a2".to_owned(), &options)).unwrap();
    ann.commit("b2", assistant("other"));
    let bob = world.user();
    assert_eq!(block_on(bob.handle.regenerate("a2".to_owned(), &options)).unwrap(), first);
    assert_eq!(bob.handle.head(), ann.handle.head());
}

#[test]
fn a_lost_race_is_planned_again() {
    let (world, ann) = chat();
    let bob = world.user();
    ann.commit("u3", user("three"));
    ann.edit("u1", user("uno"));
    let late = ann.handle.head();
    let went = regenerate(&bob, "a2");
    assert_eq!(bob.at(&went.branch.unwrap()).handle.head(), late, "what came meanwhile is kept");
    assert_eq!(bob.shows(), ["user: uno", "assistant: first", "user: two"], "and its changes are carried over");
    let old = CommitOptions { expected_head: varve::ops::ExpectedHead::Commit(late.unwrap()), ..nothing() };
    assert_eq!(block_on(bob.handle.regenerate("u2".to_owned(), &old)).unwrap_err().code(), "Conflict");
}

#[test]
fn anonymous_branches_are_hidden_reserved_and_kept() {
    let (_, ann) = chat();
    let kept = regenerate(&ann, "a2").branch.unwrap();
    assert!(kept.starts_with("@/"));
    assert_eq!(ann.handle.branches(Anonymous::Hide).as_array().unwrap().len(), 1);
    assert_eq!(ann.branch("@/mine").unwrap_err().code(), "RefName");
    let gc = varve::repo::GcOptions { older_than: Some(i64::MAX), ..Default::default() };
    block_on(ann.handle.gc(&gc)).unwrap();
    select(&ann, "a2");
    assert_eq!(tail(&ann), "assistant: second", "its payloads are there");
    let other = regenerate(&ann, "a2").branch.unwrap();
    block_on(ann.handle.rename_branch(&other, "named", &nothing())).unwrap();
    assert_eq!(ann.handle.branches(Anonymous::Hide).as_array().unwrap().len(), 2);
}

#[test]
fn a_budget_counts_what_goes_away() {
    let (_, ann) = chat();
    let used = ann.plain().tokens();
    let budget = varve::repo::Budget::read(
        varve::fields::Fields::of(
            json!({ "maxTokens": used + 4, "action": "reject" }),
            varve::fields::At::Root,
            &"a budget",
        )
        .unwrap(),
    );
    ann.handle.set_budget(Some(budget.unwrap())).unwrap();
    assert_eq!(
        ann.try_commit("u3", user("far too long a text for what is left")).unwrap_err().code(),
        "BudgetExceeded"
    );
    resend(&ann, "u2", user("far too long a text for what is left"), &nothing());
    let long = "x".repeat(1000);
    assert_eq!(
        block_on(ann.handle.resend("u1".to_owned(), user(&long), &nothing())).unwrap_err().code(),
        "BudgetExceeded"
    );
}
