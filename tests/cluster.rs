//! The slow suite: three nodes that are one broker, of which one is frozen or killed. `scripts/test --slow` runs it.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, unused_macros, reason = "the tests of `order` need more of it")]
#[path = "order/behaviour.rs"]
mod behaviour;

#[allow(dead_code, reason = "the tests of `order` need more of it")]
mod order {
    pub(crate) mod world;
    pub(crate) mod yard;
}

use event_runtime::EventId;
use event_tests::{PrivateBroker, eventually};
use order::world::{Step, step};
use order::yard::{SOON, Yard};
use std::time::{Duration, Instant};

/// Time is what `count` comes to: the longest pause in it, from `begin` on.
async fn longest_pause(yard: &Yard, begin: Instant, end: usize) -> Duration {
    let (mut last, mut longest) = ((yard.count().await, begin), Duration::ZERO);
    while last.0 < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let count = yard.count().await;
        if count > last.0 {
            longest = longest.max(last.1.elapsed());
            last = (count, Instant::now());
        }
        assert!(last.1.elapsed() < 4 * SOON, "nothing for {:?}", last.1.elapsed());
    }
    longest
}

/// The next step of every key; again under the same ids, as long as the broker says that it has not taken one.
async fn publish_until_stored(yard: &Yard, keys: u32, number: u32) {
    let mut left: Vec<_> = (0..keys).map(|key| step(&format!("k{key}"), number)).collect();
    while !left.is_empty() {
        let id = |step: &Step| EventId::derived("steps", &format!("{}/{number}", step.name));
        let answers = yard
            .shop
            .publisher()
            .publish_all(left.iter().map(|step| (id(step), step)))
            .await;
        let refused = left
            .into_iter()
            .zip(answers)
            .filter_map(|(step, answer)| answer.is_err().then_some(step));
        left = refused.collect();
    }
}

fn worker(yard: &Yard, node: &PrivateBroker) -> event_tests::Child {
    yard.worker()
        .arg("run")
        .env("EVENT_URL", node.url())
        .env("WORKER_MENDED", "1")
        .env("WORKER_PAUSE_MS", "5")
        .spawn()
}

/// Fault matrix 12: the node of the active consumer says nothing for longer than the others wait for it, and goes on as if
/// nothing had happened; the events in the hands of its consumer have been given to another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_of_the_consumer_is_frozen() {
    let mut nodes = PrivateBroker::cluster(3).await;
    let yard = Yard::at(nodes[0].url()).await;
    let (keys, events) = (10, 6_000);
    let mut active = worker(&yard, &nodes[1]);
    active.wait_line("handlers start", SOON).await;
    yard.publish(keys, 0..500).await;
    eventually(SOON, "it works", async || yard.count().await > 50).await;
    let mut standby = worker(&yard, &nodes[2]);
    standby.wait_line("handlers start", SOON).await;
    let publishing = async {
        for at in 1..12 {
            yard.publish(keys, at * 500..(at + 1) * 500).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let freezing = async {
        let frozen = Instant::now();
        nodes[1].freeze();
        let pause = longest_pause(&yard, frozen, events as usize - 1_500);
        let (pause, ()) = tokio::join!(pause, tokio::time::sleep(Duration::from_secs(90)));
        println!("a frozen node: nothing was handled for {pause:?}, then the other process went on");
        nodes[1].thaw();
    };
    tokio::join!(publishing, freezing);
    yard.settled(events).await;
    yard.judge(keys, events).await;
    for worker in [&mut active, &mut standby] {
        worker.sigterm();
        worker.wait_exit(SOON).await;
    }
}

/// Fault matrix 13: the node that leads the queue is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leader_is_killed() {
    let mut nodes = PrivateBroker::cluster(3).await;
    let urls: Vec<_> = nodes.iter().map(PrivateBroker::url).collect();
    let hosts: Vec<_> = urls.iter().skip(1).map(|url| url.rsplit('@').next().unwrap()).collect();
    let all = format!("{},{}", urls[0].trim_end_matches('/'), hosts.join(","));
    let yard = Yard::at(all).await;
    let (keys, events) = (10, 4_000);
    let mut workers: Vec<_> = (0..2)
        .map(|_| yard.worker().arg("run").env("WORKER_MENDED", "1").spawn())
        .collect();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let publishing = async {
        for number in 1..=events / keys {
            publish_until_stored(&yard, keys, number).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let killing = async {
        eventually(SOON, "it works", async || yard.count().await > 500).await;
        let leaders = nodes[0].ctl(&["list_queues", "name", "leader"]).await;
        let queue = format!("{}.keep\t", yard.name);
        let line = leaders
            .lines()
            .find(|line| line.starts_with(&queue))
            .unwrap()
            .to_owned();
        let leader = nodes.iter().position(|node| line.contains(node.name())).unwrap();
        let killed = Instant::now();
        nodes[leader].kill9();
        let pause = longest_pause(&yard, killed, events as usize).await;
        println!("a killed leader: nothing was handled for {pause:?}");
    };
    tokio::join!(publishing, killing);
    yard.settled(events).await;
    yard.judge(keys, events).await;
    for worker in &mut workers {
        worker.sigterm();
        worker.wait_exit(SOON).await;
    }
}
