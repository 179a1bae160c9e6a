#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused_qualifications)]
#![deny(rust_2018_idioms, unsafe_code, single_use_lifetimes, unused, nonstandard_style)]

//! As strict as a crate can be.

use event_runtime::handler::{Argument, Input, Return};
use event_runtime::prelude::*;
use std::fmt::Debug;

/// An order was placed.
#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
pub struct OrderPlaced {
    /// Which.
    #[event(key)]
    pub order_id: u64,
    /// Who.
    #[event(sensitive)]
    pub email: String,
}

/// What happens to orders.
#[derive(Debug, EventSet)]
pub enum Orders {
    /// Placed.
    Placed(OrderPlaced),
}

/// Why not.
#[derive(Debug, thiserror::Error, Failure)]
pub enum Refused {
    /// No room.
    #[error("full")]
    #[failure(retry(after = "1m"))]
    Full {
        /// How full.
        level: u8,
    },
}

/// Handles an order.
#[handler]
pub async fn on_order(orders: Orders, context: Context) -> Result<(), Refused> {
    match orders {
        Orders::Placed(order) if order.order_id == 0 => Err(Refused::Full { level: 1 }),
        Orders::Placed(_) => Ok(drop(context)),
    }
}

/// Names that generated code goes by as well.
pub fn same_names<I: Input + Debug, A: Argument, R: Return>(input: &I) -> String {
    format!("{input:?}")
}

fn main() {
    let _ = Service::new("shop").handle::<on_order>();
}
