//! Held keys, the lines of their events, and the newest sequences.

use super::super::{HeldCount, HeldKey, LineRow, StoreError, text};
use super::error::store_error;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row as _};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// The snapshot of a statement is older than what it waited for: who did not get all keys looks again.
pub(super) async fn claim(
    connection: &mut PgConnection,
    handler: &str,
    keys: &[String],
) -> Result<(Vec<bool>, bool), StoreError> {
    const SQL: &str = "WITH claimed AS (INSERT INTO event_inbox (handler, key) \
         SELECT $1, key FROM unnest($2::text[]) AS key ORDER BY key ON CONFLICT DO NOTHING RETURNING key) \
         SELECT ARRAY(SELECT key FROM claimed), EXISTS (SELECT FROM event_held WHERE handler = $1)";
    let row = sqlx::query(SQL).bind(handler).bind(keys).fetch_one(connection).await;
    let read = |row: PgRow| Ok((row.try_get::<Vec<String>, _>(0)?, row.try_get::<bool, _>(1)?));
    let (claimed, held) = row.and_then(read).map_err(store_error)?;
    if claimed.len() == keys.len() {
        return Ok((vec![true; keys.len()], held));
    }
    let claimed: HashSet<String> = claimed.into_iter().collect();
    Ok((keys.iter().map(|key| claimed.contains(key)).collect(), held))
}

pub(super) async fn held(
    connection: &mut PgConnection,
    handler: &str,
    keys: &[String],
) -> Result<Vec<bool>, StoreError> {
    // Locked, so that nobody lets go of a key while an event is put into its line.
    const SQL: &str = "SELECT key FROM event_held WHERE handler = $1 AND key = ANY($2) ORDER BY key FOR SHARE";
    let query = sqlx::query_scalar::<_, String>(SQL).bind(handler).bind(keys);
    let held = query.fetch_all(connection).await.map_err(store_error)?;
    Ok(keys.iter().map(|key| held.contains(key)).collect())
}

pub(super) async fn hold(connection: &mut PgConnection, handler: &str, key: &str) -> Result<u64, StoreError> {
    // The update changes nothing; it locks what is there already.
    const HOLD: &str = "INSERT INTO event_held (handler, key) VALUES ($1, $2) \
         ON CONFLICT (handler, key) DO UPDATE SET since = event_held.since";
    let held = sqlx::query(HOLD)
        .bind(handler)
        .bind(key)
        .execute(&mut *connection)
        .await;
    held.map_err(store_error)?;
    let count = "SELECT count(*) FROM event_held WHERE handler = $1";
    let count = sqlx::query_scalar::<_, i64>(count)
        .bind(handler)
        .fetch_one(connection)
        .await;
    Ok(count.map_err(store_error)?.unsigned_abs())
}

pub(super) async fn line_up(connection: &mut PgConnection, handler: &str, rows: &[LineRow]) -> Result<u64, StoreError> {
    const INSERT: &str = "INSERT INTO event_line (handler, key, claim, event_id, type, reason, exchange, routing_key, headers, body) \
         SELECT $1, key, claim, event_id, type, reason, exchange, routing_key, headers, body \
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[]) \
         WITH ORDINALITY AS row (key, claim, event_id, type, reason, exchange, routing_key, headers, body, at) ORDER BY at";
    const LONGEST: &str = "SELECT coalesce(max(events), 0) FROM (SELECT count(*) AS events FROM event_line \
         WHERE handler = $1 AND key = ANY($2) GROUP BY key) AS line";
    let all = |of: fn(&LineRow) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let headers = rows
        .iter()
        .map(|row| text::headers_to_text(&row.outgoing.message.headers));
    let bodies = rows.iter().map(|row| &row.outgoing.message.body[..]);
    let query = sqlx::query(INSERT)
        .bind(handler)
        .bind(all(|row| &row.key))
        .bind(all(|row| &row.claim))
        .bind(all(|row| &row.event_id))
        .bind(all(|row| &row.type_name))
        .bind(rows.iter().map(|row| row.reason.as_deref()).collect::<Vec<_>>())
        .bind(all(|row| &row.outgoing.exchange))
        .bind(all(|row| &row.outgoing.routing_key))
        .bind(headers.collect::<Vec<_>>())
        .bind(bodies.collect::<Vec<_>>());
    query.execute(&mut *connection).await.map_err(store_error)?;
    let query = sqlx::query_scalar::<_, i64>(LONGEST)
        .bind(handler)
        .bind(all(|row| &row.key));
    Ok(query.fetch_one(connection).await.map_err(store_error)?.unsigned_abs())
}

macro_rules! columns {
    () => {
        "id, key, claim, event_id, type, reason, exchange, routing_key, headers, body, \
         extract(epoch FROM clock_timestamp() - created_at)::float8"
    };
}

fn read(row: &PgRow) -> Result<LineRow, sqlx::Error> {
    let outgoing = text::outgoing(row.try_get(6)?, row.try_get(7)?, row.try_get(8)?, row.try_get(9)?);
    let line = LineRow::new(row.try_get::<String, _>(1)?, row.try_get::<String, _>(2)?, outgoing);
    let line = line.of(row.try_get::<String, _>(3)?, row.try_get::<String, _>(4)?);
    Ok(LineRow {
        id: row.try_get(0)?,
        reason: row.try_get(5)?,
        age: age(row.try_get(10)?),
        ..line
    })
}

pub(super) async fn next(
    connection: &mut PgConnection,
    handler: &str,
    key: &str,
) -> Result<Option<LineRow>, StoreError> {
    const SQL: &str = concat!(
        "DELETE FROM event_line WHERE handler = $1 AND key = $2 AND id = \
         (SELECT id FROM event_line WHERE handler = $1 AND key = $2 ORDER BY id LIMIT 1 FOR UPDATE) RETURNING ",
        columns!()
    );
    let row = sqlx::query(SQL)
        .bind(handler)
        .bind(key)
        .fetch_optional(connection)
        .await;
    let row = row.and_then(|row| row.as_ref().map(read).transpose());
    row.map_err(store_error)
}

pub(super) async fn amend(connection: &mut PgConnection, handler: &str, row: &LineRow) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE event_line SET reason = $4, exchange = $5, routing_key = $6, headers = $7 \
         WHERE handler = $1 AND key = $2 AND id = $3";
    let query = sqlx::query(SQL)
        .bind(handler)
        .bind(&row.key)
        .bind(row.id)
        .bind(&row.reason)
        .bind(&row.outgoing.exchange)
        .bind(&row.outgoing.routing_key)
        .bind(text::headers_to_text(&row.outgoing.message.headers));
    query.execute(connection).await.map_err(store_error)?;
    Ok(())
}

pub(super) async fn unclaim(connection: &mut PgConnection, handler: &str, key: &str) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM event_inbox WHERE handler = $1 AND key = $2";
    let gone = sqlx::query(SQL).bind(handler).bind(key).execute(connection).await;
    gone.map_err(store_error)?;
    Ok(())
}

pub(super) async fn let_go(connection: &mut PgConnection, handler: &str, key: &str) -> Result<bool, StoreError> {
    // First the lock, behind which nobody puts anything into the line, then the look, which sees what was put there before.
    const LOCK: &str = "SELECT 1 FROM event_held WHERE handler = $1 AND key = $2 FOR UPDATE";
    const LET_GO: &str = "DELETE FROM event_held WHERE handler = $1 AND key = $2 \
         AND NOT EXISTS (SELECT FROM event_line WHERE handler = $1 AND key = $2)";
    let found = sqlx::query(LOCK)
        .bind(handler)
        .bind(key)
        .fetch_optional(&mut *connection)
        .await;
    if found.map_err(store_error)?.is_none() {
        return Ok(true);
    }
    let gone = sqlx::query(LET_GO).bind(handler).bind(key).execute(connection).await;
    Ok(gone.map_err(store_error)?.rows_affected() == 1)
}

pub(super) async fn newest(
    connection: &mut PgConnection,
    handler: &str,
    keys: &[String],
) -> Result<Vec<Option<u64>>, StoreError> {
    const SQL: &str =
        "SELECT key, sequence FROM event_newest WHERE handler = $1 AND key = ANY($2) ORDER BY key FOR UPDATE";
    let query = sqlx::query_as::<_, (String, String)>(SQL).bind(handler).bind(keys);
    let found: HashMap<String, String> = query
        .fetch_all(connection)
        .await
        .map_err(store_error)?
        .into_iter()
        .collect();
    Ok(keys.iter().map(|key| found.get(key)?.parse().ok()).collect())
}

pub(super) async fn set_newest(
    connection: &mut PgConnection,
    handler: &str,
    newest: &[(String, u64)],
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO event_newest (handler, key, sequence) \
         SELECT $1, key, sequence FROM unnest($2::text[], $3::text[]) AS row (key, sequence) ORDER BY key \
         ON CONFLICT (handler, key) DO UPDATE SET sequence = EXCLUDED.sequence, updated_at = now() \
         WHERE event_newest.sequence < EXCLUDED.sequence";
    let query = sqlx::query(SQL)
        .bind(handler)
        .bind(newest.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>())
        .bind(newest.iter().map(|(_, at)| format!("{at:020}")).collect::<Vec<_>>());
    let written = query.execute(connection).await.map_err(store_error)?.rows_affected();
    if written == newest.len() as u64 {
        return Ok(());
    }
    Err(StoreError::Conflict(
        "a newer event of the same key was handled in the meantime".to_owned(),
    ))
}

pub(super) async fn held_count(pool: &PgPool, handler: &str) -> Result<HeldCount, StoreError> {
    const SQL: &str = "SELECT (SELECT count(*) FROM event_held WHERE handler = $1), \
         (SELECT count(*) FROM event_line WHERE handler = $1)";
    let row = sqlx::query_as::<_, (i64, i64)>(SQL).bind(handler).fetch_one(pool).await;
    let (keys, events) = row.map_err(store_error)?;
    Ok(HeldCount::new(keys.unsigned_abs(), events.unsigned_abs()))
}

pub(super) async fn held_keys(pool: &PgPool, handler: &str, limit: u32) -> Result<Vec<HeldKey>, StoreError> {
    const SQL: &str = "SELECT h.key, (SELECT count(*) FROM event_line l WHERE l.handler = h.handler AND l.key = h.key), \
         extract(epoch FROM clock_timestamp() - h.since)::float8, f.event_id, f.type, f.reason \
         FROM event_held h LEFT JOIN event_line f ON f.handler = h.handler AND f.key = h.key AND f.id = \
         (SELECT min(id) FROM event_line l WHERE l.handler = h.handler AND l.key = h.key) \
         WHERE h.handler = $1 ORDER BY h.since, h.key LIMIT $2";
    let read = |row: &PgRow| {
        let key = HeldKey::new(
            row.try_get(0)?,
            row.try_get::<i64, _>(1)?.unsigned_abs(),
            age(row.try_get(2)?),
        );
        Ok(key.behind(row.try_get(3)?, row.try_get(4)?, row.try_get(5)?))
    };
    let rows = sqlx::query(SQL)
        .bind(handler)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await;
    let rows = rows.and_then(|rows| rows.iter().map(read).collect());
    rows.map_err(store_error)
}

pub(super) async fn line(pool: &PgPool, handler: &str, key: &str, limit: u32) -> Result<Vec<LineRow>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM event_line WHERE handler = $1 AND key = $2 ORDER BY id LIMIT $3"
    );
    let query = sqlx::query(SQL).bind(handler).bind(key).bind(i64::from(limit));
    let rows = query.fetch_all(pool).await;
    let rows = rows.and_then(|rows| rows.iter().map(read).collect());
    rows.map_err(store_error)
}

fn age(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
