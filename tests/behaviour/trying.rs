//! Trials: what a replay would do, and that nothing of it stays.

use super::events::Placed;
use super::replaying::{Scene, Trouble, note, publish, take, take_once};
use super::stage::{Stage, letters, reaches};
use event_runtime::prelude::*;
use event_runtime::store::memory::MemoryStore;
use event_runtime::transport::memory::MemoryTransport;
use event_runtime::{Select, Tried};
use event_tests::database::File;
use event_tests::eventually;
use std::time::Duration;

on_both!(a_trial_leaves_nothing_behind);

async fn a_trial_leaves_nothing_behind(stage: &Stage) {
    let scene = Scene::failing(0..4);
    let store = MemoryStore::new();
    let service = stage
        .service()
        .store(store)
        .state(scene.orders.clone())
        .state(scene.seen.clone())
        .handle::<take_once>()
        .handle::<take>()
        .handle::<note>();
    let service = stage.start(service).await;
    publish(&service, 0..4).await;
    let found = letters(&service, "take_once", 4).await;
    let dead = service.dead_letters();
    scene.orders.mended();
    scene
        .orders
        .becomes(found[1].key.as_ref().unwrap().parse().unwrap(), Some(Trouble::Refused));
    for round in 0..2 {
        let tried = dead.rehearse("take_once", &Select::all()).await.unwrap();
        let ids: Vec<_> = tried.iter().map(|one| one.id.clone()).collect();
        assert_eq!(
            ids,
            found.iter().map(|letter| letter.id.clone()).collect::<Vec<_>>(),
            "round {round}"
        );
        for (at, one) in tried.iter().enumerate() {
            match (at, &one.tried) {
                (1, Tried::WouldFail { class, code, error }) => {
                    assert_eq!((&**class, &**code), ("poison", "Refused"));
                    assert!(error.contains("is refused"), "{error}");
                }
                (0 | 2 | 3, Tried::WouldSucceed) => {}
                other => panic!("round {round}: {other:?}"),
            }
        }
    }
    assert_eq!(letters(&service, "take_once", 4).await.len(), 4, "they stay");
    let refused = dead.rehearse("take", &Select::all()).await.unwrap_err().to_string();
    assert!(refused.contains("cannot be undone"), "{refused}");
    // Nothing was noted as handled, and nothing was emitted.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let calls = scene.seen.all();
    assert!(!calls.iter().any(|call| *call >= 1000), "{calls:?}");
    let done = dead.replay("take_once", &Select::all(), |_| {}).await.unwrap();
    assert_eq!(done.sent, 4);
    reaches(&service, "take_once", "three of them", |counts| {
        counts.handled == 3 && counts.duplicates == 0
    })
    .await;
    reaches(&service, "note", "what they emit", |counts| counts.handled == 3).await;
    // One that has been handled, once more.
    letters(&service, "take_once", 1).await;
    let mut again = found[0].message.clone();
    again.headers = again.headers.iter().filter(|(name, _)| *name != ":user_id").collect();
    let again = event_runtime::message::Outgoing {
        exchange: stage.names().dead_letter_exchange(),
        routing_key: "take_once".to_owned(),
        message: again,
    };
    stage.send(vec![again]).await[0].clone().unwrap();
    letters(&service, "take_once", 2).await;
    let tried = dead
        .rehearse("take_once", &Select::ids(found[0].id.as_ref()))
        .await
        .unwrap();
    assert_eq!((tried.len(), &tried[0].tried), (1, &Tried::HandledBefore));
    service.shutdown().await;
}

/// Writes before it fails.
#[handler(idempotent)]
async fn write(order: Placed, at: Context, tx: &mut Tx<'_, Sqlite>) -> Result<(), BoxError> {
    let query = sqlx::query("INSERT INTO orders (number) VALUES (?)");
    query.bind(i64::from(order.order)).execute(&mut **tx).await?;
    if !at.replay || order.order == 1 {
        return Err("not this one".into());
    }
    Ok(())
}

/// On a database that counts its rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_writes_nothing() {
    let (file, bus) = (File::create(), MemoryTransport::new());
    let service = Service::new("svc")
        .transport(bus)
        .store(file.store().await)
        .handle::<write>();
    let service = service.start().await.unwrap();
    service.ready().await;
    let url = format!("sqlite://{}", file.path().display());
    let mut own = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url)
        .await
        .unwrap();
    sqlx::query("CREATE TABLE orders (number bigint)")
        .execute(&mut own)
        .await
        .unwrap();
    publish(&service, 0..3).await;
    eventually(Duration::from_secs(60), "three dead letters", async || {
        service
            .dead_letters()
            .count("write")
            .await
            .is_ok_and(|count| count == 3)
    })
    .await;
    let dead = service.dead_letters();
    let tried = dead.rehearse("write", &Select::all()).await.unwrap();
    let good = tried.iter().filter(|one| one.tried == Tried::WouldSucceed).count();
    assert_eq!((tried.len(), good), (3, 2), "{tried:?}");
    let rows = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM orders");
    assert_eq!(rows.fetch_one(&mut own).await.unwrap(), 0);
    // What has been handled is known.
    dead.replay("write", &Select::all(), |_| {}).await.unwrap();
    reaches(&service, "write", "two of them", |counts| counts.handled == 2).await;
    let rows = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM orders");
    assert_eq!(rows.fetch_one(&mut own).await.unwrap(), 2);
    service.shutdown().await;
}
