use crate::scene::{Scene, flush, id, next};
use event_runtime::transport::{Session, Transport, TransportError};
use lapin::BasicProperties;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};

async fn ids(session: &mut dyn Session, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let delivery = next(session).await.unwrap();
        ids.push(id(&delivery).to_owned());
        session.recycle(delivery);
    }
    ids
}

#[tokio::test]
async fn what_is_published_arrives_with_its_headers() {
    let scene = Scene::new().await;
    scene.fill(1).await;
    let mut session = scene.read(10).await;
    let delivery = next(&mut *session).await.unwrap();
    assert_eq!((delivery.tag, delivery.redelivered, delivery.returns), (1, false, 0));
    assert_eq!(
        (&delivery.exchange, delivery.routing_key.as_str()),
        (&scene.bus, "order.placed")
    );
    assert_eq!(delivery.message.headers.get("cloudEvents_source"), Some("tests"));
    assert_eq!(delivery.message.headers.get(":user_id"), Some("guest"));
    assert_eq!(delivery.message.body, "0");
    session.ack(1, false);
    flush(&mut *session).await;
    session.close().await;
    assert_eq!(scene.rabbit.depth(&scene.queue).await, Ok(0));
    scene.finish().await;
}

#[tokio::test]
async fn a_dropped_session_gives_everything_back_in_order() {
    let scene = Scene::new().await;
    scene.fill(6).await;
    let mut session = scene.read(6).await;
    assert_eq!(ids(&mut *session, 6).await, ["0", "1", "2", "3", "4", "5"]);
    session.ack(2, true);
    session.ack(5, false);
    flush(&mut *session).await;
    drop(session);

    let mut session = scene.read(6).await;
    let first = next(&mut *session).await.unwrap();
    assert_eq!((id(&first), first.redelivered, first.returns), ("2", true, 1));
    assert_eq!(ids(&mut *session, 2).await, ["3", "5"]);
    session.ack(3, true);
    session.close().await;
    assert_eq!(scene.rabbit.depth(&scene.queue).await, Ok(0));
    scene.finish().await;
}

#[tokio::test]
async fn a_deleted_queue_ends_the_session_by_name() {
    let scene = Scene::new().await;
    let mut session = scene.read(10).await;
    let raw = event_tests::broker::connect(&event_tests::rabbit_url()).await;
    let channel = raw.create_channel().await.unwrap();
    let queue = scene.queue.as_str().into();
    channel
        .queue_delete(queue, QueueDeleteOptions::default())
        .await
        .unwrap();
    assert!(next(&mut *session).await.is_none());
    assert!(!session.usable());
    assert!(session.end().unwrap().contains(&scene.queue));
    assert_eq!(
        scene.rabbit.consume(&scene.queue, 1).await.err(),
        Some(TransportError::NoQueue(scene.queue.clone()))
    );
    drop(session);
    scene.finish().await;
}

#[tokio::test]
async fn a_double_ack_ends_only_its_own_session() {
    let scene = Scene::new().await;
    scene.fill(2).await;
    let mut bad = scene.read(1).await;
    let mut good = scene.read(1).await;
    let (first, second) = (next(&mut *bad).await.unwrap(), next(&mut *good).await.unwrap());
    bad.ack(first.tag, false);
    bad.ack(first.tag, false);
    flush(&mut *bad).await;
    assert!(next(&mut *bad).await.is_none());
    assert!(bad.end().unwrap().contains("delivery tag"), "{:?}", bad.end());
    assert!(good.usable());
    good.ack(second.tag, false);
    good.close().await;
    assert_eq!(scene.rabbit.depth(&scene.queue).await, Ok(0));
    scene.finish().await;
}

/// What another program may put into a message must not be taken for what the broker has checked.
#[tokio::test]
async fn headers_of_others_cannot_pose_as_properties() {
    let scene = Scene::new().await;
    let raw = event_tests::broker::connect(&event_tests::rabbit_url()).await;
    let channel = raw.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let mut table = FieldTable::default();
    table.insert(":user_id".into(), AMQPValue::LongString("admin".into()));
    table.insert("wild".into(), AMQPValue::LongString(LongString::from(&b"a\xff"[..])));
    table.insert("number".into(), AMQPValue::LongInt(7));
    let properties = BasicProperties::default().with_headers(table);
    let (bus, key) = (scene.bus.as_str().into(), "order.placed".into());
    let options = BasicPublishOptions::default();
    channel
        .basic_publish(bus, key, options, b"{}", properties)
        .await
        .unwrap()
        .await
        .unwrap();

    let mut session = scene.read(1).await;
    let delivery = next(&mut *session).await.unwrap();
    let headers: Vec<_> = delivery.message.headers.iter().collect();
    assert_eq!(
        headers,
        [("number", "7"), ("wild", "a\u{fffd}"), (":invalid_utf8", "wild")]
    );
    session.close().await;
    scene.finish().await;
}

#[tokio::test]
async fn closing_ends_sessions_and_says_so() {
    let scene = Scene::new().await;
    let mut session = scene.read(1).await;
    scene.rabbit.remove(&scene.topology).await.unwrap();
    scene.rabbit.close().await;
    assert!(next(&mut *session).await.is_none());
    assert!(!session.usable());
    assert!(scene.rabbit.consume(&scene.queue, 1).await.is_err());
}
