use super::Target;
use crate::envelope::Attributes;
use crate::error::{Error, Result};
use crate::message::{Message, property};
use crate::transport::Delivery;
use event_contract::{Contract, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which events; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Choice {
    /// Not older than this, by the event's own `time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Older than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// `order.placed`, or `order.placed.v1`; none means all that the handler takes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub types: Vec<String>,
    /// This key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Only so many, the oldest ones of the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// What becomes of an event of the archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Send(Event),
    /// Chosen, and yet of a version that this build cannot read.
    Unknown(Event),
    /// Without a time, where one was asked for.
    Undated,
    /// Nothing that was asked for.
    Other,
}

/// What is said of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) type_name: String,
    pub(super) id: String,
    pub(super) time: Option<Timestamp>,
}

impl Choice {
    /// Whether the handler takes anything of this.
    pub(super) fn check(&self, target: &Target) -> Result<()> {
        for wanted in &self.types {
            let takes = |contract: &&&Contract| names(wanted, contract.name).is_some();
            let Some(contract) = target.contracts.iter().find(takes) else {
                let all: Vec<_> = target.contracts.iter().map(|contract| contract.type_name).collect();
                return Err(Error::Setting(format!(
                    "`{}` does not take `{wanted}`; it takes {}",
                    target.handler,
                    all.join(", ")
                )));
            };
            if let Some(Some(version)) = names(wanted, contract.name)
                && !target
                    .contracts
                    .iter()
                    .any(|other| other.name == contract.name && other.can_read(version))
            {
                return Err(Error::Setting(format!(
                    "this build of `{}` does not read `{wanted}`; it reads {}",
                    target.handler, contract.type_name
                )));
            }
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(Error::Setting(format!(
                "no event is between {from} and {to}: the first must be earlier"
            )));
        }
        Ok(())
    }

    /// Looks at one event; a structured one is unfolded into `room`.
    pub(super) fn verdict(&self, target: &Target, delivery: &Delivery, room: &mut Option<Message>) -> Verdict {
        let user = delivery.message.headers.get(property::USER_ID);
        let from = target.options.from;
        if !from.is_empty() && !user.is_some_and(|user| from.contains(&user)) {
            return Verdict::Other;
        }
        let read = Attributes::read(&delivery.message, room, &delivery.routing_key, target.plain);
        let Ok(read) = read else { return Verdict::Other };
        let same_type = |wanted: &String| match names(wanted, read.name) {
            None => false,
            Some(version) => version.is_none_or(|version| version == read.version),
        };
        let is_taken = target.contracts.iter().any(|contract| contract.name == read.name)
            && delivery.routing_key == read.type_name()
            && (self.types.is_empty() || self.types.iter().any(same_type))
            && (self.key.is_none() || self.key.as_deref() == read.key());
        if !is_taken {
            return Verdict::Other;
        }
        let time = read.time().or_else(|| stamped(&delivery.message));
        if self.from.is_some() || self.to.is_some() {
            let Some(time) = time else { return Verdict::Undated };
            if self.from.is_some_and(|from| time < from) || self.to.is_some_and(|to| time >= to) {
                return Verdict::Other;
            }
        }
        let event = Event {
            type_name: read.type_name(),
            id: read.id.to_string(),
            time,
        };
        let reads = |contract: &&&Contract| contract.name == read.name && contract.can_read(read.version);
        match target.contracts.iter().find(reads) {
            Some(_) => Verdict::Send(event),
            None => Verdict::Unknown(event),
        }
    }
}

/// Whether `wanted` is the event `name`, and which version of it if it says one.
fn names(wanted: &str, name: &str) -> Option<Option<Version>> {
    if wanted == name {
        return Some(None);
    }
    let (found, version) = event_contract::split_type(wanted)?;
    (found == name).then_some(Some(version))
}

/// The time of a message that has none as an event.
fn stamped(message: &Message) -> Option<Timestamp> {
    let seconds = message.headers.get(property::TIMESTAMP)?.parse().ok()?;
    Timestamp::from_second(seconds).ok()
}
