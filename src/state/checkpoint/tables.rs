//! The streams of a checkpoint: table by table.

use std::rc::Rc;

use crate::json::{self, ToJson, Value, canonical_json};

use super::codec::{Read, Reader, Stream, Writer};
use super::rows::{
    Before, Counts, known, read_commit, read_content, read_json, row_or_none, write_commit, write_content,
};
use super::{Resume, STREAMS, corrupt};
use crate::collections::{Lookup, Names};
use crate::fields::At;
use crate::hash::{ContentHash, EntryHash};
use crate::model::annotation::Annotation;
use crate::model::record::{InputUsage, OutputUsage};
use crate::model::types::TypeDefinition;
use crate::state::arena::{CommitIx, EntryIx, Ix, sort_rows};
use crate::state::gone::{Erasure, Gone};
use crate::state::rows::{BranchRow, MoveRow, Moves, OperationRow, SentRow};
use crate::state::{JournalPosition, State};

/// The streams, in the order of [`STREAMS`], without the bytes of known segments. Those that only grow go on where they
/// stopped; of the rows before, the last one is looked at where the next is written against it.
pub(super) fn write(state: &State<'_>, resume: &Resume) -> [Stream; STREAMS.len()] {
    let tables = &state.tables;
    let contents = Writer::stream(resume, 0, |out| {
        let mut previous = None;
        for (ix, row) in tables.contents.iter_from(out.row().saturating_sub(1)) {
            if ix.row() == out.row() {
                write_content(row, previous, out);
                out.end_row();
            }
            previous = Some(row);
        }
    });
    let entries = Writer::stream(resume, 1, |out| {
        for (_, row) in tables.entries.iter_from(out.row()) {
            out.text(&row.id);
            out.number(row.first.row() as u64);
            out.end_row();
        }
    });
    let commits = Writer::stream(resume, 2, |out| {
        let mut before = Before::default();
        for (ix, row) in tables.commits.iter_from(out.row().saturating_sub(1)) {
            if ix.row() == out.row() {
                write_commit(state, ix, before, out);
                out.end_row();
            }
            before = Before { seq: row.seq, created_at: row.created_at };
        }
    });
    let annotations = Writer::stream(resume, 3, |out| {
        for (_, row) in tables.annotations.iter_from(out.row()) {
            out.text(&row.annotation.to_json());
            out.number(row.seq);
            out.end_row();
        }
    });
    let moves = Writer::stream(resume, 4, |out| {
        let (mut seq, mut at) = (0, 0);
        let from = out.row().saturating_sub(1);
        for run in runs_from(state, from) {
            for step in (from as u32).saturating_sub(run.number)..=run.more {
                let row = state.nth_move(&run.first, step);
                if (run.number + step) as usize == out.row() {
                    out.number(row.branch.into());
                    out.number(u64::from(row.seq - seq));
                    out.signed(row.at - at);
                    out.optional(row.head.map(|head| head.row() as u64));
                    out.end_row();
                }
                (seq, at) = (row.seq, row.at);
            }
        }
    });
    let sent = Writer::stream(resume, 5, |out| {
        for row in tables.sent.iter().skip(out.row()) {
            write_sent(row, out);
            out.end_row();
        }
    });
    let operations = Writer::stream(resume, 6, |out| {
        for (id, row) in tables.operations.iter() {
            out.text(id);
            out.number(row.seq);
            out.number(row.index.into());
            out.number(row.commits.0.row() as u64);
            out.number(row.commits.1.into());
            out.end_row();
        }
    });
    let rest = Writer::stream(resume, 7, |out| out.text(&canonical_json(&write_rest(state))));
    [contents, entries, commits, annotations, moves, sent, operations, rest]
}

/// The moves from this number on, as they are kept.
fn runs_from<'a>(state: &'a State<'_>, number: usize) -> impl Iterator<Item = &'a Moves> {
    let runs = &state.tables.moves;
    runs.iter().skip(runs.partition_point(|run| run.end() as usize <= number))
}

/// Reads the streams into an empty state.
pub(super) fn read(state: &mut State<'static>, streams: &mut [Reader<'_>]) -> Read {
    let [contents, entries, commits, annotations, moves, sent, operations, rest] = streams else {
        return Err(corrupt("a stream is missing"));
    };
    // Room for as many rows as there are of the usual size: growing would hash all of them again and again.
    state.tables.content_lookup = Lookup::with_capacity(contents.len() / 42);
    while let Some(row) = contents.row(|from| read_content(from, state.tables.contents.last()))? {
        state.add_content(row);
    }
    state.tables.entry_lookup = Lookup::with_capacity(entries.len() / 28);
    while let Some((id, first)) = entries.row(|from| (from.text(), from.small()))? {
        state.add_entry(id, CommitIx::new(first as usize));
    }
    let counts = Counts { entries: state.tables.entries.next(), contents: state.tables.contents.next() };
    let mut before = Before::default();
    state.tables.commit_lookup = Lookup::with_capacity(commits.len() / 42);
    while let Some(new) = commits.row(|from| read_commit(from, state.commit_count(), counts, before))? {
        before = Before { seq: new.seq, created_at: new.created_at };
        state.add_commit(new);
    }
    let firsts_exist = state.tables.entries.iter_from(0).all(|(_, row)| row.first.row() < state.commit_count());
    if !firsts_exist {
        return Err(corrupt("an entry has no commit"));
    }
    while let Some((annotation, seq)) = annotations.row(|from| (read_annotation(from), from.number()))? {
        let Some(annotation) = annotation else { break };
        let entry = state.known_entry(&annotation.target)?;
        state.add_annotation(entry, annotation, seq);
    }
    read_moves(state, moves)?;
    while let Some(row) = sent.row(read_sent)? {
        state.tables.sent.push(row);
    }
    read_operations(state, operations)?;
    let rest = rest.row(Reader::text)?.unwrap_or_default();
    read_rest(state, &json::parse(rest).map_err(corrupt)?).ok_or_else(|| corrupt("the rest cannot be read"))
}

fn read_annotation(from: &mut Reader<'_>) -> Option<Annotation> {
    let text = from.text();
    read_json(from, text, Annotation::read)
}

fn read_moves(state: &mut State<'static>, from: &mut Reader<'_>) -> Read {
    let (mut seq, mut at) = (0u32, 0i64);
    let commits = state.commit_count();
    while let Some(row) = from.row(|from| {
        let branch = from.small();
        seq = from.after(seq);
        at = at.wrapping_add(from.signed());
        MoveRow { branch, seq, at, head: row_or_none(from, commits) }
    })? {
        state.add_move(row);
    }
    Ok(())
}

fn read_operations(state: &mut State<'static>, from: &mut Reader<'_>) -> Read {
    while let Some((id, row)) = from.row(|from| {
        let id = from.text();
        let (seq, index) = (from.number(), from.small());
        (id, OperationRow { seq, index, commits: (CommitIx::new(from.small() as usize), from.small()) })
    })? {
        if row.commits.0.row().saturating_add(row.commits.1 as usize) > state.commit_count() {
            return Err(corrupt("an operation has commits that are not there"));
        }
        state.tables.operations.insert(id.into(), row);
    }
    Ok(())
}

fn write_sent(row: &SentRow, out: &mut Writer<'_>) {
    out.text(&row.digest);
    out.number(row.estimate);
    out.text(&row.model);
    let input = row.input.unwrap_or_default();
    let output = row.output.unwrap_or_default();
    out.byte(u8::from(row.input.is_some()) | u8::from(row.output.is_some()) << 1);
    let figures = [input.cache_read, input.cache_write, input.total, input.uncached];
    figures.into_iter().chain([output.reasoning, output.text, output.total]).for_each(|figure| out.optional(figure));
}

fn read_sent(from: &mut Reader<'_>) -> SentRow {
    let (digest, estimate, model) = (from.text().to_owned(), from.number(), Rc::from(from.text()));
    let flags = from.byte();
    let input = InputUsage {
        cache_read: from.optional(),
        cache_write: from.optional(),
        total: from.optional(),
        uncached: from.optional(),
    };
    let output = OutputUsage { reasoning: from.optional(), text: from.optional(), total: from.optional() };
    SentRow {
        digest,
        estimate,
        model,
        input: Some(input).filter(|_| flags & 1 != 0),
        output: Some(output).filter(|_| flags & 2 != 0),
    }
}

/// What can change: names and notes, as JSON.
fn write_rest(state: &State<'_>) -> Value {
    let tables = &state.tables;
    let branch = |(name, row): (&str, &BranchRow)| {
        Value::Array(vec![name.into(), row.number.into(), row.head.map(Ix::row).into()])
    };
    let notes = state
        .notes_in_order()
        .map(|(entry, name, value)| Value::Array(vec![entry.map(Ix::row).into(), name.into(), value.clone()]));
    let tags = state.tags();
    let types = state.content_types();
    let (mut erased, mut freed) = (Vec::new(), Vec::new());
    state.each_mark(&mut |hash, mark| match mark {
        Gone::Erased(erasure) => {
            let reason = erasure.reason.as_str().into();
            erased.push(Value::Array(vec![hash.into(), erasure.at.into(), reason]));
        }
        Gone::Freed => freed.push(Value::from(hash)),
    });
    json::object([
        ("branchCount", tables.branch_count.into()),
        ("branches", tables.branches.iter().map(branch).collect()),
        ("defaultBranch", state.default_branch().into()),
        ("erased", Value::Array(erased)),
        ("freed", Value::Array(freed)),
        ("notes", notes.collect()),
        ("tags", json::table(&mut tags.into_iter().map(|(name, ix)| (name, ix.row().into())))),
        ("tokens", state.token_source().map(|source| &**source).into()),
        ("types", json::table(&mut types.into_iter().map(|(name, definition)| (name, json::to_value(definition))))),
        ("typesVersion", tables.types_version.into()),
    ])
}

fn read_rest(state: &mut State<'static>, rest: &Value) -> Option<()> {
    let commits = state.commit_count();
    let commit = |row: &Value| known::<CommitIx>(row.as_u64()?, commits);
    state.tables.branch_count = rest.get("branchCount")?.as_u64()? as u32;
    for row in rest.get("branches")?.as_array()? {
        let (name, number, head) = (row.get(0)?.as_str()?, row.get(1)?.as_u64()? as u32, row.get(2)?);
        let head = if head.is_null() { None } else { Some(commit(head)?) };
        state.tables.branches.insert(name, BranchRow { number, head });
    }
    state.tables.default_branch = Some(rest.get("defaultBranch")?.as_str()?.to_owned());
    let hash = |value: &Value| value.as_str()?.parse::<ContentHash>().ok();
    for row in rest.get("erased")?.as_array()? {
        let (at, reason) = (row.get(1)?.as_i64()?, row.get(2)?.as_str()?.to_owned());
        state.mark(hash(row.get(0)?)?, Some(Gone::Erased(Rc::new(Erasure { at, reason }))));
    }
    for row in rest.get("freed")?.as_array()? {
        state.mark(hash(row)?, Some(Gone::Freed));
    }
    for row in rest.get("notes")?.as_array()? {
        let entry = match row.get(0)? {
            Value::Null => None,
            entry => Some(known::<EntryIx>(entry.as_u64()?, state.tables.entries.next())?),
        };
        let (name, value) = (row.get(1)?.as_str()?, row.get(2)?.clone());
        state.tables.notes.get_or_insert_with(entry, Names::default).insert(name, Some(value));
    }
    for (name, row) in rest.get("tags")?.as_object()? {
        state.tables.tags.insert(name, Some(commit(row)?));
    }
    state.tables.token_source = rest.get("tokens")?.as_str().map(Rc::from);
    for (name, definition) in rest.get("types")?.as_object()? {
        state.tables.types.insert(name, Some(TypeDefinition::read(definition.clone(), At::Root).ok()?));
    }
    state.tables.types_version = rest.get("typesVersion")?.as_u64()? as u32;
    Some(())
}

impl State<'static> {
    pub(crate) fn set_journal(&mut self, seq: u64, hash: EntryHash, at: i64) {
        self.tables.journal = JournalPosition { seq, hash: Some(hash), at };
    }
}

impl State<'_> {
    /// All notes, by entry and name; those on the repository come first.
    fn notes_in_order(&self) -> impl Iterator<Item = (Option<EntryIx>, &str, &Value)> {
        let mut entries: Vec<EntryIx> = self.tables.notes.iter().filter_map(|(entry, _)| *entry).collect();
        sort_rows(&mut entries);
        let all = std::iter::once(None).chain(entries.into_iter().map(Some));
        let notes = all.filter_map(|entry| Some((entry, self.tables.notes.get(&entry)?)));
        notes.flat_map(|(entry, notes)| {
            notes.iter().filter_map(move |(name, value)| Some((entry, name, value.as_ref()?)))
        })
    }
}
