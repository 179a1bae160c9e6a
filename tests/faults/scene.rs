//! A bus, the queues of one service, a publisher and a journal.

use event_runtime::topology::{Names, Route, Topology};
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_runtime::transport::{PublishError, Transport};
use event_runtime::{Event, EventId, Running, Service};
use event_tests::child::Builder;
use event_tests::work::{self, Log, Order};
use event_tests::{Audit, Child, Fact, Journal, Kind, Report, broker, eventually, unique};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// For what comes soon, on a machine that has other things to do.
pub(crate) const SOON: Duration = Duration::from_secs(30);

pub(crate) struct Scene {
    pub(crate) url: String,
    pub(crate) journal: Arc<Journal>,
    pub(crate) names: Names,
    pub(crate) service: String,
    pub(crate) topology: Topology,
    /// Makes and removes what is on the broker, beside the service under test.
    pub(crate) rabbit: RabbitMq,
    handlers: Vec<&'static str>,
}

impl Scene {
    /// Everything that a service with `handlers` needs, on the broker at `url`.
    pub(crate) async fn new(url: &str, handlers: &[&'static str]) -> Self {
        let service = unique("faults");
        let names = Names::new(unique("faults-bus").replace('-', "_"), &service);
        let route = |handler: &&str| Route::new(*handler, vec![Order::CONTRACT]);
        let routes: Vec<_> = handlers.iter().map(route).collect();
        let scene = Self {
            url: url.to_owned(),
            journal: Arc::new(Journal::create()),
            topology: Topology::of_service(&names, &routes, &[]),
            names,
            service,
            rabbit: RabbitMq::new(RabbitOptions::parse(url).unwrap()),
            handlers: handlers.to_vec(),
        };
        // Waits until the queues are old enough for their broker to be killed.
        scene.rabbit.apply(&scene.topology).await.unwrap();
        scene
    }

    /// The service in a process of its own.
    pub(crate) fn worker(&self) -> Builder {
        Child::builder(env!("CARGO_BIN_EXE_test-worker"))
            .journal(&self.journal)
            .env("EVENT_URL", &self.url)
            .env("EVENT_BUS", &self.names.bus)
            .env("WORKER_SERVICE", &self.service)
            .env("WORKER_HANDLERS", self.handlers.join(","))
            .env("RUST_BACKTRACE", "0")
    }

    pub(crate) fn log(&self) -> Log {
        Log::new(Arc::clone(&self.journal))
    }

    /// The service in this process.
    pub(crate) async fn run(&self, log: Log, transport: impl Transport) -> Running {
        let service = work::service(&self.service, log, &self.handlers);
        let service = service.bus(&self.names.bus).transport(transport);
        service.start().await.unwrap()
    }

    /// The service in this process, which does not look at its queues before it starts.
    pub(crate) async fn run_assuming(&self, log: Log, transport: impl Transport) -> Running {
        let service = work::service(&self.service, log, &self.handlers).assume_topology();
        let service = service.bus(&self.names.bus).transport(transport);
        service.start().await.unwrap()
    }

    /// A service that only publishes.
    pub(crate) async fn publisher(&self, transport: impl Transport) -> Running {
        let service = Service::new("publisher").bus(&self.names.bus).assume_topology();
        service.transport(transport).start().await.unwrap()
    }

    /// A transport to this broker, by way of `url`.
    pub(crate) fn at(url: &str, change: impl FnOnce(RabbitOptions) -> RabbitOptions) -> RabbitMq {
        RabbitMq::new(change(RabbitOptions::parse(url).unwrap()))
    }

    /// A transport to this broker.
    pub(crate) fn transport(&self) -> RabbitMq {
        Self::at(&self.url, |options| options)
    }

    /// Publishes the order `number` and writes down what became of it.
    pub(crate) async fn publish_as(&self, from: &Running, id: &EventId, number: u32) -> Result<(), PublishError> {
        self.journal.record(Fact::new(Kind::Published, id));
        let answer = from.publisher().publish_as(id, &Order { number }).await;
        if answer.is_ok() {
            self.journal.record(Fact::new(Kind::Confirmed, id));
        }
        answer
    }

    /// Publishes the orders 0 to `count`, which must work.
    pub(crate) async fn publish(&self, count: u32) {
        let from = self.publisher(self.transport()).await;
        for number in 0..count {
            self.publish_as(&from, &EventId::new(), number).await.unwrap();
        }
        from.shutdown().await;
    }

    /// Facts of one kind, about one handler's work.
    pub(crate) fn count(&self, kind: Kind, handler: &str) -> usize {
        self.events(kind, handler).len()
    }

    /// How often each event has a fact of this kind.
    pub(crate) fn events(&self, kind: Kind, handler: &str) -> BTreeMap<String, Vec<Fact>> {
        let mut events = BTreeMap::<String, Vec<Fact>>::new();
        for fact in self.journal.facts() {
            if fact.kind == kind && fact.handler.as_deref() == Some(handler) {
                events.entry(fact.id.clone()).or_default().push(fact);
            }
        }
        events
    }

    /// Waits until `count` events have a fact of this kind.
    #[track_caller]
    pub(crate) fn until(&self, kind: Kind, handler: &str, count: usize) -> impl Future<Output = ()> {
        eventually(2 * SOON, "facts in the journal", async move || {
            self.count(kind, handler) >= count
        })
    }

    /// Empties the dead letters of `handler` into the journal.
    pub(crate) async fn bury(&self, handler: &str) -> Vec<String> {
        let ids = broker::take_ids(&self.url, &self.names.dead_letters(handler)).await;
        for id in &ids {
            self.journal.record(Fact::new(Kind::Dead, id).handler(handler));
        }
        ids
    }

    /// Empties the queue of what found no queue inside the service.
    pub(crate) async fn kept(&self) -> Vec<String> {
        broker::take_ids(&self.url, &self.names.lost()).await
    }

    /// Waits until nothing is ready in `queue`.
    pub(crate) async fn until_empty(&self, queue: &str) {
        eventually(SOON, "an empty queue", async || {
            broker::depth(&self.url, queue).await == 0
        })
        .await;
    }

    /// What the journal proves about `handler`.
    pub(crate) fn report(&self, handler: &str) -> Report {
        self.report_with(handler, Vec::new())
    }

    /// The same, with events that are still on the broker.
    pub(crate) fn report_with(&self, handler: &str, queued: Vec<String>) -> Report {
        let audit = Audit::new().handler(handler).queued(queued);
        audit.of(&self.journal.facts())
    }

    /// Nothing is lost, nothing is invented; no event took effect more than `most` times.
    #[track_caller]
    pub(crate) fn assert_at_most(&self, handler: &str, most: usize) {
        let report = self.report(handler);
        report.assert_at_least_once();
        let often: Vec<_> = report.repeated.iter().filter(|(_, times)| *times > most).collect();
        assert!(often.is_empty(), "more than {most} times: {often:?}\n{report}");
    }

    /// Removes everything from the broker.
    pub(crate) async fn finish(mut self) {
        self.rabbit.remove(&self.topology).await.unwrap();
        self.rabbit.close().await;
        self.topology = Topology::default();
    }
}

/// A test that fails leaves nothing behind either: twenty queues are sixty open files of the broker.
impl Drop for Scene {
    fn drop(&mut self) {
        let (url, topology) = (self.url.clone(), std::mem::take(&mut self.topology));
        if topology.queues.is_empty() {
            return;
        }
        let remove = async move {
            let rabbit = Self::at(&url, |options| options.connect_timeout(5 * SECOND));
            if let Err(error) = rabbit.remove(&topology).await {
                eprintln!("queues are left behind: {error}");
            }
        };
        let thread = std::thread::spawn(|| tokio::runtime::Runtime::new().map(|runtime| runtime.block_on(remove)));
        // It has said what went wrong.
        let _ = thread.join();
    }
}
