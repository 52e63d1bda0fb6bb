//! The engine: what one `createVarve` owns of a workspace.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use crate::json::{ToJson, Value, put, to_value};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::args::{arguments, to_js_exactly};
use super::handle::NativeHandle;
use super::host::{Callbacks, Host, counter};
use super::js_store::{JsStore, Storage};
use super::promise::run;
use crate::collections::Map;
use crate::error::{Error, Result, StoreError};
use crate::fields::Fields;
use crate::ops::{Describe, Input};
use crate::repo::{CommitOptions, Event, Handle, OpenOptions, Repository, Settings, verify};
use crate::store::listing::RepositoryQuery;
use crate::store::{Address, MemoryStore, RepoKey, Store};

/// Repositories of one workspace.
#[wasm_bindgen]
pub struct Engine(Rc<Inner>);

struct Inner {
    host: Rc<Host>,
    workspace: Rc<str>,
    store: Rc<dyn Store>,
    repositories: RefCell<Map<String, (u32, Weak<Repository>)>>,
    /// The last number that a repository got. None gets it again: what JavaScript keeps goes by it.
    last_number: Cell<u32>,
}

#[wasm_bindgen]
impl Engine {
    /// An engine with these callbacks, on a store in JavaScript or, without one, on the store in memory
    /// of this name.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, workspace: &str, memory: String, storage: Option<Storage>) -> Self {
        Self(Rc::new(Inner {
            host: Rc::new(host),
            workspace: workspace.into(),
            store: match storage {
                Some(storage) => Rc::new(JsStore::new(storage)),
                None => store_in_memory(memory),
            },
            repositories: RefCell::default(),
            last_number: Cell::new(0),
        }))
    }

    /// A handle on a repository. Options: `{ create?: boolean }`.
    pub fn open(&self, id: String, options: String) -> std::result::Result<JsValue, JsValue> {
        let inner = self.0.clone();
        run(self.0.host.clone(), async move {
            let create = arguments(&options)?.nullable("create")?.unwrap_or(true);
            let (number, repository) = inner.repository(id, create).await?;
            Ok(NativeHandle::new(inner.host.clone(), number, Handle::new(&repository)).into())
        })
    }

    /// Anything else about the repositories of the workspace: see below. Arguments are JSON.
    pub fn call(&self, name: String, args: &str) -> std::result::Result<JsValue, JsValue> {
        let inner = self.0.clone();
        let args = arguments(args);
        run(self.0.host.clone(), async move { inner.call(&name, args?).await })
    }
}

/// Goes with a repository, once no handle is left: then nobody keeps anything of it.
struct Closing {
    inner: Weak<Inner>,
    id: String,
    number: u32,
}

impl Drop for Closing {
    fn drop(&mut self) {
        let Some(inner) = self.inner.upgrade() else { return };
        if let Ok(mut repositories) = inner.repositories.try_borrow_mut()
            && repositories.get(&self.id).is_some_and(|(number, _)| *number == self.number)
        {
            repositories.remove(&self.id);
        }
        inner.host.closed(self.number);
    }
}

thread_local! {
    /// Stores in memory by name, as long as an engine has them.
    static MEMORY: RefCell<Map<String, Weak<MemoryStore>>> = RefCell::default();
}

fn store_in_memory(name: String) -> Rc<MemoryStore> {
    MEMORY.with_borrow_mut(|stores| {
        if let Some(store) = stores.get(&name).and_then(Weak::upgrade) {
            return store;
        }
        let store = Rc::new(MemoryStore::new());
        stores.insert(name, Rc::downgrade(&store));
        store
    })
}

impl Inner {
    async fn call(self: &Rc<Self>, name: &str, mut args: Fields<'_>) -> Result<JsValue> {
        if name == "list" {
            let page = self.store.list(&self.workspace, &RepositoryQuery::read(args)?).await?;
            return to_js_exactly(&to_value(&page));
        }
        if name == "flush" {
            let open: Vec<_> = self.repositories.borrow().iter().filter_map(|(_, (_, open))| open.upgrade()).collect();
            for repository in open {
                Handle::new(&repository).flush_log().await?;
            }
            return Ok(JsValue::UNDEFINED);
        }
        let id: String = args.get("id")?;
        let address = Address { workspace: self.workspace.clone(), id: id.as_str().into() };
        if name == "verify" {
            let task: u32 = args.get("task")?;
            let proceed = |done, total| self.host.proceed(task, done, total);
            return to_js_exactly(&to_value(&verify(&*self.store, &address, &proceed).await?));
        }
        if name == "delete" {
            let there = self.store.find(&address).await?;
            // What is open of it is closed; the next one of the name is another.
            self.repositories.borrow_mut().remove(&id);
            let Some(incarnation) = there else { return Ok(false.into()) };
            let deleted = match self.store.delete(&RepoKey { address: address.clone(), incarnation }).await {
                // The answer may have been lost.
                Err(StoreError::Unavailable(_)) if self.store.find(&address).await? != there => true,
                answer => answer?,
            };
            return Ok(deleted.into());
        }
        let (_, repository) = self.repository(id.clone(), name == "create").await?;
        if name == "reproject" {
            repository.reproject().await?;
            return Ok(JsValue::UNDEFINED);
        }
        let title = args.has("title").then(|| args.nullable("title")).transpose()?;
        let create = (name == "create").then_some(id);
        let input = Input::Describe(Describe { create, title, metadata: args.nullable("metadata")? });
        Handle::new(&repository).perform(input, &CommitOptions::read(args)?).await?;
        Ok(JsValue::UNDEFINED)
    }

    /// The repository: all handles on it share one as long as any of them lives.
    async fn repository(self: &Rc<Self>, id: String, create: bool) -> Result<(u32, Rc<Repository>)> {
        let open = |inner: &Self| {
            let repositories = inner.repositories.borrow();
            let (number, repository) = repositories.get(&id)?;
            Some((*number, repository.upgrade()?))
        };
        if let Some((number, repository)) = open(self) {
            match repository.catch_up().await {
                Ok(()) => return Ok((number, repository)),
                // It was deleted; what is opened now is another.
                Err(error) if matches!(*error, Error::Store(StoreError::Closed(_))) => {
                    drop(self.repositories.borrow_mut().remove(&id));
                }
                Err(error) => return Err(error),
            }
        }
        let number = self.last_number.get() + 1;
        self.last_number.set(number);
        let callbacks = Rc::new(Callbacks { host: self.host.clone() });
        let host = self.host.clone();
        let closing = Closing { inner: Rc::downgrade(self), id: id.clone(), number };
        let listener = move |event: &Event| {
            let Closing { number, .. } = &closing; // all of it, so that it is dropped with the listener
            let mut detail = event.detail.clone();
            if let Value::Object(detail) = &mut detail {
                put(detail, "type", event.kind.into());
                put(detail, "repository", (*number).into());
            }
            host.event(&detail.to_json());
        };
        let settings = Settings {
            store: self.store.clone(),
            environment: callbacks.clone(),
            counter: counter(&self.host),
            validator: Some(callbacks),
            listener: Some(Rc::new(listener)),
        };
        let address = Address { workspace: self.workspace.clone(), id: id.as_str().into() };
        let options = if create { OpenOptions::CreateOnWrite } else { OpenOptions::Existing };
        let repository = Repository::open(settings, address, options).await?;
        // Somebody else may have opened it meanwhile: then theirs is the one.
        if let Some(open) = open(self) {
            return Ok(open);
        }
        self.repositories.borrow_mut().insert(id, (number, Rc::downgrade(&repository)));
        Ok((number, repository))
    }
}
