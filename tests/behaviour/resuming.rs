//! Replays that are killed.

use super::killing::Workshop;
use super::stage::{SOON, Stage, on_rabbitmq};
use event_tests::{broker, eventually};
use std::collections::BTreeMap;
use std::time::Duration;

const LETTERS: usize = 40;

/// Dead letters that a handler left behind.
async fn fill(workshop: &Workshop<'_>) -> Vec<String> {
    let ids: Vec<_> = (0..LETTERS).map(|number| format!("letter-{number:02}")).collect();
    let letter = |id: &String| {
        let body = r#"{"number":1,"does":"Nothing","card":"4111-1111"}"#;
        let mut letter = workshop.stage.message("work.ordered.v1", id, body);
        letter.exchange = workshop.stage.names().dead_letter_exchange();
        letter.routing_key = "work".to_owned();
        for (name, value) in [
            ("x-evt-reason", "exhausted"),
            ("x-evt-fingerprint", "0123456789abcdef"),
            ("x-evt-origin-key", "work.ordered.v1"),
        ] {
            letter.message.headers.push(name, value);
        }
        letter
    };
    for sent in workshop.stage.send(ids.iter().map(letter).collect()).await {
        sent.unwrap();
    }
    ids
}

async fn waiting(workshop: &Workshop<'_>) -> (u32, u32) {
    let (url, names) = (workshop.stage.url().unwrap(), workshop.stage.names());
    let dead = broker::depth(url, &names.dead_letters("work")).await;
    (dead, broker::depth(url, &names.queue("work")).await)
}

/// Killed at every line that publishes or acks, and at any moment: nothing is lost, and each kill repeats at most the one
/// that was on its way, under its id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_point() {
    on_rabbitmq(async |stage: &Stage| {
        let workshop = Workshop::new(stage).await;
        let ids = fill(&workshop).await;
        let mut kills = 0;
        for point in ["before-replay", "after-replay", "after-replay-ack", "after-replay"] {
            let replay = workshop.worker().arg("dlq").arg("replay").arg("--all");
            let mut replay = replay.env("EVENT_FAILPOINT", format!("{point}:kill")).spawn();
            assert!(
                !replay.wait_exit(2 * SOON).await.success(),
                "{point}: {}",
                replay.output()
            );
            kills += 1;
            eventually(SOON, "the killed one's letters come back", async || {
                let (dead, sent) = waiting(&workshop).await;
                dead + sent >= LETTERS as u32
            })
            .await;
        }
        for _ in 0..4 {
            let replay = workshop
                .worker()
                .arg("dlq")
                .arg("replay")
                .arg("--all")
                .arg("--rate")
                .arg("40/s");
            let before = waiting(&workshop).await.1;
            let mut replay = replay.spawn();
            eventually(SOON, "some of them are sent", async || {
                waiting(&workshop).await.1 > before
            })
            .await;
            tokio::time::sleep(Duration::from_millis(fastrand::u64(0..100))).await;
            replay.kill9();
            kills += 1;
            eventually(SOON, "the killed one's letters come back", async || {
                let (dead, sent) = waiting(&workshop).await;
                dead + sent >= LETTERS as u32
            })
            .await;
        }
        let done = workshop.command(&["dlq", "replay", "--all"]).await;
        assert!(done.contains("sent again, 0 left"), "{done}");
        eventually(SOON, "everything is sent", async || waiting(&workshop).await.0 == 0).await;
        let queue = stage.names().queue("work");
        let mut sent = BTreeMap::<String, usize>::new();
        for id in broker::take_ids(stage.url().unwrap(), &queue).await {
            *sent.entry(id).or_default() += 1;
        }
        assert!(sent.keys().eq(&ids), "none is lost, and all under their ids: {sent:?}");
        let repeated: usize = sent.values().map(|count| count - 1).sum();
        assert!(repeated <= kills, "{repeated} repeated by {kills} kills: {sent:?}");
        assert!(
            repeated >= 2,
            "killed between confirm and ack, one is in both places: {sent:?}"
        );
        println!("{kills} kills, {repeated} repeated");
        workshop.close().await;
    })
    .await;
}
