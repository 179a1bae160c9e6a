//! The events of the scenarios.

use event_runtime::prelude::*;

/// A customer placed an order.
#[derive(Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
pub(crate) struct Placed {
    #[event(key)]
    pub(crate) order: u32,
    #[event(sensitive)]
    #[serde(rename = "cardNumber")]
    pub(crate) card: String,
}

/// An order was paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "payments")]
pub(crate) struct Paid {
    #[event(key)]
    pub(crate) order: u32,
}

/// An order was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.sent", version = 1, owner = "shipping")]
pub(crate) struct Sent {
    #[event(key)]
    pub(crate) order: u32,
}

/// Something nobody takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.ignored", version = 1, owner = "checkout")]
pub(crate) struct Ignored {
    #[event(key)]
    pub(crate) order: u32,
}

/// Something nobody takes yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.kept", version = 1, owner = "checkout", unrouted = "keep")]
pub(crate) struct Kept {
    #[event(key)]
    pub(crate) order: u32,
}

pub(crate) fn placed(order: u32) -> Placed {
    Placed {
        order,
        card: "4111-1111".to_owned(),
    }
}

/// Something to do, or to die of, for a worker in a process of its own.
#[derive(Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "work.ordered", version = 1, owner = "tests")]
pub(crate) struct Work {
    #[event(key)]
    pub(crate) number: u32,
    pub(crate) does: Does,
    #[event(sensitive)]
    pub(crate) card: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) enum Does {
    Nothing,
    Sleep,
    Fail,
    Abort,
    Overflow,
}
