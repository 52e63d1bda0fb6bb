//! A small repository in which everything happens once, by fixed clock and chance.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use varve::hash::CommitHash;
use varve::json;
use varve::json::Value;
use varve::model::annotation::Priority;
use varve::model::commit::{Author, Body, EntryOperation, Resolution};
use varve::model::content::Payload;
use varve::model::journal::{Entry, Operation, Sealed};
use varve::model::outline::Outline;
use varve::model::record::{CommitRecord, InputUsage, OutputUsage, Record, SentRecord};
use varve::model::types::TypeDefinition;
use varve::ops::{Describe, Existing, Input, Unmerged};
use varve::repo::{CommitOptions, Counter, GcOptions, Handle, ManualEnvironment, OpenOptions, Repository, Settings};
use varve::store::{Address, Batch, MemoryStore, RepoKey, Store};
use varve::tokens::ApproximateCounter;

/// Runs a future that has nothing to wait for.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory had to be waited for"),
    }
}

pub struct Scenario {
    pub store: Rc<MemoryStore>,
    pub key: RepoKey,
    pub repository: Rc<Repository>,
    environment: Rc<ManualEnvironment>,
    handle: Rc<Handle>,
}

pub fn text(role: &str, text: &str) -> Value {
    json!({ "contentType": "message", "role": role, "parts": [{ "type": "text", "text": text }] })
}

fn named(id: &str) -> CommitOptions {
    CommitOptions { id: Some(id.to_owned()), ..CommitOptions::default() }
}

impl Scenario {
    pub fn open(store: Rc<MemoryStore>) -> (Rc<Repository>, Rc<ManualEnvironment>) {
        let environment = Rc::new(ManualEnvironment::new(1_700_000_000_000, 7));
        let settings = Settings {
            store,
            environment: environment.clone(),
            counter: Counter::Ready(Rc::new(ApproximateCounter)),
            validator: None,
            listener: None,
        };
        let address = Address { workspace: "default".into(), id: "golden".into() };
        (now(Repository::open(settings, address, OpenOptions::CreateOnWrite)).unwrap(), environment)
    }

    pub fn play() -> Self {
        let store = Rc::new(MemoryStore::new());
        let (repository, environment) = Self::open(store.clone());
        let handle = Rc::new(Handle::new(&repository));
        let address = repository.address().clone();
        now(handle.commit(text("system", "You help."), &named("sys"))).unwrap();
        let incarnation = now(store.find(&address)).unwrap().unwrap();
        let key = RepoKey { address, incarnation };
        let scenario = Self { store, key, repository, environment, handle };
        scenario.converse();
        scenario.move_about();
        scenario.shrink();
        scenario.take_away();
        let metadata = json!({ "user": "ann" }).as_object().cloned();
        let title = Some(Some("Order 4711".to_owned()));
        scenario.perform(Input::Describe(Describe { create: None, title, metadata }));
        scenario
    }

    fn perform(&self, input: Input) {
        self.environment.advance(1000);
        now(self.handle.perform(input, &CommitOptions::default())).unwrap();
    }

    /// Appends with every field, an edit, a delete, reverts, annotations, notes, a type, usage.
    fn converse(&self) {
        let handle = &self.handle;
        self.environment.advance(250);
        let options = CommitOptions {
            id: Some("q1".to_owned()),
            note: Some("asks for order 4711".to_owned()),
            metadata: json!({ "n": 1e21, "a": null }).as_object().cloned(),
            labels: vec!["vip".to_owned()],
            author: Some(Author { kind: "user".to_owned(), name: Some("ann".to_owned()) }),
            operation_id: Some("op-1".to_owned()),
            ..CommitOptions::default()
        };
        now(handle.commit(text("user", "Where is order 4711?"), &options)).unwrap();
        let options = CommitOptions {
            id: Some("a1".to_owned()),
            reply_to: Some("q1".to_owned()),
            turn: Some("t1".to_owned()),
            generation: Some(json!({ "model": "gpt-4o", "temperature": 0.5 })),
            ..CommitOptions::default()
        };
        let call = json!({ "contentType": "message", "role": "assistant", "parts": [
            { "type": "tool-call", "callId": "call_1", "toolName": "order", "input": { "id": 4711 }, "rawInput": "{\"id\": 4711}" } ] });
        now(handle.commit(call, &options)).unwrap();
        let result = json!({ "contentType": "tool_io", "toolName": "order", "direction": "result", "callId": "call_1",
            "payload": { "state": "lost" } });
        now(handle.commit(result, &named("r1"))).unwrap();
        now(handle.edit("q1", text("user", "Where is my order 4711?"), &CommitOptions::default())).unwrap();
        now(handle.commit(text("assistant", "It is lost."), &named("a2"))).unwrap();
        now(handle.delete("a2", &CommitOptions::default())).unwrap();
        now(handle.revert("a2", &CommitOptions::default())).unwrap();
        let pin = Input::Annotate {
            target: "q1".to_owned(),
            priority: Priority::Pinned,
            reason: Some("the question".to_owned()),
        };
        self.perform(pin);
        self.perform(Input::SetNote { target: "a2".to_owned(), name: "thumb".to_owned(), value: Some(json!("up")) });
        let definition = TypeDefinition { schema: Some(json!({ "type": "object" })), ..TypeDefinition::default() };
        self.perform(Input::RegisterType { name: "ticket".to_owned(), definition: Some(definition) });
        self.perform(Input::Sent(Box::new(SentRecord {
            digest: "d".repeat(64),
            estimate: 40,
            head: handle.head(),
            input: Some(InputUsage { total: Some(42), cache_read: Some(10), ..InputUsage::default() }),
            model: "gpt-4o".to_owned(),
            output: Some(OutputUsage { total: Some(7), ..OutputUsage::default() }),
            raw: Some(json!({ "prompt_tokens": 42 })),
            response_id: Some("resp_1".to_owned()),
        })));
    }

    /// Branches, tags, a reset, an undo, a new default branch.
    fn move_about(&self) {
        let head = self.handle.head().unwrap();
        self.perform(Input::CreateBranch { name: "try".to_owned(), at: head });
        self.perform(Input::Tag { name: "v1".to_owned(), at: head, existing: Existing::Keep });
        self.handle.switch_to("try").unwrap();
        now(self.handle.commit(text("user", "Thanks anyway"), &named("q2"))).unwrap();
        now(self.handle.undo(None, &CommitOptions::default())).unwrap();
        now(self.handle.redo(&CommitOptions::default())).unwrap();
        self.perform(Input::RenameBranch { from: "main".to_owned(), to: "trunk".to_owned() });
        self.perform(Input::CreateBranch { name: "gone".to_owned(), at: head });
        self.perform(Input::DeleteBranch { name: "gone".to_owned(), unmerged: Unmerged::Keep });
        self.perform(Input::Untag { name: "v1".to_owned() });
        self.handle.switch_to("trunk").unwrap();
    }

    /// A merge with a resolution and a compaction, for which there are no planners here: written as
    /// another implementation would.
    fn shrink(&self) {
        now(self.handle.edit("a2", text("assistant", "It was lost."), &CommitOptions::default())).unwrap();
        let ours = self.handle.head().unwrap();
        let other = now(self.handle.at("try").map(Rc::new).unwrap().edit(
            "a2",
            text("assistant", "It is on its way."),
            &CommitOptions::default(),
        ));
        let theirs = other.unwrap().hash;
        let resolution = Resolution { deactivate: vec![theirs], entry: "a2".into() };
        self.write(Body {
            created_at: Some(1_700_000_010_300),
            operation: Some(EntryOperation::Merge { resolutions: vec![resolution] }),
            parents: Some(vec![ours, theirs]),
            ..Body::default()
        });
        let summary = json!({ "contentType": "summary", "text": "Order 4711 was looked up: lost.",
            "of": { "count": 2, "first": 1_700_000_000_250_i64, "last": 1_700_000_000_250_i64 } });
        let payload = Payload::parse(summary).unwrap();
        self.write(Body {
            author: Some(Rc::new(Author { kind: "policy".to_owned(), name: Some("auto-compress".to_owned()) })),
            content_hash: Some(payload.hash),
            content_type: Some("summary".into()),
            id: Some("s1".into()),
            operation: Some(EntryOperation::Compact { targets: vec!["a1".into(), "r1".into()] }),
            ..Body::default()
        });
    }

    /// A branch that is deleted and freed, and an erasure.
    fn take_away(&self) {
        let at = self.handle.head().unwrap();
        self.perform(Input::CreateBranch { name: "lost".to_owned(), at });
        let lost = self.handle.at("lost").unwrap();
        now(lost.commit(text("user", "Never mind"), &named("q3"))).unwrap();
        let secret = now(self.handle.commit(text("user", "My card is 4000 1234"), &named("q4"))).unwrap();
        self.perform(Input::DeleteBranch { name: "lost".to_owned(), unmerged: Unmerged::Delete });
        self.environment.advance(1);
        let older_than = Some(varve::repo::Environment::now(&*self.environment));
        now(self.handle.gc(&GcOptions { older_than, ..GcOptions::default() })).unwrap();
        let shown = now(self.handle.get(&secret.hash.to_hex())).unwrap().unwrap();
        let hash = shown.get("contentHash").and_then(Value::as_str).unwrap();
        now(self.handle.erase(hash, "a card number", &CommitOptions::default())).unwrap();
    }

    /// Writes a commit on the default branch straight into the store.
    fn write(&self, commit: Body) {
        let position = self.repository.read(|state| state.journal());
        let summary = commit.content_hash.map(|_| {
            let value = json!({ "contentType": "summary", "text": "Order 4711 was looked up: lost.",
                "of": { "count": 2, "first": 1_700_000_000_250_i64, "last": 1_700_000_000_250_i64 } });
            Payload::parse(value).unwrap()
        });
        let record = CommitRecord {
            branch: None,
            commit,
            known_hash: None,
            outline: summary.as_ref().map(|payload| Outline::of(&payload.content, &ApproximateCounter, &[])),
            size: summary.as_ref().map(|payload| payload.bytes.len() as u32),
            tokens: None,
        };
        let kind = record.commit.operation.as_ref().map_or("append", EntryOperation::kind).to_owned();
        let records = vec![Record::Commit(Box::new(record))];
        let operations = vec![Operation { author: None, id: None, kind, records, undoes: None }];
        let entry = Entry {
            at: position.at + 1000,
            format: 1,
            id: "OTHER".to_owned(),
            operations,
            previous: position.hash,
            seq: position.seq + 1,
        };
        let objects = summary
            .into_iter()
            .map(|payload| varve::model::object::Object { hash: payload.hash, bytes: payload.bytes.into() })
            .collect();
        now(self.store.write(&self.key, &Batch::new(&entry, objects))).unwrap();
        now(self.repository.catch_up()).unwrap();
    }

    pub fn journal(&self) -> Vec<Sealed> {
        now(self.store.read_journal(&self.key, 0, usize::MAX)).unwrap()
    }

    /// The commits in the order of the journal.
    pub fn commits(&self) -> Vec<CommitHash> {
        self.repository.read(|state| state.all_commits().map(|(_, row)| row.hash).collect())
    }
}
