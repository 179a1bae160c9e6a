//! Dead letters: kept with their history, shown, sent again.

mod audit;
mod discard;
mod edit;
mod group;
mod letter;
mod read;
mod reader;
mod replay;
mod select;

pub use discard::Discarded;
pub use edit::{Edit, EditedFrom};
pub use group::DeadLetterGroup;
pub(crate) use group::Groups;
pub use letter::DeadLetter;
pub(crate) use read::now;
pub use read::{Browsed, DeadLetters};
pub use replay::{FailedReplay, Rehearsed, Replay, Replayed};
pub use select::Select;
