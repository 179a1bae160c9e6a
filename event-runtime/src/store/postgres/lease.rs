use super::super::{Lease, OutboxRow, PARTS, StoreError};
use super::error::store_error;
use super::outbox;
use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use std::time::Duration;

/// A session that holds advisory locks: losing it loses them, and everything here goes through it.
pub(super) struct PostgresLease {
    connection: Option<PoolConnection<Postgres>>,
    service: String,
    parts: Vec<i16>,
    parts_unsigned: Vec<u16>,
}

/// Parts that nobody has, this session included: an advisory lock could be taken twice by one session.
const TAKE: &str = "SELECT part::smallint FROM generate_series(0, $2 - 1) AS part \
     WHERE part <> ALL ($3::smallint[]) AND pg_try_advisory_lock(event_relay($1), part)";

/// The table is empty most of the time, and the planner believes that it is when a backlog has built up: it would read and
/// sort all of it for every page. Nothing else runs in this session.
const IN_ORDER: &str = "SET enable_sort = off; SET enable_bitmapscan = off; SET enable_seqscan = off";

impl PostgresLease {
    pub(super) async fn take(connection: PoolConnection<Postgres>, service: &str) -> Result<Option<Self>, StoreError> {
        let mut lease = Self {
            connection: Some(connection),
            service: service.to_owned(),
            parts: Vec::new(),
            parts_unsigned: Vec::new(),
        };
        lease.extend().await?;
        if lease.parts.is_empty() {
            // Nothing is locked: the session is as good as before.
            lease.connection.take();
            return Ok(None);
        }
        sqlx::raw_sql(IN_ORDER)
            .execute(lease.connection()?)
            .await
            .map_err(store_error)?;
        Ok(Some(lease))
    }

    fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.connection.as_deref_mut().ok_or(StoreError::LeaseLost)
    }
}

#[async_trait]
impl Lease for PostgresLease {
    fn parts(&self) -> &[u16] {
        &self.parts_unsigned
    }

    async fn extend(&mut self) -> Result<(), StoreError> {
        let (service, held) = (self.service.clone(), self.parts.clone());
        let query = sqlx::query_scalar::<_, i16>(TAKE)
            .bind(service)
            .bind(i32::from(PARTS))
            .bind(held);
        let taken = query.fetch_all(self.connection()?).await.map_err(store_error)?;
        self.parts_unsigned.extend(taken.iter().map(|part| part.unsigned_abs()));
        self.parts.extend(taken);
        Ok(())
    }

    async fn page(&mut self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let (service, parts) = (self.service.clone(), self.parts.clone());
        let query = sqlx::query(outbox::PAGE)
            .bind(service)
            .bind(after)
            .bind(parts)
            .bind(i64::from(limit));
        let rows = query.fetch_all(self.connection()?).await;
        let rows = rows.and_then(|rows| rows.iter().map(outbox::read).collect());
        rows.map_err(store_error)
    }

    async fn done(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        let service = self.service.clone();
        let query = sqlx::query("DELETE FROM event_outbox WHERE service = $1 AND id = ANY($2)");
        let done = query.bind(service).bind(ids).execute(self.connection()?).await;
        done.map_err(store_error)?;
        Ok(())
    }

    async fn refused(&mut self, id: i64, reason: &str, wait: Duration) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE event_outbox SET attempts = attempts + 1, reason = $3, \
             retry_at = now() + make_interval(secs => $4) WHERE service = $1 AND id = $2";
        let service = self.service.clone();
        let query = sqlx::query(SQL)
            .bind(service)
            .bind(id)
            .bind(reason)
            .bind(wait.as_secs_f64());
        query.execute(self.connection()?).await.map_err(store_error)?;
        Ok(())
    }

    async fn end(mut self: Box<Self>) {
        // Ends the session, and with it the locks.
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
    }
}

impl Drop for PostgresLease {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.close_on_drop();
        }
    }
}
