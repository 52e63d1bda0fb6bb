//! The journal, every record and operation in it, commit preimages, and checkpoints.

use std::collections::BTreeMap;
use std::rc::Rc;

use varve::json;
use varve::json::Value;
use varve::model::journal::{Entry, Sealed};
use varve::model::record::Record;
use varve::repo::{CommitOptions, Handle};
use varve::state::State;
use varve::state::apply::When;
use varve::state::checkpoint;
use varve::view::projection::{Before, projection};

use crate::golden;
use crate::scenario::{Scenario, now, text};

fn opened(journal: &[Sealed]) -> Vec<Entry> {
    let mut previous = None;
    let open = |sealed: &Sealed| {
        let entry = sealed.open(sealed.seq, previous).unwrap();
        previous = Some(sealed.hash);
        entry
    };
    journal.iter().map(open).collect()
}

#[test]
fn the_journal_reads_as_it_did() {
    let scenario = Scenario::play();
    let row = |sealed: &Sealed| {
        let text = std::str::from_utf8(&sealed.bytes).unwrap();
        json!({ "seq": sealed.seq, "hash": sealed.hash.to_hex(), "text": text })
    };
    golden("journal.json", &Value::Array(scenario.journal().iter().map(row).collect()));
}

#[test]
fn every_kind_of_record_has_its_form() {
    let scenario = Scenario::play();
    let mut kinds: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in opened(&scenario.journal()) {
        for record in entry.operations.iter().flat_map(|operation| &operation.records) {
            let value = varve::json::to_value(record);
            let kind = value.as_object().unwrap().keys().next().unwrap().to_owned();
            kinds.entry(kind).or_default().push(value);
        }
    }
    let names: Vec<_> = kinds.keys().map(String::as_str).collect();
    let all = [
        "annotation",
        "branch",
        "commit",
        "defaultBranch",
        "erased",
        "freed",
        "note",
        "repository",
        "sent",
        "tag",
        "type",
    ];
    assert_eq!(names, all, "a kind of record is not in the scenario");
    golden("records.json", &Value::Object(kinds.into_iter().map(|(kind, records)| (kind, records.into())).collect()));
}

#[test]
fn every_operation_on_entries_has_its_preimage() {
    let scenario = Scenario::play();
    let mut state = State::default();
    let mut rows = Vec::new();
    for entry in opened(&scenario.journal()) {
        let when = When { at: entry.at, seq: entry.seq };
        for record in entry.operations.iter().flat_map(|operation| &operation.records) {
            if let Record::Commit(commit) = record {
                let body = state.complete(commit, when);
                let kind = body.operation.as_ref().unwrap().kind();
                rows.push(json!({ "kind": kind, "preimage": body.preimage() }));
            }
            state.apply_records(std::slice::from_ref(record), when).unwrap();
        }
    }
    for (row, hash) in rows.iter_mut().zip(scenario.commits()) {
        row["commitHash"] = json!(hash.to_hex());
    }
    for kind in ["append", "edit", "delete", "compact", "merge", "revert"] {
        assert!(rows.iter().any(|row| row["kind"] == kind), "{kind} is not in the scenario");
    }
    golden("commits.json", &Value::Array(rows));
}

#[test]
fn entries_mean_to_tables_what_they_did() {
    let mut state = State::default();
    let mut rows = Vec::new();
    for (entry, sealed) in opened(&Scenario::play().journal()).iter().zip(Scenario::play().journal()) {
        let before = Before::of(&state);
        state.apply_entry(entry, sealed.hash).unwrap();
        rows.push(projection(before, &state, entry).parse::<Value>().unwrap());
    }
    let seen = |list: &str, is: &dyn Fn(&Value) -> bool| {
        rows.iter().flat_map(|row: &Value| row[list].as_array().unwrap()).any(is)
    };
    assert!(seen("compacted", &|row| row["into"].is_string()), "nothing is compacted");
    assert!(seen("refs", &|row| row["kind"] == "tag") && seen("refs", &|row| row["commit"].is_null()));
    assert!(seen("commits", &|row| row["secondParent"].is_number()) && seen("annotations", &|_| true));
    golden("projections.json", &Value::Array(rows));
}

#[test]
fn annotations_are_named_by_their_hash() {
    let scenario = Scenario::play();
    let rows = opened(&scenario.journal()).into_iter().flat_map(|entry| entry.operations).flat_map(|o| o.records);
    let rows = rows.filter_map(|record| match record {
        Record::Annotation(annotation) => {
            Some(json!({ "annotation": varve::json::to_value(&annotation), "hash": annotation.hash().to_hex() }))
        }
        _ => None,
    });
    golden("annotations.json", &Value::Array(rows.collect()));
}

#[test]
fn a_checkpoint_has_its_bytes() {
    let scenario = Scenario::play();
    let stored = scenario.repository.read(checkpoint::write).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let segments: Vec<_> =
        stored.segments.iter().map(|part| json!({ "hash": part.hash.to_hex(), "hex": hex(&part.bytes) })).collect();
    let manifest = std::str::from_utf8(&stored.manifest).unwrap();
    golden("checkpoint.json", &json!({ "manifest": manifest, "segments": segments, "seq": stored.seq }));
}

/// Everything a caller can see.
fn face(repository: &Rc<varve::repo::Repository>) -> Value {
    let handle = Handle::new(repository);
    let compiled = now(handle.compile(&Default::default())).unwrap();
    let messages: Vec<String> = {
        let mut rows: Vec<_> = compiled.patch.messages.iter().collect();
        rows.sort_by_key(|(id, _)| *id);
        rows.into_iter().map(|(_, message)| message).collect()
    };
    json!({
        "history": handle.history(None, 1000).unwrap(),
        "branches": handle.branches(varve::repo::Anonymous::Show),
        "tags": handle.tags(),
        "types": handle.content_types(),
        "notes": handle.notes("a2").unwrap(),
        "annotations": handle.annotations("q1").unwrap(),
        "status": now(handle.status()).unwrap(),
        "tokens": compiled.token_count,
        "source": compiled.token_source,
        "messages": messages,
        "warnings": compiled.warnings,
    })
}

#[test]
fn a_checkpoint_and_what_follows_equal_the_whole() {
    let scenario = Scenario::play();
    let journal = scenario.journal();
    let entries = opened(&journal);
    let whole = scenario.repository.read(checkpoint::write).unwrap();
    for cut in 1..=entries.len() {
        let mut state = State::default();
        for (entry, sealed) in entries.iter().zip(&journal).take(cut) {
            state.apply_entry(entry, sealed.hash).unwrap();
        }
        let stored = checkpoint::write(&state).unwrap();
        let mut restored = checkpoint::read(&stored.manifest, &stored.segments).unwrap();
        assert_eq!(checkpoint::write(&restored).unwrap(), stored, "a checkpoint at {cut} does not read back");
        for (entry, sealed) in entries.iter().zip(&journal).skip(cut) {
            restored.apply_entry(entry, sealed.hash).unwrap();
        }
        assert_eq!(
            checkpoint::write(&restored).unwrap(),
            whole,
            "a checkpoint at {cut} with the rest is not the whole"
        );
    }
    let (replayed, _) = Scenario::open(scenario.store.clone());
    assert_eq!(face(&replayed), face(&scenario.repository));
}

#[test]
fn full_segments_never_change() {
    let scenario = Scenario::play();
    let handle = Rc::new(Handle::new(&scenario.repository));
    let grow = |count: usize| {
        let batch = handle.begin().unwrap();
        for number in 0..count {
            now(batch.commit(text("user", &format!("message {number}")), &CommitOptions::default())).unwrap();
        }
        now(batch.finish(&CommitOptions::default())).unwrap();
        scenario.repository.read(checkpoint::write).unwrap()
    };
    let first = grow(8000);
    let second = grow(100);
    let full = |part: &&varve::model::object::Object| part.bytes.len() == 64 * 1024;
    let shared: Vec<_> = first.segments.iter().filter(full).collect();
    assert!(!shared.is_empty(), "nothing filled a segment");
    assert!(shared.iter().all(|part| second.segments.contains(part)));
    assert!(second.segments.iter().all(|part| part.bytes.len() <= 64 * 1024));
}

#[test]
fn damaged_checkpoints_are_refused_not_believed() {
    let scenario = Scenario::play();
    let stored = scenario.repository.read(checkpoint::write).unwrap();
    for place in 0..stored.segments.len() {
        let mut segments = stored.segments.clone();
        let mut bytes = segments[place].bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        segments[place].bytes = bytes.into();
        assert_eq!(checkpoint::read(&stored.manifest, &segments).unwrap_err(), {
            let hash = stored.segments[place].hash;
            varve::error::StoreError::corrupt(format!("checkpoint: segment {hash} is not what was stored"))
        });
        segments.remove(place);
        assert!(checkpoint::read(&stored.manifest, &segments).is_err());
    }
    for cut in 0..stored.manifest.len() {
        assert!(checkpoint::read(&stored.manifest[..cut], &stored.segments).is_err());
    }
}

#[test]
fn a_checkpoint_of_a_newer_format_is_known_as_one() {
    let stored = Scenario::play().repository.read(checkpoint::write).unwrap();
    assert_eq!(checkpoint::newer_format(&stored.manifest), None);
    let newer = std::str::from_utf8(&stored.manifest).unwrap().replace("\"format\":3", "\"format\":4");
    assert_eq!(checkpoint::newer_format(newer.as_bytes()), Some(4));
    assert_eq!(checkpoint::newer_format(b"{}"), None);
}

#[test]
fn a_changed_journal_is_found_on_reading() {
    let scenario = Scenario::play();
    let journal = scenario.journal();
    let sealed = &journal[3];
    let mut bytes = sealed.bytes.to_vec();
    bytes[40] ^= 1;
    let damaged = Sealed { bytes: bytes.into(), ..sealed.clone() };
    assert!(damaged.open(sealed.seq, Some(journal[2].hash)).is_err(), "a flipped bit");
    assert!(sealed.open(sealed.seq, Some(journal[1].hash)).is_err(), "another chain");
    assert!(sealed.open(sealed.seq + 1, Some(journal[2].hash)).is_err(), "another number");
    let newer = std::str::from_utf8(&sealed.bytes).unwrap().replace("\"format\":1", "\"format\":2");
    let newer = Sealed {
        hash: varve::hash::EntryHash::of(newer.as_bytes()),
        bytes: newer.into_bytes().into(),
        ..sealed.clone()
    };
    assert_eq!(
        newer.open(sealed.seq, Some(journal[2].hash)).unwrap_err(),
        varve::error::StoreError::VersionTooNew { found: 2, supported: 1 }
    );
}
