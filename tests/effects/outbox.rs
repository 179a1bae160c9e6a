use super::world::{Paid, Script, With, World, counts, idle};
use event_runtime::prelude::*;
use event_runtime::transport::memory::MemoryTransport;
use event_tests::eventually;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_all!(
    published_when_committed_and_only_then,
    what_nobody_takes_waits_and_others_flow,
    the_relay_changes_hands,
    relays_keep_the_order,
);

async fn put(running: &event_runtime::Running, world: &World, orders: std::ops::Range<u32>, commit: bool) {
    let store = world.store();
    let mut tx = store.begin().await.unwrap();
    for order in orders {
        running.outbox().publish(tx.as_mut(), &Paid { order }).await.unwrap();
    }
    if commit {
        tx.commit().await.unwrap();
        running.outbox().wake();
    } else {
        tx.rollback().await.unwrap();
    }
}

async fn published_when_committed_and_only_then(world: World) {
    let running = world
        .start("shop", &MemoryTransport::new(), &Script::work(), With::Send)
        .await;
    put(&running, &world, 0..10, false).await;
    put(&running, &world, 10..2_000, true).await;
    put(&running, &world, 0..5, false).await;
    put(&running, &world, 2_000..2_010, true).await;
    idle(&running).await;
    assert_eq!(world.effects("send").await.len(), 2_000);
    assert_eq!(counts(&running, "send").delivered, 2_000);
    assert_eq!(
        world.store().backlog("shop").await.unwrap().waiting,
        0,
        "the outbox is empty"
    );
    running.shutdown().await;
}

/// Something nobody takes, until somebody does.
#[derive(Clone, Debug, Serialize, Deserialize, Event)]
#[event(name = "order.lost", version = 1, owner = "tests")]
struct Lost {
    #[event(key)]
    order: u32,
}

async fn what_nobody_takes_waits_and_others_flow(world: World) {
    let bus = MemoryTransport::new();
    let running = world.start("shop", &bus, &Script::work(), With::Send).await;
    let store = world.store();
    let mut tx = store.begin().await.unwrap();
    let outbox = running.outbox();
    outbox.publish(tx.as_mut(), &Lost { order: 1 }).await.unwrap();
    for order in [1, 2, 3, 1] {
        outbox.publish(tx.as_mut(), &Paid { order }).await.unwrap();
    }
    tx.commit().await.unwrap();
    outbox.wake();
    eventually(super::world::SOON, "the other keys", async || {
        world.effects("send").await.len() == 2
    })
    .await;
    let refused = store.quarantined("shop", 10).await.unwrap();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(
        (refused[0].type_name.as_str(), refused[0].key.as_deref()),
        ("order.lost.v1", Some("1"))
    );
    assert!(refused[0].reason.contains("nothing takes"), "{refused:?}");
    assert_eq!(world.effects("send").await.len(), 2, "its own key waits behind it");
    assert_eq!(store.discard("shop", Some(&[refused[0].id])).await.unwrap(), 1);
    outbox.wake();
    eventually(super::world::SOON, "all of them", async || {
        world.effects("send").await.len() == 4
    })
    .await;
    running.shutdown().await;
}

async fn the_relay_changes_hands(world: World) {
    let (bus, script) = (MemoryTransport::new(), Script::work());
    let one = world.start("shop", &bus, &script, With::Send).await;
    let two = world.start("shop", &bus, &script, With::Send).await;
    put(&two, &world, 0..100, true).await;
    eventually(super::world::SOON, "the first hundred", async || {
        world.effects("send").await.len() == 100
    })
    .await;
    one.shutdown().await;
    put(&two, &world, 100..200, true).await;
    eventually(super::world::SOON, "the second hundred", async || {
        world.effects("send").await.len() == 200
    })
    .await;
    assert_eq!(world.store().backlog("shop").await.unwrap().waiting, 0);
    let rest = tokio::time::timeout(Duration::from_secs(20), two.shutdown()).await;
    assert!(rest.unwrap());
}

/// One of many of its key.
#[derive(Clone, Debug, Serialize, Deserialize, Event)]
#[event(name = "line.step", version = 1, owner = "tests")]
struct Step {
    #[event(key)]
    key: u32,
    step: u32,
}

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeMap<u32, Vec<u32>>>>);

#[handler(concurrency = 1)]
async fn write_down(step: Step, seen: State<Seen>) {
    let Seen(seen) = &*seen;
    seen.lock().unwrap().entry(step.key).or_default().push(step.step);
}

/// Fault matrix 31: two processes that relay and take turns, and confirms that get lost.
async fn relays_keep_the_order(world: World) {
    const KEYS: u32 = 20;
    let (bus, seen) = (MemoryTransport::new(), Seen::default());
    let reader = Service::new("reader").transport(bus.clone()).state(seen.clone());
    let reader = reader.handle::<write_down>().start().await.unwrap();
    let script = Script::work();
    let mut relays = vec![
        world.start("shop", &bus, &script, With::Send).await,
        world.start("shop", &bus, &script, With::Send).await,
    ];
    let store = world.store();
    for step in 0..120 {
        let mut tx = store.begin().await.unwrap();
        for key in 0..KEYS {
            let event = Step { key, step };
            relays[0].outbox().publish(tx.as_mut(), &event).await.unwrap();
        }
        tx.commit().await.unwrap();
        relays[0].outbox().wake();
        if step % 30 == 10 {
            bus.faults().lose_confirms(3);
        }
        if step % 40 == 20 {
            relays.remove(0).shutdown().await;
            relays.push(world.start("shop", &bus, &script, With::Send).await);
        }
    }
    eventually(super::world::SOON, "all of them", async || {
        store.backlog("shop").await.unwrap().waiting == 0
    })
    .await;
    idle(&reader).await;
    for (key, steps) in std::mem::take(&mut *seen.0.lock().unwrap()) {
        let mut first = steps.clone();
        let mut known = HashSet::new();
        first.retain(|step| known.insert(*step));
        assert!(first.iter().copied().eq(0..120), "key {key}: {steps:?}");
    }
    for running in relays.into_iter().chain([reader]) {
        running.shutdown().await;
    }
}

/// Fault matrix 29: an event with a smaller number that is committed long after its neighbours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_commit_is_not_skipped() {
    let world = World::postgres().await;
    let running = world
        .start("shop", &MemoryTransport::new(), &Script::work(), With::Send)
        .await;
    let store = world.store();
    let mut late = store.begin().await.unwrap();
    running
        .outbox()
        .publish(late.as_mut(), &Paid { order: 0 })
        .await
        .unwrap();
    put(&running, &world, 1..700, true).await;
    eventually(super::world::SOON, "the others", async || {
        world.effects("send").await.len() == 699
    })
    .await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    put(&running, &world, 700..710, true).await;
    late.commit().await.unwrap();
    eventually(super::world::SOON, "the late one", async || {
        world.effects("send").await.len() == 710
    })
    .await;
    running.shutdown().await;
}

/// The broker takes nothing for a while: everything stays in the outbox, and goes out in order afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_takes_nothing() {
    let world = World::sqlite().await;
    let bus = MemoryTransport::new();
    let running = world.start("shop", &bus, &Script::work(), With::Send).await;
    bus.faults().block("disk alarm");
    put(&running, &world, 0..300, true).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let store = world.store();
    let backlog = store.backlog("shop").await.unwrap();
    assert_eq!((backlog.waiting, backlog.quarantined), (300, 0));
    bus.faults().unblock();
    // Confirms that get lost: published again, and absorbed by the inbox.
    bus.faults().lose_confirms(2);
    idle(&running).await;
    assert_eq!(world.effects("send").await.len(), 300);
    assert!(counts(&running, "send").duplicates > 0);
    running.shutdown().await;
}
