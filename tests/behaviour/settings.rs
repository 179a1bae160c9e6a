use super::events::{Placed, placed};
use super::stage::SOON;
use event_runtime::prelude::*;
use event_runtime::transport::PublishError;
use event_runtime::transport::rabbitmq::RabbitMq;
use std::time::Duration;

#[handler]
async fn one(_: Placed) {}

#[handler(name = "one")]
async fn another(_: Placed) {}

/// What a wrong setting says: what is wrong, and what to do.
async fn says<S>(service: Service<S>) -> String {
    match service.start().await {
        Ok(_) => panic!("it starts"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn names_that_cannot_be_used() {
    for (name, why) in [
        ("", "the name is empty"),
        ("Orders", "character 1 is not allowed"),
        ("1st", "every word starts with a lower-case letter"),
        ("my service", "character 3 is not allowed"),
        ("a.b", "character 2 is not allowed"),
        ("orders#", "character 7 is not allowed"),
    ] {
        let error = says(Service::new(name).handle::<one>()).await;
        assert!(
            error.contains(&format!("service name `{name}`")) && error.contains(why),
            "{name}: {error}"
        );
    }
    let error = says(Service::new("a".repeat(65)).handle::<one>()).await;
    assert!(error.contains("too long"), "{error}");
    let error = says(Service::new("orders").bus("Events")).await;
    assert!(error.contains("bus name `Events`"), "{error}");
}

#[tokio::test]
async fn two_handlers_of_one_name() {
    let error = says(Service::new("orders").handle::<one>().handle::<another>()).await;
    assert!(
        error.contains("two handlers are called `one`") && error.contains("#[handler(name ="),
        "{error}"
    );
}

#[tokio::test]
async fn urls_that_cannot_be_used() {
    for (url, why) in [
        ("amqp://guest:guest@broker.example", "broker.example as guest"),
        ("amqp://broker.example:5672", "broker.example as guest"),
        ("http://app:hunter2@broker", "amqp://"),
        ("app:hunter2@broker", "amqp://"),
        ("amqp://app:hunter2@broker:port", "cannot be read"),
        ("amqp://app:hunter2@", "names no host"),
        ("rabbit", "amqp://"),
    ] {
        let error = says(Service::new("orders").url(url).handle::<one>()).await;
        assert!(error.contains(why), "{url}: {error}");
        assert!(!error.contains("hunter2"), "{url}: {error}");
    }
}

/// A broker that is not there is waited for; the password is in no text that the service shows.
#[tokio::test]
async fn a_broker_that_is_not_there() {
    let url = "amqp://app:hunter2@127.0.0.1:9/live";
    let service = Service::new("orders")
        .url(url)
        .grace(Duration::from_millis(100))
        .handle::<one>();
    assert!(!format!("{service:?}").contains("hunter2"), "{service:?}");
    let transport = RabbitMq::connect(url).unwrap();
    assert!(!format!("{transport:?}").contains("hunter2"), "{transport:?}");
    let running = service.start().await.unwrap();
    assert!(!format!("{running:?}").contains("hunter2"), "{running:?}");
    let answer = tokio::time::timeout(Duration::from_secs(25), running.publisher().publish(&placed(1)))
        .await
        .unwrap();
    let Err(error @ PublishError::NotReady(_)) = answer else {
        panic!("{answer:?}");
    };
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let health = || format!("{:?}", running.health());
    event_tests::eventually(SOON, "a health with the address", async || {
        health().contains("127.0.0.1:9")
    })
    .await;
    assert!(!health().contains("hunter2"), "{}", health());
    running.shutdown().await;
}
