//! The commit graph: ancestors, and the order in which a history reads.

use super::State;
use super::arena::CommitIx;
use crate::collections::Set;

impl State<'_> {
    /// Where a child of `parent` jumps to: skew-binary jump pointers, which let a descent of n steps
    /// take about log n (E. W. Myers, "An applicative random-access stack", 1983).
    pub(super) fn jump_over(&self, parent: CommitIx) -> CommitIx {
        let row = self.commits(parent);
        let Some(jump) = row.jump else { return parent };
        let landing = self.commits(jump);
        match landing.jump {
            Some(next)
                if row.height.wrapping_sub(landing.height)
                    == landing.height.wrapping_sub(self.commits(next).height) =>
            {
                next
            }
            _ => parent,
        }
    }

    /// The commit on the line of first parents of `from` with this height, or the next higher one.
    pub fn first_parent_at(&self, from: CommitIx, height: u32) -> CommitIx {
        let mut at = from;
        loop {
            let row = self.commits(at);
            if row.height <= height {
                return at;
            }
            match (row.jump, row.parents[0]) {
                (Some(jump), _) if self.commits(jump).height >= height => at = jump,
                (_, Some(parent)) if self.commits(parent).height >= height => at = parent,
                _ => return at,
            }
        }
    }

    /// Whether `ancestor` is `of` or reachable from it.
    pub fn is_ancestor(&self, ancestor: CommitIx, of: CommitIx) -> bool {
        let height = self.commits(ancestor).height;
        if self.first_parent_at(of, height) == ancestor {
            return true;
        }
        if !self.commits(of).merged {
            return false;
        }
        let mut seen = Set::default();
        let mut open = vec![of];
        while let Some(at) = open.pop() {
            if at == ancestor {
                return true;
            }
            let row = self.commits(at);
            // Lines without merges are settled by one fast descent.
            if !row.merged {
                if self.first_parent_at(at, height) == ancestor {
                    return true;
                }
                continue;
            }
            let higher = |ix: &CommitIx| self.commits(*ix).height >= height;
            open.extend(row.parents.into_iter().flatten().filter(higher).filter(|ix| seen.add(*ix)));
        }
        false
    }

    /// The commits that `to` has and `from` has not, in reading order: depth first, post-order, first
    /// parent before second, each once. `from` must be an ancestor of `to`.
    pub fn history_since(&self, from: Option<CommitIx>, to: CommitIx) -> Vec<CommitIx> {
        if !self.commits(to).merged {
            let floor = from.map_or(0, |from| self.commits(from).height);
            let line = self.first_parents(Some(to)).take_while(|ix| self.commits(*ix).height > floor);
            let mut order: Vec<_> = line.collect();
            order.reverse();
            return order;
        }
        let known = |ix: CommitIx| from.is_some_and(|from| self.is_ancestor(ix, from));
        let mut order = Vec::new();
        let mut seen = Set::default();
        let mut stack = vec![(to, 0)];
        while let Some((at, parent)) = stack.pop() {
            if parent == 0 && (seen.contains(&at) || known(at)) {
                continue;
            }
            let row = self.commits(at);
            match row.parents.get(parent).copied().flatten() {
                Some(next) => {
                    stack.push((at, parent + 1));
                    stack.push((next, 0));
                }
                None => {
                    seen.add(at);
                    order.push(at);
                }
            }
        }
        order
    }

    /// The commit `steps` first parents above `from`.
    pub fn nth_ancestor(&self, from: CommitIx, steps: u64) -> Option<CommitIx> {
        let mut at = from;
        for _ in 0..steps {
            at = self.commits(at).parents[0]?;
        }
        Some(at)
    }

    /// All commits of a history, newest first along first parents.
    pub fn first_parents(&self, from: Option<CommitIx>) -> impl Iterator<Item = CommitIx> {
        std::iter::successors(from, |ix| self.commits(*ix).parents[0])
    }
}
