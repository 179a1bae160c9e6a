//! The database of the durable tables: a private schema on PostgreSQL, gone afterwards.

use event_tests::database::Schema;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::Result;

/// Orders to be changed, and what a hand-written inbox and outbox need. Our own tables come with the store.
pub(crate) struct Ledger {
    schema: Schema,
}

const TABLES: &str = "CREATE TABLE orders (position bigint PRIMARY KEY, paid boolean NOT NULL DEFAULT false); \
     CREATE TABLE inbox (handler text, key text, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (handler, key)); \
     CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text, event_id text, type text, \
         headers text, body bytea, at timestamptz NOT NULL DEFAULT now())";

impl Ledger {
    /// With the orders from 0 to `count`.
    pub(crate) async fn create(count: usize) -> Result<Self> {
        let schema = Schema::create().await;
        let ledger = Self { schema };
        let mut connection = ledger.connect().await;
        sqlx::raw_sql(TABLES).execute(&mut connection).await?;
        let fill = format!("INSERT INTO orders SELECT generate_series(0, {count}); ANALYZE orders");
        sqlx::raw_sql(AssertSqlSafe(fill)).execute(&mut connection).await?;
        Ok(ledger)
    }

    pub(crate) fn url(&self) -> &str {
        self.schema.url()
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        self.schema.connect().await
    }

    /// How many orders were changed.
    pub(crate) async fn paid(&self) -> Result<usize> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM orders WHERE paid")
            .fetch_one(&mut self.connect().await)
            .await?;
        Ok(usize::try_from(count)?)
    }
}
