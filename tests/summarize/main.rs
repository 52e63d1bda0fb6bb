//! What the built-in summarizer promises.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod facts;
mod keeps;
mod limits;

use varve::summarize::{Piece, Request, Source, Summary, summarize};
use varve::tokens::ApproximateCounter;

/// A conversation in the making.
#[derive(Default)]
struct Chat<'a> {
    request: Request<'a>,
}

impl<'a> Chat<'a> {
    fn say(mut self, source: Source, text: &'a str) -> Self {
        self.request.pieces.push(Piece { source, name: "", call_id: "", text });
        self
    }

    fn user(self, text: &'a str) -> Self {
        self.say(Source::User, text)
    }

    fn assistant(self, text: &'a str) -> Self {
        self.say(Source::Assistant, text)
    }

    /// A call of a tool, and what came of it.
    fn tool(mut self, name: &'a str, input: &'a str, source: Source, output: &'a str) -> Self {
        self.request.pieces.push(Piece { source: Source::Call, name, call_id: input, text: input });
        self.request.pieces.push(Piece { source, name, call_id: input, text: output });
        self
    }

    fn extends(mut self, earlier: &'a Summary) -> Self {
        self.request.earlier_text = &earlier.text;
        self.request.earlier_facts = earlier.facts.iter().map(String::as_str).collect();
        self
    }

    fn must_keep(mut self, words: &'a str) -> Self {
        self.request.must_keep.push(words);
        self
    }

    fn in_tokens(mut self, target: u32) -> Summary {
        self.request.target_tokens = target;
        summarize(&self.request, &ApproximateCounter)
    }
}
