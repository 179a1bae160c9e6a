//! Careful replays: a canary, a rate, an end at what is new.

use super::events::{Paid, Placed, placed};
use super::stage::{Seen, Stage, letters, reaches};
use event_runtime::prelude::*;
use event_runtime::store::memory::MemoryStore;
use event_runtime::{Replay, Running, Select};
use event_tests::eventually;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

on_both!(
    a_canary_that_lives,
    a_canary_that_dies,
    a_canary_of_a_handler_with_a_store,
    a_canary_of_a_batch,
    a_canary_on_the_ladder,
    what_fails_in_a_new_way_ends_it,
    not_faster_than_told,
    old_versions_are_replayed_as_new_ones,
);

#[derive(Debug, thiserror::Error, Failure)]
pub(super) enum Trouble {
    #[error("order {0} is refused")]
    #[failure(poison)]
    Refused(u32),
    #[error("order {0} is broken")]
    #[failure(poison)]
    Broken(u32),
    #[error("order {0} must wait")]
    #[failure(retry(after = "5100ms"))]
    Later(u32),
    #[error("order {0} is nobody's")]
    #[failure(skip)]
    Nobody(u32),
}

/// What a handler does about an order; the same one for every clone.
#[derive(Clone, Default)]
pub(super) struct Orders(Arc<Mutex<BTreeMap<u32, Makes>>>);

pub(super) type Makes = fn(u32) -> Trouble;

impl Orders {
    pub(super) fn all(of: impl Iterator<Item = u32>, trouble: Makes) -> Self {
        Self(Arc::new(Mutex::new(of.map(|order| (order, trouble)).collect())))
    }

    pub(super) fn becomes(&self, order: u32, trouble: Option<Makes>) {
        let mut orders = self.0.lock().unwrap();
        match trouble {
            Some(trouble) => drop(orders.insert(order, trouble)),
            None => drop(orders.remove(&order)),
        }
    }

    pub(super) fn mended(&self) {
        self.0.lock().unwrap().clear();
    }

    fn act(&self, order: u32) -> Result<(), Trouble> {
        match self.0.lock().unwrap().get(&order) {
            Some(trouble) => Err(trouble(order)),
            None => Ok(()),
        }
    }
}

#[handler]
pub(super) async fn take(order: Placed, orders: State<Orders>, seen: State<Seen<u32>>) -> Result<(), Trouble> {
    orders.act(order.order)?;
    seen.push(order.order);
    Ok(())
}

#[handler(idempotent)]
pub(super) async fn take_once(order: Placed, orders: State<Orders>, seen: State<Seen<u32>>) -> Result<Paid, Trouble> {
    seen.push(order.order);
    orders.act(order.order)?;
    Ok(Paid { order: order.order })
}

#[handler(batch(max = 3, within = "20ms"))]
async fn take_many(batch: Batch<Placed>, orders: State<Orders>, seen: State<Seen<u32>>) -> Result<(), Trouble> {
    for envelope in batch.iter() {
        orders.act(envelope.event.order)?;
    }
    for envelope in batch.iter() {
        seen.push(envelope.event.order);
    }
    Ok(())
}

#[handler(concurrency = 1)]
pub(super) async fn note(paid: Paid, seen: State<Seen<u32>>) {
    seen.push(1000 + paid.order);
}

pub(super) struct Scene {
    pub(super) orders: Orders,
    pub(super) seen: Seen<u32>,
}

impl Scene {
    /// Every order of these fails.
    pub(super) fn failing(of: std::ops::Range<u32>) -> Self {
        Self {
            orders: Orders::all(of, Trouble::Refused),
            seen: Seen::new(),
        }
    }
}

macro_rules! started {
    ($stage:ident, $scene:ident, $handler:ident) => {
        $stage
            .start(
                $stage
                    .service()
                    .state($scene.orders.clone())
                    .state($scene.seen.clone())
                    .handle::<$handler>(),
            )
            .await
    };
}

pub(super) async fn publish(service: &Running, orders: std::ops::Range<u32>) {
    for order in orders {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
}

fn careful(canary: u32) -> Replay {
    Replay::new().canary(canary).canary_within(Duration::from_secs(60))
}

/// Every one of the canary was handled before the others were sent; the receipts are gone.
async fn a_canary_that_lives(stage: &Stage) {
    let scene = Scene::failing(0..10);
    let service = started!(stage, scene, take);
    publish(&service, 0..10).await;
    letters(&service, "take", 10).await;
    scene.orders.mended();
    // A skipped one is handled as well.
    scene.orders.becomes(2, Some(Trouble::Nobody));
    let dead = service.dead_letters();
    let done = dead
        .replay_with("take", &Select::all(), &careful(4), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, done.left, &done.stopped), (10, 0, &None), "{done:?}");
    assert!(done.failed.is_empty());
    reaches(&service, "take", "all of them", |counts| {
        counts.handled == 9 && counts.skipped == 1
    })
    .await;
    eventually(Duration::from_secs(30), "an empty queue", async || {
        dead.count("take").await.is_ok_and(|count| count == 0)
    })
    .await;
    assert!(dead.list("take").await.unwrap().is_empty());
    // More than there are.
    let done = dead
        .replay_with("take", &Select::all(), &careful(4), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, &done.stopped), (0, &None));
    service.shutdown().await;
}

async fn a_canary_that_dies(stage: &Stage) {
    let scene = Scene::failing(0..10);
    let service = started!(stage, scene, take);
    publish(&service, 0..10).await;
    let found = letters(&service, "take", 10).await;
    scene.orders.mended();
    let sick: u32 = found[1].key.as_ref().unwrap().parse().unwrap();
    scene.orders.becomes(sick, Some(Trouble::Refused));
    let dead = service.dead_letters();
    let done = dead
        .replay_with("take", &Select::all(), &careful(3), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, done.left), (3, 7), "{done:?}");
    assert_eq!((done.failed.len(), done.failed[0].new), (1, false));
    assert_eq!(Some(&done.failed[0].id), found[1].id.as_ref());
    assert!(
        done.stopped.as_ref().unwrap().contains(&done.failed[0].id),
        "says which: {done:?}"
    );
    assert_eq!(scene.seen.len(), 2);
    let left = letters(&service, "take", 8).await;
    let ids = |letters: &[event_runtime::DeadLetter]| -> Vec<_> {
        letters.iter().map(|letter| letter.id.clone().unwrap()).collect()
    };
    let mut expected = ids(&found[3..]);
    expected.push(done.failed[0].id.clone());
    assert_eq!(
        ids(&left),
        expected,
        "in their order, and behind them the one that failed again"
    );
    // Mended, the same replay goes on.
    scene.orders.mended();
    let done = dead
        .replay_with("take", &Select::all(), &careful(3), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, done.left, &done.stopped), (8, 0, &None), "{done:?}");
    scene.seen.reaches(10).await;
    service.shutdown().await;
}

async fn a_canary_of_a_handler_with_a_store(stage: &Stage) {
    let scene = Scene::failing(0..6);
    let service = stage
        .service()
        .store(MemoryStore::new())
        .state(scene.orders.clone())
        .state(scene.seen.clone())
        .handle::<take_once>()
        .handle::<note>();
    let service = stage.start(service).await;
    publish(&service, 0..6).await;
    letters(&service, "take_once", 6).await;
    scene.orders.mended();
    let done = service.dead_letters();
    let done = done
        .replay_with("take_once", &Select::all(), &careful(6), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, done.left, &done.stopped), (6, 0, &None), "{done:?}");
    reaches(&service, "note", "what they emit", |counts| counts.handled == 6).await;
    service.shutdown().await;
}

async fn a_canary_of_a_batch(stage: &Stage) {
    let scene = Scene::failing(0..5);
    let service = started!(stage, scene, take_many);
    publish(&service, 0..5).await;
    letters(&service, "take_many", 5).await;
    scene.orders.mended();
    scene.orders.becomes(4, Some(Trouble::Refused));
    let dead = service.dead_letters();
    let done = dead
        .replay_with("take_many", &Select::all(), &careful(5), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, done.failed.len()), (5, 1), "{done:?}");
    assert!(done.stopped.is_some(), "{done:?}");
    assert_eq!(scene.seen.len(), 4);
    service.shutdown().await;
}

#[handler(retry(attempts = 2))]
async fn patient(order: Placed, at: Context, orders: State<Orders>, seen: State<Seen<u32>>) -> Result<(), Trouble> {
    seen.push(at.attempt);
    match at.replay && at.attempt == 1 {
        true => Err(Trouble::Later(order.order)),
        false => orders.act(order.order),
    }
}

/// On the ladder nothing is decided yet.
async fn a_canary_on_the_ladder(stage: &Stage) {
    let scene = Scene::failing(0..1);
    let service = started!(stage, scene, patient);
    publish(&service, 0..1).await;
    letters(&service, "patient", 1).await;
    scene.orders.mended();
    let dead = service.dead_letters();
    let done = dead
        .replay_with("patient", &Select::all(), &careful(1), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, &done.stopped), (1, &None), "{done:?}");
    assert_eq!(scene.seen.all(), [1, 1, 2], "it was waited for");
    service.shutdown().await;
}

async fn what_fails_in_a_new_way_ends_it(stage: &Stage) {
    let scene = Scene::failing(0..30);
    let service = started!(stage, scene, take);
    publish(&service, 0..30).await;
    let found = letters(&service, "take", 30).await;
    let (same, new) = (&found[1], &found[4]);
    scene.orders.mended();
    scene
        .orders
        .becomes(same.key.as_ref().unwrap().parse().unwrap(), Some(Trouble::Refused));
    scene
        .orders
        .becomes(new.key.as_ref().unwrap().parse().unwrap(), Some(Trouble::Broken));
    let dead = service.dead_letters();
    let slowly = Replay::new().rate(10, Duration::from_secs(1));
    let done = dead.replay_with("take", &Select::all(), &slowly, |_| {}).await.unwrap();
    assert!((5..30).contains(&done.sent), "{done:?}");
    assert_eq!(done.sent + done.left, 30);
    let failed: Vec<_> = done
        .failed
        .iter()
        .map(|failed| (Some(&failed.id), failed.new))
        .collect();
    assert_eq!(failed, [(same.id.as_ref(), false), (new.id.as_ref(), true)]);
    let why = done.stopped.unwrap();
    assert!(
        why.contains("in another way than before (poison)") && why.contains("is broken"),
        "{why}"
    );
    letters(&service, "take", (done.left + 2) as usize).await;
    // It is not new any more: the same replay goes on.
    let done = dead.replay_with("take", &Select::all(), &slowly, |_| {}).await.unwrap();
    assert_eq!((done.left, &done.stopped), (0, &None), "{done:?}");
    scene.seen.reaches(28).await;
    service.shutdown().await;
}

async fn not_faster_than_told(stage: &Stage) {
    let scene = Scene::failing(0..11);
    let service = started!(stage, scene, take);
    publish(&service, 0..11).await;
    letters(&service, "take", 11).await;
    scene.orders.mended();
    let begun = Instant::now();
    let slowly = Replay::new().rate(10, Duration::from_secs(1));
    let dead = service.dead_letters();
    let done = dead.replay_with("take", &Select::all(), &slowly, |_| {}).await.unwrap();
    assert_eq!((done.sent, done.left), (11, 0));
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    service.shutdown().await;
}

/// As it was.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "stock.counted", version = 1, owner = "tests")]
struct CountedV1 {
    #[event(key)]
    shelf: u32,
    amount: u32,
}

/// As it is.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "stock.counted", version = 2, owner = "tests", upcast_from = CountedV1)]
struct Counted {
    #[event(key)]
    shelf: u32,
    pieces: u32,
}

impl From<CountedV1> for Counted {
    fn from(old: CountedV1) -> Self {
        Self {
            shelf: old.shelf,
            pieces: 12 * old.amount,
        }
    }
}

#[handler]
async fn count(counted: Counted, at: Context, seen: State<Seen<u32>>) -> Result<(), Trouble> {
    match at.replay {
        true => seen.push(counted.pieces),
        false => return Err(Trouble::Refused(counted.shelf)),
    }
    Ok(())
}

async fn old_versions_are_replayed_as_new_ones(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<count>()).await;
    let old = CountedV1 { shelf: 7, amount: 3 };
    service.publisher().publish(&old).await.unwrap();
    let found = letters(&service, "count", 1).await;
    assert_eq!(found[0].event_type, "stock.counted.v1");
    assert_eq!(
        service
            .dead_letters()
            .replay("count", &Select::all(), |_| {})
            .await
            .unwrap()
            .sent,
        1
    );
    seen.reaches(1).await;
    assert_eq!(seen.all(), [36]);
    service.shutdown().await;
}
