//! From a delivery to the handler and its ack: limits, envelope, version, deadline, panic guard, span, settling.

use std::sync::{Arc, Mutex};

use event_runtime::message::{Headers, Message};
use event_runtime::prelude::*;
use event_runtime::transport::{Delivery, Health};
use tokio::sync::watch;

use super::prepared::Prepared;
use super::service::{SERVICE, with_1000};
use crate::contender::direct::on_one_thread;
use crate::contender::{Contender, Dispatch};
use crate::order::ORDER_PLACED;
use crate::tally::Tally;

/// The whole consumer, without a broker.
pub(crate) struct Dispatched;

impl Contender for Dispatched {
    fn name(&self) -> String {
        "event-runtime: the whole consumer".to_owned()
    }
}

impl Dispatch for Dispatched {
    fn dispatch(&self, body: &[u8], count: usize) {
        let tally = Arc::new(Tally::new(count));
        let mut delivery = Delivery::default();
        delivery.exchange = "events".to_owned();
        delivery.routing_key = ORDER_PLACED.to_owned();
        delivery.message = Message {
            headers: headers(),
            body: body.to_vec().into(),
        };
        let prepared = Prepared {
            delivery: Mutex::new(Some(delivery)),
            count: count as u64,
            health: watch::Sender::new(Health::Up),
        };
        on_one_thread(async {
            let service = Service::new(SERVICE)
                .transport(prepared)
                .state(Arc::clone(&tally))
                .handle::<with_1000>();
            let running = service.start().await?;
            tally.complete().await;
            running.shutdown().await;
            Ok(())
        });
    }
}

fn headers() -> Headers {
    [
        (":message_id", "0192f2e0-0000-7000-8000-000000000000"),
        (":type", ORDER_PLACED),
        (":content_type", "application/json"),
        (":app_id", "checkout"),
        (":user_id", "guest"),
        (":timestamp", "1700000000"),
        ("cloudEvents_id", "0192f2e0-0000-7000-8000-000000000000"),
        ("cloudEvents_partitionkey", "0192f2e0-0000-7000-8000-000000000000"),
        ("cloudEvents_source", "checkout"),
        ("cloudEvents_specversion", "1.0"),
        ("cloudEvents_subject", "0192f2e0-0000-7000-8000-000000000000"),
        ("cloudEvents_time", "2026-11-21T10:00:00.123456789Z"),
        (
            "cloudEvents_traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("cloudEvents_type", ORDER_PLACED),
    ]
    .into_iter()
    .collect()
}
