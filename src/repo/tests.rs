//! Several repositories on one store, as several processes have them; callbacks that call back.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::json;
use crate::json::Value;

use super::*;
use crate::store::{MemoryStore, Pending, ready};
use crate::tokens::NullCounter;
use crate::view::options::CompileOptions;

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory had to be waited for"),
    }
}

fn open(store: &Rc<MemoryStore>, environment: Rc<dyn Environment>) -> Rc<Handle> {
    let settings = Settings {
        store: store.clone(),
        environment,
        counter: Counter::Ready(Rc::new(NullCounter)),
        validator: None,
        listener: None,
    };
    let address = Address { workspace: "default".into(), id: "shared".into() };
    Rc::new(Handle::new(&now(Repository::open(settings, address, OpenOptions::CreateOnWrite)).unwrap()))
}

fn say(handle: &Handle, text: &str) {
    let payload: Value =
        json!({ "contentType": "message", "role": "user", "parts": [{ "type": "text", "text": text }] });
    now(handle.commit(payload, &CommitOptions::default())).unwrap();
}

#[test]
fn prepare_takes_in_what_another_process_wrote_and_compile_does_not() {
    let store = Rc::new(MemoryStore::new());
    let [here, there] = [1, 2].map(|seed| open(&store, Rc::new(ManualEnvironment::new(1_700_000_000_000, seed))));
    let options = CompileOptions::default();
    say(&here, "from here");
    say(&there, "from there");

    let compiled = now(here.compile(&options)).unwrap();
    let prepared = now(here.prepare(&options)).unwrap();

    assert_eq!(compiled.commit_count, 1, "a compile reads nothing but memory");
    assert_eq!(prepared.commit_count, 2, "a prepare reads the journal");
    assert_eq!(prepared.head, now(there.prepare(&options)).unwrap().head);
    assert_eq!(prepared.patch.messages.len(), 1, "only the message that was not handed out yet");
    assert_eq!(now(here.compile(&options)).unwrap().head, prepared.head);
}

/// Time and chance that, whenever they are asked, do what any call could do: borrow everything.
#[derive(Default)]
struct Nosy {
    handle: RefCell<Option<Rc<Handle>>>,
    asked: Cell<u32>,
}

impl Nosy {
    fn borrow_everything(&self) {
        self.asked.set(self.asked.get() + 1);
        let Some(handle) = self.handle.borrow().clone() else { return };
        let repo = handle.repository();
        drop((repo.state.borrow_mut(), repo.ids.borrow_mut(), repo.views.borrow_mut(), repo.payloads.borrow_mut()));
        drop((repo.queue.borrow_mut(), repo.recounted.borrow_mut()));
    }
}

impl Environment for Nosy {
    fn now(&self) -> i64 {
        self.borrow_everything();
        1_700_000_000_000
    }

    fn random(&self, bytes: &mut [u8]) {
        self.borrow_everything();
        bytes.fill(7);
    }

    fn sleep(&self, _milliseconds: u64) -> Pending<'_, ()> {
        self.borrow_everything();
        ready(())
    }
}

#[test]
fn nothing_is_borrowed_while_time_or_chance_is_asked_for() {
    let store = Rc::new(MemoryStore::new());
    let nosy = Rc::new(Nosy::default());
    let handle = open(&store, nosy.clone());
    let other = open(&store, Rc::new(ManualEnvironment::new(1_700_000_000_000, 2)));
    nosy.handle.replace(Some(handle.clone()));

    say(&handle, "one");
    say(&other, "a race"); // which the next commit loses
    for _ in 0..200 {
        say(&handle, "more"); // enough to fetch randomness again
    }
    let batch = handle.begin().unwrap();
    let payload = json!({ "contentType": "instruction", "text": "Be kind." });
    now(batch.commit(payload, &CommitOptions::default())).unwrap();
    now(batch.finish(&CommitOptions::default())).unwrap();
    now(handle.undo(None, &CommitOptions::default())).unwrap();

    assert_eq!(now(handle.compile(&CompileOptions::default())).unwrap().commit_count, 202);
    assert!(nosy.asked.get() > 400, "asked only {} times", nosy.asked.get());
}
