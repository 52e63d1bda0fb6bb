//! What a handle can be asked: the log, entries, differences, operations, status.

use crate::json::{Map, Members, ToJson, Value, object, parse_bytes, put, table, to_value};

use super::payloads::{Fetched, Payload};
use super::{Handle, Repository};
use crate::error::{Error, Result, StoreError};
use crate::hash::CommitHash;
use crate::model::commit::Author;
use crate::model::content::{Content, PartKind, Role};
use crate::model::journal::{Entry, Operation, Sealed};
use crate::model::record::Record;
use crate::model::refs::ANONYMOUS;
use crate::model::setting::is_description;
use crate::ops::Undo;
use crate::state::State;
use crate::state::arena::{CommitIx, EntryIx};
use crate::view::counts::Counts;
use crate::view::diff::{self, Difference, RunKind};
use crate::view::{history, status, transcript};

/// An operation of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationSummary {
    /// What it is called: what `undo` takes.
    pub id: String,
    /// The name of the call.
    pub kind: String,
    /// The number of its journal entry.
    pub seq: u64,
    /// When it was written, UTC milliseconds.
    pub at: i64,
    /// Who did it.
    pub author: Option<Author>,
    /// The operation it undid.
    pub undoes: Option<String>,
    /// How many records it has.
    pub records: usize,
}

impl ToJson for OperationSummary {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.put("id", &self.id);
            members.put("kind", &self.kind);
            members.put("seq", &self.seq);
            members.put("at", &self.at);
            members.some("author", self.author.as_ref());
            members.some("undoes", self.undoes.as_ref());
            members.put("records", &self.records);
        });
    }
}

/// What to do with branches that nobody named, which keep alternatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anonymous {
    /// Leave them out.
    Hide,
    /// List them.
    Show,
}

const PAGE: usize = 200;

impl Repository {
    /// Operations, newest first, of the journal entries before `before`: all of the entries of which the
    /// first `limit` are, so that the next page can begin before the last one's entry.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn operations(&self, limit: usize, before: Option<u64>) -> Result<Vec<OperationSummary>> {
        let Some(repo) = self.key() else { return Ok(Vec::new()) };
        let mut end = before.unwrap_or(u64::MAX).min(self.read(|state| state.journal().seq) + 1);
        let mut found = Vec::new();
        while end > 1 && found.len() < limit {
            let start = end.saturating_sub(PAGE as u64 + 1);
            let page = self.settings.store.read_journal(&repo, start, (end - 1 - start) as usize).await?;
            for sealed in page.iter().rev() {
                if found.len() >= limit {
                    break;
                }
                let entry = self.opened(sealed)?;
                for (index, operation) in entry.operations.iter().enumerate().rev() {
                    found.push(OperationSummary {
                        id: name_of(operation, entry.seq, index),
                        kind: operation.kind.clone(),
                        seq: entry.seq,
                        at: entry.at,
                        author: operation.author.clone(),
                        undoes: operation.undoes.clone(),
                        records: operation.records.len(),
                    });
                }
            }
            end = start + 1;
        }
        Ok(found)
    }

    /// The journal was checked when it was folded; here only what is read is checked against its hash.
    pub(super) fn opened(&self, sealed: &Sealed) -> Result<Entry> {
        let value = parse_bytes(&sealed.bytes).map_err(StoreError::corrupt)?;
        let previous = value.get("previous").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Ok(sealed.open(sealed.seq, previous)?)
    }

    /// An operation as undo needs it.
    pub(super) async fn find_operation(&self, name: &str) -> Result<Undo> {
        let missing = || Box::new(Error::CommitNotFound { reference: format!("operation {name}") });
        let known = self.read(|state| state.operation(name).map(|row| (row.seq, row.index)));
        let made = || {
            let (seq, index) = name.split_once('.')?;
            Some((seq.parse().ok()?, u32::try_from(index.parse::<u64>().ok()?).ok()?))
        };
        let (seq, index) = known.or_else(made).ok_or_else(missing)?;
        let repo = self.key().ok_or_else(missing)?;
        let page = self.settings.store.read_journal(&repo, seq.saturating_sub(1), 1).await?;
        let sealed = page.first().filter(|sealed| sealed.seq == seq).ok_or_else(missing)?;
        let entry = self.opened(sealed)?;
        let count = |operation: &Operation| {
            operation.records.iter().filter(|record| matches!(record, Record::Commit(_))).count()
        };
        let before: usize = entry.operations.iter().take(index as usize).map(count).sum();
        let operation = entry.operations.into_iter().nth(index as usize).ok_or_else(missing)?;
        let own = count(&operation);
        let commits = self.read(|state| {
            state.commits_of_entry(seq).skip(before).take(own).map(|ix| state.commits(ix).hash).collect()
        });
        Ok(Undo { name: name.to_owned(), records: operation.records, commits })
    }
}

fn name_of(operation: &Operation, seq: u64, index: usize) -> String {
    operation.id.clone().unwrap_or_else(|| format!("{seq}.{index}"))
}

impl Handle {
    /// Resolves a reference to a commit.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`.
    pub fn resolve(&self, reference: &str) -> Result<CommitHash> {
        let standpoint = self.standpoint();
        self.repo.read(|state| state.resolve(reference, standpoint).map(|ix| state.commits(ix).hash))
    }

    fn commit_ix(&self, reference: Option<&str>) -> Result<Option<CommitIx>> {
        match reference {
            None => Ok(self.repo.read(|state| self.head_in(state))),
            Some(reference) => {
                let standpoint = self.standpoint();
                self.repo.read(|state| state.resolve(reference, standpoint)).map(Some)
            }
        }
    }

    /// A page of the log: `{ commits, cursor? }`, newest first along first parents.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`.
    pub fn history(&self, from: Option<&str>, limit: usize) -> Result<Value> {
        let head = self.commit_ix(from)?;
        Ok(self.repo.read(|state| {
            let page = history::page(state, head, limit);
            let commits: Vec<_> = page.commits.iter().map(|ix| Value::Object(history::describe(state, *ix))).collect();
            let mut out = Map::new();
            put(&mut out, "commits", Value::Array(commits));
            put(&mut out, "cursor", page.next.map(|next| state.commits(next).hash).into());
            Value::Object(out)
        }))
    }

    /// A commit with its payload, and how its entry stands on this handle's branch. An entry id gives
    /// the entry as it reads now. None where nothing answers to the reference.
    ///
    /// # Errors
    /// `AmbiguousRef`, those of the store.
    pub async fn get(&self, reference: &str) -> Result<Option<Value>> {
        let found = self.repo.read(|state| self.locate(state, reference))?;
        let Some((commit, entry)) = found else { return Ok(None) };
        let content = self.repo.read(|state| state.commits(commit).content().map(|ix| state.contents(ix).hash));
        let payload = match content {
            Some(hash) => Some(self.repo.payload_value(hash).await?),
            None => None,
        };
        Ok(Some(self.repo.read(|state| {
            let mut out = history::describe(state, commit);
            if let Some(payload) = payload {
                out.insert("payload".to_owned(), payload);
            }
            if let Some(entry) = entry.or_else(|| state.commits(commit).entry()) {
                let lineage = state.lineage(self.head_in(state));
                out.extend(history::standing(state, &lineage, entry));
                put(&mut out, "id", (*state.entries(entry).id).into());
                put(&mut out, "priority", self.priority(state, entry, commit).into());
            }
            Value::Object(out)
        })))
    }

    fn locate(&self, state: &State<'_>, reference: &str) -> Result<Option<(CommitIx, Option<EntryIx>)>> {
        if let Some(entry) = state.find_entry(reference) {
            let lineage = state.lineage(self.head_in(state));
            let commit = lineage.slot(entry).map_or(state.entries(entry).first, |slot| slot.version);
            return Ok(Some((commit, Some(entry))));
        }
        let head = self.head_in(state);
        let standpoint = crate::state::resolve::Standpoint { head, ..Default::default() };
        match state.resolve(reference, standpoint) {
            Ok(commit) => Ok(Some((commit, None))),
            Err(error) if matches!(*error, Error::CommitNotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn priority(&self, state: &State<'_>, entry: EntryIx, commit: CommitIx) -> &'static str {
        let content = state.commits(commit).content().map(|ix| state.contents(ix));
        let annotated = || state.annotated_priority(entry, u64::MAX);
        let priority = content.map(|content| state.priority_of(entry, content)).or_else(annotated);
        priority.map_or("normal", |priority| priority.name())
    }

    /// The commits whose parent is the one that `reference` means; of an entry, the one that gave it
    /// what it says.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`.
    pub fn children(&self, reference: &str) -> Result<Value> {
        self.repo.read(|state| {
            let missing = || Error::CommitNotFound { reference: reference.to_owned() };
            let (parent, _) = self.locate(state, reference)?.ok_or_else(missing)?;
            let all = state.all_commits().filter(|(_, row)| row.parents.contains(&Some(parent)));
            Ok(all.map(|(ix, _)| Value::Object(history::describe(state, ix))).collect())
        })
    }

    /// A page of the transcript as JSON: `{ entries, cursor? }`, the last entries before `before` in
    /// reading order.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`; `EditTarget` where `before` is no entry of this history; those
    /// of the store.
    pub async fn transcript(&self, branch: Option<&str>, before: Option<&str>, limit: usize) -> Result<String> {
        let head = self.commit_ix(branch)?;
        let (page, hashes) = self.repo.read(|state| {
            let entry = before.map(|id| known_entry(state, id)).transpose()?;
            let page = transcript::page(&state.lineage(head), entry, limit).ok_or_else(|| Error::EditTarget {
                id: before.unwrap_or_default().to_owned(),
                reason: "it is not in the history that is listed; begin again without a cursor".to_owned(),
            })?;
            let mut hashes = Vec::with_capacity(page.slots.len());
            for slot in &page.slots {
                hashes.push(state.contents(slot.content).hash);
            }
            Ok::<_, Box<Error>>((page, hashes))
        })?;
        let payloads = self.repo.payload_texts(&hashes).await?;
        Ok(self.repo.read(|state| transcript::describe(state, &page, &payloads)))
    }

    /// What differs between two commits: `{ added, removed, changed, tokens }`, entries by id, changed
    /// texts word by word.
    ///
    /// # Errors
    /// `CommitNotFound`, `AmbiguousRef`, those of the store.
    pub async fn diff(&self, from: &str, to: &str) -> Result<Value> {
        let (from, to) = (self.commit_ix(Some(from))?, self.commit_ix(Some(to))?);
        let found = self.repo.read(|state| diff::entries(state, from, to));
        let contents: Vec<_> = found
            .iter()
            .flat_map(|(_, difference)| match difference {
                Difference::Changed(old, new) => vec![*old, *new],
                _ => Vec::new(),
            })
            .collect();
        let mut fetched = Fetched::default();
        self.repo.fetch(&contents, &mut fetched).await?;
        self.repo.read(|state| {
            let tokens = |ix| i64::from(state.contents(ix).outline.own_tokens());
            let row = |id: &str, ix| {
                let content_type = &*state.contents(ix).content_type;
                object([("id", id.into()), ("contentType", content_type.into()), ("tokens", tokens(ix).into())])
            };
            let (mut added, mut removed, mut changed, mut delta) = (Vec::new(), Vec::new(), Vec::new(), 0);
            for (entry, difference) in found {
                let id = &*state.entries(entry).id;
                match difference {
                    Difference::Added(ix) => {
                        delta += tokens(ix);
                        added.push(row(id, ix));
                    }
                    Difference::Removed(ix) => {
                        delta -= tokens(ix);
                        removed.push(row(id, ix));
                    }
                    Difference::Changed(old, new) => {
                        delta += tokens(new) - tokens(old);
                        let text = |ix| {
                            let content = fetched.get(ix).map(Payload::content).transpose()?;
                            Ok::<_, Box<Error>>(content.map_or_else(String::new, |content| text_of(&content)))
                        };
                        let words = word_runs(&text(old)?, &text(new)?);
                        let tokens = tokens(new) - tokens(old);
                        changed.push(object([("id", id.into()), ("tokens", tokens.into()), ("words", words)]));
                    }
                }
            }
            Ok(object([
                ("added", Value::Array(added)),
                ("removed", Value::Array(removed)),
                ("changed", Value::Array(changed)),
                ("tokens", delta.into()),
            ]))
        })
    }

    /// Tokens of a plain compile: of what [`Handle::status`] tells, the one number that takes no look at every entry.
    ///
    /// # Errors
    /// Those of the counter and the store.
    pub async fn compiled_tokens(&self) -> Result<u64> {
        let target = |state: &State<'_>| (self.head_in(state), u64::MAX);
        let updated = self.repo.update_view(&target, &Default::default(), &|_| 0).await?;
        Ok(self.repo.views.borrow().slots.get(updated.slot).map_or(0, |slot| slot.view.tokens()))
    }

    /// How the handle's history stands: see [`status::describe`]; and its head and budget.
    ///
    /// # Errors
    /// Those of the counter and the store.
    pub async fn status(&self) -> Result<Value> {
        let compiled = self.compiled_tokens().await?;
        let recounted = self.repo.recounted.borrow();
        let counts = Counts::new(self.repo.settings.counter.as_counter(), &recounted);
        let mut out = self.repo.read(|state| {
            let lineage = state.lineage(self.head_in(state));
            let mut out = status::describe(state, &lineage, &counts);
            if let Value::Object(out) = &mut out {
                let shown = state.notes(None).into_iter().filter(|(name, _)| is_description(name));
                shown.for_each(|(name, value)| put(out, name, value.clone()));
            }
            out
        });
        if let Value::Object(out) = &mut out {
            out.insert("branch".to_owned(), self.branch().into());
            out.insert("head".to_owned(), self.head().into());
            put(out, "compiledTokens", compiled.into());
            put(out, "checkpoint", self.repo.checkpoint_status());
            if let Some(limit) = self.budget().and_then(|budget| budget.limit().ok()) {
                let share = compiled as f64 / limit as f64;
                let budget = [("limit", limit.into()), ("used", compiled.into()), ("share", share.into())];
                put(out, "budget", object(budget));
            }
        }
        Ok(out)
    }

    /// Branches: `[{ name, head?, current, default }]`, by name; those that keep alternatives on demand.
    pub fn branches(&self, anonymous: Anonymous) -> Value {
        let current = self.branch();
        self.repo.read(|state| {
            let default = state.default_branch();
            let row = |(name, head): (&str, Option<CommitIx>)| {
                let mut row = Map::new();
                put(&mut row, "name", name.into());
                put(&mut row, "current", (Some(name) == current.as_deref()).into());
                put(&mut row, "default", (name == default).into());
                put(&mut row, "head", head.map(|head| state.commits(head).hash).into());
                Value::Object(row)
            };
            let shown = |(name, _): &(&str, _)| anonymous == Anonymous::Show || !name.starts_with(ANONYMOUS);
            state.branches().into_iter().filter(shown).map(row).collect()
        })
    }

    /// Tags: `[{ name, hash }]`.
    pub fn tags(&self) -> Value {
        self.repo.read(|state| {
            let row =
                |(name, ix): (&str, CommitIx)| object([("name", name.into()), ("hash", state.commits(ix).hash.into())]);
            state.tags().into_iter().map(row).collect()
        })
    }

    /// The annotations of an entry, newest first.
    ///
    /// # Errors
    /// `EditTarget` where there is no such entry.
    pub fn annotations(&self, id: &str) -> Result<Value> {
        self.repo.read(|state| {
            let entry = known_entry(state, id)?;
            let first = state.latest_annotation(entry);
            let chain = std::iter::successors(first, |ix| state.annotations(*ix).previous);
            Ok(chain
                .map(|ix| {
                    let annotation = &state.annotations(ix).annotation;
                    let mut row = to_value(annotation);
                    if let Value::Object(row) = &mut row {
                        put(row, "id", annotation.hash().into());
                    }
                    row
                })
                .collect())
        })
    }

    /// The notes of an entry, by name.
    ///
    /// # Errors
    /// `EditTarget` where there is no such entry.
    pub fn notes(&self, id: &str) -> Result<Value> {
        self.repo.read(|state| {
            let entry = known_entry(state, id)?;
            Ok(table(&mut state.notes(Some(entry)).into_iter().map(|(name, value)| (name, value.clone()))))
        })
    }

    /// The registered content types, by name.
    pub fn content_types(&self) -> Value {
        self.repo.read(|state| {
            let types = state.content_types();
            table(&mut types.into_iter().map(|(name, definition)| (name, to_value(definition))))
        })
    }
}

fn known_entry(state: &State<'_>, id: &str) -> Result<EntryIx> {
    let missing = || Box::new(Error::EditTarget { id: id.to_owned(), reason: "there is no such entry".to_owned() });
    state.find_entry(id).ok_or_else(missing)
}

/// The text people read in a payload.
pub(super) fn text_of(content: &Content) -> String {
    let message = content.to_message(Role::Assistant, "");
    let texts = message.parts.iter().map(|part| match &part.kind {
        PartKind::Text(text) | PartKind::Reasoning(text) => text.clone(),
        PartKind::ToolCall { tool_name, input, raw_input, .. } => {
            format!("{tool_name}({})", PartKind::arguments(input, raw_input))
        }
        PartKind::ToolResult { output, .. } => output.to_text().into_owned(),
        PartKind::File { filename, media_type, .. } => filename.clone().unwrap_or_else(|| media_type.clone()),
        PartKind::Custom { value, .. } => crate::json::canonical_json(value),
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn word_runs(before: &str, after: &str) -> Value {
    let row = |run: diff::Run<'_>| {
        let kind = match run.kind {
            RunKind::Same => "same",
            RunKind::Added => "added",
            RunKind::Removed => "removed",
        };
        object([("kind", kind.into()), ("text", run.text.into())])
    };
    diff::words(before, after).into_iter().map(row).collect()
}
