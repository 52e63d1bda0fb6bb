//! The token counter of a repository: at hand, or a function of the application that may take its
//! time.

use std::cell::RefCell;
use std::rc::Rc;

use crate::collections::{Map, Set};
use crate::error::Result;
use crate::store::Pending;
use crate::tokens::{ChatOverhead, TokenCounter};

/// How a repository counts tokens.
#[derive(Clone)]
pub enum Counter {
    /// At once.
    Ready(Rc<dyn TokenCounter>),
    /// By a function that may have to be awaited.
    Deferred(Rc<Deferred>),
}

/// Counts a text, some time.
pub type CountLater = Rc<dyn Fn(String) -> Pending<'static, Result<u32>>>;

/// Remembers counts. What it does not know yet counts 0 and is noted; [`Counter::settle`] finds it
/// out, and whoever counted starts over.
pub struct Deferred {
    source: String,
    count: CountLater,
    known: RefCell<Map<String, u32>>,
    missing: RefCell<Vec<String>>,
}

/// Texts are remembered up to this number.
const KNOWN: usize = 10_000;

impl Deferred {
    /// A counter by this function, called `source`.
    pub fn new(source: impl Into<String>, count: CountLater) -> Self {
        Self { source: source.into(), count, known: RefCell::default(), missing: RefCell::default() }
    }
}

impl TokenCounter for Deferred {
    fn count(&self, text: &str) -> u32 {
        if let Some(known) = self.known.borrow().get(text) {
            return *known;
        }
        self.missing.borrow_mut().push(text.to_owned());
        0
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn overhead(&self) -> ChatOverhead {
        ChatOverhead::OPENAI
    }
}

impl Counter {
    /// As the counter that everything else knows.
    pub fn as_counter(&self) -> &dyn TokenCounter {
        match self {
            Self::Ready(counter) => &**counter,
            Self::Deferred(deferred) => &**deferred,
        }
    }

    /// Whether something was counted that is not known yet.
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Ready(_) => true,
            Self::Deferred(deferred) => deferred.missing.borrow().is_empty(),
        }
    }

    /// Counts what was not known. After it, count again.
    ///
    /// # Errors
    /// Those of the function.
    pub async fn settle(&self) -> Result<()> {
        let Self::Deferred(deferred) = self else { return Ok(()) };
        let missing: Set<String> = deferred.missing.take().into_iter().collect();
        if deferred.known.borrow().len() + missing.len() > KNOWN.max(2 * missing.len()) {
            deferred.known.borrow_mut().clear();
        }
        for (text, ()) in missing {
            let tokens = (deferred.count)(text.clone()).await?;
            deferred.known.borrow_mut().insert(text, tokens);
        }
        Ok(())
    }
}
