use crate::scene::Scene;
use event_runtime::message::{Limits, Outgoing};
use event_runtime::transport::{Health, PublishError, Transport};
use event_tests::require_broker;
use futures_util::future::join_all;

fn unroutable(message: &Outgoing) -> PublishError {
    PublishError::Unroutable {
        exchange: message.exchange.clone(),
        routing_key: message.routing_key.clone(),
    }
}

#[tokio::test]
async fn of_a_thousand_exactly_the_unroutable_ones_fail() {
    let scene = Scene::new().await;
    for _ in 0..5 {
        let calls = (0..1000).map(|n| {
            let key = if n % 10 == 7 { "nobody.cares" } else { "order.placed" };
            let message = scene.message(key, &n.to_string());
            scene.rabbit.publish(vec![message])
        });
        for (n, answer) in join_all(calls).await.into_iter().enumerate() {
            let expected = match n % 10 {
                7 => Err(unroutable(&scene.message("nobody.cares", ""))),
                _ => Ok(()),
            };
            assert_eq!(answer, [expected], "message {n}");
        }
    }
    assert_eq!(*scene.rabbit.health().borrow(), Health::Up);
    scene.finish().await;
}

#[tokio::test]
async fn one_batch_is_answered_in_its_order() {
    let scene = Scene::new().await;
    let key = |n: usize| {
        if n.is_multiple_of(3) {
            "nobody.cares"
        } else {
            "order.placed"
        }
    };
    let messages: Vec<_> = (0..700).map(|n| scene.message(key(n), &n.to_string())).collect();
    let expected: Vec<_> = messages
        .iter()
        .enumerate()
        .map(|(n, message)| {
            if n.is_multiple_of(3) {
                Err(unroutable(message))
            } else {
                Ok(())
            }
        })
        .collect();
    assert_eq!(scene.rabbit.publish(messages).await, expected);
    assert_eq!(scene.rabbit.depth(&scene.queue).await, Ok(466));
    scene.finish().await;
}

#[tokio::test]
async fn a_missing_exchange_fails_its_own_messages_only() {
    let scene = Scene::new().await;
    let mut messages: Vec<_> = (0..50).map(|n| scene.message("order.placed", &n.to_string())).collect();
    messages[20].exchange = format!("{}-missing", scene.bus);
    messages[30].exchange = format!("{}-missing-too", scene.bus);
    let expected: Vec<_> = messages
        .iter()
        .map(|message| {
            if message.exchange == scene.bus {
                Ok(())
            } else {
                Err(unroutable(message))
            }
        })
        .collect();
    assert_eq!(scene.rabbit.publish(messages).await, expected);
    scene.finish().await;
}

#[tokio::test]
async fn what_is_too_large_or_cannot_be_said_is_refused_before_it_is_sent() {
    let scene = Scene::at(&require_broker().await, |options| options.limits(Limits::default())).await;
    let good = scene.message("order.placed", "good");
    let mut large = good.clone();
    large.message.body = vec![0; (1 << 20) + 1].into();
    let mut long_name = good.clone();
    long_name.message.headers.push(&"n".repeat(256), "v");
    let mut long_key = good.clone();
    long_key.routing_key = "k".repeat(256);
    let mut many = good.clone();
    many.message.headers.push("text", &"t".repeat(40 << 10));
    let answers = scene
        .rabbit
        .publish(vec![large, good.clone(), long_name, long_key, many, good])
        .await;
    assert!(matches!(answers[0], Err(PublishError::TooLarge(_))), "{answers:?}");
    assert!(matches!(answers[2], Err(PublishError::Invalid(_))), "{answers:?}");
    assert!(matches!(answers[3], Err(PublishError::Invalid(_))), "{answers:?}");
    assert!(matches!(answers[4], Err(PublishError::TooLarge(_))), "{answers:?}");
    assert_eq!((&answers[1], &answers[5]), (&Ok(()), &Ok(())));
    scene.finish().await;
}

#[tokio::test]
async fn nothing_is_taken_after_closing() {
    let scene = Scene::new().await;
    let message = scene.message("order.placed", "late");
    scene.fill(1).await;
    scene.rabbit.remove(&scene.topology).await.unwrap();
    scene.rabbit.close().await;
    assert_eq!(scene.rabbit.publish(vec![message]).await, [Err(PublishError::Closed)]);
    assert_eq!(*scene.rabbit.health().borrow(), Health::Closed);
}
