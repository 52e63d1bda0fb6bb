//! Sync: the branch is made to say what an application's array of messages says.

use std::rc::Rc;

use super::{CommitOptions, Finished, Handle};
use crate::error::{Error, Result};
use crate::fields::At;
use crate::hash::{CommitHash, ContentHash};
use crate::json::Value;
use crate::model::content::Payload;
use crate::model::record::Record;
use crate::ops::{Before, Elsewhere, ExpectedHead, Input, Receipt};
use crate::state::State;
use crate::state::arena::EntryIx;
use crate::state::lineage::{Lineage, Slot, Status};
use crate::state::rows::Action;

/// A message of the array.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncMessage {
    /// The id of its entry, where it has one.
    pub id: Option<String>,
    /// What a converter made of it.
    pub payload: Value,
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Synced {
    /// Entries that were added.
    pub appended: Vec<Receipt>,
    /// Entries that were edited in place.
    pub edited: Vec<Receipt>,
    /// The first message that the branch did not go on with: the old line is an alternative now.
    pub diverged_at: Option<usize>,
    /// The commit that it led to, where it is known.
    pub head: Option<CommitHash>,
}

/// How the array lies on the branch.
struct Aligned {
    /// How many messages are there.
    there: usize,
    /// Those of them that say something else by now.
    edits: Vec<usize>,
    /// The first entry of the branch that the array does not have.
    surplus: Option<String>,
}

impl SyncMessage {
    /// Reads `[id or null, payload]`.
    ///
    /// # Errors
    /// `Validation` where it is something else.
    pub fn read(value: Value, at: At<'_>) -> Result<Self> {
        let Value::Array(pair) = value else {
            return Err(at.wrong("a message must be an id and a payload".to_owned()));
        };
        let mut pair = pair.into_iter();
        let id = pair.next().and_then(|id| id.as_str().map(str::to_owned));
        Ok(Self { id, payload: pair.next().unwrap_or_default() })
    }
}

impl Handle {
    /// Makes the branch say what the messages say. With `known` these are the messages behind so many
    /// that a branch with this head says already; None where the branch does not stand there.
    ///
    /// # Errors
    /// `Validation`, `Conflict` where `expected_head` does not hold, those of a batch.
    pub async fn sync(
        self: &Rc<Self>,
        messages: &[SyncMessage],
        known: Option<(CommitHash, usize)>,
        options: &CommitOptions,
    ) -> Result<Option<Synced>> {
        options.check()?;
        if let Some(done) = self.synced_before(messages.len(), options).await? {
            return Ok(Some(done));
        }
        loop {
            let batch = self.begin()?;
            let head = self.head();
            let unmoved = ExpectedHead::from(head);
            if options.expected_head != ExpectedHead::Any && options.expected_head != unmoved {
                let show = |hash: Option<CommitHash>| hash.map(|hash| hash.to_hex());
                let message = "the branch is not where it was expected".to_owned();
                return Err(Box::new(Error::Conflict { message, expected: None, actual: show(head) }));
            }
            let aligned = match known {
                Some((known, _)) if head != Some(known) || self.has_any(messages) => return Ok(None),
                Some(_) => Aligned { there: 0, edits: Vec::new(), surplus: None },
                None => self.repo.read(|state| align(state, &state.lineage(self.head_in(state)), messages))?,
            };
            let mut synced = Synced { head, ..Synced::default() };
            let skipped = known.map_or(0, |(_, skipped)| skipped);
            synced.diverged_at = aligned.surplus.as_ref().map(|_| aligned.there);
            if let Some(target) = aligned.surplus {
                batch.add(Input::Return { target, to: Before::Entry, append: None }).await?;
            }
            for (place, SyncMessage { id, payload }) in messages.iter().enumerate() {
                let edits = place < aligned.there;
                if edits && !aligned.edits.contains(&place) {
                    continue;
                }
                let options = CommitOptions { id: id.clone(), ..options.clone() };
                let done = if edits {
                    batch.edit(id.as_deref().unwrap_or_default(), payload.clone(), &options).await
                } else {
                    batch.append(payload.clone(), &options, Elsewhere::Any).await.map(|receipt| vec![receipt])
                };
                let done = done.map_err(|error| located(error, skipped + place))?;
                if edits { &mut synced.edited } else { &mut synced.appended }.extend(done);
            }
            let finished = batch.finish(options).await?;
            match finished {
                Finished::Stored(done) => {
                    if done.wrote {
                        synced.head = done.receipts.last().map(|receipt| receipt.hash);
                    }
                    return Ok(Some(synced));
                }
                Finished::Moved => {}
            }
        }
    }

    /// Whether one of the messages is in the history already, perhaps out of the view.
    fn has_any(&self, messages: &[SyncMessage]) -> bool {
        self.repo.read(|state| {
            let lineage = state.lineage(self.head_in(state));
            let known = |id: &str| state.find_entry(id).is_some_and(|entry| lineage.slot(entry).is_some());
            messages.iter().any(|message| message.id.as_deref().is_some_and(known))
        })
    }

    /// What the operation of this name did.
    async fn synced_before(&self, count: usize, options: &CommitOptions) -> Result<Option<Synced>> {
        let Some(name) = &options.operation_id else { return Ok(None) };
        if self.repo.read(|state| state.operation(name).is_none()) {
            return Ok(None);
        }
        let done = self.repo.find_operation(name).await?;
        let mut synced = Synced::default();
        self.repo.read(|state| {
            for ix in done.commits.iter().filter_map(|hash| state.find_commit(hash)) {
                let row = state.commits(ix);
                let copied = row.extras.as_ref().is_some_and(|extras| extras.copied_from.is_some());
                match row.action {
                    Action::Append(..) => synced.appended.push(Receipt::of(state, ix)),
                    Action::Edit(..) if !copied => synced.edited.push(Receipt::of(state, ix)),
                    _ => {}
                }
            }
        });
        if done.records.iter().any(|record| matches!(record, Record::Branch(_))) {
            synced.diverged_at = Some(count.saturating_sub(synced.appended.len()));
        }
        Ok(Some(synced))
    }
}

/// The error with the place of the message in its pointer.
fn located(mut error: Box<Error>, place: usize) -> Box<Error> {
    if let Error::Validation { pointer, .. } = &mut *error {
        pointer.insert_str(0, &format!("/{place}"));
    }
    error
}

impl From<Option<CommitHash>> for ExpectedHead {
    fn from(head: Option<CommitHash>) -> Self {
        head.map_or(Self::Empty, Self::Commit)
    }
}

/// Lays the messages over the entries of a lineage: as many as can be, in order. Entries out of the view
/// may be left out by the array, and stay out of the view if they are not.
fn align(state: &State<'_>, lineage: &Lineage, messages: &[SyncMessage]) -> Result<Aligned> {
    let mut wanted = Vec::with_capacity(messages.len());
    let mut types: Vec<Rc<str>> = vec!["message".into()];
    for (place, SyncMessage { id, payload }) in messages.iter().enumerate() {
        let payload = Payload::parse(payload.clone()).map_err(|error| located(error, place))?;
        let content_type = payload.content.content_type();
        if !types.iter().any(|known| **known == *content_type) {
            types.push(content_type.into());
        }
        let entry = id.as_deref().and_then(|id| state.find_entry(id));
        let slot = entry.and_then(|entry| lineage.slot(entry));
        wanted.push((payload.hash, slot));
    }
    let of_type = |slot: &Slot| types.contains(&state.contents(slot.content).content_type);
    let is_there = |slot: &Slot| slot.status != Status::Withdrawn && of_type(slot);
    let mut entries: Vec<&Slot> = Vec::new();
    for slot in lineage.slots() {
        if is_there(slot) {
            entries.push(slot);
        }
    }
    let says = |slot: &Slot, hash: &ContentHash| {
        let first = state.commits(slot.commit).content();
        [Some(slot.content), first].into_iter().flatten().any(|ix| state.contents(ix).hash == *hash)
    };
    let is = |slot: &Slot, (hash, own): &(ContentHash, Option<&Slot>)| match own {
        Some(own) => own.entry == slot.entry,
        None => says(slot, hash),
    };
    // Where the messages so far may end: ascending, since an entry out of the view may count or not.
    let mut ends = vec![0];
    let mut there = 0;
    for message in &wanted {
        let mut next = Vec::new();
        let mut open = false;
        let mut later = ends.iter().copied().peekable();
        let mut place = ends.first().copied().unwrap_or_default();
        while let Some(slot) = entries.get(place) {
            open |= later.next_if_eq(&place).is_some();
            if !open && later.peek().is_none() {
                break;
            }
            if open && is(slot, message) {
                next.push(place + 1);
            }
            open &= slot.status != Status::Live;
            place += 1;
        }
        if !next.is_empty() {
            ends = next;
        } else if message.1.is_none_or(|slot| slot.status == Status::Live) {
            break; // what was taken out of the view stays out, wherever it stands
        }
        there += 1;
    }
    let rest = entries.get(ends.last().copied().unwrap_or_default()..).unwrap_or_default();
    let surplus = rest.iter().find(|slot| slot.status == Status::Live);
    let id = |entry: EntryIx| state.entries(entry).id.to_string();
    let mut edits = Vec::new();
    for (place, (hash, own)) in wanted.iter().enumerate().take(there) {
        if own.is_some_and(|slot| slot.status == Status::Live && !says(slot, hash)) {
            edits.push(place);
        }
    }
    Ok(Aligned { there, edits, surplus: surplus.map(|slot| id(slot.entry)) })
}
