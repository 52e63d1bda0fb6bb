//! Checkpoints that go on where the last one stopped, of histories in which anything can happen.

use std::rc::Rc;

use super::*;
use crate::collections::Map;
use crate::hash::CommitHash;
use crate::model::annotation::{Annotation, Priority};
use crate::model::commit::{Body, EntryOperation};
use crate::model::outline::{Link, Outline};
use crate::model::record::{
    CommitRecord, ErasedRecord, InputUsage, NoteRecord, Record, RefRecord, RepositoryRecord, SentRecord,
};
use crate::repo::{Environment, ManualEnvironment};
use crate::state::Tables;
use crate::state::apply::When;

use crate::state::arena::{Arena, CommitIx, ContentIx, EntryIx, Ix};
use crate::state::rows::{OperationRow, SentRow};

/// A history that grows by chance.
struct Game {
    state: State<'static>,
    chance: Rc<ManualEnvironment>,
    seq: u64,
    at: i64,
    named: usize,
}

impl Game {
    fn new(seed: u64) -> Self {
        let mut state = State::default();
        let first = RepositoryRecord { default_branch: "main".to_owned(), tokens: "none".to_owned() };
        state.apply_records(&[Record::Repository(first)], When { at: 0, seq: 1 }).unwrap();
        state.set_journal(1, EntryHash::of(b"1"), 0);
        Self { state, chance: Rc::new(ManualEnvironment::new(0, seed)), seq: 1, at: 1_700_000_000_000, named: 0 }
    }

    fn below(&self, count: usize) -> usize {
        let mut bytes = [0; 4];
        self.chance.random(&mut bytes);
        u32::from_le_bytes(bytes) as usize % count
    }

    /// Mostly a word; now and then more than a segment, or a few.
    fn text(&self) -> String {
        let length = if self.below(12) == 0 { self.below(400) } else { self.below(12) };
        "abcdefghijkl".chars().cycle().skip(self.below(12)).take(length).collect()
    }

    fn commit(&self) -> Option<CommitHash> {
        let count = self.state.commit_count();
        (count > 0).then(|| self.state.commits(CommitIx::new(self.below(count))).hash)
    }

    fn entry(&self) -> Option<Box<str>> {
        let count = self.state.tables.entries.next();
        (count > 0).then(|| self.state.entries(EntryIx::new(self.below(count))).id.clone())
    }

    fn branch(&self) -> Option<String> {
        [None, None, None, Some("b"), Some("c")][self.below(5)].map(str::to_owned)
    }

    fn body(&mut self, operation: EntryOperation, brings: bool, adds: bool) -> Record {
        self.named += 1;
        let links = |from: usize| -> Vec<Link> {
            (0..[0, 0, 0, 1, 12][self.below(5)]).map(|key| Link { key: (key + from) as u64, tokens: 3 }).collect()
        };
        let outline = Outline::from_parts(None, (7, 0), (true, false), [links(0), links(20), links(40)], None);
        let commit = Body {
            content_hash: brings.then(|| ContentHash::of(&[self.below(7) as u8, self.below(200) as u8])),
            content_type: Some(
                ["message", "output", "an application's own, which has a name of its own"][self.below(3)],
            )
            .filter(|_| brings)
            .map(Rc::from),
            created_at: Some(self.at - 1000).filter(|_| self.below(6) == 0),
            id: adds.then(|| format!("{}{}", self.named, self.text()).into()),
            note: Some(self.text()).filter(|_| self.below(4) == 0),
            operation: Some(operation),
            ..Body::default()
        };
        let tokens = Some("another".to_owned()).filter(|_| self.below(5) == 0);
        let outline = brings.then_some(outline);
        let size = Some(self.below(100_000) as u32);
        Record::Commit(Box::new(CommitRecord {
            branch: self.branch(),
            commit,
            known_hash: None,
            outline,
            size,
            tokens,
        }))
    }

    fn record(&mut self) -> Option<Record> {
        Some(match self.below(20) {
            0 => self.body(EntryOperation::Edit { target: self.entry()? }, true, false),
            1 => self.body(EntryOperation::Delete { target: self.entry()? }, false, false),
            2 => {
                let targets = (0..self.below(30)).filter_map(|_| self.entry()).collect();
                self.body(EntryOperation::Compact { targets }, true, true)
            }
            3 => self.body(EntryOperation::Revert { target: self.commit()? }, false, false),
            4 => self.body(EntryOperation::Merge { resolutions: Vec::new() }, false, false),
            5 | 6 => Record::Annotation(Annotation {
                author: None,
                created_at: self.at,
                priority: Priority::Pinned,
                reason: Some(self.text()),
                target: self.entry()?,
            }),
            7 | 8 => Record::Branch(RefRecord { name: self.branch()?, new: self.commit(), old: None }),
            9 => Record::Tag(RefRecord { name: self.text(), new: self.commit(), old: None }),
            10 => Record::Note(NoteRecord {
                entry: self.entry(),
                name: "title".to_owned(),
                new: Some(self.text().into()),
                old: None,
            }),
            11 | 12 => Record::Sent(Box::new(SentRecord {
                digest: self.text(),
                estimate: 300,
                head: None,
                input: Some(InputUsage { total: Some(self.below(1000) as u64), ..InputUsage::default() }),
                model: "a model".to_owned(),
                output: None,
                raw: None,
                response_id: None,
            })),
            13 => {
                let count = self.state.content_count();
                let row = (count > 0).then(|| ContentIx::new(self.below(count)))?;
                Record::Erased(ErasedRecord { hash: self.state.contents(row).hash, reason: self.text() })
            }
            _ => self.body(EntryOperation::Append, true, true),
        })
    }

    /// One journal entry, of a few records.
    fn play(&mut self) {
        self.seq += 1 + self.below(2) as u64;
        self.at += self.below(5000) as i64 - 1000;
        let when = When { at: self.at, seq: self.seq };
        for _ in 0..1 + self.below(3) {
            if let Some(record) = self.record() {
                self.state.apply_records(&[record], when).unwrap();
            }
        }
        if self.below(3) == 0 {
            // Few names, so that one comes twice now and then.
            let row = OperationRow { seq: self.seq, index: 0, commits: (CommitIx::new(0), 0) };
            self.state.tables.operations.insert(format!("op{}", self.below(90)).into(), row);
        }
        self.state.set_journal(self.seq, EntryHash::of(&self.seq.to_le_bytes()), self.at);
    }
}

/// What a store keeps, without bytes that it has: as stores do it.
fn stored(kept: &mut Map<ContentHash, Rc<[u8]>>, parts: &CheckpointParts) -> StoredCheckpoint {
    let segments = parts.segments.iter().map(|(hash, bytes)| {
        let bytes = bytes.clone().or_else(|| kept.get(hash).cloned());
        Object { hash: *hash, bytes: bytes.expect("a segment that nobody has comes without bytes") }
    });
    let segments: Vec<Object> = segments.collect();
    kept.clear();
    for part in &segments {
        kept.insert(part.hash, part.bytes.clone());
    }
    StoredCheckpoint { seq: parts.seq, manifest: parts.manifest.clone(), segments, checked: false }
}

fn shorten<I: Ix, T: Clone>(table: &mut Arena<I, T>, first: usize) {
    let mut rest = Arena::starting_at(first);
    for (_, row) in table.iter_from(first) {
        rest.push(row.clone());
    }
    *table = rest;
}

/// Takes away all rows that the next checkpoint has no need of. Whoever looks at one of them panics.
fn forget(state: &mut State<'static>, first: FirstRows, resume: &Resume) {
    let [annotations, moves, sent] = [3, 4, 5].map(|number| resume.0.get(number).map_or(0, |past| past.rows));
    let tables = &mut state.tables;
    shorten(&mut tables.contents, first.contents);
    shorten(&mut tables.entries, first.entries);
    shorten(&mut tables.commits, first.commits);
    shorten(&mut tables.annotations, annotations);
    tables.moves.retain(|run| run.end() as usize >= moves);
    let nothing = SentRow { digest: String::new(), estimate: 0, model: "".into(), input: None, output: None };
    tables.sent.iter_mut().take(sent).for_each(|row| *row = nothing.clone());
}

/// Which ends were met behind full segments: with bytes that are in none, and without any.
#[derive(Default, Debug)]
struct Met([[usize; 2]; GROWING]);

impl Met {
    fn see(&mut self, resume: &Resume) {
        for (met, past) in self.0.iter_mut().zip(&resume.0).filter(|(_, past)| past.full > 0) {
            met[usize::from(past.tail.is_empty())] += 1;
        }
    }
}

#[test]
fn a_checkpoint_that_goes_on_is_the_one_that_begins_anew() {
    let mut met = Met::default();
    for seed in 0..50 {
        let mut game = Game::new(seed);
        let (mut resume, mut kept) = (Resume::default(), Map::default());
        for _ in 0..8 {
            let before = resume.first_rows();
            for _ in 0..game.below(30) {
                game.play();
            }
            let whole = write(&game.state).unwrap();
            let (parts, next) = write_beyond(&game.state, &resume).unwrap();
            if game.below(4) == 0 {
                continue; // the store did not take it
            }
            let taken = stored(&mut kept, &parts);
            assert_eq!(taken, whole, "seed {seed}: it is not what beginning anew writes");
            let (mut old, read) = taken.restore().unwrap();
            assert_eq!(read, next, "seed {seed}: reading goes on elsewhere than writing");
            forget(&mut old, before, &resume);
            let (again, _) = write_beyond(&old, &resume).unwrap();
            assert_eq!(again, parts, "seed {seed}: it looked at a row that is not there");
            met.see(&next);
            resume = next;
            if game.below(2) == 0 {
                (game.state, resume) = taken.restore().unwrap();
            }
        }
    }
    assert!(met.0.iter().all(|[inside, end]| *inside > 0 && *end > 0), "{met:?}");
}

#[test]
fn only_what_is_new_is_looked_at_and_the_row_before_it() {
    let mut game = Game::new(7);
    let mut resume = Resume::default();
    for _ in 0..60 {
        (0..20).for_each(|_| game.play());
        let (_, next) = write_beyond(&game.state, &resume).unwrap();
        let Tables { contents, entries, commits, .. } = &game.state.tables;
        let rows = FirstRows { contents: contents.next() - 1, entries: entries.next(), commits: commits.next() - 1 };
        assert_eq!(next.first_rows(), rows);
        resume = next;
    }
    assert!(game.state.commit_count() > 1000);
}

#[test]
fn segments_of_another_size_are_not_gone_on_from() {
    let mut game = Game::new(3);
    (0..100).for_each(|_| game.play());
    let whole = write(&game.state).unwrap();
    // The first two of the contents as one.
    let manifest = std::str::from_utf8(&whole.manifest).unwrap();
    let both: Rc<[u8]> = [&*whole.segments[0].bytes, &*whole.segments[1].bytes].concat().into();
    let name = ContentHash::of(&both);
    let manifest = manifest.replacen(&format!("\"{}\",", whole.segments[0].hash), "", 1);
    let manifest = manifest.replacen(&whole.segments[1].hash.to_string(), &name.to_string(), 1);
    let mut segments = whole.segments.clone();
    segments.splice(..2, [Object { hash: name, bytes: both }]);
    let other = StoredCheckpoint { seq: whole.seq, manifest: manifest.into_bytes().into(), segments, checked: false };

    let (state, resume) = other.restore().unwrap();
    assert_eq!((resume.0[0].full, resume.0[1].full > 0), (0, true));
    (0..20).for_each(|_| game.play());
    drop(state);
    let (parts, _) = write_beyond(&game.state, &resume).unwrap();
    assert_eq!(parts.manifest, write(&game.state).unwrap().manifest);
}
