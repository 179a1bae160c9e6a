//! A broker that is killed, stopped, late, or short of memory.

use crate::scene::{SECOND, SOON, Scene};
use event_runtime::EventId;
use event_runtime::transport::{Health, PublishError};
use event_tests::{Kind, PrivateBroker, broker, eventually};
use futures_util::future::join_all;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard};

/// One node for all of these tests, one after the other; it ends with the process.
static NODE: Mutex<Option<PrivateBroker>> = Mutex::const_new(None);

struct Node(MutexGuard<'static, Option<PrivateBroker>>);

impl Node {
    /// Its node, up.
    async fn lock() -> Self {
        let mut node = Self(NODE.lock().await);
        match &mut *node.0 {
            none @ None => *none = Some(PrivateBroker::start().await),
            // The test before has failed on the way.
            Some(broker) if broker.pid().is_none() => broker.restart().await,
            Some(_) => {}
        }
        node
    }

    fn get(&mut self) -> &mut PrivateBroker {
        self.0.as_mut().unwrap()
    }
}

/// Row 5 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_loses_nothing_that_it_has_confirmed() {
    let mut node = Node::lock().await;
    let broker = node.get();
    let scene = Scene::new(&broker.url(), &["settle"]).await;
    let service = scene.run(scene.log(), scene.transport()).await;
    service.ready().await;
    let from = scene.publisher(scene.transport()).await;
    let one = async |number: u32| {
        let id = EventId::new();
        // Every other one is published until it is confirmed; the others take their chance.
        while scene.publish_as(&from, &id, number).await.is_err() && number.is_multiple_of(2) {}
    };
    // At any moment some hundreds are under way.
    let publish = join_all((0..400_u32).map(async |first| {
        for round in 0..10 {
            one(10 * first + round).await;
        }
    }));
    let kill = async {
        eventually(SOON, "publishes under way", async || {
            scene.journal.count(Kind::Confirmed) > 500
        })
        .await;
        broker.kill9();
        assert!(scene.journal.count(Kind::Confirmed) < 4000);
        broker.restart().await;
    };
    let (_, ()) = tokio::join!(publish, kill);
    eventually(2 * SOON, "every confirmed event", async || {
        scene.report("settle").lost.is_empty()
    })
    .await;
    service.ready().await;
    scene.until_empty(&scene.names.queue("settle")).await;
    let report = scene.report("settle");
    assert!(report.confirmed >= 2000, "{report}");
    // In one process: before the kill and after it; or published twice, because the confirm was lost.
    scene.assert_at_most("settle", 3);
    assert!(report.repeated.len() <= 1000, "{report}");
    from.shutdown().await;
    service.shutdown().await;
    scene.finish().await;
}

/// Rows 6 and 7 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_delays_what_waits_on_the_broker_and_a_service_that_starts_waits_as_well() {
    let mut node = Node::lock().await;
    let broker = node.get();
    let scene = Scene::new(&broker.url(), &["defer", "reject"]).await;
    let late = Scene::new(&broker.url(), &["settle"]).await;
    late.publish(5).await;
    let service = scene.run(scene.log(), scene.transport()).await;
    scene.publish(20).await;
    eventually(SOON, "all on the ladder or dead", async || {
        let handlers = service.snapshot().handlers;
        handlers[0].delayed == 20 && handlers[1].dead() == 20
    })
    .await;
    broker.stop().await;

    // Neither of them gives up.
    let mut worker = late.worker().spawn();
    worker.wait_line("health: Down", SOON).await;
    eventually(SOON, "not ready", async || matches!(service.health(), Health::Down(_))).await;
    tokio::time::sleep(2 * SECOND).await;
    assert!(worker.is_running());
    let attempts = worker.output().matches("not connected").count();
    assert!((1..=20).contains(&attempts), "{attempts} attempts: {}", worker.output());
    assert!(!worker.output().contains("health: Up"));

    broker.restart().await;
    worker.wait_line("health: Up", SOON).await;
    late.until(Kind::Effect, "settle", 5).await;
    late.report("settle").assert_once();

    scene.until(Kind::Effect, "defer", 20).await;
    let (first, second) = (
        scene.events(Kind::Started, "defer"),
        scene.events(Kind::Effect, "defer"),
    );
    for (id, effects) in &second {
        let waited = Duration::from_micros(effects[0].at - first[id][0].at);
        assert!(waited >= Duration::from_millis(5100), "{waited:?}");
    }
    scene.assert_at_most("defer", 2);
    let mut ids = scene.bury("reject").await;
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
    scene.report("reject").assert_at_least_once();
    service.shutdown().await;
    scene.finish().await;
    late.finish().await;
}

/// Row 19 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_memory_alarm_bounds_publishing_and_stops_no_consumer() {
    let mut node = Node::lock().await;
    let broker = node.get();
    let scene = Scene::new(&broker.url(), &["settle", "defer"]).await;
    scene.publish(30).await;
    let patient =
        |options: event_runtime::transport::rabbitmq::RabbitOptions| options.confirm_timeout(2 * SECOND).buffer(20);
    let from = scene.publisher(Scene::at(&scene.url, patient)).await;
    scene.publish_as(&from, &EventId::new(), 30).await.unwrap();
    broker.ctl(&["set_vm_memory_high_watermark", "0.000001"]).await;

    // The broker says that it is blocked once something was published.
    let first = EventId::new();
    let answer = scene.publish_as(&from, &first, 31).await;
    assert!(
        matches!(
            answer,
            Ok(()) | Err(PublishError::Unknown { .. } | PublishError::Blocked(_))
        ),
        "{answer:?}"
    );
    eventually(SOON, "blocked", async || matches!(from.health(), Health::Blocked(_))).await;
    let ids: Vec<_> = (0..60).map(|_| EventId::new()).collect();
    let start = Instant::now();
    let answers = join_all(ids.iter().zip(32..).map(async |(id, number)| {
        let answer = scene.publish_as(&from, id, number).await;
        (answer, start.elapsed())
    }));
    for (answer, took) in answers.await {
        assert!(matches!(answer, Err(PublishError::Blocked(_))), "{answer:?}");
        assert!(took < 5 * SECOND, "{took:?}");
    }

    // What was there before is worked off meanwhile; what needs a copy is held.
    let service = scene.run(scene.log(), scene.transport()).await;
    scene.until(Kind::Effect, "settle", 31).await;
    scene.until_empty(&scene.names.queue("settle")).await;
    scene.until(Kind::Started, "defer", 16).await;
    eventually(SOON, "not ready", async || {
        matches!(service.health(), Health::Blocked(_))
    })
    .await;
    assert_eq!(service.snapshot().handlers[1].delayed, 0);

    broker.ctl(&["set_vm_memory_high_watermark", "0.6"]).await;
    eventually(SOON, "up", async || {
        service.health() == Health::Up && from.health() == Health::Up
    })
    .await;
    for (id, number) in ids.iter().zip(32..) {
        scene.publish_as(&from, id, number).await.unwrap();
    }
    scene.publish_as(&from, &first, 31).await.unwrap();
    for handler in ["settle", "defer"] {
        scene.until(Kind::Effect, handler, 92).await;
        scene.assert_at_most(handler, if handler == "defer" { 3 } else { 2 });
    }
    assert!(scene.report("settle").repeated.len() <= 1);
    assert_eq!(broker::depth(&scene.url, &scene.names.lost()).await, 0);
    from.shutdown().await;
    service.shutdown().await;
    scene.finish().await;
}
