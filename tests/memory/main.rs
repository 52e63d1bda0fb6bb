//! What a long chat that keeps itself short costs in memory, in bytes: counted by the allocator, so the same on every
//! run of one build. The store is not part of it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{address, assistant, block_on, nothing, parts, result_part, summary, user};
use varve::json;
use varve::repo::{
    Compaction, CompressOptions, Counter, Handle, ManualEnvironment, Messages, OpenOptions, Repository, Settings,
};
use varve::store::MemoryStore;
use varve::view::options::CompileOptions;

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: everything is the system's; only sizes are added up.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// Turns of four entries; whenever the context has 4,000 tokens all that can go is compacted.
fn chat(handle: &Handle, turns: std::ops::Range<usize>) {
    let commit = |payload| drop(block_on(handle.commit(payload, &nothing())).unwrap());
    for turn in turns {
        let call = format!("c{turn}");
        commit(user(&format!("Question {turn}: what became of order #{}? {}", turn * 7, "Please look. ".repeat(6))));
        let lookup = json!({
            "type": "tool-call", "callId": call, "toolName": "lookup", "input": { "order": turn * 7 }
        });
        commit(parts("assistant", vec![lookup].into()));
        commit(parts("tool", vec![result_part(&call, &format!("order {turn}: {}", "x".repeat(200)))].into()));
        let compiled = block_on(handle.compile(&CompileOptions::default())).unwrap();
        if compiled.token_count > 4000 {
            compact(handle);
            block_on(handle.compile(&CompileOptions::default())).unwrap();
        }
        commit(assistant(&format!("Order #{} is sent. Anything else?", turn * 7)));
    }
}

fn compact(handle: &Handle) {
    let asked = CompressOptions { messages: Messages::Read, ..CompressOptions::default() };
    let plan = block_on(handle.plan_compress(&asked)).unwrap();
    let runs = plan.runs.into_iter().map(|run| Compaction {
        id: None,
        targets: run.targets,
        basis: run.basis,
        payload: summary(&"In short, all orders were found. ".repeat(40)),
        generation: None,
    });
    block_on(handle.compact(runs.collect(), None, &nothing())).unwrap();
}

#[test]
fn a_long_chat_that_keeps_itself_short_takes_few_bytes_a_commit() {
    let turns: usize = std::env::var("VARVE_TURNS").map_or(500, |turns| turns.parse().unwrap());
    let store = Rc::new(MemoryStore::new());
    let settings = Settings {
        store: store.clone(),
        environment: Rc::new(ManualEnvironment::new(support::START, 11)),
        counter: Counter::Ready(Rc::new(support::Quarters)),
        validator: None,
        listener: None,
    };
    let opened = Repository::open(settings, address("chat"), OpenOptions::CreateOnWrite);
    let repository = block_on(opened).unwrap();
    let handle = Handle::new(&repository);
    chat(&handle, 0..turns);
    let commits = block_on(handle.compile(&CompileOptions::default())).unwrap().commit_count;
    PEAK.store(live(), Ordering::Relaxed);
    let before = live();
    compact(&handle);
    let peak = PEAK.load(Ordering::Relaxed) - before;
    let before = live();
    drop(handle);
    drop(repository);
    let (held, left) = (before - live(), live());
    drop(store);
    let stored = left - live();
    let each = held as f64 / commits as f64;
    println!(
        "{commits} commits: {held} bytes, {each:.0} a commit; {peak} more while the last was compacted; the store {stored}"
    );
    // Some 350 are the state's, the others those of payloads that were read lately: of these there are 4 MB at most. It was
    // 1,229 while compacted units were kept, 840 while each compacted entry had a list of its operations,
    // 802 while each move of a branch was a row.
    assert!(each < 785.0, "{each:.0} bytes a commit");
    assert!(peak < 200_000, "{peak} bytes more while the last turns were compacted: no more than these take");
}
