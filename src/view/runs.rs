//! What can be compressed: units that are neither pinned nor in the current turn, in runs between those
//! that stay. A unit goes whole or not at all, also where it shares an entry with another.

use super::pair::{Kind, Pairing, Unit};
use crate::collections::{Map, Set};
use crate::state::arena::EntryIx;
use crate::state::lineage::{Slot, Status};

/// What becomes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It may go.
    Goes,
    /// It is shown, and stays.
    Stays(Reason),
    /// It is not shown: it stays, and separates nothing.
    Hidden,
}

/// Why a unit stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// An entry of it was not asked for.
    NotAsked,
    /// An entry of it is pinned.
    Pinned,
    /// It is, or reaches into, the current turn or the last entries.
    Recent,
    /// It is an instruction that others of its name refer to.
    Named,
    /// It shares an entry with a unit that stays.
    Shared,
}

impl Reason {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::NotAsked => "it is one message or step with entries that are not among the ids; name those as well",
            Self::Pinned => "it is pinned, or part of a step that is; unpin it first",
            Self::Recent => "it belongs to the current turn or to the last entries, which stay",
            Self::Named => "it is an instruction with a name, whose place later ones take",
            Self::Shared => "it shares an entry with a step that stays",
        }
    }
}

/// Decides what goes: units of which all entries are `asked` for.
pub fn fates(pairing: &Pairing, preserve_recent: u32, asked: &dyn Fn(EntryIx) -> bool) -> Vec<Fate> {
    let tail = pairing.tail(preserve_recent);
    let fate = |unit: &Unit| match unit.kind {
        _ if !unit.shown() => Fate::Hidden,
        _ if unit.last_place >= tail => Fate::Stays(Reason::Recent),
        _ if unit.pinned => Fate::Stays(Reason::Pinned),
        Kind::Instruction(Some(_)) => Fate::Stays(Reason::Named),
        _ if !live(unit).all(asked) => Fate::Stays(Reason::NotAsked),
        _ => Fate::Goes,
    };
    let mut fates: Vec<Fate> = pairing.units().iter().map(fate).collect();
    while settle(pairing, &mut fates) {}
    fates
}

/// Units that share an entry go together, in one run, or stay. Says whether anything changed.
fn settle(pairing: &Pairing, fates: &mut [Fate]) -> bool {
    let (mut run, mut seen, mut torn) = (1, Map::default(), Set::default());
    for (unit, fate) in pairing.units().iter().zip(fates.iter()) {
        run += u32::from(matches!(fate, Fate::Stays(_)));
        let own = if *fate == Fate::Goes { run } else { 0 };
        for entry in live(unit) {
            match seen.get(&entry) {
                Some(other) if *other != own => drop(torn.add(entry)),
                _ => drop(seen.insert(entry, own)),
            }
        }
    }
    let mut changed = false;
    for (unit, fate) in pairing.units().iter().zip(fates) {
        if *fate == Fate::Goes && !torn.is_empty() && live(unit).any(|entry| torn.contains(&entry)) {
            *fate = Fate::Stays(Reason::Shared);
            changed = true;
        }
    }
    changed
}

/// The units of each run, in order. A run in which nothing is new, but a summary, is none.
pub fn runs(pairing: &Pairing, fates: &[Fate]) -> Vec<Vec<usize>> {
    let (mut runs, mut run) = (Vec::new(), Vec::new());
    for (index, fate) in fates.iter().enumerate() {
        match fate {
            Fate::Goes => run.push(index),
            Fate::Stays(_) => runs.push(std::mem::take(&mut run)),
            Fate::Hidden => {}
        }
    }
    runs.push(run);
    let is_new = |index: &usize| pairing.units().get(*index).is_some_and(|unit| unit.kind != Kind::Summary);
    runs.retain(|run| run.iter().any(is_new));
    runs
}

/// The entries of a unit that are in the view.
pub fn live(unit: &Unit) -> impl Iterator<Item = EntryIx> {
    let is_live = |slot: &&Slot| slot.status == Status::Live;
    unit.slots().filter(is_live).map(|slot| slot.entry)
}
