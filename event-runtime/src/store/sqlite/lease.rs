use super::super::{Lease, OutboxRow, PARTS, StoreError};
use super::error::store_error;
use super::{NOW, outbox};
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlitePool};
use std::time::Duration;

/// How long a lease lasts without a sign of life, in milliseconds.
const LASTS: i64 = 10_000;

/// A row in `event_lease`. Whoever has it writes its name there again and again; when the process is gone, the time runs
/// out.
pub(super) struct SqliteLease {
    writer: SqlitePool,
    reader: SqlitePool,
    service: String,
    holder: String,
    parts: Vec<u16>,
}

impl SqliteLease {
    pub(super) async fn take(
        writer: SqlitePool,
        reader: SqlitePool,
        service: &str,
    ) -> Result<Option<Self>, StoreError> {
        let lease = Self {
            writer,
            reader,
            service: service.to_owned(),
            holder: uuid::Uuid::now_v7().to_string(),
            parts: (0..PARTS).collect(),
        };
        let sql = format!(
            "INSERT INTO event_lease (service, holder, until) VALUES (?1, ?2, {NOW} + {LASTS}) \
             ON CONFLICT (service) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE event_lease.until <= {NOW}"
        );
        Ok((lease.write(sql).await? == 1).then_some(lease))
    }

    /// A sign of life. Time that has run out is not taken back when nobody else has come.
    async fn renew(&self) -> Result<(), StoreError> {
        let sql = format!("UPDATE event_lease SET until = {NOW} + {LASTS} WHERE service = ?1 AND holder = ?2");
        match self.write(sql).await? {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost),
        }
    }

    async fn write(&self, sql: String) -> Result<u64, StoreError> {
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.service.clone())
            .bind(self.holder.clone());
        Ok(query.execute(&self.writer).await.map_err(store_error)?.rows_affected())
    }
}

#[async_trait]
impl Lease for SqliteLease {
    fn parts(&self) -> &[u16] {
        &self.parts
    }

    async fn extend(&mut self) -> Result<(), StoreError> {
        self.renew().await
    }

    async fn page(&mut self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let mut connection = self.reader.acquire().await.map_err(store_error)?;
        outbox::page(&mut connection, &self.service, after, limit).await
    }

    async fn done(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM event_outbox WHERE service = ?1 AND id IN (SELECT value FROM json_each(?2)) \
             AND EXISTS (SELECT 1 FROM event_lease WHERE service = ?1 AND holder = ?3)";
        let list = serde_json::to_string(ids).map_err(|error| StoreError::Refused(error.to_string()))?;
        let query = sqlx::query(SQL)
            .bind(self.service.clone())
            .bind(list)
            .bind(self.holder.clone());
        let done = query.execute(&self.writer).await.map_err(store_error)?.rows_affected();
        if done == 0 && !ids.is_empty() {
            // Deleted by an operator, or by whoever has taken over.
            self.renew().await?;
        }
        Ok(())
    }

    async fn refused(&mut self, id: i64, reason: &str, wait: Duration) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE event_outbox SET attempts = attempts + 1, reason = ?3, retry_at = {NOW} + ?4 \
             WHERE service = ?1 AND id = ?2"
        );
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(self.service.clone()).bind(id);
        let query = query.bind(reason.to_owned()).bind(wait);
        query.execute(&self.writer).await.map_err(store_error)?;
        Ok(())
    }

    async fn end(self: Box<Self>) {
        let ended = self
            .write("DELETE FROM event_lease WHERE service = ?1 AND holder = ?2".to_owned())
            .await;
        if let Err(error) = ended {
            tracing::debug!(%error, "the lease runs out by itself");
        }
    }
}
