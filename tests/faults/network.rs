//! Networks that are silent, or reset connections.

use crate::scene::{SECOND, SOON, Scene};
use event_runtime::EventId;
use event_runtime::transport::rabbitmq::RabbitOptions;
use event_runtime::transport::{Health, PublishError};
use event_tests::{Kind, Mode, Proxy, broker, eventually, require_broker};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// Every lane of the publisher has an open channel after these.
async fn warm(scene: &Scene, from: &event_runtime::Running) {
    for number in 1000..1004 {
        scene.publish_as(from, &EventId::new(), number).await.unwrap();
    }
}

/// Row 8 of the fault matrix: the connection is found dead in time, and the event sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_confirm_is_asked_for_again_under_the_same_id() {
    let proxy = Proxy::start(&require_broker().await);
    let scene = Scene::new(&require_broker().await, &["settle"]).await;
    let service = scene.run(scene.log(), scene.transport()).await;
    let quick = |options: RabbitOptions| options.heartbeat(SECOND).connect_timeout(2 * SECOND);
    let from = scene.publisher(Scene::at(&proxy.url(), quick)).await;
    warm(&scene, &from).await;

    proxy.set(Mode::HoldToClient);
    let start = Instant::now();
    let id = EventId::new();
    let publish = scene.publish_as(&from, &id, 1);
    let cut = async {
        scene.until(Kind::Effect, "settle", 5).await;
        proxy.set(Mode::BlackHole);
        // Nobody tells the publisher: its heartbeat does.
        eventually(SOON, "the loss is noticed", async || {
            matches!(from.health(), Health::Down(_))
        })
        .await;
        proxy.set(Mode::Pass);
    };
    let (answer, ()) = tokio::join!(publish, cut);
    assert_eq!(answer, Ok(()));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    eventually(SOON, "both deliveries", async || scene.report("settle").effects == 6).await;
    let report = scene.report("settle");
    report.assert_at_least_once();
    assert_eq!(report.repeated, [(id.to_string(), 2)]);
    from.shutdown().await;
    service.shutdown().await;
    scene.finish().await;
}

/// Row 8 of the fault matrix: no answer within the timeout is said to the caller, who sends it again.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_said_in_time_and_repaired_by_the_same_id() {
    let proxy = Proxy::start(&require_broker().await);
    let scene = Scene::new(&require_broker().await, &["settle"]).await;
    let service = scene.run(scene.log(), scene.transport()).await;
    let from = scene
        .publisher(Scene::at(&proxy.url(), |options| options.confirm_timeout(SECOND)))
        .await;
    warm(&scene, &from).await;

    proxy.set(Mode::HoldToClient);
    let start = Instant::now();
    let id = EventId::new();
    let answer = scene.publish_as(&from, &id, 1).await;
    assert_eq!(answer, Err(PublishError::Unknown { within_ms: 1000 }));
    assert!(start.elapsed() < 3 * SECOND, "{:?}", start.elapsed());
    scene.until(Kind::Effect, "settle", 5).await;
    proxy.set(Mode::Pass);
    proxy.reset_all();
    eventually(SOON, "the second time", async || {
        scene.publish_as(&from, &id, 1).await.is_ok()
    })
    .await;
    eventually(SOON, "both deliveries", async || scene.report("settle").effects >= 6).await;
    scene.assert_at_most("settle", 3);
    assert_eq!(scene.report("settle").repeated.len(), 1);
    from.shutdown().await;
    service.shutdown().await;
    scene.finish().await;
}

/// Row 10 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_resets_leave_no_task_and_no_consumer_behind() {
    let proxy = Proxy::start(&require_broker().await);
    let scene = Scene::new(&require_broker().await, &["settle", "ship"]).await;
    let from = scene.publisher(scene.transport()).await;
    let log = scene.log().pause(Duration::from_millis(20));
    let service = scene.run(log, Scene::at(&proxy.url(), |options| options)).await;
    service.ready().await;
    scene.publish_as(&from, &EventId::new(), 0).await.unwrap();
    scene.until(Kind::Effect, "settle", 1).await;
    scene.until(Kind::Effect, "ship", 1).await;
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();

    let publish = async {
        for number in 1..=1000 {
            scene.publish_as(&from, &EventId::new(), number).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let storm = async {
        for _ in 0..20 {
            // Now early, now late: while it connects, while it works.
            tokio::time::sleep(Duration::from_millis(between(50..450))).await;
            proxy.reset_all();
        }
    };
    tokio::join!(publish, storm);
    for handler in ["settle", "ship"] {
        scene.until(Kind::Effect, handler, 1001).await;
        scene.assert_at_most(handler, 21);
        scene.until_empty(&scene.names.queue(handler)).await;
        let queue = scene.names.queue(handler);
        eventually(SOON, "one consumer", async || {
            broker::consumers(&scene.url, &queue).await == 1
        })
        .await;
    }
    service.ready().await;
    // Both connections, or only the one that consumes: nothing was published on the other.
    eventually(SOON, "no connection too many", async || proxy.open() <= 2).await;
    eventually(SOON, "no task too many", async || tasks() <= before).await;
    // It pauses longer and longer in between, so not every reset finds a connection.
    assert!(service.snapshot().handlers.iter().all(|handler| handler.sessions > 2));
    service.shutdown().await;
    eventually(SOON, "no connection", async || proxy.open() == 0).await;
    from.shutdown().await;
    scene.finish().await;
}

/// A number that is not always the same.
fn between(range: std::ops::Range<u64>) -> u64 {
    let (_, low) = EventId::new().as_uuid().unwrap_or_default().as_u64_pair();
    range.start + low % (range.end - range.start)
}
