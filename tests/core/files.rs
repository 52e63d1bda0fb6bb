//! Files: bytes that payloads name are stored with them, once, and counted by their estimates.

use varve::error::Error;
use varve::hash::ContentHash;
use varve::json;
use varve::json::Value;
use varve::model::object::{Attached, attach};
use varve::repo::CommitOptions;

use crate::support::faulty::{Fault, Faulty};
use crate::support::*;

fn details<T: std::fmt::Debug>(result: Result<T, Box<Error>>) -> (&'static str, Value) {
    let error = result.unwrap_err();
    (error.code(), error.details()["pointer"].clone())
}

fn objects(world: &World) -> Vec<ContentHash> {
    let listed = block_on(world.store.list_objects(&world.key(), None, 1000)).unwrap();
    listed.into_iter().map(|(hash, _)| hash).collect()
}

fn tokens(ann: &User) -> u64 {
    ann.plain().tokens()
}

#[test]
fn bytes_are_stored_once_and_come_back() {
    let world = World::default();
    let ann = world.user();
    let hash = ann.attach("a", b"a picture", 100);
    ann.attach("b", b"a picture", 100);
    ann.commit("c", parts("assistant", json!([{ "type": "file", "mediaType": "image/gif", "data": hash.to_hex() }])));
    assert_eq!(hash, ContentHash::of(b"a picture"));
    assert_eq!(objects(&world).len(), 3, "two payloads and one picture");
    let read = block_on(ann.repository().bytes(&[hash, ContentHash::of(b"another")])).unwrap();
    assert_eq!(read, [Some(b"a picture"[..].into()), None]);
    assert_eq!(ann.plain().values()[0]["parts"][0]["data"], Value::from(hash));
}

#[test]
fn a_part_that_names_what_nobody_stored_is_refused() {
    let ann = World::default().user();
    let nowhere = ContentHash::of(b"nowhere");
    assert_eq!(details(ann.try_commit("a", picture(nowhere))), ("Validation", json!("/parts/0/data")));
    ann.commit("b", user("there is a repository now"));
    let output =
        json!({ "type": "content", "value": [1, { "type": "file", "mediaType": "a/b", "data": nowhere.to_hex() }] });
    let result = parts("tool", json!([{ "type": "tool-result", "callId": "c", "output": output }]));
    assert_eq!(details(ann.try_commit("c", result)), ("Validation", json!("/parts/0/output/value/1/data")));
    let elsewhere = json!({ "contentType": "freeform", "payload": { "type": "file", "data": nowhere.to_hex() } });
    ann.commit("d", elsewhere);
}

#[test]
fn files_of_a_write_that_fails_are_not_stored() {
    let store = std::rc::Rc::new(Faulty::over(World::default().store, true));
    let world = World::over(store.clone());
    let ann = world.user();
    ann.commit("a", user("there"));
    store.set(Fault::Quota, 0, 0);
    let file = Attached::new(&b"a picture"[..], 1);
    let options = CommitOptions { files: vec![file.clone()], ..named("b") };
    block_on(ann.handle.commit(picture(file.object.hash), &options)).unwrap_err();
    assert_eq!(objects(&world).len(), 1);
    assert_eq!(block_on(ann.repository().bytes(&[file.object.hash])).unwrap(), [None]);
}

#[test]
fn files_count_by_their_estimates_whoever_counts_the_texts() {
    let world = World::default();
    let ann = world.user();
    let hash = ann.attach("a", b"a picture", 700);
    let one = tokens(&ann);
    assert!((700..720).contains(&one), "{one}");
    let part = json!({ "type": "file", "mediaType": "image/png", "data": hash.to_hex() });
    let output = json!({ "type": "content", "value": [part.clone(), { "type": "text", "text": "seen" }] });
    ann.commit("b", parts("assistant", json!([{ "type": "tool-call", "callId": "c", "toolName": "t", "input": 1 }])));
    let before = tokens(&ann);
    ann.commit("c", parts("tool", json!([{ "type": "tool-result", "callId": "c", "output": output }])));
    assert!((before + 700..before + 800).contains(&tokens(&ann)), "a reference to what is stored counts the same");
    let here = tokens(&ann);
    let reopened = world.user();
    assert_eq!(tokens(&reopened), here, "the journal has the estimates");
    ann.commit("d", parts("user", json!([{ "type": "file", "mediaType": "image/png", "url": "https://x.org/1.png" }])));
    assert!(tokens(&ann) >= here + 1000, "of a file at an address nothing is known");
}

#[test]
fn a_text_that_stands_for_a_file_within_json_names_it_as_well() {
    let world = World::default();
    let ann = world.user();
    let hash = ann.attach("a", b"a picture", 700);
    let leaf = json!({ "type": "file", "form": "base64", "mediaType": "image/png", "data": hash.to_hex() });
    let output = json!({ "type": "content", "value": [{ "type": "image", "source": { "data": leaf } }] });
    let result = |text: &str| json!([{ "type": "tool-result", "callId": text, "output": output.clone() }]);
    ann.commit("b", parts("assistant", json!([{ "type": "tool-call", "callId": "c", "toolName": "t", "input": 1 }])));
    let before = ann.plain().tokens();
    ann.commit("c", parts("tool", result("c")));
    assert!(ann.plain().tokens() > before + 700);
    block_on(ann.handle.erase(&hash.to_hex(), "asked to", &nothing())).unwrap();
    ann.commit("d", parts("tool", result("d")));
    assert_eq!(block_on(ann.repository().verify(&|_, _| true)).unwrap().faults, []);
}

#[test]
fn numbers_in_json_stand_for_the_files_that_come_beside_it() {
    let files = || vec![Attached::new(&b"one"[..], 1), Attached::new(&b"two"[..], 2)];
    let [one, two] = [b"one", b"two"].map(|bytes| ContentHash::of(bytes).to_hex());
    let mut given = files();
    let mut value = json!([{ "type": "file", "data": 1, "z": { "type": "file", "data": 0, "tokens": 9 } }]);
    attach(&mut value, &mut given).unwrap();
    assert_eq!(value, json!([{ "type": "file", "data": two, "z": { "type": "file", "data": one } }]));
    assert_eq!(given.iter().map(|file| file.tokens).collect::<Vec<_>>(), [9, 2]);
    for wrong in [
        json!([{ "type": "file", "data": 0 }]),
        json!([{ "type": "file", "data": 0 }, { "type": "image", "data": 1 }]),
        json!([{ "type": "file", "data": 0 }, { "type": "file", "data": 2 }]),
        json!([{ "type": "file", "data": 0, "tokens": 1.5 }, { "type": "file", "data": 1 }]),
    ] {
        assert_eq!(attach(&mut wrong.clone(), &mut files()).unwrap_err().code(), "Validation", "{wrong}");
    }
    let mut twice = json!([{ "type": "file", "data": 0 }, { "type": "file", "data": 0 }]);
    attach(&mut twice, &mut files()[..1]).unwrap();
    assert_eq!(twice[1]["data"], json!(0), "which no payload takes");
}
