//! Payloads out of the store, and those that were used last. What was read is checked against its hash; it is taken
//! apart only where somebody looks into it.

use std::rc::Rc;

use crate::json::Value;

use super::Repository;
use crate::collections::{Bytes, Dense, Map};
use crate::error::{Error, Result, StoreError};
use crate::hash::ContentHash;
use crate::model::content::{Content, Part, PartKind};
use crate::state::arena::{ContentIx, Ix, sort_rows};
use crate::state::gone::Gone;
use crate::store::Found;
use crate::view::message::Payloads;

/// The bytes of a generation of payloads.
const GENERATION: usize = 768 << 10;
/// What a payload takes besides its text: short messages are mostly that.
const FRAME: usize = 256;

/// A payload at hand.
#[derive(Debug, Clone)]
pub(super) enum Payload {
    /// As it is stored; its hash was checked.
    Stored(ContentHash, Bytes),
    /// Taken apart.
    Read(Rc<Content>),
}

impl Payload {
    /// Keeps the form that messages are made from: of plain text that is the text.
    pub fn of(content: &Rc<Content>, hash: ContentHash, bytes: &Rc<[u8]>) -> Self {
        let is_text = |part: &Part| matches!(part.kind, PartKind::Text(_));
        match &**content {
            Content::Dialogue(_) => Self::Stored(hash, bytes.clone().into()),
            Content::Message(message) if message.parts.iter().all(is_text) => Self::Stored(hash, bytes.clone().into()),
            _ => Self::Read(content.clone()),
        }
    }

    /// The payload by its type.
    ///
    /// # Errors
    /// `Corrupt` where what was stored is none.
    pub fn content(&self) -> Result<Rc<Content>> {
        match self {
            Self::Stored(hash, bytes) => parse(hash, bytes).map(Rc::new),
            Self::Read(content) => Ok(content.clone()),
        }
    }

    /// Its text, where it was not taken apart.
    pub fn text(&self) -> Option<&str> {
        if let Self::Stored(_, bytes) = self { std::str::from_utf8(bytes).ok() } else { None }
    }
}

/// The payloads that came last, in two generations: when the young one is full, the old one leaves.
#[derive(Debug, Default)]
pub(super) struct PayloadCache {
    young: Map<ContentHash, Payload>,
    old: Map<ContentHash, Payload>,
    /// What the young ones take.
    bytes: usize,
}

impl PayloadCache {
    pub fn get(&self, hash: &ContentHash) -> Option<Payload> {
        self.young.get(hash).or_else(|| self.old.get(hash)).cloned()
    }

    pub fn remove(&mut self, hash: &ContentHash) {
        self.young.remove(hash);
        self.old.remove(hash);
    }

    pub fn put(&mut self, hash: ContentHash, payload: Payload, bytes: usize) {
        if bytes < GENERATION && self.young.insert(hash, payload) {
            self.bytes += bytes + FRAME;
        }
        if self.bytes > GENERATION {
            self.bytes = 0;
            self.old = std::mem::take(&mut self.young);
        }
    }
}

/// The most objects that are asked for at once: a long conversation whole, since stores that read a good
/// part of what they have read all of it each time.
const PER_READ: usize = 16_384;
/// A read of more leaves the cache alone: it would push out what was used last.
const CACHED: usize = 1024;

/// Payloads fetched for one purpose.
#[derive(Debug, Default)]
pub(super) struct Fetched(Dense<Payload>);

impl Fetched {
    pub fn get(&self, content: ContentIx) -> Option<&Payload> {
        self.0.get(content.row() as u32)
    }

    pub fn contains(&self, content: ContentIx) -> bool {
        self.get(content).is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = (ContentIx, &Payload)> {
        self.0.iter().map(|(row, payload)| (ContentIx::new(row as usize), payload))
    }
}

impl Payloads for Fetched {
    fn payload(&self, content: ContentIx) -> Result<Rc<Content>> {
        self.get(content).ok_or_else(|| Error::internal("a payload was not fetched"))?.content()
    }

    fn text(&self, content: ContentIx) -> Option<&str> {
        self.get(content)?.text()
    }
}

impl Repository {
    /// Adds those of `contents` that are not in `fetched` yet; first from the cache, then in as few
    /// reads as can be. Those that were erased are left out.
    ///
    /// # Errors
    /// `ContentGone` for those that were freed; `Corrupt`, and whatever the store says.
    pub(super) async fn fetch(&self, contents: &[ContentIx], fetched: &mut Fetched) -> Result<()> {
        let mut contents = contents.to_vec();
        sort_rows(&mut contents);
        let mut wanted = Vec::new();
        let mut at_hand = Dense::default();
        for ix in contents {
            if fetched.contains(ix) || self.read(|state| state.is_erased(ix)) {
                continue;
            }
            let hash = self.read(|state| state.contents(ix).hash);
            match self.payloads.borrow().get(&hash) {
                Some(payload) => at_hand.push(ix.row() as u32, payload),
                None => wanted.push((ix, hash)),
            }
        }
        fetched.0.merge(at_hand);
        let is_cached = wanted.len() <= CACHED;
        let Some(repo) = self.key() else { return Ok(()) };
        for some in wanted.chunks(PER_READ) {
            let hashes: Vec<_> = some.iter().map(|(_, hash)| *hash).collect();
            let objects = self.settings.store.read_objects(&repo, &hashes).await?;
            let mut found = Dense::default();
            for ((ix, hash), bytes) in some.iter().zip(objects) {
                let Some(bytes) = bytes else {
                    self.missed(hash).await?;
                    continue;
                };
                if self.read(|state| state.is_erased(*ix)) {
                    continue; // while it was read
                }
                if ContentHash::of(&bytes) != *hash {
                    return Err(changed(hash).into());
                }
                if is_cached {
                    // Alone: what stays of a read is only what the cache counts.
                    let payload = Payload::Stored(*hash, bytes.alone().into());
                    self.payloads.borrow_mut().put(*hash, payload, bytes.len());
                }
                found.push(ix.row() as u32, Payload::Stored(*hash, bytes));
            }
            fetched.0.merge(found);
        }
        Ok(())
    }

    /// The payload of one content, as it is stored; null where it was erased.
    pub(super) async fn payload_value(&self, hash: ContentHash) -> Result<Value> {
        let text = self.payload_texts(&[hash]).await?.into_iter().next().flatten();
        text.map_or(Ok(Value::Null), |text| value(&hash, &text))
    }

    /// Payloads as they are stored, canonical JSON; None for those that were erased.
    pub(super) async fn payload_texts(&self, hashes: &[ContentHash]) -> Result<Vec<Option<String>>> {
        let found = match self.key() {
            Some(repo) if !hashes.is_empty() => self.settings.store.read_objects(&repo, hashes).await?,
            _ => Vec::new(),
        };
        let mut texts = Vec::with_capacity(hashes.len());
        for (place, hash) in hashes.iter().enumerate() {
            let erased = self.read(|state| state.erasure(hash).is_some());
            texts.push(match found.get(place).and_then(Option::as_deref).filter(|_| !erased) {
                Some(bytes) => Some(checked(hash, bytes)?.to_owned()),
                None => self.missed(hash).await.map(|()| None)?,
            });
        }
        Ok(texts)
    }

    /// The bytes of objects: payloads, and files that they name. None for what nobody stored, or was freed or erased.
    ///
    /// # Errors
    /// `Corrupt`, and whatever the store says.
    pub async fn bytes(&self, hashes: &[ContentHash]) -> Result<Found> {
        let Some(repo) = self.key() else { return Ok(vec![None; hashes.len()]) };
        let mut found = self.settings.store.read_objects(&repo, hashes).await?;
        for (hash, bytes) in hashes.iter().zip(&mut found) {
            if self.read(|state| state.erasure(hash).is_some()) {
                *bytes = None;
            }
            if bytes.as_ref().is_some_and(|bytes| ContentHash::of(bytes) != *hash) {
                return Err(StoreError::corrupt(format!("object {hash} is not what was stored")).into());
            }
        }
        Ok(found)
    }

    /// Says why a payload is not in the store; perhaps others took it away just now. Nothing where it
    /// was erased.
    async fn missed(&self, hash: &ContentHash) -> Result<()> {
        if self.read(|state| state.gone(hash).is_none()) {
            self.catch_up().await?;
        }
        self.read(|state| match state.gone(hash) {
            Some(Gone::Erased(_)) => Ok(()),
            Some(gone) => Err(gone.error(hash)),
            None => Err(StoreError::corrupt(format!("payload {hash} is missing")).into()),
        })
    }
}

fn value(hash: &ContentHash, text: &str) -> Result<Value> {
    crate::json::parse(text).map_err(|error| StoreError::corrupt(format!("payload {hash}: {error}")).into())
}

fn changed(hash: &ContentHash) -> StoreError {
    StoreError::corrupt(format!("payload {hash} is not what was stored"))
}

/// The text of a payload, which must be the one that was stored.
fn checked<'a>(hash: &ContentHash, bytes: &'a [u8]) -> Result<&'a str> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| ContentHash::of(bytes) == *hash);
    text.ok_or_else(|| changed(hash).into())
}

fn parse(hash: &ContentHash, bytes: &[u8]) -> Result<Content> {
    let text = std::str::from_utf8(bytes).map_err(|_| changed(hash))?;
    Content::decode(value(hash, text)?).map_err(|error| StoreError::corrupt(format!("payload {hash}: {error}")).into())
}
