//! The message of every table: a placed order, about 300 bytes of JSON.

use event_runtime::{Event, Schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;

/// The routing key, and the event's name with its version.
pub(crate) const ORDER_PLACED: &str = "order.placed.v1";

/// A customer placed an order.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
pub(crate) struct Order {
    #[event(key)]
    pub(crate) order_id: Uuid,
    /// Position in the run: the latency section finds the time of sending by it.
    pub(crate) position: u64,
    pub(crate) customer: String,
    pub(crate) email: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) total_cents: i64,
    pub(crate) currency: String,
    pub(crate) express: bool,
}

/// One position of an order.
#[derive(Debug, Clone, Serialize, Deserialize, Schema)]
pub(crate) struct Line {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
    pub(crate) cents: i64,
}

/// The routing key of what comes of an order.
pub(crate) const ORDER_PAID: &str = "order.paid.v1";

/// What comes of an order.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "payments")]
pub(crate) struct Paid {
    #[event(key)]
    pub(crate) order_id: Uuid,
    pub(crate) position: u64,
    pub(crate) total_cents: i64,
}

impl From<&Order> for Paid {
    fn from(order: &Order) -> Self {
        Self {
            order_id: order.order_id,
            position: order.position,
            total_cents: order.total_cents,
        }
    }
}

impl Order {
    /// The order at `position`; the same position gives the same order.
    pub(crate) fn sample(position: u64) -> Self {
        let line = |sku: &str, quantity, cents| Line {
            sku: sku.to_owned(),
            quantity,
            cents,
        };
        Self {
            order_id: Uuid::from_u64_pair(0x0192_3c4d_5e6f_7a8b, position),
            position,
            customer: "c-20871".to_owned(),
            email: "ada.lovelace@example.org".to_owned(),
            lines: vec![line("SKU-1001-BLUE", 2, 1_299), line("SKU-2040-LARGE", 1, 4_950)],
            total_cents: 7_548,
            currency: "EUR".to_owned(),
            express: position.is_multiple_of(2),
        }
    }

    /// The JSON body.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(512);
        serde_json::to_writer(&mut body, self).expect("an order is plain data");
        body
    }

    /// The order of a JSON body.
    pub(crate) fn decode(body: &[u8]) -> Result<Self> {
        Ok(serde_json::from_slice(body)?)
    }
}
