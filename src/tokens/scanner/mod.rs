//! Splitting a text into the pieces that are merged on their own, as the encodings' patterns do.
//!
//! Each pattern is a regular expression in tiktoken-rs; here each is a hand-written scanner: a fast
//! path while characters are ASCII, and one over character classes for the rest. Both give the
//! pieces the regular expression gives.

mod cl100k;
mod contraction;
mod o200k;
mod r50k;
mod text;
mod whitespace;

pub use cl100k::Cl100k;
pub use o200k::O200k;
pub use r50k::R50k;
pub use text::Text;

/// A split pattern.
pub trait Scan {
    /// The end of the piece that starts at `at`: beyond `at`, at most the text's length, for every
    /// `at` below the text's length.
    fn piece_end(text: Text<'_>, at: usize) -> usize;
}
