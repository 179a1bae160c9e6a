//! Fault matrix 46: another number of partitions under load, while the processes and the move itself are killed.

use super::partitions::broker;
use super::yard::{SOON, Yard};
use event_tests::Child;
use event_tests::child::Builder;
use std::time::Duration;

fn new_build(yard: &Yard) -> Builder {
    yard.worker().env("WORKER_BUILD", "4").env("WORKER_MENDED", "1")
}

fn old_build(yard: &Yard) -> Builder {
    yard.worker().env("WORKER_MENDED", "1").env("RUST_LOG", "error")
}

fn apply(yard: &Yard) -> Child {
    new_build(yard).arg("topology").arg("apply").spawn()
}

/// One queue becomes four partitions. Whatever dies, every step is taken once, and in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_under_load_while_everything_is_killed() {
    let yard = Yard::at(broker().await).await;
    let (keys, events) = (40, 6_000);
    let mut running: Vec<_> = (0..3).map(|_| old_build(&yard).arg("run").spawn()).collect();
    let publishing = async {
        for at in 0..60 {
            yard.publish(keys, at * events / 60..(at + 1) * events / 60).await;
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    let moving = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for round in 0..8 {
            let mut moving = apply(&yard);
            tokio::time::sleep(Duration::from_millis(fastrand::u64(100..900))).await;
            moving.kill9();
            let which = fastrand::usize(..3);
            running[which].kill9();
            // The last ones find the move under way; one is of the new build already.
            let build = if round == 7 { new_build(&yard) } else { old_build(&yard) };
            running[which] = build.arg("run").spawn();
        }
        let mut moving = apply(&yard);
        let status = moving.wait_exit(2 * SOON).await;
        assert!(status.success(), "{}", moving.output());
        moving.wait_line("everything in it is done", SOON).await;
        for worker in &mut running {
            worker.kill9();
            *worker = new_build(&yard).arg("run").spawn();
        }
    };
    tokio::join!(publishing, moving);
    yard.settled(events).await;
    yard.judge(keys, events).await;
    for worker in &mut running {
        worker.sigterm();
        assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    }
    yard.finish().await;
}

/// `plan` says what is to be done, and changes nothing; what is done needs nothing more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_says_what_is_to_be_moved() {
    let yard = Yard::at(broker().await).await;
    let plan = || new_build(&yard).arg("topology").arg("plan").spawn();
    let mut planned = plan();
    assert!(!planned.wait_exit(SOON).await.success());
    planned
        .wait_line(
            "~ keep has one queue on the broker, and 4 partitions in this build",
            SOON,
        )
        .await;
    let mut old = old_build(&yard).arg("run").spawn();
    let mut moving = apply(&yard);
    assert!(moving.wait_exit(SOON).await.success(), "{}", moving.output());
    let mut planned = plan();
    assert!(planned.wait_exit(SOON).await.success(), "{}", planned.output());
    old.sigterm();
    assert!(old.wait_exit(SOON).await.success(), "{}", old.output());
    yard.finish().await;
}
