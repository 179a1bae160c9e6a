//! Dead letters: kept with their history, shown, sent again.

mod letter;
mod read;

pub use letter::{DeadLetter, Select};
pub use read::{DeadLetters, Replayed};
