use super::super::Check;
use super::super::verdict::{Failure, Verdict, check_store, ensure, ensure_eq};
use super::desk::{Desk, PATIENCE, claim, owned, row};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

pub(super) const CHECKS: &[Check] = &[
    check_store!(migrations, "migrations are applied once, also by two at a time"),
    check_store!(
        claimed_once,
        "a key that was claimed and committed is not claimed again"
    ),
    check_store!(handlers_apart, "two handlers each claim the same key"),
    check_store!(
        one_duplicate_among_many,
        "of many keys exactly those are claimed that were not there"
    ),
    check_store!(many_keys, "a thousand keys of any form are claimed in one go"),
    check_store!(
        claimed_concurrently,
        "of many transactions at once exactly one claims a key"
    ),
    check_store!(
        crossing_claims,
        "transactions that claim the same keys in any order all come to an end"
    ),
    check_store!(
        waits_for_commit,
        "a claim waits for another transaction, and is none when that one commits"
    ),
    check_store!(
        waits_for_rollback,
        "a claim waits for another transaction, and holds when that one rolls back"
    ),
    check_store!(rollback, "a rollback leaves nothing"),
    check_store!(
        crash_between_steps,
        "a transaction that is dropped at any step leaves nothing, and holds up nobody"
    ),
    check_store!(
        retention,
        "old keys are forgotten, at most as many as asked for; young ones stay"
    ),
];

async fn migrations(desk: &Desk) -> Verdict {
    let (one, two) = tokio::join!(desk.one.migrate(), desk.two.migrate());
    one?;
    two?;
    ensure_eq!(
        desk.one.migrate().await?.len(),
        0,
        "what is missing after it was applied"
    );
    ensure_eq!(
        desk.two.missing().await?.len(),
        0,
        "what is missing after it was applied"
    );
    let versions: Vec<_> = desk
        .one
        .migrations()
        .iter()
        .map(|migration| migration.version)
        .collect();
    ensure_eq!(versions, (1..).take(versions.len()).collect::<Vec<_>>(), "versions");
    Ok(())
}

async fn claimed_once(desk: &Desk) -> Verdict {
    ensure_eq!(desk.seen(&["a"]).await?, [false], "before");
    ensure_eq!(desk.claim(&["a"]).await?, [true], "the first claim");
    ensure_eq!(desk.seen(&["a"]).await?, [true], "afterwards");
    ensure_eq!(desk.claim(&["a"]).await?, [false], "the second claim");
    let other = claim(desk.two.as_ref(), &desk.handler, &["a"]).await?;
    ensure_eq!(other, [false], "a claim through another handle");
    Ok(())
}

async fn handlers_apart(desk: &Desk) -> Verdict {
    ensure_eq!(desk.claim(&["a"]).await?, [true], "the first handler's claim");
    let other = claim(desk.one.as_ref(), &format!("{}.other", desk.service), &["a"]).await?;
    ensure_eq!(other, [true], "the other handler's claim");
    Ok(())
}

async fn one_duplicate_among_many(desk: &Desk) -> Verdict {
    desk.claim(&["c"]).await?;
    let claimed = desk.claim(&["e", "d", "c", "b", "a"]).await?;
    ensure_eq!(
        claimed,
        [true, true, false, true, true],
        "claims, in the order of the keys"
    );
    let seen = desk.seen(&["a", "x", "c", "e"]).await?;
    ensure_eq!(seen, [true, false, true, true], "seen, in the order of the keys");
    Ok(())
}

async fn many_keys(desk: &Desk) -> Verdict {
    let mut keys: Vec<String> = (0..1000).map(|number| format!("key {number}")).collect();
    keys.extend(owned(&[
        "",
        "'",
        "\"",
        "\\",
        "{a,b}",
        "NULL",
        "ключ 🔑",
        "a\nb",
        &"x".repeat(4096),
    ]));
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    ensure!(
        desk.claim(&keys).await?.iter().all(|claimed| *claimed),
        "a key was taken for another"
    );
    ensure!(
        !desk.claim(&keys).await?.iter().any(|claimed| *claimed),
        "a key is not known again"
    );
    ensure!(desk.seen(&keys).await?.iter().all(|seen| *seen), "a key is not seen");
    Ok(())
}

async fn claimed_concurrently(desk: &Desk) -> Verdict {
    let claims = (0..32).map(async |number| {
        let store = if number % 2 == 0 { &desk.one } else { &desk.two };
        claim(store.as_ref(), &desk.handler, &["a"]).await
    });
    let claims: Vec<_> = join_all(claims).await.into_iter().collect::<Verdict<_>>()?;
    ensure_eq!(
        claims.iter().filter(|claimed| claimed[0]).count(),
        1,
        "claims that hold"
    );
    Ok(())
}

async fn crossing_claims(desk: &Desk) -> Verdict {
    let claims = (0..16).map(async |number| {
        let mut keys = vec!["a", "b", "c", "d", "e"];
        keys.rotate_left(number % 5);
        if number % 3 == 0 {
            keys.reverse();
        }
        let store = if number % 2 == 0 { &desk.one } else { &desk.two };
        claim(store.as_ref(), &desk.handler, &keys).await
    });
    let claims: Vec<_> = join_all(claims).await.into_iter().collect::<Verdict<_>>()?;
    let held = claims.iter().flatten().filter(|claimed| **claimed).count();
    ensure_eq!(held, 5, "claims that hold");
    Ok(())
}

/// A claim that is under way while another transaction holds the same key.
async fn claim_behind(desk: &Desk, commit: bool) -> Verdict<bool> {
    let mut first = desk.one.begin().await?;
    first.claim(&desk.handler, &owned(&["a"])).await?;
    let (store, handler) = (Arc::clone(&desk.two), desk.handler.clone());
    let second = tokio::spawn(async move { claim(store.as_ref(), &handler, &["a"]).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    ensure!(!second.is_finished(), "the second claim did not wait for the first");
    if commit {
        first.commit().await?;
    } else {
        first.rollback().await?;
    }
    let second = timeout(PATIENCE, second).await;
    let second = second.map_err(|_| Failure::new("the second claim waits although the first has ended"))?;
    Ok(second.map_err(|error| Failure::new(error.to_string()))??[0])
}

async fn waits_for_commit(desk: &Desk) -> Verdict {
    ensure_eq!(claim_behind(desk, true).await?, false, "the second claim");
    Ok(())
}

async fn waits_for_rollback(desk: &Desk) -> Verdict {
    ensure_eq!(claim_behind(desk, false).await?, true, "the second claim");
    Ok(())
}

async fn rollback(desk: &Desk) -> Verdict {
    let mut transaction = desk.one.begin().await?;
    transaction.claim(&desk.handler, &owned(&["a"])).await?;
    transaction.enqueue(&desk.service, &[row(None, "1")]).await?;
    transaction.rollback().await?;
    ensure_eq!(desk.seen(&["a"]).await?, [false], "the key");
    ensure_eq!(
        desk.one.backlog(&desk.service).await?.waiting,
        0,
        "events in the outbox"
    );
    ensure_eq!(desk.claim(&["a"]).await?, [true], "the next claim");
    Ok(())
}

async fn crash_between_steps(desk: &Desk) -> Verdict {
    for step in 0..3 {
        let mut transaction = desk.one.begin().await?;
        if step > 0 {
            transaction.claim(&desk.handler, &owned(&["a"])).await?;
        }
        if step > 1 {
            transaction.enqueue(&desk.service, &[row(None, "1")]).await?;
        }
        drop(transaction);
        let next = timeout(
            PATIENCE,
            claim(desk.two.as_ref(), &format!("{}.other", desk.service), &["a"]),
        )
        .await;
        next.map_err(|_| Failure::new(format!("a transaction dropped after step {step} holds up others")))??;
        ensure_eq!(desk.seen(&["a"]).await?, [false], "the key, after step {step}");
        ensure_eq!(
            desk.one.backlog(&desk.service).await?.waiting,
            0,
            "the outbox, after step {step}"
        );
    }
    ensure_eq!(desk.claim(&["a"]).await?, [true], "the next claim");
    Ok(())
}

async fn retention(desk: &Desk) -> Verdict {
    desk.claim(&["a", "b", "c", "d", "e"]).await?;
    claim(desk.one.as_ref(), &format!("{}.other", desk.service), &["a"]).await?;
    let hour = Duration::from_secs(3600);
    ensure_eq!(
        desk.one.forget(&desk.handler, hour, 100).await?,
        0,
        "young keys that were forgotten"
    );
    tokio::time::sleep(Duration::from_millis(20)).await;
    let age = Duration::from_millis(1);
    ensure_eq!(
        desk.one.forget(&desk.handler, age, 3).await?,
        3,
        "keys forgotten in one go"
    );
    ensure_eq!(
        desk.one.forget(&desk.handler, age, 3).await?,
        2,
        "keys forgotten in the next"
    );
    ensure_eq!(desk.seen(&["a", "e"]).await?, [false, false], "forgotten keys");
    let other = claim(desk.one.as_ref(), &format!("{}.other", desk.service), &["a"]).await?;
    ensure_eq!(other, [false], "another handler's claim");
    Ok(())
}
