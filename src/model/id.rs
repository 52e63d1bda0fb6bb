//! Entry ids: given by the caller or made here as ULIDs (github.com/ulid/spec): 48 bits of
//! milliseconds, 80 bits of chance, 26 characters of Crockford's base 32, sortable by time.

use crate::error::{Error, Result};

/// What stays the same when an entry is edited, rebased, cherry-picked, merged, forked.
pub type EntryId = Box<str>;

/// The longest id of a caller, in bytes.
pub const MAX_ID_BYTES: usize = 512;

/// Checks an id given by the caller: 1 to 512 bytes without control characters.
///
/// # Errors
/// `Validation` at `/<field>`.
pub fn check_id(field: &str, id: &str) -> Result<()> {
    let message = if id.is_empty() {
        "must not be empty".to_owned()
    } else if id.len() > MAX_ID_BYTES {
        format!("must have at most {MAX_ID_BYTES} bytes, found {}", id.len())
    } else if id.chars().any(char::is_control) {
        "must not hold control characters".to_owned()
    } else {
        return Ok(());
    };
    Err(Box::new(Error::Validation { pointer: format!("/{field}"), message: format!("{field} {message}") }))
}

/// Makes ULIDs that ascend even within one millisecond.
#[derive(Debug, Default)]
pub struct UlidMaker {
    last: u128,
}

impl UlidMaker {
    /// The next id. `now` is UTC milliseconds, `chance` ten random bytes.
    pub fn make(&mut self, now: i64, chance: [u8; 10]) -> EntryId {
        let time = u128::from(now.clamp(0, (1 << 48) - 1).unsigned_abs()) << 80;
        let mut bytes = [0; 16];
        for (slot, byte) in bytes.iter_mut().skip(6).zip(chance) {
            *slot = byte;
        }
        let fresh = time | u128::from_be_bytes(bytes);
        self.last = if fresh > self.last { fresh } else { self.last.wrapping_add(1) };
        encode(self.last)
    }
}

fn encode(value: u128) -> EntryId {
    const ALPHABET: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut text = String::with_capacity(26);
    for position in (0..26).rev() {
        let index = (value >> (5 * position)) as usize & 31;
        text.push(ALPHABET.get(index).copied().map(char::from).unwrap_or('0'));
    }
    text.into_boxed_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_within_one_millisecond_and_when_the_clock_goes_back() {
        let mut maker = UlidMaker::default();
        let ids: Vec<_> = [5, 5, 5, 4, 6].iter().map(|&now| maker.make(now, [7; 10])).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
        assert!(ids.iter().all(|id| id.len() == 26));
    }

    #[test]
    fn the_time_stands_in_the_first_ten_characters() {
        assert!(UlidMaker::default().make(1_469_918_176_385, [0; 10]).starts_with("01ARYZ6S41")); // the specification's example
    }

    #[test]
    fn ids_of_callers_are_bounded() {
        assert!(check_id("id", "msg_1").is_ok() && check_id("id", "päivä/1 🌍").is_ok());
        for wrong in ["", "a\nb", &"x".repeat(513)] {
            assert_eq!(check_id("id", wrong).unwrap_err().code(), "Validation");
        }
    }
}
