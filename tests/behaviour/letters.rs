use super::events::{Placed, placed};
use super::stage::{Seen, Stage, counts, letters, reaches};
use event_runtime::message::Message;
use event_runtime::prelude::*;
use event_runtime::{Error, Select};

on_both!(
    listed_and_replayed,
    replayed_by_what_they_are,
    replays_that_fail_again,
    a_replay_is_one_on_the_ladder_too,
);

#[derive(Debug, thiserror::Error, Failure)]
#[failure(poison)]
enum Refused {
    #[error("too small")]
    Small,
    #[error("too large")]
    Large,
}

/// Takes everything the second time.
#[handler]
async fn stubborn(order: Placed, at: Context, seen: State<Seen<(u32, u32, bool, String)>>) -> Result<(), Refused> {
    seen.push((order.order, at.attempt, at.replay, at.id().to_string()));
    match order.order {
        _ if at.replay => Ok(()),
        0..5 => Err(Refused::Small),
        5..10 => Err(Refused::Large),
        _ => Ok(()),
    }
}

/// Looking changes nothing; replaying sends each to its handler again, in order, under its id, as a first attempt.
async fn listed_and_replayed(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<stubborn>())
        .await;
    let mut ids = Vec::new();
    for order in 0..10 {
        ids.push(service.publisher().publish(&placed(order)).await.unwrap().to_string());
    }
    let found = letters(&service, "stubborn", 10).await;
    let dead = service.dead_letters();
    for _ in 0..3 {
        let again = dead.list("stubborn").await.unwrap();
        let pairs =
            |letters: &[event_runtime::DeadLetter]| -> Vec<_> { letters.iter().map(|dead| dead.id.clone()).collect() };
        assert_eq!(pairs(&again), pairs(&found), "the same ones in the same order");
    }
    assert!(found.iter().all(|dead| ids.contains(dead.id.as_ref().unwrap())));
    let order = found.iter().map(|dead| dead.id.clone().unwrap()).collect::<Vec<_>>();
    let mut progress = Vec::new();
    let done = dead
        .replay("stubborn", &Select::all(), |at| progress.push(at))
        .await
        .unwrap();
    assert_eq!((done.sent, done.left), (10, 0));
    assert_eq!(progress, (1..=10).collect::<Vec<_>>());
    reaches(&service, "stubborn", "all of them", |counts| counts.handled == 10).await;
    let replayed: Vec<_> = seen.all().split_off(10);
    assert!(
        replayed.iter().all(|(_, attempt, replay, _)| *attempt == 1 && *replay),
        "{replayed:?}"
    );
    let mut again: Vec<_> = replayed.iter().map(|(.., id)| id.clone()).collect();
    again.sort();
    let mut once = order;
    once.sort();
    assert_eq!(again, once, "the same ids");
    assert_eq!(dead.count("stubborn").await.unwrap(), 0);
    assert!(dead.list("stubborn").await.unwrap().is_empty());
    assert!(
        dead.list("nobody")
            .await
            .is_err_and(|error| matches!(error, Error::Transport(_)))
    );
    service.shutdown().await;
}

async fn replayed_by_what_they_are(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<stubborn>())
        .await;
    for order in 0..10 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    let found = letters(&service, "stubborn", 10).await;
    let of = |key: &str| found.iter().find(|letter| letter.key.as_deref() == Some(key)).unwrap();
    let dead = service.dead_letters();
    let mut select = Select::all();
    select.key = Some("7".to_owned());
    select.reason = Some("exhausted".to_owned());
    let done = dead.replay("stubborn", &select, |_| {}).await.unwrap();
    assert_eq!((done.sent, done.left), (0, 10), "everything that is set must hold");
    select.reason = Some("poison".to_owned());
    assert_eq!(dead.replay("stubborn", &select, |_| {}).await.unwrap().sent, 1);
    let ids = [of("1"), of("3")].map(|letter| letter.id.clone().unwrap());
    assert_eq!(
        dead.replay("stubborn", &Select::ids(ids), |_| {}).await.unwrap().sent,
        2
    );
    let mut select = Select::all();
    select.fingerprint = Some(of("9").fingerprint.clone());
    let done = dead.replay("stubborn", &select, |_| {}).await.unwrap();
    assert_eq!((done.sent, done.left), (4, 3));
    reaches(&service, "stubborn", "seven of them", |counts| counts.handled == 7).await;
    let mut left: Vec<_> = letters(&service, "stubborn", 3)
        .await
        .into_iter()
        .map(|letter| letter.key.unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["0", "2", "4"]);
    service.shutdown().await;
}

#[handler]
async fn never(_: Placed, seen: State<Seen<u32>>) -> Result<(), Refused> {
    seen.push(1);
    Err(Refused::Large)
}

/// Comes back with a new history, and the bytes and headers it had at first.
async fn replays_that_fail_again(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<never>()).await;
    let mut message = stage.message("order.placed.v1", "odd", " {\"order\": 1,\t\"cardNumber\":\"4111\"}\n");
    // Some begin like those the broker acts upon.
    for name in ["x-foreign", "CC-reference", "BCCount", "x-deaths", "x-delivery-country"] {
        message.message.headers.push(name, "kept");
    }
    stage.send(vec![message.clone()]).await[0].clone().unwrap();
    let dead = service.dead_letters();
    let own = |message: &Message| -> Vec<(String, String)> {
        let mut own: Vec<_> = message
            .headers
            .iter()
            .filter(|(name, _)| !name.starts_with("x-evt-") && *name != ":user_id")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        own.sort();
        own
    };
    for round in 1..=3 {
        let letter = letters(&service, "never", 1).await.remove(0);
        assert_eq!((letter.attempts, letter.history.len()), (1, 1), "round {round}");
        assert!(letter.message.body == message.message.body, "round {round}");
        assert_eq!(own(&letter.message), own(&message.message), "round {round}");
        assert_eq!(letter.event_type, "order.placed.v1");
        if round < 3 {
            assert_eq!(dead.replay("never", &Select::all(), |_| {}).await.unwrap().sent, 1);
            seen.reaches(round + 1).await;
        }
    }
    assert_eq!(counts(&service, "never").dead(), 3);
    service.shutdown().await;
}

#[derive(Debug, thiserror::Error, Failure)]
#[error("later")]
#[failure(retry(after = "5100ms"))]
struct Later;

#[handler(retry(attempts = 2))]
async fn late(_: Placed, at: Context, seen: State<Seen<(u32, bool)>>) -> Result<(), Later> {
    seen.push((at.attempt, at.replay));
    Err(Later)
}

async fn a_replay_is_one_on_the_ladder_too(stage: &Stage) {
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<late>()).await;
    service.publisher().publish(&placed(1)).await.unwrap();
    letters(&service, "late", 1).await;
    let done = service
        .dead_letters()
        .replay("late", &Select::all(), |_| {})
        .await
        .unwrap();
    assert_eq!((done.sent, done.left), (1, 0));
    letters(&service, "late", 1).await;
    assert_eq!(seen.all(), [(1, false), (2, false), (1, true), (2, true)]);
    service.shutdown().await;
}
