//! The commands of a service's binary, as a person or a script runs them.

use super::events::Does;
use super::killing::Workshop;
use super::stage::{SOON, Stage, on_rabbitmq};
use event_runtime::EventId;
use event_tests::{Kind, eventually};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_listed_shown_and_replayed() {
    on_rabbitmq(dead_letters).await;
}

async fn dead_letters(stage: &Stage) {
    let workshop = Workshop::new(stage).await;
    let ids = workshop.order(vec![Does::Fail, Does::Fail, Does::Nothing]).await;
    let structured = structured(&workshop).await;
    let mut worker = workshop.worker().arg("run").spawn();
    for _ in 0..3 {
        worker.wait_line("dead letter", SOON).await;
    }
    eventually(SOON, "three dead letters", async || {
        let all: Value = serde_json::from_str(&workshop.json(&["dlq", "list", "--json"]).await).unwrap();
        all.as_array().unwrap().len() == 3
    })
    .await;
    let list = workshop.command(&["dlq", "list"]).await;
    let all: Value =
        serde_json::from_str(&workshop.json(&["dlq", "list", "--handler", "work", "--json"]).await).unwrap();
    for letter in all.as_array().unwrap() {
        let id = letter["id"].as_str().unwrap();
        assert!(list.contains(id), "{list}");
        assert_eq!(
            (&letter["handler"], &letter["reason"], &letter["attempts"]),
            (&"work".into(), &"exhausted".into(), &1.into())
        );
        assert_eq!(letter["history"][0]["code"], "error");
    }
    assert_eq!(all.as_array().unwrap().len(), 3);
    let shown = workshop.command(&["dlq", "show", &ids[0]]).await;
    assert!(
        shown.contains("number 0 cannot be done") && shown.contains("[redacted]"),
        "{shown}"
    );
    let nested = workshop.command(&["dlq", "show", &structured]).await;
    let shown_json = workshop.command(&["dlq", "show", &ids[0], "--json"]).await;
    for output in [
        &list,
        &shown,
        &shown_json,
        &nested,
        &workshop.command(&["dlq", "list", "--json"]).await,
        &worker.output(),
    ] {
        assert!(!output.contains("4111-1"), "a sensitive field is shown: {output}");
    }
    let raw = workshop.command(&["dlq", "show", &ids[0], "--raw"]).await;
    assert!(raw.contains("4111-1111"), "asked for by name: {raw}");

    for (words, complaint) in [
        (vec!["dlq", "show", "nobody"], "no dead letter has the id `nobody`"),
        (
            vec!["dlq", "list", "--handler", "nobody"],
            "there is no handler `nobody`; there is work, cash",
        ),
        (vec!["dlq", "replay"], "say which dead letters"),
    ] {
        let (code, output) = workshop.ends(&words).await;
        assert!(
            code == Some(1) && output.contains(complaint),
            "{words:?}: {code:?} {output}"
        );
    }
    let (code, output) = workshop.ends(&["dlq", "replay", "--every"]).await;
    assert!(code == Some(2) && output.contains("--every"), "{output}");
    let dry = workshop
        .command(&["dlq", "replay", "--reason", "exhausted", "--dry-run"])
        .await;
    assert!(dry.contains("3 dead letters would be sent again"), "{dry}");
    let done = workshop.json(&["dlq", "replay", "--id", &ids[1], "--json"]).await;
    let done: Value = serde_json::from_str(&done).unwrap();
    let sent: u64 = done
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["sent"].as_u64().unwrap())
        .sum();
    assert_eq!(sent, 1, "{done}");
    eventually(SOON, "two attempts at it", async || {
        let facts = workshop.journal.facts();
        facts
            .iter()
            .filter(|fact| fact.kind == Kind::Started && fact.id == ids[1])
            .count()
            == 2
    })
    .await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success());
    let done = workshop.command(&["dlq", "replay", "--all"]).await;
    assert!(done.contains("work: 3 sent again, 0 left"), "{done}");
    assert!(workshop.command(&["dlq", "list"]).await.contains("no dead letters"));
    workshop.close().await;
}

/// The event inside another JSON: its sensitive fields are one level down.
async fn structured(workshop: &Workshop<'_>) -> String {
    let id = EventId::new().to_string();
    let body = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"tests","type":"work.ordered.v1",
            "data":{{"number":9,"does":"Fail","card":"4111-1111"}}}}"#
    );
    let mut message = workshop.stage.message("work.ordered.v1", &id, body);
    let headers = [
        (":message_id", id.as_str()),
        (":content_type", "application/cloudevents+json; charset=utf-8"),
    ];
    message.message.headers = headers.into_iter().collect();
    workshop.stage.send(vec![message]).await[0].clone().unwrap();
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topology_and_description() {
    on_rabbitmq(async |stage: &Stage| {
        let workshop = Workshop::new(stage).await;
        let plan: Value = serde_json::from_str(&workshop.json(&["topology", "plan", "--json"]).await).unwrap();
        assert_eq!(
            (&plan["missing"], &plan["different"]),
            (&Value::Array(vec![]), &Value::Array(vec![]))
        );
        let other = super::stage::word("bus");
        let (code, output) = workshop.ends(&["topology", "plan", "--bus", &other]).await;
        assert!(
            code == Some(1) && output.contains(&format!("+ exchange {other}")),
            "{output}"
        );
        let nowhere = "amqp://127.0.0.1:9";
        let described: Value =
            serde_json::from_str(&workshop.json(&["describe", "--json", "--url", nowhere]).await).unwrap();
        assert_eq!(described["service"], stage.name.as_str());
        assert_eq!(described["handlers"][0]["name"], "work");
        assert_eq!(described["handlers"][0]["guarantees"]["concurrency"], 10);
        assert_eq!(described["handlers"][1]["guarantees"]["from"][0], "shop");
        let work = described["events"]
            .as_array()
            .unwrap()
            .iter()
            .find(|event| event["type"] == "work.ordered.v1")
            .unwrap();
        assert_eq!(
            (&work["key"], &work["sensitive"][0]),
            (&"number".into(), &"card".into())
        );
        workshop.close().await;
    })
    .await;
}
