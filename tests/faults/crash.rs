//! Processes that are killed, and kill themselves at the worst moment.

use crate::scene::{SECOND, SOON, Scene};
use event_tests::{Kind, eventually, require_broker};
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;

const ABORTED: Option<i32> = Some(6);

/// Row 1 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_killed_in_mid_handler_loses_nothing() {
    let scene = Scene::new(&require_broker().await, &["settle"]).await;
    scene.publish(40).await;
    let mut worker = scene.worker().env("WORKER_HOLD", "yes").spawn();
    // Sixteen at a time: in the end all of them are orders that are held.
    scene.until(Kind::Started, "settle", 32).await;
    worker.kill9();
    let (killed, started) = (worker.pid(), scene.count(Kind::Started, "settle"));
    assert!(scene.report("settle").effects <= 20);

    let _worker = scene.worker().spawn();
    scene.until(Kind::Effect, "settle", 40).await;
    // What was in hand is delivered again, as the attempt that it was.
    let again = scene.events(Kind::Started, "settle");
    assert!(
        again
            .values()
            .flatten()
            .all(|fact| fact.key.as_deref() == Some("attempt 1"))
    );
    assert!(again.values().filter(|facts| facts.len() > 1).count() <= started);
    // Repeated is only what the dead one had done and could not ack.
    for facts in scene.events(Kind::Effect, "settle").values() {
        let pids: BTreeSet<_> = facts.iter().map(|fact| fact.pid).collect();
        assert_eq!(pids.len(), facts.len(), "twice in one process: {facts:?}");
        assert!(facts.len() == 1 || pids.contains(&killed));
    }
    scene.assert_at_most("settle", 2);
    scene.until_empty(&scene.names.queue("settle")).await;
    scene.finish().await;
}

/// Kills a worker at `point`, starts another one.
async fn killed_at(point: &str, handler: &'static str) -> Scene {
    let scene = Scene::new(&require_broker().await, &[handler]).await;
    scene.publish(1).await;
    let mut worker = scene.worker().env("EVENT_FAILPOINT", format!("{point}:kill")).spawn();
    assert_eq!(worker.wait_exit(SOON).await.signal(), ABORTED);
    assert_eq!(attempts(&scene, handler), ["attempt 1"]);
    scene
}

fn attempts(scene: &Scene, handler: &str) -> Vec<String> {
    let started = scene.events(Kind::Started, handler);
    started.into_values().flatten().filter_map(|fact| fact.key).collect()
}

async fn retried(point: &str, expected: &[&str], effects: usize) {
    let scene = killed_at(point, "defer").await;
    let _worker = scene.worker().spawn();
    let done = async || attempts(&scene, "defer").len() >= expected.len();
    eventually(SOON, "every attempt", done).await;
    // Nothing may follow.
    tokio::time::sleep(SECOND).await;
    let mut attempts = attempts(&scene, "defer");
    attempts.sort();
    assert_eq!(attempts, expected);
    let report = scene.report("defer");
    report.assert_at_least_once();
    assert_eq!((report.effects, report.dead), (effects, 0), "{report}");
    scene.until_empty(&scene.names.queue("defer")).await;
    scene.finish().await;
}

/// Row 3 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_around_the_retry_copy_costs_a_repetition_and_no_event() {
    tokio::join!(
        // The copy and the original, each until its end.
        retried("after-copy", &["attempt 1", "attempt 1", "attempt 2", "attempt 2"], 2),
        retried("before-copy", &["attempt 1", "attempt 1", "attempt 2"], 1),
    );
}

async fn buried(point: &str, letters: usize) {
    let scene = killed_at(point, "reject").await;
    let _worker = scene.worker().spawn();
    let started = async || attempts(&scene, "reject").len() == 2;
    eventually(SOON, "the second attempt", started).await;
    scene.until_empty(&scene.names.queue("reject")).await;
    tokio::time::sleep(SECOND).await;
    let ids = scene.bury("reject").await;
    assert_eq!(ids.len(), letters);
    let report = scene.report("reject");
    report.assert_at_least_once();
    assert_eq!((report.confirmed, report.dead, report.effects), (1, 1, 0), "{report}");
    scene.finish().await;
}

/// Row 4 of the fault matrix.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_around_the_dead_letter_costs_a_second_copy_of_the_same_id_at_most() {
    tokio::join!(buried("after-copy", 2), buried("before-copy", 1));
}
