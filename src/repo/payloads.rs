//! Payloads that were used last, parsed. Bounded by bytes.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::json::Value;

use super::Repository;
use crate::collections::Map;
use crate::error::{Result, StoreError};
use crate::hash::ContentHash;
use crate::model::content::Content;
use crate::state::arena::ContentIx;
use crate::state::gone::Gone;

const BYTES: usize = 4 << 20;
/// What a parsed payload takes besides its text: short messages are mostly that.
const FRAME: usize = 256;

/// Parsed payloads, the oldest leave first.
#[derive(Debug, Default)]
pub(super) struct PayloadCache {
    known: Map<ContentHash, Rc<Content>>,
    order: VecDeque<(ContentHash, usize)>,
    bytes: usize,
}

impl PayloadCache {
    pub fn get(&self, hash: &ContentHash) -> Option<Rc<Content>> {
        self.known.get(hash).cloned()
    }

    pub fn remove(&mut self, hash: &ContentHash) {
        if self.known.remove(hash).is_some()
            && let Some(place) = self.order.iter().position(|(other, _)| other == hash)
        {
            self.bytes -= self.order.remove(place).map_or(0, |(_, bytes)| bytes);
        }
    }

    pub fn put(&mut self, hash: ContentHash, content: Rc<Content>, bytes: usize) {
        let bytes = bytes + FRAME;
        if self.known.insert(hash, content) {
            self.order.push_back((hash, bytes));
            self.bytes += bytes;
        }
        while self.bytes > BYTES
            && let Some((oldest, bytes)) = self.order.pop_front()
        {
            self.known.remove(&oldest);
            self.bytes -= bytes;
        }
    }
}

/// The most objects that are asked for at once: a long conversation whole, since stores that read a good
/// part of what they have read all of it each time.
const PER_READ: usize = 16_384;

/// Payloads fetched for one purpose.
pub(super) type Fetched = Map<ContentIx, Rc<Content>>;

impl Repository {
    /// Adds those of `contents` that are not in `fetched` yet; first from the cache, then in as few
    /// reads as can be. Those that were erased are left out.
    ///
    /// # Errors
    /// `ContentGone` for those that were freed; `Corrupt`, and whatever the store says.
    pub(super) async fn fetch(&self, contents: &[ContentIx], fetched: &mut Fetched) -> Result<()> {
        let mut wanted: Map<ContentIx, ContentHash> = Map::default();
        for &ix in contents {
            if fetched.contains(&ix) {
                continue;
            }
            let hash = self.read(|state| state.contents(ix).hash);
            if self.read(|state| state.is_erased(ix)) {
                continue;
            }
            match self.payloads.borrow().get(&hash) {
                Some(content) => fetched.insert(ix, content),
                None => wanted.insert(ix, hash),
            };
        }
        let wanted: Vec<_> = wanted.into_iter().collect();
        let Some(repo) = self.key() else { return Ok(()) };
        for some in wanted.chunks(PER_READ) {
            let hashes: Vec<_> = some.iter().map(|(_, hash)| *hash).collect();
            let objects = self.settings.store.read_objects(&repo, &hashes).await?;
            for ((ix, hash), bytes) in some.iter().zip(objects) {
                let Some(bytes) = bytes else {
                    self.missed(hash).await?;
                    continue;
                };
                if self.read(|state| state.is_erased(*ix)) {
                    continue; // while it was read
                }
                let content = Rc::new(parse(hash, &bytes)?);
                self.payloads.borrow_mut().put(*hash, content.clone(), bytes.len());
                fetched.insert(*ix, content);
            }
        }
        Ok(())
    }

    /// The payload of one content, as it is stored; null where it was erased.
    pub(super) async fn payload_value(&self, hash: ContentHash) -> Result<Value> {
        let text = self.payload_texts(&[hash]).await?.into_iter().next().flatten();
        text.map_or(Ok(Value::Null), |text| value(&hash, text.as_bytes()))
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
    pub async fn bytes(&self, hashes: &[ContentHash]) -> Result<Vec<Option<Rc<[u8]>>>> {
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

fn value(hash: &ContentHash, bytes: &[u8]) -> Result<Value> {
    let text = checked(hash, bytes)?;
    crate::json::parse(text).map_err(|error| StoreError::corrupt(format!("payload {hash}: {error}")).into())
}

/// The text of a payload, which must be the one that was stored.
fn checked<'a>(hash: &ContentHash, bytes: &'a [u8]) -> Result<&'a str> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| ContentHash::of(bytes) == *hash);
    text.ok_or_else(|| StoreError::corrupt(format!("payload {hash} is not what was stored")).into())
}

fn parse(hash: &ContentHash, bytes: &[u8]) -> Result<Content> {
    Content::decode(value(hash, bytes)?).map_err(|error| StoreError::corrupt(format!("payload {hash}: {error}")).into())
}
