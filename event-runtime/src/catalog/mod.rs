//! What a service is, for people and other tools: which events it publishes and takes, who owns them, what they look like.
//!
//! ```
//! use event_runtime::prelude::*;
//!
//! /// A customer placed an order.
//! #[derive(Debug, Clone, Serialize, Deserialize, Event)]
//! #[event(name = "order.placed", version = 1, owner = "checkout")]
//! struct OrderPlaced {
//!     #[event(key)]
//!     order_id: Uuid,
//! }
//!
//! /// Greets the customer.
//! #[handler]
//! async fn greet(order: OrderPlaced) {
//!     println!("{}", order.order_id);
//! }
//!
//! let catalog = Service::new("greeter").handle::<greet>().catalog();
//! assert!(catalog.markdown().contains("## order.placed"));
//! assert_eq!(catalog.asyncapi()["channels"]["order.placed.v1"]["address"], "order.placed.v1");
//! ```

mod asyncapi;
mod contracts;
mod event;
mod fields;
mod handler;
mod html;
mod markdown;
mod recorded;
mod sample;
mod text;

pub(crate) use contracts::FieldDescription;
pub(crate) use event::{Event, Known};
pub(crate) use handler::Handler;
pub use recorded::Recorded;

use crate::envelope::Prefix;
use crate::topology::{Names, Route, Topology};
use event_contract::Contract;

/// A service as its types describe it, and what is recorded about its contracts.
///
/// [`Service::catalog`](crate::Service::catalog) makes one. Nothing runs, and no broker is asked.
#[derive(Debug)]
pub struct Catalog {
    pub(crate) names: Names,
    pub(crate) service: String,
    pub(crate) prefix: Prefix,
    pub(crate) handlers: Vec<Handler>,
    /// What is published outside the handlers.
    publishes: Vec<&'static Contract>,
    /// By name.
    pub(crate) events: Vec<Event>,
    /// Whether there are contract files to say who reads what.
    pub(crate) is_recorded: bool,
}

impl Catalog {
    pub(crate) fn new(
        service: &str,
        names: Names,
        prefix: Prefix,
        handlers: Vec<Handler>,
        publishes: Vec<&'static Contract>,
    ) -> Self {
        let events = event::all(&handlers, &publishes, &Recorded::default());
        Self {
            names,
            service: service.to_owned(),
            prefix,
            handlers,
            publishes,
            events,
            is_recorded: false,
        }
    }

    /// Adds what is recorded: status, older versions, samples, and who elsewhere reads which field.
    #[must_use]
    pub fn with_recorded(mut self, recorded: &Recorded) -> Self {
        self.events = event::all(&self.handlers, &self.publishes, recorded);
        self.is_recorded = true;
        self
    }

    /// What the service needs on the broker.
    fn topology(&self) -> Topology {
        let route = |handler: &Handler| {
            let route = Route::new(handler.name, handler.takes.clone());
            route.with_queues(handler.options.queues(self.prefix.partition_key()))
        };
        let routes: Vec<_> = self.handlers.iter().map(route).collect();
        Topology::of_service(&self.names, &routes, &self.publishes)
    }
}
