//! A replay of the archive during load, whose process is killed. The judge is the table that the handlers write.

use super::world::SOON;
use super::yard::Yard;
use event_runtime::topology::{Names, Topology};
use event_runtime::transport::Transport as _;
use event_runtime::transport::rabbitmq::{RabbitMq, RabbitOptions};
use event_tests::{broker, eventually};
use serde_json::Value;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::Duration;

fn state(file: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

async fn killed(yard: Yard, point: &str) {
    const DONE: u32 = 100;
    const LOST: u32 = 220;
    const ALL: u32 = 300;
    yard.command(&["topology", "apply", "--archive", "1d/50MB"]).await;
    let names = Names::new(&yard.bus, &yard.name);
    let mut worker = yard.worker().arg("run").env("RUST_LOG", "error").spawn();
    yard.order(0..DONE).await;
    eventually(SOON, "the first ones", async || {
        yard.effects("send").await.len() == DONE as usize
    })
    .await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    // Somebody has emptied the queue.
    yard.order(DONE..LOST).await;
    let lost = broker::take_ids(&yard.url, &names.queue("pay")).await;
    assert!(lost.len() >= (LOST - DONE) as usize);
    let mut worker = yard.worker().arg("run").env("RUST_LOG", "error").spawn();
    let file = std::env::temp_dir().join(format!("{}.json", yard.bus));
    let path = file.to_str().unwrap();
    let replay = ["replay", "--handler", "pay", "--rate", "100/s", "--state", path];
    let load = async {
        for order in LOST..ALL {
            yard.order(order..order + 1).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let killing = async {
        let dying = replay.iter().fold(yard.worker(), |worker, word| worker.arg(word));
        let mut dying = dying.env("EVENT_FAILPOINT", format!("{point}:kill")).spawn();
        assert_eq!(dying.wait_exit(SOON).await.signal(), Some(6), "{}", dying.output());
        let id = state(&file).unwrap()["id"].as_str().unwrap().to_owned();
        let resume = ["replay", "--resume", &id, "--state", path];
        let mut resumed = resume
            .iter()
            .fold(yard.worker(), |worker, word| worker.arg(word))
            .spawn();
        eventually(SOON, "half of it", async || {
            state(&file).is_some_and(|state| state["sent"].as_u64().unwrap() > 100)
        })
        .await;
        resumed.kill9();
        assert!(file.exists(), "it had ended before it was killed");
        let done = yard.command(&resume).await;
        let events = done.rsplit("pay: ").next().unwrap();
        // Every fifth one is there twice.
        let all = LOST + LOST / 5;
        let count: u32 = events.split(' ').next().unwrap().parse().unwrap();
        assert!(count >= all, "{done}");
        assert!(
            events.starts_with(&format!("{count} of {count} events sent again")),
            "{done}"
        );
        assert!(!file.exists());
    };
    tokio::join!(load, killing);
    eventually(SOON, "everything downstream", async || {
        yard.effects("send").await.len() == ALL as usize
    })
    .await;
    let transport = RabbitMq::new(RabbitOptions::parse(&yard.url).unwrap());
    eventually(SOON, "empty queues", async || {
        transport.depth(&names.queue("pay")).await.unwrap() + transport.depth(&names.queue("send")).await.unwrap() == 0
    })
    .await;
    yard.all_once(ALL.into()).await;
    assert_eq!(yard.parked().await, 0);
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
    let mut archive = Topology::default();
    archive.archive(&names, "1d/50MB".parse().unwrap());
    archive.exchanges.clear();
    transport.remove(&archive).await.unwrap();
    transport.close().await;
    yard.finish().await;
}

/// Fault matrix 50.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_it_says_so() {
    killed(Yard::postgres().await, "before-position").await;
}

/// Fault matrix 50.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_it_said_so() {
    killed(Yard::sqlite().await, "after-position").await;
}
