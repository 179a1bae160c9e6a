//! What a database does to a service that is not the handler's fault.

use super::world::{Does, Placed, SOON, Script, Trouble, With, World, counts, idle, placed};
use event_runtime::Running;
use event_runtime::prelude::*;
use event_runtime::transport::Health;
use event_runtime::transport::memory::MemoryTransport;
use event_tests::{Mode, Proxy, eventually};
use std::time::Duration;

async fn order(running: &Running, orders: std::ops::Range<u32>) {
    let events: Vec<_> = orders.map(|order| (EventId::new(), placed(order))).collect();
    for answer in running
        .publisher()
        .publish_all(events.iter().map(|(id, event)| (id.clone(), event)))
        .await
    {
        answer.unwrap();
    }
}

/// PostgreSQL ends a transaction in which a statement failed with a quiet rollback, and calls that a commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_nobody_looked_at_is_no_commit() {
    let world = World::postgres().await;
    let script = Script::new(|order, _| if order == 3 { Does::Ignore } else { Does::Work });
    let running = world
        .start("shop", &MemoryTransport::new(), &script, With::PayAndSend)
        .await;
    order(&running, 0..6).await;
    idle(&running).await;
    assert_eq!(world.effects("pay").await.len(), 5);
    let pay = counts(&running, "pay");
    assert_eq!((pay.handled, pay.dead()), (5, 1), "{pay:?}");
    let letters = running.dead_letters().list("pay").await.unwrap();
    assert!(
        format!("{:?}", letters[0]).contains("current transaction is aborted"),
        "{letters:?}"
    );
    running.shutdown().await;
}

/// Fault matrix 28: serialization failures, deadlocks and lock timeouts are nobody's fault, and cost no attempt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflicts_cost_no_attempt() {
    for state in ["40001", "40P01", "55P03"] {
        let world = World::postgres().await;
        // More often than there are attempts.
        let script = Script::new(move |order, call| {
            if order % 3 == 0 && call < 6 {
                Does::Sql(state)
            } else {
                Does::Work
            }
        });
        let running = world
            .start("shop", &MemoryTransport::new(), &script, With::PayAndSend)
            .await;
        order(&running, 0..20).await;
        idle(&running).await;
        let pay = counts(&running, "pay");
        assert_eq!((pay.handled, pay.failed, pay.dead()), (20, 0, 0), "{state}: {pay:?}");
        assert_eq!(world.effects("pay").await.len(), 20);
        assert_eq!(world.effects("send").await.len(), 20);
        running.shutdown().await;
    }
}

/// Another answer is the handler's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_errors_cost_attempts() {
    let world = World::postgres().await;
    let script = Script::new(|_, _| Does::Sql("22012"));
    let running = world
        .start("shop", &MemoryTransport::new(), &script, With::PayAndSend)
        .await;
    order(&running, 0..1).await;
    idle(&running).await;
    let pay = counts(&running, "pay");
    assert_eq!((pay.handled, pay.failed, pay.dead()), (0, 3, 1), "{pay:?}");
    running.shutdown().await;
}

/// Moves something from one account to another, and takes its time between the two.
#[handler(idempotent(alone), concurrency = 8, timeout = "20s")]
async fn transfer(order: Placed, tx: &mut Tx<'_, Postgres>) -> Result<(), Trouble> {
    let there_and_back = [["a", "b"], ["b", "a"]];
    for account in there_and_back[order.order as usize % 2] {
        let update = sqlx::query("UPDATE accounts SET moved = moved + 1 WHERE name = $1");
        update.bind(account).execute(&mut **tx).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Fault matrix 28: calls that take locks in opposite order. The database ends a deadlock by failing one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_costs_no_attempt() {
    let world = World::postgres().await;
    let World::Postgres(schema, store) = &world else {
        unreachable!()
    };
    let mut other = schema.connect().await;
    let accounts = "CREATE TABLE accounts (name text, moved integer); INSERT INTO accounts VALUES ('a', 0), ('b', 0)";
    sqlx::raw_sql(accounts).execute(&mut other).await.unwrap();
    let service = Service::new("bank")
        .transport(MemoryTransport::new())
        .store(store.clone());
    let running = service.handle::<transfer>().start().await.unwrap();
    running.ready().await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let before: i64 = sqlx::query_scalar(deadlocks).fetch_one(&mut other).await.unwrap();
    order(&running, 0..16).await;
    idle(&running).await;
    let bank = counts(&running, "transfer");
    assert_eq!((bank.handled, bank.failed, bank.dead()), (16, 0, 0), "{bank:?}");
    let moved = sqlx::query_scalar::<_, i32>("SELECT moved FROM accounts").fetch_all(&mut other);
    assert_eq!(moved.await.unwrap(), [16, 16]);
    eventually(SOON, "a deadlock in the statistics", async || {
        sqlx::raw_sql("SELECT pg_stat_clear_snapshot()")
            .execute(&mut other)
            .await
            .unwrap();
        sqlx::query_scalar::<_, i64>(deadlocks)
            .fetch_one(&mut other)
            .await
            .unwrap()
            > before
    })
    .await;
    running.shutdown().await;
}

/// Fault matrix 28.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_held_is_waited_for() {
    let world = World::postgres().await;
    let World::Postgres(schema, _) = &world else {
        unreachable!()
    };
    let running = world
        .start("shop", &MemoryTransport::new(), &Script::work(), With::PayAndSend)
        .await;
    let mut other = schema.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE effects")
        .execute(&mut other)
        .await
        .unwrap();
    order(&running, 0..10).await;
    // Longer than `lock_timeout`.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(counts(&running, "pay").handled, 0);
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    idle(&running).await;
    let pay = counts(&running, "pay");
    assert_eq!((pay.handled, pay.failed, pay.dead()), (10, 0, 0), "{pay:?}");
    running.shutdown().await;
}

/// A service whose database is behind a proxy, ready.
async fn behind_a_proxy(world: &World, script: &Script) -> (Proxy, Running) {
    let World::Postgres(schema, _) = world else {
        unreachable!()
    };
    let proxy = Proxy::start(schema.url());
    let running = World::start_at(&proxy.url(), &MemoryTransport::new(), script).await;
    tokio::time::timeout(SOON, running.ready()).await.unwrap();
    (proxy, running)
}

/// Everything arrives, nothing counts as failed, nothing is a dead letter.
async fn all_is_well(world: &World, running: &Running, orders: u64) {
    eventually(SOON, "ready again", async || running.health() == Health::Up).await;
    idle(running).await;
    let (pay, send) = (counts(running, "pay"), counts(running, "send"));
    assert_eq!((pay.handled, pay.dead(), send.dead()), (orders, 0, 0), "{pay:?}");
    assert_eq!(world.effects("pay").await.len() as u64, orders);
    assert_eq!(world.effects("send").await.len() as u64, orders);
}

/// Fault matrix 26: nothing is acked, nothing is a dead letter, and it goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_and_comes_back() {
    let world = World::postgres().await;
    let (proxy, running) = behind_a_proxy(&world, &Script::work()).await;
    order(&running, 0..50).await;
    idle(&running).await;
    proxy.set(Mode::Refuse);
    proxy.reset_all();
    order(&running, 50..100).await;
    eventually(SOON, "not ready", async || matches!(running.health(), Health::Down(_))).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pay = counts(&running, "pay");
    assert_eq!((pay.handled, pay.failed, pay.dead()), (50, 0, 0), "{pay:?}");
    proxy.set(Mode::Pass);
    all_is_well(&world, &running, 100).await;
    assert_eq!(counts(&running, "pay").failed, 0);
    running.shutdown().await;
}

/// Fault matrix 26, at the start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_there_at_the_start() {
    let world = World::postgres().await;
    let World::Postgres(schema, _) = &world else {
        unreachable!()
    };
    let proxy = Proxy::start(schema.url());
    proxy.set(Mode::Refuse);
    let running = World::start_at(&proxy.url(), &MemoryTransport::new(), &Script::work()).await;
    eventually(SOON, "not ready", async || matches!(running.health(), Health::Down(_))).await;
    proxy.set(Mode::Pass);
    tokio::time::timeout(SOON, running.ready()).await.unwrap();
    order(&running, 0..10).await;
    all_is_well(&world, &running, 10).await;
    running.shutdown().await;
}

/// Connections that are reset in the middle of transactions, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_resets() {
    let world = World::postgres().await;
    let (proxy, running) = behind_a_proxy(&world, &Script::work()).await;
    let ordering = async {
        for at in 0..20 {
            order(&running, 50 * at..50 * (at + 1)).await;
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    let resetting = async {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(60)).await;
            proxy.reset_all();
        }
    };
    tokio::join!(ordering, resetting);
    all_is_well(&world, &running, 1000).await;
    assert_eq!(counts(&running, "pay").failed, 0);
    running.shutdown().await;
}

/// Fault matrix 25: what is slow is waited for; no more is taken than there are places.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_database() {
    let world = World::postgres().await;
    let (proxy, running) = behind_a_proxy(&world, &Script::work()).await;
    proxy.set(Mode::Slow(Duration::from_millis(150)));
    order(&running, 0..40).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(proxy.open() <= 8, "{} connections", proxy.open());
    proxy.set(Mode::Pass);
    all_is_well(&world, &running, 40).await;
    assert_eq!(counts(&running, "pay").failed, 0);
    running.shutdown().await;
}

/// Fault matrix 27: the answer to a commit is lost, again and again. Whether it was done stands in the inbox.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_lost() {
    let world = World::postgres().await;
    let (proxy, running) = behind_a_proxy(&world, &Script::work()).await;
    let ordering = async {
        for at in 0..30 {
            order(&running, 20 * at..20 * (at + 1)).await;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    };
    let losing = async {
        for _ in 0..15 {
            // The statements arrive, their answers do not, and then the connection is gone.
            proxy.set(Mode::HoldToClient);
            tokio::time::sleep(Duration::from_millis(40)).await;
            proxy.reset_all();
            proxy.set(Mode::Pass);
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    tokio::join!(ordering, losing);
    all_is_well(&world, &running, 600).await;
    running.shutdown().await;
}
