//! A worker in a process of its own: handlers that kill it, signals, its commands and what it logs.

use super::events::{Does, Work};
use super::stage::{SOON, Stage, on_rabbitmq};
use event_runtime::{EventId, Running};
use event_tests::child::Builder;
use event_tests::{Audit, Child, Fact, Journal, Kind, broker};
use std::collections::BTreeSet;
use std::time::Duration;

/// A broker, a worker's place on it, and what the worker writes down.
pub(super) struct Workshop<'a> {
    pub(super) stage: &'a Stage,
    pub(super) journal: Journal,
    /// Publishes only.
    pub(super) shop: Running,
}

impl<'a> Workshop<'a> {
    pub(super) async fn new(stage: &'a Stage) -> Self {
        let shop = stage.start(stage.named(&super::stage::word("shop"))).await;
        stage.adopt(&stage.name, &["work", "cash"]);
        let workshop = Self {
            stage,
            journal: Journal::create(),
            shop,
        };
        let made = workshop.command(&["topology", "apply"]).await;
        assert!(made.contains("applied"), "{made}");
        workshop
    }

    pub(super) fn worker(&self) -> Builder {
        let url = self.stage.url().unwrap();
        Child::builder(env!("CARGO_BIN_EXE_behaviour-worker"))
            .journal(&self.journal)
            .env("WORKER_NAME", &self.stage.name)
            .env("EVENT_BUS", &self.stage.bus)
            .env("EVENT_URL", url)
    }

    /// What a command prints, which ends well.
    pub(super) async fn command(&self, words: &[&str]) -> String {
        let (code, output) = self.ends(words).await;
        assert_eq!(code, Some(0), "{words:?}: {output}");
        output
    }

    /// How a command ends, and what it prints.
    pub(super) async fn ends(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut child = words.iter().fold(self.worker(), Builder::arg).spawn();
        let status = child.wait_exit(2 * SOON).await;
        // The readers may be a moment behind.
        tokio::time::sleep(Duration::from_millis(200)).await;
        (status.code(), child.output())
    }

    pub(super) async fn order(&self, work: Vec<Does>) -> Vec<String> {
        let work: Vec<_> = (0u32..)
            .zip(work)
            .map(|(number, does)| Work {
                number,
                does,
                card: "4111-1111".to_owned(),
            })
            .collect();
        let answers = self
            .shop
            .publisher()
            .publish_all(work.iter().map(|work| (EventId::new(), work)))
            .await;
        let ids: Vec<_> = answers.into_iter().map(|id| id.unwrap().to_string()).collect();
        for id in &ids {
            self.journal.record(Fact::new(Kind::Confirmed, id));
        }
        ids
    }

    pub(super) async fn close(self) {
        self.shop.shutdown().await;
    }
}

async fn killer(stage: &Stage, how: Does) {
    let workshop = Workshop::new(stage).await;
    let mut work = vec![Does::Nothing; 12];
    work[5] = how;
    let ids = workshop.order(work).await;
    let done = |journal: &Journal| -> BTreeSet<String> {
        let effects = journal.facts().into_iter().filter(|fact| fact.kind == Kind::Effect);
        effects.map(|fact| fact.id).collect()
    };
    let mut starts = 0;
    let parked = loop {
        starts += 1;
        assert!(
            starts <= 12,
            "still dying: {} of 11 are done",
            done(&workshop.journal).len()
        );
        let mut worker = workshop.worker().arg("run").spawn();
        // It dies, or everything is done or parked.
        let parked = loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if !worker.is_running() {
                break None;
            }
            let lines = worker.output();
            let parked: Vec<_> = lines
                .lines()
                .filter(|line| line.contains("suspected_crash"))
                .map(str::to_owned)
                .collect();
            let effects = done(&workshop.journal).len();
            if !parked.is_empty() && effects >= 10 && !workshop.waits().await {
                break Some(parked);
            }
        };
        if parked.is_some() {
            worker.sigterm();
            assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
            break parked;
        }
    };
    assert!(parked.is_some());
    let letters: serde_json::Value = serde_json::from_str(&workshop.json(&["dlq", "list", "--json"]).await).unwrap();
    let parked: Vec<_> = letters
        .as_array()
        .unwrap()
        .iter()
        .map(|letter| letter["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(parked.contains(&ids[5]), "the killer is parked: {letters:#}");
    assert!(parked.len() <= 2, "at most one innocent is parked: {letters:#}");
    assert!(
        letters
            .as_array()
            .unwrap()
            .iter()
            .all(|letter| letter["reason"] == "suspected_crash"),
        "{letters:#}"
    );
    for id in &parked {
        workshop.journal.record(Fact::new(Kind::Parked, id));
    }
    let report = Audit::new().of(&workshop.journal.facts());
    report.assert_at_least_once();
    assert_eq!((report.confirmed, report.parked), (12, parked.len()), "{report}");
    assert!(!done(&workshop.journal).contains(&ids[5]));
    println!("{starts} starts, {} parked\n{report}", parked.len());
    workshop.close().await;
}

/// Fault matrix 41: a handler that aborts its process takes at most one innocent event with it into the dead letters.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_aborts() {
    on_rabbitmq(async |stage: &Stage| killer(stage, Does::Abort).await).await;
}

/// Fault matrix 41: no unwinding, no message, just gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_overflows_the_stack() {
    on_rabbitmq(async |stage: &Stage| killer(stage, Does::Overflow).await).await;
}

/// Fault matrix 42.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_with_fifty_in_flight() {
    on_rabbitmq(async |stage: &Stage| {
        let workshop = Workshop::new(stage).await;
        workshop.order(vec![Does::Sleep; 60]).await;
        let mut worker = workshop.worker().arg("run").spawn();
        let begun = || workshop.journal.count(Kind::Started);
        event_tests::eventually(SOON, "ten at work", async || begun() >= 10).await;
        worker.sigterm();
        let asked = std::time::Instant::now();
        assert!(worker.wait_exit(SOON).await.success(), "{}", worker.output());
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
        let facts = workshop.journal.facts();
        let of = |kind| {
            facts
                .iter()
                .filter(|fact| fact.kind == kind)
                .map(|fact| fact.id.clone())
                .collect::<BTreeSet<_>>()
        };
        let (started, finished) = (of(Kind::Started), of(Kind::Effect));
        assert_eq!(started, finished, "what had begun has finished");
        assert!((10..60).contains(&finished.len()), "{}", finished.len());
        let queue = stage.names().queue("work");
        let url = stage.url().unwrap();
        let left = 60 - finished.len();
        event_tests::eventually(SOON, "the rest in the queue", async || {
            broker::depth(url, &queue).await as usize == left
        })
        .await;
        let queued = broker::take_ids(url, &queue).await;
        assert!(
            queued.iter().all(|id| !finished.contains(id)),
            "what is finished does not come again"
        );
        let report = Audit::new().queued(queued).of(&facts);
        assert!(report.lost.is_empty(), "{report}");
        workshop.close().await;
    })
    .await;
}

impl Workshop<'_> {
    /// Whether something waits in the worker's queue, or is in a worker's hands.
    async fn waits(&self) -> bool {
        let (url, queue) = (self.stage.url().unwrap(), self.stage.names().queue("work"));
        broker::depth(url, &queue).await > 0
    }

    /// What a command prints to its standard output.
    pub(super) async fn json(&self, words: &[&str]) -> String {
        // Without what it logs, which is written to the other output at the same time.
        let worker = self.worker().env("RUST_LOG", "off");
        let mut child = words.iter().fold(worker, Builder::arg).spawn();
        let status = child.wait_exit(2 * SOON).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let output = child.output();
        assert!(status.success(), "{words:?}: {output}");
        let start = output.find(['[', '{']).unwrap_or(0);
        output[start..].to_owned()
    }
}
