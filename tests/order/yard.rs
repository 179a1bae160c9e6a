//! Where processes with an order are killed: a broker, a database, workers on both, and the judge: the table that the handler
//! writes.

use super::world::{Step, publish, step};
use crate::behaviour::stage::word;
use event_runtime::Running;
use event_runtime::prelude::*;
use event_runtime::store::{HeldCount, Store as _};
use event_runtime::topology::{Names, Queues, Route, Topology};
use event_runtime::transport::Transport as _;
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_tests::child::Builder;
use event_tests::database::Schema;
use event_tests::{Child, eventually, require_broker};
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) const SOON: Duration = Duration::from_secs(60);

/// A broker, a database, and workers on both.
pub(crate) struct Yard {
    pub(crate) url: String,
    pub(crate) bus: String,
    pub(crate) name: String,
    pub(crate) schema: Schema,
    pub(crate) store: PostgresStore,
    pub(crate) wire: RabbitMq,
    pub(crate) shop: Running,
}

impl Yard {
    pub(crate) async fn new() -> Self {
        Self::at(require_broker().await).await
    }

    pub(crate) async fn at(url: String) -> Self {
        let schema = Schema::create().await;
        let table = "CREATE TABLE steps (at bigint GENERATED ALWAYS AS IDENTITY, name text, number bigint)";
        sqlx::query(table).execute(&mut schema.connect().await).await.unwrap();
        let (bus, name) = (word("bus"), word("svc"));
        let wire = || RabbitMq::new(RabbitOptions::parse(&url).unwrap().settle(Duration::ZERO));
        let shop = Service::new(word("shop")).bus(&bus).transport(wire());
        let shop = shop.publishes::<Step>().start().await.unwrap();
        let yard = Self {
            store: schema.store().await,
            wire: wire(),
            url,
            bus,
            name,
            schema,
            shop,
        };
        yard.command(&["topology", "apply"]).await;
        yard.command(&["migrate"]).await;
        yard
    }

    pub(crate) fn worker(&self) -> Builder {
        Child::builder(env!("CARGO_BIN_EXE_order-worker"))
            .env("WORKER_NAME", &self.name)
            .env("WORKER_POSTGRES", self.schema.url())
            .env("EVENT_BUS", &self.bus)
            .env("EVENT_URL", &self.url)
    }

    pub(crate) fn run(&self) -> Child {
        self.worker().arg("run").env("RUST_LOG", "error").spawn()
    }

    pub(crate) async fn command(&self, words: &[&str]) {
        let mut child = words.iter().fold(self.worker(), Builder::arg).spawn();
        let status = child.wait_exit(SOON).await;
        assert!(status.success(), "{words:?}: {}", child.output());
    }

    /// Takes events out of the queue that nobody handles.
    pub(crate) async fn lose(&self, count: usize) {
        let queue = Names::new(&self.bus, &self.name).queue("keep");
        let mut session = self.wire.consume(&queue, 100).await.unwrap();
        for _ in 0..count {
            let delivery = std::future::poll_fn(|cx| session.poll_next(cx)).await.unwrap();
            session.ack(delivery.tag, false);
            session.settled().await;
        }
        session.close().await;
    }

    pub(crate) async fn held(&self) -> HeldCount {
        self.store.held_count(&format!("{}.keep", self.name)).await.unwrap()
    }

    /// What waits in the queues that are there.
    pub(crate) async fn depth(&self) -> u64 {
        let names = Names::new(&self.bus, &self.name);
        let mut depth = 0;
        for queue in [names.queues("keep", None), names.queues("keep", Some(4))].concat() {
            depth += self.wire.depth(&queue).await.unwrap_or_default();
        }
        depth
    }

    /// The numbers that were written for each key, in the order of the table.
    pub(crate) async fn written(&self) -> BTreeMap<String, Vec<i64>> {
        let rows = sqlx::query("SELECT name, number FROM steps ORDER BY at");
        let rows = rows.fetch_all(&mut self.schema.connect().await).await.unwrap();
        let mut written = BTreeMap::<String, Vec<i64>>::new();
        for row in rows {
            written.entry(row.get(0)).or_default().push(row.get(1));
        }
        written
    }

    pub(crate) async fn count(&self) -> usize {
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM steps");
        count.fetch_one(&mut self.schema.connect().await).await.unwrap() as usize
    }

    /// Every step of every key once, and in order.
    pub(crate) async fn judge(&self, keys: u32, events: u32) {
        let written = self.written().await;
        let mut inversions = 0;
        for key in 0..keys {
            let name = format!("k{key}");
            let numbers = written.get(&name).cloned().unwrap_or_default();
            inversions += numbers.windows(2).filter(|pair| pair[1] <= pair[0]).count();
            let wanted = (1..=i64::from((events + keys - 1 - key) / keys)).collect::<Vec<_>>();
            assert_eq!(numbers, wanted, "{name}");
        }
        assert_eq!(inversions, 0);
    }

    /// Publishes `from..to` of all events, which go round the keys.
    pub(crate) async fn publish(&self, keys: u32, events: std::ops::Range<u32>) {
        publish(
            &self.shop,
            events.map(|at| step(&format!("k{}", at % keys), at / keys + 1)),
        )
        .await;
    }

    pub(crate) async fn finish(self) {
        let names = Names::new(&self.bus, &self.name);
        let four = Queues::Partitioned {
            count: 4,
            header: "cloudEvents_partitionkey",
        };
        let route = |queues| Route::new("keep", vec![Step::CONTRACT]).with_queues(queues);
        let mut all = Topology::of_service(&names, &[route(Queues::Ordered)], &[]);
        all.merge(Topology::of_service(&names, &[route(four)], &[]));
        self.shop.shutdown().await;
        self.wire.remove(&all).await.unwrap();
        self.wire.close().await;
        self.store.close().await;
    }

    /// Until every event is written or waits in a line.
    pub(crate) async fn settled(&self, events: u32) {
        eventually(3 * SOON, "everything written, or in a line", async || {
            self.depth().await == 0 && self.count().await as u64 + self.held().await.events >= u64::from(events)
        })
        .await;
    }
}
