//! Compiling: from a handle's head to the messages for the model.

use std::ops::Range;

use crate::json::{ToJson, Value, object};

use super::payloads::Fetched;
use super::views::{Mark, ViewSlot, Views};
use super::{Handle, Repository};
use crate::collections::Set;
use crate::error::{Error, Result};
use crate::hash::ContentHash;
use crate::state::State;
use crate::state::arena::{CommitIx, ContentIx, EntryIx};
use crate::state::gone::Gone;
use crate::state::lineage::Status;
use crate::tokens::count_tools;
use crate::view::counts::Counts;
use crate::view::message::CompiledMessage;
use crate::view::options::{AsOf, CompileOptions, OnOverflow, Strategy};
use crate::view::runs::live;
use crate::view::splice::Splice;
use crate::view::table::{MessageId, MessageTable, Recipe};

/// What a compile came to. The messages come as changes of what its reader has: see [`Patch`].
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The changes.
    pub patch: Patch,
    /// Tokens, those of instructions, tools and the reply's beginning included.
    pub token_count: u64,
    /// Commits in the history.
    pub commit_count: u64,
    /// Where the count comes from: `tiktoken:o200k_base`, `api:<model>`, `calibrated:<model>` …
    pub token_source: String,
    /// What the counter counted, where `token_count` is better than that.
    pub estimate: u64,
    /// The commit that was compiled, in hex.
    pub head: Option<String>,
    /// Leading messages, and their tokens, that are those of the last compile this handle sent.
    pub stable_prefix: (usize, u64),
    /// What a careful reader should know.
    pub warnings: Vec<Value>,
    /// Names this compile.
    pub digest: String,
}

/// How to bring a copy of a view's messages up to date: the splices in order, on the copy kept under
/// the view's number; an unknown number starts empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patch {
    /// The view's number.
    pub view: usize,
    /// The changes.
    pub splices: Vec<Splice>,
    /// The messages in them that were never handed out.
    pub messages: Given,
    /// Messages that will not be named again.
    pub forgotten: Vec<MessageId>,
}

/// Bytes after which a block of messages ends.
const BLOCK: usize = 1 << 18;

/// Messages in the order in which the splices first name them, in blocks of JSON that are read one by one. A block is an
/// array of each message's number and what [`Recipe::write`] makes of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    text: String,
    /// Where each message begins and ends.
    all: Vec<(MessageId, Range<usize>)>,
    /// Where each block ends.
    blocks: Vec<usize>,
}

impl Given {
    /// The messages as JSON: see [`CompiledMessage`].
    pub fn iter(&self) -> impl Iterator<Item = (MessageId, String)> {
        self.all.iter().map(|(id, range)| {
            let text = self.text.get(range.clone()).unwrap_or_default();
            let short = CompiledMessage::of_texts(&format!("[{text}]"));
            (*id, short.map_or_else(|| text.to_owned(), |message| message.to_json()))
        })
    }

    /// The blocks.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.blocks.iter().map(move |end| self.text.get(std::mem::replace(&mut start, *end)..*end).unwrap_or_default())
    }

    /// Adds a message.
    fn add(&mut self, id: MessageId, write: impl FnOnce(&mut String) -> Result<()>) -> Result<()> {
        let start = self.blocks.last().copied().unwrap_or_default();
        self.text.push(if self.text.len() > start { ',' } else { '[' });
        id.write_json(&mut self.text);
        self.text.push(',');
        let from = self.text.len();
        write(&mut self.text)?;
        self.all.push((id, from..self.text.len()));
        if self.text.len() - start >= BLOCK {
            self.end();
        }
        Ok(())
    }

    /// Ends the last block.
    fn end(&mut self) {
        if self.text.len() > self.blocks.last().copied().unwrap_or_default() {
            self.text.push(']');
            self.blocks.push(self.text.len());
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Handle {
    /// Compiles the handle's head, or the past. Never writes.
    ///
    /// # Errors
    /// `CommitNotFound` for an unknown `asOf`; `BudgetExceeded` where what must stay does not fit;
    /// `ContentGone` where gc freed what a commit without branch or tag needs;
    /// whatever the store or the counter says.
    pub async fn compile(&self, options: &CompileOptions) -> Result<Compiled> {
        let repo = &*self.repo;
        // Strategies count units, those that are left out included.
        let counts = options.strategy != Strategy::Full;
        let is_past = options.as_of.is_some() || self.branch().is_none();
        let _held = repo.hold();
        if is_past || counts {
            repo.bring_back().await?;
        }
        let past = match &options.as_of {
            None => None,
            Some(as_of) => {
                let standpoint = self.standpoint();
                Some(repo.read(|state| past(state, as_of, self.branch().as_deref(), standpoint))?)
            }
        };
        let target = |state: &State<'_>| past.unwrap_or_else(|| (self.head_in(state), u64::MAX));
        let texts: &[String] = options.instructions.as_ref().map_or(&[], |given| given.texts());
        let extra = |counts: &Counts<'_>| extra_tokens(counts, texts, options.tools.as_ref());
        let mut fetched = Fetched::default();
        loop {
            let updated = repo.update_view(&target, options, &extra).await?;
            if let Some(overflow) = updated.overflow
                && options.on_overflow == OnOverflow::Error
            {
                let limit = options.max_tokens.unwrap_or_default();
                let message = "pinned entries, the last entries and the current turn do not fit".to_owned();
                return Err(Box::new(Error::BudgetExceeded { limit, required: overflow.required, message }));
            }
            if is_past {
                repo.read(|state| check_stored(state, target(state).0))?;
            }
            repo.lead(updated.slot, texts);
            let missing = repo.missing_payloads(updated.slot, &fetched);
            if missing.is_empty() {
                let mut compiled = self.finish(updated.slot, &fetched, options)?;
                compiled.commit_count = updated.commit_count;
                if let Some(overflow) = updated.overflow {
                    let limit = options.max_tokens;
                    let figures =
                        [("kind", "overflow".into()), ("limit", limit.into()), ("required", overflow.required.into())];
                    compiled.warnings.push(object(figures));
                }
                return Ok(compiled);
            }
            repo.fetch(&missing, &mut fetched).await?;
        }
    }

    /// Compiles the handle's head as it is in the store: what others wrote is taken in first, and policies look at
    /// it. What they ask for is told as the event `fired`; that proposals wait, as `waits`.
    ///
    /// # Errors
    /// As [`Handle::compile`] and [`Handle::evaluate`], and those of [`Repository::catch_up`].
    pub async fn prepare(&self, options: &CompileOptions) -> Result<Compiled> {
        self.repo.catch_up().await?;
        if options.as_of.is_none() {
            self.look_ahead().await?;
        }
        self.compile(options).await
    }

    /// Everything from here on happens at once: what is handed out is what the view is.
    fn finish(&self, place: usize, fetched: &Fetched, options: &CompileOptions) -> Result<Compiled> {
        let repo = &*self.repo;
        let state = repo.state.borrow();
        let mut views = repo.views.borrow_mut();
        let views = &mut *views;
        let slot = views.slots.get_mut(place).ok_or_else(|| Error::internal("a view was lost"))?;
        let messages = render(&state, slot, &mut views.table, fetched)?;
        let splices = take_splices(slot);
        let stable_prefix = self.stable_prefix(slot);
        let head = slot.head.map(|ix| state.commits(ix).hash.to_hex());
        let digest = digest(&state, slot, options);
        let estimate = slot.view.tokens();
        let (token_count, token_source) = true_count(&state, &digest, estimate, repo);
        let mut warnings = warnings(&state, slot);
        let limit = self.budget().and_then(|budget| budget.limit().ok());
        warnings.extend(
            limit.filter(|limit| token_count > *limit).map(|limit| over_budget(&state, slot, limit, token_count)),
        );
        *self.last_compile.borrow_mut() = Some((place, digest.clone(), estimate));
        let patch = Patch { view: place, splices, messages, forgotten: views.table.take_forgotten() };
        Ok(Compiled {
            patch,
            token_count,
            commit_count: 0,
            token_source,
            estimate,
            head,
            stable_prefix,
            warnings,
            digest,
        })
    }

    fn stable_prefix(&self, slot: &ViewSlot) -> (usize, u64) {
        let sent = self.sent.borrow();
        let mark = slot.marks.iter().find(|mark| mark.handle == self.id);
        let known = mark.map_or((0, 0), |mark| (mark.messages, mark.tokens));
        if known.0 == sent.len() {
            return known;
        }
        // What had changed may be again what it was.
        let rest = sent.iter().zip(slot.messages()).skip(known.0);
        let same = rest.take_while(|(sent, (id, _))| *sent == id);
        same.fold(known, |(messages, tokens), (_, (_, cost))| (messages + 1, tokens + u64::from(cost)))
    }

    /// Tokens of what this handle sent last, and what is the same still, from the first message on that is
    /// made of one of these entries.
    pub(super) fn cached_behind(&self, views: &Views, entries: &Set<EntryIx>) -> u64 {
        let marked = |slot: &&ViewSlot| slot.marks.iter().any(|mark| mark.handle == self.id);
        let Some(slot) = views.slots.iter().find(marked) else { return 0 };
        let made_of = |id: MessageId| views.table.recipe(id).is_some_and(|recipe| recipe.is_of(entries));
        let before = slot.messages().take_while(|(id, _)| !made_of(*id));
        let (messages, tokens) = before.fold((0, 0), |(count, sum), (_, cost)| (count + 1, sum + u64::from(cost)));
        let (stable, all) = self.stable_prefix(slot);
        if messages < stable { all.saturating_sub(tokens) } else { 0 }
    }

    /// Remembers what this handle sent: the messages of the view it compiled last. Returns what the
    /// counter counted of it.
    pub(super) fn mark_sent(&self, digest: &str) -> Option<u64> {
        let (place, _, estimate) = self.last_compile.borrow().clone().filter(|(_, known, _)| known == digest)?;
        let mut views = self.repo.views.borrow_mut();
        for slot in &mut views.slots {
            slot.marks.retain(|mark| mark.handle != self.id);
        }
        if let Some(slot) = views.slots.get_mut(place) {
            let ids: Vec<MessageId> = slot.messages().map(|(id, _)| id).collect();
            let tokens = slot.messages().map(|(_, tokens)| u64::from(tokens)).sum();
            slot.marks.push(Mark { handle: self.id, messages: ids.len(), tokens });
            *self.sent.borrow_mut() = ids;
        }
        Some(estimate)
    }
}

fn extra_tokens(counts: &Counts<'_>, texts: &[String], tools: Option<&Value>) -> u64 {
    let role = counts.message(crate::model::content::Role::System);
    let texts: u64 = texts.iter().map(|text| u64::from(counts.counter.count(text) + role)).sum();
    texts + tools.map_or(0, |tools| u64::from(count_tools(tools, counts.counter)))
}

/// The commit and the journal entry up to which annotations hold.
fn past(
    state: &State<'_>,
    as_of: &AsOf,
    branch: Option<&str>,
    standpoint: crate::state::resolve::Standpoint,
) -> Result<(Option<CommitIx>, u64)> {
    let branch = branch.unwrap_or(state.default_branch());
    match as_of {
        AsOf::Time(time) => {
            let last = state.last_move_at(Some(branch), *time);
            let last =
                last.ok_or_else(|| Box::new(Error::CommitNotFound { reference: format!("{branch} as of {time}") }))?;
            let until = state.last_entry_at(*time);
            Ok((last.head, until))
        }
        AsOf::Reference(reference) => {
            let commit = state.resolve(reference, standpoint)?;
            // Annotations up to when the branch first moved past the commit hold.
            let (mut reached, mut until) = (false, u64::MAX);
            state.each_move(Some(branch), &mut |step| {
                if reached && until == u64::MAX {
                    until = u64::from(step.seq).saturating_sub(1);
                }
                reached |= step.head == Some(commit);
            });
            Ok((Some(commit), until))
        }
    }
}

/// Checks that what is in the view of a commit was not freed, whatever is still at hand of it.
fn check_stored(state: &State<'_>, head: Option<CommitIx>) -> Result<()> {
    if !state.lacks_any() {
        return Ok(());
    }
    for slot in state.lineage(head).slots().iter().filter(|slot| slot.status == Status::Live) {
        let hash = &state.contents(slot.content).hash;
        if let Some(gone @ Gone::Freed) = state.gone(hash) {
            return Err(gone.error(hash));
        }
    }
    Ok(())
}

/// Writes the messages that were never handed out. Where one cannot be, none counts as handed out.
fn render(state: &State<'_>, slot: &ViewSlot, table: &mut MessageTable, fetched: &Fetched) -> Result<Given> {
    let mut given = Given::default();
    // A message has little beside its payload's text: its number, ids, and each hash of a commit in 67 characters.
    given.text.reserve(fetched.iter().map(|(ix, _)| state.contents(ix).size as usize + 64).sum());
    for id in slot.named() {
        // One that was named twice is rendered by now. What was erased meanwhile came and went between two compiles,
        // and is never given.
        let is_there = |recipe: &&Recipe| !recipe.contents().any(|ix| state.is_erased(ix));
        let Some(recipe) = table.unrendered(id).filter(is_there) else { continue };
        if let Err(error) = given.add(id, |out| recipe.write(state, fetched, out)) {
            given.all.iter().for_each(|(id, _)| table.set_rendered(*id, false));
            return Err(error);
        }
        table.set_rendered(id, true);
    }
    given.end();
    Ok(given)
}

/// The view's changes, behind the messages of the instructions.
fn take_splices(slot: &mut ViewSlot) -> Vec<Splice> {
    let mut splices = std::mem::take(&mut slot.pending);
    let lead = slot.lead.len();
    splices.extend(slot.view.take_splices().into_iter().map(|splice| Splice { start: splice.start + lead, ..splice }));
    if let Some(first) = splices.iter().map(|splice| splice.start).min() {
        slot.changed_from(first);
    }
    splices
}

/// Names what a compile is made from: the same name, the same messages.
fn digest(state: &State<'_>, slot: &ViewSlot, options: &CompileOptions) -> String {
    let mut what = String::with_capacity(256);
    slot.head.map_or(Value::Null, |ix| state.commits(ix).hash.into()).write_json(&mut what);
    slot.view.options().describe_view(&mut what);
    [state.annotation_count() as u64, state.types_version().into(), slot.until].as_slice().write_json(&mut what);
    if state.erasures() > 0 {
        state.erasures().write_json(&mut what);
    }
    if let Some(given) = &options.instructions {
        given.texts().write_json(&mut what);
    }
    if let Some(tools) = &options.tools {
        tools.write_json(&mut what);
    }
    ContentHash::of(what.as_bytes()).to_hex()
}

/// How far true usage corrects an estimate, up and down: counters differ by less, and what is beyond is a
/// mistake, or something that no counter of texts sees.
const MOST_CORRECTION: f64 = 2.0;

/// The true count where it is known, or the estimate, corrected by what is known of the last one.
fn true_count(state: &State<'_>, digest: &str, estimate: u64, repo: &Repository) -> (u64, String) {
    let total = |row: &crate::state::rows::SentRow| row.input.and_then(|input| input.total).filter(|total| *total > 0);
    if let Some(sent) = state.sent(digest)
        && let Some(total) = total(sent)
    {
        return (total, format!("api:{}", sent.model));
    }
    match state.last_usage().and_then(|sent| Some((sent, total(sent)?))) {
        Some((sent, total)) => {
            let ratio = (total as f64 / sent.estimate as f64).clamp(1.0 / MOST_CORRECTION, MOST_CORRECTION);
            ((estimate as f64 * ratio).round() as u64, format!("calibrated:{}", sent.model))
        }
        _ => (estimate, repo.settings.counter.as_counter().source().to_owned()),
    }
}

/// The prompt is over the budget: named are the entries of the current turn, which nothing makes shorter unasked.
fn over_budget(state: &State<'_>, slot: &ViewSlot, limit: u64, used: u64) -> Value {
    let pairing = slot.view.pairing();
    let tail = pairing.tail(0);
    let units = pairing.units().iter().filter(|unit| unit.last_place >= tail && unit.shown());
    let ids = units.flat_map(live).map(|entry| Value::from(&*state.entries(entry).id)).collect();
    let entries = ("entries", Value::Array(ids));
    object([("kind", "over-budget".into()), entries, ("limit", limit.into()), ("used", used.into())])
}

fn warnings(state: &State<'_>, slot: &ViewSlot) -> Vec<Value> {
    let warning = |kind: &str, entries: &mut dyn Iterator<Item = EntryIx>| {
        let ids = entries.map(|entry| Value::from(&*state.entries(entry).id)).collect();
        object([("kind", kind.into()), ("entries", Value::Array(ids))])
    };
    let pairing = slot.view.pairing();
    let torn = pairing.torn().map(|unit| warning("step-hidden", &mut unit.entries()));
    let orphans = pairing.orphans().iter().map(|entry| warning("result-without-call", &mut std::iter::once(*entry)));
    let erased = pairing.erased().iter().map(|entry| warning("erased", &mut std::iter::once(*entry)));
    torn.chain(orphans).chain(erased).collect()
}

impl Repository {
    /// Puts the instructions' messages before a view's.
    fn lead(&self, place: usize, texts: &[String]) {
        let mut views = self.views.borrow_mut();
        let views = &mut *views;
        let Some(slot) = views.slots.get_mut(place) else { return };
        let recipe = |text: &String| Recipe::Instructions(text.as_str().into());
        let same = slot.lead.len() == texts.len()
            && slot.lead.iter().zip(texts).all(|((id, _), text)| {
                matches!(views.table.recipe(*id), Some(Recipe::Instructions(known)) if **known == **text)
            });
        if same {
            return;
        }
        // Changes of the view that were not handed out yet stand behind the lead that was there.
        let waiting = slot.view.take_splices();
        let old = slot.lead.len();
        slot.pending.extend(waiting.into_iter().map(|splice| Splice { start: splice.start + old, ..splice }));
        let role = self.settings.counter.as_counter().overhead().per_message
            + self.settings.counter.as_counter().count("system");
        let lead: Vec<_> = texts
            .iter()
            .map(|text| (views.table.acquire(recipe(text)), role + self.settings.counter.as_counter().count(text)))
            .collect();
        let inserted = lead.iter().map(|(id, _)| *id).collect();
        slot.pending.push(Splice { start: 0, removed: old, inserted });
        let old = std::mem::replace(&mut slot.lead, lead);
        old.iter().for_each(|(id, _)| views.table.release(*id));
    }

    fn missing_payloads(&self, place: usize, fetched: &Fetched) -> Vec<ContentIx> {
        let views = self.views.borrow();
        let Some(slot) = views.slots.get(place) else { return Vec::new() };
        let recipes = slot.named().filter_map(|id| views.table.unrendered(id));
        let contents = recipes.flat_map(|recipe| recipe.contents());
        let state = self.state.borrow();
        contents.filter(|ix| !fetched.contains(*ix) && !state.is_erased(*ix)).collect()
    }
}
