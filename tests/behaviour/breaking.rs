use super::events::{Paid, Placed, placed};
use super::stage::{Seen, Stage, counts, letters};
use event_runtime::prelude::*;
use std::collections::BTreeMap;

on_both!(panics_and_hangs_are_attempts, panics_of_what_is_returned);

/// Panics when it is dropped, unless something has panicked already.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("a bomb");
        }
    }
}

#[handler(retry(attempts = 2, from = "1ms", to = "1ms"), timeout = "200ms", concurrency = 1)]
async fn breaks(order: Placed, at: Context, seen: State<Seen<(u32, u32)>>) {
    seen.push((order.order, at.attempt));
    match order.order {
        0 => panic!("plainly"),
        1 => drop(Bomb),
        2 => std::panic::panic_any(Bomb),
        3 => {
            let _bomb = Bomb;
            std::future::pending::<()>().await;
        }
        4 => std::future::pending().await,
        _ => {}
    }
}

/// Fault matrix 39 and 40: one slot only, which a panic or a hang would keep for ever.
async fn panics_and_hangs_are_attempts(stage: &Stage) {
    let seen = Seen::new();
    let service = stage
        .start(stage.service().state(seen.clone()).handle::<breaks>())
        .await;
    for order in 0..6 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    let found: BTreeMap<_, _> = letters(&service, "breaks", 5)
        .await
        .into_iter()
        .map(|letter| (letter.key.clone().unwrap(), letter))
        .collect();
    for (key, code, error) in [
        ("0", "panic", "the handler panicked: plainly"),
        ("1", "panic", "the handler panicked: a bomb"),
        ("2", "panic", "the handler panicked: no message"),
        ("3", "timeout", "the handler took longer than 200ms"),
        ("4", "timeout", "the handler took longer than 200ms"),
    ] {
        let letter = &found[key];
        assert_eq!((letter.reason.as_str(), letter.attempts), ("exhausted", 2), "{key}");
        for attempt in &letter.history {
            assert_eq!((attempt.code.as_str(), attempt.error.as_str()), (code, error), "{key}");
        }
    }
    seen.reaches(11).await;
    let mut seen = seen.all();
    seen.sort_unstable();
    let twice = (0..5).flat_map(|order| [(order, 1), (order, 2)]);
    assert_eq!(seen, twice.chain([(5, 1)]).collect::<Vec<_>>());
    let counts = counts(&service, "breaks");
    assert_eq!((counts.sessions, counts.failed), (1, 10));
    service.shutdown().await;
}

/// What is returned is the user's code as well.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "order.cursed", version = 1, owner = "tests", unrouted = "keep")]
struct Cursed {
    spell: Spell,
}

#[derive(Debug, Clone, Deserialize, Schema)]
struct Spell(u32);

impl Serialize for Spell {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            0 => panic!("cannot be written"),
            1 => Err(serde::ser::Error::custom("must not be written")),
            other => serializer.serialize_u32(other),
        }
    }
}

impl Drop for Spell {
    fn drop(&mut self) {
        if self.0 == 2 && !std::thread::panicking() {
            panic!("cannot be dropped");
        }
    }
}

#[handler(retry(attempts = 2, from = "1ms", to = "1ms"))]
async fn curses(order: Paid) -> Option<Cursed> {
    (order.order < 3).then(|| Cursed {
        spell: Spell(order.order),
    })
}

async fn panics_of_what_is_returned(stage: &Stage) {
    let service = stage.start(stage.service().handle::<curses>()).await;
    for order in 0..4 {
        service.publisher().publish(&Paid { order }).await.unwrap();
    }
    let mut found: Vec<_> = letters(&service, "curses", 3)
        .await
        .into_iter()
        .map(|letter| (letter.key.unwrap(), letter.reason, letter.attempts, letter.error))
        .collect();
    found.sort();
    let expected = [
        ("0", "exhausted", 2, "the handler panicked: cannot be written"),
        (
            "1",
            "poison",
            1,
            "cannot publish what the handler returned: cannot write the event as JSON: must not be written",
        ),
        ("2", "exhausted", 2, "the handler panicked: cannot be dropped"),
    ];
    let expected = expected.map(|(key, reason, attempts, error)| (key.into(), reason.into(), attempts, error.into()));
    assert_eq!(found, expected);
    let counts = counts(&service, "curses");
    assert_eq!((counts.handled, counts.sessions), (1, 1));
    service.shutdown().await;
}
