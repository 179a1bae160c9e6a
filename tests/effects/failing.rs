use super::world::{Does, Script, With, World, counts, idle, placed};
use event_runtime::transport::memory::MemoryTransport;

on_all!(
    a_failed_attempt_leaves_nothing,
    one_bad_event_among_many,
    panics_and_hangs_among_many,
    dead_letters_can_be_replayed,
);

async fn publish(running: &event_runtime::Running, orders: std::ops::Range<u32>) -> Vec<String> {
    let events: Vec<_> = orders
        .map(|order| (event_runtime::EventId::new(), placed(order)))
        .collect();
    let answers = running
        .publisher()
        .publish_all(events.iter().map(|(id, event)| (id.clone(), event)))
        .await;
    answers.into_iter().map(|answer| answer.unwrap().to_string()).collect()
}

async fn a_failed_attempt_leaves_nothing(world: World) {
    let script = Script::new(|_, call| if call == 3 { Does::Work } else { Does::Fail });
    let running = world
        .start("shop", &MemoryTransport::new(), &script, With::PayAndSend)
        .await;
    let ids = publish(&running, 0..1).await;
    idle(&running).await;
    assert_eq!(world.effects("pay").await, ids, "of the attempt that went well");
    assert_eq!(world.effects("send").await.len(), 1);
    let pay = counts(&running, "pay");
    assert_eq!((pay.handled, pay.failed, pay.dead()), (1, 2, 0));
    running.shutdown().await;
}

async fn one_bad_event_among_many(world: World) {
    let script = Script::new(|order, _| match order {
        40 => Does::Fail,
        60 => Does::Poison,
        _ => Does::Work,
    });
    let running = world
        .start("shop", &MemoryTransport::new(), &script, With::PayAndSend)
        .await;
    let ids = publish(&running, 0..100).await;
    idle(&running).await;
    let mut good: Vec<_> = (0..100)
        .filter(|order| ![40, 60].contains(order))
        .map(|order| ids[order].clone())
        .collect();
    good.sort();
    assert_eq!(
        world.effects("pay").await,
        good,
        "the others are as if nothing had been"
    );
    assert_eq!(world.effects("send").await.len(), 98);
    let pay = counts(&running, "pay");
    assert_eq!((pay.handled, pay.dead()), (98, 2));
    assert_eq!(script.calls_of(40), 3, "its attempts, the one in the group included");
    assert_eq!(script.calls_of(60), 1);
    let letters = running.dead_letters().list("pay").await.unwrap();
    let history = |reason: &str| letters.iter().find(|letter| letter.reason == reason).unwrap().attempts;
    assert_eq!((history("exhausted"), history("poison")), (3, 1));
    running.shutdown().await;
}

async fn panics_and_hangs_among_many(world: World) {
    let script = Script::new(|order, call| match (order, call) {
        (10, 1) => Does::Panic,
        (20, 1) => Does::Hang,
        _ => Does::Work,
    });
    let running = world
        .start("shop", &MemoryTransport::new(), &script, With::PayAndSend)
        .await;
    let mut ids = publish(&running, 0..50).await;
    ids.sort();
    idle(&running).await;
    assert_eq!(world.effects("pay").await, ids);
    assert_eq!(world.effects("send").await.len(), 50);
    assert_eq!(counts(&running, "pay").failed, 2);
    running.shutdown().await;
}

async fn dead_letters_can_be_replayed(world: World) {
    let script = Script::new(|_, call| if call > 1 { Does::Work } else { Does::Poison });
    let running = world
        .start("shop", &MemoryTransport::new(), &script, With::PayAndSend)
        .await;
    let mut ids = publish(&running, 0..5).await;
    ids.sort();
    idle(&running).await;
    assert_eq!(world.effects("pay").await.len(), 0);
    for _ in 0..2 {
        let all = event_runtime::Select::all();
        running.dead_letters().replay("pay", &all, |_| {}).await.unwrap();
        idle(&running).await;
    }
    assert_eq!(world.effects("pay").await, ids, "once, by the replay");
    running.shutdown().await;
}
