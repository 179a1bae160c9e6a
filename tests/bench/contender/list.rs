//! Who takes part. A new row is an implementation of a trait and one line here.
//!
//! The first of each list is the yardstick: its row reads 1.00 and all others are ratios to it.

use super::channel::Channel;
use super::direct::{ByHand, Direct, Spawned};
use super::lapin::{AwaitEachConfirm, AwaitEachPublish, Drain, Paged, Resident, Style, Twin, Windows, Writes};
use super::ours::{
    Alone, Batches, Dispatched, Drained, Grouped, InProcess, OneByOne, Relayed, SetBased, Sleeper, Spread,
};
use super::{Consume, Deliver, Dispatch, Effects, Flavour, Idle, Publish, Relay, Transit};
use crate::envelope::Envelope::{Bare, CloudEvents};

pub(crate) fn publish() -> Vec<Box<dyn Publish>> {
    vec![
        Box::new(Windows(CloudEvents)),
        Box::new(Windows(Bare)),
        Box::new(Batches),
        Box::new(OneByOne),
        Box::new(AwaitEachPublish),
        Box::new(AwaitEachConfirm),
    ]
}

pub(crate) fn consume() -> Vec<Box<dyn Consume>> {
    vec![
        Box::new(Drain(Style::ReadyChunks, CloudEvents)),
        Box::new(Drain(Style::ReadyChunks, Bare)),
        Box::new(Drained),
        Box::new(Drain(Style::TaskPerDelivery, CloudEvents)),
        Box::new(Drain(Style::AwaitEachAck, CloudEvents)),
    ]
}

/// Drain as many queues as there are handlers.
pub(crate) fn handlers() -> Vec<Box<dyn Consume>> {
    vec![Box::new(Drain(Style::ReadyChunks, CloudEvents)), Box::new(Spread)]
}

pub(crate) fn latency() -> Vec<Box<dyn Relay>> {
    vec![
        Box::new(Drain(Style::ReadyChunks, CloudEvents)),
        Box::new(Drained),
        Box::new(Drain(Style::TaskPerDelivery, CloudEvents)),
        Box::new(Drain(Style::AwaitEachAck, CloudEvents)),
    ]
}

pub(crate) fn effects() -> Vec<Box<dyn Effects>> {
    let twin = |group, connections, writes| {
        Box::new(Twin {
            group,
            connections,
            writes,
        })
    };
    vec![
        twin(100, 4, Writes::OneByOne),
        Box::new(Grouped),
        twin(100, 4, Writes::Set),
        Box::new(SetBased),
        Box::new(Alone),
        twin(1, 4, Writes::OneByOne),
        twin(1, 1, Writes::OneByOne),
    ]
}

/// What a relay is held against.
pub(crate) fn yardstick() -> Windows {
    Windows(CloudEvents)
}

pub(crate) fn deliver() -> Vec<Box<dyn Deliver>> {
    vec![Box::new(Relayed), Box::new(Paged)]
}

pub(crate) fn memory() -> Vec<Box<dyn Transit>> {
    vec![Box::new(Channel), Box::new(InProcess)]
}

pub(crate) fn dispatch() -> Vec<Box<dyn Dispatch>> {
    vec![
        Box::new(Direct),
        Box::new(Dispatched),
        Box::new(ByHand),
        Box::new(Spawned),
    ]
}

pub(crate) fn idle() -> Vec<Box<dyn Idle>> {
    vec![
        Box::new(Resident { consumers: 1 }),
        Box::new(Sleeper { handlers: 1 }),
        Box::new(Resident { consumers: 100 }),
        Box::new(Sleeper { handlers: 100 }),
        Box::new(Resident { consumers: 0 }),
    ]
}

pub(crate) fn compile() -> Vec<Flavour> {
    let runtime = concat!(env!("CARGO_MANIFEST_DIR"), "/../event-runtime");
    let serde = r#"serde = { version = "1", features = ["derive"] }"#.to_owned();
    let ours = |name, contracts| Flavour {
        name,
        dependencies: format!("{serde}\nevent-runtime = {{ path = {runtime:?} }}"),
        imports: "use event_runtime::{Event, Schema};\nuse serde::{Deserialize, Serialize};",
        derives: "Debug, Clone, Serialize, Deserialize, Event",
        inner: "Debug, Clone, Serialize, Deserialize, Schema",
        attribute: |at| format!("#[event(name = \"load.event{at}\", version = 1, owner = \"bench\")]"),
        contracts,
    };
    vec![
        Flavour {
            name: "serde's two derives",
            dependencies: serde.clone(),
            imports: "use serde::{Deserialize, Serialize};",
            derives: "Debug, Clone, Serialize, Deserialize",
            inner: "Debug, Clone, Serialize, Deserialize",
            attribute: |_| String::new(),
            contracts: false,
        },
        ours("serde, `Event` and `Schema`", false),
        ours("the same with contract files", true),
    ]
}
