//! Replays of a handler with an order: its live events wait until the old ones are done.

use super::world::{Step, Trouble, publish, step, steps};
use super::yard::{SOON as LONG, Yard};
use crate::behaviour::stage::{SOON, Stage};
use event_runtime::Running;
use event_runtime::prelude::*;
use event_runtime::store::memory::MemoryStore;
use event_runtime::topology::{Names, Topology};
use event_runtime::transport::Transport as _;
use event_tests::eventually;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_both!(
    live_events_wait_for_the_old_ones,
    what_is_broken_off_can_go_on,
    what_is_broken_off_can_be_ended,
    only_where_there_is_an_order,
);

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the handler did: name, number, whether it was a replay.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<(String, u32, bool)>>>);

impl Diary {
    fn of(&self, name: &str) -> Vec<(u32, bool)> {
        let all = self.0.lock().unwrap();
        let own = all.iter().filter(|(of, ..)| of == name);
        own.map(|(_, number, replay)| (*number, *replay)).collect()
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    async fn reaches(&self, count: usize) {
        eventually(SOON, "so many", async || self.len() >= count).await;
    }
}

#[handler(idempotent, ordered_by = "name")]
async fn note(step: Step, at: Context, diary: State<Diary>) -> Result<(), Trouble> {
    tokio::time::sleep(Duration::from_millis(3)).await;
    diary.0.0.lock().unwrap().push((step.name, step.number, at.replay));
    Ok(())
}

#[handler]
async fn unordered(_: Step) {}

async fn start(stage: &Stage, diary: &Diary, store: &MemoryStore) -> Running {
    let service = stage
        .service()
        .archive(DAY, 50_000_000)
        .store(store.clone())
        .state(diary.clone());
    stage.start(service.publishes::<Step>().handle::<note>()).await
}

fn replayed(numbers: std::ops::RangeInclusive<u32>) -> impl Iterator<Item = (u32, bool)> {
    numbers.map(|number| (number, true))
}

fn live(numbers: std::ops::RangeInclusive<u32>) -> impl Iterator<Item = (u32, bool)> {
    numbers.map(|number| (number, false))
}

async fn live_events_wait_for_the_old_ones(stage: &Stage) {
    let (diary, store) = (Diary::default(), MemoryStore::new());
    let running = start(stage, &diary, &store).await;
    publish(&running, steps(&NAMES, 10)).await;
    diary.reaches(50).await;
    let sending = AtomicBool::new(false);
    let replay = running.replay("note").unwrap().force().rate(10_000).pause_live();
    let replaying = replay.run(|at| sending.store(at.sent > 0, Ordering::Relaxed));
    let publishing = async {
        eventually(SOON, "it sends", async || sending.load(Ordering::Relaxed)).await;
        publish(&running, NAMES.iter().map(|name| step(name, 11))).await;
        publish(&running, NAMES.iter().map(|name| step(name, 12))).await;
    };
    let (done, ()) = tokio::join!(replaying, publishing);
    let done = done.unwrap();
    assert_eq!((done.events, done.sent), (50, 50));
    diary.reaches(110).await;
    publish(&running, NAMES.iter().map(|name| step(name, 13))).await;
    diary.reaches(115).await;
    for name in NAMES {
        let wanted: Vec<_> = live(1..=10).chain(replayed(1..=10)).chain(live(11..=13)).collect();
        assert_eq!(diary.of(name), wanted, "{name}");
    }
    let wire = stage.connect();
    for queue in ["note.replay", "note.replayed"] {
        assert!(
            wire.depth(&stage.names().queue(queue)).await.is_err(),
            "{queue} is still there"
        );
    }
    wire.close().await;
    running.shutdown().await;
}

/// Replays into a file, and ends in the middle.
async fn broken_off(running: &Running, file: &PathBuf) {
    let half = AtomicBool::new(false);
    let replay = running
        .replay("note")
        .unwrap()
        .force()
        .rate(100)
        .pause_live()
        .state(file);
    tokio::select! {
        done = replay.run(|at| half.store(at.sent >= 20, Ordering::Relaxed)) => panic!("it ended: {done:?}"),
        () = eventually(SOON, "half of it", async || half.load(Ordering::Relaxed)) => {}
    }
}

fn file(stage: &Stage) -> PathBuf {
    std::env::temp_dir().join(format!("{}.json", stage.bus))
}

async fn what_is_broken_off_can_go_on(stage: &Stage) {
    let (diary, store) = (Diary::default(), MemoryStore::new());
    let running = start(stage, &diary, &store).await;
    publish(&running, steps(&NAMES, 10)).await;
    diary.reaches(50).await;
    broken_off(&running, &file(stage)).await;
    publish(&running, NAMES.iter().map(|name| step(name, 11))).await;
    let refused = running
        .replay("note")
        .unwrap()
        .pause_live()
        .run(|_| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("wait for a replay already") && refused.contains("replay --handler note --resume-live"),
        "{refused}"
    );
    // Another process takes over in the middle.
    running.shutdown().await;
    let running = start(stage, &diary, &store).await;
    let resumed = running.resume_replay(file(stage)).unwrap().rate(10_000);
    let done = resumed.run(|_| {}).await.unwrap();
    assert_eq!(done.events, 50);
    assert!(!file(stage).exists());
    diary.reaches(105).await;
    for name in NAMES {
        let seen = diary.of(name);
        // What was in hand when the process was stopped may have begun twice; the inbox lets it be done once.
        let wanted: Vec<_> = live(1..=10).chain(replayed(1..=10)).chain(live(11..=11)).collect();
        assert_eq!(seen, wanted, "{name}");
    }
    running.shutdown().await;
}

async fn what_is_broken_off_can_be_ended(stage: &Stage) {
    let (diary, store) = (Diary::default(), MemoryStore::new());
    let running = start(stage, &diary, &store).await;
    let nothing = running.resume_live("note").await.unwrap_err().to_string();
    assert!(
        nothing.contains("no replay keeps the live events of `note` waiting"),
        "{nothing}"
    );
    publish(&running, steps(&NAMES, 10)).await;
    diary.reaches(50).await;
    broken_off(&running, &file(stage)).await;
    publish(&running, NAMES.iter().map(|name| step(name, 11))).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(
        NAMES.iter().all(|name| !diary.of(name).contains(&(11, false))),
        "it waits"
    );
    running.resume_live("note").await.unwrap();
    eventually(SOON, "the live ones", async || {
        NAMES.iter().all(|name| diary.of(name).last() == Some(&(11, false)))
    })
    .await;
    std::fs::remove_file(file(stage)).unwrap();
    running.shutdown().await;
}

async fn only_where_there_is_an_order(stage: &Stage) {
    let service = stage.service().archive(DAY, 50_000_000).publishes::<Step>();
    let running = stage.start(service.handle::<unordered>()).await;
    let refused = running.replay("unordered").unwrap().pause_live().run(|_| {}).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("`unordered` has no order"), "{refused}");
    running.shutdown().await;
}

/// Events are lost, and come back from the archive in front of the live ones: also when the replay dies at `point` and the
/// processes die all the time.
async fn comes_back(point: &str) {
    let yard = Yard::new().await;
    let (keys, old, lost, all) = (20, 400, 1_000, 1_600);
    yard.command(&["topology", "apply", "--archive", "1d/50MB"]).await;
    let names = Names::new(&yard.bus, &yard.name);
    let start = || {
        yard.worker()
            .arg("run")
            .env("WORKER_MENDED", "1")
            .env("RUST_LOG", "error")
            .spawn()
    };
    let mut worker = start();
    yard.publish(keys, 0..old).await;
    eventually(LONG, "the first ones", async || yard.count().await == old as usize).await;
    worker.sigterm();
    assert!(worker.wait_exit(LONG).await.success(), "{}", worker.output());
    // Somebody has emptied the queue.
    yard.publish(keys, old..lost).await;
    yard.lose((lost - old) as usize).await;
    let file = std::env::temp_dir().join(format!("{}.json", yard.bus));
    let path = file.to_str().unwrap();
    let replay = [
        "replay",
        "--handler",
        "keep",
        "--pause-live",
        "--rate",
        "1000/s",
        "--state",
        path,
    ];
    let replay = replay.iter().fold(yard.worker(), |worker, word| worker.arg(word));
    let mut dying = replay.env("EVENT_FAILPOINT", format!("{point}:kill")).spawn();
    // Live events are late from the moment that something was sent.
    let state = || serde_json::from_slice::<serde_json::Value>(&std::fs::read(&file).ok()?).ok();
    eventually(LONG, "it sends", async || {
        state().is_some_and(|state| state["sent"].as_u64() > Some(0))
    })
    .await;
    let mut running = vec![start(), start()];
    let publishing = async {
        for at in lost..all {
            yard.publish(keys, at..at + 1).await;
        }
    };
    let killing = async {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let which = fastrand::usize(..2);
            running[which].kill9();
            running[which] = start();
        }
        assert!(!dying.wait_exit(LONG).await.success(), "{}", dying.output());
        let id = state().unwrap()["id"].as_str().unwrap().to_owned();
        yard.command(&["replay", "--resume", &id, "--rate", "1000/s", "--state", path])
            .await;
        assert!(!file.exists());
    };
    tokio::join!(publishing, killing);
    yard.settled(all).await;
    yard.judge(keys, all).await;
    for worker in &mut running {
        worker.sigterm();
        assert!(worker.wait_exit(LONG).await.success(), "{}", worker.output());
    }
    let mut archive = Topology::default();
    archive.archive(&names, "1d/50MB".parse().unwrap());
    archive.exchanges.clear();
    yard.wire.remove(&archive).await.unwrap();
    yard.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_sends() {
    comes_back("after-position").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_the_live_ones_go_on() {
    comes_back("before-live").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_live_ones_went_on() {
    comes_back("after-live").await;
}
