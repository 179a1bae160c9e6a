use crate::scene::{PATIENCE, Scene, id, next, plain_queue};
use event_runtime::topology::{Exchange, ExchangeKind, Ladder, Names, Route, Topology};
use event_runtime::transport::{Transport, TransportError};
use event_tests::unique;
use std::time::{Duration, Instant};
use tokio::time::timeout;

#[tokio::test]
async fn a_plan_says_what_is_missing_and_what_differs() {
    let scene = Scene::new().await;
    let mut wanted = scene.topology.clone();
    let plan = scene.rabbit.plan(&wanted).await.unwrap();
    assert_eq!((plan.missing.len(), plan.different.len(), plan.present), (0, 0, 2));

    let (extra, fresh) = (unique("extra"), unique("fresh"));
    wanted.queues.push(plain_queue(&extra));
    wanted.exchanges.push(Exchange {
        name: fresh.clone(),
        kind: ExchangeKind::Direct,
        alternate: None,
    });
    wanted.queues[0].message_ttl = Some(Duration::from_secs(5));
    let plan = scene.rabbit.plan(&wanted).await.unwrap();
    assert_eq!(plan.missing, [format!("exchange {fresh}"), format!("queue {extra}")]);
    assert_eq!((plan.different.len(), plan.present), (1, 1));
    let different = &plan.different[0];
    assert!(
        different.starts_with(&format!("queue {}: ", scene.queue)),
        "{different}"
    );
    assert!(different.contains("x-message-ttl"), "{different}");

    // Nothing is made when something differs.
    let refused = scene.rabbit.apply(&wanted).await.unwrap_err();
    assert!(matches!(&refused, TransportError::Different { object, .. } if object.ends_with(&scene.queue)));
    assert_eq!(
        scene.rabbit.depth(&extra).await,
        Err(TransportError::NoQueue(extra.clone()))
    );

    // Removing what is not there is no error.
    scene.rabbit.remove(&wanted).await.unwrap();
    scene.rabbit.remove(&wanted).await.unwrap();
    scene.finish().await;
}

#[tokio::test]
async fn a_ladder_delays_and_comes_back_to_one_handler() {
    let scene = Scene::new().await;
    let service = unique("svc");
    let names = Names::new(&scene.bus, &service);
    let route = |handler: &str| Route::new(handler, Vec::new());
    let topology = Topology::of_service(&names, &[route("h1"), route("h2")], &[]);
    let made = scene.rabbit.apply(&topology).await.unwrap();
    assert_eq!((made.present, made.different.len()), (1, 0), "{made:?}");
    let again = scene.rabbit.apply(&topology).await.unwrap();
    assert!(again.missing.is_empty(), "{again:?}");

    let mut session = scene.rabbit.consume(&names.queue("h1"), 10).await.unwrap();
    let delays = [1750, 250, 1000];
    let messages = delays.map(|delay| {
        let mut message = scene.message("", &delay.to_string());
        message.exchange = names.delay(Ladder::LEVELS - 1);
        message.routing_key = Ladder::routing_key(Duration::from_millis(delay), "h1");
        message
    });
    let start = Instant::now();
    let answers = scene.rabbit.publish(messages.to_vec()).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    for expected in [250, 1000, 1750] {
        let delivery = timeout(PATIENCE, next(&mut *session)).await.unwrap().unwrap();
        let after = start.elapsed();
        assert_eq!(id(&delivery), expected.to_string());
        assert!(names.is_return_path(&delivery.exchange), "{}", delivery.exchange);
        let early = Duration::from_millis(expected - 10);
        let late = Duration::from_millis(expected + 1500);
        assert!(after > early && after < late, "{expected} ms took {after:?}");
        session.ack(delivery.tag, false);
    }
    session.close().await;
    for queue in [names.queue("h1"), names.queue("h2"), names.lost()] {
        assert_eq!(scene.rabbit.depth(&queue).await, Ok(0), "{queue}");
    }
    scene.rabbit.remove(&topology).await.unwrap();
    scene.finish().await;
}
