//! The containers that everything here is kept in: few kinds, each compiled about once, whatever it
//! holds. The standard ones are compiled anew for every pair of types, which made a fifth of the module.

mod bytes;
mod dense;
mod hashes;
mod lookup;
mod map;
mod names;
mod text;

pub use bytes::Bytes;
pub use dense::Dense;
pub use hashes::Hashes;
pub use lookup::{Key, Lookup, text_hash};
pub use map::{Map, Set};
pub use names::Names;
pub use text::occurs;
