//! What the tables of a lookup have in common.

use crate::tokens::names::TokenId;

/// No token.
pub const NONE: TokenId = TokenId::MAX;

/// A table of `N`, all `value`, made on the heap.
pub fn table<T: Clone, const N: usize>(value: T) -> Box<[T; N]> {
    let Ok(table) = vec![value; N].into_boxed_slice().try_into() else {
        unreachable!("a vector of N is an array of N")
    };
    table
}
