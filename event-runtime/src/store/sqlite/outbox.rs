use super::super::{Backlog, OutboxRow, Quarantined, StoreError, text};
use super::NOW;
use super::error::store_error;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, SqliteConnection, SqlitePool};
use std::time::Duration;

/// Rows in one statement; SQLite takes 32,766 values in one.
const ROWS: usize = 500;

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    service: &str,
    rows: &[OutboxRow],
) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS) {
        let mut query = QueryBuilder::new(
            "INSERT INTO event_outbox (service, part, key, event_id, type, exchange, routing_key, keep, headers, body, \
             trace, created_at) ",
        );
        query.push_values(rows, |mut values, row| {
            values
                .push_bind(service.to_owned())
                .push_bind(i64::from(row.part()))
                .push_bind(row.key.clone())
                .push_bind(row.event_id.clone())
                .push_bind(row.type_name.clone())
                .push_bind(row.outgoing.exchange.clone())
                .push_bind(row.outgoing.routing_key.clone())
                .push_bind(row.keep)
                .push_bind(text::headers_to_text(&row.outgoing.message.headers))
                .push_bind(row.outgoing.message.body.to_vec())
                .push_bind(row.trace.clone())
                .push(NOW);
        });
        query.build().execute(&mut *connection).await.map_err(store_error)?;
    }
    Ok(())
}

pub(super) async fn page(
    connection: &mut SqliteConnection,
    service: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT id, event_id, type, key, trace, keep, attempts, exchange, routing_key, headers, body \
         FROM event_outbox o WHERE id > ?2 AND service = ?1 AND (retry_at IS NULL OR retry_at <= {NOW}) \
         AND NOT EXISTS (SELECT 1 FROM event_outbox q \
         WHERE q.service = ?1 AND q.key = o.key AND q.id < o.id AND q.retry_at IS NOT NULL AND q.retry_at > {NOW}) \
         ORDER BY id LIMIT ?3"
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(service.to_owned())
        .bind(after)
        .bind(i64::from(limit));
    let rows = query.fetch_all(connection).await;
    rows.and_then(|rows| rows.iter().map(read).collect())
        .map_err(store_error)
}

fn read(row: &SqliteRow) -> Result<OutboxRow, sqlx::Error> {
    Ok(OutboxRow {
        id: row.try_get(0)?,
        event_id: row.try_get(1)?,
        type_name: row.try_get(2)?,
        key: row.try_get(3)?,
        trace: row.try_get(4)?,
        keep: row.try_get(5)?,
        attempts: row.try_get::<i64, _>(6)?.unsigned_abs() as u32,
        outgoing: text::outgoing(row.try_get(7)?, row.try_get(8)?, row.try_get(9)?, row.try_get(10)?),
    })
}

pub(super) async fn backlog(pool: &SqlitePool, service: &str) -> Result<Backlog, StoreError> {
    let sql = format!("SELECT count(*), count(retry_at), {NOW} - min(created_at) FROM event_outbox WHERE service = ?1");
    let read = |row: SqliteRow| {
        Ok(Backlog {
            waiting: row.try_get::<i64, _>(0)?.unsigned_abs(),
            quarantined: row.try_get::<i64, _>(1)?.unsigned_abs(),
            oldest: row.try_get::<Option<i64>, _>(2)?.map(age),
        })
    };
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(service.to_owned())
        .fetch_one(pool)
        .await;
    row.and_then(read).map_err(store_error)
}

pub(super) async fn quarantined(pool: &SqlitePool, service: &str, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
    let sql = format!(
        "SELECT id, event_id, type, key, attempts, coalesce(reason, ''), {NOW} - created_at \
         FROM event_outbox WHERE service = ?1 AND retry_at IS NOT NULL ORDER BY id LIMIT ?2"
    );
    let read = |row: &SqliteRow| {
        Ok(Quarantined {
            id: row.try_get(0)?,
            event_id: row.try_get(1)?,
            type_name: row.try_get(2)?,
            key: row.try_get(3)?,
            attempts: row.try_get::<i64, _>(4)?.unsigned_abs() as u32,
            reason: row.try_get(5)?,
            age: age(row.try_get(6)?),
        })
    };
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(service.to_owned())
        .bind(i64::from(limit));
    let rows = query.fetch_all(pool).await;
    rows.and_then(|rows| rows.iter().map(read).collect())
        .map_err(store_error)
}

/// What `release` and `discard` are about: all refused rows, or these.
const WHICH: &str =
    "WHERE service = ?1 AND retry_at IS NOT NULL AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))";

pub(super) async fn release(pool: &SqlitePool, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
    change(
        pool,
        format!("UPDATE event_outbox SET retry_at = {NOW} {WHICH}"),
        service,
        ids,
    )
    .await
}

pub(super) async fn discard(pool: &SqlitePool, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
    change(pool, format!("DELETE FROM event_outbox {WHICH}"), service, ids).await
}

async fn change(pool: &SqlitePool, sql: String, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
    let ids = ids.and_then(|ids| serde_json::to_string(ids).ok());
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(service.to_owned())
        .bind(ids)
        .execute(pool)
        .await;
    Ok(done.map_err(store_error)?.rows_affected())
}

/// Clocks that were put back make no negative ages.
fn age(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}
