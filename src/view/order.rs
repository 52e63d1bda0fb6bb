//! The order in which a compile reads the entries of a lineage.

use crate::state::State;
use crate::state::lineage::{Lineage, Slot};

/// Types with a `materializationOrder` move entries about: then there is no simple append.
pub fn is_by_type(state: &State<'_>) -> bool {
    state.types_version() > 0
        && state
            .content_types()
            .iter()
            .any(|(_, definition)| definition.hints.materialization_order.is_some_and(|o| o != 0))
}

/// The entries with those of a lower `materializationOrder` first.
pub fn by_type(state: &State<'_>, lineage: &Lineage) -> Vec<Slot> {
    let slots = lineage.slots();
    let order = |slot: &Slot| {
        let name = &state.contents(slot.content).content_type;
        state.hints(name, |hints| hints.materialization_order).unwrap_or(0)
    };
    let mut ordered = Vec::with_capacity(slots.len());
    let mut next = slots.iter().map(order).min();
    while let Some(now) = next {
        ordered.extend(slots.iter().filter(|slot| order(slot) == now));
        next = slots.iter().map(order).filter(|order| *order > now).min();
    }
    ordered
}
