use super::super::{Backlog, OutboxRow, Quarantined, StoreError, text};
use super::error::store_error;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row as _};
use std::time::Duration;

const INSERT: &str = "INSERT INTO event_outbox \
     (service, part, key, event_id, type, exchange, routing_key, keep, headers, body, trace) \
     SELECT $1, part, key, event_id, type, exchange, routing_key, keep, headers, body, trace \
     FROM unnest($2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[], \
     $10::bytea[], $11::text[]) WITH ORDINALITY \
     AS row (part, key, event_id, type, exchange, routing_key, keep, headers, body, trace, at) ORDER BY at";

/// One statement, however many rows.
pub(super) async fn insert(connection: &mut PgConnection, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
    let all = |of: fn(&OutboxRow) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let some = |of: fn(&OutboxRow) -> Option<&str>| rows.iter().map(of).collect::<Vec<_>>();
    let headers = rows
        .iter()
        .map(|row| text::headers_to_text(&row.outgoing.message.headers));
    let query = sqlx::query(INSERT)
        .bind(service)
        .bind(rows.iter().map(|row| row.part() as i16).collect::<Vec<_>>())
        .bind(some(|row| row.key.as_deref()))
        .bind(all(|row| &row.event_id))
        .bind(all(|row| &row.type_name))
        .bind(all(|row| &row.outgoing.exchange))
        .bind(all(|row| &row.outgoing.routing_key))
        .bind(rows.iter().map(|row| row.keep).collect::<Vec<_>>())
        .bind(headers.collect::<Vec<_>>())
        .bind(
            rows.iter()
                .map(|row| &row.outgoing.message.body[..])
                .collect::<Vec<_>>(),
        )
        .bind(some(|row| row.trace.as_deref()));
    query.execute(connection).await.map_err(store_error)?;
    Ok(())
}

pub(super) const PAGE: &str = "SELECT id, event_id, type, key, trace, keep, attempts, exchange, routing_key, headers, body \
     FROM event_outbox o WHERE service = $1 AND id > $2 AND part = ANY($3) \
     AND (retry_at IS NULL OR retry_at <= now()) \
     AND NOT EXISTS (SELECT FROM event_outbox q WHERE q.service = $1 AND q.key = o.key AND q.id < o.id AND q.retry_at > now()) \
     ORDER BY id LIMIT $4";

/// A row of [`PAGE`].
pub(super) fn read(row: &PgRow) -> Result<OutboxRow, sqlx::Error> {
    Ok(OutboxRow {
        id: row.try_get(0)?,
        event_id: row.try_get(1)?,
        type_name: row.try_get(2)?,
        key: row.try_get(3)?,
        trace: row.try_get(4)?,
        keep: row.try_get(5)?,
        attempts: row.try_get::<i32, _>(6)?.unsigned_abs(),
        outgoing: text::outgoing(row.try_get(7)?, row.try_get(8)?, row.try_get(9)?, row.try_get(10)?),
    })
}

pub(super) async fn backlog(pool: &PgPool, service: &str) -> Result<Backlog, StoreError> {
    const SQL: &str = "SELECT count(*), count(retry_at), extract(epoch FROM clock_timestamp() - min(created_at))::float8 \
         FROM event_outbox WHERE service = $1";
    let read = |row: PgRow| {
        Ok(Backlog {
            waiting: row.try_get::<i64, _>(0)?.unsigned_abs(),
            quarantined: row.try_get::<i64, _>(1)?.unsigned_abs(),
            oldest: row.try_get::<Option<f64>, _>(2)?.map(age),
        })
    };
    let row = sqlx::query(SQL).bind(service).fetch_one(pool).await;
    row.and_then(read).map_err(store_error)
}

pub(super) async fn quarantined(pool: &PgPool, service: &str, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
    const SQL: &str = "SELECT id, event_id, type, key, attempts, coalesce(reason, ''), \
         extract(epoch FROM clock_timestamp() - created_at)::float8 \
         FROM event_outbox WHERE service = $1 AND retry_at IS NOT NULL ORDER BY id LIMIT $2";
    let read = |row: &PgRow| {
        Ok(Quarantined {
            id: row.try_get(0)?,
            event_id: row.try_get(1)?,
            type_name: row.try_get(2)?,
            key: row.try_get(3)?,
            attempts: row.try_get::<i32, _>(4)?.unsigned_abs(),
            reason: row.try_get(5)?,
            age: age(row.try_get(6)?),
        })
    };
    let rows = sqlx::query(SQL)
        .bind(service)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await;
    let rows = rows.and_then(|rows| rows.iter().map(read).collect());
    rows.map_err(store_error)
}

pub(super) async fn release(pool: &PgPool, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE event_outbox SET retry_at = now() \
         WHERE service = $1 AND retry_at IS NOT NULL AND ($2::bigint[] IS NULL OR id = ANY($2))";
    let done = sqlx::query(SQL).bind(service).bind(ids).execute(pool).await;
    Ok(done.map_err(store_error)?.rows_affected())
}

pub(super) async fn discard(pool: &PgPool, service: &str, ids: Option<&[i64]>) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM event_outbox \
         WHERE service = $1 AND retry_at IS NOT NULL AND ($2::bigint[] IS NULL OR id = ANY($2))";
    let done = sqlx::query(SQL).bind(service).bind(ids).execute(pool).await;
    Ok(done.map_err(store_error)?.rows_affected())
}

/// Clocks that were put back make no negative ages.
fn age(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
