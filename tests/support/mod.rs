//! What the tests of the core share: a world with a clock of its own, a store and a simple counter; a
//! reader that keeps its copies by patches; payloads in a line.

#![allow(dead_code, unused_imports, reason = "each test program uses a part of it")]

pub mod faulty;
pub mod journal;
pub mod mirror;
pub mod payloads;
pub mod tasks;

use std::rc::Rc;

use varve::error::Error;
use varve::hash::{CommitHash, ContentHash};
use varve::json;
use varve::json::Value;
use varve::model::annotation::Priority;
use varve::model::object::Attached;
use varve::ops::{Existing, Input, Receipt, Unmerged};
use varve::repo::{
    CommitOptions, Compaction, Compiled, CompressOptions, CompressPlan, Counter, Done, Event, Handle,
    ManualEnvironment, Messages, NewProposal, OpenOptions, Repository, Settings, Validator,
};
use varve::store::{Address, MemoryBucket, MemoryStore, RepoKey, SingleKeyStore, Store};
use varve::tokens::{ChatOverhead, TokenCounter};
use varve::view::options::CompileOptions;

pub use mirror::Mirror;
pub use payloads::*;
pub use tasks::{block_on, both, together};

/// When the tests begin, UTC milliseconds.
pub const START: i64 = 1_800_000_000_000;

/// One token for every four bytes begun: simple enough to check by hand.
pub struct Quarters;

impl TokenCounter for Quarters {
    fn count(&self, text: &str) -> u32 {
        text.len().div_ceil(4) as u32
    }

    fn source(&self) -> &str {
        "quarters"
    }

    fn overhead(&self) -> ChatOverhead {
        ChatOverhead::OPENAI
    }
}

/// A store and a clock.
pub struct World {
    pub store: Rc<dyn Store>,
    pub clock: Rc<ManualEnvironment>,
    pub counter: Counter,
    pub validator: Option<Rc<dyn Validator>>,
    pub events: Rc<std::cell::RefCell<Vec<Event>>>,
}

impl Default for World {
    fn default() -> Self {
        if cfg!(feature = "tiny") {
            return Self::over(Rc::new(SingleKeyStore::new(MemoryBucket::default()))); // it keeps checkpoints
        }
        Self::over(Rc::new(MemoryStore::new()))
    }
}

impl World {
    pub fn over(store: Rc<dyn Store>) -> Self {
        let clock = Rc::new(ManualEnvironment::new(START, 11));
        let counter = Counter::Ready(Rc::new(Quarters));
        Self { store, clock, counter, validator: None, events: Rc::default() }
    }

    pub fn settings(&self) -> Settings {
        let events = self.events.clone();
        Settings {
            store: self.store.clone(),
            environment: self.clock.clone(),
            counter: self.counter.clone(),
            validator: self.validator.clone(),
            listener: Some(Rc::new(move |event| events.borrow_mut().push(event.clone()))),
        }
    }

    /// A repository object of its own, as another process would have one.
    pub fn open(&self) -> Rc<Repository> {
        block_on(Repository::open(self.settings(), address("chat"), OpenOptions::CreateOnWrite)).unwrap()
    }

    pub fn user(&self) -> User {
        User::of(&self.open())
    }

    pub fn key(&self) -> RepoKey {
        let address = address("chat");
        let incarnation = block_on(self.store.find(&address)).unwrap().unwrap();
        RepoKey { address, incarnation }
    }

    pub fn journal_length(&self) -> usize {
        match block_on(self.store.find(&address("chat"))).unwrap() {
            None => 0,
            Some(_) => block_on(self.store.read_journal(&self.key(), 0, usize::MAX)).unwrap().len(),
        }
    }

    pub fn events(&self, kind: &str) -> Vec<Value> {
        self.events.borrow().iter().filter(|event| event.kind == kind).map(|event| event.detail.clone()).collect()
    }
}

pub fn address(id: &str) -> Address {
    Address { workspace: "tests".into(), id: id.into() }
}

/// A message of the user with one picture.
pub fn picture(hash: ContentHash) -> Value {
    parts("user", json!([{ "type": "file", "mediaType": "image/png", "data": hash.to_hex() }]))
}

/// Options of an entry with this id.
pub fn named(id: &str) -> CommitOptions {
    CommitOptions { id: Some(id.to_owned()), ..CommitOptions::default() }
}

/// Options with a caller's operation id.
pub fn called(operation: &str) -> CommitOptions {
    CommitOptions { operation_id: Some(operation.to_owned()), ..CommitOptions::default() }
}

/// Something to propose that shows a text and rests on entries.
pub fn proposal(shows: &str, entries: &[&str]) -> NewProposal {
    let body = json!({ "action": { "type": "compress" }, "text": shows }).as_object().cloned().unwrap();
    NewProposal { body, entries: entries.iter().map(|id| (*id).to_owned()).collect(), ..NewProposal::default() }
}

/// Proposes that, and gives its id.
pub fn propose(who: &User, shows: &str, entries: &[&str]) -> String {
    block_on(who.handle.propose(proposal(shows, entries))).unwrap()
}

pub fn nothing() -> CommitOptions {
    CommitOptions::default()
}

/// Compile options from JSON, as JavaScript gives them.
pub fn options(value: Value) -> CompileOptions {
    CompileOptions::parse(&value.to_string()).unwrap()
}

/// Somebody with a handle, who waits for everything and reads by patches. All who share a repository
/// object share its copies.
pub struct User {
    pub handle: Rc<Handle>,
    pub mirror: Rc<std::cell::RefCell<Mirror>>,
}

impl User {
    pub fn of(repository: &Rc<Repository>) -> Self {
        Self { handle: Rc::new(Handle::new(repository)), mirror: Default::default() }
    }

    pub fn repository(&self) -> &Rc<Repository> {
        self.handle.repository()
    }

    pub fn at(&self, reference: &str) -> Self {
        Self { handle: Rc::new(self.handle.at(reference).unwrap()), mirror: self.mirror.clone() }
    }

    /// Another handle on the same repository object.
    pub fn beside(&self) -> Self {
        Self { handle: Rc::new(Handle::new(self.repository())), mirror: self.mirror.clone() }
    }

    pub fn try_commit(&self, id: &str, payload: Value) -> Result<Receipt, Box<Error>> {
        block_on(self.handle.commit(payload, &named(id)))
    }

    pub fn commit(&self, id: &str, payload: Value) -> CommitHash {
        self.try_commit(id, payload).unwrap().hash
    }

    /// A message of the user with a file, whose bytes come along. Gives the hash of the file.
    pub fn attach(&self, id: &str, bytes: &[u8], tokens: u32) -> ContentHash {
        let file = Attached::new(bytes, tokens);
        let hash = file.object.hash;
        let options = CommitOptions { files: vec![file], ..named(id) };
        self.commit_with(picture(hash), options);
        hash
    }

    pub fn commit_with(&self, payload: Value, options: CommitOptions) -> Receipt {
        block_on(self.handle.commit(payload, &options)).unwrap()
    }

    pub fn edit(&self, id: &str, payload: Value) -> CommitHash {
        block_on(self.handle.edit(id, payload, &nothing())).unwrap().hash
    }

    pub fn delete(&self, id: &str) -> CommitHash {
        block_on(self.handle.delete(id, &nothing())).unwrap().hash
    }

    pub fn revert(&self, target: &str) -> Result<CommitHash, Box<Error>> {
        block_on(self.handle.revert(target, &nothing())).map(|receipt| receipt.hash)
    }

    /// Compacts runs of entries: a summary's id and text, and what it stands for.
    pub fn try_compact(&self, runs: &[(&str, &str, &[&str])]) -> Result<Done, Box<Error>> {
        let run = |(id, text, targets): &(&str, &str, &[&str])| Compaction {
            id: Some((*id).to_owned()),
            targets: targets.iter().map(|id| (*id).to_owned()).collect(),
            basis: Vec::new(),
            payload: summary(text),
            generation: None,
        };
        block_on(self.handle.compact(runs.iter().map(run).collect(), None, &nothing()))
    }

    pub fn compact(&self, id: &str, text: &str, targets: &[&str]) -> CommitHash {
        self.try_compact(&[(id, text, targets)]).unwrap().receipts[0].hash
    }

    /// What could be compressed, with the messages.
    pub fn try_plan(&self, with: CompressOptions) -> Result<CompressPlan, Box<Error>> {
        block_on(self.handle.plan_compress(&CompressOptions { messages: Messages::Read, ..with }))
    }

    pub fn plan(&self) -> CompressPlan {
        self.try_plan(CompressOptions::default()).unwrap()
    }

    pub fn perform(&self, input: Input) -> Result<Done, Box<Error>> {
        block_on(self.handle.perform(input, &nothing()))
    }

    pub fn annotate(&self, id: &str, priority: Priority) {
        block_on(self.handle.annotate(id, priority, None, &nothing())).unwrap();
    }

    pub fn pin(&self, id: &str) {
        self.annotate(id, Priority::Pinned);
    }

    pub fn skip(&self, id: &str) {
        self.annotate(id, Priority::Skip);
    }

    pub fn branch(&self, name: &str) -> Result<Done, Box<Error>> {
        let at = self.handle.resolve("HEAD")?;
        self.perform(Input::CreateBranch { name: name.to_owned(), at })
    }

    pub fn delete_branch(&self, name: &str, unmerged: Unmerged) -> Result<Done, Box<Error>> {
        self.perform(Input::DeleteBranch { name: name.to_owned(), unmerged })
    }

    pub fn tag(&self, name: &str, at: &str, existing: Existing) -> Result<Done, Box<Error>> {
        let at = self.handle.resolve(at)?;
        self.perform(Input::Tag { name: name.to_owned(), at, existing })
    }

    pub fn undo(&self) -> Result<(String, String), Box<Error>> {
        let _past = block_on(self.repository().past())?;
        block_on(self.handle.undo(None, &nothing()))
    }

    pub fn redo(&self) -> Result<(String, String), Box<Error>> {
        let _past = block_on(self.repository().past())?;
        block_on(self.handle.redo(&nothing()))
    }

    pub fn catch_up(&self) {
        block_on(self.repository().catch_up()).unwrap();
    }

    pub fn try_compile(&self, options: &CompileOptions) -> Result<Reading, Box<Error>> {
        let compiled = block_on(self.handle.compile(options))?;
        let messages = self.mirror.borrow_mut().apply(&compiled.patch);
        Ok(Reading { messages, compiled })
    }

    pub fn compile(&self, with: Value) -> Reading {
        self.try_compile(&options(with)).unwrap()
    }

    pub fn plain(&self) -> Reading {
        self.try_compile(&CompileOptions::default()).unwrap()
    }

    /// The messages in short: `role: text` and so on.
    pub fn shows(&self) -> Vec<String> {
        self.plain().brief()
    }

    pub fn get(&self, reference: &str) -> Option<Value> {
        block_on(self.handle.get(reference)).unwrap()
    }
}

/// A compile, with its messages as JSON.
#[derive(Debug, Clone)]
pub struct Reading {
    pub messages: Vec<(u32, Rc<Value>)>,
    pub compiled: Compiled,
}

impl Reading {
    pub fn tokens(&self) -> u64 {
        self.compiled.token_count
    }

    pub fn values(&self) -> Vec<&Value> {
        self.messages.iter().map(|(_, message)| &**message).collect()
    }

    pub fn brief(&self) -> Vec<String> {
        self.messages.iter().map(|(_, message)| payloads::brief(message)).collect()
    }
}
