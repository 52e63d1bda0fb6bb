//! A game: several handles of several repository objects on one store, and what is checked after every
//! step.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use varve::error::Error;
use varve::fields::At;
use varve::hash::CommitHash;
use varve::json;
use varve::json::{ToJson, Value};
use varve::model::annotation::Priority;
use varve::model::types::TypeDefinition;
use varve::ops::{Describe, Existing, Input, Unmerged};
use varve::repo::{CommitOptions, Compaction, CompressOptions, Finished, GcOptions, Messages, Repository};
use varve::state::checkpoint;

use crate::steps::{Say, Step, views};
use crate::support::*;

/// Repository objects, and handles of each.
const REPOSITORIES: usize = 2;
const HANDLES: usize = 2;

pub struct Game {
    pub world: World,
    pub users: Vec<User>,
    entries: Vec<(String, Say)>,
    commits: Vec<CommitHash>,
    /// What each reader saw last of each view.
    seen: HashMap<(usize, usize, usize), HashMap<String, u32>>,
}

fn branch(name: u8) -> String {
    ["main", "x", "y", "z"][usize::from(name) % 4].to_owned()
}

impl Default for Game {
    fn default() -> Self {
        let world = World::default();
        let repositories: Vec<_> = (0..REPOSITORIES).map(|_| world.open()).collect();
        // The handles of one repository share its views, and one reader keeps the copies.
        let users = (0..HANDLES).flat_map(|_| repositories.iter().map(User::of)).collect();
        Self { world, users, entries: Vec::new(), commits: Vec::new(), seen: HashMap::new() }
    }
}

impl Game {
    fn reader(&self, who: usize) -> &User {
        &self.users[who % REPOSITORIES]
    }

    pub fn who(&self, who: u8) -> usize {
        usize::from(who) % self.users.len()
    }

    fn user(&self, who: u8) -> &User {
        &self.users[self.who(who)]
    }

    fn entry(&self, number: u8) -> Option<String> {
        let place = usize::from(number) % self.entries.len().max(1);
        self.entries.get(place).map(|(id, _)| id.clone())
    }

    /// Plays a step. What is refused must not have been written.
    pub fn play(&mut self, step: &Step) {
        self.world.clock.advance(1);
        let before = self.world.journal_length();
        let outcome = self.act(step);
        let after = self.world.journal_length();
        match outcome {
            Some(Ok(())) => assert!(after <= before + 1, "{step:?} wrote {} journal entries", after - before),
            Some(Err(error)) => {
                assert_eq!(before, after, "{step:?} was refused with {error:?}, but was written");
                assert!(!matches!(*error, Error::Internal(_) | Error::Store(_)), "{step:?} failed: {error:?}");
            }
            None => {}
        }
    }

    fn act(&mut self, step: &Step) -> Option<Result<(), Box<Error>>> {
        let repository = (!step.is_in_view()).then(|| self.user(step.who()).repository().clone());
        let _past = repository.as_ref().map(|repository| block_on(repository.past()).unwrap());
        Some(match step {
            Step::Commit { who, say, turn, note } => {
                let id = format!("e{}", self.entries.len());
                self.entries.push((id.clone(), say.clone()));
                let options = CommitOptions {
                    turn: turn.map(|turn| format!("t{turn}")),
                    note: note.then(|| format!("note of {id}")),
                    ..named(&id)
                };
                let receipt = block_on(self.user(*who).handle.commit(say.payload(), &options));
                receipt.map(|receipt| self.commits.push(receipt.hash))
            }
            Step::Again { who, entry } => {
                let place = usize::from(*entry) % self.entries.len().max(1);
                let (id, say) = self.entries.get(place)?;
                self.user(*who).try_commit(id, say.payload()).map(drop)
            }
            Step::Edit { who, entry, say, note } => {
                let entry = self.entry(*entry)?;
                let options = CommitOptions { note: note.then(|| "edited".to_owned()), ..nothing() };
                let edited = block_on(self.user(*who).handle.edit(&entry, say.payload(), &options));
                edited.map(|receipt| self.commits.push(receipt.hash))
            }
            Step::Batch { who, steps } => return self.batch(*who, steps),
            Step::Regenerate { .. } | Step::Resend { .. } | Step::Select { .. } => return self.alternative(step),
            Step::Undo { who } => self.user(*who).undo().map(drop),
            Step::Redo { who } => self.user(*who).redo().map(drop),
            Step::Compact { who, first, count } => return self.compact(*who, *first, *count),
            Step::Compress { who, keep, back } => return self.compress(*who, *keep, *back),
            Step::Merge { who, name, loser } => return self.merge(*who, &branch(*name), *loser),
            Step::Erase { who, entry } => {
                let place = usize::from(*entry) % self.entries.len().max(1);
                let payload = self.entries.get(place)?.1.payload();
                let hash = varve::model::content::Payload::parse(payload).unwrap().hash.to_hex();
                block_on(self.user(*who).handle.erase(&hash, "a game", &nothing())).map(drop)
            }
            Step::Gc { who } => {
                let older_than = Some(varve::repo::Environment::now(&*self.world.clock));
                let with = GcOptions { older_than, ..GcOptions::default() };
                block_on(self.user(*who).handle.gc(&with)).map(drop)
            }
            Step::CatchUp { who } => {
                self.user(*who).catch_up();
                Ok(())
            }
            Step::Sleep(time) => {
                self.world.clock.advance(i64::from(*time));
                Ok(())
            }
            Step::Switch { who, name } => self.user(*who).handle.switch_to(&branch(*name)),
            Step::Reset { who, commit } => {
                let to = self.commits.get(usize::from(*commit) % self.commits.len().max(1))?.to_hex();
                block_on(self.user(*who).handle.reset(&to, &nothing())).map(drop)
            }
            Step::RenameBranch { who, from, to } => {
                block_on(self.user(*who).handle.rename_branch(&branch(*from), &branch(*to), &nothing()))
            }
            Step::Read { who, view } => {
                let _ = self.read(*who, usize::from(*view)); // what does not fit is told, and is no failure
                Ok(())
            }
            other => {
                let (who, input) = self.input(other)?;
                self.user(who).perform(input).map(drop)
            }
        })
    }

    /// The operations that a batch can hold as well.
    fn input(&self, step: &Step) -> Option<(u8, Input)> {
        Some(match step {
            Step::Delete { who, entry } => {
                (*who, Input::Delete { target: self.entry(*entry)?, attributes: Default::default() })
            }
            Step::Revert { who, entry } => {
                (*who, Input::Revert { target: self.entry(*entry)?, attributes: Default::default() })
            }
            Step::Annotate { who, entry, priority } => {
                let all = [Priority::Skip, Priority::Normal, Priority::Pinned, Priority::Unset];
                let priority = all[usize::from(*priority) % 4];
                (*who, Input::Annotate { target: self.entry(*entry)?, priority, reason: None })
            }
            Step::Note { who, entry, value } => {
                let value = value.map(|value| json!(value));
                // Every fourth is on the repository.
                if entry % 4 == 0 {
                    let title = Some(value.as_ref().map(Value::to_json));
                    let metadata = [(Box::from("thumb"), value.unwrap_or_default())].into_iter().collect();
                    return Some((*who, Input::Describe(Describe { create: None, title, metadata: Some(metadata) })));
                }
                (*who, Input::SetNote { target: self.entry(*entry)?, name: "thumb".to_owned(), value })
            }
            Step::Branch { who, name } => {
                let at = self.user(*who).handle.head()?;
                (*who, Input::CreateBranch { name: branch(*name), at })
            }
            Step::DeleteBranch { who, name } => {
                (*who, Input::DeleteBranch { name: branch(*name), unmerged: Unmerged::Delete })
            }
            Step::Tag { who, name, commit } => {
                let at = *self.commits.get(usize::from(*commit) % self.commits.len().max(1))?;
                (*who, Input::Tag { name: format!("v{name}"), at, existing: Existing::Move })
            }
            Step::Type { who, kind } => {
                let hints = match kind % 4 {
                    0 => json!({}),
                    1 => json!({ "aggregationRule": "concatenate", "defaultRole": "user" }),
                    2 => json!({ "materializationOrder": -1, "compressionPriority": 10 }),
                    _ => json!({ "aggregationRule": "concatenate", "defaultPriority": "pinned" }),
                };
                let definition = TypeDefinition::read(json!({ "hints": hints }), At::Root).unwrap();
                let definition = Some(definition).filter(|_| *kind < 4);
                (*who, Input::RegisterType { name: "card".to_owned(), definition })
            }
            _ => return None,
        })
    }

    fn batch(&mut self, who: u8, steps: &[Step]) -> Option<Result<(), Box<Error>>> {
        let batch = match self.user(who).handle.clone().begin() {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error)),
        };
        for step in steps {
            let added = match step {
                Step::Commit { say, turn, .. } => {
                    let id = format!("e{}", self.entries.len());
                    self.entries.push((id.clone(), say.clone()));
                    let options = CommitOptions { turn: turn.map(|turn| format!("t{turn}")), ..named(&id) };
                    block_on(batch.commit(say.payload(), &options)).map(drop)
                }
                Step::Edit { entry, say, .. } => {
                    let target = self.entry(*entry).unwrap_or_default();
                    block_on(batch.edit(&target, say.payload(), &nothing())).map(drop)
                }
                other => match self.input(other) {
                    Some((_, input)) => block_on(batch.add(input)).map(drop),
                    None => Ok(()),
                },
            };
            if let Err(error) = added {
                return Some(Err(error));
            }
        }
        Some(block_on(batch.finish(&nothing())).map(|finished| {
            if let Finished::Stored(done) = finished {
                self.commits.extend(done.receipts.iter().map(|receipt| receipt.hash));
            }
        }))
    }

    /// Going back, or to another line: every commit that a branch led to stays within reach.
    fn alternative(&mut self, step: &Step) -> Option<Result<(), Box<Error>>> {
        let (Step::Regenerate { who, entry } | Step::Resend { who, entry, .. } | Step::Select { who, entry }) = step
        else {
            return None;
        };
        let user = self.user(*who);
        let target = self.entry(*entry)?;
        user.catch_up();
        let before = reachable(user);
        let went = match step {
            Step::Regenerate { .. } => block_on(user.handle.regenerate(target, &nothing())),
            Step::Resend { say, .. } => {
                let id = format!("e{}", self.entries.len());
                block_on(user.handle.resend(target, say.payload(), &named(&id)))
            }
            _ => block_on(user.handle.select_sibling(target, &nothing())),
        };
        let after = reachable(user);
        assert!(before.is_subset(&after), "{step:?} lost commits");
        if let (Step::Resend { say, .. }, Ok(_)) = (step, &went) {
            self.entries.push((format!("e{}", self.entries.len()), say.clone()));
        }
        Some(went.map(|went| self.commits.extend(went.head)))
    }

    /// A compaction of some live entries that follow one another.
    fn compact(&mut self, who: u8, first: u8, count: u8) -> Option<Result<(), Box<Error>>> {
        let user = self.user(who);
        user.catch_up();
        let name = user.handle.branch()?;
        let live: Vec<String> = user.repository().read(|state| {
            let lineage = state.lineage(state.branch(&name).flatten());
            let live = lineage.slots().iter().filter(|slot| slot.status == varve::state::lineage::Status::Live);
            live.map(|slot| state.entries(slot.entry).id.to_string()).collect()
        });
        let first = usize::from(first) % live.len().max(1);
        let targets: Vec<&str> = live.iter().skip(first).take(usize::from(count)).map(String::as_str).collect();
        if targets.is_empty() {
            return None;
        }
        let id = format!("e{}", self.entries.len());
        let hash = journal::compact(&self.world, user, &id, "In short", &targets);
        self.entries.push((id, Say::Nothing));
        self.commits.push(hash);
        Some(Ok(()))
    }

    /// Compresses all that can be, and perhaps takes it back.
    fn compress(&mut self, who: u8, keep: u8, back: bool) -> Option<Result<(), Box<Error>>> {
        let with = CompressOptions { preserve_recent: u32::from(keep), messages: Messages::Read, ..Default::default() };
        self.user(who).catch_up();
        let plan = match block_on(self.user(who).handle.plan_compress(&with)) {
            Ok(plan) if plan.runs.is_empty() => return None,
            Ok(plan) => plan,
            Err(error) => return Some(Err(error)),
        };
        let before = self.read(who, 0).unwrap();
        let pinned = self.pinned(who);
        assert_eq!(plan.tokens, before.tokens(), "a plan counts otherwise than a compile");
        let mut runs = Vec::new();
        for run in &plan.runs {
            let id = format!("e{}", self.entries.len());
            self.entries.push((id.clone(), Say::Nothing));
            runs.push(Compaction {
                id: Some(id),
                targets: run.targets.clone(),
                basis: run.basis.clone(),
                payload: summary("In short"),
                generation: None,
            });
        }
        let ids: Vec<String> = runs.iter().filter_map(|run| run.id.clone()).collect();
        let done = match block_on(self.user(who).handle.compact(runs, None, &nothing())) {
            Ok(done) => done,
            Err(error) => return Some(Err(error)),
        };
        self.commits.extend(done.receipts.iter().map(|receipt| receipt.hash));
        let after = self.read(who, 0).unwrap();
        assert_eq!(self.pinned(who), pinned, "a compaction changed what is pinned");
        let texts: u64 = done.receipts.iter().map(|receipt| u64::from(receipt.tokens)).sum();
        let least = plan.tokens - plan.runs.iter().map(|run| run.tokens).sum::<u64>() + texts;
        // Where no message of the user follows, summaries are messages of their own; and one that stands for an entry
        // which was shown elsewhere can part the message of its turn in two.
        let most = least + 10 * ids.len() as u64;
        assert!((least..=most).contains(&after.tokens()), "{} tokens are not {least} to {most}", after.tokens());
        if !back {
            return Some(Ok(()));
        }
        for id in ids {
            self.user(who).revert(&id).unwrap();
        }
        let restored = self.read(who, 0).unwrap();
        assert_eq!(restored.values(), before.values(), "reverted compactions left something behind");
        assert_eq!(restored.tokens(), before.tokens());
        None
    }

    /// The entries that are pinned, what they say, and whether a message shows them.
    fn pinned(&mut self, who: u8) -> Vec<(String, Value, bool)> {
        let shown: HashSet<String> = {
            let reading = self.read(who, 0).unwrap();
            let ids = reading.values().into_iter().flat_map(|message| message["entries"].as_array().unwrap().to_vec());
            ids.map(|id| id.as_str().unwrap().to_owned()).collect()
        };
        let user = self.user(who);
        let ids: Vec<String> = user.repository().read(|state| {
            let lineage = state.lineage(user.handle.head().and_then(|head| state.find_commit(&head)));
            let live = lineage.slots().iter().filter(|slot| slot.status == varve::state::lineage::Status::Live);
            let pinned =
                live.filter(|slot| state.priority_of(slot.entry, state.contents(slot.content)) == Priority::Pinned);
            pinned.map(|slot| state.entries(slot.entry).id.to_string()).collect()
        });
        let _past = block_on(user.repository().past()).unwrap();
        ids.into_iter().map(|id| (id.clone(), user.get(&id).unwrap()["payload"].clone(), shown.contains(&id))).collect()
    }

    fn merge(&mut self, who: u8, other: &str, loser: Option<u8>) -> Option<Result<(), Box<Error>>> {
        let user = self.user(who);
        user.catch_up();
        user.handle.branch().filter(|name| user.repository().read(|state| state.branch(name).flatten().is_some()))?;
        let other = user.repository().read(|state| state.branch(other).flatten().map(|ix| state.commits(ix).hash))?;
        let loser = loser.and_then(|loser| self.commits.get(usize::from(loser) % self.commits.len().max(1)).copied());
        let losers: Vec<_> = loser.into_iter().map(|loser| ("e0", loser)).collect();
        let hash = journal::merge(&self.world, user, other, &losers);
        self.commits.push(hash);
        Some(Ok(()))
    }

    /// Compiles incrementally, as the repository stands now, and from scratch: the same.
    pub fn compare(&mut self, who: u8, view: usize) {
        self.user(who).catch_up();
        let live = self.read(who, view);
        let user = self.user(who);
        let Some(head) = user.handle.head() else { return };
        let with = options(views()[view].clone());
        let fresh = self.world.user().at(&head.to_hex()).try_compile(&with);
        match (live, fresh) {
            (Ok(live), Ok(fresh)) => {
                assert_eq!(live.brief(), fresh.brief(), "view {view} shows other messages than from scratch");
                assert_eq!(live.values(), fresh.values(), "view {view} makes other messages than from scratch");
                let facts = |reading: &Reading| {
                    let compiled = &reading.compiled;
                    (compiled.token_count, compiled.commit_count, compiled.warnings.clone(), compiled.head.clone())
                };
                assert_eq!(facts(&live), facts(&fresh), "view {view} is told otherwise from scratch");
            }
            (live, fresh) => {
                let (live, fresh) = (live.map(|reading| reading.brief()), fresh.map(|reading| reading.brief()));
                assert_eq!(live, fresh, "view {view}");
            }
        }
    }

    /// Compiles with what the repository knows, and checks what every compile has to keep.
    pub fn read(&mut self, who: u8, view: usize) -> Result<Reading, Box<Error>> {
        let who = self.who(who);
        let with = options(views()[view].clone());
        let compiled = block_on(self.users[who].handle.compile(&with))?;
        let messages = self.reader(who).mirror.borrow_mut().apply(&compiled.patch);
        let reading = Reading { messages, compiled };
        self.check_identity(who, view, &reading);
        check_tokens(&reading, &views()[view]);
        if view != 5 && view != 6 && view != 7 {
            check_calls(&reading, views()[view]["dangling"].as_str().unwrap_or_default());
        }
        Ok(reading)
    }

    /// A message that is as it was in the last compile of the view has the number it had.
    fn check_identity(&mut self, who: usize, view: usize, reading: &Reading) {
        let key = (who % REPOSITORIES, view, reading.compiled.patch.view);
        let mut now: HashMap<String, Vec<u32>> = HashMap::new();
        // Results that may be tied to their call by its entry alone change with the call.
        let nameable = |message: &Value| message["parts"][0]["toolName"].is_null() || message["role"] != "tool";
        for (id, message) in reading.messages.iter().filter(|(_, message)| nameable(message)) {
            now.entry(message.to_string()).or_default().push(*id);
        }
        let single: HashMap<String, u32> =
            now.into_iter().filter(|(_, ids)| ids.len() == 1).map(|(text, ids)| (text, ids[0])).collect();
        let before = self.seen.insert(key, single.clone()).unwrap_or_default();
        for (text, id) in &single {
            if let Some(was) = before.get(text) {
                assert_eq!(was, id, "a message that did not change has another number: {text}");
            }
        }
    }

    /// What the store has is whole.
    pub fn verify(&self) {
        if self.world.journal_length() > 0 {
            let found = block_on(varve::repo::verify(&*self.world.store, &address("chat"), &|_, _| true)).unwrap();
            // Of a store that writes object by object, one that is erased meanwhile may come back with a batch that is
            // refused; that is told, and it is erased again.
            let told = |kind: &str| kind == "object-erased" && !self.world.store.capabilities().multi_key_atomic;
            let faults: Vec<_> = found.faults.into_iter().filter(|fault| !told(fault.kind)).collect();
            assert_eq!(faults, [], "the store has faults");
        }
    }

    /// All repository objects and one that is opened now have the same state.
    pub fn compare_states(&self) {
        let dump = |repository: &Rc<Repository>| repository.read(checkpoint::write);
        let fresh = self.world.open();
        let expected = dump(&fresh);
        for user in &self.users {
            user.catch_up();
            let _past = block_on(user.repository().past()).unwrap();
            assert!(dump(user.repository()) == expected, "a live state is not what its journal folds to");
        }
        if let Some(stored) = expected {
            let read = checkpoint::read(&stored.manifest, &stored.segments).unwrap();
            assert!(checkpoint::write(&read) == Some(stored), "a checkpoint does not read back as it was");
        }
    }
}

/// The commits that branches lead to.
pub fn reachable(user: &User) -> HashSet<CommitHash> {
    user.repository().read(|state| {
        let heads = state.branches().into_iter().filter_map(|(_, head)| head);
        let all = heads.flat_map(|head| state.history_since(None, head));
        all.map(|ix| state.commits(ix).hash).collect()
    })
}

/// The count is that of the messages, by the formula.
fn check_tokens(reading: &Reading, view: &Value) {
    let tools = view.get("tools").map_or(0, |tools| u64::from(varve::tokens::count_tools(tools, &Quarters)));
    let sum: u64 = reading.values().into_iter().map(cost).sum::<u64>() + 3 + tools;
    assert_eq!(reading.tokens(), sum, "the token count is not that of the messages: {:#?}", reading.brief());
}

/// No result without its call before it; no call without its result, unless it was asked for.
fn check_calls(reading: &Reading, dangling: &str) {
    let mut open: Vec<String> = Vec::new();
    let story = || reading.brief().join("\n");
    for message in reading.values() {
        let all: Vec<&Value> = message["parts"].as_array().into_iter().flatten().collect();
        let ids = |kind: &str| -> Vec<String> {
            let of_kind = all.iter().filter(|part| part["type"] == kind);
            of_kind.map(|part| part["callId"].as_str().unwrap_or_default().to_owned()).collect()
        };
        if message["role"] != "tool" {
            if dangling != "keep" {
                assert!(open.is_empty(), "calls {open:?} have no results behind them in\n{}", story());
            }
            open = ids("tool-call");
        }
        for id in ids("tool-result") {
            let place = open.iter().position(|call| *call == id);
            let place = place.unwrap_or_else(|| panic!("result {id} has no call before it in\n{}", story()));
            open.remove(place);
        }
    }
    if dangling != "keep" {
        assert!(open.is_empty(), "calls {open:?} have no results at the end of\n{}", story());
    }
}
