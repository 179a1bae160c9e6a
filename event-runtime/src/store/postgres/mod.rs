//! Inbox and outbox in PostgreSQL 12 or later.

mod error;
mod inbox;
mod lease;
mod line;
mod migrate;
mod outbox;
mod transaction;

pub(crate) use error::trouble;
/// The transactions of a [`PostgresStore`]: `tx: &mut Tx<'_, Postgres>`.
pub use sqlx::Postgres;

use super::{
    Backlog, Database, Enlist, HeldCount, HeldKey, Holds, Lease, LineRow, Migration, OutboxRow, Quarantined, Store,
    StoreError, Transaction,
};
use async_trait::async_trait;
use error::store_error;
use lease::PostgresLease;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgConnection, PgPool};
use std::fmt;
use std::str::FromStr as _;
use std::time::Duration;
use transaction::PostgresTransaction;

impl Database for Postgres {
    type Connection = PgConnection;
}

impl Holds<Postgres> for PostgresStore {}

#[async_trait]
impl Enlist for PgConnection {
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        outbox::insert(self, service, rows).await
    }

    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        inbox::claim(self, inbox, keys).await
    }
}

#[async_trait]
impl Enlist for sqlx::Transaction<'_, Postgres> {
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        outbox::insert(self, service, rows).await
    }

    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        inbox::claim(self, inbox, keys).await
    }
}

/// How many transactions a service has open at a time, unless it says otherwise.
const CONNECTIONS: u16 = 8;
/// How long a connection is waited for, before the store counts as absent.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long a statement waits for a lock, in milliseconds: a conflict then, and tried again.
const LOCK_TIMEOUT: &str = "5000";

/// Inbox and outbox in PostgreSQL. A clone is the same store.
///
/// ```no_run
/// # async fn f() -> event_runtime::Result<()> {
/// use event_runtime::prelude::*;
///
/// let store = PostgresStore::connect("postgres://shop@localhost/shop").await?;
/// let service = Service::new("payments").store(store);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStore {
    /// For transactions.
    pool: PgPool,
    /// For everything else, which must not wait behind them: the leases of relay and jobs, migrations, questions.
    side: PgPool,
    connections: u16,
    describe: String,
}

impl PostgresStore {
    /// A store in the database that `url` names, in the schema that the session's `search_path` begins with.
    ///
    /// It does not wait for the database: a service whose database is away starts, is not ready, and goes on when it is
    /// back.
    ///
    /// # Errors
    ///
    /// A URL that cannot be read.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with(url, CONNECTIONS).await
    }

    /// As [`connect`](Self::connect), with at most `connections` transactions at a time; and four connections more.
    ///
    /// # Errors
    ///
    /// A URL that cannot be read.
    pub async fn connect_with(url: &str, connections: u16) -> Result<Self, StoreError> {
        // The error would quote the URL, which may hold a password.
        let unreadable = |_| {
            StoreError::Refused("this is no URL of a PostgreSQL database, such as postgres://user@host/name".to_owned())
        };
        let options = PgConnectOptions::from_str(url).map_err(unreadable)?;
        let options = options
            .disable_statement_logging()
            .options([("lock_timeout", LOCK_TIMEOUT)]);
        let pool = |most: u16| {
            let pool = PgPoolOptions::new()
                .max_connections(most.into())
                .acquire_timeout(ACQUIRE);
            pool.test_before_acquire(false).connect_lazy_with(options.clone())
        };
        let connections = connections.max(1);
        Ok(Self {
            pool: pool(connections),
            side: pool(4),
            connections,
            describe: describe(&options),
        })
    }

    /// The connections on which the transactions run, to share them with the rest of the program.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// Without user and password.
fn describe(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_default();
    format!("postgres at {}:{}/{database}", options.get_host(), options.get_port())
}

#[async_trait]
impl Store for PostgresStore {
    fn describe(&self) -> String {
        self.describe.clone()
    }

    fn connections(&self) -> u16 {
        self.connections
    }

    fn migrations(&self) -> &'static [Migration] {
        migrate::MIGRATIONS
    }

    async fn migrate(&self) -> Result<Vec<&'static Migration>, StoreError> {
        migrate::migrate(&self.side).await
    }

    async fn missing(&self) -> Result<Vec<&'static Migration>, StoreError> {
        migrate::missing(&self.side).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let mut stale = 0;
        loop {
            let connection = self.pool.acquire().await.map_err(store_error)?;
            match PostgresTransaction::begin(connection).await {
                Ok(transaction) => return Ok(Box::new(transaction)),
                // A server that was restarted leaves this many connections behind that nobody has noticed yet.
                Err(StoreError::Unavailable(_)) if stale < self.connections => stale += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn seen(&self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        const SQL: &str = "SELECT key FROM event_inbox i WHERE handler = $1 AND key = ANY($2) \
             AND NOT EXISTS (SELECT FROM event_line l WHERE l.handler = $1 AND l.claim = i.key)";
        let query = sqlx::query_scalar::<_, String>(SQL).bind(handler).bind(keys);
        let found = query.fetch_all(&self.side).await.map_err(store_error)?;
        Ok(keys.iter().map(|key| found.contains(key)).collect())
    }

    async fn forget(&self, handler: &str, age: Duration, limit: u32) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM event_inbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM event_inbox i \
             WHERE handler = $1 AND claimed_at < now() - make_interval(secs => $2) \
             AND NOT EXISTS (SELECT FROM event_line l WHERE l.handler = $1 AND l.claim = i.key) \
             LIMIT $3 FOR UPDATE OF i SKIP LOCKED))";
        const NEWEST: &str = "DELETE FROM event_newest WHERE ctid = ANY (ARRAY(SELECT ctid FROM event_newest \
             WHERE handler = $1 AND updated_at < now() - make_interval(secs => $2) LIMIT $3 FOR UPDATE SKIP LOCKED))";
        let mut forgotten = 0;
        for sql in [SQL, NEWEST] {
            let query = sqlx::query(sql)
                .bind(handler)
                .bind(age.as_secs_f64())
                .bind(i64::from(limit) - forgotten as i64);
            forgotten += query.execute(&self.side).await.map_err(store_error)?.rows_affected();
        }
        Ok(forgotten)
    }

    async fn lease(&self, service: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        let connection = self.side.acquire().await.map_err(store_error)?;
        let lease = PostgresLease::take(connection, service).await?;
        Ok(lease.map(|lease| Box::new(lease) as Box<dyn Lease>))
    }

    async fn backlog(&self, service: &str) -> Result<Backlog, StoreError> {
        outbox::backlog(&self.side, service).await
    }

    async fn quarantined(&self, service: &str, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        outbox::quarantined(&self.side, service, limit).await
    }

    async fn release(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        outbox::release(&self.side, service, ids).await
    }

    async fn discard(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        outbox::discard(&self.side, service, ids).await
    }

    async fn held_count(&self, handler: &str) -> Result<HeldCount, StoreError> {
        line::held_count(&self.side, handler).await
    }

    async fn held_keys(&self, handler: &str, limit: u32) -> Result<Vec<HeldKey>, StoreError> {
        line::held_keys(&self.side, handler, limit).await
    }

    async fn line(&self, handler: &str, key: &str, limit: u32) -> Result<Vec<LineRow>, StoreError> {
        line::line(&self.side, handler, key, limit).await
    }

    async fn close(&self) {
        let both = async { tokio::join!(self.pool.close(), self.side.close()) };
        let _ = tokio::time::timeout(Duration::from_secs(5), both).await;
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresStore({})", self.describe)
    }
}
