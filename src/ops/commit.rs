//! What every commit has: parents, time, hash, receipt.

use std::rc::Rc;

use super::{Attributes, NewPayload, Outcome, Planner, Receipt};
use crate::hash::CommitHash;
use crate::model::commit::{Body, COMMIT_FORMAT, EntryOperation};
use crate::model::id::EntryId;
use crate::model::object::Object;
use crate::model::record::{CommitRecord, Record};
use crate::state::arena::CommitIx;

/// What a commit does, to whom, with what.
pub(super) struct Change<'a> {
    pub operation: EntryOperation,
    /// The entry it adds.
    pub id: Option<EntryId>,
    /// The entry it is about, for the receipt.
    pub entry: Option<EntryId>,
    pub payload: Option<&'a NewPayload>,
    /// The commit it is a copy of: it brings the same payload.
    pub copy: Option<CommitIx>,
    pub attributes: &'a Attributes,
}

impl Planner<'_> {
    /// The commit that the branch points to.
    pub(super) fn head(&self) -> Option<CommitIx> {
        self.draft.branch(self.branch).flatten()
    }

    /// A commit on the branch.
    pub(super) fn commit(&self, change: Change<'_>) -> Outcome {
        let parent = self.head().map(|ix| self.draft.commits(ix));
        let attributes = change.attributes;
        let original = change.copy.map(|ix| self.draft.commits(ix));
        let content = original.and_then(|row| row.content()).map(|ix| self.draft.contents(ix));
        // A copy is by whoever made the original.
        let author = attributes.author.as_ref().or(self.author.filter(|_| original.is_none()));
        let made_at = attributes.created_at.unwrap_or(self.now);
        let body = Body {
            author: author.cloned().map(Rc::new),
            content_hash: change.payload.map(|payload| payload.hash).or(content.map(|content| content.hash)),
            content_type: (change.payload.map(|payload| &payload.content_type))
                .or(content.map(|content| &content.content_type))
                .cloned(),
            copied_from: original.map(|row| row.hash),
            created_at: Some(made_at.max(parent.map_or(made_at, |parent| parent.created_at))),
            format: Some(COMMIT_FORMAT),
            // Null reads back as absent.
            generation: attributes.generation.clone().filter(|value| !value.is_null()),
            id: change.id,
            labels: attributes.labels.clone(),
            metadata: attributes.metadata.clone(),
            note: attributes.note.clone(),
            operation: Some(change.operation),
            parents: Some(parent.map(|parent| parent.hash).into_iter().collect()),
            reply_to: attributes.reply_to.clone(),
            turn: attributes.turn.as_deref().map(Rc::from),
        };
        let hash = CommitHash::of(body.preimage().as_bytes());
        let known = change.payload.is_some_and(|payload| self.draft.content_here(&payload.hash).is_some());
        // A payload that is there already was counted and measured then.
        let fresh = change.payload.filter(|_| !known);
        // One that was freed is stored again.
        let absent = change.payload.filter(|payload| !known || self.draft.gone(&payload.hash).is_some());
        let source = self.draft.token_source();
        let record = CommitRecord {
            branch: Some(self.branch).filter(|branch| *branch != self.draft.default_branch()).map(str::to_owned),
            commit: self.draft.abbreviate(body, self.branch, self.when),
            known_hash: Some(hash),
            outline: fresh.map(|payload| payload.outline.clone()),
            size: fresh.map(|payload| payload.bytes.len() as u32),
            tokens: fresh
                .filter(|payload| source.is_some_and(|source| *source != payload.token_source))
                .map(|payload| payload.token_source.to_string()),
        };
        // Files are brought again: nobody knows here whether they are there.
        let mut objects = change.payload.map(|payload| payload.files.clone()).unwrap_or_default();
        objects.extend(absent.map(|payload| Object { hash: payload.hash, bytes: payload.bytes.clone() }));
        let receipt = Receipt {
            id: change.entry,
            hash,
            height: 1 + parent.map_or(0, |parent| parent.height),
            tokens: (change.payload.map(|payload| payload.outline.own_tokens()))
                .or(original.map(|row| row.tokens))
                .unwrap_or_default(),
        };
        Outcome { records: vec![Record::Commit(Box::new(record))], objects, logs: Vec::new(), receipts: vec![receipt] }
    }

    /// The receipt of a commit that is there already.
    pub(super) fn receipt(&self, ix: CommitIx) -> Receipt {
        Receipt::of(self.draft, ix)
    }
}
