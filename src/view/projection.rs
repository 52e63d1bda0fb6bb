//! What a journal entry means for tables that people query: `Projection` in `js/src/types/storage.ts`.
//! It follows from the journal, so it can be made again at any time.

use crate::collections::{Map, Set};
use crate::json::{Members, ToJson, Value, object};
use crate::model::commit::EntryOperation;
use crate::model::journal::Entry;
use crate::model::record::Record;
use crate::model::setting::POLICY_CONFIG;
use crate::state::State;
use crate::state::arena::{AnnotationIx, CommitIx, EntryIx, Ix};
use crate::state::lineage::Status;
use crate::state::rows::{Action, OtherAction};

/// How far a state had come before an entry was applied.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    commits: usize,
    annotations: usize,
    head: Option<CommitIx>,
}

impl Before {
    /// What is there now.
    pub fn of(state: &State<'_>) -> Self {
        let head = state.branch(state.default_branch()).flatten();
        Self { commits: state.commit_count(), annotations: state.annotation_count(), head }
    }
}

/// What an entry meant that brought a state from `before` to what it is, as JSON.
pub fn projection(before: Before, state: &State<'_>, entry: &Entry) -> String {
    let records = entry.operations.iter().flat_map(|operation| &operation.records);
    let first = records.clone().find_map(|record| match record {
        Record::DefaultBranch(change) => Some(change.old.clone()),
        _ => None,
    });
    let mut touched =
        Touched { default: first.unwrap_or_else(|| state.default_branch().to_owned()), ..Touched::default() };
    for record in records {
        touched.note(record);
    }
    let mut text = String::with_capacity(512);
    Members::write(&mut text, |members| {
        members.put("seq", &entry.seq);
        members.put("at", &entry.at);
        members.some("defaultBranch", touched.default_branch.as_ref());
        if touched.policy_config {
            let config = state.note(None, POLICY_CONFIG).unwrap_or(&Value::Null);
            members.put("policyConfig", config);
        }
        let commits: Vec<_> = (before.commits..state.commit_count()).map(|row| CommitAt(row, state)).collect();
        members.put("commits", commits.as_slice());
        members.put("refs", touched.refs(state).as_slice());
        let annotations = before.annotations..state.annotation_count();
        let annotations: Vec<_> = annotations.map(|row| AnnotationAt(AnnotationIx::new(row), state)).collect();
        members.put("annotations", annotations.as_slice());
        let compacted = if touched.view { compacted(before.head, state) } else { Vec::new() };
        members.put("compacted", compacted.as_slice());
    });
    text
}

/// What the records of an entry are about.
#[derive(Default)]
struct Touched {
    branches: Set<String>,
    tags: Set<String>,
    default_branch: Option<String>,
    /// The default branch at this point of the entry.
    default: String,
    /// Whether entries may have been compacted, or are no longer.
    view: bool,
    /// Whether it changed.
    policy_config: bool,
}

impl Touched {
    fn note(&mut self, record: &Record) {
        match record {
            Record::Repository(made) => {
                self.default_branch = Some(made.default_branch.clone());
                self.branches.insert(made.default_branch.clone(), ());
            }
            Record::DefaultBranch(change) => {
                self.default_branch = Some(change.new.clone());
                self.default = change.new.clone();
                self.view = true;
            }
            Record::Branch(change) => {
                self.branches.insert(change.name.clone(), ());
                self.view = true;
            }
            Record::Note(note) => self.policy_config |= note.entry.is_none() && note.name == POLICY_CONFIG,
            Record::Tag(change) => {
                self.tags.insert(change.name.clone(), ());
            }
            Record::Commit(commit) => {
                let branch = commit.branch.as_ref().unwrap_or(&self.default).clone();
                self.branches.insert(branch, ());
                self.view |= matches!(
                    commit.commit.operation,
                    Some(EntryOperation::Compact { .. } | EntryOperation::Merge { .. } | EntryOperation::Revert { .. })
                );
            }
            _ => {}
        }
    }

    fn refs(&self, state: &State<'_>) -> Vec<RefAt> {
        let hash = |commit: Option<CommitIx>| commit.map(|ix| state.commits(ix).hash.to_hex());
        let at = |kind, name: &String, commit| RefAt { kind, name: name.clone(), commit: hash(commit) };
        let branches = self.branches.iter().map(|(name, ())| at("branch", name, state.branch(name).flatten()));
        branches.chain(self.tags.iter().map(|(name, ())| at("tag", name, state.tag(name)))).collect()
    }
}

struct RefAt {
    kind: &'static str,
    name: String,
    commit: Option<String>,
}

impl ToJson for RefAt {
    fn write_json(&self, out: &mut String) {
        let commit = self.commit.as_deref().into();
        let row = object([("kind", self.kind.into()), ("name", self.name.as_str().into()), ("commit", commit)]);
        row.write_json(out);
    }
}

/// Members that are null where there is nothing.
trait PutNull {
    fn null(&mut self, name: &str, value: Option<&(impl ToJson + ?Sized)>);
}

impl PutNull for Members<'_> {
    fn null(&mut self, name: &str, value: Option<&(impl ToJson + ?Sized)>) {
        match value {
            Some(value) => self.put(name, value),
            None => self.put(name, &crate::json::Value::Null),
        }
    }
}

struct CommitAt<'a>(usize, &'a State<'a>);

impl ToJson for CommitAt<'_> {
    fn write_json(&self, out: &mut String) {
        let Self(number, state) = *self;
        let row = state.commits(CommitIx::new(number));
        let content = row.content().map(|ix| state.contents(ix));
        let [parent, second] = row.parents.map(|parent| parent.map(|ix| ix.row()));
        let author = row.extras.as_ref().and_then(|extras| extras.author.as_deref());
        Members::write(out, |members| {
            members.put("number", &number);
            members.put("hash", &row.hash);
            members.put("operation", name_of(&row.action));
            members.null("entry", row.entry().map(|ix| &state.entries(ix).id));
            members.null("contentHash", content.map(|content| &content.hash));
            members.null("contentType", content.map(|content| &content.content_type));
            members.null("role", content.map(|content| state.role_of(content).name()));
            members.null("parent", parent.as_ref());
            members.null("secondParent", second.as_ref());
            members.put("height", &row.height);
            members.put("tokenCount", &row.tokens);
            members.put("cumulativeTokens", &row.cumulative_tokens);
            members.null("authorKind", author.map(|author| author.kind.as_str()));
            members.null("authorName", author.and_then(|author| author.name.as_deref()));
            members.null("turn", row.turn());
            members.put("createdAt", &row.created_at);
        });
    }
}

fn name_of(action: &Action) -> &'static str {
    match action {
        Action::Append(..) => "append",
        Action::Edit(..) => "edit",
        Action::Delete(_) => "delete",
        Action::Other(other) => match **other {
            OtherAction::Compact { .. } => "compact",
            OtherAction::Merge { .. } => "merge",
            OtherAction::Revert(_) => "revert",
        },
    }
}

struct AnnotationAt<'a>(AnnotationIx, &'a State<'a>);

impl ToJson for AnnotationAt<'_> {
    fn write_json(&self, out: &mut String) {
        let annotation = &self.1.annotations(self.0).annotation;
        let author = annotation.author.as_ref();
        Members::write(out, |members| {
            members.put("hash", &annotation.hash());
            members.put("entry", &annotation.target);
            members.put("priority", annotation.priority.name());
            members.null("reason", annotation.reason.as_deref());
            members.null("authorKind", author.map(|author| author.kind.as_str()));
            members.null("authorName", author.and_then(|author| author.name.as_deref()));
            members.put("createdAt", &annotation.created_at);
        });
    }
}

/// An entry that was compacted by a commit, or is no longer.
struct CompactedAt<'a>(EntryIx, Option<CommitIx>, &'a State<'a>);

impl ToJson for CompactedAt<'_> {
    fn write_json(&self, out: &mut String) {
        let Self(entry, by, state) = self;
        let row = by.map(|by| state.commits(by));
        let into = row.and_then(|row| row.entry()).map(|ix| &state.entries(ix).id);
        Members::write(out, |members| {
            members.put("number", &state.entries(*entry).first.row());
            members.null("at", row.map(|row| &row.created_at));
            members.null("into", into);
            members.null("version", row.map(|row| &row.height));
        });
    }
}

/// What changed on the default branch since its head was `before`.
fn compacted<'a>(before: Option<CommitIx>, state: &'a State<'a>) -> Vec<CompactedAt<'a>> {
    let compactions = |head: Option<CommitIx>| {
        let mut found: Map<EntryIx, CommitIx> = Map::default();
        for slot in state.lineage(head).slots() {
            if let Status::Compacted(by) = slot.status {
                found.insert(slot.entry, by);
            }
        }
        found
    };
    let (then, now) = (compactions(before), compactions(state.branch(state.default_branch()).flatten()));
    let gone = then.iter().filter(|(entry, _)| !now.contains(entry)).map(|(entry, _)| CompactedAt(*entry, None, state));
    let new = now.iter().filter(|(entry, by)| then.get(entry) != Some(by));
    gone.chain(new.map(|(entry, by)| CompactedAt(*entry, Some(*by), state))).collect()
}
