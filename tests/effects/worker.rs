//! A service with a store in a process of its own, which a test may kill. Everything comes from the environment:
//! `WORKER_NAME`, `EVENT_URL`, `EVENT_BUS`, and `WORKER_POSTGRES` or `WORKER_SQLITE`.

use event_runtime::prelude::*;
use event_tests::child;

/// Something to be done.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "tests")]
struct Placed {
    #[event(key)]
    order: u32,
    payment: String,
}

/// What comes of it.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.paid", version = 1, owner = "tests", unrouted = "keep")]
struct Paid {
    #[event(key)]
    order: u32,
}

macro_rules! handlers {
    ($database:ident, $insert:literal) => {
        use super::{Paid, Placed};
        use event_runtime::prelude::*;

        async fn note(tx: &mut Tx<'_, $database>, handler: &str, event: &str, order: u32) -> Result<(), BoxError> {
            let query = sqlx::query($insert)
                .bind(handler.to_owned())
                .bind(event.to_owned())
                .bind(i64::from(order));
            query.execute(&mut **tx).await?;
            Ok(())
        }

        #[handler(idempotent, retry(attempts = 2, from = "1ms", to = "1ms"))]
        pub(super) async fn pay(order: Placed, at: Context, tx: &mut Tx<'_, $database>) -> Result<Paid, BoxError> {
            note(tx, "pay", &at.id().to_string(), order.order).await?;
            if let Some(wait) = std::env::var("WORKER_SLEEP_MS")
                .ok()
                .and_then(|wait| wait.parse().ok())
            {
                tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            }
            Ok(Paid { order: order.order })
        }

        #[handler(idempotent)]
        pub(super) async fn send(order: Paid, at: Context, tx: &mut Tx<'_, $database>) -> Result<(), BoxError> {
            note(tx, "send", &at.id().to_string(), order.order).await
        }
    };
}

mod sqlite {
    handlers!(Sqlite, "INSERT INTO effects (handler, event, number) VALUES (?, ?, ?)");
}

mod postgres {
    handlers!(
        Postgres,
        "INSERT INTO effects (handler, event, number) VALUES ($1, $2, $3)"
    );
}

/// Publishes as many orders as `WORKER_RECONCILE` says.
#[reconcile(every = "200ms")]
async fn missing_paid(missing: Missing<Paid>) -> Result<(), BoxError> {
    let orders: u32 = std::env::var("WORKER_RECONCILE")?.parse()?;
    for order in 0..orders {
        let id = EventId::derived("provider", &order.to_string());
        missing.publish(id, &Paid { order }).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> event_runtime::Result<()> {
    child::exit_with_parent();
    let service = Service::new(std::env::var("WORKER_NAME").unwrap_or_else(|_| "worker".to_owned()));
    if let Ok(url) = std::env::var("WORKER_POSTGRES") {
        let service = service.store(PostgresStore::connect_with(&url, 3).await?);
        if reconciles() {
            return service.reconcile::<missing_paid>().main().await;
        }
        return service
            .handle::<postgres::pay>()
            .handle::<postgres::send>()
            .main()
            .await;
    }
    let path = std::env::var("WORKER_SQLITE").unwrap_or_else(|_| "worker.db".to_owned());
    let service = service.store(SqliteStore::open(path).await?);
    if reconciles() {
        return service.reconcile::<missing_paid>().main().await;
    }
    service.handle::<sqlite::pay>().handle::<sqlite::send>().main().await
}

/// Then it handles nothing, so that everything it publishes stays in the queues to be counted.
fn reconciles() -> bool {
    std::env::var_os("WORKER_RECONCILE").is_some()
}
