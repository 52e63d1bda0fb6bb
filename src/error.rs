//! Everything that can go wrong, as one enum. Each variant has a stable [`Error::code`], which is what
//! callers branch on; the message is for people.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use crate::json::{Value, object, quoted};

/// The result of an operation of varve. Its error is boxed: a result is handed on at a thousand places, and with
/// the whole enum in it every one of them would copy forty bytes.
pub type Result<T, E = Box<Error>> = std::result::Result<T, E>;

impl From<StoreError> for Box<Error> {
    fn from(error: StoreError) -> Self {
        Self::new(Error::Store(error))
    }
}

/// Why an operation was refused. Nothing of a refused operation is stored, except under
/// [`Error::OutcomeUnknown`].
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The input is not what the operation takes. `pointer` is a JSON pointer (RFC 6901) into it.
    #[error("{message}{}", at(pointer))]
    Validation {
        /// Where in the input.
        pointer: String,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// An entry of this id is there already, with another payload.
    #[error("entry {id} is there already with another payload; use edit to change it")]
    DuplicateId {
        /// The entry.
        id: String,
    },
    /// An edit, delete or revert names something that cannot be its target.
    #[error("{id} cannot be changed: {reason}")]
    EditTarget {
        /// What was named.
        id: String,
        /// Why not.
        reason: String,
    },
    /// The repository moved on, and the operation makes no sense on what it is now.
    #[error("{message}")]
    Conflict {
        /// What changed.
        message: String,
        /// The head the caller expected, if that was it.
        expected: Option<String>,
        /// The head that is there.
        actual: Option<String>,
    },
    /// Nothing answers to this reference.
    #[error("no commit, branch, tag or entry answers to {}", quoted(reference))]
    CommitNotFound {
        /// As it was given.
        reference: String,
    },
    /// More than one thing answers to this prefix.
    #[error("{} is ambiguous: {}", quoted(reference), candidates.join(", "))]
    AmbiguousRef {
        /// As it was given.
        reference: String,
        /// What it could be: full hashes.
        candidates: Vec<String>,
    },
    /// A branch or tag cannot have this name.
    #[error("{} cannot name a branch or tag: {reason}", quoted(name))]
    RefName {
        /// The name.
        name: String,
        /// The rule it breaks.
        reason: &'static str,
    },
    /// The branch or tag is there already.
    #[error("{kind} {} is there already", quoted(name))]
    RefExists {
        /// "branch" or "tag".
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// There is no such branch or tag.
    #[error("there is no {kind} {}", quoted(name))]
    RefNotFound {
        /// "branch" or "tag".
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// The branch cannot be deleted or moved this way.
    #[error("{message}")]
    RefProtected {
        /// Why, and what to do.
        message: String,
    },
    /// What must stay does not fit, or an input would burst the budget.
    #[error("{required} tokens are needed, {limit} are allowed: {message}")]
    BudgetExceeded {
        /// Tokens allowed.
        limit: u64,
        /// Tokens needed.
        required: u64,
        /// What needs them.
        message: String,
    },
    /// What a proposal was about is not what it was, or the proposal is settled.
    #[error("proposal {id} is stale: {reason}")]
    StaleProposal {
        /// The proposal.
        id: String,
        /// What changed.
        reason: String,
    },
    /// There is no such proposal.
    #[error("there is no proposal {}", quoted(id))]
    ProposalNotFound {
        /// Its id.
        id: String,
    },
    /// Policies rest.
    #[error("policies are paused: {reason}; resumeAll lets them go on")]
    PolicyPaused {
        /// Why.
        reason: String,
    },
    /// There is nothing that this handle could undo or redo.
    #[error("nothing to {what}")]
    NothingToUndo {
        /// "undo" or "redo".
        what: &'static str,
    },
    /// This operation cannot be undone.
    #[error("operation {operation} cannot be undone: {reason}")]
    NotUndoable {
        /// The operation.
        operation: String,
        /// Why not.
        reason: String,
    },
    /// A payload that is needed is no longer stored.
    #[error("payload {hash} is gone: it was {reason}")]
    ContentGone {
        /// The payload.
        hash: String,
        /// "freed" or "erased".
        reason: &'static str,
    },
    /// A payload that was erased is not taken in again.
    #[error("payload {hash} was erased and is not taken in again: {reason}")]
    ErasedContent {
        /// The payload.
        hash: String,
        /// Why it was erased.
        reason: String,
    },
    /// A repository of this id is there already.
    #[error("repository {} exists already; open it, or create one with another id", quoted(id))]
    RepositoryExists {
        /// Its id.
        id: String,
    },
    /// There is no such repository.
    #[error("there is no repository {}", quoted(id))]
    RepositoryNotFound {
        /// Its id.
        id: String,
    },
    /// A counter, validator or other callback of the application failed.
    #[error("{what}: {message}")]
    Callback {
        /// Which callback.
        what: &'static str,
        /// What it said.
        message: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug of varve.
    #[error("internal: {0}")]
    Internal(String),
}

/// What went wrong in a store, in words; and what it threw, where that came from outside.
#[derive(Clone)]
pub struct Detail(Rc<Told>); // behind a pointer, for results to be small

struct Told {
    message: String,
    cause: Option<Rc<dyn Any>>,
}

impl Detail {
    /// A message with what was thrown.
    pub fn caused(message: String, cause: Rc<dyn Any>) -> Self {
        Self(Rc::new(Told { message, cause: Some(cause) }))
    }

    /// What was thrown.
    pub fn cause(&self) -> Option<&dyn Any> {
        self.0.cause.as_deref()
    }
}

impl<T: Into<String>> From<T> for Detail {
    fn from(message: T) -> Self {
        Self(Rc::new(Told { message: message.into(), cause: None }))
    }
}

impl PartialEq for Detail {
    fn eq(&self, other: &Self) -> bool {
        self.0.message == other.0.message
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.message, f)
    }
}

/// What a store can answer besides success and a lost race.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// No answer, for now. A write may or may not have happened.
    #[error("the store is unavailable: {0}")]
    Unavailable(Detail),
    /// Neither success nor failure of a write could be confirmed.
    #[error("the outcome of the write is unknown: {0}; repeat it with the same operationId")]
    OutcomeUnknown(Detail),
    /// The store is full. Nothing was written.
    #[error("the store's quota is used up: {0}")]
    Quota(Detail),
    /// An object or entry is larger than the store takes. Nothing was written.
    #[error("too large for the store: {0}")]
    TooLarge(Detail),
    /// What was read is not what was written.
    #[error("stored data is corrupt: {0}")]
    Corrupt(Detail),
    /// Written by a newer version of varve.
    #[error("stored with format {found}, this version reads up to {supported}; update varve")]
    VersionTooNew {
        /// The version found.
        found: u32,
        /// The newest that is understood.
        supported: u32,
    },
    /// Another connection holds the store.
    #[error("the store is blocked: {0}")]
    Blocked(Detail),
    /// The store or repository is closed or deleted.
    #[error("closed: {0}")]
    Closed(Detail),
}

impl StoreError {
    /// What was stored is not what is there.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::Corrupt(message.into().into())
    }

    /// A format newer than is understood. Above what 32 bits hold, one is as new as another.
    pub fn too_new(found: u64, supported: u64) -> Self {
        let number = |format: u64| u32::try_from(format).unwrap_or(u32::MAX);
        Self::VersionTooNew { found: number(found), supported: number(supported) }
    }

    /// What there is to say; none where a version is too new.
    pub fn detail(&self) -> Option<&Detail> {
        match self {
            Self::Unavailable(detail)
            | Self::OutcomeUnknown(detail)
            | Self::Quota(detail)
            | Self::TooLarge(detail)
            | Self::Corrupt(detail)
            | Self::Blocked(detail)
            | Self::Closed(detail) => Some(detail),
            Self::VersionTooNew { .. } => None,
        }
    }
}

impl Error {
    /// A validation error at the root of the input.
    pub fn invalid(message: impl Into<String>) -> Box<Self> {
        Box::new(Self::Validation { pointer: String::new(), message: message.into() })
    }

    /// A bug of varve.
    pub fn internal(message: impl Into<String>) -> Box<Self> {
        Box::new(Self::Internal(message.into()))
    }

    /// A conflict that is not about an expected head.
    pub fn conflict(message: impl Into<String>) -> Box<Self> {
        Box::new(Self::Conflict { message: message.into(), expected: None, actual: None })
    }

    /// The same, for another of those who wrote together: it is of the store, or of a callback.
    pub(crate) fn again(&self) -> Box<Self> {
        Box::new(match self {
            Self::Store(error) => Self::Store(error.clone()),
            Self::Callback { what, message } => Self::Callback { what, message: message.clone() },
            Self::Conflict { message, .. } => return Self::conflict(message.as_str()),
            other => Self::Internal(other.to_string()),
        })
    }

    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Validation { .. } => "Validation",
            Self::DuplicateId { .. } => "DuplicateId",
            Self::EditTarget { .. } => "EditTarget",
            Self::Conflict { .. } => "Conflict",
            Self::CommitNotFound { .. } => "CommitNotFound",
            Self::AmbiguousRef { .. } => "AmbiguousRef",
            Self::RefName { .. } => "RefName",
            Self::RefExists { .. } => "RefExists",
            Self::RefNotFound { .. } => "RefNotFound",
            Self::RefProtected { .. } => "RefProtected",
            Self::BudgetExceeded { .. } => "BudgetExceeded",
            Self::StaleProposal { .. } => "StaleProposal",
            Self::ProposalNotFound { .. } => "ProposalNotFound",
            Self::PolicyPaused { .. } => "PolicyPaused",
            Self::NothingToUndo { .. } => "NothingToUndo",
            Self::NotUndoable { .. } => "NotUndoable",
            Self::ContentGone { .. } => "ContentGone",
            Self::ErasedContent { .. } => "ErasedContent",
            Self::RepositoryExists { .. } => "RepositoryExists",
            Self::RepositoryNotFound { .. } => "RepositoryNotFound",
            Self::Callback { .. } => "Callback",
            Self::Internal(_) => "Internal",
            Self::Store(error) => match error {
                StoreError::Unavailable(_) => "Unavailable",
                StoreError::OutcomeUnknown(_) => "OutcomeUnknown",
                StoreError::Quota(_) => "Quota",
                StoreError::TooLarge(_) => "TooLarge",
                StoreError::Corrupt(_) => "Corrupt",
                StoreError::VersionTooNew { .. } => "VersionTooNew",
                StoreError::Blocked(_) => "Blocked",
                StoreError::Closed(_) => "Closed",
            },
        }
    }

    /// Whether the same call can succeed later without a change to it.
    pub fn retryable(&self) -> bool {
        matches!(
            self,
            Self::Conflict { .. }
                | Self::Store(StoreError::Unavailable(_) | StoreError::OutcomeUnknown(_) | StoreError::Blocked(_))
        )
    }

    /// The figures and names of this error as a JSON object.
    pub fn details(&self) -> Value {
        let text = |text: &str| Value::from(text);
        match self {
            Self::Validation { pointer, .. } => object([("pointer", text(pointer))]),
            Self::DuplicateId { id }
            | Self::ProposalNotFound { id }
            | Self::RepositoryExists { id }
            | Self::RepositoryNotFound { id } => object([("id", text(id))]),
            Self::EditTarget { id, reason } | Self::StaleProposal { id, reason } => {
                object([("id", text(id)), ("reason", text(reason))])
            }
            Self::Conflict { expected, actual, .. } => {
                object([("expected", expected.as_deref().into()), ("actual", actual.as_deref().into())])
            }
            Self::CommitNotFound { reference } => object([("ref", text(reference))]),
            Self::AmbiguousRef { reference, candidates } => {
                object([("ref", text(reference)), ("candidates", candidates.as_slice().into())])
            }
            Self::RefName { name, reason } => object([("name", text(name)), ("reason", text(reason))]),
            Self::RefExists { kind, name } | Self::RefNotFound { kind, name } => {
                object([("kind", text(kind)), ("name", text(name))])
            }
            Self::BudgetExceeded { limit, required, .. } => {
                object([("limit", (*limit).into()), ("required", (*required).into())])
            }
            Self::NotUndoable { operation, reason } => {
                object([("operation", text(operation)), ("reason", text(reason))])
            }
            Self::ContentGone { hash, reason } => object([("hash", text(hash)), ("reason", text(reason))]),
            Self::ErasedContent { hash, reason } => object([("hash", text(hash)), ("reason", text(reason))]),
            Self::Callback { what, .. } => object([("callback", text(what))]),
            Self::PolicyPaused { reason } => object([("reason", text(reason))]),
            Self::Store(StoreError::VersionTooNew { found, supported }) => {
                object([("found", (*found).into()), ("supported", (*supported).into())])
            }
            Self::RefProtected { .. } | Self::NothingToUndo { .. } | Self::Store(_) | Self::Internal(_) => object([]),
        }
    }
}

fn at(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" at {pointer}") }
}
