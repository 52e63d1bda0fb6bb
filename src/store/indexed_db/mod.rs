//! A store in a browser's IndexedDB: one database, which any number of tabs may have open.
//!
//! - Every call is one transaction. A batch is written with one read and then nothing but writes, so
//!   nothing is awaited that is not the transaction's own; dropped before its end, it is aborted.
//! - The connection is closed when another tab wants the database in another version, and opened again
//!   by the next call.
//! - Small objects are records of their own at first, and move into packs of hundreds when there are many:
//!   see [`packs`].
//! - What was deleted can stay in the browser's files until they are compacted, which nobody can ask
//!   for: there is nothing that `scrub` could do.

mod checkpoints;
mod connection;
mod errors;
mod logs;
mod packs;
mod read;
mod records;
mod row;
mod schema;
mod timer;
mod write;

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use indexed_db_futures::future::BasicRequest;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::{Build, BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use js_sys::Function;
use wasm_bindgen::prelude::JsValue;

use crate::collections::Map;
use crate::error::StoreError;
use crate::hash::ContentHash;
use crate::model::journal::Sealed;
use crate::state::checkpoint::StoredCheckpoint;
use crate::store::listing::{RepositoryPage, RepositoryQuery};
use crate::store::logs::{LogPage, LogQuery};
use crate::store::{
    Address, Batch, Capabilities, CheckpointParts, Durability, Found, Incarnation, Pending, RepoKey, Store, WriteError,
};
use connection::Connection;
use errors::{Refusal, is_lost, of_exception};
use packs::Indexes;
use row::{Row, name_key};
use schema::{ALL, BY_NAME, CHECKPOINTS, JOURNAL, LOGS, OBJECTS, REPOSITORIES, SEGMENTS, all_of};

/// Chromium refuses records of more than 127 MiB, key included.
const MAX_OBJECT_BYTES: u64 = 120 << 20;
/// How often a transaction is begun whose connection gets lost. A browser that clears a site's data closes connections
/// that are opened meanwhile as well, some of them before they are open.
const TRIES: u32 = 3;

type Answer<'a, T> = Pending<'a, Result<T, StoreError>>;

/// How to open the database.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedDbOptions {
    /// The database's name.
    pub name: String,
    /// Whether a write waits for the disk ([`Durability::Strict`]), or only for the operating system.
    pub durability: Durability,
    /// How long opening may take before it counts as blocked by another tab, in milliseconds.
    pub patience: u32,
    /// Hears `upgradeneeded` of every open: where the database is made, browsers may tell why it was not there.
    pub on_upgrade: Option<Function>,
}

/// Keeps repositories in IndexedDB. Nothing happens before the first call; dropping it closes the
/// connection.
#[derive(Debug)]
pub struct IndexedDbStore {
    options: IndexedDbOptions,
    connection: Mutex<Option<Rc<Connection>>>,
    /// Records of repositories, as they were when last read or written.
    rows: RefCell<Map<Address, Row>>,
    indexes: Indexes,
}

impl IndexedDbStore {
    /// A store in this database.
    pub fn new(options: IndexedDbOptions) -> Self {
        Self { options, connection: Mutex::new(None), rows: RefCell::default(), indexes: Indexes::default() }
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// What was remembered, once.
    fn recall(&self, address: &Address) -> Option<Row> {
        self.rows.borrow_mut().remove(address)
    }

    fn remember(&self, address: &Address, row: Row) {
        self.rows.borrow_mut().insert(address.clone(), row);
    }

    fn durability(&self) -> TransactionDurability {
        match self.options.durability {
            Durability::Strict => TransactionDurability::Strict,
            Durability::Relaxed | Durability::Memory => TransactionDurability::Relaxed,
        }
    }

    async fn connection(&self) -> Result<Rc<Connection>, StoreError> {
        let mut connection = self.connection.lock().await;
        if let Some(open) = connection.as_ref().filter(|open| !open.is_lost()) {
            return Ok(open.clone());
        }
        let opened = Rc::new(Connection::open(&self.options).await?);
        *connection = Some(opened.clone());
        self.indexes.clear(); // it may be another database by now
        Ok(opened)
    }

    /// Runs a transaction, and again in a new connection where the loss of the one before kept it from beginning or
    /// aborted it: an aborted transaction has done nothing.
    async fn transact<T, E: Refusal>(
        &self,
        scope: &[&str],
        mode: TransactionMode,
        durability: TransactionDurability,
        run: impl AsyncFn(Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tries = 1..TRIES;
        loop {
            let ended = match self.connection().await {
                Ok(connection) => {
                    let options = TransactionOptions::new().with_durability(durability);
                    let begun = connection.database.transaction(scope).with_mode(mode).with_options(options).build();
                    let ended = match begun {
                        Ok(transaction) => run(transaction).await,
                        Err(error) => Err(StoreError::from(error).into()),
                    };
                    if ended.as_ref().is_err_and(is_lost) {
                        connection.lose();
                    }
                    ended
                }
                Err(error) => Err(error.into()),
            };
            if !ended.as_ref().is_err_and(is_lost) || tries.next().is_none() {
                return ended;
            }
        }
    }

    async fn change<T, E: Refusal>(
        &self,
        scope: &[&str],
        durability: TransactionDurability,
        run: impl AsyncFn(Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transact(scope, TransactionMode::Readwrite, durability, run).await
    }

    async fn look<T>(
        &self,
        scope: &[&str],
        run: impl AsyncFn(Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(scope, TransactionMode::Readonly, TransactionDurability::Default, run).await
    }
}

type Asked = BasicRequest<Option<JsValue>>;

/// Asks for the record of a repository.
fn ask(transaction: &Transaction<'_>, address: &Address) -> Result<Asked, StoreError> {
    let store = transaction.object_store(REPOSITORIES)?;
    let index = store.index(BY_NAME)?;
    Ok(index.get::<JsValue, _, _>(name_key(address)).primitive()?)
}

async fn find(transaction: &Transaction<'_>, address: &Address) -> Result<Option<Row>, StoreError> {
    Ok(ask(transaction, address)?.await?.map(Row::of))
}

/// The repository, if it is the one that is meant.
fn the_one(found: Option<JsValue>, repo: &RepoKey) -> Result<Row, StoreError> {
    match found.map(Row::of) {
        Some(row) if row.incarnation()? == repo.incarnation => Ok(row),
        _ => Err(StoreError::deleted(repo)),
    }
}

async fn alive(transaction: &Transaction<'_>, repo: &RepoKey) -> Result<Row, StoreError> {
    the_one(ask(transaction, &repo.address)?.await?, repo)
}

/// Waits until everything is stored.
async fn commit(transaction: Transaction<'_>) -> Result<(), StoreError> {
    let system = transaction.as_sys().clone();
    // The transaction knows best why it was aborted: a full disk shows only at its end.
    let reason = |error| system.error().map_or_else(|| StoreError::from(error), |error| of_exception(&error));
    transaction.commit().await.map_err(reason)
}

impl Store for IndexedDbStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durability: self.options.durability,
            multi_writer: true,
            multi_key_atomic: true,
            max_object_bytes: MAX_OBJECT_BYTES,
            projects: false,
        }
    }

    fn create<'a>(&'a self, address: &'a Address, incarnation: Incarnation, at: i64) -> Answer<'a, Incarnation> {
        Box::pin(self.change(&[REPOSITORIES], self.durability(), async move |transaction| {
            if let Some(there) = find(&transaction, address).await? {
                return there.incarnation();
            }
            let row = Row::new(address, incarnation, at);
            transaction.object_store(REPOSITORIES)?.add(row.value()).without_key_type().primitive()?;
            commit(transaction).await?;
            Ok(incarnation)
        }))
    }

    fn find<'a>(&'a self, address: &'a Address) -> Answer<'a, Option<Incarnation>> {
        Box::pin(self.look(&[REPOSITORIES], async move |transaction| {
            find(&transaction, address).await?.map(|row| row.incarnation()).transpose()
        }))
    }

    fn delete<'a>(&'a self, repo: &'a RepoKey) -> Answer<'a, bool> {
        self.recall(&repo.address);
        Box::pin(self.change(&ALL, self.durability(), async move |transaction| {
            let Some(row) = find(&transaction, &repo.address).await? else { return Ok(false) };
            if row.incarnation()? != repo.incarnation {
                return Ok(false);
            }
            let number = row.number()?;
            transaction.object_store(REPOSITORIES)?.delete(JsValue::from(number)).primitive()?;
            for name in [JOURNAL, OBJECTS, LOGS] {
                transaction.object_store(name)?.delete::<JsValue, _>(all_of(number)).primitive()?;
            }
            checkpoints::delete(&transaction, number)?;
            commit(transaction).await?;
            Ok(true)
        }))
    }

    fn list<'a>(&'a self, workspace: &'a str, query: &'a RepositoryQuery) -> Answer<'a, RepositoryPage> {
        Box::pin(self.look(&[REPOSITORIES], async move |transaction| {
            let store = transaction.object_store(REPOSITORIES)?;
            let index = store.index(BY_NAME)?;
            let found = index.get_all::<JsValue>().with_query::<JsValue, _>(all_of(workspace)).primitive()?.await?;
            let rows = found.map(|value| Row::of(value?).listed()).collect::<Result<_, _>>()?;
            // The database orders by UTF-16 units, lists by UTF-8 bytes.
            query.page(rows)
        }))
    }

    fn write<'a>(&'a self, repo: &'a RepoKey, batch: &'a Batch) -> Pending<'a, Result<(), WriteError>> {
        Box::pin(write::write(self, repo, batch))
    }

    fn read_journal<'a>(&'a self, repo: &'a RepoKey, after: u64, limit: usize) -> Answer<'a, Vec<Sealed>> {
        Box::pin(self.look(&[REPOSITORIES, JOURNAL], async move |transaction| {
            let row = alive(&transaction, repo).await?;
            let entries = read::journal(&transaction, row.number()?, after, limit).await?;
            self.remember(&repo.address, row);
            Ok(entries)
        }))
    }

    fn read_objects<'a>(&'a self, repo: &'a RepoKey, hashes: &'a [ContentHash]) -> Answer<'a, Found> {
        Box::pin(self.look(&[REPOSITORIES, OBJECTS], async move |transaction| {
            let row = alive(&transaction, repo).await?;
            read::objects(&transaction, row.number()?, hashes, &self.indexes).await
        }))
    }

    fn list_objects<'a>(
        &'a self,
        repo: &'a RepoKey,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Answer<'a, Vec<(ContentHash, u64)>> {
        Box::pin(self.look(&[REPOSITORIES, OBJECTS], async move |transaction| {
            let row = alive(&transaction, repo).await?;
            read::sizes(&transaction, row.number()?, after, limit, &self.indexes).await
        }))
    }

    fn read_log<'a>(&'a self, repo: &'a RepoKey, log: &'a str, query: &'a LogQuery) -> Answer<'a, LogPage> {
        Box::pin(self.look(&[REPOSITORIES, LOGS], async move |transaction| {
            let row = alive(&transaction, repo).await?;
            logs::page(&transaction, &row, log, query).await
        }))
    }

    fn read_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Answer<'a, Option<StoredCheckpoint>> {
        Box::pin(self.look(&[REPOSITORIES, CHECKPOINTS, SEGMENTS], async move |transaction| {
            let row = alive(&transaction, repo).await?;
            checkpoints::read(&transaction, row.number()?).await
        }))
    }

    fn write_checkpoint<'a>(&'a self, repo: &'a RepoKey, checkpoint: &'a CheckpointParts) -> Answer<'a, bool> {
        let scope = &[REPOSITORIES, CHECKPOINTS, SEGMENTS];
        // A cache: nothing is lost with it, so nobody waits for the disk.
        Box::pin(self.change(scope, TransactionDurability::Relaxed, async move |transaction| {
            let row = alive(&transaction, repo).await?;
            let written = checkpoints::write(&transaction, row.number()?, checkpoint).await?;
            if written {
                commit(transaction).await?;
            }
            Ok(written)
        }))
    }

    fn delete_checkpoint<'a>(&'a self, repo: &'a RepoKey) -> Answer<'a, ()> {
        let scope = &[REPOSITORIES, CHECKPOINTS, SEGMENTS];
        Box::pin(self.change(scope, self.durability(), async move |transaction| {
            let row = alive(&transaction, repo).await?;
            checkpoints::delete(&transaction, row.number()?)?;
            commit(transaction).await
        }))
    }

    fn scrub<'a>(&'a self, repo: &'a RepoKey) -> Answer<'a, ()> {
        Box::pin(self.look(&[REPOSITORIES], async move |transaction| alive(&transaction, repo).await.map(drop)))
    }

    fn pack<'a>(&'a self, repo: &'a RepoKey) -> Answer<'a, bool> {
        Box::pin(async move {
            let look = self.look(&[REPOSITORIES, OBJECTS], async move |transaction| {
                let number = alive(&transaction, repo).await?.number()?;
                Ok(packs::is_due(&transaction, number).await?.then_some(number))
            });
            let Some(number) = look.await? else { return Ok(false) };
            // What a strict write brought to the disk must not be less safe after it was moved.
            self.change(&[OBJECTS], self.durability(), async move |transaction| {
                let moved = packs::step(&transaction, number, &self.indexes).await?;
                if moved {
                    commit(transaction).await?;
                }
                Ok(moved)
            })
            .await
        })
    }
}
