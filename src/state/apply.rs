//! How records change a state: the one place where that happens.

use std::rc::Rc;

use super::arena::{CommitIx, ContentIx, EntryIx, Ix, add_row, find_row};
use super::gone::{Erasure, Gone};
use super::rows::{
    Action, AnnotationRow, BranchRow, CommitRow, ContentRow, EntryRow, Extras, MoveRow, Moves, OperationRow,
    OtherAction, SentRow,
};
use super::{JournalPosition, State};
use crate::collections::{Names, text_hash};
use crate::error::StoreError;
use crate::hash::{CommitHash, EntryHash};
use crate::model::annotation::Annotation;
use crate::model::commit::{Body, COMMIT_FORMAT, EntryOperation};
use crate::model::journal::{Entry, Operation};
use crate::model::record::{CommitRecord, ErasedRecord, Record, RefRecord};

type Applied<T = ()> = Result<T, StoreError>;

/// How many names of content types are remembered: more than applications have.
const TYPE_NAMES: usize = 16;

fn corrupt(message: impl Into<String>) -> StoreError {
    StoreError::corrupt(message.into())
}

/// What a commit's row is made from; the rest follows.
pub(super) struct NewCommit {
    pub hash: CommitHash,
    pub action: Action,
    pub parents: [Option<CommitIx>; 2],
    pub seq: u32,
    pub created_at: i64,
    pub extras: Option<Box<Extras>>,
}

/// When records are applied: what their place implies.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// The journal entry's time, UTC milliseconds.
    pub at: i64,
    /// The journal entry's number.
    pub seq: u64,
}

impl State<'_> {
    /// Applies a whole journal entry.
    ///
    /// # Errors
    /// `Corrupt` where a record names something that is not there. The state is then of no use.
    pub fn apply_entry(&mut self, entry: &Entry, hash: EntryHash) -> Applied {
        let when = When { at: entry.at, seq: entry.seq };
        for (index, operation) in entry.operations.iter().enumerate() {
            self.apply(operation, index as u32, when)?;
        }
        self.tables.journal = JournalPosition { seq: entry.seq, hash: Some(hash), at: entry.at };
        Ok(())
    }

    /// Applies the records of one operation.
    ///
    /// # Errors
    /// `Corrupt` as [`State::apply_entry`].
    pub fn apply(&mut self, operation: &Operation, index: u32, when: When) -> Applied {
        let before = self.commit_count();
        self.apply_records(&operation.records, when)?;
        self.register(operation, before, index, when);
        Ok(())
    }

    /// Remembers the operation of a caller, whose commits are those from row `before` on.
    pub(crate) fn register(&mut self, operation: &Operation, before: usize, index: u32, when: When) {
        if let Some(id) = &operation.id {
            let made = (self.commit_count() - before) as u32;
            let commits = (Ix::new(before), made);
            self.tables.operations.insert(id.as_str().into(), OperationRow { seq: when.seq, index, commits });
        }
    }

    /// Applies records that belong to no operation yet: on a draft.
    ///
    /// # Errors
    /// `Corrupt` as [`State::apply_entry`].
    pub fn apply_records(&mut self, records: &[Record], when: When) -> Applied {
        records.iter().try_for_each(|record| self.apply_record(record, when))
    }

    fn apply_record(&mut self, record: &Record, when: When) -> Applied {
        match record {
            Record::Repository(repository) => {
                self.tables.default_branch = Some(repository.default_branch.clone());
                self.tables.token_source = Some(repository.tokens.as_str().into());
            }
            Record::Commit(commit) => self.apply_commit(commit, when)?,
            Record::Annotation(annotation) => {
                let entry = self.known_entry(&annotation.target)?;
                self.add_annotation(entry, annotation.clone(), when.seq);
            }
            Record::Branch(change) => {
                let head = self.known_target(change)?;
                self.move_branch(&change.name, head, when);
            }
            Record::Tag(change) => {
                let target = self.known_target(change)?;
                self.tables.tags.insert(&change.name, target);
            }
            Record::DefaultBranch(change) => self.tables.default_branch = Some(change.new.clone()),
            Record::Type(change) => {
                self.tables.types.insert(&change.name, change.new.clone());
                self.tables.types_version += 1;
            }
            Record::Note(change) => {
                let entry = change.entry.as_ref().map(|entry| self.known_entry(entry)).transpose()?;
                let notes = self.tables.notes.get_or_insert_with(entry, Names::default);
                notes.insert(&change.name, change.new.clone());
                self.tables.settings_version += u32::from(entry.is_none());
            }
            Record::Sent(sent) => self.tables.sent.push(SentRow {
                digest: sent.digest.clone(),
                estimate: sent.estimate,
                model: sent.model.as_str().into(),
                input: sent.input,
                output: sent.output,
            }),
            Record::Freed(freed) => {
                // What is no payload of a commit needs no mark: it is simply not there.
                for hash in &freed.contents {
                    if self.find_content(hash).is_some() {
                        self.mark(*hash, Some(Gone::Freed));
                    }
                }
            }
            Record::Erased(ErasedRecord { hash, reason }) => {
                let erasure = Erasure { at: when.at, reason: reason.clone() };
                self.mark(*hash, Some(Gone::Erased(Rc::new(erasure))));
            }
        }
        Ok(())
    }

    pub(super) fn add_annotation(&mut self, entry: EntryIx, annotation: Annotation, seq: u64) {
        let previous = self.latest_annotation(entry);
        let ix = self.tables.annotations.push(AnnotationRow { annotation, entry, seq, previous });
        self.tables.latest_annotation.insert(entry, ix);
    }

    pub(super) fn known_entry(&self, id: &str) -> Applied<EntryIx> {
        self.find_entry(id).ok_or_else(|| corrupt(format!("a record names entry {id}, which is not there")))
    }

    fn known_commit(&self, hash: &CommitHash) -> Applied<CommitIx> {
        self.find_commit(hash).ok_or_else(|| corrupt(format!("a record names commit {hash}, which is not there")))
    }

    fn known_target(&self, change: &RefRecord) -> Applied<Option<CommitIx>> {
        change.new.as_ref().map(|hash| self.known_commit(hash)).transpose()
    }

    fn move_branch(&mut self, name: &str, head: Option<CommitIx>, when: When) {
        let number = match self.branch_row(name) {
            Some(known) => known.number,
            None => {
                self.tables.branch_count += 1;
                self.tables.branch_count - 1
            }
        };
        self.tables.branches.insert(name, BranchRow { number, head });
        self.add_move(MoveRow { branch: number, seq: when.seq as u32, at: when.at, head });
    }

    pub(super) fn add_move(&mut self, row: MoveRow) {
        if let Some(Moves { first, more, .. }) = self.tables.moves.last()
            && let (Some(from), Some(to)) = (first.head, row.head)
            && from.row() + *more as usize + 1 == to.row()
            && self.nth_move(first, more + 1) == row
            && let Some(last) = self.tables.moves.last_mut()
        {
            last.more += 1;
            return;
        }
        let number = self.tables.moves.last().map_or(0, Moves::end);
        self.tables.moves.push(Moves { first: row, more: 0, number });
    }

    /// Fills in what a commit's place in the journal implies.
    pub fn complete(&self, record: &CommitRecord, when: When) -> Body {
        let mut body = record.commit.clone();
        body.format.get_or_insert(COMMIT_FORMAT);
        body.created_at.get_or_insert(when.at);
        body.operation.get_or_insert(EntryOperation::Append);
        if body.parents.is_none() {
            let head = self.branch(record.branch.as_deref().unwrap_or(self.default_branch())).flatten();
            body.parents = Some(head.map(|ix| self.commits(ix).hash).into_iter().collect());
        }
        body
    }

    /// Leaves out what its place in the journal implies: the inverse of [`State::complete`].
    pub(crate) fn abbreviate(&self, mut body: Body, branch: &str, when: When) -> Body {
        let head = self.branch(branch).flatten().map(|ix| self.commits(ix).hash);
        body.format = body.format.filter(|format| *format != COMMIT_FORMAT);
        body.created_at = body.created_at.filter(|created_at| *created_at != when.at);
        body.operation = body.operation.filter(|operation| *operation != EntryOperation::Append);
        body.parents = body.parents.filter(|parents| !parents.iter().eq(head.iter()));
        body
    }

    fn apply_commit(&mut self, record: &CommitRecord, when: When) -> Applied {
        if let Some(format) = record.commit.format
            && format > COMMIT_FORMAT
        {
            return Err(StoreError::VersionTooNew { found: format, supported: COMMIT_FORMAT });
        }
        let branch = record.branch.clone().unwrap_or_else(|| self.default_branch().to_owned());
        let parents = match &record.commit.parents {
            None => [self.branch(&branch).flatten(), None],
            Some(hashes) if hashes.len() > 2 => return Err(corrupt("a commit has more than two parents")),
            Some(hashes) => {
                let mut known = hashes.iter().map(|hash| self.known_commit(hash));
                [known.next().transpose()?, known.next().transpose()?]
            }
        };
        let hash = match record.known_hash {
            Some(hash) => hash,
            None => CommitHash::of(self.complete(record, when).preimage().as_bytes()),
        };
        let content = self.intern_content(record)?;
        let action = self.action(record, content)?;
        let ix = self.add_commit(NewCommit {
            hash,
            action,
            parents,
            seq: when.seq as u32,
            created_at: record.commit.created_at.unwrap_or(when.at),
            extras: extras(&record.commit),
        });
        self.move_branch(&branch, Some(ix), when);
        Ok(())
    }

    /// Adds a commit, with everything that follows from its parents and payload.
    pub(super) fn add_commit(&mut self, new: NewCommit) -> CommitIx {
        let NewCommit { hash, action, parents, seq, created_at, extras } = new;
        let mut row = CommitRow {
            hash,
            action,
            parents,
            jump: parents[0].map(|ix| self.jump_over(ix)),
            height: 1,
            merged: parents[1].is_some(),
            seq,
            created_at,
            cumulative_tokens: 0,
            tokens: 0,
            extras,
        };
        row.tokens = row.content().map_or(0, |ix| self.contents(ix).outline.own_tokens());
        row.cumulative_tokens = parents[0].map_or(0, |ix| self.commits(ix).cumulative_tokens) + u64::from(row.tokens);
        for parent in parents.into_iter().flatten().map(|ix| self.commits(ix)) {
            row.height = row.height.max(1 + parent.height);
            row.merged |= parent.merged;
        }
        let ix = self.tables.commits.push(row);
        let commits = &self.tables.commits;
        add_row(&mut self.tables.commit_lookup, hash.prefix(), ix, |ix| commits[ix].hash.prefix());
        ix
    }

    fn intern_content(&mut self, record: &CommitRecord) -> Applied<Option<ContentIx>> {
        let Some(hash) = record.commit.content_hash else { return Ok(None) };
        if self.gone(&hash).is_some() {
            self.mark(hash, None); // it comes with its payload
        }
        let (Some(outline), Some(content_type)) = (&record.outline, &record.commit.content_type) else {
            let known = self.find_content(&hash);
            let missing = || corrupt(format!("a commit brings payload {hash} without its outline or type"));
            return known.map(Some).ok_or_else(missing);
        };
        let row = ContentRow {
            hash,
            size: record.size.unwrap_or_default(),
            outline: outline.clone(),
            content_type: content_type.clone(),
            token_source: record.tokens.as_deref().map(Rc::from),
        };
        Ok(Some(self.add_content(row)))
    }

    /// Adds the row of a payload. It can have one already that its writer had left out: from now on this one is found.
    pub(super) fn add_content(&mut self, mut row: ContentRow) -> ContentIx {
        self.share_name(&mut row.content_type);
        let (hash, lookup) = (row.hash.prefix(), &mut self.tables.content_lookup);
        let contents = &self.tables.contents;
        let known = find_row(lookup, hash, |ix: ContentIx| contents[ix].hash == row.hash);
        let ix = self.tables.contents.push(row);
        let contents = &self.tables.contents;
        match known {
            Some(known) => lookup.renumber(hash, known.row() as u32, ix.row() as u32),
            None => add_row(lookup, hash, ix, |ix| contents[ix].hash.prefix()),
        }
        ix
    }

    /// The names of content types repeat with every payload: a few are remembered, so that one allocation serves all.
    fn share_name(&mut self, name: &mut Rc<str>) {
        let names = &mut self.tables.type_names;
        if let Some(known) = names.iter().find(|known| *known == name) {
            *name = known.clone();
            return;
        }
        if names.len() == TYPE_NAMES {
            names.clear();
        }
        names.push(name.clone());
    }

    fn intern_entry(&mut self, id: &str) -> EntryIx {
        if let Some(known) = self.find_entry(id) {
            return known;
        }
        self.add_entry(id, Ix::new(self.commit_count()))
    }

    pub(super) fn add_entry(&mut self, id: &str, first: CommitIx) -> EntryIx {
        let ix = self.tables.entries.push(EntryRow { id: id.into(), first });
        let entries = &self.tables.entries;
        add_row(&mut self.tables.entry_lookup, text_hash(id), ix, |ix| text_hash(&entries[ix].id));
        ix
    }

    fn action(&mut self, record: &CommitRecord, content: Option<ContentIx>) -> Applied<Action> {
        let body = &record.commit;
        let added = || corrupt("an append or compaction has no id or no payload");
        Ok(match body.operation.as_ref().unwrap_or(&EntryOperation::Append) {
            EntryOperation::Append => {
                let entry = self.intern_entry(body.id.as_deref().ok_or_else(added)?);
                Action::Append(entry, content.ok_or_else(added)?)
            }
            EntryOperation::Edit { target } => Action::Edit(self.known_entry(target)?, content.ok_or_else(added)?),
            EntryOperation::Delete { target } => Action::Delete(self.known_entry(target)?),
            EntryOperation::Compact { targets } => {
                let targets = targets.iter().map(|target| self.known_entry(target)).collect::<Applied<_>>()?;
                let summary = self.intern_entry(body.id.as_deref().ok_or_else(added)?);
                Action::Other(Box::new(OtherAction::Compact { summary, content: content.ok_or_else(added)?, targets }))
            }
            EntryOperation::Merge { resolutions } => {
                Action::Other(Box::new(OtherAction::Merge { resolutions: resolutions.clone() }))
            }
            EntryOperation::Revert { target } => {
                Action::Other(Box::new(OtherAction::Revert(self.known_commit(target)?)))
            }
        })
    }
}

pub(super) fn extras(body: &Body) -> Option<Box<Extras>> {
    let usual = body.author.is_none() && body.labels.is_empty() && body.metadata.is_none() && body.turn.is_none();
    if usual
        && body.copied_from.is_none()
        && body.generation.is_none()
        && body.note.is_none()
        && body.reply_to.is_none()
    {
        return None;
    }
    Some(Box::new(Extras {
        author: body.author.clone(),
        copied_from: body.copied_from,
        generation: body.generation.clone(),
        labels: body.labels.clone(),
        metadata: body.metadata.clone(),
        note: body.note.clone(),
        reply_to: body.reply_to.clone(),
        turn: body.turn.clone(),
    }))
}
