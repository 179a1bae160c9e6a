use super::world::{Placed, Script, With, World, counts, idle, placed};
use event_runtime::EventId;
use event_runtime::transport::memory::MemoryTransport;
use std::time::Duration;

on_all!(
    duplicates_have_no_effect,
    a_duplicate_flood,
    a_business_key,
    batches_are_once_as_well,
    two_services_on_one_store,
    read_your_writes,
    known_after_a_restart,
);

fn ids(count: u32) -> Vec<(EventId, Placed)> {
    (0..count)
        .map(|number| (EventId::derived("tests", &number.to_string()), placed(number)))
        .collect()
}

/// Sorted, as texts.
fn texts(events: &[(EventId, Placed)]) -> Vec<String> {
    let mut texts: Vec<_> = events.iter().map(|(id, _)| id.to_string()).collect();
    texts.sort();
    texts
}

async fn publish(running: &event_runtime::Running, events: &[(EventId, Placed)]) {
    let events = events.iter().map(|(id, event)| (id.clone(), event));
    for answer in running.publisher().publish_all(events).await {
        answer.unwrap();
    }
}

async fn duplicates_have_no_effect(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let running = world.start("shop", &bus, &script, With::PayAndSend).await;
    let events = ids(100);
    for _ in 0..3 {
        publish(&running, &events).await;
    }
    idle(&running).await;
    assert_eq!(world.effects("pay").await, texts(&events), "each once");
    assert_eq!(world.effects("send").await.len(), 100, "and each of what they emit");
    let (pay, send) = (counts(&running, "pay"), counts(&running, "send"));
    assert_eq!((pay.delivered, pay.handled, pay.duplicates), (300, 100, 200));
    assert_eq!(
        (send.delivered, send.handled, send.duplicates),
        (100, 100, 0),
        "each was published once"
    );
    assert_eq!(script.calls(), 100);
    running.shutdown().await;
}

/// Fault matrix 32.
async fn a_duplicate_flood(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let running = world.start("shop", &bus, &script, With::PayAndSend).await;
    let (id, event) = (EventId::new(), placed(7));
    for _ in 0..20 {
        let copies = (0..500).map(|_| (id.clone(), &event));
        running
            .publisher()
            .publish_all(copies)
            .await
            .into_iter()
            .for_each(|answer| drop(answer.unwrap()));
    }
    idle(&running).await;
    assert_eq!(world.effects("pay").await, [id.to_string()]);
    assert_eq!(counts(&running, "pay").duplicates, 9_999);
    assert_eq!(world.effects("send").await.len(), 1);
    running.shutdown().await;
}

async fn a_business_key(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let running = world.start("shop", &bus, &script, With::Book).await;
    for _ in 0..3 {
        for order in 0..10 {
            // A new event id every time; the payment is the same.
            running.publisher().publish(&placed(order)).await.unwrap();
        }
    }
    idle(&running).await;
    let wanted: Vec<_> = (0..10).map(|order| format!("pay-{order}")).collect();
    assert_eq!(world.effects("book").await, wanted);
    assert_eq!(
        world.effects("send").await.len(),
        10,
        "what is emitted part-way joins the transaction"
    );
    assert_eq!(counts(&running, "book").duplicates, 20);
    let asked = running.processed::<super::world::postgres::book>(&EventId::new());
    assert!(asked.by("payment", "pay-3").now().await.unwrap());
    running.shutdown().await;
}

async fn batches_are_once_as_well(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let running = world.start("shop", &bus, &script, With::Bulk).await;
    let events = ids(200);
    publish(&running, &events[..120]).await;
    // Batches of new ones and of known ones, and the same one twice in a batch.
    publish(&running, &events).await;
    publish(&running, &events).await;
    idle(&running).await;
    assert_eq!(world.effects("bulk").await, texts(&events));
    let bulk = counts(&running, "bulk");
    assert_eq!((bulk.handled, bulk.duplicates), (200, 320));
    running.shutdown().await;
}

async fn two_services_on_one_store(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let one = world.start("one", &bus, &script, With::PayAndSend).await;
    let two = world.start("two", &bus, &script, With::Bulk).await;
    let events = ids(50);
    publish(&one, &events).await;
    publish(&two, &events).await;
    idle(&one).await;
    idle(&two).await;
    assert_eq!(world.effects("pay").await, texts(&events));
    assert_eq!(world.effects("bulk").await, texts(&events));
    one.shutdown().await;
    two.shutdown().await;
}

async fn read_your_writes(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let running = world.start("shop", &bus, &script, With::PayAndSend).await;
    let asked = |id: &EventId| running.processed::<super::world::postgres::pay>(id);
    let id = running.publisher().publish(&placed(1)).await.unwrap();
    assert!(
        asked(&id).within(Duration::from_secs(20)).await.unwrap(),
        "it has been handled"
    );
    assert_eq!(world.effects("pay").await, [id.to_string()], "and its effect is there");
    let never = EventId::new();
    assert!(!asked(&never).now().await.unwrap());
    assert!(!asked(&never).within(Duration::from_millis(120)).await.unwrap());
    running.shutdown().await;
}

async fn known_after_a_restart(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let events = ids(30);
    for _ in 0..2 {
        let running = world.start("shop", &bus, &script, With::PayAndSend).await;
        publish(&running, &events).await;
        idle(&running).await;
        assert!(running.shutdown().await);
    }
    assert_eq!(world.effects("pay").await, texts(&events));
    assert_eq!(world.effects("send").await.len(), 30);
}
