//! For how long an inbox remembers.

use super::world::{Paid, SOON, Script, With, World};
use event_runtime::prelude::*;
use event_runtime::transport::memory::MemoryTransport;
use event_tests::eventually;
use sqlx::AssertSqlSafe;
use std::time::Duration;

#[handler(
    idempotent(window = "1h"),
    retry(attempts = 3, from = "10s", to = "10m"),
    timeout = "20s"
)]
async fn forgetful(_: Paid, tx: &mut Tx<'_, Memory>) {
    tx.put("paid", "1");
}

/// What the handler's own retries and dead letters can bring back must be known again.
#[tokio::test]
async fn a_window_that_is_too_short() {
    let service = || {
        let service = Service::new("shop").transport(MemoryTransport::new());
        service.store(MemoryStore::new()).handle::<forgetful>()
    };
    let error = service().start().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the handler `forgetful` remembers events for 1h, and one of them can come again after 7d3m: 1m30s of 3 attempts \
         of 20s at most and 30s between them, 7d as a dead letter, and the attempts again after its replay. Say \
         `idempotent(window = \"8d\")`, or keep dead letters for less: `Service::keep_dead_letters`"
    );
    let kept = service().keep_dead_letters(Duration::from_secs(45 * 60));
    assert!(kept.start().await.unwrap().shutdown().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    forgotten_at_the_start(World::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    forgotten_at_the_start(World::postgres().await).await;
}

/// More than fit in one statement go, and what is younger stays.
async fn forgotten_at_the_start(world: World) {
    const OLD: usize = 2_500;
    let store = world.store();
    store.migrate().await.unwrap();
    let keys: Vec<_> = (0..OLD).map(|key| format!("old-{key}")).collect();
    let claim = async |keys: &[String]| {
        let mut tx = store.begin().await.unwrap();
        tx.claim("shop.book", keys).await.unwrap();
        tx.commit().await.unwrap();
    };
    claim(&keys).await;
    grow_old(&world).await;
    let young = ["young".to_owned()];
    claim(&young).await;
    let running = world
        .start("shop", &MemoryTransport::new(), &Script::work(), With::Book)
        .await;
    eventually(SOON, "forgotten", async || {
        !store.seen("shop.book", &keys).await.unwrap().contains(&true)
    })
    .await;
    assert_eq!(store.seen("shop.book", &young).await.unwrap(), [true]);
    running.shutdown().await;
}

/// Lets 31 days pass; the window of `book` is 30.
async fn grow_old(world: &World) {
    let days = Duration::from_secs(31 * 86_400);
    match world {
        World::Memory(_) => unreachable!("forgets with the process"),
        World::Sqlite(_, store) => {
            let sql = format!("UPDATE event_inbox SET claimed_at = claimed_at - {}", days.as_millis());
            sqlx::query(AssertSqlSafe(sql)).execute(store.writer()).await.unwrap();
        }
        World::Postgres(schema, _) => {
            let sql = "UPDATE event_inbox SET claimed_at = claimed_at - interval '31 days'";
            sqlx::query(sql).execute(&mut schema.connect().await).await.unwrap();
        }
    }
}
