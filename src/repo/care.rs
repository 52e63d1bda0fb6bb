//! Freeing what nothing needs, and erasing what must not be there.

use super::proposals::Withdrawn;
use super::{CommitOptions, Handle, Repository};
use crate::collections::Set;
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::hash::{CommitHash, ContentHash, each_hash};
use crate::json::{Members, ToJson, object};
use crate::model::commit::Author;
use crate::model::journal::Entry;
use crate::model::record::Record;
use crate::ops::{Erase, Free, Input};
use crate::state::State;
use crate::state::arena::{ContentIx, EntryIx, Ix};
use crate::state::rows::{Action, OtherAction};
use crate::store::RepoKey;

/// How long what was unreachable is kept unless something else is asked for: 14 days, in milliseconds.
const GRACE: i64 = 14 * 24 * 60 * 60 * 1000;
/// The most objects that one journal entry frees.
const PER_ENTRY: usize = 2000;
/// How many objects are listed at once.
const LISTED: usize = 1000;
/// How many bytes of payloads are read at once, and how many payloads.
const BYTES: u64 = 8 << 20;
const READ: usize = 256;
/// The longest reason, in bytes.
const REASON: usize = 1000;

/// What to free.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GcOptions {
    /// What was unreachable before this time: UTC milliseconds. Default: 14 days ago.
    pub older_than: Option<i64>,
    /// Only tells what would be freed.
    pub dry_run: bool,
    /// Who asks.
    pub author: Option<Author>,
}

impl GcOptions {
    /// Reads options: what is left of `fields`.
    ///
    /// # Errors
    /// `Validation` where one of them makes no sense.
    pub fn read(mut fields: Fields<'_>) -> Result<Self> {
        let options = Self {
            older_than: fields.nullable("olderThan")?,
            dry_run: fields.nullable("dryRun")?.unwrap_or(false),
            author: fields.read("author", Author::read)?,
        };
        fields.finish()?;
        Ok(options)
    }
}

/// What was freed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gc {
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Commits whose payload is gone.
    pub commits: u64,
    /// The operation, the last where several were needed; none where nothing was written.
    pub operation: Option<String>,
}

impl ToJson for Gc {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("objects", &self.objects);
            members.put("bytes", &self.bytes);
            members.put("commits", &self.commits);
            members.some("operation", self.operation.as_ref());
        });
    }
}

/// What an erasure concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erasure {
    /// The operation; none where it was erased before, and the store does not have it.
    pub operation: Option<String>,
    /// The entries of which a version showed it.
    pub entries: Vec<String>,
    /// The summaries that were made from it, or from such a summary.
    pub summaries: Vec<String>,
    /// The open proposals that rested on it: they are stale now, and what they showed is gone as well.
    pub proposals: Vec<String>,
}

impl ToJson for Erasure {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("operation", self.operation.as_ref());
            members.put("entries", self.entries.as_slice());
            members.put("summaries", self.summaries.as_slice());
            members.put("proposals", self.proposals.as_slice());
        });
    }
}

impl Handle {
    /// Takes away the payloads that only commits need which no branch or tag leads to, nor any handle
    /// that is open here, and which none led to since `older_than`; and objects that nothing refers to.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn gc(&self, options: &GcOptions) -> Result<Gc> {
        let repo = &*self.repo;
        repo.catch_up().await?;
        let Some(key) = repo.key() else { return Ok(Gc::default()) };
        let since = options.older_than.unwrap_or_else(|| repo.settings.environment.now() - GRACE);
        let mut keep = repo.stood_on();
        keep.extend(repo.untagged_since(&key, since).await?);
        let commits = repo.read(|state| state.commit_count());
        let found = repo.unneeded(&key, &keep, since).await?;
        if options.dry_run {
            let all = found.iter().map(|(hash, _)| *hash).collect();
            return Ok(Gc { commits: repo.commits_with(&all), ..sum(&found, &all) });
        }
        let with = CommitOptions { author: options.author.clone(), ..CommitOptions::default() };
        let mut freed = Gc::default();
        for some in found.chunks(PER_ENTRY) {
            let hashes = some.iter().map(|(hash, _)| *hash).collect();
            let input = Input::Free(Free { hashes, keep: keep.clone(), since, commits });
            let done = self.perform(input, &with).await?;
            // What is needed again meanwhile was left out.
            let gone = done.taken.iter().copied().collect();
            let part = sum(some, &gone);
            freed.objects += part.objects;
            freed.bytes += part.bytes;
            freed.commits += repo.commits_with(&gone);
            freed.operation = done.operation.or(freed.operation);
        }
        Ok(freed)
    }

    /// Takes an object away for good: a payload, or attached bytes. The same bytes are not taken in
    /// again. Erasing again what was erased makes sure that it is gone.
    ///
    /// # Errors
    /// `CommitNotFound` where nobody knows the hash; `Validation`; those of the store.
    pub async fn erase(&self, hash: &str, reason: &str, options: &CommitOptions) -> Result<Erasure> {
        let wrong = |pointer: &str, message: &str| Error::Validation {
            pointer: pointer.to_owned(),
            message: message.to_owned(),
        };
        let hash: ContentHash = hash.parse().map_err(|message| wrong("/contentHash", message))?;
        if reason.is_empty() || reason.len() > REASON {
            return Err(Box::new(wrong("/reason", "a reason must have 1 to 1000 bytes; it stays in the journal")));
        }
        let repo = &*self.repo;
        repo.catch_up().await?;
        let not_found = || Box::new(Error::CommitNotFound { reference: hash.to_hex() });
        let key = repo.key().ok_or_else(not_found)?;
        let stored = repo.settings.store.read_objects(&key, &[hash]).await?;
        let stored = stored.first().is_some_and(Option::is_some);
        let concerned = repo.showing(&key, hash).await?;
        let (done, proposals) = loop {
            let Withdrawn { ids, mut inputs, objects } = self.withdraw(&key, &concerned).await?;
            inputs.push(Input::Erase(Erase { hash, reason: reason.to_owned(), stored, with: objects }));
            match self.in_one("erase", None, options.author.clone(), inputs, options).await {
                Err(error) if matches!(*error, Error::StaleProposal { .. }) => {} // one changed meanwhile
                other => break (other?, ids),
            }
        };
        repo.settings.store.scrub(&key).await?;
        Ok(Erasure { proposals, ..repo.read(|state| concerns(state, done.operation, &concerned)) })
    }
}

fn sum(found: &[(ContentHash, u64)], gone: &Set<ContentHash>) -> Gc {
    let gone = || found.iter().filter(|(hash, _)| gone.contains(hash));
    Gc { objects: gone().count() as u64, bytes: gone().map(|(_, size)| size).sum(), ..Gc::default() }
}

/// The entries that had one of these payloads, and the summaries made from them.
fn concerns(state: &State<'_>, operation: Option<String>, payloads: &Set<ContentHash>) -> Erasure {
    let (mut entries, mut summaries): (Set<EntryIx>, Set<EntryIx>) = Default::default();
    let is_one = |content: ContentIx| payloads.contains(&state.contents(content).hash);
    for (_, row) in state.all_commits() {
        if let Some(entry) = row.entry().filter(|_| row.content().is_some_and(is_one)) {
            entries.add(entry);
        }
        if let Action::Other(other) = &row.action
            && let OtherAction::Compact { summary, targets, .. } = &**other
            && targets.iter().any(|target| entries.contains(target) || summaries.contains(target))
        {
            // What the targets said when they were compacted.
            let lineage = state.lineage(row.parents[0]);
            let says = |target: &EntryIx| lineage.slot(*target).is_some_and(|slot| is_one(slot.content));
            if targets.iter().any(|target| summaries.contains(target) || says(target)) {
                summaries.add(*summary);
            }
        }
    }
    let ids = |all: Set<EntryIx>| all.iter().map(|(entry, ())| state.entries(*entry).id.to_string()).collect();
    Erasure { operation, entries: ids(entries), summaries: ids(summaries), proposals: Vec::new() }
}

impl Repository {
    /// The objects that are not needed, and their sizes, by hash.
    async fn unneeded(&self, key: &RepoKey, keep: &[CommitHash], since: i64) -> Result<Vec<(ContentHash, u64)>> {
        let needed = self.read(|state| state.needed(keep, since));
        let needed_of = |ix: ContentIx| needed.get(ix.row()) == Some(&true);
        let files = self.read(|state| state.files_of(&needed_of));
        // Payloads go first, in whichever order the store has them: no payload is to be without its files.
        let (mut found, mut others, mut unknown, mut after) = (Vec::new(), Vec::new(), Set::default(), None);
        loop {
            let page = self.settings.store.list_objects(key, after, LISTED).await?;
            for (hash, size) in &page {
                let payload = self.read(|state| state.find_content(hash).filter(|_| state.gone(hash).is_none()));
                match payload {
                    _ if files.has(hash) => {}
                    Some(ix) if needed.get(ix.row()) != Some(&false) => {}
                    Some(_) => found.push((*hash, *size)),
                    None => {
                        unknown.add(*hash);
                        others.push((*hash, *size));
                    }
                }
            }
            after = page.last().map(|(hash, _)| *hash);
            if page.len() < LISTED {
                break;
            }
        }
        if !unknown.is_empty() {
            // Payloads may name objects that no outline speaks of: those of other implementations.
            let mut attached = Set::default();
            let mut note =
                |_: &ContentHash, bytes: &[u8]| mentions(bytes, &|hash| unknown.contains(hash), &mut attached);
            self.scan(key, &needed_of, &mut note).await?;
            others.retain(|(hash, _)| !attached.contains(hash));
        }
        found.extend(others);
        let (listed, mut named): (Set<_>, _) = (found.iter().map(|(hash, _)| *hash).collect(), Set::default());
        // What open proposals name; once they are settled they name nothing.
        let state = self.state.borrow();
        for objects in state.notes(None).into_iter().filter_map(|(_, value)| value.get("objects")) {
            mentions(objects.to_json().as_bytes(), &|hash| listed.contains(hash), &mut named);
        }
        found.retain(|(hash, _)| !named.contains(hash));
        Ok(found)
    }

    /// Reads the payloads that are there, some at a time.
    async fn scan(
        &self,
        key: &RepoKey,
        wanted: &dyn Fn(ContentIx) -> bool,
        each: &mut dyn FnMut(&ContentHash, &[u8]),
    ) -> Result<()> {
        let mut next = 0;
        loop {
            let hashes = self.read(|state| present(state, &mut next, wanted));
            if hashes.is_empty() {
                return Ok(());
            }
            self.read_each(key, &hashes, each).await?;
        }
    }

    /// Reads objects, some at a time. What is not there has no bytes.
    pub(super) async fn read_each(
        &self,
        key: &RepoKey,
        hashes: &[ContentHash],
        each: &mut dyn FnMut(&ContentHash, &[u8]),
    ) -> Result<()> {
        for some in hashes.chunks(READ) {
            let objects = self.settings.store.read_objects(key, some).await?;
            for (hash, bytes) in some.iter().zip(objects) {
                each(hash, bytes.as_deref().unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The payloads that show an object: itself, or those that it is attached to.
    async fn showing(&self, key: &RepoKey, hash: ContentHash) -> Result<Set<ContentHash>> {
        if self.read(|state| state.find_content(&hash).is_some()) {
            return Ok(Set::from_iter([hash]));
        }
        let mut showing = Set::default();
        let mut note = |payload: &ContentHash, bytes: &[u8]| {
            let mut found = Set::default();
            mentions(bytes, &|other| *other == hash, &mut found);
            if !found.is_empty() {
                showing.add(*payload);
            }
        };
        self.scan(key, &|_| true, &mut note).await?;
        Ok(showing)
    }

    /// Where tags pointed that were moved or taken away at `since` or later.
    async fn untagged_since(&self, key: &RepoKey, since: i64) -> Result<Vec<CommitHash>> {
        let mut found = Vec::new();
        let mut end = self.read(|state| state.journal().seq);
        while end > 0 {
            let start = end.saturating_sub(LISTED as u64);
            let page = self.settings.store.read_journal(key, start, (end - start) as usize).await?;
            for sealed in page.iter().rev() {
                let entry = self.opened(sealed)?;
                if entry.at < since {
                    return Ok(found);
                }
                for record in entry.operations.iter().flat_map(|operation| &operation.records) {
                    if let Record::Tag(change) = record {
                        found.extend(change.old);
                    }
                }
            }
            end = start;
        }
        Ok(found)
    }

    /// How many commits have one of these payloads.
    fn commits_with(&self, gone: &Set<ContentHash>) -> u64 {
        self.read(|state| {
            let has = |content: Option<ContentIx>| content.is_some_and(|ix| gone.contains(&state.contents(ix).hash));
            state.all_commits().filter(|(_, row)| has(row.content())).count() as u64
        })
    }

    /// Forgets what an entry took away, and tells who else has it.
    pub(super) fn drop_gone(&self, entry: &Entry) {
        for record in entry.operations.iter().flat_map(|operation| &operation.records) {
            record.deletes().iter().for_each(|hash| self.payloads.borrow_mut().remove(hash));
            if let Record::Erased(erased) = record {
                let is_it = |ix| self.read(|state| state.contents(ix).hash == erased.hash);
                let messages = self.views.borrow().table.made_of(&is_it);
                self.emit("erased", &|| {
                    let reason = erased.reason.as_str().into();
                    let messages = messages.as_slice().into();
                    object([("hash", erased.hash.into()), ("reason", reason), ("messages", messages)])
                });
            }
        }
    }
}

/// The next payloads from row `next` on that are there: as many as are read at once.
pub(super) fn present(state: &State<'_>, next: &mut usize, wanted: &dyn Fn(ContentIx) -> bool) -> Vec<ContentHash> {
    let (mut some, mut bytes) = (Vec::new(), 0);
    while *next < state.content_count() && some.len() < READ && bytes < BYTES {
        let ix = ContentIx::new(*next);
        *next += 1;
        let row = state.contents(ix);
        if wanted(ix) && state.gone(&row.hash).is_none() && state.newest_of(ix) == Some(ix) {
            bytes += u64::from(row.size);
            some.push(row.hash);
        }
    }
    some
}

/// Adds to `found` those of `among` that stand in a text in hex.
pub(super) fn mentions(bytes: &[u8], among: &dyn Fn(&ContentHash) -> bool, found: &mut Set<ContentHash>) {
    each_hash(bytes, &mut |hash| {
        if among(&hash) {
            found.add(hash);
        }
    });
}
