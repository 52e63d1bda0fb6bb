//! Undo takes back exactly one operation, and can itself be undone.

use varve::json;
use varve::json::Value;
use varve::model::record::SentRecord;
use varve::model::types::TypeDefinition;
use varve::ops::{Existing, Input, Unmerged};

use crate::support::*;

fn at_head(ann: &User) -> varve::hash::CommitHash {
    ann.handle.head().unwrap()
}

/// Everything of a repository that people can see.
fn everything(ann: &User) -> Value {
    let priorities: Vec<Value> =
        ["a", "b"].iter().map(|id| ann.get(id).map_or(Value::Null, |got| got["priority"].clone())).collect();
    json!({
        "messages": ann.plain().values(),
        "tokens": ann.plain().tokens(),
        "branches": ann.handle.branches(varve::repo::Anonymous::Show),
        "tags": ann.handle.tags(),
        "types": ann.handle.content_types(),
        "notes": ann.handle.notes("a").unwrap(),
        "priorities": priorities,
    })
}

fn furnished() -> (World, User) {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    ann.commit("b", assistant("two"));
    ann.branch("side").unwrap();
    ann.tag("v1", "a", Existing::Keep).unwrap();
    (world, ann)
}

type Deed = Box<dyn Fn(&User)>;

fn deeds() -> Vec<(&'static str, Deed)> {
    let perform = |input: fn(&User) -> Input| -> Deed {
        Box::new(move |ann: &User| {
            ann.perform(input(ann)).unwrap();
        })
    };
    vec![
        ("append", Box::new(|ann: &User| _ = ann.commit("c", user("three")))),
        ("edit", Box::new(|ann: &User| _ = ann.edit("a", user("other")))),
        ("delete", Box::new(|ann: &User| _ = ann.delete("a"))),
        ("pin", Box::new(|ann: &User| ann.pin("a"))),
        ("skip", Box::new(|ann: &User| ann.skip("b"))),
        ("note", perform(|_| Input::SetNote { target: "a".to_owned(), name: "t".to_owned(), value: Some(json!(1)) })),
        ("branch", perform(|ann| Input::CreateBranch { name: "new".to_owned(), at: at_head(ann) })),
        ("deleteBranch", perform(|_| Input::DeleteBranch { name: "side".to_owned(), unmerged: Unmerged::Keep })),
        ("renameBranch", perform(|_| Input::RenameBranch { from: "side".to_owned(), to: "other".to_owned() })),
        ("tag", perform(|ann| Input::Tag { name: "v2".to_owned(), at: at_head(ann), existing: Existing::Keep })),
        ("move a tag", perform(|ann| Input::Tag { name: "v1".to_owned(), at: at_head(ann), existing: Existing::Move })),
        ("untag", perform(|_| Input::Untag { name: "v1".to_owned() })),
        ("reset", Box::new(|ann: &User| _ = block_on(ann.handle.reset("HEAD~1", &nothing())).unwrap())),
        (
            "type",
            perform(|_| Input::RegisterType { name: "card".to_owned(), definition: Some(TypeDefinition::default()) }),
        ),
    ]
}

#[test]
fn undo_restores_exactly_and_redo_the_other_way() {
    for (name, deed) in deeds() {
        let (world, ann) = furnished();
        let before = everything(&ann);
        deed(&ann);
        let after = everything(&ann);
        assert_ne!(before, after, "{name} does nothing");
        for round in 0..3 {
            ann.undo().unwrap_or_else(|error| panic!("undo of {name}: {error}"));
            assert_eq!(everything(&ann), before, "undo of {name}, round {round}");
            assert_eq!(everything(&world.user()), before, "undo of {name}, opened anew");
            ann.redo().unwrap_or_else(|error| panic!("redo of {name}: {error}"));
            assert_eq!(everything(&ann), after, "redo of {name}, round {round}");
        }
    }
}

#[test]
fn all_deeds_can_be_undone_one_after_the_other() {
    let (_, ann) = furnished();
    let mut states = vec![everything(&ann)];
    for (_, deed) in
        deeds().into_iter().filter(|(name, _)| !["delete", "reset", "deleteBranch", "untag"].contains(name))
    {
        deed(&ann);
        states.push(everything(&ann));
    }
    let mut last = states.pop().unwrap();
    while let Some(before) = states.pop() {
        ann.undo().unwrap();
        assert_eq!(everything(&ann), before);
        ann.redo().unwrap();
        assert_eq!(everything(&ann), last);
        ann.undo().unwrap();
        last = before;
    }
}

#[test]
fn an_undo_can_be_undone_by_name() {
    let (_, ann) = furnished();
    let (before, _) = (everything(&ann), ann.edit("a", user("other")));
    let after = everything(&ann);
    let (undo, undone) = ann.undo().unwrap();
    assert_eq!(everything(&ann), before);
    let (again, named) = block_on(ann.handle.undo(Some(&undo), &nothing())).unwrap();
    assert_eq!((named == undo, everything(&ann)), (true, after));
    block_on(ann.handle.undo(Some(&again), &nothing())).unwrap();
    assert_eq!(everything(&ann), before);
    let operations = block_on(ann.repository().operations(3, None)).unwrap();
    let undoes: Vec<_> = operations.iter().map(|operation| operation.undoes.clone()).collect();
    assert_eq!(undoes, [Some(again), Some(undo), Some(undone)]);
}

#[test]
fn an_operation_in_the_middle_can_be_undone_if_nothing_after_it_changed_the_same() {
    let (_, ann) = furnished();
    ann.edit("a", user("other"));
    let edit = block_on(ann.repository().operations(1, None)).unwrap()[0].id.clone();
    ann.commit("c", user("three"));
    block_on(ann.handle.undo(Some(&edit), &nothing())).unwrap();
    assert_eq!(ann.shows(), ["user: one", "assistant: two", "user: three"]);
    let again = block_on(ann.handle.undo(Some(&edit), &nothing())).unwrap_err();
    assert_eq!(again.code(), "Conflict", "it is undone already");
}

#[test]
fn what_later_operations_changed_is_not_undone_under_them() {
    let (_, ann) = furnished();
    ann.edit("a", user("other"));
    let edit = block_on(ann.repository().operations(1, None)).unwrap()[0].id.clone();
    ann.edit("a", user("another"));
    let error = block_on(ann.handle.undo(Some(&edit), &nothing())).unwrap_err();
    assert_eq!(error.code(), "Conflict");
    ann.pin("b");
    let pin = block_on(ann.repository().operations(1, None)).unwrap()[0].id.clone();
    ann.skip("b");
    let error = block_on(ann.handle.undo(Some(&pin), &nothing())).unwrap_err();
    assert_eq!(error.code(), "Conflict");
    assert_eq!(ann.shows(), ["user: another"]);
}

#[test]
fn a_handle_undoes_what_it_did_itself() {
    let world = World::default();
    let ann = world.user();
    let bob = ann.beside();
    ann.commit("a", user("one"));
    bob.commit("b", user("two"));
    ann.undo().unwrap();
    assert_eq!(ann.shows(), ["user: two"]);
    assert_eq!(ann.undo().unwrap_err().code(), "NothingToUndo");
    assert_eq!(bob.redo().unwrap_err().code(), "NothingToUndo");
    bob.undo().unwrap();
    assert_eq!(ann.shows(), Vec::<String>::new());
}

#[test]
fn something_new_ends_what_could_be_redone() {
    let (_, ann) = furnished();
    ann.edit("a", user("other"));
    ann.undo().unwrap();
    ann.commit("c", user("three"));
    assert_eq!(ann.redo().unwrap_err().code(), "NothingToUndo");
}

#[test]
fn the_first_commit_can_be_undone_and_redone() {
    let world = World::default();
    let ann = world.user();
    let first = ann.commit("a", user("one"));
    ann.undo().unwrap();
    assert_eq!((ann.handle.head(), ann.shows().len()), (None, 0));
    assert_eq!(world.user().handle.head(), None);
    ann.redo().unwrap();
    assert_eq!(ann.handle.head(), Some(first));
}

#[test]
fn what_happened_outside_cannot_be_undone() {
    let (_, ann) = furnished();
    let sent = SentRecord {
        digest: "d".to_owned(),
        estimate: 1,
        head: None,
        input: None,
        model: "m".to_owned(),
        output: None,
        raw: None,
        response_id: None,
    };
    block_on(ann.handle.sent(sent, &nothing())).unwrap();
    let sent = block_on(ann.repository().operations(1, None)).unwrap()[0].id.clone();
    assert_eq!(block_on(ann.handle.undo(Some(&sent), &nothing())).unwrap_err().code(), "NotUndoable");
    assert_eq!(block_on(ann.handle.undo(Some("99.9"), &nothing())).unwrap_err().code(), "CommitNotFound");
    assert_eq!(block_on(ann.handle.undo(Some("nonsense"), &nothing())).unwrap_err().code(), "CommitNotFound");
}

#[test]
fn a_handle_goes_along_when_its_branch_is_renamed_and_when_that_is_undone() {
    let world = World::default();
    let ann = world.user();
    ann.commit("a", user("one"));
    block_on(ann.handle.rename_branch("main", "trunk", &nothing())).unwrap();
    ann.commit("b", user("two"));
    ann.undo().unwrap();
    ann.undo().unwrap();
    assert_eq!(ann.handle.branch().as_deref(), Some("main"));
    assert_eq!(ann.shows(), ["user: one"]);
    ann.redo().unwrap();
    assert_eq!(ann.handle.branch().as_deref(), Some("trunk"));
    ann.commit("c", user("three"));
    assert_eq!(ann.shows(), ["user: one", "user: three"]);
}

#[test]
fn priorities_given_one_after_the_other_are_undone_one_after_the_other() {
    use varve::model::annotation::Priority;
    let (_, ann) = furnished();
    let priority = || ann.get("a").unwrap()["priority"].as_str().unwrap().to_owned();
    let names = ["normal", "pinned", "skip", "pinned"];
    for given in [Priority::Pinned, Priority::Skip, Priority::Pinned] {
        ann.annotate("a", given);
    }
    for _ in 0..2 {
        for name in names.iter().rev().skip(1) {
            ann.undo().unwrap();
            assert_eq!(priority(), *name);
        }
        for name in names.iter().skip(1) {
            ann.redo().unwrap();
            assert_eq!(priority(), *name);
        }
    }
}
