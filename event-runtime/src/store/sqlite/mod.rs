//! Inbox and outbox in a file: SQLite, built in.

mod error;
mod inbox;
mod lease;
mod line;
mod migrate;
mod outbox;
mod transaction;

pub(crate) use error::trouble;
/// The transactions of a [`SqliteStore`]: `tx: &mut Tx<'_, Sqlite>`.
pub use sqlx::Sqlite;

use super::{
    Backlog, Database, Enlist, HeldCount, HeldKey, Holds, Lease, LineRow, Migration, OutboxRow, Quarantined, Store,
    StoreError, Transaction,
};
use async_trait::async_trait;
use error::store_error;
use lease::SqliteLease;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection, SqlitePool};
use std::fmt;
use std::path::Path;
use std::time::Duration;
use transaction::SqliteTransaction;

/// The store's clock, in milliseconds since 1970.
const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// How long a connection, or another process's write lock, is waited for.
const WAIT: Duration = Duration::from_secs(5);

impl Database for Sqlite {
    type Connection = SqliteConnection;
}

impl Holds<Sqlite> for SqliteStore {}

#[async_trait]
impl Enlist for SqliteConnection {
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        outbox::insert(self, service, rows).await
    }

    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        inbox::claim(self, inbox, keys).await
    }
}

#[async_trait]
impl Enlist for sqlx::Transaction<'_, Sqlite> {
    async fn enlist(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        outbox::insert(self, service, rows).await
    }

    async fn claim(&mut self, inbox: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        inbox::claim(self, inbox, keys).await
    }
}

/// Inbox and outbox in a file. A clone is the same store.
///
/// SQLite has one writer at a time, so one transaction of a service is open at a time; what waits shares the next one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> event_runtime::Result<()> {
/// use event_runtime::prelude::*;
///
/// # let path = std::env::temp_dir().join(format!("doc-{}.db", Uuid::now_v7()));
/// let store = SqliteStore::open(&path).await?;
/// let service = Service::new("payments").store(store);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    reader: SqlitePool,
    describe: String,
}

impl SqliteStore {
    /// A store in the file `path`, which is made if it is not there: WAL, every commit on disk.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(WAIT)
            .disable_statement_logging();
        let pool = |most| {
            PoolOptions::new()
                .max_connections(most)
                .acquire_timeout(WAIT)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let writer = pool(1).connect_with(options.clone()).await.map_err(store_error)?;
        Ok(Self {
            writer,
            reader: pool(3).connect_lazy_with(options),
            describe: format!("sqlite at {}", path.display()),
        })
    }

    /// The connection that writes, to share it with the rest of the program: there is one.
    #[must_use]
    pub fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Connections for reading.
    #[must_use]
    pub fn reader(&self) -> &SqlitePool {
        &self.reader
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn describe(&self) -> String {
        self.describe.clone()
    }

    fn connections(&self) -> u16 {
        1
    }

    fn migrations(&self) -> &'static [Migration] {
        migrate::MIGRATIONS
    }

    async fn migrate(&self) -> Result<Vec<&'static Migration>, StoreError> {
        migrate::migrate(&self.writer).await
    }

    async fn missing(&self) -> Result<Vec<&'static Migration>, StoreError> {
        migrate::missing(&self.reader).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let connection = self.writer.acquire().await.map_err(store_error)?;
        Ok(Box::new(SqliteTransaction::begin(connection).await?))
    }

    async fn seen(&self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        const SQL: &str = "SELECT key FROM event_inbox i WHERE handler = ?1 AND key IN (SELECT value FROM json_each(?2)) \
             AND NOT EXISTS (SELECT 1 FROM event_line l WHERE l.handler = ?1 AND l.claim = i.key)";
        let list = serde_json::to_string(keys).map_err(|error| StoreError::Refused(error.to_string()))?;
        let query = sqlx::query_scalar::<_, String>(SQL).bind(handler.to_owned()).bind(list);
        let found = query.fetch_all(&self.reader).await.map_err(store_error)?;
        Ok(keys.iter().map(|key| found.contains(key)).collect())
    }

    async fn forget(&self, handler: &str, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let sql = format!(
            "DELETE FROM event_inbox WHERE handler = ?1 AND key IN (SELECT key FROM event_inbox i \
             WHERE handler = ?1 AND claimed_at < {NOW} - ?2 \
             AND NOT EXISTS (SELECT 1 FROM event_line l WHERE l.handler = ?1 AND l.claim = i.key) LIMIT ?3)"
        );
        let newest = format!(
            "DELETE FROM event_newest WHERE handler = ?1 AND key IN (SELECT key FROM event_newest \
             WHERE handler = ?1 AND updated_at < {NOW} - ?2 LIMIT ?3)"
        );
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX / 2);
        let mut forgotten = 0;
        for sql in [sql, newest] {
            let query = sqlx::query(AssertSqlSafe(sql))
                .bind(handler.to_owned())
                .bind(age)
                .bind(i64::from(limit) - forgotten as i64);
            forgotten += query.execute(&self.writer).await.map_err(store_error)?.rows_affected();
        }
        Ok(forgotten)
    }

    async fn lease(&self, service: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        let lease = SqliteLease::take(self.writer.clone(), self.reader.clone(), service).await?;
        Ok(lease.map(|lease| Box::new(lease) as Box<dyn Lease>))
    }

    async fn backlog(&self, service: &str) -> Result<Backlog, StoreError> {
        outbox::backlog(&self.reader, service).await
    }

    async fn quarantined(&self, service: &str, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        outbox::quarantined(&self.reader, service, limit).await
    }

    async fn release(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        outbox::release(&self.writer, service, ids).await
    }

    async fn discard(&self, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
        outbox::discard(&self.writer, service, ids).await
    }

    async fn held_count(&self, handler: &str) -> Result<HeldCount, StoreError> {
        line::held_count(&self.reader, handler).await
    }

    async fn held_keys(&self, handler: &str, limit: u32) -> Result<Vec<HeldKey>, StoreError> {
        line::held_keys(&self.reader, handler, limit).await
    }

    async fn line(&self, handler: &str, key: &str, limit: u32) -> Result<Vec<LineRow>, StoreError> {
        line::line(&self.reader, handler, key, limit).await
    }

    async fn close(&self) {
        let both = async { tokio::join!(self.writer.close(), self.reader.close()) };
        let _ = tokio::time::timeout(Duration::from_secs(5), both).await;
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqliteStore({})", self.describe)
    }
}
