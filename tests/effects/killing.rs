//! Processes that are killed. The judge is the table that the handlers write, beside what the test has published.

use super::world::{Paid, Placed, SOON, placed};
use event_runtime::Running;
use event_runtime::prelude::*;
use event_runtime::store::Store;
use event_runtime::topology::{Names, Route, Topology};
use event_runtime::transport::Transport as _;
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_tests::child::Builder;
use event_tests::database::{File, Schema};
use event_tests::{Child, eventually, require_broker, unique};
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::time::Duration;

enum Database {
    Postgres(Schema),
    Sqlite(File),
}

/// A broker, a database, and workers on both.
struct Yard {
    url: String,
    bus: String,
    name: String,
    database: Database,
    shop: Running,
}

impl Yard {
    async fn postgres() -> Self {
        let schema = Schema::create().await;
        let table = "CREATE TABLE effects (handler text, event text, number bigint)";
        sqlx::query(table).execute(&mut schema.connect().await).await.unwrap();
        Self::new(Database::Postgres(schema)).await
    }

    async fn sqlite() -> Self {
        let file = File::create();
        let store = file.store().await;
        let table = "CREATE TABLE effects (handler TEXT, event TEXT, number INTEGER)";
        sqlx::query(table).execute(store.writer()).await.unwrap();
        store.close().await;
        Self::new(Database::Sqlite(file)).await
    }

    async fn new(database: Database) -> Self {
        let url = require_broker().await;
        let word = |prefix| unique(prefix).replace('-', "_");
        let (bus, name) = (word("bus"), word("svc"));
        let transport = RabbitMq::new(RabbitOptions::parse(&url).unwrap().settle(Duration::ZERO));
        let shop = Service::new(word("shop")).bus(&bus).transport(transport);
        let shop = shop.publishes::<Placed>().start().await.unwrap();
        let yard = Self {
            url,
            bus,
            name,
            database,
            shop,
        };
        yard.command(&["topology", "apply"]).await;
        yard.command(&["migrate"]).await;
        yard
    }

    fn worker(&self) -> Builder {
        let worker = Child::builder(env!("CARGO_BIN_EXE_effects-worker"))
            .env("WORKER_NAME", &self.name)
            .env("EVENT_BUS", &self.bus)
            .env("EVENT_URL", &self.url);
        match &self.database {
            Database::Postgres(schema) => worker.env("WORKER_POSTGRES", schema.url()),
            Database::Sqlite(file) => worker.env("WORKER_SQLITE", file.path()),
        }
    }

    async fn command(&self, words: &[&str]) -> String {
        let mut child = words.iter().fold(self.worker(), Builder::arg).spawn();
        let status = child.wait_exit(SOON).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(status.success(), "{words:?}: {}", child.output());
        child.output()
    }

    /// Publishes orders, every fifth of them twice.
    async fn order(&self, orders: std::ops::Range<u32>) {
        let events: Vec<_> = orders
            .map(|order| (EventId::derived("yard", &order.to_string()), placed(order)))
            .collect();
        let twice = events.iter().flat_map(|event| {
            let copies = if event.1.order.is_multiple_of(5) { 2 } else { 1 };
            std::iter::repeat_n(event, copies)
        });
        for answer in self
            .shop
            .publisher()
            .publish_all(twice.map(|(id, event)| (id.clone(), event)))
            .await
        {
            answer.unwrap();
        }
    }

    async fn store(&self) -> Arc<dyn Store> {
        match &self.database {
            Database::Postgres(schema) => Arc::new(schema.store().await),
            Database::Sqlite(file) => Arc::new(file.store().await),
        }
    }

    /// How often each order had its effect in `handler`.
    async fn effects(&self, handler: &'static str) -> BTreeMap<i64, i64> {
        const SQL: &str = "SELECT number, count(*) FROM effects WHERE handler = $1 GROUP BY number";
        let pairs: Vec<(i64, i64)> = match &self.database {
            Database::Postgres(schema) => {
                let rows = sqlx::query(SQL)
                    .bind(handler)
                    .fetch_all(&mut schema.connect().await)
                    .await
                    .unwrap();
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            Database::Sqlite(file) => {
                let store = file.store().await;
                let rows = sqlx::query(SQL).bind(handler).fetch_all(store.reader()).await.unwrap();
                store.close().await;
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
        };
        pairs.into_iter().collect()
    }

    /// Every order exactly once, in both handlers.
    async fn all_once(&self, orders: i64) {
        for handler in ["pay", "send"] {
            let effects = self.effects(handler).await;
            let again: Vec<_> = effects.iter().filter(|(_, count)| **count != 1).take(10).collect();
            assert!(again.is_empty(), "{handler}: more than once: {again:?}");
            let missing: Vec<_> = (0..orders)
                .filter(|order| !effects.contains_key(order))
                .take(10)
                .collect();
            assert!(
                missing.is_empty(),
                "{handler}: missing {missing:?} and maybe more: {} of {orders}",
                effects.len()
            );
        }
    }

    async fn finish(self) {
        let route = |handler: &str, contract| Route {
            handler: handler.to_owned(),
            takes: vec![contract],
        };
        let names = Names::new(&self.bus, &self.name);
        let routes = [route("pay", Placed::CONTRACT), route("send", Paid::CONTRACT)];
        let all = Topology::of_service(&names, &routes, &[Paid::CONTRACT]);
        self.shop.shutdown().await;
        let transport = RabbitMq::new(RabbitOptions::parse(&self.url).unwrap());
        transport.remove(&all).await.unwrap();
        transport.close().await;
    }

    /// Workers that come back as often as they are killed, until `orders` have arrived downstream.
    async fn kill_until_done(&self, workers: usize, orders: u32, kills: usize) {
        let spawn = || self.worker().arg("run").env("RUST_LOG", "error").spawn();
        let mut running: Vec<_> = (0..workers).map(|_| spawn()).collect();
        let publishing = async {
            // Over the time in which they are killed.
            for at in 0..40 {
                self.order(at * orders / 40..(at + 1) * orders / 40).await;
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        };
        let killing = async {
            for _ in 0..kills {
                tokio::time::sleep(Duration::from_millis(between(300, 1200))).await;
                let which = between(0, workers as u64 - 1) as usize;
                running[which].kill9();
                running[which] = spawn();
            }
        };
        tokio::join!(publishing, killing);
        let queues = ["pay", "send"].map(|handler| Names::new(&self.bus, &self.name).queue(handler));
        let transport = RabbitMq::new(RabbitOptions::parse(&self.url).unwrap());
        let store = self.store().await;
        eventually(3 * SOON, "everything handled", async || {
            let mut waiting = store.backlog(&self.name).await.unwrap().waiting;
            for queue in &queues {
                waiting += transport.depth(queue).await.unwrap();
            }
            waiting == 0 && self.effects("send").await.len() + self.parked().await >= orders as usize
        })
        .await;
        // What a crash loop has put aside is not lost: it is replayed.
        if self.parked().await > 0 {
            println!("replayed: {}", self.command(&["dlq", "replay", "--all"]).await);
            eventually(SOON, "the replayed ones", async || {
                self.effects("send").await.len() >= orders as usize
            })
            .await;
        }
        transport.close().await;
        store.close().await;
        for worker in &mut running {
            worker.sigterm();
            assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
        }
    }

    async fn parked(&self) -> usize {
        let transport = RabbitMq::new(RabbitOptions::parse(&self.url).unwrap());
        let names = Names::new(&self.bus, &self.name);
        let mut parked = 0;
        for handler in ["pay", "send"] {
            parked += transport.depth(&names.dead_letters(handler)).await.unwrap();
        }
        transport.close().await;
        parked as usize
    }
}

/// Different in every run, as luck is.
fn between(from: u64, to: u64) -> u64 {
    let bytes = Uuid::now_v7().as_u128() as u64;
    from + bytes % (to - from + 1)
}

/// How many orders: enough to be in the middle of when somebody is killed, or what `EVENT_TEST_ORDERS` says.
fn orders() -> u32 {
    std::env::var("EVENT_TEST_ORDERS").map_or(6_000, |orders| orders.parse().unwrap())
}

/// Twenty times `kill -9` of three processes that consume and relay, with every fifth event twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times_on_postgres() {
    let yard = Yard::postgres().await;
    yard.kill_until_done(3, orders(), 20).await;
    yard.all_once(orders().into()).await;
    yard.finish().await;
}

/// The same with SQLite and one process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times_on_sqlite() {
    let yard = Yard::sqlite().await;
    yard.kill_until_done(1, orders(), 20).await;
    yard.all_once(orders().into()).await;
    yard.finish().await;
}

/// A worker dies at `point`; another one does the rest.
async fn killed_at(yard: &Yard, point: &str) {
    yard.order(1..11).await;
    yard.order(0..1).await;
    let mut worker = yard
        .worker()
        .arg("run")
        .env("EVENT_FAILPOINT", format!("{point}:kill"))
        .spawn();
    assert_eq!(worker.wait_exit(SOON).await.signal(), Some(6), "{}", worker.output());
    let mut worker = yard.worker().arg("run").spawn();
    eventually(SOON, "everything downstream", async || {
        yard.effects("send").await.len() == 11
    })
    .await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    yard.all_once(11).await;
}

macro_rules! dies {
    ($($point:ident = $text:literal),+ $(,)?) => {$(
        mod $point {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let yard = super::Yard::postgres().await;
                super::killed_at(&yard, $text).await;
                yard.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let yard = super::Yard::sqlite().await;
                super::killed_at(&yard, $text).await;
                yard.finish().await;
            }
        }
    )+};
}

// Fault matrix 1, 2 and 30.
dies!(
    before_the_commit = "before-commit",
    between_commit_and_ack = "after-commit",
    between_publishing_and_deleting = "after-relay",
);

/// A job that dies in the middle of what it has to publish; another process publishes the rest, and nothing twice. Nobody
/// handles what comes of it: the queue is counted.
async fn a_job_dies_at(yard: &Yard, point: &str) {
    const ORDERS: u64 = 250;
    let worker = || yard.worker().arg("run").env("WORKER_RECONCILE", ORDERS.to_string());
    let mut dying = worker().env("EVENT_FAILPOINT", format!("{point}:kill")).spawn();
    assert_eq!(dying.wait_exit(SOON).await.signal(), Some(6), "{}", dying.output());
    let mut worker = worker().spawn();
    let transport = RabbitMq::new(RabbitOptions::parse(&yard.url).unwrap());
    let queue = Names::new(&yard.bus, &yard.name).queue("send");
    eventually(SOON, "everything published", async || {
        transport.depth(&queue).await.unwrap() >= ORDERS
    })
    .await;
    // Some more runs.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(transport.depth(&queue).await.unwrap(), ORDERS, "{}", worker.output());
    transport.close().await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
}

macro_rules! job_dies {
    ($($point:ident = $text:literal),+ $(,)?) => {$(
        mod $point {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let yard = super::Yard::postgres().await;
                super::a_job_dies_at(&yard, $text).await;
                yard.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let yard = super::Yard::sqlite().await;
                super::a_job_dies_at(&yard, $text).await;
                yard.finish().await;
            }
        }
    )+};
}

job_dies!(
    before_the_commit_of_a_group = "before-group",
    after_the_commit_of_a_group = "after-group",
);
