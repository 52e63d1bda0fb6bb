//! How the rows of the growing tables are written and read.

use std::rc::Rc;

use super::codec::{Reader, Writer};
use crate::error::Result;
use crate::fields::{At, read};
use crate::hash::{CommitHash, ContentHash};
use crate::json::{ToJson, Value};
use crate::model::commit::{Body, EntryOperation};
use crate::model::content::Role;
use crate::model::outline::{Link, Outline};
use crate::state::State;
use crate::state::apply::{NewCommit, extras};
use crate::state::arena::{CommitIx, ContentIx, EntryIx, Ix};
use crate::state::rows::{Action, ContentRow, Extras, OtherAction};

const ROLES: [Role; 5] = [Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool];

/// The row of this number, if there are more of them.
pub(super) fn known<I: Ix>(number: u64, count: usize) -> Option<I> {
    usize::try_from(number).ok().filter(|row| *row < count).map(I::new)
}

/// Reads a row number that must be below `count`.
fn row<I: Ix>(from: &mut Reader<'_>, count: usize) -> I {
    let number = from.number();
    checked(from, number, count)
}

/// Reads one more than a row number below `count`, or 0 for none.
pub(super) fn row_or_none<I: Ix>(from: &mut Reader<'_>, count: usize) -> Option<I> {
    from.optional().map(|number| checked(from, number, count))
}

fn checked<I: Ix>(from: &mut Reader<'_>, number: u64, count: usize) -> I {
    known(number, count).unwrap_or_else(|| {
        from.fail(&format_args!("row {number} of {count}"));
        I::new(0)
    })
}

pub(super) fn write_content(row: &ContentRow, previous: Option<&ContentRow>, out: &mut Writer<'_>) {
    let outline = &row.outline;
    out.hash(&row.hash.0);
    out.number(row.size.into());
    let same_type = previous.is_some_and(|previous| previous.content_type == row.content_type);
    out.optional_text(Some(&*row.content_type).filter(|_| !same_type));
    out.optional_text(row.token_source.as_deref());
    out.byte(outline.role.map_or(0, |role| role as u8 + 1));
    let (body, here, name) = (outline.body, outline.here, outline.name());
    let files = outline.files();
    let flags = [body, here, name.is_some(), !files.is_empty()];
    out.byte(flags.iter().enumerate().fold(0, |byte, (bit, flag)| byte | u8::from(*flag) << bit));
    out.number(outline.text.into());
    out.number(outline.reasoning.into());
    write_links(outline.calls(), out);
    write_links(outline.results(), out);
    if let Some(name) = name {
        out.key(name);
    }
    if !files.is_empty() {
        write_links(files, out);
    }
}

fn write_links(links: &[Link], out: &mut Writer<'_>) {
    out.number(links.len() as u64);
    for link in links {
        out.key(link.key);
        out.number(link.tokens.into());
    }
}

pub(super) fn read_content(from: &mut Reader<'_>, previous: Option<&ContentRow>) -> ContentRow {
    let hash = ContentHash(from.hash());
    let size = from.small();
    let content_type = match (from.optional_text(), previous) {
        (Some(name), _) => name.into(),
        (None, Some(previous)) => previous.content_type.clone(),
        (None, None) => {
            from.fail(&"the first payload has no type");
            "".into()
        }
    };
    let token_source = from.optional_text().map(Rc::from);
    let role = from.byte().checked_sub(1).and_then(|number| {
        let role = ROLES.get(usize::from(number)).copied();
        if role.is_none() {
            from.fail(&"no such role");
        }
        role
    });
    let flags = from.byte();
    let (text, reasoning) = (from.small(), from.small());
    let (calls, results) = (links(from), links(from));
    let name = (flags & 4 != 0).then(|| from.key());
    let files = if flags & 8 != 0 { links(from) } else { Vec::new() };
    let all = [calls, results, files];
    let outline = Outline::from_parts(role, (text, reasoning), (flags & 1 != 0, flags & 2 != 0), all, name);
    ContentRow { hash, size, outline, content_type, token_source }
}

fn links(from: &mut Reader<'_>) -> Vec<Link> {
    from.list(|from| Link { key: from.key(), tokens: from.small() })
}

/// What a commit is written against: the one before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    pub seq: u32,
    pub created_at: i64,
}

pub(super) fn write_commit(state: &State<'_>, ix: CommitIx, before: Before, out: &mut Writer<'_>) {
    let row = state.commits(ix);
    out.hash(&row.hash.0);
    write_action(&row.action, out);
    for parent in row.parents {
        out.optional(parent.map(|parent| (ix.row() - parent.row()) as u64));
    }
    out.number(u64::from(row.seq - before.seq));
    out.signed(row.created_at - before.created_at);
    out.optional_text(row.extras.as_deref().map(extras_text).as_deref());
}

fn write_action(action: &Action, out: &mut Writer<'_>) {
    let mut numbers = |tag: u8, numbers: &[usize]| {
        out.byte(tag);
        numbers.iter().for_each(|number| out.number(*number as u64));
    };
    match action {
        Action::Append(entry, content) => numbers(0, &[entry.row(), content.row()]),
        Action::Edit(entry, content) => numbers(1, &[entry.row(), content.row()]),
        Action::Delete(entry) => numbers(2, &[entry.row()]),
        Action::Other(other) => match &**other {
            OtherAction::Compact { summary, content, targets } => {
                numbers(3, &[summary.row(), content.row(), targets.len()]);
                targets.iter().for_each(|target| out.number(target.row() as u64));
            }
            OtherAction::Revert(target) => numbers(4, &[target.row()]),
            OtherAction::Merge { resolutions } => {
                out.byte(5);
                out.text(&EntryOperation::Merge { resolutions: resolutions.clone() }.to_json());
            }
        },
    }
}

/// The extras as the members of a commit's body.
fn extras_text(extras: &Extras) -> String {
    let extras = extras.clone();
    let body = Body {
        author: extras.author,
        copied_from: extras.copied_from,
        generation: extras.generation,
        labels: extras.labels,
        metadata: extras.metadata,
        note: extras.note,
        reply_to: extras.reply_to,
        turn: extras.turn,
        ..Body::default()
    };
    body.to_json()
}

/// How many rows the tables have that a commit can name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub entries: usize,
    pub contents: usize,
}

pub(super) fn read_commit(from: &mut Reader<'_>, number: usize, counts: Counts, before: Before) -> NewCommit {
    let hash = CommitHash(from.hash());
    let action = read_action(from, number, counts);
    let parents = [read_parent(from, number), read_parent(from, number)];
    let seq = from.after(before.seq);
    let created_at = before.created_at.wrapping_add(from.signed());
    let extras = from.optional_text().and_then(|text| extras(&read_json(from, text, Body::read)?));
    NewCommit { hash, action, parents, seq, created_at, extras }
}

fn read_parent(from: &mut Reader<'_>, number: usize) -> Option<CommitIx> {
    let back = from.optional()?;
    let row = usize::try_from(back).ok().filter(|back| *back > 0).and_then(|back| number.checked_sub(back));
    if row.is_none() {
        from.fail(&"a commit names a parent that is not there");
    }
    row.map(CommitIx::new)
}

fn read_action(from: &mut Reader<'_>, number: usize, counts: Counts) -> Action {
    let tag = from.byte();
    let entry = |from: &mut Reader<'_>| -> EntryIx { row(from, counts.entries) };
    let content = |from: &mut Reader<'_>| -> ContentIx { row(from, counts.contents) };
    Action::Other(Box::new(match tag {
        0 => return Action::Append(entry(from), content(from)),
        1 => return Action::Edit(entry(from), content(from)),
        2 => return Action::Delete(entry(from)),
        3 => {
            let (summary, content) = (entry(from), content(from));
            OtherAction::Compact { summary, content, targets: from.list(entry) }
        }
        5 => {
            let text = from.text();
            let Some(EntryOperation::Merge { resolutions }) = read_json(from, text, EntryOperation::read) else {
                from.fail(&"a merge is something else");
                return Action::Delete(EntryIx::new(0));
            };
            OtherAction::Merge { resolutions }
        }
        _ => {
            if tag != 4 {
                from.fail(&format_args!("there is no action {tag}"));
            }
            OtherAction::Revert(row(from, number))
        }
    }))
}

/// What a text holds; None after a fault.
pub(super) fn read_json<T>(from: &mut Reader<'_>, text: &str, read_as: fn(Value, At<'_>) -> Result<T>) -> Option<T> {
    read(text, read_as).map_err(|error| from.fail(&error)).ok()
}
