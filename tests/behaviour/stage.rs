//! A bus of a test's own, on either transport, which is gone at the end.

use event_runtime::message::{Limits, Message, Outgoing};
use event_runtime::prelude::*;
use event_runtime::topology::{Names, Route, Topology};
use event_runtime::transport::memory::MemoryTransport;
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_runtime::transport::{PublishError, Transport};
use event_runtime::{DeadLetter, HandlerSnapshot, Running};
use event_tests::{eventually, require_broker, unique};
use futures_util::FutureExt as _;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longer than anything takes on a machine that has other things to do.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Runs each scenario on both transports: `async fn scenario(stage: &Stage)` becomes `scenario::memory` and
/// `scenario::rabbitmq`.
macro_rules! on_both {
    ($($scenario:ident),+ $(,)?) => {$(
        mod $scenario {
            #[tokio::test(start_paused = true)]
            async fn memory() {
                crate::behaviour::stage::on_memory(super::$scenario).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn rabbitmq() {
                crate::behaviour::stage::on_rabbitmq(super::$scenario).await;
            }
        }
    )+};
}

/// Where a scenario plays.
pub(crate) struct Stage {
    pub(crate) bus: String,
    /// The name of the service, unless the scenario has several.
    pub(crate) name: String,
    wire: Wire,
    used: Mutex<Used>,
}

enum Wire {
    Memory(MemoryTransport),
    Rabbit(String),
}

/// What is to be removed.
#[derive(Default)]
struct Used {
    services: BTreeSet<String>,
    handlers: BTreeSet<String>,
}

pub(crate) async fn on_memory(scenario: impl AsyncFnOnce(&Stage)) {
    Stage::new(Wire::Memory(MemoryTransport::new())).play(scenario).await;
}

pub(crate) async fn on_rabbitmq(scenario: impl AsyncFnOnce(&Stage)) {
    on_broker(&require_broker().await, scenario).await;
}

/// On a broker that is not the shared one.
pub(crate) async fn on_broker(url: &str, scenario: impl AsyncFnOnce(&Stage)) {
    Stage::new(Wire::Rabbit(url.to_owned())).play(scenario).await;
}

/// A private name in the grammar of services and buses.
pub(crate) fn word(prefix: &str) -> String {
    unique(prefix).replace('-', "_")
}

impl Stage {
    fn new(wire: Wire) -> Self {
        Self {
            bus: word("bus"),
            name: word("svc"),
            wire,
            used: Mutex::default(),
        }
    }

    async fn play(self, scenario: impl AsyncFnOnce(&Self)) {
        let played = AssertUnwindSafe(scenario(&self)).catch_unwind().await;
        self.clean().await;
        if let Err(panic) = played {
            resume_unwind(panic);
        }
    }

    async fn clean(&self) {
        let (services, routes) = {
            let used = self.used.lock().unwrap();
            let route = |handler: &String| Route::new(handler, vec![]);
            (
                used.services.clone(),
                used.handlers.iter().map(route).collect::<Vec<_>>(),
            )
        };
        let mut all = Topology::of_service(
            &Names::new(&self.bus, &self.name),
            &[],
            &[super::events::Kept::CONTRACT],
        );
        all.archive(&Names::new(&self.bus, &self.name), "1d".parse().unwrap());
        for service in services {
            all.merge(Topology::of_service(&Names::new(&self.bus, service), &routes, &[]));
        }
        let wire = self.connect();
        wire.remove(&all).await.unwrap();
        wire.close().await;
    }

    /// Another connection, past the runtime.
    pub(crate) fn connect(&self) -> Arc<dyn Transport> {
        match &self.wire {
            Wire::Memory(bus) => Arc::new(bus.clone()),
            Wire::Rabbit(url) => {
                // Sends what no service would.
                let mut limits = Limits::TRANSPORT;
                limits.header_count = 10_000;
                Arc::new(RabbitMq::new(options(url).limits(limits)))
            }
        }
    }

    /// Of a scenario that needs more than the transports have in common.
    pub(crate) fn url(&self) -> Option<&str> {
        match &self.wire {
            Wire::Memory(_) => None,
            Wire::Rabbit(url) => Some(url),
        }
    }

    pub(crate) fn service(&self) -> Service {
        self.named(&self.name)
    }

    /// One of several services.
    pub(crate) fn named(&self, name: &str) -> Service {
        self.used.lock().unwrap().services.insert(name.to_owned());
        let service = Service::new(name).bus(&self.bus);
        match &self.wire {
            Wire::Memory(bus) => service.transport(bus.clone()),
            Wire::Rabbit(url) => service.transport(RabbitMq::new(options(url))),
        }
    }

    /// Removes these as well, which another process has made.
    pub(crate) fn adopt(&self, service: &str, handlers: &[&str]) {
        let mut used = self.used.lock().unwrap();
        used.services.insert(service.to_owned());
        used.handlers.extend(handlers.iter().map(ToString::to_string));
    }

    /// Starts a service that this stage has made, and waits until it is ready.
    pub(crate) async fn start<S, T>(&self, service: Service<S, T>) -> Running {
        let running = service.start().await.unwrap();
        let handlers = running.snapshot().handlers.into_iter().map(|handler| handler.handler);
        self.used.lock().unwrap().handlers.extend(handlers);
        tokio::time::timeout(SOON, running.ready())
            .await
            .expect("a service that is ready");
        running
    }

    pub(crate) fn names(&self) -> Names {
        Names::new(&self.bus, &self.name)
    }

    /// A binary CloudEvent of this type, to be spoilt.
    pub(crate) fn message(&self, type_name: &str, id: &str, body: impl Into<bytes::Bytes>) -> Outgoing {
        let headers = [
            (":message_id", id),
            (":type", type_name),
            (":content_type", "application/json"),
            ("cloudEvents_specversion", "1.0"),
            ("cloudEvents_id", id),
            ("cloudEvents_source", "tests"),
            ("cloudEvents_type", type_name),
        ];
        Outgoing {
            exchange: self.bus.clone(),
            routing_key: type_name.to_owned(),
            message: Message {
                headers: headers.into_iter().collect(),
                body: body.into(),
            },
        }
    }

    /// Publishes past the runtime.
    pub(crate) async fn send(&self, messages: Vec<Outgoing>) -> Vec<Result<(), PublishError>> {
        let wire = self.connect();
        let answers = wire.publish(messages).await;
        wire.close().await;
        answers
    }
}

/// As a service's own, but it does not wait two seconds for every new queue.
fn options(url: &str) -> RabbitOptions {
    let options = RabbitOptions::parse(url).unwrap();
    options.settle(Duration::ZERO).name("event-tests")
}

/// The counters of one handler.
pub(crate) fn counts(running: &Running, handler: &str) -> HandlerSnapshot {
    let snapshot = running.snapshot();
    snapshot
        .handlers
        .into_iter()
        .find(|counts| counts.handler == handler)
        .unwrap()
}

/// Waits until the counters of one handler are as they should be.
#[track_caller]
pub(crate) fn reaches(
    running: &Running,
    handler: &str,
    what: &str,
    is: impl Fn(&HandlerSnapshot) -> bool,
) -> impl Future<Output = ()> {
    eventually(SOON, what, async move || is(&counts(running, handler)))
}

/// Waits until a handler has so many dead letters, and reads them.
pub(crate) async fn letters(running: &Running, handler: &str, count: usize) -> Vec<DeadLetter> {
    let dead = running.dead_letters();
    eventually(SOON, "dead letters", async || {
        dead.count(handler).await.is_ok_and(|is| is >= count as u64)
    })
    .await;
    let letters = dead.list(handler).await.unwrap();
    assert_eq!(letters.len(), count, "{letters:#?}");
    letters
}

/// What handlers have seen, in order.
#[derive(Debug)]
pub(crate) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Seen<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn push(&self, one: T) {
        self.0.lock().unwrap().push(one);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    #[track_caller]
    pub(crate) fn reaches(&self, count: usize) -> impl Future<Output = ()> {
        eventually(SOON, "calls of a handler", async move || self.len() >= count)
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
