//! Channels that the broker closes, exchanges and queues that somebody deletes.

use crate::clumsy::Clumsy;
use crate::scene::{SECOND, SOON, Scene};
use event_runtime::EventId;
use event_runtime::transport::{Health, PublishError, Transport as _};
use event_tests::{Kind, broker, eventually, require_broker};
use futures_util::future::join_all;
use lapin::Channel;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A channel of the test's own.
async fn channel(scene: &Scene) -> (lapin::Connection, Channel) {
    let connection = broker::connect(&scene.url).await;
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

/// Row 14 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_closed_over_a_bad_ack_is_the_only_one_that_starts_anew() {
    let scene = Scene::new(&require_broker().await, &["settle", "ship"]).await;
    let (transport, clumsy) = Clumsy::new(scene.transport(), scene.names.queue("settle"));
    let service = scene.run(scene.log().pause(Duration::from_millis(5)), transport).await;
    service.ready().await;
    let from = scene.publisher(scene.transport()).await;
    for number in 0..600 {
        scene.publish_as(&from, &EventId::new(), number).await.unwrap();
        if number % 200 == 100 {
            clumsy.ack_twice();
            eventually(SOON, "the bad ack", async || clumsy.has_acked_twice()).await;
        }
    }
    for handler in ["settle", "ship"] {
        scene.until(Kind::Effect, handler, 600).await;
        scene.until_empty(&scene.names.queue(handler)).await;
    }
    scene.assert_at_most("settle", 4);
    // Of each channel at most what it had prefetched.
    assert!(scene.report("settle").repeated.len() <= 300);
    scene.report("ship").assert_once();
    let sessions: Vec<_> = service.snapshot().handlers.iter().map(|one| one.sessions).collect();
    assert_eq!(sessions, [4, 1]);
    eventually(SOON, "up", async || service.health() == Health::Up).await;
    from.shutdown().await;
    service.shutdown().await;
    scene.finish().await;
}

/// Row 15 of the fault matrix: what was under way may be stored, what is refused is not.
#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_deleted_in_mid_window_loses_nothing_and_refuses_nothing_that_is_stored() {
    let scene = Scene::new(&require_broker().await, &["settle"]).await;
    let service = scene.run(scene.log(), scene.transport()).await;
    service.ready().await;
    let from = scene.publisher(scene.transport()).await;
    let mut failed = BTreeMap::new();
    let publish = async {
        let mut number = 0;
        while failed.is_empty() {
            let ids: Vec<_> = (number..number + 1000).map(|number| (EventId::new(), number)).collect();
            let calls = ids.iter().map(|(id, number)| scene.publish_as(&from, id, *number));
            for (answer, (id, number)) in join_all(calls).await.into_iter().zip(&ids) {
                if let Err(error) = answer {
                    failed.insert(id.clone(), (*number, error));
                }
            }
            number += 1000;
        }
    };
    let delete = async {
        let (_connection, channel) = channel(&scene).await;
        tokio::time::sleep(SECOND / 2).await;
        let (bus, options) = (scene.names.bus.as_str().into(), Default::default());
        channel.exchange_delete(bus, options).await.unwrap();
    };
    tokio::join!(publish, delete);
    scene.until_empty(&scene.names.queue("settle")).await;
    let stored: BTreeSet<_> = scene.events(Kind::Effect, "settle").into_keys().collect();
    let mut unknown = 0;
    for (id, (_, error)) in &failed {
        match error {
            PublishError::Unknown { .. } => unknown += 1,
            PublishError::Unroutable { .. } => assert!(!stored.contains(&id.to_string()), "{id} is stored: {error}"),
            other => panic!("{other:?}"),
        }
    }

    scene.rabbit.apply(&scene.topology).await.unwrap();
    for (id, (number, _)) in &failed {
        scene.publish_as(&from, id, *number).await.unwrap();
    }
    eventually(SOON, "all effects", async || scene.report("settle").lost.is_empty()).await;
    scene.assert_at_most("settle", 2);
    assert!(scene.report("settle").repeated.len() <= unknown);
    from.shutdown().await;
    service.shutdown().await;
    scene.finish().await;
}

/// Row 15 of the fault matrix: the runtime's own copies are held, and sent after the repair.
#[tokio::test(flavor = "multi_thread")]
async fn copies_wait_for_a_deleted_exchange() {
    let scene = Scene::new(&require_broker().await, &["defer", "reject"]).await;
    let (_connection, channel) = channel(&scene).await;
    for exchange in [scene.names.delay(15), scene.names.dead_letter_exchange()] {
        channel
            .exchange_delete(exchange.as_str().into(), Default::default())
            .await
            .unwrap();
    }
    scene.publish(10).await;
    let service = scene.run_assuming(scene.log(), scene.transport()).await;
    for handler in ["defer", "reject"] {
        scene.until(Kind::Started, handler, 10).await;
    }
    tokio::time::sleep(SECOND).await;
    assert_eq!(service.snapshot().handlers[0].delayed, 0);
    assert_eq!(service.snapshot().handlers[1].dead(), 0);

    scene.rabbit.apply(&scene.topology).await.unwrap();
    scene.until(Kind::Effect, "defer", 10).await;
    eventually(SOON, "dead letters", async || {
        service.snapshot().handlers[1].dead() == 10
    })
    .await;
    scene.report("defer").assert_once();
    // Held, not tried again.
    for handler in ["defer", "reject"] {
        let attempts = scene.events(Kind::Started, handler);
        assert!(
            attempts
                .values()
                .all(|facts| facts.len() == if handler == "defer" { 2 } else { 1 })
        );
    }
    // While the exchange was there and its bindings were not, what it took went where lost events are kept.
    let (dead, lost) = (scene.bury("reject").await, scene.kept().await);
    assert_eq!(dead.len() + lost.len(), 10, "{lost:?}");
    scene.report_with("reject", lost).assert_at_least_once();
    service.shutdown().await;
    scene.finish().await;
}

/// Row 16 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_queue_is_named_and_read_again_once_it_is_back() {
    let scene = Scene::new(&require_broker().await, &["settle", "ship"]).await;
    let service = scene.run(scene.log(), scene.transport()).await;
    service.ready().await;
    scene.publish(10).await;
    scene.until(Kind::Effect, "settle", 10).await;
    let queue = scene.names.queue("settle");
    let (_connection, channel) = channel(&scene).await;
    channel
        .queue_delete(queue.as_str().into(), Default::default())
        .await
        .unwrap();
    let named = |health: Health| matches!(health, Health::Down(why) if why.contains(&queue));
    eventually(5 * SECOND, "health names the queue", async || named(service.health())).await;
    // The other handler goes on; and it stays that way.
    scene.publish(10).await;
    scene.until(Kind::Effect, "ship", 20).await;
    tokio::time::sleep(SECOND).await;
    assert!(named(service.health()), "{:?}", service.health());

    scene.rabbit.apply(&scene.topology).await.unwrap();
    eventually(SOON, "up", async || service.health() == Health::Up).await;
    assert_eq!(broker::consumers(&scene.url, &queue).await, 1);
    scene.publish(10).await;
    scene.until(Kind::Effect, "settle", 20).await;
    scene.until(Kind::Effect, "ship", 30).await;
    scene.report("ship").assert_once();
    let sessions: Vec<_> = service.snapshot().handlers.iter().map(|one| one.sessions).collect();
    assert_eq!(sessions, [2, 1]);
    service.shutdown().await;
    scene.finish().await;
}
