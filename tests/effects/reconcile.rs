//! Jobs that publish only what is missing, whatever becomes of a run.

use super::world::{Paid, SOON, Script, World, counts, idle, memory, postgres, sqlite};
use event_runtime::JobSnapshot;
use event_runtime::Running;
use event_runtime::prelude::*;
use event_runtime::transport::memory::MemoryTransport;
use event_tests::database::File;
use event_tests::{Child, eventually};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_all!(
    only_what_is_missing_is_published,
    a_run_may_fail_panic_and_hang,
    one_process_runs_and_another_takes_over,
    a_shutdown_breaks_a_run_off,
    published_once_whoever_is_first,
);

/// What the other system says, and what becomes of the runs: one entry each, then they go well.
#[derive(Clone, Default)]
struct Provider(Arc<Mutex<Said>>);

#[derive(Default)]
struct Said {
    orders: Vec<u32>,
    ends: Vec<End>,
    asked: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Well,
    Fails,
    Panics,
    Hangs,
}

impl Provider {
    fn new(orders: impl Iterator<Item = u32>, ends: &[End]) -> Self {
        let provider = Self::default();
        provider.say(orders);
        provider.0.lock().unwrap().ends = ends.to_vec();
        provider
    }

    fn say(&self, orders: impl Iterator<Item = u32>) {
        self.0.lock().unwrap().orders.extend(orders);
    }

    fn asked(&self) -> u32 {
        self.0.lock().unwrap().asked
    }

    fn ask(&self) -> (Vec<u32>, End) {
        let mut said = self.0.lock().unwrap();
        said.asked += 1;
        let end = if said.ends.is_empty() {
            End::Well
        } else {
            said.ends.remove(0)
        };
        (said.orders.clone(), end)
    }
}

fn id(order: u32) -> EventId {
    EventId::derived("provider", &order.to_string())
}

/// Publishes what the provider knows and we do not.
#[reconcile(every = "100ms", timeout = "2s")]
async fn missing_paid(provider: State<Provider>, missing: Missing<Paid>) -> Result<(), BoxError> {
    let (orders, end) = provider.ask();
    for order in orders {
        missing.publish(id(order), &Paid { order }).await?;
    }
    match end {
        End::Well => Ok(()),
        End::Fails => Err("the provider stumbled".into()),
        End::Panics => panic!("as told"),
        End::Hangs => std::future::pending().await,
    }
}

async fn start(world: &World, bus: &MemoryTransport, provider: &Provider) -> Running {
    let service = Service::new("shop").transport(bus.clone());
    let service = service.state(Script::work()).state(provider.clone());
    let running = match world {
        World::Memory(store) => {
            let service = service.store(store.clone()).handle::<memory::send>();
            service.reconcile::<missing_paid>().start().await
        }
        World::Sqlite(file, _) => {
            let service = service.store(file.store().await).handle::<sqlite::send>();
            service.reconcile::<missing_paid>().start().await
        }
        World::Postgres(schema, _) => {
            let service = service.store(schema.store().await).handle::<postgres::send>();
            service.reconcile::<missing_paid>().start().await
        }
    };
    let running = running.unwrap();
    tokio::time::timeout(SOON, running.ready())
        .await
        .expect("a service that is ready");
    running
}

fn job(running: &Running) -> JobSnapshot {
    running.snapshot().jobs.remove(0)
}

async fn runs(running: &Running, more: u64) {
    let before = job(running).runs;
    eventually(SOON, "more runs", async || job(running).runs >= before + more).await;
}

/// As a webhook does; whether it was the first one.
async fn once(running: &Running, world: &World, order: u32, commit: bool) -> bool {
    let mut tx = world.store().begin().await.unwrap();
    let outbox = running.outbox();
    let first = outbox
        .publish_once(tx.as_mut(), &id(order), &Paid { order })
        .await
        .unwrap();
    match commit {
        true => tx.commit().await.unwrap(),
        false => tx.rollback().await.unwrap(),
    }
    outbox.wake();
    first
}

async fn only_what_is_missing_is_published(world: World) {
    let provider = Provider::default();
    let running = start(&world, &MemoryTransport::new(), &provider).await;
    runs(&running, 1).await;
    for order in 0..5 {
        assert!(once(&running, &world, order, true).await);
        assert!(!once(&running, &world, order, true).await, "the second call");
    }
    assert!(
        once(&running, &world, 7, false).await,
        "of a transaction that is undone"
    );
    // More than one group, and some of them twice in one answer.
    provider.say((0..250).chain(240..250));
    runs(&running, 3).await;
    idle(&running).await;
    assert_eq!(counts(&running, "send").delivered, 250);
    assert_eq!(world.effects("send").await.len(), 250);
    let after = job(&running);
    assert_eq!((after.published, after.failed), (245, 0));
    assert!(after.known >= 5 + 250, "{after:?}");
    assert!(!once(&running, &world, 200, true).await, "the job was first");
    provider.say(250..251);
    runs(&running, 2).await;
    idle(&running).await;
    assert_eq!(
        (job(&running).published, counts(&running, "send").delivered),
        (246, 251)
    );
    running.shutdown().await;
}

async fn a_run_may_fail_panic_and_hang(world: World) {
    let provider = Provider::new(0..130, &[End::Fails, End::Panics, End::Hangs]);
    let running = start(&world, &MemoryTransport::new(), &provider).await;
    eventually(SOON, "three bad runs and a good one", async || job(&running).runs >= 4).await;
    let after = job(&running);
    assert_eq!(after.failed, 3, "{after:?}");
    assert_eq!(
        after.published, 130,
        "what was handed over is published, whatever came afterwards: {after:?}"
    );
    idle(&running).await;
    assert_eq!(counts(&running, "send").delivered, 130);
    assert_eq!(running.health(), event_runtime::transport::Health::Up);
    assert!(running.shutdown().await);
}

async fn one_process_runs_and_another_takes_over(world: World) {
    let bus = MemoryTransport::new();
    let (first, second) = (Provider::new(0..10, &[]), Provider::new(0..20, &[]));
    let one = start(&world, &bus, &first).await;
    runs(&one, 1).await;
    let two = start(&world, &bus, &second).await;
    runs(&one, 10).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    runs(&one, 1).await;
    assert_eq!(second.asked(), 0, "two processes ran the job");
    assert!(one.shutdown().await);
    runs(&two, 2).await;
    idle(&two).await;
    assert_eq!(
        job(&two).published,
        10,
        "what the first one has published is not missing"
    );
    two.shutdown().await;
}

async fn a_shutdown_breaks_a_run_off(world: World) {
    let provider = Provider::new(0..30, &[End::Hangs]);
    let running = start(&world, &MemoryTransport::new(), &provider).await;
    eventually(SOON, "the run", async || provider.asked() == 1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let finished = tokio::time::timeout(Duration::from_secs(10), running.shutdown()).await;
    assert!(finished.expect("a shutdown that does not wait for it"));
    let ids: Vec<_> = (0..30).map(|order| id(order).to_string()).collect();
    let seen = world.store().seen("shop:published", &ids).await.unwrap();
    assert_eq!(seen, [true; 30], "what it had handed over is published");
    assert_eq!(world.store().backlog("shop").await.unwrap().waiting, 0);
}

async fn published_once_whoever_is_first(world: World) {
    let running = start(&world, &MemoryTransport::new(), &Provider::default()).await;
    for order in 0..5 {
        let calls = (0..8).map(|_| once(&running, &world, order, true));
        let firsts = futures_util::future::join_all(calls).await;
        assert_eq!(firsts.iter().filter(|first| **first).count(), 1, "{firsts:?}");
    }
    idle(&running).await;
    assert_eq!(counts(&running, "send").delivered, 5);
    running.shutdown().await;
}

#[tokio::test]
async fn described() {
    let file = File::create();
    let describe = |json: &str| {
        let worker = Child::builder(env!("CARGO_BIN_EXE_effects-worker")).arg("describe");
        let worker = if json.is_empty() { worker } else { worker.arg(json) };
        worker
            .env("WORKER_RECONCILE", "1")
            .env("WORKER_SQLITE", file.path())
            .spawn()
    };
    for (json, says) in [
        ("", ["missing_paid", "order.paid.v1", "200ms", "14d"]),
        (
            "--json",
            [
                "\"jobs\": [",
                "\"every\": \"200ms\"",
                "\"timeout\": \"5m\"",
                "\"window\": \"14d\"",
            ],
        ),
    ] {
        let mut child = describe(json);
        assert!(child.wait_exit(SOON).await.success(), "{}", child.output());
        eventually(SOON, "the description", async || {
            says.iter().all(|says| child.output().contains(says))
        })
        .await;
    }
}
