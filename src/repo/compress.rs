//! Compression: what could be compacted, as the model reads it; and the commits that do it.

use super::payloads::{Fetched, Payload};
use super::{CommitOptions, Done, Guard, Handle};
use crate::collections::{Map, Set};
use crate::error::{Error, Result};
use crate::fields::{At, Fields};
use crate::hash::{CommitHash, ContentHash};
use crate::json::{Members, ToJson, Value};
use crate::model::annotation::Priority;
use crate::model::content::{Content, Summary};
use crate::ops::{Compact, Input, in_view};
use crate::state::State;
use crate::state::arena::{ContentIx, EntryIx, sort_rows};
use crate::state::lineage::{Lineage, Slot};
use crate::view::compile::Inputs;
use crate::view::counts::Counts;
use crate::view::message::CompiledMessage;
use crate::view::options::CompileOptions;
use crate::view::pair::Kind;
use crate::view::runs::{Fate, fates, live, runs};
use crate::view::table::{MessageTable, Recipe};

/// Which entries to compress. Whatever is asked for, pinned entries, the current turn and the last
/// `preserve_recent` entries stay, and steps go whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompressOptions {
    /// These entries, each of which must be able to go; none: all that can.
    pub ids: Option<Vec<String>>,
    /// Only entries from this one on, in reading order.
    pub from: Option<String>,
    /// Only entries up to this one.
    pub to: Option<String>,
    /// How many of the last entries stay.
    pub preserve_recent: u32,
    /// Whether the messages are wanted as well.
    pub messages: Messages,
}

/// Whether a plan says what its entries say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Messages {
    /// Only figures.
    #[default]
    Leave,
    /// The messages, as the model reads them.
    Read,
}

/// What could be compressed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CompressPlan {
    /// The commit it was made on.
    pub head: Option<CommitHash>,
    /// Tokens of a plain compile of it.
    pub tokens: u64,
    /// Tokens of what this handle sent last that would have to be sent anew, since the first change stands
    /// before them.
    pub lost: u64,
    /// Entries that follow one another; each run gets a summary of its own.
    pub runs: Vec<PlannedRun>,
}

/// Entries to be summarised together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlannedRun {
    /// Their ids, in reading order.
    pub targets: Vec<String>,
    /// What each of them says now.
    pub basis: Vec<ContentHash>,
    /// By how many tokens a compile is shorter without them.
    pub tokens: u64,
    /// Entries that they stand for, those behind earlier summaries counted, and when the first and the last
    /// of them were made, UTC milliseconds.
    pub of: (u64, i64, i64),
    /// Ids of earlier summaries among the targets.
    pub extends: Vec<String>,
    /// What those say.
    pub texts: Vec<String>,
    /// The facts that those keep.
    pub facts: Vec<String>,
    /// What all others say, as the model reads it. Empty unless messages are read.
    pub messages: Vec<CompiledMessage>,
}

/// A run with its summary.
#[derive(Debug, Clone, PartialEq)]
pub struct Compaction {
    /// The summary's entry; made where it is not given.
    pub id: Option<String>,
    /// See [`Compact::targets`].
    pub targets: Vec<String>,
    /// See [`Compact::basis`].
    pub basis: Vec<ContentHash>,
    /// A payload of type `summary`.
    pub payload: Value,
    /// How it was made: summarizer, model, cost.
    pub generation: Option<Value>,
}

impl CompressOptions {
    /// Reads options: what is left of `fields`.
    ///
    /// # Errors
    /// `Validation` where one of them makes no sense.
    pub fn read(mut fields: Fields<'_>) -> Result<Self> {
        let ids = fields.has("ids").then(|| fields.strings("ids")).transpose()?;
        let options = Self {
            ids,
            from: fields.nullable("from")?,
            to: fields.nullable("to")?,
            preserve_recent: fields.nullable("preserveRecent")?.unwrap_or(0),
            messages: if fields.nullable("messages")?.unwrap_or(false) { Messages::Read } else { Messages::Leave },
        };
        fields.finish()?;
        Ok(options)
    }
}

impl Compaction {
    /// Reads `{ id?, targets, basis, payload, generation? }`.
    ///
    /// # Errors
    /// `Validation` where it is something else.
    pub fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a compaction")?;
        let run = Self {
            id: fields.nullable("id")?,
            targets: fields.strings("targets")?,
            basis: fields.nullable("basis")?.unwrap_or_default(),
            payload: fields.required("payload")?,
            generation: fields.nullable("generation")?,
        };
        fields.finish()?;
        Ok(run)
    }
}

impl ToJson for CompressPlan {
    fn write_json(&self, out: &mut String) {
        Members::write(out, |members| {
            members.some("head", self.head.as_ref());
            members.put("tokens", &self.tokens);
            members.put("lost", &self.lost);
            members.put("runs", self.runs.as_slice());
        });
    }
}

impl ToJson for PlannedRun {
    fn write_json(&self, out: &mut String) {
        let (count, first, last) = self.of;
        Members::write(out, |members| {
            members.put("targets", self.targets.as_slice());
            members.put("basis", self.basis.as_slice());
            members.put("tokens", &self.tokens);
            members.put(
                "of",
                &crate::json::object([("count", count.into()), ("first", first.into()), ("last", last.into())]),
            );
            members.put("extends", self.extends.as_slice());
            members.put("texts", self.texts.as_slice());
            members.put("facts", self.facts.as_slice());
            members.put("messages", self.messages.as_slice());
        });
    }
}

/// A run on its way: what it is made of, and what it says.
struct Found {
    planned: PlannedRun,
    slots: Vec<Slot>,
    recipes: Vec<Recipe>,
}

impl Handle {
    /// Says what could be compressed on the branch. Never writes.
    ///
    /// # Errors
    /// `EditTarget` for an id that cannot go, or a boundary that is not on the branch; `RefProtected` where
    /// the handle stands on a commit; those of the counter and the store.
    pub async fn plan_compress(&self, options: &CompressOptions) -> Result<CompressPlan> {
        let repo = &*self.repo;
        let branch = self.writable()?;
        let target = |state: &State<'_>| (state.branch(&branch).flatten(), u64::MAX);
        // What is named may be of the past.
        let _held = repo.hold();
        if options.ids.is_some() || options.from.is_some() || options.to.is_some() {
            repo.bring_back().await?;
        }
        let mut fetched = Fetched::default();
        loop {
            let updated = repo.update_view(&target, &CompileOptions::default(), &|_| 0).await?;
            let mut plan = CompressPlan::default();
            let found = self.find_runs(updated.slot, &branch, options, &mut plan)?;
            let missing = repo.read(|state| wanted(state, &found, options.messages, &fetched));
            if !missing.is_empty() {
                repo.fetch(&missing, &mut fetched).await?;
                continue;
            }
            plan.runs = repo.read(|state| {
                found.into_iter().map(|run| run.finish(state, &fetched, options.messages)).collect::<Result<_>>()
            })?;
            return Ok(plan);
        }
    }

    fn find_runs(
        &self,
        place: usize,
        branch: &str,
        options: &CompressOptions,
        plan: &mut CompressPlan,
    ) -> Result<Vec<Found>> {
        let repo = &*self.repo;
        let state = repo.state.borrow();
        let views = repo.views.borrow();
        let slot = views.slots.get(place).ok_or_else(|| Error::internal("a view was lost"))?;
        let lineage = state.lineage(slot.head);
        let pairing = slot.view.pairing();
        let asked = Asked::of(&state, branch, &lineage, options)?;
        let fates = fates(pairing, options.preserve_recent, &|entry| asked.has(entry));
        let mut fate_of: Map<EntryIx, Fate> = Map::default();
        for (unit, fate) in pairing.units().iter().zip(&fates).filter(|_| !asked.named.is_empty()) {
            for entry in live(unit) {
                if *fate != Fate::Goes || !fate_of.contains(&entry) {
                    fate_of.insert(entry, *fate);
                }
            }
        }
        for (id, entry) in &asked.named {
            let reason = match fate_of.get(entry) {
                Some(Fate::Goes) => continue,
                Some(Fate::Stays(reason)) => reason.text(),
                Some(Fate::Hidden) => "no message shows it: it is skipped, or part of a step that is not whole",
                None => "no message shows it: it is the result of a call that is not there",
            };
            return Err(Box::new(Error::EditTarget { id: id.clone(), reason: reason.to_owned() }));
        }
        let recounted = repo.recounted.borrow();
        let counts = Counts::new(repo.settings.counter.as_counter(), &recounted);
        let mut table = MessageTable::default();
        let inputs = Inputs { state: &state, lineage: &lineage, counts: &counts, table: &mut table };
        plan.head = slot.head.map(|ix| state.commits(ix).hash);
        plan.tokens = slot.view.tokens();
        // Of messages that are one with what is hidden, the hidden ones stay.
        let hidden = |entry: EntryIx| {
            let slot = lineage.slot(entry)?;
            let row = state.contents(slot.content);
            Some(state.priority_of(entry, row) != Priority::Normal || state.is_erased(slot.content))
        };
        let mut found = Vec::new();
        let mut going: Set<EntryIx> = Set::default();
        for run in runs(pairing, &fates) {
            let mut entries: Set<EntryIx> = Set::default();
            let mut one = Found { planned: PlannedRun::default(), slots: Vec::new(), recipes: Vec::new() };
            for index in run {
                let Some(unit) = pairing.units().get(index) else { continue };
                for entry in live(unit).filter(|entry| hidden(*entry) == Some(false)) {
                    entries.add(entry);
                    going.add(entry);
                }
                one.planned.tokens += u64::from(slot.view.cost(index));
                if unit.kind != Kind::Summary {
                    one.recipes.extend(slot.view.recipes(&inputs, index).into_iter().map(without_summaries));
                }
            }
            one.slots.extend(lineage.slots().iter().filter(|slot| entries.contains(&slot.entry)).copied());
            found.push(one);
        }
        plan.lost = self.cached_behind(&views, &going);
        Ok(found)
    }

    /// Compacts runs into their summaries, as one operation; with a guard, on behalf of a policy or a proposal.
    ///
    /// # Errors
    /// `Validation`; `EditTarget`; `Conflict` where a target is not what it was; those of [`Handle::act`] and of
    /// the store. Nothing is stored then.
    pub async fn compact(&self, runs: Vec<Compaction>, guard: Option<Guard>, options: &CommitOptions) -> Result<Done> {
        options.check()?;
        let input = Input::Compact(self.compactions(runs, options).await?);
        match guard {
            Some(guard) => self.act("compact", guard, vec![input]).await,
            None => self.perform(input, options).await,
        }
    }

    /// Runs with their summaries checked and counted.
    async fn compactions(&self, runs: Vec<Compaction>, options: &CommitOptions) -> Result<Vec<Compact>> {
        let mut compactions = Vec::with_capacity(runs.len());
        for run in runs {
            let options = CommitOptions { id: run.id, ..options.clone() };
            options.check()?;
            let mut attributes = options.attributes();
            attributes.generation = run.generation.or(attributes.generation);
            compactions.push(Compact {
                id: self.entry_id(&options),
                targets: run.targets,
                basis: run.basis,
                summary: self.repo.prepare_payload(run.payload, &[]).await?,
                attributes,
            });
        }
        Ok(compactions)
    }
}

/// What was asked for.
struct Asked {
    named: Vec<(String, EntryIx)>,
    /// None: all.
    within: Option<Set<EntryIx>>,
}

impl Asked {
    fn of(state: &State<'_>, branch: &str, lineage: &Lineage, options: &CompressOptions) -> Result<Self> {
        let place = |id: &Option<String>| {
            let Some(id) = id else { return Ok(None) };
            let entry = state.find_entry(id);
            let found = lineage.slots().iter().position(|slot| Some(slot.entry) == entry);
            let reason = format!("it is not in the history of branch {}", crate::json::quoted(branch));
            found.map(Some).ok_or_else(|| Box::new(Error::EditTarget { id: id.clone(), reason }))
        };
        let (from, to) = (place(&options.from)?, place(&options.to)?);
        let mut named = Vec::new();
        for id in options.ids.iter().flatten() {
            named.push((id.clone(), in_view(state, branch, id)?.entry));
        }
        if from.is_none() && to.is_none() && options.ids.is_none() {
            return Ok(Self { named, within: None });
        }
        let range = from.unwrap_or(0)..=to.unwrap_or(usize::MAX);
        let in_range = lineage.slots().iter().enumerate().filter(|(place, _)| range.contains(place));
        let mut within: Set<EntryIx> = in_range.map(|(_, slot)| slot.entry).collect();
        if options.ids.is_some() {
            let both = named.iter().map(|(_, entry)| *entry).filter(|entry| within.contains(entry));
            within = both.collect();
        }
        Ok(Self { named, within: Some(within) })
    }

    fn has(&self, entry: EntryIx) -> bool {
        self.within.as_ref().is_none_or(|within| within.contains(&entry))
    }
}

/// The payloads that runs still need: those of earlier summaries, and where messages are read all of them.
fn wanted(state: &State<'_>, found: &[Found], messages: Messages, fetched: &Fetched) -> Vec<ContentIx> {
    let mut all = Vec::new();
    for run in found {
        let summaries = run.slots.iter().map(|slot| slot.content).filter(|ix| is_summary(state, *ix));
        all.extend(summaries);
        if messages == Messages::Read {
            all.extend(run.recipes.iter().flat_map(Recipe::contents));
        }
    }
    all.retain(|ix| !fetched.contains(*ix) && !state.is_erased(*ix));
    sort_rows(&mut all);
    all
}

/// Summaries that stand in a message are no part of it: they are extended, or stay.
fn without_summaries(mut recipe: Recipe) -> Recipe {
    if let Recipe::Parts { summaries, .. } = &mut recipe {
        summaries.clear();
    }
    recipe
}

fn is_summary(state: &State<'_>, content: ContentIx) -> bool {
    &*state.contents(content).content_type == "summary"
}

impl Found {
    fn finish(self, state: &State<'_>, fetched: &Fetched, messages: Messages) -> Result<PlannedRun> {
        let Self { mut planned, slots, recipes } = self;
        if messages == Messages::Read {
            planned.messages = recipes.iter().map(|recipe| recipe.render(state, fetched)).collect::<Result<_>>()?;
        }
        planned.of = (0, i64::MAX, i64::MIN);
        for slot in &slots {
            let id = state.entries(slot.entry).id.to_string();
            let made = state.commits(slot.commit).created_at;
            let (mut count, mut span) = (1, (made, made));
            if is_summary(state, slot.content) {
                planned.extends.push(id.clone());
                let content = fetched.get(slot.content).map(Payload::content).transpose()?;
                if let Some(Content::Summary(Summary { text, count: of, span: over, facts })) = content.as_deref() {
                    (count, span) = (*of, *over);
                    planned.texts.push(text.clone());
                    planned.facts.extend(facts.iter().cloned());
                }
            }
            let (all, first, last) = planned.of;
            planned.of = (all.saturating_add(count), first.min(span.0), last.max(span.1));
            planned.targets.push(id);
            planned.basis.push(state.contents(slot.content).hash);
        }
        Ok(planned)
    }
}
