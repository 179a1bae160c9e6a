//! A service with an order in a process of its own, which a test may kill. Everything comes from the environment:
//! `WORKER_NAME`, `WORKER_POSTGRES`, `EVENT_URL`, `EVENT_BUS`; `WORKER_MENDED` when nothing is poison any more, and
//! `WORKER_PAUSE_MS`, which every step takes; `WORKER_BUILD` chooses another one.

use event_runtime::prelude::*;
use event_tests::child;
use std::time::Duration;

/// A step of something that has a name: `k17`. The steps of one name are numbered from 1.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "step.taken", version = 1, owner = "tests")]
struct Step {
    #[event(key)]
    name: String,
    #[event(sequence)]
    number: u32,
}

#[derive(Debug, thiserror::Error, Failure)]
enum Trouble {
    #[error("not now")]
    #[failure(retry)]
    Again,
    #[error("not ever")]
    #[failure(poison)]
    Never,
    #[error("database")]
    #[failure(retry)]
    Database(#[from] sqlx::Error),
}

/// One of a hundred works at its third attempt, one of a thousand never.
#[handler(idempotent, ordered_by = "name", retry(attempts = 4, from = "2ms", to = "10ms"))]
async fn keep(step: Step, at: Context, tx: &mut Tx<'_, Postgres>) -> Result<(), Trouble> {
    write_down(step, at, tx).await
}

/// The same handler over partitions.
#[handler(
    name = "keep",
    idempotent,
    ordered_by = "name",
    partitions = 4,
    retry(attempts = 4, from = "2ms", to = "10ms")
)]
async fn keep_over_four(step: Step, at: Context, tx: &mut Tx<'_, Postgres>) -> Result<(), Trouble> {
    write_down(step, at, tx).await
}

/// The same handler, which goes on without what is poison.
#[handler(
    name = "keep",
    idempotent,
    ordered_by = "name",
    on_poison = "skip",
    retry(attempts = 4, from = "2ms", to = "10ms")
)]
async fn keep_or_skip(step: Step, at: Context, tx: &mut Tx<'_, Postgres>) -> Result<(), Trouble> {
    write_down(step, at, tx).await
}

async fn write_down(step: Step, at: Context, tx: &mut Tx<'_, Postgres>) -> Result<(), Trouble> {
    let key: u32 = step.name.trim_start_matches('k').parse().unwrap_or_default();
    let query = sqlx::query("INSERT INTO steps (name, number) VALUES ($1, $2)");
    let query = query.bind(&step.name).bind(i64::from(step.number));
    query.execute(&mut **tx).await?;
    if let Some(pause) = variable("WORKER_PAUSE_MS").and_then(|pause| pause.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    if (key * 31 + step.number * 7) % 1000 == 3 && variable("WORKER_MENDED").is_none() {
        return Err(Trouble::Never);
    }
    if (key * 13 + step.number * 17) % 100 == 5 && at.attempt < 3 {
        return Err(Trouble::Again);
    }
    Ok(())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[tokio::main]
async fn main() -> event_runtime::Result<()> {
    child::exit_with_parent();
    let url = variable("WORKER_POSTGRES").unwrap_or_default();
    let service = Service::new(variable("WORKER_NAME").unwrap_or_else(|| "worker".to_owned()));
    let service = service.store(PostgresStore::connect_with(&url, 3).await?);
    match variable("WORKER_BUILD").as_deref() {
        Some("4") => service.handle::<keep_over_four>().main().await,
        Some("skip") => service.handle::<keep_or_skip>().main().await,
        _ => service.handle::<keep>().main().await,
    }
}
