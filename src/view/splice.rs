//! What changes between two compiles: splices of message numbers.

use crate::collections::Set;

use super::table::MessageId;

/// A change of a view's messages: at `start`, `removed` go and `inserted` come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Where.
    pub start: usize,
    /// How many go.
    pub removed: usize,
    /// What comes.
    pub inserted: Vec<MessageId>,
}

/// Adds a splice behind others. One that only touches what the last one inserted becomes part of it, so
/// that changes nobody asks for do not pile up.
pub(super) fn push(splices: &mut Vec<Splice>, next: Splice) {
    if let Some(last) = splices.last_mut()
        && let Some(offset) = next.start.checked_sub(last.start)
        && offset + next.removed <= last.inserted.len()
    {
        let behind = last.inserted.split_off(offset + next.removed);
        last.inserted.truncate(offset);
        last.inserted.extend_from_slice(&next.inserted);
        last.inserted.extend_from_slice(&behind);
        return;
    }
    splices.push(next);
}

/// A message in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    pub unit: u32,
    pub id: MessageId,
    pub tokens: u32,
}

/// The splices that turn `old` into `new`, to be applied in order.
pub(super) fn differences(old: &[Shown], new: &[Shown]) -> Vec<Splice> {
    let same = |(a, b): &(&Shown, &Shown)| a.id == b.id;
    let start = old.iter().zip(new).take_while(same).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let mut old = old.iter().take(old.len() - end).skip(start).peekable();
    let mut new = new.iter().take(new.len() - end).skip(start).peekable();
    let were: Set<MessageId> = old.clone().map(|shown| shown.id).collect();
    let staying: Set<MessageId> = new.clone().map(|shown| shown.id).filter(|id| were.contains(id)).collect();
    let mut splices = Vec::new();
    let mut at = start;
    while old.peek().is_some() || new.peek().is_some() {
        let mut splice = Splice { start: at, removed: 0, inserted: Vec::new() };
        // Messages that change places go and come like others.
        while let Some(gone) = old.peek()
            && (!staying.contains(&gone.id)
                || new.peek().is_none_or(|fresh| staying.contains(&fresh.id) && fresh.id != gone.id))
        {
            splice.removed += 1;
            old.next();
        }
        while let Some(fresh) = new.peek()
            && old.peek().is_none_or(|next| next.id != fresh.id)
        {
            if old.peek().is_some() && staying.contains(&fresh.id) {
                break;
            }
            splice.inserted.push(fresh.id);
            new.next();
        }
        at += splice.inserted.len();
        if splice.removed > 0 || !splice.inserted.is_empty() {
            splices.push(splice);
        }
        while let (Some(a), Some(b)) = (old.peek(), new.peek())
            && a.id == b.id
        {
            at += 1;
            old.next();
            new.next();
        }
    }
    splices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(splices: &[Splice]) -> Vec<MessageId> {
        let mut messages: Vec<MessageId> = (100..110).collect();
        for splice in splices {
            messages.splice(splice.start..splice.start + splice.removed, splice.inserted.iter().copied());
        }
        messages
    }

    #[test]
    fn splices_that_became_one_do_what_they_did_apart() {
        let splice = |start, removed, inserted: &[MessageId]| Splice { start, removed, inserted: inserted.to_vec() };
        let apart = [
            splice(10, 0, &[1]),
            splice(11, 0, &[2, 3]),
            splice(12, 1, &[4]),
            splice(11, 2, &[]),
            splice(3, 1, &[]),
            splice(8, 2, &[5]),
            splice(9, 0, &[6]),
        ];
        let mut joined = Vec::new();
        apart.iter().for_each(|splice| push(&mut joined, splice.clone()));
        assert_eq!(apply(&joined), apply(&apart));
        assert_eq!(joined.len(), 3);
    }

    #[test]
    fn a_view_that_only_grows_keeps_one_splice() {
        let mut splices = Vec::new();
        (0..1000).for_each(|id| push(&mut splices, Splice { start: id, removed: 0, inserted: vec![id as u32] }));
        assert_eq!(splices.len(), 1);
    }
}
