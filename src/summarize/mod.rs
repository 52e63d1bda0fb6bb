//! The built-in summarizer: extractive, deterministic, without a network. It picks what later turns are
//! likely to need out of a conversation and says it again in the words it was said in.
//!
//! From the bottom up: [`words`] finds the terms of a text (identifiers, numbers, names), [`sentences`] cuts it up,
//! [`data`] reads the JSON of tools, [`reading`] and [`records`] make units of a [`draft`] of all that: sentences, and
//! fields of records, where a later value takes the place of an earlier one. [`lexicon`] weighs the terms by where and
//! how often they are used, [`choose`] takes the units that hold the most weight for their tokens, [`render`] writes
//! them in their order.
//!
//! A fact is one line: a subject and its fields, with ` | ` between them. The next summary reads it back, so that
//! facts are carried over and brought up to date field by field.

mod choose;
mod data;
mod draft;
mod lexicon;
mod reading;
mod records;
mod render;
mod sentences;
mod table;
mod text;
mod words;

use crate::tokens::TokenCounter;
use draft::Draft;
#[cfg(all(target_arch = "wasm32", feature = "summarize"))]
pub(crate) use text::take_part;

/// Who or what a [`Piece`] is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The system's or developer's words.
    System,
    /// The user's words.
    User,
    /// The model's words.
    Assistant,
    /// The model's thinking.
    Reasoning,
    /// A call of a tool; the text is its arguments, usually JSON.
    Call,
    /// What a tool gave back, JSON or not.
    Result,
    /// What a tool gave back when it went wrong.
    Failure,
}

/// A part of a message.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Who or what it is from.
    pub source: Source,
    /// The tool's name; otherwise empty, or the speaker's name.
    pub name: &'a str,
    /// Ties a result to its call; may be empty.
    pub call_id: &'a str,
    /// The text, or JSON.
    pub text: &'a str,
}

/// What is to be summarized.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// In order.
    pub pieces: Vec<Piece<'a>>,
    /// The most tokens that text and facts may have together, as one text: see [`Summary::whole`].
    pub target_tokens: u32,
    /// What the application wants of it: what shares its words counts more.
    pub instructions: &'a str,
    /// The text of the summary that this one extends.
    pub earlier_text: &'a str,
    /// The facts of the summary that this one extends.
    pub earlier_facts: Vec<&'a str>,
    /// What must be in it, word for word.
    pub must_keep: Vec<&'a str>,
}

/// A summary.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What was said, in order, one line for each message something was taken of.
    pub text: String,
    /// What is known, one subject a line.
    pub facts: Vec<String>,
}

impl Summary {
    /// Text and facts as a model reads them: what is counted.
    pub fn whole(&self) -> String {
        let mut whole = self.text.clone();
        for fact in &self.facts {
            if !whole.is_empty() {
                whole.push('\n');
            }
            whole.push_str("- ");
            whole.push_str(fact);
        }
        whole
    }
}

/// Summarizes. Never more than `target_tokens`, nor than the source has, by `counter`; empty where not even a word
/// fits. The same request gives the same summary.
pub fn summarize(request: &Request<'_>, counter: &dyn TokenCounter) -> Summary {
    let limit = request.target_tokens.min(source_tokens(request, counter));
    choose::choose(&mut Draft::of(request), limit, counter)
}

/// Tokens of all that is summarized.
fn source_tokens(request: &Request<'_>, counter: &dyn TokenCounter) -> u32 {
    let mut sum = counter.count(request.earlier_text);
    request.earlier_facts.iter().for_each(|fact| sum = sum.saturating_add(counter.count(fact)));
    for piece in &request.pieces {
        sum = sum.saturating_add(counter.count(piece.name)).saturating_add(counter.count(piece.text));
    }
    sum
}
