use super::super::{Migration, StoreError};
use super::NOW;
use super::error::store_error;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection, SqlitePool};

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "inbox and outbox",
        sql: include_str!("migrations/0001_inbox_and_outbox.sql"),
    },
    Migration {
        version: 2,
        name: "order per key",
        sql: include_str!("migrations/0002_order.sql"),
    },
];

async fn applied(connection: &mut SqliteConnection) -> Result<Vec<i32>, StoreError> {
    let have = sqlx::query_scalar("SELECT version FROM event_schema")
        .fetch_all(connection)
        .await;
    match have.map_err(store_error) {
        Err(StoreError::Schema(_)) => Ok(Vec::new()),
        other => other,
    }
}

fn without(applied: &[i32]) -> Vec<&'static Migration> {
    MIGRATIONS
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .collect()
}

pub(super) async fn missing(pool: &SqlitePool) -> Result<Vec<&'static Migration>, StoreError> {
    let mut connection = pool.acquire().await.map_err(store_error)?;
    Ok(without(&applied(&mut connection).await?))
}

pub(super) async fn migrate(pool: &SqlitePool) -> Result<Vec<&'static Migration>, StoreError> {
    let mut connection = pool.acquire().await.map_err(store_error)?;
    // Several processes start at once; one makes the tables, the others wait and find them.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let table = "CREATE TABLE IF NOT EXISTS event_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)";
    sqlx::query(table)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    let missing = without(&applied(&mut transaction).await?);
    for migration in &missing {
        let step = sqlx::raw_sql(AssertSqlSafe(migration.sql))
            .execute(&mut *transaction)
            .await;
        step.map_err(store_error)?;
        let note = format!("INSERT INTO event_schema (version, applied_at) VALUES (?1, {NOW})");
        let note = sqlx::query(AssertSqlSafe(note)).bind(migration.version);
        note.execute(&mut *transaction).await.map_err(store_error)?;
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(missing)
}
