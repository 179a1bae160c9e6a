//! Where the scenarios of single services play.

#![allow(dead_code, reason = "the scenarios of `behaviour` need more of it")]

#[path = "../behaviour/events.rs"]
pub(crate) mod events;
#[macro_use]
#[path = "../behaviour/stage.rs"]
pub(crate) mod stage;
