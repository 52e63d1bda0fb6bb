//! The built-in summarizer for JavaScript: one text goes in, one comes out. Nothing of wasm-bindgen, whose half of the
//! border would weigh as much as the summarizer; an instance serves one call.
//!
//! What goes in are records with U+001E between them, their fields with U+001F; what comes out are fields with U+001E:
//! the text, then each fact. The other side, `js/src/summarize/extract.ts`, keeps both signs out of what it is given,
//! and no summary holds a control character but the line feed.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::summarize::{Piece, Request, Source, summarize as run, take_part};
use crate::tokens::ApproximateCounter;

static ANSWER_LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Makes room for what is given, so many bytes; its address.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(len: usize) -> *mut u8 {
    vec![0; len].leak().as_mut_ptr()
}

/// Summarizes what was given, UTF-8, in at most so many tokens, roughly counted; the address of the answer.
///
/// # Safety
/// `given` is what `reserve` gave for this length, and what was written there is UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn summarize(given: *const u8, len: usize, target_tokens: u32) -> *const u8 {
    // SAFETY: the caller's promise.
    let given = unsafe { str::from_utf8_unchecked(core::slice::from_raw_parts(given, len)) };
    let answer = answer(given, target_tokens).leak();
    ANSWER_LENGTH.store(answer.len(), Relaxed);
    answer.as_ptr()
}

/// The length of the answer, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn answer_length() -> usize {
    ANSWER_LENGTH.load(Relaxed)
}

fn answer(given: &str, target_tokens: u32) -> String {
    let mut request = Request { target_tokens, ..Request::default() };
    let mut records = given;
    while !records.is_empty() {
        let mut record = take_part(&mut records, 0x1e);
        let mut next = || take_part(&mut record, 0x1f);
        let source = match next() {
            "i" => {
                request.instructions = next();
                continue;
            }
            "e" => {
                request.earlier_text = next();
                continue;
            }
            "f" => {
                request.earlier_facts.push(next());
                continue;
            }
            "k" => {
                request.must_keep.push(next());
                continue;
            }
            "s" => Source::System,
            "u" => Source::User,
            "t" => Source::Reasoning,
            "c" => Source::Call,
            "r" => Source::Result,
            "x" => Source::Failure,
            _ => Source::Assistant,
        };
        request.pieces.push(Piece { source, name: next(), call_id: next(), text: next() });
    }
    let summary = run(&request, &ApproximateCounter);
    let mut answer = summary.text;
    for fact in summary.facts {
        answer.push('\u{1e}');
        answer.push_str(&fact);
    }
    answer
}
