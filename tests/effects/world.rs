//! A store, handlers that write in its transactions, and what they have written.

use event_runtime::prelude::*;
use event_runtime::store::Store;
use event_runtime::transport::Transport;
use event_runtime::transport::memory::MemoryTransport;
use event_runtime::{HandlerSnapshot, Running};
use event_tests::database::{File, Schema};
use sqlx::{AssertSqlSafe, PgConnection, Row as _, SqliteConnection};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longer than anything takes on a machine that has other things to do.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// Something to be done.
#[derive(Clone, Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "tests")]
pub(crate) struct Placed {
    #[event(key)]
    pub(crate) order: u32,
    pub(crate) payment: String,
}

pub(crate) fn placed(order: u32) -> Placed {
    Placed {
        order,
        payment: format!("pay-{order}"),
    }
}

/// What comes of it.
#[derive(Clone, Debug, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "tests", unrouted = "keep")]
pub(crate) struct Paid {
    #[event(key)]
    pub(crate) order: u32,
}

/// What a handler is to do about an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Does {
    Work,
    Fail,
    Panic,
    Hang,
    Poison,
    /// Makes a statement fail, and does not look.
    Ignore,
    /// Takes its time after the effect was written.
    Slow(Duration),
    /// The database gives this answer: an SQLSTATE.
    Sql(&'static str),
}

/// What the handlers do, and how often they were called.
#[derive(Clone)]
pub(crate) struct Script {
    does: Arc<dyn Fn(u32, u32) -> Does + Send + Sync>,
    calls: Arc<Mutex<Vec<u32>>>,
}

impl Script {
    /// `does` is asked with the order and which call for it this is, from 1.
    pub(crate) fn new(does: impl Fn(u32, u32) -> Does + Send + Sync + 'static) -> Self {
        Self {
            does: Arc::new(does),
            calls: Arc::default(),
        }
    }

    pub(crate) fn work() -> Self {
        Self::new(|_, _| Does::Work)
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    pub(crate) fn calls_of(&self, order: u32) -> usize {
        self.calls
            .lock()
            .unwrap()
            .iter()
            .filter(|called| **called == order)
            .count()
    }

    fn called(&self, order: u32) -> Does {
        let mut calls = self.calls.lock().unwrap();
        calls.push(order);
        let call = calls.iter().filter(|called| **called == order).count();
        (self.does)(order, call as u32)
    }

    /// After the effect was written.
    pub(crate) async fn act(&self, order: u32) -> Result<(), Trouble> {
        match self.called(order) {
            Does::Work | Does::Ignore | Does::Sql(_) => Ok(()),
            Does::Fail => Err(Trouble::Again),
            Does::Poison => Err(Trouble::Never),
            Does::Panic => panic!("as told"),
            Does::Hang => std::future::pending().await,
            Does::Slow(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
        }
    }

    /// What the database answers to this call, which is counted.
    pub(crate) fn answer(&self, order: u32) -> Option<&'static str> {
        let calls = self.calls_of(order) as u32;
        match (self.does)(order, calls + 1) {
            Does::Sql(state) => {
                self.calls.lock().unwrap().push(order);
                Some(state)
            }
            _ => None,
        }
    }

    pub(crate) fn ignores(&self, order: u32) -> bool {
        (self.does)(order, 1) == Does::Ignore
    }
}

#[derive(Debug, thiserror::Error, Failure)]
pub(crate) enum Trouble {
    #[error("not now")]
    #[failure(retry)]
    Again,
    #[error("never")]
    #[failure(poison)]
    Never,
    #[error("database")]
    #[failure(retry)]
    Database(#[from] sqlx::Error),
}

/// What can write down an effect.
pub(crate) trait Ledger {
    async fn note(&mut self, handler: &str, event: &str) -> Result<(), sqlx::Error>;
    /// A statement that fails, whose error nobody looks at.
    async fn fail_quietly(&mut self);
    /// Fails with this SQLSTATE, where there are such.
    async fn raise(&mut self, _state: &str) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

impl Ledger for SqliteConnection {
    async fn note(&mut self, handler: &str, event: &str) -> Result<(), sqlx::Error> {
        let query = sqlx::query("INSERT INTO effects (handler, event) VALUES (?, ?)");
        query
            .bind(handler.to_owned())
            .bind(event.to_owned())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn fail_quietly(&mut self) {
        let failed = sqlx::query("SELECT * FROM nowhere").execute(self).await;
        assert!(failed.is_err());
    }
}

impl Ledger for PgConnection {
    async fn note(&mut self, handler: &str, event: &str) -> Result<(), sqlx::Error> {
        let query = sqlx::query("INSERT INTO effects (handler, event) VALUES ($1, $2)");
        query.bind(handler).bind(event).execute(self).await?;
        Ok(())
    }

    async fn raise(&mut self, state: &str) -> Result<(), sqlx::Error> {
        let raise = "DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{state}'; END $$".replace("{state}", state);
        sqlx::raw_sql(AssertSqlSafe(raise)).execute(self).await?;
        Ok(())
    }

    async fn fail_quietly(&mut self) {
        let failed = sqlx::query("SELECT * FROM nowhere").execute(self).await;
        assert!(failed.is_err());
    }
}

impl Ledger for event_runtime::store::memory::MemoryTables {
    async fn note(&mut self, handler: &str, event: &str) -> Result<(), sqlx::Error> {
        self.put(format!("{handler} {event} {}", Uuid::now_v7()), "");
        Ok(())
    }

    async fn fail_quietly(&mut self) {}
}

/// The handlers of one database.
macro_rules! handlers {
    ($database:ty) => {
        use super::{Ledger as _, Paid, Placed, Script, Trouble};
        use event_runtime::prelude::*;

        /// Writes, and says so.
        #[handler(idempotent, retry(attempts = 3, from = "5ms", to = "10ms"), timeout = "8s")]
        pub(crate) async fn pay(
            order: Placed,
            at: Context,
            script: State<Script>,
            tx: &mut Tx<'_, $database>,
        ) -> Result<Paid, Trouble> {
            if script.ignores(order.order) {
                tx.fail_quietly().await;
            } else {
                tx.note("pay", &at.id().to_string()).await?;
            }
            if let Some(state) = script.answer(order.order) {
                tx.raise(state).await?;
            }
            script.act(order.order).await?;
            Ok(Paid { order: order.order })
        }

        /// What is downstream.
        #[handler(idempotent)]
        pub(crate) async fn send(_: Paid, at: Context, tx: &mut Tx<'_, $database>) -> Result<(), Trouble> {
            tx.note("send", &at.id().to_string()).await?;
            Ok(())
        }

        /// Knows an event by the payment; emits part-way.
        #[handler(idempotent(by = "payment", window = "30d", alone))]
        pub(crate) async fn book(order: Placed, tx: &mut Tx<'_, $database>, emit: Emit<Paid>) -> Result<(), Trouble> {
            tx.note("book", &order.payment).await?;
            let emitted = emit.send(&Paid { order: order.order }).await;
            assert!(emitted.is_ok());
            Ok(())
        }

        /// Many at once.
        #[handler(idempotent, batch(max = 50, within = "50ms"))]
        pub(crate) async fn bulk(orders: Batch<Placed>, tx: &mut Tx<'_, $database>) -> Result<(), Trouble> {
            for order in &orders {
                tx.note("bulk", &order.metadata.id.to_string()).await?;
            }
            Ok(())
        }
    };
}

pub(crate) mod memory {
    handlers!(Memory);
}
pub(crate) mod sqlite {
    handlers!(Sqlite);
}
pub(crate) mod postgres {
    handlers!(Postgres);
}

/// A store of a test's own.
pub(crate) enum World {
    Memory(MemoryStore),
    Sqlite(File, SqliteStore),
    Postgres(Schema, PostgresStore),
}

/// Which handlers a service has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum With {
    PayAndSend,
    Book,
    Bulk,
    Send,
}

impl World {
    pub(crate) async fn memory() -> Self {
        logged();
        Self::Memory(MemoryStore::new())
    }

    pub(crate) async fn sqlite() -> Self {
        logged();
        let file = File::create();
        let store = file.store().await;
        let table = "CREATE TABLE effects (handler TEXT, event TEXT)";
        sqlx::query(table).execute(store.writer()).await.unwrap();
        Self::Sqlite(file, store)
    }

    pub(crate) async fn postgres() -> Self {
        logged();
        let schema = Schema::create().await;
        let table = "CREATE TABLE effects (handler text, event text)";
        sqlx::query(table).execute(&mut schema.connect().await).await.unwrap();
        let store = schema.store().await;
        Self::Postgres(schema, store)
    }

    /// The store itself.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Memory(store) => Arc::new(store.clone()),
            Self::Sqlite(_, store) => Arc::new(store.clone()),
            Self::Postgres(_, store) => Arc::new(store.clone()),
        }
    }

    /// A service on `bus` that reaches PostgreSQL at another address; not waited for.
    pub(crate) async fn start_at(url: &str, bus: &MemoryTransport, script: &Script) -> Running {
        let store = PostgresStore::connect_with(url, 4).await.unwrap();
        let service = Service::new("shop")
            .transport(bus.clone())
            .state(script.clone())
            .store(store);
        service
            .handle::<postgres::pay>()
            .handle::<postgres::send>()
            .start()
            .await
            .unwrap()
    }

    /// A service on a bus of this process, ready.
    pub(crate) async fn start(&self, name: &str, bus: &MemoryTransport, script: &Script, with: With) -> Running {
        self.start_on(bus.clone(), "events", name, script, with).await
    }

    /// A service on `bus`, ready.
    pub(crate) async fn start_on(
        &self,
        transport: impl Transport,
        bus: &str,
        name: &str,
        script: &Script,
        with: With,
    ) -> Running {
        let service = Service::new(name).bus(bus).transport(transport).state(script.clone());
        macro_rules! start {
            ($store:expr, $handlers:ident) => {{
                let service = service.store($store);
                match with {
                    With::PayAndSend => {
                        service
                            .handle::<$handlers::pay>()
                            .handle::<$handlers::send>()
                            .start()
                            .await
                    }
                    With::Book => {
                        service
                            .handle::<$handlers::book>()
                            .handle::<$handlers::send>()
                            .start()
                            .await
                    }
                    With::Bulk => service.handle::<$handlers::bulk>().start().await,
                    With::Send => {
                        service
                            .handle::<$handlers::send>()
                            .publishes::<Placed>()
                            .start()
                            .await
                    }
                }
            }};
        }
        let running = match self {
            Self::Memory(store) => start!(store.clone(), memory),
            // A service closes its store: each has one of its own.
            Self::Sqlite(file, _) => start!(file.store().await, sqlite),
            Self::Postgres(schema, _) => start!(schema.store().await, postgres),
        };
        let running = running.unwrap();
        tokio::time::timeout(SOON, running.ready())
            .await
            .expect("a service that is ready");
        running
    }

    /// What `handler` has written and committed, sorted.
    pub(crate) async fn effects(&self, handler: &str) -> Vec<String> {
        let sql = "SELECT event FROM effects WHERE handler = '{handler}'".replace("{handler}", handler);
        let mut events: Vec<String> = match self {
            Self::Memory(store) => {
                let noted = store.tables().into_keys();
                let of = noted.filter_map(|name| name.strip_prefix(handler).map(str::to_owned));
                of.filter_map(|rest| Some(rest.split_whitespace().next()?.to_owned()))
                    .collect()
            }
            Self::Sqlite(_, store) => {
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(store.writer()).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres(schema, _) => {
                let rows = sqlx::query(AssertSqlSafe(sql))
                    .fetch_all(&mut schema.connect().await)
                    .await
                    .unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        };
        events.sort();
        events
    }
}

/// The counters of one handler.
pub(crate) fn counts(running: &Running, handler: &str) -> HandlerSnapshot {
    let handlers = running.snapshot().handlers;
    handlers.into_iter().find(|counts| counts.handler == handler).unwrap()
}

/// Waits until nothing is left to do.
pub(crate) async fn idle(running: &Running) {
    tokio::time::timeout(SOON, running.idle())
        .await
        .expect("a service that comes to rest");
}

/// Runs each scenario on every store.
macro_rules! on_all {
    ($($scenario:ident),+ $(,)?) => {$(
        mod $scenario {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn memory() {
                super::$scenario(crate::effects::world::World::memory().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$scenario(crate::effects::world::World::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$scenario(crate::effects::world::World::postgres().await).await;
            }
        }
    )+};
}

/// With `RUST_LOG` and `--nocapture` the services say what they do.
fn logged() {
    if std::env::var_os("RUST_LOG").is_some() {
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt().with_env_filter(filter).try_init();
    }
}
