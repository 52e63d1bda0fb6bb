//! The transcript: what people read on a screen. Entries in reading order as they read now, those that
//! were compacted with them.

use crate::collections::Set;
use crate::json::{Members, ToJson, Value};
use crate::state::State;
use crate::state::arena::{EntryIx, Ix};
use crate::state::lineage::{Lineage, Slot, Status};

/// A page of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In reading order.
    pub slots: Vec<Slot>,
    /// The entry that the page before goes up to, if there is one.
    pub before: Option<EntryIx>,
}

/// The last `limit` entries that stand before `before`. None where that entry is not there.
pub fn page(lineage: &Lineage, before: Option<EntryIx>, limit: usize) -> Option<Page> {
    let all = lineage.slots();
    let end = match before {
        Some(entry) => all.iter().position(|slot| slot.entry == entry)?,
        None => all.len(),
    };
    let mut page = Page { slots: Vec::new(), before: None };
    for slot in all.get(..end)?.iter().rev() {
        if matches!(slot.status, Status::Deleted(_) | Status::Withdrawn) {
            continue;
        }
        if page.slots.len() >= limit.max(1) {
            page.before = page.slots.last().map(|oldest| oldest.entry);
            break;
        }
        page.slots.push(*slot);
    }
    page.slots.reverse();
    Some(page)
}

/// A page as JSON. `payloads` are the texts of the slots' payloads; None for what was erased.
pub fn describe(state: &State<'_>, page: &Page, payloads: &[Option<String>]) -> String {
    let mut rows = String::with_capacity(512);
    let mut within: Option<Vec<bool>> = None;
    for (slot, payload) in page.slots.iter().zip(payloads) {
        let mut siblings: Vec<EntryIx> = Vec::new();
        let all = state.siblings(slot.commit);
        if all.len() > 1 {
            let within = within.get_or_insert_with(|| state.within_reach());
            let mut seen = Set::default();
            for (ix, entry) in all {
                if within.get(ix.row()) == Some(&true) && seen.add(entry) {
                    siblings.push(entry);
                }
            }
        }
        rows.push(if rows.is_empty() { '[' } else { ',' });
        Row { state, slot, payload: payload.as_deref(), siblings }.write_json(&mut rows);
    }
    rows.push_str(if rows.is_empty() { "[]" } else { "]" });
    let mut text = String::with_capacity(rows.len() + 64);
    Members::write(&mut text, |members| {
        members.put("entries", &Text(&rows));
        members.some("cursor", page.before.map(|entry| &state.entries(entry).id));
    });
    text
}

struct Row<'a> {
    state: &'a State<'a>,
    slot: &'a Slot,
    payload: Option<&'a str>,
    siblings: Vec<EntryIx>,
}

/// What is JSON already.
struct Text<'a>(&'a str);

impl ToJson for Text<'_> {
    fn write_json(&self, out: &mut String) {
        out.push_str(self.0);
    }
}

impl ToJson for Row<'_> {
    fn write_json(&self, out: &mut String) {
        let Self { state, slot, payload, ref siblings } = *self;
        let id = |entry: EntryIx| &state.entries(entry).id;
        let content = state.contents(slot.content);
        let (first, now) = (state.commits(slot.commit), state.commits(slot.version));
        let own = first.extras.as_deref();
        let streamed = own.and_then(|extras| status_of(extras.generation.as_ref()?)) == Some("streaming");
        Members::write(out, |members| {
            members.put("id", id(slot.entry));
            members.put("hash", &now.hash);
            members.put("contentType", &content.content_type);
            members.put("payload", &Text(payload.unwrap_or("null")));
            members.put("role", state.role_of(content).name());
            members.put("createdAt", &first.created_at);
            members.put("tokenCount", &now.tokens);
            members.put("priority", state.priority_of(slot.entry, content).name());
            members.some("author", own.and_then(|extras| extras.author.as_deref()));
            members.some("turn", own.and_then(|extras| extras.turn.as_ref()));
            members.some("replyTo", own.and_then(|extras| extras.reply_to.as_ref()));
            // An edit that says nothing of these leaves them as they are.
            let newer = now.extras.as_deref();
            let pick = || [newer, own].into_iter().flatten();
            members.some("metadata", pick().find_map(|extras| extras.metadata.as_ref()));
            members.some("labels", pick().map(|extras| extras.labels.as_slice()).find(|labels| !labels.is_empty()));
            if let Some(generation) = pick().find_map(|extras| extras.generation.as_ref()) {
                members.put("generation", generation);
                members.some("status", status_of(generation));
                members.some("usage", generation.get("usage"));
            }
            if let Status::Compacted(by) = slot.status {
                members.some("compactedInto", state.commits(by).entry().map(id));
            }
            // What a stream saved on its way is no edit.
            if slot.version != slot.commit && !streamed {
                members.put("edited", &true);
            }
            if siblings.len() > 1
                && let Some(index) = siblings.iter().position(|sibling| *sibling == slot.entry)
            {
                members.put("siblings", &Group { state, entries: siblings, index });
            }
        });
    }
}

/// How a turn ended, as its generation tells.
fn status_of(generation: &Value) -> Option<&str> {
    let status = generation.get("status")?.as_str()?;
    ["complete", "aborted", "error", "streaming"].contains(&status).then_some(status)
}

struct Group<'a> {
    state: &'a State<'a>,
    entries: &'a [EntryIx],
    index: usize,
}

impl ToJson for Group<'_> {
    fn write_json(&self, out: &mut String) {
        let mut ids = String::new();
        for entry in self.entries {
            ids.push(if ids.is_empty() { '[' } else { ',' });
            self.state.entries(*entry).id.write_json(&mut ids);
        }
        ids.push(']');
        Members::write(out, |members| {
            members.put("ids", &Text(&ids));
            members.put("index", &self.index);
        });
    }
}
