//! Being told of dead letters: the first of its kind, and how many wait for how long.

use super::events::{Does, Placed, placed};
use super::killing::Workshop;
use super::stage::{SOON, Stage, counts, letters, on_memory, on_rabbitmq, reaches};
use event_runtime::prelude::*;
use event_runtime::transport::memory::MemoryTransport;
use event_runtime::{Running, Select};
use event_tests::eventually;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

on_both!(what_waits_is_counted);

#[derive(Debug, thiserror::Error, Failure)]
#[failure(poison)]
enum Refused {
    #[error("ada@example.org is too small")]
    Small,
    #[error("ada@example.org is too large")]
    Large,
}

#[handler(retry(attempts = 1))]
async fn judge(order: Placed, replayed: Context) -> Result<(), Refused> {
    match order.order {
        _ if replayed.replay => Ok(()),
        0..10 => Err(Refused::Small),
        _ => Err(Refused::Large),
    }
}

/// Somebody who is told: what was posted, and what is answered, one after another; nothing when there is no answer left.
struct Pager {
    url: String,
    posted: Arc<Mutex<Vec<String>>>,
}

impl Pager {
    async fn new(answers: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "http://{}/hook/secret-token?key=more-secret",
            listener.local_addr().unwrap()
        );
        let posted = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&posted);
        tokio::spawn(async move {
            let mut answers = answers.iter();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (seen, answer) = (Arc::clone(&seen), answers.next().copied());
                tokio::spawn(async move {
                    let request = request(&mut stream).await;
                    seen.lock().unwrap().push(request);
                    match answer {
                        Some(status) => {
                            let answer =
                                format!("HTTP/1.1 {status} Some\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                            stream.write_all(answer.as_bytes()).await.unwrap();
                        }
                        // Silence.
                        None => tokio::time::sleep(Duration::from_secs(600)).await,
                    }
                });
            }
        });
        Self { url, posted }
    }

    fn posted(&self) -> Vec<String> {
        self.posted.lock().unwrap().clone()
    }

    #[track_caller]
    fn reaches(&self, count: usize) -> impl Future<Output = ()> {
        eventually(SOON, "requests", async move || self.posted().len() >= count)
    }
}

/// Head and body of a request.
async fn request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await.unwrap() {
            0 => return text,
            read => bytes.extend_from_slice(&more[..read]),
        }
    }
}

async fn start(url: &str) -> Running {
    let service = Service::new("court").transport(MemoryTransport::new()).alert_url(url);
    let running = service.handle::<judge>().start().await.unwrap();
    running.ready().await;
    running
}

async fn publish(running: &Running, orders: impl Iterator<Item = u32>) {
    for order in orders {
        running.publisher().publish(&placed(order)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_of_its_kind_is_told() {
    let pager = Pager::new(&[200; 10]).await;
    let running = start(&pager.url).await;
    publish(&running, 0..5).await;
    publish(&running, 10..15).await;
    reaches(&running, "judge", "ten dead letters", |counts| counts.dead() == 10).await;
    pager.reaches(2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let posted = pager.posted();
    assert_eq!(posted.len(), 2, "one for each kind: {posted:#?}");
    assert_eq!(counts(&running, "judge").alerts, 2);
    let groups = running.dead_letters().groups("judge", &Select::all()).await.unwrap();
    let mut told = Vec::new();
    for request in &posted {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("POST /hook/secret-token?key=more-secret HTTP/1.1"),
            "{head}"
        );
        let alert: Value = serde_json::from_str(body).unwrap();
        let expected = [
            ("service", "court"),
            ("handler", "judge"),
            ("reason", "poison"),
            ("type", "order.placed.v1"),
        ];
        for (name, value) in expected {
            assert_eq!(alert[name], value, "{alert:#}");
        }
        assert!(
            alert["text"]
                .as_str()
                .unwrap()
                .contains("`judge` has a dead letter of a new kind"),
            "{alert:#}"
        );
        for personal in ["4111", "cardNumber", "ada@example.org", "\"key\""] {
            assert!(!body.contains(personal), "{personal}: {body}");
        }
        told.push((
            alert["code"].as_str().unwrap().to_owned(),
            alert["fingerprint"].as_str().unwrap().to_owned(),
        ));
    }
    told.sort();
    assert_eq!((&*told[0].0, &*told[1].0), ("Large", "Small"));
    assert!(
        groups
            .iter()
            .all(|group| told.iter().any(|(_, fingerprint)| *fingerprint == group.fingerprint))
    );
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pager_that_is_busy_is_asked_again() {
    let pager = Pager::new(&[503, 429, 200]).await;
    let running = start(&pager.url).await;
    publish(&running, 0..1).await;
    pager.reaches(3).await;
    let posted = pager.posted();
    let bodies: Vec<_> = posted
        .iter()
        .map(|request| request.split_once("\r\n\r\n").unwrap().1)
        .collect();
    assert!(
        bodies.iter().all(|body| *body == bodies[0]),
        "the same alert: {bodies:?}"
    );
    running.shutdown().await;
}

/// Nobody waits for whoever does not answer, and what was never wanted is not asked for again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_waits_for_the_pager() {
    let silent = Pager::new(&[]).await;
    let running = start(&silent.url).await;
    let begun = Instant::now();
    publish(&running, (0..100).chain(10..20)).await;
    reaches(&running, "judge", "all of them", |counts| counts.dead() == 110).await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(counts(&running, "judge").alerts, 2);
    let begun = Instant::now();
    running.shutdown().await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    let unwanted = Pager::new(&[404, 200]).await;
    let running = start(&unwanted.url).await;
    publish(&running, 0..1).await;
    unwanted.reaches(1).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(unwanted.posted().len(), 1);
    running.shutdown().await;
}

#[tokio::test]
async fn an_address_that_is_none() {
    for wrong in [
        "hooks.example/secret-token",
        "ftp://hooks.example/secret-token",
        "https:///secret-token",
    ] {
        let service = Service::new("court").transport(MemoryTransport::new()).alert_url(wrong);
        let error = service.handle::<judge>().start().await.err().unwrap().to_string();
        assert!(
            error.contains("the alert URL") && !error.contains("secret-token"),
            "{error}"
        );
    }
}

/// The address is a secret, whatever becomes of the request; everything else about the failure is logged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_logged() {
    on_rabbitmq(async |stage: &Stage| {
        let workshop = Workshop::new(stage).await;
        let pager = Pager::new(&[404; 4]).await;
        let port = pager.url.split([':', '/']).nth(4).unwrap().to_owned();
        workshop.order(vec![Does::Fail; 3]).await;
        for (url, why) in [
            (
                format!("http://ada:pass-word@127.0.0.1:{port}/hook/secret-token"),
                "status 404",
            ),
            (
                format!("https://127.0.0.1:{port}/hook/secret-token"),
                "the alert is not taken",
            ),
            (
                "http://127.0.0.1:9/hook/secret-token".to_owned(),
                "the alert is not taken",
            ),
        ] {
            let mut worker = workshop.worker().arg("run").env("EVENT_ALERT_URL", &url).spawn();
            let line = worker.wait_line("the first dead letter of its kind", SOON).await;
            for said in [
                "cannot be done",
                "fingerprint=",
                "reason=\"exhausted\"",
                "history=",
                "event_id=",
                "build=",
            ] {
                assert!(line.contains(said), "{said}: {line}");
            }
            let refused = worker.wait_line("the alert is not taken", SOON).await;
            assert!(
                refused.contains(why) && refused.contains(&url[url.rfind("127").unwrap()..url.rfind("/hook").unwrap()]),
                "{refused}"
            );
            worker.sigterm();
            assert!(worker.wait_exit(SOON).await.success());
            let output = worker.output();
            assert_eq!(
                output.matches("the first dead letter of its kind").count(),
                1,
                "{output}"
            );
            for secret in ["secret-token", "pass-word", "4111-1"] {
                assert!(!output.contains(secret), "{secret}: {output}");
            }
            let status: Value = serde_json::from_str(&workshop.json(&["dlq", "status", "--json"]).await).unwrap();
            assert_eq!(
                (&status[0]["handler"], &status[0]["count"]),
                (&"work".into(), &3.into()),
                "{status:#}"
            );
            assert!(
                status[0]["oldest_seconds"].as_u64().unwrap() < 60 && status[1]["oldest"].is_null(),
                "{status:#}"
            );
            workshop.command(&["dlq", "replay", "--all"]).await;
        }
        let shown = workshop.command(&["dlq", "status"]).await;
        assert!(shown.contains("oldest since") && shown.contains("cash"), "{shown}");
        workshop.close().await;
    })
    .await;
}

async fn what_waits_is_counted(stage: &Stage) {
    let service = stage.start(stage.service().handle::<judge>()).await;
    publish(&service, 0..3).await;
    let found = letters(&service, "judge", 3).await;
    assert_eq!(
        service.dead_letters().oldest("judge").await.unwrap().unwrap().id,
        found[0].id
    );
    service.shutdown().await;
    // It counts when it starts, and then every half minute.
    let service = stage.start(stage.service().handle::<judge>()).await;
    reaches(&service, "judge", "what was there before", |counts| {
        counts.waiting_dead_letters == Some(3)
    })
    .await;
    let age = counts(&service, "judge").oldest_dead_letter.unwrap();
    assert!(age < Duration::from_secs(60), "{age:?}");
    service.shutdown().await;
}

/// The age is that of another one when the oldest is gone.
#[tokio::test(start_paused = true)]
async fn the_oldest_is_looked_for_again() {
    on_memory(async |stage: &Stage| {
        let service = stage.start(stage.service().handle::<judge>()).await;
        publish(&service, 0..2).await;
        let found = letters(&service, "judge", 2).await;
        let half_a_minute = || tokio::time::sleep(Duration::from_secs(31));
        half_a_minute().await;
        assert_eq!(counts(&service, "judge").waiting_dead_letters, Some(2));
        assert!(counts(&service, "judge").oldest_dead_letter.is_some());
        for letter in &found {
            let select = Select::ids(letter.id.as_ref());
            service
                .dead_letters()
                .discard("judge", &select, |_| Ok(()))
                .await
                .unwrap();
            half_a_minute().await;
        }
        assert_eq!(counts(&service, "judge").waiting_dead_letters, Some(0));
        assert_eq!(counts(&service, "judge").oldest_dead_letter, None);
        service.shutdown().await;
    })
    .await;
}
