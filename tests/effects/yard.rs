//! A broker, a database, and processes on both that may be killed.

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
use std::sync::Arc;
use std::time::Duration;

pub(super) enum Database {
    Postgres(Schema),
    Sqlite(File),
}

/// A broker, a database, and workers on both.
pub(super) struct Yard {
    pub(super) url: String,
    pub(super) bus: String,
    pub(super) name: String,
    pub(super) database: Database,
    shop: Running,
}

impl Yard {
    pub(super) async fn postgres() -> Self {
        let schema = Schema::create().await;
        let table = "CREATE TABLE effects (handler text, event text, number bigint)";
        sqlx::query(table).execute(&mut schema.connect().await).await.unwrap();
        Self::new(Database::Postgres(schema)).await
    }

    pub(super) async fn sqlite() -> Self {
        let file = File::create();
        let store = file.store().await;
        let table = "CREATE TABLE effects (handler TEXT, event TEXT, number INTEGER)";
        sqlx::query(table).execute(store.writer()).await.unwrap();
        store.close().await;
        Self::new(Database::Sqlite(file)).await
    }

    pub(super) async fn new(database: Database) -> Self {
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

    pub(super) fn worker(&self) -> Builder {
        let worker = Child::builder(env!("CARGO_BIN_EXE_effects-worker"))
            .env("WORKER_NAME", &self.name)
            .env("EVENT_BUS", &self.bus)
            .env("EVENT_URL", &self.url);
        match &self.database {
            Database::Postgres(schema) => worker.env("WORKER_POSTGRES", schema.url()),
            Database::Sqlite(file) => worker.env("WORKER_SQLITE", file.path()),
        }
    }

    pub(super) async fn command(&self, words: &[&str]) -> String {
        let mut child = words.iter().fold(self.worker(), Builder::arg).spawn();
        let status = child.wait_exit(SOON).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(status.success(), "{words:?}: {}", child.output());
        child.output()
    }

    /// Publishes orders, every fifth of them twice.
    pub(super) async fn order(&self, orders: std::ops::Range<u32>) {
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

    pub(super) async fn store(&self) -> Arc<dyn Store> {
        match &self.database {
            Database::Postgres(schema) => Arc::new(schema.store().await),
            Database::Sqlite(file) => Arc::new(file.store().await),
        }
    }

    /// How often each order had its effect in `handler`.
    pub(super) async fn effects(&self, handler: &'static str) -> BTreeMap<i64, i64> {
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
    pub(super) async fn all_once(&self, orders: i64) {
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

    pub(super) async fn finish(self) {
        let route = |handler: &str, contract| Route::new(handler, vec![contract]);
        let names = Names::new(&self.bus, &self.name);
        let routes = [route("pay", Placed::CONTRACT), route("send", Paid::CONTRACT)];
        let all = Topology::of_service(&names, &routes, &[Paid::CONTRACT]);
        self.shop.shutdown().await;
        let transport = RabbitMq::new(RabbitOptions::parse(&self.url).unwrap());
        transport.remove(&all).await.unwrap();
        transport.close().await;
    }

    /// Workers and a relay that come back as often as they are killed, until `orders` have arrived downstream.
    pub(super) async fn kill_until_done(&self, workers: usize, orders: u32, kills: usize) {
        let spawn = |at| {
            // The last one only relays.
            let command = if at == workers { "relay" } else { "run" };
            self.worker().arg(command).env("RUST_LOG", "error").spawn()
        };
        let mut running: Vec<_> = (0..=workers).map(spawn).collect();
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
                let which = between(0, workers as u64) as usize;
                running[which].kill9();
                running[which] = spawn(which);
            }
        };
        tokio::join!(publishing, killing);
        let queues = ["pay", "send"].map(|handler| Names::new(&self.bus, &self.name).queue(handler));
        let transport = RabbitMq::new(RabbitOptions::parse(&self.url).unwrap());
        let store = self.store().await;
        eventually(10 * SOON, "everything handled", async || {
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

    pub(super) async fn parked(&self) -> usize {
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
