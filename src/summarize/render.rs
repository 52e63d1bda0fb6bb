//! Writes the units that were chosen, in the order in which they came.

use super::Summary;
use super::draft::{Draft, NONE};

/// Writes these units.
pub(super) fn render(draft: &Draft, chosen: &[u32]) -> Summary {
    let mut placed: Vec<(u32, u32, u32)> = Vec::with_capacity(chosen.len());
    for unit in chosen {
        if let Some(group) = draft.units.get(*unit as usize).map(|unit| unit.group) {
            let parent = draft.groups.get(group as usize).map_or(NONE, |group| group.parent);
            placed.push(if parent == NONE { (group, 0, *unit) } else { (parent, group, *unit) });
        }
    }
    placed.sort_unstable();
    let mut summary = Summary::default();
    let mut line = String::new();
    let (mut last_top, mut last_row) = (NONE, 0);
    for (place, (top, row, unit)) in placed.iter().enumerate() {
        let (Some(group), Some(unit)) = (draft.groups.get(*top as usize), draft.units.get(*unit as usize)) else {
            continue;
        };
        let is_first = *top != last_top;
        if is_first {
            line.push_str(draft.text(group.heading));
        }
        let text = draft.text(unit.text);
        let goes_on = !is_first && *row > 0 && *row == last_row;
        if !text.is_empty() && !line.is_empty() {
            line.push_str(match (goes_on, group.is_fact, is_first) {
                (true, ..) => ", ",
                (_, true, _) => " | ",
                (_, _, true) => ": ",
                _ => " ",
            });
        }
        if let Some(row) = draft.groups.get(*row as usize).filter(|_| *row > 0 && !goes_on) {
            line.push_str(draft.text(row.heading));
            line.push(' ');
        }
        line.push_str(text);
        (last_top, last_row) = (*top, *row);
        if placed.get(place + 1).is_none_or(|next| next.0 != *top) {
            end_line(&mut summary, std::mem::take(&mut line), group.is_fact);
        }
    }
    summary
}

fn end_line(summary: &mut Summary, line: String, is_fact: bool) {
    if is_fact {
        summary.facts.push(line);
        return;
    }
    if !summary.text.is_empty() {
        summary.text.push('\n');
    }
    summary.text.push_str(&line);
}
