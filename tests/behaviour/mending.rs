//! Dead letters that are edited, discarded and exported.

use super::events::{Does, Placed};
use super::killing::Workshop;
use super::stage::{SOON, Seen, Stage, letters, on_rabbitmq};
use event_runtime::message::Outgoing;
use event_runtime::prelude::*;
use event_runtime::{DeadLetter, Edit, Running, Select};
use event_tests::{TempDir, eventually};
use serde_json::{Value, json};
use std::io;

on_both!(
    edited_and_replayed,
    what_its_handler_cannot_read_is_no_edit,
    the_original_travels_along,
    a_structured_one,
    discarded_one_by_one,
);

#[derive(Debug, thiserror::Error, Failure)]
#[error("order {0} cannot be taken")]
#[failure(poison)]
struct Odd(u32);

/// Takes even orders.
#[handler]
async fn even(order: Placed, at: Context, seen: State<Seen<(u32, String)>>) -> Result<(), Odd> {
    if order.order % 2 == 1 {
        return Err(Odd(order.order));
    }
    seen.push((order.order, at.id().to_string()));
    Ok(())
}

fn order(stage: &Stage, id: &str, order: u32) -> Outgoing {
    let body = json!({ "order": order, "cardNumber": "4111-1111", "more": "kept" }).to_string();
    let mut message = stage.message("order.placed.v1", id, body);
    message.message.headers.push("cloudEvents_partitionkey", "7");
    message
}

/// A service with one dead letter for each of these.
async fn dead(stage: &Stage, orders: &[Outgoing]) -> (Running, Seen<(u32, String)>, Vec<DeadLetter>) {
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<even>()).await;
    for sent in stage.send(orders.to_vec()).await {
        sent.unwrap();
    }
    let found = letters(&service, "even", orders.len()).await;
    (service, seen, found)
}

fn body(letter: &DeadLetter) -> Value {
    serde_json::from_slice(&letter.message.body).unwrap()
}

async fn edited_and_replayed(stage: &Stage) {
    let (service, seen, found) = dead(stage, &[order(stage, "a", 1), order(stage, "b", 3)]).await;
    let letters_of = service.dead_letters();
    let before = found.iter().find(|letter| letter.id.as_deref() == Some("a")).unwrap();
    let new = json!({ "order": 4, "cardNumber": "4111-1111" }).to_string();
    let stale = Edit::body(new.clone()).expecting("{}");
    let refused = letters_of.edit("even", "a", &stale).await.unwrap_err().to_string();
    assert!(refused.contains("has changed in the meantime"), "{refused}");
    let edit = Edit::body(new).expecting(before.message.body.clone());
    letters_of.edit("even", "a", &edit).await.unwrap();
    let again = letters(&service, "even", 2).await;
    let ids: Vec<_> = again.iter().map(|letter| letter.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["b", "a"], "at the end of the queue, under its id");
    let edited = &again[1];
    assert_eq!(body(edited)["order"], 4);
    assert_eq!(
        (&edited.fingerprint, edited.dead_at, &edited.key),
        (&before.fingerprint, before.dead_at, &before.key)
    );
    assert_eq!(edited.history, before.history, "what happened to it stays");
    assert_eq!((edited.edited.len(), &*edited.edited[0].id), (1, "a"));
    assert!(edited.edited[0].by.contains("pid"), "{:?}", edited.edited);
    let shown = serde_json::to_string(edited).unwrap();
    assert!(
        !shown.contains("NDExMS"),
        "the original is as sensitive as the body: {shown}"
    );
    assert_eq!(
        letters_of
            .replay("even", &Select::ids(["a"]), |_| {})
            .await
            .unwrap()
            .sent,
        1
    );
    seen.reaches(1).await;
    assert_eq!(seen.all(), [(4, "a".to_owned())]);
    // Under another id, in all the places where it is written.
    let renamed = Edit::body(json!({ "order": 8, "cardNumber": "" }).to_string()).new_id("c");
    letters_of.edit("even", "b", &renamed).await.unwrap();
    let again = letters(&service, "even", 1).await;
    assert_eq!((again[0].id.as_deref(), &*again[0].edited[0].id), (Some("c"), "b"));
    letters_of.replay("even", &Select::ids(["c"]), |_| {}).await.unwrap();
    seen.reaches(2).await;
    assert_eq!(seen.all()[1], (8, "c".to_owned()));
    let missing = letters_of
        .edit("even", "zzz", &Edit::body("{}"))
        .await
        .unwrap_err()
        .to_string();
    assert!(missing.contains("no dead letter with the id `zzz`"), "{missing}");
    service.shutdown().await;
}

async fn what_its_handler_cannot_read_is_no_edit(stage: &Stage) {
    let (service, _, found) = dead(stage, &[order(stage, "a", 1)]).await;
    let dead = service.dead_letters();
    for (new, why) in [
        (r#"{"order":"4111-2222","cardNumber":""}"#, "malformed"),
        (r#"{"order":4}"#, "missing field `cardNumber`"),
        ("not JSON", "malformed"),
    ] {
        let refused = dead.edit("even", "a", &Edit::body(new)).await.unwrap_err().to_string();
        assert!(
            refused.contains(why) && refused.contains("nothing was changed"),
            "{new}: {refused}"
        );
        assert!(!refused.contains("4111-2"), "{refused}");
    }
    let again = letters(&service, "even", 1).await;
    assert!(again[0].message == found[0].message, "nothing has changed");
    service.shutdown().await;
}

/// Through a second edit, a replay and a second death.
async fn the_original_travels_along(stage: &Stage) {
    let (service, _, found) = dead(stage, &[order(stage, "a", 1)]).await;
    let dead = service.dead_letters();
    let odd = |order: u32| Edit::body(json!({ "order": order, "cardNumber": "" }).to_string());
    dead.edit("even", "a", &odd(3)).await.unwrap();
    dead.edit("even", "a", &odd(5)).await.unwrap();
    assert_eq!(dead.replay("even", &Select::all(), |_| {}).await.unwrap().sent, 1);
    eventually(SOON, "another death", async || {
        let found = dead.list("even").await.unwrap();
        found.len() == 1 && found[0].error.contains("order 5")
    })
    .await;
    let again = letters(&service, "even", 1).await.remove(0);
    let first = again.edited[0].body.as_ref().unwrap();
    let original = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, first).unwrap();
    assert!(original == found[0].message.body, "byte for byte");
    assert_eq!(again.edited.len(), 2);
    assert!(again.edited[1].body.is_none(), "only the first one");
    // Too large for a header.
    let mut large = order(stage, "b", 7);
    let padding = "x".repeat(9 << 10);
    large.message.body = json!({ "order": 7, "cardNumber": padding }).to_string().into();
    stage.send(vec![large]).await[0].clone().unwrap();
    letters(&service, "even", 2).await;
    let refused = dead.edit("even", "b", &odd(9)).await.unwrap_err().to_string();
    assert!(refused.contains("too many to travel"), "{refused}");
    dead.edit("even", "b", &odd(9).original_is_kept()).await.unwrap();
    assert!(letters(&service, "even", 2).await[1].edited[0].body.is_none());
    service.shutdown().await;
}

async fn a_structured_one(stage: &Stage) {
    let event = |order: u32| {
        json!({"specversion": "1.0", "id": "a", "source": "tests", "type": "order.placed.v1",
            "data": {"order": order, "cardNumber": "4111-1"}})
        .to_string()
    };
    let mut message = stage.message("order.placed.v1", "a", event(1));
    let headers = [
        (":message_id", "a"),
        (":content_type", "application/cloudevents+json; charset=utf-8"),
    ];
    message.message.headers = headers.into_iter().collect();
    let (service, seen, _) = dead(stage, &[message]).await;
    let dead = service.dead_letters();
    dead.edit("even", "a", &Edit::body(event(2)).new_id("z")).await.unwrap();
    assert_eq!(dead.replay("even", &Select::ids(["z"]), |_| {}).await.unwrap().sent, 1);
    seen.reaches(1).await;
    assert_eq!(seen.all(), [(2, "z".to_owned())]);
    service.shutdown().await;
}

async fn discarded_one_by_one(stage: &Stage) {
    let orders: Vec<_> = (0..6)
        .map(|number| order(stage, &format!("id-{number}"), 2 * number + 1))
        .collect();
    let (service, _, found) = dead(stage, &orders).await;
    let dead = service.dead_letters();
    let ids = |letters: &[DeadLetter]| -> Vec<_> { letters.iter().map(|letter| letter.id.clone().unwrap()).collect() };
    let all = ids(&found);
    let mut kept = Vec::new();
    let select = Select::ids([&all[1], &all[4]]);
    let done = dead.discard("even", &select, |letter| {
        kept.push(letter.id.clone().unwrap());
        Ok(())
    });
    let done = done.await.unwrap();
    assert_eq!((done.discarded, done.left), (2, 4));
    assert_eq!(kept, [all[1].clone(), all[4].clone()]);
    let left = [&all[0], &all[2], &all[3], &all[5]].map(Clone::clone);
    assert_eq!(
        ids(&letters(&service, "even", 4).await),
        left,
        "the others in their order"
    );
    // What cannot be kept is not deleted.
    let mut room = 1;
    let full = |_: &DeadLetter| {
        room -= 1;
        if room < 0 {
            Err(io::Error::other("disk full"))
        } else {
            Ok(())
        }
    };
    let failed = dead
        .discard("even", &Select::all(), full)
        .await
        .unwrap_err()
        .to_string();
    assert!(failed.contains("disk full"), "{failed}");
    assert_eq!(
        ids(&letters(&service, "even", 3).await),
        left[1..],
        "one was kept, and is gone"
    );
    service.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands() {
    on_rabbitmq(commands).await;
}

async fn commands(stage: &Stage) {
    let workshop = Workshop::new(stage).await;
    let ids = workshop.order(vec![Does::Fail; 4]).await;
    let mut worker = workshop.worker().arg("run").spawn();
    eventually(SOON, "four dead letters", async || {
        let groups: Value = serde_json::from_str(&workshop.json(&["dlq", "groups", "--json"]).await).unwrap();
        groups[0]["count"] == 4
    })
    .await;
    worker.sigterm();
    assert!(worker.wait_exit(SOON).await.success());
    let groups = workshop
        .command(&["dlq", "groups", "--type", "work.ordered", "--since", "1h"])
        .await;
    assert!(
        groups.contains("4 dead letters in 1 groups") && groups.contains("cannot be done"),
        "{groups}"
    );
    assert!(
        workshop
            .command(&["dlq", "groups", "--until", "1h"])
            .await
            .contains("no dead letters")
    );

    let edit = [
        "dlq",
        "edit",
        &ids[0],
        "--set",
        "does=Nothing",
        "--set",
        "card=4222-2222",
    ];
    let dry = workshop.command(&[&edit[..], &["--dry-run"]].concat()).await;
    for line in [
        "- does: \"Fail\"",
        "+ does: \"Nothing\"",
        "- card: \"[redacted]\"",
        "`work` could read it; nothing was changed",
    ] {
        assert!(dry.contains(line), "{dry}");
    }
    assert!(!dry.contains("4111") && !dry.contains("4222"), "{dry}");
    let wrong = ["dlq", "edit", &ids[0], "--set", "does=Dance"];
    let (code, output) = workshop.ends(&wrong).await;
    assert!(code == Some(1) && output.contains("could not read it"), "{output}");
    let done = workshop.command(&edit).await;
    assert!(
        done.contains("is edited") && done.contains("event_runtime::audit"),
        "{done}"
    );

    let dir = TempDir::new("letters");
    let file = |name: &str| dir.path().join(name).display().to_string();
    let done = workshop.command(&["dlq", "export", "--to", &file("safe")]).await;
    assert!(done.contains("4 dead letters are in"), "{done}");
    let safe = std::fs::read_to_string(file("safe")).unwrap();
    assert_eq!(safe.lines().count(), 4);
    assert!(
        !safe.contains("4111") && !safe.contains("4222") && !safe.contains("NDExMS"),
        "{safe}"
    );
    for line in safe.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&line["body"]["card"], &line["handler"]),
            (&"[redacted]".into(), &"work".into())
        );
        assert_eq!(line["history"][0]["code"], "error");
    }
    let (code, output) = workshop.ends(&["dlq", "export", "--to", &file("safe")]).await;
    assert!(
        code == Some(1) && output.contains("cannot be made"),
        "nothing is overwritten: {output}"
    );
    workshop
        .command(&["dlq", "export", "--to", &file("raw"), "--raw", "--id", &ids[1]])
        .await;
    let raw: Value = serde_json::from_str(&std::fs::read_to_string(file("raw")).unwrap()).unwrap();
    assert!(raw["body"].as_str().unwrap().contains("4111-1111"), "{raw}");

    for (words, complaint) in [
        (vec!["dlq", "discard"], "say which dead letters"),
        (vec!["dlq", "discard", "--all"], "say --yes"),
    ] {
        let (code, output) = workshop.ends(&words).await;
        assert!(code == Some(1) && output.contains(complaint), "{words:?}: {output}");
    }
    let dry = workshop.command(&["dlq", "discard", "--all", "--dry-run"]).await;
    assert!(dry.contains("4 dead letters would be deleted"), "{dry}");
    let gone = [
        "dlq",
        "discard",
        "--id",
        &ids[1],
        "--id",
        &ids[2],
        "--yes",
        "--to",
        &file("gone"),
    ];
    let done = workshop.command(&gone).await;
    assert!(done.contains("work: 2 deleted, 2 left"), "{done}");
    let gone = std::fs::read_to_string(file("gone")).unwrap();
    let kept: Vec<Value> = gone.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut kept: Vec<_> = kept.iter().map(|line| line["id"].as_str().unwrap()).collect();
    kept.sort_unstable();
    let mut expected = vec![ids[1].as_str(), ids[2].as_str()];
    expected.sort_unstable();
    assert_eq!(kept, expected);
    assert!(
        gone.contains("4111-1111"),
        "everything, so that nothing is lost: {gone}"
    );

    // Nobody is there to take it.
    let canary = [
        "dlq",
        "replay",
        "--id",
        &ids[3],
        "--canary",
        "1",
        "--canary-within",
        "1s",
    ];
    let (code, output) = workshop.ends(&canary).await;
    assert!(code == Some(1) && output.contains("does the service run?"), "{output}");
    let done = workshop.command(&["dlq", "replay", "--all", "--rate", "100/s"]).await;
    assert!(done.contains("work: 1 sent again, 0 left"), "{done}");
    workshop.close().await;
}
