//! `on_poison = "skip"`, by processes that die: what became a dead letter does not come back behind later events of its key,
//! unless somebody replays it.

use super::world::{publish, step};
use super::yard::{SOON, Yard};
use event_runtime::topology::Names;
use event_runtime::transport::Transport as _;
use event_tests::eventually;
use std::os::unix::process::ExitStatusExt as _;

async fn killed_at(point: &str) {
    let yard = Yard::new().await;
    // As the worker has it: of this key, the third step is poison.
    let key = (0..1000).find(|key| (key * 31 + 3 * 7) % 1000 == 3).unwrap();
    let key = format!("k{key}");
    let names = Names::new(&yard.bus, &yard.name);
    publish(&yard.shop, (1..=8).map(|number| step(&key, number))).await;
    let worker = || yard.worker().env("WORKER_BUILD", "skip");
    let mut dying = worker()
        .arg("run")
        .env("EVENT_FAILPOINT", format!("{point}:kill"))
        .spawn();
    assert_eq!(dying.wait_exit(SOON).await.signal(), Some(6), "{}", dying.output());
    // The next process can handle it.
    let mut mended = worker().arg("run").env("WORKER_MENDED", "1").spawn();
    eventually(SOON, "the later ones", async || yard.count().await >= 7).await;
    eventually(SOON, "nothing waits", async || {
        yard.wire.depth(&names.queue("keep")).await.unwrap() == 0
    })
    .await;
    assert_eq!(yard.written().await[&key], [1, 2, 4, 5, 6, 7, 8]);
    let mut replay = worker()
        .arg("dlq")
        .arg("replay")
        .arg("--handler")
        .arg("keep")
        .arg("--all")
        .env("WORKER_MENDED", "1")
        .spawn();
    assert!(replay.wait_exit(SOON).await.success(), "{}", replay.output());
    eventually(SOON, "what was buried", async || yard.count().await == 8).await;
    assert_eq!(yard.written().await[&key], [1, 2, 4, 5, 6, 7, 8, 3]);
    mended.sigterm();
    assert!(mended.wait_exit(SOON).await.success(), "{}", mended.output());
    yard.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_it_is_written_down() {
    killed_at("after-bury").await;
}
