//! What no message depends on any more.

use super::order;
use super::pair::{Pairing, Source, Unit};
use crate::collections::Set;
use crate::state::arena::EntryIx;
use crate::state::lineage::{Lineage, Status};

/// The compacted entries of a lineage without which all messages are the same, whatever is done next: those of units
/// that are over, but for one in each place, which parts what stands before it from what stands behind.
pub fn over(source: Source<'_>, lineage: &Lineage) -> Set<EntryIx> {
    let (mut pairing, mut over, mut needed) = (Pairing::default(), Set::default(), Set::default());
    if order::is_by_type(source.state) {
        return over; // what parts two entries there is not what parts them here
    }
    for (place, slot) in lineage.slots().iter().enumerate() {
        pairing.push(source, place as u32, *slot);
    }
    let mut parts = true;
    for unit in pairing.units().iter().rev() {
        let stays = !unit.slots().all(|slot| matches!(slot.status, Status::Compacted(_))) || !unit.is_over();
        if stays || parts {
            unit.entries().for_each(|entry| _ = needed.add(entry));
        }
        parts = stays;
    }
    // Units that share an entry stay together: results find their calls as before.
    let mut before = usize::MAX;
    while needed.len() != before {
        before = needed.len();
        for unit in pairing.units().iter().rev() {
            if unit.entries().any(|entry| needed.contains(&entry)) {
                unit.entries().for_each(|entry| _ = needed.add(entry));
            }
        }
    }
    let all = pairing.units().iter().flat_map(Unit::entries);
    all.filter(|entry| !needed.contains(entry)).for_each(|entry| _ = over.add(entry));
    over
}
