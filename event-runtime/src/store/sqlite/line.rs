//! Held keys, the lines of their events, and the newest sequences. One writer at a time: nothing is locked.

use super::super::{HeldCount, HeldKey, LineRow, StoreError, text};
use super::NOW;
use super::error::store_error;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, SqlitePool};
use std::collections::HashMap;
use std::time::Duration;

pub(super) async fn any_held(connection: &mut SqliteConnection, handler: &str) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM event_held WHERE handler = ?1)";
    let query = sqlx::query_scalar::<_, bool>(sql).bind(handler.to_owned());
    query.fetch_one(connection).await.map_err(store_error)
}

pub(super) fn list(keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<String, StoreError> {
    let keys: Vec<String> = keys.into_iter().map(|key| key.as_ref().to_owned()).collect();
    serde_json::to_string(&keys).map_err(|error| StoreError::Refused(error.to_string()))
}

pub(super) async fn held(
    connection: &mut SqliteConnection,
    handler: &str,
    keys: &[String],
) -> Result<Vec<bool>, StoreError> {
    const SQL: &str = "SELECT key FROM event_held WHERE handler = ?1 AND key IN (SELECT value FROM json_each(?2))";
    let query = sqlx::query_scalar::<_, String>(SQL)
        .bind(handler.to_owned())
        .bind(list(keys)?);
    let held = query.fetch_all(connection).await.map_err(store_error)?;
    Ok(keys.iter().map(|key| held.contains(key)).collect())
}

pub(super) async fn hold(connection: &mut SqliteConnection, handler: &str, key: &str) -> Result<u64, StoreError> {
    let hold = format!("INSERT INTO event_held (handler, key, since) VALUES (?1, ?2, {NOW}) ON CONFLICT DO NOTHING");
    let hold = sqlx::query(AssertSqlSafe(hold))
        .bind(handler.to_owned())
        .bind(key.to_owned());
    hold.execute(&mut *connection).await.map_err(store_error)?;
    let count = "SELECT count(*) FROM event_held WHERE handler = ?1";
    let count = sqlx::query_scalar::<_, i64>(count).bind(handler.to_owned());
    Ok(count.fetch_one(connection).await.map_err(store_error)?.unsigned_abs())
}

pub(super) async fn line_up(
    connection: &mut SqliteConnection,
    handler: &str,
    rows: &[LineRow],
) -> Result<u64, StoreError> {
    let insert = format!(
        "INSERT INTO event_line (handler, key, claim, event_id, type, reason, exchange, routing_key, headers, body, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, {NOW})"
    );
    for row in rows {
        let query = sqlx::query(AssertSqlSafe(insert.clone()))
            .bind(handler.to_owned())
            .bind(row.key.clone())
            .bind(row.claim.clone())
            .bind(row.event_id.clone())
            .bind(row.type_name.clone())
            .bind(row.reason.clone())
            .bind(row.outgoing.exchange.clone())
            .bind(row.outgoing.routing_key.clone())
            .bind(text::headers_to_text(&row.outgoing.message.headers))
            .bind(row.outgoing.message.body.to_vec());
        query.execute(&mut *connection).await.map_err(store_error)?;
    }
    const LONGEST: &str = "SELECT coalesce(max(events), 0) FROM (SELECT count(*) AS events FROM event_line \
         WHERE handler = ?1 AND key IN (SELECT value FROM json_each(?2)) GROUP BY key)";
    let keys = list(rows.iter().map(|row| &row.key))?;
    let query = sqlx::query_scalar::<_, i64>(LONGEST)
        .bind(handler.to_owned())
        .bind(keys);
    Ok(query.fetch_one(connection).await.map_err(store_error)?.unsigned_abs())
}

fn columns() -> String {
    format!("id, key, claim, event_id, type, reason, exchange, routing_key, headers, body, {NOW} - created_at")
}

fn read(row: &SqliteRow) -> Result<LineRow, sqlx::Error> {
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
    connection: &mut SqliteConnection,
    handler: &str,
    key: &str,
) -> Result<Option<LineRow>, StoreError> {
    let sql = format!(
        "DELETE FROM event_line WHERE id = (SELECT min(id) FROM event_line WHERE handler = ?1 AND key = ?2) RETURNING {}",
        columns()
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(handler.to_owned())
        .bind(key.to_owned());
    let row = query.fetch_optional(connection).await;
    let row = row.and_then(|row| row.as_ref().map(read).transpose());
    row.map_err(store_error)
}

pub(super) async fn amend(connection: &mut SqliteConnection, row: &LineRow) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE event_line SET reason = ?2, exchange = ?3, routing_key = ?4, headers = ?5 WHERE id = ?1";
    let query = sqlx::query(SQL)
        .bind(row.id)
        .bind(row.reason.clone())
        .bind(row.outgoing.exchange.clone())
        .bind(row.outgoing.routing_key.clone())
        .bind(text::headers_to_text(&row.outgoing.message.headers));
    query.execute(connection).await.map_err(store_error)?;
    Ok(())
}

pub(super) async fn unclaim(connection: &mut SqliteConnection, handler: &str, key: &str) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM event_inbox WHERE handler = ?1 AND key = ?2";
    let query = sqlx::query(SQL).bind(handler.to_owned()).bind(key.to_owned());
    query.execute(connection).await.map_err(store_error)?;
    Ok(())
}

pub(super) async fn let_go(connection: &mut SqliteConnection, handler: &str, key: &str) -> Result<bool, StoreError> {
    const LET_GO: &str = "DELETE FROM event_held WHERE handler = ?1 AND key = ?2 \
         AND NOT EXISTS (SELECT 1 FROM event_line WHERE handler = ?1 AND key = ?2)";
    let query = sqlx::query(LET_GO).bind(handler.to_owned()).bind(key.to_owned());
    query.execute(&mut *connection).await.map_err(store_error)?;
    Ok(held(connection, handler, &[key.to_owned()]).await? == [false])
}

pub(super) async fn newest(
    connection: &mut SqliteConnection,
    handler: &str,
    keys: &[String],
) -> Result<Vec<Option<u64>>, StoreError> {
    const SQL: &str =
        "SELECT key, sequence FROM event_newest WHERE handler = ?1 AND key IN (SELECT value FROM json_each(?2))";
    let query = sqlx::query_as::<_, (String, String)>(SQL)
        .bind(handler.to_owned())
        .bind(list(keys)?);
    let found: HashMap<String, String> = query
        .fetch_all(connection)
        .await
        .map_err(store_error)?
        .into_iter()
        .collect();
    Ok(keys.iter().map(|key| found.get(key)?.parse().ok()).collect())
}

pub(super) async fn set_newest(
    connection: &mut SqliteConnection,
    handler: &str,
    newest: &[(String, u64)],
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO event_newest (handler, key, sequence, updated_at) VALUES (?1, ?2, ?3, {NOW}) \
         ON CONFLICT (handler, key) DO UPDATE SET sequence = excluded.sequence, updated_at = excluded.updated_at \
         WHERE event_newest.sequence < excluded.sequence"
    );
    for (key, at) in newest {
        let query = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(handler.to_owned())
            .bind(key.clone())
            .bind(format!("{at:020}"));
        if query
            .execute(&mut *connection)
            .await
            .map_err(store_error)?
            .rows_affected()
            == 0
        {
            return Err(StoreError::Conflict(
                "a newer event of the same key was handled in the meantime".to_owned(),
            ));
        }
    }
    Ok(())
}

pub(super) async fn held_count(pool: &SqlitePool, handler: &str) -> Result<HeldCount, StoreError> {
    const SQL: &str = "SELECT (SELECT count(*) FROM event_held WHERE handler = ?1), \
         (SELECT count(*) FROM event_line WHERE handler = ?1)";
    let row = sqlx::query_as::<_, (i64, i64)>(SQL)
        .bind(handler.to_owned())
        .fetch_one(pool)
        .await;
    let (keys, events) = row.map_err(store_error)?;
    Ok(HeldCount::new(keys.unsigned_abs(), events.unsigned_abs()))
}

pub(super) async fn held_keys(pool: &SqlitePool, handler: &str, limit: u32) -> Result<Vec<HeldKey>, StoreError> {
    let sql = format!(
        "SELECT h.key, (SELECT count(*) FROM event_line l WHERE l.handler = h.handler AND l.key = h.key), \
         {NOW} - h.since, f.event_id, f.type, f.reason FROM event_held h LEFT JOIN event_line f ON f.id = \
         (SELECT min(id) FROM event_line l WHERE l.handler = h.handler AND l.key = h.key) \
         WHERE h.handler = ?1 ORDER BY h.since, h.key LIMIT ?2"
    );
    let read = |row: &SqliteRow| {
        let key = HeldKey::new(
            row.try_get(0)?,
            row.try_get::<i64, _>(1)?.unsigned_abs(),
            age(row.try_get(2)?),
        );
        Ok(key.behind(row.try_get(3)?, row.try_get(4)?, row.try_get(5)?))
    };
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(handler.to_owned())
        .bind(i64::from(limit));
    let rows = query.fetch_all(pool).await;
    rows.and_then(|rows| rows.iter().map(read).collect())
        .map_err(store_error)
}

pub(super) async fn line(pool: &SqlitePool, handler: &str, key: &str, limit: u32) -> Result<Vec<LineRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM event_line WHERE handler = ?1 AND key = ?2 ORDER BY id LIMIT ?3",
        columns()
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(handler.to_owned())
        .bind(key.to_owned())
        .bind(i64::from(limit));
    let rows = query.fetch_all(pool).await;
    rows.and_then(|rows| rows.iter().map(read).collect())
        .map_err(store_error)
}

/// Clocks that were put back make no negative ages.
fn age(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
}
