use super::super::{Migration, StoreError};
use super::error::store_error;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

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

const HAVE: &str = "SELECT version FROM event_schema";

async fn applied(connection: &mut PgConnection) -> Result<Vec<i32>, StoreError> {
    match sqlx::query_scalar(HAVE)
        .fetch_all(connection)
        .await
        .map_err(store_error)
    {
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

pub(super) async fn missing(pool: &PgPool) -> Result<Vec<&'static Migration>, StoreError> {
    let mut connection = pool.acquire().await.map_err(store_error)?;
    Ok(without(&applied(&mut connection).await?))
}

pub(super) async fn migrate(pool: &PgPool) -> Result<Vec<&'static Migration>, StoreError> {
    // A service that may not make tables starts all the same when there is nothing to make.
    if missing(pool).await?.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = pool.acquire().await.map_err(store_error)?;
    let mut transaction = connection.begin().await.map_err(store_error)?;
    // Several processes start at once; one makes the tables, the others wait and find them.
    let lock = "SELECT pg_advisory_xact_lock(hashtext('event_schema'), 0)";
    sqlx::query(lock)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
    let table = "CREATE TABLE IF NOT EXISTS event_schema \
         (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())";
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
        let note = sqlx::query("INSERT INTO event_schema (version) VALUES ($1)").bind(migration.version);
        note.execute(&mut *transaction).await.map_err(store_error)?;
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(missing)
}
