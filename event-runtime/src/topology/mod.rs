//! The exchanges, queues and bindings a service needs: a model that every transport can apply.

mod archive;
mod arguments;
mod layout;
mod names;

pub use archive::{Archive, BadRetention, Retention};
pub(crate) use arguments::Argument;
pub use layout::{Ladder, Queues, Route};
pub use names::Names;

use std::time::Duration;

/// Exchanges, queues and bindings, in the order in which they are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topology {
    /// Made first.
    pub exchanges: Vec<Exchange>,
    /// Made second.
    pub queues: Vec<Queue>,
    /// Made with the queues.
    pub archives: Vec<Archive>,
    /// Made last.
    pub bindings: Vec<Binding>,
}

/// Where messages are published to. Durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its name.
    pub name: String,
    /// How it chooses bindings.
    pub kind: ExchangeKind,
    /// Where a message goes that no binding takes.
    pub alternate: Option<String>,
}

/// How an exchange chooses among its bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeKind {
    /// Patterns of dot-separated words; `*` is one word, `#` any number.
    Topic,
    /// The binding key equals the routing key.
    Direct,
    /// Every binding.
    Fanout,
    /// One binding, chosen by the value of a header: equal values choose the same one. The binding key is its weight, `1`.
    Hash {
        /// The header.
        header: &'static str,
    },
}

/// Where messages wait. Durable and replicated (quorum).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// How many times the broker gives a message back before it dead-letters it; always positive.
    pub delivery_limit: u32,
    /// One consumer at a time; the others stand by.
    pub single_active: bool,
    /// Where expired and over-returned messages go, at least once.
    pub dead_letter: Option<DeadLetterTo>,
    /// How long a message waits before it is dead-lettered.
    pub message_ttl: Option<Duration>,
}

/// The exchange, and the routing key when it is not the message's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterTo {
    /// The exchange.
    pub exchange: String,
    /// `None` keeps the message's own.
    pub routing_key: Option<String>,
}

/// What an exchange hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The exchange it listens to.
    pub source: String,
    /// Where the messages go.
    pub destination: Destination,
    /// Pattern or key.
    pub key: String,
}

/// The far end of a [`Binding`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A queue's name.
    Queue(String),
    /// An exchange's name.
    Exchange(String),
}

/// What a transport finds when it holds a [`Topology`] against what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// To be made: `exchange orders.in`, `queue orders.charge`.
    pub missing: Vec<String>,
    /// There, but with other arguments: what differs, in the broker's words.
    pub different: Vec<String>,
    /// Handlers whose partitions are to become more, or fewer: from what to what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<String>,
    /// There, as it should be.
    pub present: usize,
}

impl Plan {
    /// What to do about something that is there with other arguments.
    pub(crate) fn way_out(difference: &str) -> Option<&'static str> {
        let of_archives = ["x-max-age", "x-max-length-bytes", "max-age", "retention"];
        if of_archives.iter().any(|argument| difference.contains(argument)) {
            return Some(
                "the archive belongs to the bus: let every service that asks for it state the same retention; a policy of the \
                 broker (`max-age`, `max-length-bytes`) changes what is kept without a new archive",
            );
        }
        let of_order = [
            "x-single-active-consumer",
            "x-delivery-limit",
            "single active consumer",
            "delivery limit",
        ];
        of_order.iter().any(|argument| difference.contains(argument)).then_some(
            "a queue cannot get an order, or lose it: give the handler a new name, and its old queue to the old build until \
             it is empty; or stop the handler's processes, delete the queue when it is empty, and apply again (events that are \
             published in between find no queue)",
        )
    }
}

impl Topology {
    /// Adds what `other` has, leaving out what is there already.
    pub fn merge(&mut self, other: Self) {
        fn add<T: PartialEq>(to: &mut Vec<T>, from: Vec<T>) {
            for item in from {
                if !to.contains(&item) {
                    to.push(item);
                }
            }
        }
        add(&mut self.exchanges, other.exchanges);
        add(&mut self.queues, other.queues);
        add(&mut self.archives, other.archives);
        add(&mut self.bindings, other.bindings);
    }
}
