//! Processes that are killed, stopped and replaced under load. The judge is the table that the handler writes: every step of
//! every key once, in the order in which they were published.

use super::world::{Step, publish, step};
use super::yard::{SOON, Yard};
use event_runtime::prelude::*;
use event_runtime::store::HeldCount;
use event_runtime::topology::{Names, Route, Topology};
use event_runtime::transport::Transport as _;
use event_tests::child::Builder;
use event_tests::{Child, eventually};
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

/// How many events: enough to be in the middle of when somebody is killed, or what `EVENT_TEST_STEPS` says.
fn events() -> u32 {
    std::env::var("EVENT_TEST_STEPS").map_or(20_000, |steps| steps.parse().unwrap())
}

/// Twenty times `kill -9` of three processes: one of a hundred events fails twice and then works, one of a thousand is poison
/// until it is replayed, and the replay is killed as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times() {
    let yard = Yard::new().await;
    let (keys, events) = (events() / 100, events());
    let mut running: Vec<_> = (0..3).map(|_| yard.run()).collect();
    let publishing = async {
        for at in 0..40 {
            yard.publish(keys, at * events / 40..(at + 1) * events / 40).await;
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    let killing = async {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(200..700))).await;
            let which = fastrand::usize(..3);
            running[which].kill9();
            running[which] = yard.run();
        }
    };
    tokio::join!(publishing, killing);
    yard.settled(events).await;
    let held = yard.held().await;
    assert!(held.keys > 0, "something was poison: {held:?}");
    println!("{} keys hold {} events", held.keys, held.events);
    // The live processes are not mended: what they meet again is held again.
    for round in 0.. {
        assert!(round < 200, "keys are still held: {:?}", yard.held().await);
        let mut replay = yard
            .worker()
            .arg("held")
            .arg("replay")
            .arg("--all")
            .env("WORKER_MENDED", "1")
            .spawn();
        if round < 5 {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(20..150))).await;
            replay.kill9();
        } else {
            let status = replay.wait_exit(SOON).await;
            assert!(status.success(), "{}", replay.output());
        }
        yard.settled(events).await;
        if yard.held().await == HeldCount::default() {
            break;
        }
    }
    yard.judge(keys, events).await;
    for worker in &mut running {
        worker.sigterm();
        assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    }
    yard.finish().await;
}

/// Fault matrix 43 and 45: processes are asked to stop, one after another, and replaced under load.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rolling_restarts() {
    let yard = Yard::new().await;
    let (keys, events) = (20, 2_000);
    let start = || {
        yard.worker()
            .arg("run")
            .env("WORKER_MENDED", "1")
            .env("WORKER_PAUSE_MS", "1")
            .spawn()
    };
    let mut running: Vec<_> = (0..3).map(|_| start()).collect();
    let publishing = async {
        for at in 0..20 {
            yard.publish(keys, at * events / 20..(at + 1) * events / 20).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let restarting = async {
        for at in 0..9 {
            tokio::time::sleep(Duration::from_millis(400)).await;
            let worker = &mut running[at % 3];
            worker.sigterm();
            assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
            *worker = start();
        }
    };
    tokio::join!(publishing, restarting);
    yard.settled(events).await;
    yard.judge(keys, events).await;
    let dead = yard
        .wire
        .depth(&Names::new(&yard.bus, &yard.name).dead_letters("keep"))
        .await
        .unwrap();
    assert_eq!((dead, yard.held().await), (0, HeldCount::default()));
    yard.finish().await;
}

/// Fault matrix 11: a process is frozen in the middle of its work, with a transaction open, until the broker has given all
/// that it had to another one; then it goes on as if nothing had happened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_comes_back_to_life_is_fenced() {
    let yard = Yard::new().await;
    let (keys, events) = (4, 400);
    let start = || {
        yard.worker()
            .arg("run")
            .env("EVENT_URL", format!("{}?heartbeat=1", yard.url))
            .env("WORKER_MENDED", "1")
            .env("WORKER_PAUSE_MS", "10")
            .spawn()
    };
    let mut zombie = start();
    zombie.wait_line("handlers start", SOON).await;
    yard.publish(keys, 0..events).await;
    eventually(SOON, "it works", async || yard.count().await > 20).await;
    let mut other = start();
    other.wait_line("handlers start", SOON).await;
    for _ in 0..2 {
        zombie.freeze();
        tokio::time::sleep(Duration::from_millis(3_500)).await;
        zombie.thaw();
        tokio::time::sleep(Duration::from_millis(500)).await;
        std::mem::swap(&mut zombie, &mut other);
    }
    yard.settled(events).await;
    yard.judge(keys, events).await;
    for worker in [&mut zombie, &mut other] {
        worker.sigterm();
        assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    }
    yard.finish().await;
}

/// A queue that is there without an order: `plan` and `apply` say so, what to do, and change nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_say_what_to_do_about_an_old_queue() {
    let yard = Yard::new().await;
    let names = Names::new(&yard.bus, &yard.name);
    let route = Route::new("keep", vec![Step::CONTRACT]);
    let before = Topology::of_service(&names, &[route], &[]);
    yard.wire.remove(&before).await.unwrap();
    yard.wire.apply(&before).await.unwrap();
    for words in [["topology", "plan"], ["topology", "apply"]] {
        let mut child = words.iter().fold(yard.worker(), Builder::arg).spawn();
        assert!(!child.wait_exit(SOON).await.success(), "{words:?}");
        child.wait_line("give the handler a new name", SOON).await;
        child.wait_line(&format!("queue {}", names.queue("keep")), SOON).await;
    }
    assert!(yard.wire.plan(&before).await.unwrap().different.is_empty(), "as it was");
    yard.finish().await;
}

/// A process dies at `point` while it deals with a poisoned key, or replays it; others do the rest.
async fn killed_at(point: &str, replaying: bool) {
    let yard = Yard::new().await;
    // As the worker has it.
    let poison = |(key, number): &(u32, u32)| (key * 31 + number * 7) % 1000 == 3;
    let mut all = (0..1000).flat_map(|key| (3..9).map(move |number| (key, number)));
    let (key, poisoned) = all.find(poison).unwrap();
    let (key, steps) = (format!("k{key}"), poisoned + 3);
    publish(&yard.shop, (1..=steps).map(|number| step(&key, number))).await;
    let failpoint = format!("{point}:kill");
    let dies = async |mut child: Child| {
        assert_eq!(child.wait_exit(SOON).await.signal(), Some(6), "{}", child.output());
    };
    if !replaying {
        dies(yard.worker().arg("run").env("EVENT_FAILPOINT", &failpoint).spawn()).await;
    }
    let mut worker = yard.run();
    yard.settled(steps).await;
    assert_eq!((yard.held().await.keys, yard.held().await.events), (1, 4));
    let replay = || {
        yard.worker()
            .arg("held")
            .arg("replay")
            .arg(&key)
            .env("WORKER_MENDED", "1")
    };
    if replaying {
        dies(replay().env("EVENT_FAILPOINT", &failpoint).spawn()).await;
    }
    if yard.held().await.keys > 0 {
        let mut replay = replay().spawn();
        assert!(replay.wait_exit(SOON).await.success(), "{}", replay.output());
    }
    publish(&yard.shop, [step(&key, steps + 1)]).await;
    eventually(SOON, "the key goes on", async || yard.count().await > steps as usize).await;
    assert_eq!(
        yard.written().await[&key],
        (1..=i64::from(steps) + 1).collect::<Vec<_>>()
    );
    assert_eq!(yard.held().await, HeldCount::default());
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    yard.finish().await;
}

macro_rules! dies {
    ($($point:ident = $text:literal, $replaying:literal;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $point() {
            killed_at($text, $replaying).await;
        }
    )+};
}

dies!(
    before_a_key_is_held = "before-hold", false;
    between_hold_and_ack = "after-hold", false;
    before_a_replayed_event_is_committed = "before-drain", true;
    after_a_replayed_event_is_committed = "after-drain", true;
    before_a_key_is_let_go = "before-release", true;
    after_a_key_is_let_go = "after-release", true;
);
