//! Stores of a test's own, and handlers that write in their transactions.

use super::world::{Book, Step, Trouble};
use crate::behaviour::stage::Stage;
use event_runtime::Running;
use event_runtime::prelude::*;
use event_tests::database::{File, Schema};
use sqlx::{AssertSqlSafe, PgConnection, Row as _, SqliteConnection};

/// Where a step writes that it was taken, in the transaction of its handler.
pub(crate) trait Ledger {
    async fn write(&mut self, step: &Step) -> Result<(), sqlx::Error>;
}

impl Ledger for SqliteConnection {
    async fn write(&mut self, step: &Step) -> Result<(), sqlx::Error> {
        let query = sqlx::query("INSERT INTO steps (name, number) VALUES (?, ?)");
        let query = query.bind(step.name.clone()).bind(i64::from(step.number));
        query.execute(self).await?;
        Ok(())
    }
}

impl Ledger for PgConnection {
    async fn write(&mut self, step: &Step) -> Result<(), sqlx::Error> {
        let query = sqlx::query("INSERT INTO steps (name, number) VALUES ($1, $2)");
        query
            .bind(&step.name)
            .bind(i64::from(step.number))
            .execute(self)
            .await?;
        Ok(())
    }
}

impl Ledger for event_runtime::store::memory::MemoryTables {
    async fn write(&mut self, step: &Step) -> Result<(), sqlx::Error> {
        // Ids of version 7 sort by the time they were made.
        self.put(format!("{} {}", Uuid::now_v7(), step.name), step.number.to_string());
        Ok(())
    }
}

macro_rules! handlers {
    ($database:ty) => {
        use super::{Book, Ledger as _, Step, Trouble};
        use event_runtime::prelude::*;

        /// Holds the key of what fails.
        #[handler(
            idempotent,
            ordered_by = "name",
            retry(attempts = 3, from = "5ms", to = "10ms")
        )]
        pub(super) async fn keep(
            step: Step,
            State(book): State<Book>,
            tx: &mut Tx<'_, $database>,
        ) -> Result<(), Trouble> {
            tx.write(&step).await.map_err(|_| Trouble::Again)?;
            book.act(&step.name, step.number).await
        }

        /// Takes only what is newer.
        #[handler(idempotent, stale = "skip")]
        pub(super) async fn newest(
            step: Step,
            State(book): State<Book>,
            tx: &mut Tx<'_, $database>,
        ) -> Result<(), Trouble> {
            tx.write(&step).await.map_err(|_| Trouble::Again)?;
            book.act(&step.name, step.number).await
        }
    };
}

mod memory {
    handlers!(Memory);
}
mod sqlite {
    handlers!(Sqlite);
}
mod postgres {
    handlers!(Postgres);
}

pub(crate) enum Keeping {
    Memory(MemoryStore),
    Sqlite(File, SqliteStore),
    Postgres(Schema, PostgresStore),
}

impl Keeping {
    pub(crate) fn memory() -> Self {
        Self::Memory(MemoryStore::new())
    }

    pub(crate) async fn sqlite() -> Self {
        let file = File::create();
        let store = file.store().await;
        let table = "CREATE TABLE steps (at INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, number INTEGER)";
        sqlx::query(table).execute(store.writer()).await.unwrap();
        Self::Sqlite(file, store)
    }

    pub(crate) async fn postgres() -> Self {
        let schema = Schema::create().await;
        let table = "CREATE TABLE steps (at bigint GENERATED ALWAYS AS IDENTITY, name text, number bigint)";
        sqlx::query(table).execute(&mut schema.connect().await).await.unwrap();
        let store = schema.store().await;
        Self::Postgres(schema, store)
    }

    /// A service whose handler `keep` holds keys; ready.
    pub(crate) async fn keep(&self, stage: &Stage, book: &Book) -> Running {
        self.keep_at_most(stage, book, 1000, 10_000).await
    }

    pub(crate) async fn keep_at_most(&self, stage: &Stage, book: &Book, keys: u32, events: u32) -> Running {
        let service = stage.service().state(book.clone()).hold_at_most(keys, events);
        // A service closes its store: each has one of its own.
        match self {
            Self::Memory(store) => stage.start(service.store(store.clone()).handle::<memory::keep>()).await,
            Self::Sqlite(file, _) => {
                stage
                    .start(service.store(file.store().await).handle::<sqlite::keep>())
                    .await
            }
            Self::Postgres(schema, _) => {
                stage
                    .start(service.store(schema.store().await).handle::<postgres::keep>())
                    .await
            }
        }
    }

    /// A service whose handler `newest` skips what is stale; ready.
    pub(crate) async fn newest(&self, stage: &Stage, book: &Book) -> Running {
        let service = stage.service().state(book.clone());
        match self {
            Self::Memory(store) => {
                stage
                    .start(service.store(store.clone()).handle::<memory::newest>())
                    .await
            }
            Self::Sqlite(file, _) => {
                stage
                    .start(service.store(file.store().await).handle::<sqlite::newest>())
                    .await
            }
            Self::Postgres(schema, _) => {
                stage
                    .start(service.store(schema.store().await).handle::<postgres::newest>())
                    .await
            }
        }
    }

    /// The numbers that were written and committed for `name`, in their order.
    pub(crate) async fn written(&self, name: &str) -> Vec<u32> {
        let sql = "SELECT number FROM steps WHERE name = '{name}' ORDER BY at".replace("{name}", name);
        let numbers: Vec<i64> = match self {
            Self::Memory(store) => {
                let tables = store.tables();
                let of = tables.iter().filter(|(place, _)| place.split(' ').nth(1) == Some(name));
                return of.map(|(_, number)| number.parse().unwrap()).collect();
            }
            Self::Sqlite(_, store) => {
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(store.reader()).await.unwrap();
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
        numbers
            .into_iter()
            .map(|number| u32::try_from(number).unwrap())
            .collect()
    }
}

/// Runs each scenario on every store, on the memory transport; and on RabbitMQ with PostgreSQL.
macro_rules! on_stores {
    ($($scenario:ident),+ $(,)?) => {$(
        mod $scenario {
            use crate::behaviour::stage::{on_memory, on_rabbitmq};
            use crate::order::keeping::Keeping;

            #[tokio::test(start_paused = true)]
            async fn memory() {
                on_memory(async |stage| super::$scenario(stage, &Keeping::memory()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let keeping = Keeping::sqlite().await;
                on_memory(async |stage| super::$scenario(stage, &keeping).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let keeping = Keeping::postgres().await;
                on_memory(async |stage| super::$scenario(stage, &keeping).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn rabbitmq() {
                let keeping = Keeping::postgres().await;
                on_rabbitmq(async |stage| super::$scenario(stage, &keeping).await).await;
            }
        }
    )+};
}
