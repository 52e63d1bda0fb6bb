//! A connection to the database, for as long as nobody wants it gone.

use std::cell::Cell;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::Build;
use js_sys::Function;
use wasm_bindgen::prelude::{Closure, JsCast, wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

use super::IndexedDbOptions;
use super::errors::is_newer;
use super::schema::{VERSION, upgrade};
use super::timer::within;
use crate::error::StoreError;

#[wasm_bindgen]
extern "C" {
    /// What events are sent to.
    type Target;
    #[wasm_bindgen(method, js_name = addEventListener)]
    fn listen(this: &Target, event: &str, listener: &Function);
}

/// An open database. Closed when it is dropped: transactions that are under way end well.
#[derive(Debug)]
pub(super) struct Connection {
    pub database: Database,
    lost: Rc<Cell<bool>>,
    _gone: Closure<dyn FnMut()>,
}

impl Connection {
    /// Opens the database, and makes it where it is not there.
    ///
    /// # Errors
    /// `Blocked` after `patience` milliseconds; `VersionTooNew`; `Unavailable` where there is no
    /// IndexedDB or it does not work; `Quota`.
    pub async fn open(options: &IndexedDbOptions) -> Result<Self, StoreError> {
        let IndexedDbOptions { name, patience, .. } = options;
        let builder = Database::open(name.as_str()).with_version(VERSION);
        let mut opening = builder.with_on_upgrade_needed(|event, database| upgrade(&event, &database)).build()?;
        if let Some(listener) = &options.on_upgrade {
            opening.as_sys().unchecked_ref::<Target>().listen("upgradeneeded", listener);
        }
        match within(*patience, &mut opening).await {
            Some(Ok(database)) => Ok(Self::of(database)),
            Some(Err(error)) if is_newer(&error) => Err(too_new(name).await?),
            Some(Err(error)) => Err(error.into()),
            None => {
                // Should it be opened after all, it must not stand in the way of others.
                spawn_local(async {
                    if let Ok(late) = opening.await {
                        late.close();
                    }
                });
                let message = format!(
                    "database \"{name}\" could not be opened within {patience} ms: another tab holds on to another version, or the browser is busy"
                );
                Err(StoreError::Blocked(message.into()))
            }
        }
    }

    fn of(database: Database) -> Self {
        let lost = Rc::new(Cell::new(false));
        let (tell, closing) = (lost.clone(), database.clone());
        // Another tab wants another version or the database deleted, or the browser took it away. Who
        // held on to it would block that tab.
        let gone = Closure::new(move || {
            tell.set(true);
            closing.as_sys().close();
        });
        database.as_sys().set_onversionchange(Some(gone.as_ref().unchecked_ref()));
        database.as_sys().set_onclose(Some(gone.as_ref().unchecked_ref()));
        Self { database, lost, _gone: gone }
    }

    /// Whether another one has to be opened.
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// Says that it is of no use any more.
    pub fn lose(&self) {
        self.lost.set(true);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let database = self.database.as_sys();
        database.set_onversionchange(None);
        database.set_onclose(None);
        database.close();
    }
}

/// Which version is there: an open that asks for none gets it.
async fn too_new(name: &str) -> Result<StoreError, StoreError> {
    let database = Database::open(name).build()?.await?;
    let found = database.version() as u32;
    database.close();
    Ok(StoreError::VersionTooNew { found, supported: VERSION })
}
