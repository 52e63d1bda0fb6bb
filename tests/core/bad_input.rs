//! What is refused, and how it is said: typed, with the JSON pointer of what is wrong.

use varve::error::Error;
use varve::hash::ContentHash;
use varve::json;
use varve::json::Value;
use varve::model::types::TypeDefinition;
use varve::ops::Input;
use varve::repo::CommitOptions;
use varve::view::options::CompileOptions;

use crate::support::*;

const PICTURE: &[u8] = b"a picture";

/// A repository that has the picture.
fn with_picture() -> User {
    let ann = World::default().user();
    ann.attach("picture", PICTURE, 1);
    ann
}

fn pointer(error: &Error) -> String {
    assert_eq!(error.code(), "Validation", "{error:?}");
    error.details()["pointer"].as_str().unwrap().to_owned()
}

/// Every built-in type, whole, with the values that each field may not have.
fn specimens() -> Vec<Value> {
    vec![
        json!({ "contentType": "message", "role": "assistant", "name": "n", "provider": { "p": 1 }, "parts": [
            { "type": "text", "text": "t", "provider": {} },
            { "type": "reasoning", "text": "t" },
            { "type": "tool-call", "callId": "c", "toolName": "t", "input": 1, "rawInput": "1" },
            { "type": "tool-result", "callId": "c", "toolName": "t", "output": { "type": "text", "value": "v" } },
            { "type": "tool-result", "callId": "c", "output": { "type": "content", "value": [] } },
            { "type": "tool-result", "callId": "c", "output": { "type": "execution-denied", "reason": "r" } },
            { "type": "file", "mediaType": "image/png", "url": "u", "filename": "f" },
            { "type": "file", "mediaType": "image/png", "data": ContentHash::of(PICTURE).to_hex() },
            { "type": "custom", "kind": "k", "value": null } ] }),
        json!({ "contentType": "instruction", "text": "t", "name": "n", "place": "here" }),
        json!({ "contentType": "dialogue", "role": "user", "text": "t", "name": "n" }),
        json!({ "contentType": "tool_io", "toolName": "t", "direction": "result", "payload": 1, "status": "error", "callId": "c" }),
        json!({ "contentType": "tool_io", "toolName": "t", "direction": "call", "rawPayload": "x" }),
        json!({ "contentType": "reasoning", "text": "t", "provider": {} }),
        json!({ "contentType": "artifact", "artifactType": "a", "content": "c", "language": "l" }),
        json!({ "contentType": "output", "text": "t", "format": "json" }),
        json!({ "contentType": "freeform", "payload": {} }),
        json!({ "contentType": "session", "sessionType": "start", "summary": "s", "decisions": ["d"],
            "failedApproaches": [], "nextSteps": [] }),
        json!({ "contentType": "summary", "text": "t", "of": { "count": 1, "first": 1, "last": 2 }, "facts": ["f"] }),
    ]
}

/// The pointers of all members and items of a value, those of free JSON aside.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect(),
        _ => return,
    };
    for (name, child) in children {
        let pointer = format!("{at}/{name}");
        let free = at.is_empty() && name == "payload" && child.is_number();
        if !["input", "provider"].contains(&name.as_str()) && !free && pointer != "/parts/8/value" {
            found.push(pointer.clone());
            pointers(child, &pointer, found);
        }
    }
}

#[test]
fn every_type_takes_what_it_says_it_takes() {
    let ann = with_picture();
    for (number, specimen) in specimens().into_iter().enumerate() {
        ann.try_commit(&format!("e{number}"), specimen.clone()).unwrap_or_else(|error| panic!("{specimen}: {error}"));
        let stored = ann.get(&format!("e{number}")).unwrap();
        assert_eq!(stored["payload"], specimen, "what came in comes out");
    }
}

#[test]
fn a_field_of_the_wrong_type_is_named() {
    let ann = with_picture();
    let mut tried = 0;
    for specimen in specimens() {
        let mut all = Vec::new();
        pointers(&specimen, "", &mut all);
        for place in all {
            for wrong in [Value::Null, json!(true), json!(1.5), json!([[]]), json!({ "no": 1 }), json!("\u{1}")] {
                let was = specimen.pointer(&place).unwrap();
                let same_kind = std::mem::discriminant(was) == std::mem::discriminant(&wrong);
                let mut broken = specimen.clone();
                *broken.pointer_mut(&place).unwrap() = wrong.clone();
                if same_kind && ann.try_commit(&format!("fits{tried}{place}"), broken.clone()).is_ok() {
                    continue;
                }
                let error = ann.try_commit("x", broken.clone()).unwrap_err();
                if place == "/contentType" && wrong.is_string() {
                    assert_eq!(pointer(&error), "/contentType", "{broken}");
                }
                let named = pointer(&error);
                assert!(
                    named.starts_with(&place) || place.starts_with(&named),
                    "{place} is wrong, {named} was named: {broken}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "only {tried} cases");
    assert!(ann.get("x").is_none());
}

#[test]
fn a_field_that_is_missing_or_unknown_is_named() {
    let ann = with_picture();
    for specimen in specimens() {
        let mut all = vec![String::new()];
        pointers(&specimen, "", &mut all);
        for place in all.into_iter().filter(|place| specimen.pointer(place).is_some_and(Value::is_object)) {
            if place.starts_with("/payload") {
                continue; // free JSON
            }
            for unknown in ["surplus", "a/b~c", "__proto__", ""] {
                let mut broken = specimen.clone();
                broken.pointer_mut(&place).unwrap()[unknown] = json!(1);
                let error = ann.try_commit("x", broken.clone()).unwrap_err();
                let escaped = unknown.replace('~', "~0").replace('/', "~1");
                assert_eq!(pointer(&error), format!("{place}/{escaped}"), "{broken}");
            }
            let names: Vec<String> =
                specimen.pointer(&place).unwrap().as_object().unwrap().keys().map(str::to_owned).collect();
            for name in names {
                let mut broken = specimen.clone();
                broken.pointer_mut(&place).unwrap().as_object_mut().unwrap().remove(&name);
                if let Err(error) = ann.try_commit("missing", broken.clone()) {
                    if error.code() == "DuplicateId" {
                        continue; // an optional field
                    }
                    let named = pointer(&error);
                    // Of two that stand for each other the first is named.
                    let other = format!(
                        "{place}/{}",
                        match name.as_str() {
                            "rawPayload" => "payload",
                            "url" => "data",
                            other => other,
                        }
                    );
                    assert_eq!(named, other, "{broken}");
                }
            }
        }
    }
}

#[test]
fn payloads_that_are_no_objects_and_types_that_nobody_registered_are_refused() {
    let ann = World::default().user();
    for payload in [json!(null), json!([]), json!("x"), json!(1), json!(true)] {
        assert_eq!(pointer(&ann.try_commit("x", payload).unwrap_err()), "");
    }
    assert_eq!(pointer(&ann.try_commit("x", json!({})).unwrap_err()), "/contentType");
    for name in ["ticket", "Message", "message ", "constructor"] {
        let error = ann.try_commit("x", json!({ "contentType": name })).unwrap_err();
        assert_eq!(pointer(&error), "/contentType", "{name}");
    }
}

#[test]
fn parts_stand_where_their_role_allows() {
    let ann = World::default().user();
    let cases = [
        ("user", call_part("c"), false),
        ("tool", call_part("c"), false),
        ("system", call_part("c"), false),
        ("tool", json!({ "type": "text", "text": "t" }), false),
        ("system", result_part("c", "r"), false),
        ("developer", result_part("c", "r"), false),
        ("user", result_part("c", "r"), true),
        ("assistant", result_part("c", "r"), true),
    ];
    for (number, (role, part, allowed)) in cases.into_iter().enumerate() {
        let outcome = ann.try_commit(
            &format!("e{number}"),
            parts(role, json!([{ "type": "custom", "kind": "k", "value": 1 }, part])),
        );
        let outcome =
            if role == "tool" { ann.try_commit(&format!("t{number}"), parts(role, json!([part]))) } else { outcome };
        match outcome {
            Ok(_) => assert!(allowed, "{role} {part}"),
            Err(error) => {
                assert!(!allowed, "{role} {part}: {error}");
                assert!(pointer(&error).ends_with("/type"), "{error:?}");
            }
        }
    }
}

#[test]
fn ids_and_names_of_callers_are_checked() {
    let ann = World::default().user();
    let long = "x".repeat(513);
    for bad in ["", "a\nb", "\u{0}", long.as_str()] {
        let with = |options: CommitOptions| block_on(ann.handle.commit(user("x"), &options)).unwrap_err();
        assert_eq!(pointer(&with(named(bad))), "/id");
        assert_eq!(pointer(&with(called(bad))), "/operationId");
        assert_eq!(pointer(&with(CommitOptions { turn: Some(bad.to_owned()), ..nothing() })), "/turn");
        assert_eq!(pointer(&with(CommitOptions { reply_to: Some(bad.to_owned()), ..nothing() })), "/replyTo");
    }
    let taken = block_on(ann.handle.commit(user("x"), &called("12.3"))).unwrap_err();
    assert_eq!(pointer(&taken), "/operationId", "varve calls its own operations so");
    for bad in ["", "a b", "..", "HEAD", "-x", "x.lock", "a//b"] {
        ann.commit("a", user("x"));
        assert_eq!(ann.branch(bad).unwrap_err().code(), "RefName", "{bad:?}");
        assert_eq!(ann.tag(bad, "HEAD", varve::ops::Existing::Keep).unwrap_err().code(), "RefName", "{bad:?}");
    }
    for bad in ["message", "Ticket", "", "1x", "a b", &"x".repeat(65)] {
        let input = Input::RegisterType { name: bad.to_owned(), definition: Some(TypeDefinition::default()) };
        assert_eq!(pointer(&ann.perform(input).unwrap_err()), "/name", "{bad:?}");
    }
}

#[test]
fn an_id_is_taken_once() {
    let ann = World::default().user();
    ann.commit("a", user("one"));
    let error = ann.try_commit("a", user("two")).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("edit")), ("DuplicateId", true));
    assert_eq!(ann.shows(), ["user: one"]);
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!([inner]))
}

#[test]
fn what_is_too_deep_to_be_read_back_is_refused_before_it_is_written() {
    for levels in [90, 110, 120, 125, 127, 130, 1000] {
        let world = World::default();
        let ann = world.user();
        ann.commit("a", user("one"));
        let before = world.journal_length();
        let value = || deep(levels);
        let attempts: Vec<(&str, Result<(), Box<Error>>)> = vec![
            (
                "payload",
                ann.try_commit("b", json!({ "contentType": "freeform", "payload": { "x": value() } })).map(drop),
            ),
            ("metadata", {
                let metadata = json!({ "x": value() }).as_object().cloned();
                block_on(ann.handle.commit(user("c"), &CommitOptions { metadata, ..named("c") })).map(drop)
            }),
            ("generation", {
                let generation = Some(value());
                block_on(ann.handle.commit(user("d"), &CommitOptions { generation, ..named("d") })).map(drop)
            }),
            ("note", {
                let value = Some(value());
                ann.perform(Input::SetNote { target: "a".to_owned(), name: "n".to_owned(), value }).map(drop)
            }),
            ("schema", {
                let definition = TypeDefinition { schema: Some(value()), ..Default::default() };
                ann.perform(Input::RegisterType { name: "t".to_owned(), definition: Some(definition) }).map(drop)
            }),
        ];
        let mut written = 0;
        for (what, outcome) in attempts {
            match outcome {
                Ok(()) => written += 1,
                Err(error) => {
                    assert!(levels > 90, "{what} of {levels} levels is refused: {error}");
                    assert!(pointer(&error).len() < 300, "{what}: {error:?}");
                }
            }
        }
        assert_eq!(world.journal_length(), before + written, "{levels} levels");
        // Whatever was taken can be read by whoever opens the repository.
        let fresh = world.user();
        assert_eq!(fresh.plain().brief(), ann.plain().brief(), "{levels} levels");
    }
}

#[test]
fn text_of_ten_thousand_levels_is_refused_by_the_reader() {
    let text = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let error = CompileOptions::parse(&format!("{{\"tools\":{text}}}")).unwrap_err();
    assert_eq!(pointer(&error), "");
}

#[test]
fn huge_and_empty_texts_are_taken() {
    let world = World::default();
    let ann = world.user();
    let huge = "x".repeat(2 << 20);
    ann.commit("a", user(&huge));
    ann.commit("b", user(""));
    ann.commit("c", parts("assistant", json!([])));
    let fresh = world.user().plain();
    assert_eq!(fresh.messages.len(), 3);
    assert_eq!(fresh.values()[0]["parts"][0]["text"].as_str().map(str::len), Some(huge.len()));
}
