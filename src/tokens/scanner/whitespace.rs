//! Runs of white space, which every pattern ends with.

use super::Text;
use crate::tokens::classes::Class;

/// A run of white space.
pub struct Run {
    /// Where it starts.
    pub start: usize,
    /// After its last `\r` or `\n`, if it has one.
    pub after_newline: Option<usize>,
    /// Where its last character starts.
    pub last: usize,
    /// Its end.
    pub end: usize,
}

impl Run {
    /// The run that starts at `start`, where a character of white space is.
    #[inline(always)]
    pub fn at(text: Text<'_>, start: usize) -> Self {
        let mut run = Self { start, after_newline: None, last: start, end: start };
        loop {
            let (class, next) = text.class(run.end);
            match class {
                Class::Newline => run.after_newline = Some(next),
                Class::Space => {}
                _ => return run,
            }
            run.last = run.end;
            run.end = next;
        }
    }

    /// As [`Self::at`], in a call of its own: for where size matters more than speed.
    #[inline(never)]
    pub fn found_at(text: Text<'_>, start: usize) -> Self {
        Self::at(text, start)
    }

    /// `\s+(?!\S)|\s+`: all of it at the end of the text, otherwise all but the last character,
    /// which goes with what follows, or stands alone.
    #[inline(always)]
    pub fn without_last(&self, text: Text<'_>) -> usize {
        if self.end == text.0.len() || self.last == self.start { self.end } else { self.last }
    }
}
