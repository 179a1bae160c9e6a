//! The events that were named on the command line.

use super::compiled::Event;
use super::files;
use crate::error::{Error, Result};
use crate::name;

/// The events of these names; all of them without names.
///
/// # Errors
///
/// A name that is none of them.
pub(super) fn pick<'a>(events: &'a [Event], names: &[String]) -> Result<Vec<&'a Event>> {
    for name in names {
        if !events.iter().any(|event| is(event, name)) {
            return Err(unknown(name, events.iter().map(|event| event.now.event)));
        }
    }
    let picked = |event: &&Event| names.is_empty() || names.iter().any(|name| is(event, name));
    Ok(events.iter().filter(picked).collect())
}

fn is(event: &Event, name: &str) -> bool {
    let (wanted, version) = files::split(name);
    event.now.event == wanted && version.is_none_or(|version| version == event.now.version)
}

/// That there is no such event, and which one may be meant.
pub(crate) fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let (event, version) = files::split(name);
    let known: Vec<_> = known.collect();
    if version.is_some() && known.contains(&event) {
        return Error::new(format!("`{event}` has no such version here: `{name}`"));
    }
    let error = Error::new(format!("there is no event `{name}` here"));
    match name::nearest(event, known.iter().copied()) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None if known.is_empty() => error.help("there are none at all; `cargo event add event NAME` adds one"),
        None => error.help(format!("there is {}", known.join(", "))),
    }
}
