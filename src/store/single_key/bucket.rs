//! Buckets: values under keys, with one conditional operation.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::error::StoreError;
use crate::store::{Pending, ready};

/// The least a bucket has to do.
pub trait Bucket {
    /// The value under a key.
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Rc<[u8]>>, StoreError>>;

    /// Puts a value under a key that has none; false where it has one.
    fn put_if_absent<'a>(&'a self, key: &'a str, value: Rc<[u8]>) -> Pending<'a, Result<bool, StoreError>>;

    /// The keys that begin with `prefix`, in order.
    fn list<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<String>, StoreError>>;

    /// Takes a key away.
    fn delete<'a>(&'a self, key: &'a str) -> Pending<'a, Result<(), StoreError>>;
}

/// A bucket in memory.
#[derive(Debug, Default)]
pub struct MemoryBucket {
    values: RefCell<BTreeMap<String, Rc<[u8]>>>,
}

impl Bucket for MemoryBucket {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Rc<[u8]>>, StoreError>> {
        ready(Ok(self.values.borrow().get(key).cloned()))
    }

    fn put_if_absent<'a>(&'a self, key: &'a str, value: Rc<[u8]>) -> Pending<'a, Result<bool, StoreError>> {
        let mut values = self.values.borrow_mut();
        let absent = !values.contains_key(key);
        if absent {
            values.insert(key.to_owned(), value);
        }
        ready(Ok(absent))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<String>, StoreError>> {
        let values = self.values.borrow();
        let from = values.range(prefix.to_owned()..).map(|(key, _)| key);
        ready(Ok(from.take_while(|key| key.starts_with(prefix)).cloned().collect()))
    }

    fn delete<'a>(&'a self, key: &'a str) -> Pending<'a, Result<(), StoreError>> {
        self.values.borrow_mut().remove(key);
        ready(Ok(()))
    }
}
