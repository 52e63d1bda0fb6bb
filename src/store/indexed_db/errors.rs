//! What IndexedDB throws, as errors of stores.

use std::rc::Rc;

use indexed_db_futures::error::{Error, OpenDbError};
use wasm_bindgen::prelude::{JsCast, JsValue};

use crate::error::{Detail, StoreError};
use crate::store::WriteError;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::DomException(exception) => of_exception(&exception.into()),
            other => Self::Unavailable(other.to_string().into()),
        }
    }
}

impl From<OpenDbError> for StoreError {
    fn from(error: OpenDbError) -> Self {
        match error {
            OpenDbError::Base(error) => error.into(),
            OpenDbError::UnsupportedEnvironment | OpenDbError::NullFactory => {
                Self::Unavailable("this runtime has no IndexedDB; take another storage here".into())
            }
            // What the library says of any open() that throws at once; the version is never zero.
            OpenDbError::VersionZero => Self::Unavailable("IndexedDB may not be used on this page".into()),
        }
    }
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::Store(error.into())
    }
}

/// By the names that the specification gives them.
pub(super) fn of_exception(exception: &web_sys::DomException) -> StoreError {
    let name = exception.name();
    let cause: &JsValue = exception.unchecked_ref();
    let message = exception.message(); // some have none
    let told = if message.is_empty() { name.clone() } else { format!("{name}: {message}") };
    let detail = Detail::caused(told, Rc::new(cause.clone()));
    match &*name {
        "QuotaExceededError" => StoreError::Quota(detail),
        // The stores that this version of the schema has are not there, or not as it made them.
        "NotFoundError" | "ConstraintError" => StoreError::Corrupt(detail),
        _ => StoreError::Unavailable(detail),
    }
}

/// What a transaction was refused with.
pub(super) trait Refusal: From<StoreError> {
    /// The store's own error.
    fn store(&self) -> Option<&StoreError>;
}

impl Refusal for StoreError {
    fn store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl Refusal for WriteError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Conflict(_) => None,
        }
    }
}

/// Whether the connection is gone: a transaction could not begin, or was aborted by neither its requests nor us.
pub(super) fn is_lost(error: &impl Refusal) -> bool {
    let Some(StoreError::Unavailable(detail)) = error.store() else { return false };
    let cause = detail.cause().and_then(|cause| cause.downcast_ref::<JsValue>());
    let exception = cause.and_then(JsValue::dyn_ref::<web_sys::DomException>);
    exception.is_some_and(|exception| matches!(&*exception.name(), "InvalidStateError" | "AbortError"))
}

/// Whether the database was made by a newer version.
pub(super) fn is_newer(error: &OpenDbError) -> bool {
    let OpenDbError::Base(Error::DomException(exception)) = error else { return false };
    web_sys::DomException::from(exception.clone()).name() == "VersionError"
}
