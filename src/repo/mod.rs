//! A repository at work: a store, the state folded from its journal, a token counter. The writer puts
//! operations in, views give messages out, handles are what callers hold.

mod batch;
mod budget;
mod care;
mod chats;
mod compile;
mod compress;
mod counting;
mod environment;
mod handle;
mod load;
mod options;
mod past;
mod payloads;
mod policies;
mod prepare;
mod proposals;
mod reads;
mod reproject;
mod rivals;
mod stand;
mod sync;
#[cfg(test)]
mod tests;
mod turn;
mod verify;
mod views;
mod writer;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::json::Value;

use crate::model::log::LogRow;
use crate::state::State;
use crate::state::checkpoint::Resume;
use crate::store::{Address, Incarnation, Store};
use crate::view::counts::Recounted;
pub use batch::{Batch, Finished};
pub use budget::{Budget, BudgetAction};
pub use care::{Erasure, Gc, GcOptions};
pub use chats::Alternative;
pub use compile::{Compiled, Given, Patch};
pub use compress::{Compaction, CompressOptions, CompressPlan, Messages, PlannedRun};
pub use counting::{CountLater, Counter, Deferred};
pub use environment::{Environment, ManualEnvironment};
pub use handle::Handle;
pub use load::OpenOptions;
pub use options::CommitOptions;
pub use past::Past;
pub use policies::{Fired, LOG};
pub use prepare::Validator;
pub use proposals::{Guard, NewProposal};
pub use reads::{Anonymous, OperationSummary};
pub use sync::{SyncMessage, Synced};
pub use verify::{Fault, Progress, Verified, verify};
pub use writer::Done;

use environment::IdMaker;
use payloads::PayloadCache;
use policies::{Active, Tally};
use rivals::Rivals;
use stand::Stands;
use views::Views;
use writer::Ticket;

/// What a repository tells those who listen.
pub type Listener = Rc<dyn Fn(&Event)>;

/// Something that happened to a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// "budget", "conflict" …. Writes are not told: who wrote knows, and nobody else is here.
    pub kind: &'static str,
    /// What there is to say.
    pub detail: Value,
}

/// What a repository is given to work with.
#[derive(Clone)]
pub struct Settings {
    /// Where it is kept.
    pub store: Rc<dyn Store>,
    /// Time and chance.
    pub environment: Rc<dyn Environment>,
    /// Counts tokens.
    pub counter: Counter,
    /// Checks payloads of custom types.
    pub validator: Option<Rc<dyn Validator>>,
    /// Hears what happens.
    pub listener: Option<Listener>,
}

/// A repository. Everything that has it open in one process shares one of these.
pub struct Repository {
    settings: Settings,
    address: Address,
    incarnation: Cell<Option<Incarnation>>,
    state: RefCell<State<'static>>,
    turn: turn::Turn,
    queue: RefCell<Vec<Rc<Ticket>>>,
    rivals: Rivals,
    ids: RefCell<IdMaker>,
    payloads: RefCell<PayloadCache>,
    recounted: RefCell<Recounted>,
    views: RefCell<Views>,
    /// Rows of logs that wait for the next write.
    waiting_logs: RefCell<Vec<LogRow>>,
    /// Evaluations that are counted until they are told.
    tallies: RefCell<Vec<Tally>>,
    active: RefCell<Option<Rc<Active>>>,
    handles: Cell<u64>,
    stands: Stands,
    /// The last entry of the newest checkpoint known here, how many commits it has, and where the next goes on.
    checkpointed: Cell<(u64, u64)>,
    resume: RefCell<Resume>,
    /// How many ask about the past, and whether anybody did since the last checkpoint.
    pasts: Cell<u32>,
    asked: Cell<bool>,
    /// Who brings the past back, one at a time, and how many wait for it.
    returning: turn::Turn,
    waiting: Cell<u32>,
    /// Changes when the state is another one of the same position: with more rows, or with fewer.
    states: Cell<u32>,
    /// Why the checkpoint in the store was of no use.
    rebuilt: RefCell<Option<String>>,
}

impl Repository {
    /// Its name.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Reads the state.
    pub fn read<T>(&self, read: impl FnOnce(&State<'_>) -> T) -> T {
        read(&self.state.borrow())
    }

    fn emit(&self, kind: &'static str, detail: &dyn Fn() -> Value) {
        if let Some(listener) = &self.settings.listener {
            listener(&Event { kind, detail: detail() });
        }
    }
}
