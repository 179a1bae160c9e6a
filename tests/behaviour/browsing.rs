//! Looking at dead letters: filters, groups, and that looking never endangers them.

use super::events::{Placed, placed};
use super::stage::{Stage, letters};
use event_runtime::message::Outgoing;
use event_runtime::prelude::*;
use event_runtime::{DeadLetter, DeadLetters, Select};
use std::time::Duration;

on_both!(
    selected_by_everything,
    grouped_by_what_failed_alike,
    ten_thousand_are_read_again_and_again,
);

#[derive(Debug, thiserror::Error, Failure)]
#[failure(poison)]
enum Refused {
    #[error("order {0} is too small")]
    Small(u32),
    #[error("order {0} is too large")]
    Large(u32),
}

#[handler]
async fn choosy(order: Placed) -> Result<(), Refused> {
    match order.order {
        0..3 => Err(Refused::Small(order.order)),
        _ => Err(Refused::Large(order.order)),
    }
}

fn ids(letters: &[DeadLetter]) -> Vec<String> {
    letters.iter().map(|letter| letter.id.clone().unwrap()).collect()
}

async fn selected(dead: &DeadLetters, select: &Select) -> Vec<String> {
    let mut keys = Vec::new();
    let browsed = dead
        .browse("choosy", select, |letter| keys.push(letter.key.unwrap_or_default()))
        .await
        .unwrap();
    assert_eq!((browsed.read, browsed.more), (7, 0), "everything is looked at");
    keys.sort();
    keys
}

async fn selected_by_everything(stage: &Stage) {
    let service = stage.start(stage.service().handle::<choosy>()).await;
    for order in 0..6 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    let unreadable = stage.message("order.placed.v7", "odd", "{}");
    stage.send(vec![unreadable]).await[0].clone().unwrap();
    let all = letters(&service, "choosy", 7).await;
    let of = |key: &str| all.iter().find(|letter| letter.key.as_deref() == Some(key)).unwrap();
    let dead = service.dead_letters();
    let small = of("1").fingerprint.clone();
    assert_ne!(small, of("5").fingerprint);
    for (select, expected) in [
        (Select::all().fingerprint(&small), vec!["0", "1", "2"]),
        (Select::all().fingerprint(&small).key("2"), vec!["2"]),
        (Select::all().fingerprint(&small).key("5"), vec![]),
        (Select::all().reason("unknown_contract"), vec![""]),
        (Select::all().event_type("order.placed.v7"), vec![""]),
        (Select::all().event_type("order.placed.v1").key("0"), vec!["0"]),
        (
            Select::all().event_type("order.placed"),
            vec!["", "0", "1", "2", "3", "4", "5"],
        ),
        (Select::all().event_type("order"), vec![]),
        (Select::all().handler("choosy").key("4"), vec!["4"]),
        (Select::all().handler("other"), vec![]),
        (Select::ids([of("3").id.as_ref().unwrap()]), vec!["3"]),
    ] {
        assert_eq!(selected(&dead, &select).await, expected, "{select}");
    }
    let mut at: Vec<_> = all.iter().map(|letter| letter.dead_at.unwrap()).collect();
    at.sort();
    assert_eq!(
        selected(&dead, &Select::all().since(at[0])).await.len(),
        7,
        "at this time or later"
    );
    assert!(
        selected(&dead, &Select::all().until(at[0])).await.is_empty(),
        "before this time"
    );
    let before = selected(&dead, &Select::all().until(at[3])).await;
    let after = selected(&dead, &Select::all().since(at[3])).await;
    assert_eq!(before.len() + after.len(), 7);
    service.shutdown().await;
}

async fn grouped_by_what_failed_alike(stage: &Stage) {
    let service = stage.start(stage.service().handle::<choosy>()).await;
    for order in 0..12 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    let all = letters(&service, "choosy", 12).await;
    let groups = service.dead_letters().groups("choosy", &Select::all()).await.unwrap();
    let counts: Vec<_> = groups.iter().map(|group| group.count).collect();
    assert_eq!(counts, [9, 3], "the largest first");
    let large = &groups[0];
    assert_eq!((&*large.handler, &*large.reason), ("choosy", "poison"));
    assert!(large.error.ends_with("is too large"), "{large:?}");
    assert_eq!(large.event_types, ["order.placed.v1"]);
    assert_eq!(large.keys.len(), 5, "a few of them");
    let theirs: Vec<_> = all
        .iter()
        .filter(|letter| letter.fingerprint == large.fingerprint)
        .collect();
    assert_eq!(theirs.len(), 9);
    assert_eq!(
        large.first_dead_at,
        theirs.iter().filter_map(|letter| letter.dead_at).min()
    );
    assert_eq!(
        large.last_dead_at,
        theirs.iter().filter_map(|letter| letter.dead_at).max()
    );
    assert!(theirs.iter().any(|letter| letter.id == large.example_id));
    let of_one = service
        .dead_letters()
        .groups("choosy", &Select::all().key("1"))
        .await
        .unwrap();
    assert_eq!((of_one.len(), of_one[0].count), (1, 1));
    service.shutdown().await;
}

const MANY: u32 = 10_000;
const READINGS: u32 = 9;
/// After so many milliseconds.
const BROKEN_OFF: [u64; 8] = [1, 5, 10, 20, 40, 60, 100, 200];

fn letter(stage: &Stage, number: u32) -> Outgoing {
    let mut letter = stage.message(
        "order.placed.v1",
        &format!("{number:05}"),
        r#"{"order":1,"cardNumber":"4111"}"#,
    );
    letter.exchange = stage.names().dead_letter_exchange();
    letter.routing_key = "choosy".to_owned();
    let fingerprint = format!("{:016x}", number % 7);
    for (name, value) in [
        ("x-evt-reason", "poison"),
        ("x-evt-fingerprint", &fingerprint),
        ("x-evt-dead-at", "2026-01-02T03:04:05Z"),
    ] {
        letter.message.headers.push(name, value);
    }
    letter
}

/// How often the broker says that it gave each of them back, in their order.
async fn returns(stage: &Stage) -> Vec<(String, u32)> {
    let wire = stage.connect();
    let queue = stage.names().dead_letters("choosy");
    let mut session = wire.consume(&queue, MANY as u16).await.unwrap();
    let mut found = Vec::new();
    while found.len() < MANY as usize {
        let next = std::future::poll_fn(|cx| session.poll_next(cx));
        let delivery = match tokio::time::timeout(Duration::from_secs(20), next).await {
            Ok(delivery) => delivery.unwrap(),
            Err(_) => panic!("{} of {MANY} after {:?}", found.len(), found.last()),
        };
        let id = delivery.message.headers.get(":message_id").unwrap().to_owned();
        found.push((id, delivery.returns));
    }
    session.close().await;
    wire.close().await;
    found
}

/// None lost, none in another place, and every reading counts once.
async fn ten_thousand_are_read_again_and_again(stage: &Stage) {
    let service = stage.start(stage.service().handle::<choosy>()).await;
    for from in (0..MANY).step_by(1000) {
        let sent = stage
            .send((from..from + 1000).map(|number| letter(stage, number)).collect())
            .await;
        assert!(sent.into_iter().all(|sent| sent.is_ok()));
    }
    let expected: Vec<_> = (0..MANY).map(|number| format!("{number:05}")).collect();
    let dead = service.dead_letters();
    for round in 0..READINGS / 3 {
        let begun = std::time::Instant::now();
        let found = dead.list("choosy").await.unwrap();
        println!("read {MANY} in {:?}", begun.elapsed());
        assert!(
            ids(&found) == expected,
            "reading {round}: none lost, none in another place"
        );
        let oldest = dead.oldest("choosy").await.unwrap().unwrap();
        assert_eq!(oldest.id.as_ref(), expected.first(), "reading {round}");
        let groups = dead.groups("choosy", &Select::all()).await.unwrap();
        assert_eq!(groups.len(), 7);
        assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), u64::from(MANY));
    }
    // Somebody who goes away at any moment.
    for time in BROKEN_OFF {
        let all = Select::all();
        let broken_off = dead.browse("choosy", &all, |_| {});
        drop(tokio::time::timeout(Duration::from_millis(time), broken_off).await);
    }
    let returns = returns(stage).await;
    assert!(
        returns.iter().map(|(id, _)| id).eq(&expected),
        "none lost, none in another place"
    );
    let most = returns.iter().map(|(_, returns)| *returns).max().unwrap();
    assert!(
        (READINGS..=READINGS + BROKEN_OFF.len() as u32 + 1).contains(&most),
        "{most} returns of {READINGS} readings, of which 100,000 are allowed"
    );
    let found = dead.list("choosy").await.unwrap();
    assert!(ids(&found) == expected, "afterwards as well");
    service.shutdown().await;
}
