use super::super::Check;
use super::super::verdict::{Failure, Verdict, check_store, ensure, ensure_eq};
use super::desk::{Desk, PATIENCE, owned, row};
use crate::store::{LineRow, Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

pub(super) const CHECKS: &[Check] = &[
    check_store!(
        held_and_lined_up,
        "a key that is held has a line, in the order in which it was put there"
    ),
    check_store!(claims_see_holds, "a claim in order says whether any key is held"),
    check_store!(
        waiting_is_not_seen,
        "what waits in a line counts as claimed, and not as handled"
    ),
    check_store!(
        drained_in_order,
        "a line is taken apart from its front, and a rollback puts it back"
    ),
    check_store!(
        let_go_when_empty,
        "a key is let go when its line is empty, and not before"
    ),
    check_store!(
        no_gap_at_the_end,
        "what is put into a line while its key is let go is not left behind"
    ),
    check_store!(one_at_a_time, "two that take from one line never take the same event"),
    check_store!(
        amended,
        "an event in a line can say something else, and keeps its place"
    ),
    check_store!(
        waiting_is_not_forgotten,
        "what waits in a line stays in the inbox, however old"
    ),
    check_store!(unclaimed, "what is taken out of the inbox is claimed again"),
    check_store!(undone, "a rollback leaves no key held and no line"),
    check_store!(newest, "only what is newer becomes the newest of its key"),
    check_store!(
        newest_at_once,
        "of two that write the newest at once, the older one is told so"
    ),
];

fn lined(key: &str, number: usize) -> LineRow {
    let claim = format!("{key}/{number}");
    let outgoing = row(Some(key), number.to_string()).outgoing;
    LineRow::new(key, &claim, outgoing).of(claim.as_str(), "order.placed.v1")
}

fn claims(rows: &[LineRow]) -> Vec<&str> {
    rows.iter().map(|row| row.claim.as_str()).collect()
}

impl Desk {
    /// Holds a key, with so many events in its line.
    async fn hold(&self, key: &str, events: usize) -> Verdict<(u64, u64)> {
        let mut transaction = self.one.begin().await?;
        let keys = transaction.hold(&self.handler, key).await?;
        let mut rows: Vec<_> = (0..events).map(|number| lined(key, number)).collect();
        if let Some(first) = rows.first_mut() {
            *first = first.clone().failed("poison");
        }
        let longest = transaction.line_up(&self.handler, &rows).await?;
        transaction.commit().await?;
        Ok((keys, longest))
    }

    async fn held(&self, keys: &[&str]) -> Verdict<Vec<bool>> {
        let mut transaction = self.two.begin().await?;
        let held = transaction.held(&self.handler, &owned(keys)).await?;
        transaction.rollback().await?;
        Ok(held)
    }

    async fn line(&self, key: &str) -> Verdict<Vec<LineRow>> {
        Ok(self.two.line(&self.handler, key, 100).await?)
    }

    async fn let_go(&self, key: &str) -> Verdict<bool> {
        let mut transaction = self.one.begin().await?;
        let gone = transaction.let_go(&self.handler, key).await?;
        transaction.commit().await?;
        Ok(gone)
    }

    async fn take(&self, key: &str) -> Verdict<Option<LineRow>> {
        let mut transaction = self.one.begin().await?;
        let taken = transaction.next_in_line(&self.handler, key).await?;
        transaction.commit().await?;
        Ok(taken)
    }
}

async fn held_and_lined_up(desk: &Desk) -> Verdict {
    ensure_eq!(desk.hold("a", 3).await?, (1, 3), "keys held, and the longest line");
    ensure_eq!(desk.hold("b", 1).await?, (2, 1), "keys held, and the longest line");
    ensure_eq!(desk.hold("b", 0).await?, (2, 0), "a key that is held is held");
    ensure_eq!(desk.held(&["b", "x", "a"]).await?, [true, false, true], "held");
    let line = desk.line("a").await?;
    ensure_eq!(claims(&line), ["a/0", "a/1", "a/2"], "the line");
    ensure_eq!(line[0].reason.as_deref(), Some("poison"), "why the first one failed");
    ensure_eq!(line[1].reason, None, "why the second one failed");
    let sent = lined("a", 1).outgoing.message.body;
    ensure_eq!(line[1].outgoing.message.body, sent, "the body");
    let keys = desk.two.held_keys(&desk.handler, 10).await?;
    let shown: Vec<_> = keys.iter().map(|held| (held.key.as_str(), held.events)).collect();
    ensure_eq!(shown, [("a", 3), ("b", 1)], "keys and their events");
    ensure_eq!(keys[0].event_id.as_deref(), Some("a/0"), "the first of the line");
    let count = desk.two.held_count(&desk.handler).await?;
    ensure_eq!((count.keys, count.events), (2, 4), "counts");
    let other = desk.two.held_count(&format!("{}.other", desk.service)).await?;
    ensure_eq!((other.keys, other.events), (0, 0), "counts of another handler");
    Ok(())
}

async fn claims_see_holds(desk: &Desk) -> Verdict {
    let claim = async |keys: &[&str]| -> Verdict<(Vec<bool>, bool)> {
        let mut transaction = desk.two.begin().await?;
        let claimed = transaction.claim_in_order(&desk.handler, &owned(keys)).await?;
        transaction.commit().await?;
        Ok(claimed)
    };
    ensure_eq!(claim(&["1", "2"]).await?, (vec![true, true], false), "before");
    desk.hold("a", 1).await?;
    ensure_eq!(
        claim(&["3", "2"]).await?,
        (vec![true, false], true),
        "while a key is held"
    );
    ensure_eq!(claim(&["4"]).await?, (vec![true], true), "one, while a key is held");
    desk.take("a").await?;
    ensure!(desk.let_go("a").await?, "an empty line is not let go");
    ensure_eq!(claim(&["5", "6"]).await?, (vec![true, true], false), "afterwards");
    Ok(())
}

async fn waiting_is_not_seen(desk: &Desk) -> Verdict {
    desk.hold("a", 2).await?;
    desk.claim(&["a/0", "a/1", "b/0"]).await?;
    ensure_eq!(desk.seen(&["a/0", "a/1", "b/0"]).await?, [false, false, true], "seen");
    ensure_eq!(desk.claim(&["a/1"]).await?, [false], "a claim of what waits");
    desk.take("a").await?;
    ensure_eq!(
        desk.seen(&["a/0", "a/1"]).await?,
        [true, false],
        "seen after one is taken"
    );
    Ok(())
}

async fn drained_in_order(desk: &Desk) -> Verdict {
    desk.hold("a", 3).await?;
    desk.hold("b", 1).await?;
    let mut undone = desk.one.begin().await?;
    let taken = undone.next_in_line(&desk.handler, "a").await?;
    ensure_eq!(taken.map(|row| row.claim).as_deref(), Some("a/0"), "the first one");
    undone.rollback().await?;
    let dropped = desk.one.begin().await?;
    drop(dropped);
    for claim in ["a/0", "a/1", "a/2"] {
        let taken = desk.take("a").await?;
        ensure_eq!(taken.map(|row| row.claim).as_deref(), Some(claim), "the next one");
    }
    ensure_eq!(desk.take("a").await?, None, "the next one of an empty line");
    ensure_eq!(claims(&desk.line("b").await?), ["b/0"], "the line of another key");
    Ok(())
}

async fn let_go_when_empty(desk: &Desk) -> Verdict {
    desk.hold("a", 1).await?;
    ensure!(!desk.let_go("a").await?, "a line with an event was let go");
    ensure_eq!(desk.held(&["a"]).await?, [true], "held");
    desk.take("a").await?;
    ensure!(desk.let_go("a").await?, "an empty line was not let go");
    ensure_eq!(desk.held(&["a"]).await?, [false], "held");
    ensure!(desk.let_go("a").await?, "a key that is not held is let go");
    // As a replay does it: the last event and the end of the line in one transaction.
    desk.hold("b", 1).await?;
    let mut transaction = desk.one.begin().await?;
    transaction.next_in_line(&desk.handler, "b").await?;
    ensure!(
        transaction.let_go(&desk.handler, "b").await?,
        "its own removal is not seen"
    );
    transaction.commit().await?;
    ensure_eq!(desk.held(&["b"]).await?, [false], "held");
    Ok(())
}

async fn no_gap_at_the_end(desk: &Desk) -> Verdict {
    desk.hold("a", 0).await?;
    let mut arriving = desk.one.begin().await?;
    let held = arriving.held(&desk.handler, &owned(&["a"])).await?;
    ensure_eq!(held, [true], "held");
    let (store, handler) = (Arc::clone(&desk.two), desk.handler.clone());
    let letting_go = tokio::spawn(async move {
        let mut transaction = store.begin().await?;
        let gone = transaction.let_go(&handler, "a").await?;
        transaction.commit().await?;
        Ok::<_, StoreError>(gone)
    });
    sleep(Duration::from_millis(200)).await;
    ensure!(
        !letting_go.is_finished(),
        "it did not wait for who puts an event into the line"
    );
    arriving.line_up(&desk.handler, &[lined("a", 7)]).await?;
    arriving.commit().await?;
    let gone = timeout(PATIENCE, letting_go).await;
    let gone = gone.map_err(|_| Failure::new("it waits although nobody is in the way"))?;
    let gone = gone.map_err(|error| Failure::new(error.to_string()))??;
    ensure!(!gone, "a key was let go while an event was put into its line");
    ensure_eq!(claims(&desk.line("a").await?), ["a/7"], "the line");
    Ok(())
}

async fn one_at_a_time(desk: &Desk) -> Verdict {
    for commit in [true, false] {
        let key = if commit { "a" } else { "b" };
        desk.hold(key, 2).await?;
        let mut first = desk.one.begin().await?;
        first.next_in_line(&desk.handler, key).await?;
        let (store, handler) = (Arc::clone(&desk.two), desk.handler.clone());
        let second = tokio::spawn(async move {
            let mut transaction = store.begin().await?;
            let taken = transaction.next_in_line(&handler, key).await?;
            transaction.rollback().await?;
            Ok::<_, StoreError>(taken.map(|row| row.claim))
        });
        sleep(Duration::from_millis(200)).await;
        ensure!(!second.is_finished(), "the second one did not wait for the first");
        if commit {
            first.commit().await?;
        } else {
            first.rollback().await?;
        }
        let second = timeout(PATIENCE, second).await;
        let second = second.map_err(|_| Failure::new("the second one waits although the first has ended"))?;
        let second = second.map_err(|error| Failure::new(error.to_string()))??;
        let wanted: &[Option<&str>] = if commit { &[None, Some("a/1")] } else { &[Some("b/0")] };
        ensure!(wanted.contains(&second.as_deref()), "the second one took {second:?}");
    }
    Ok(())
}

async fn amended(desk: &Desk) -> Verdict {
    desk.hold("a", 2).await?;
    let mut first = desk.line("a").await?.swap_remove(0);
    first.reason = Some("exhausted".to_owned());
    first.outgoing.message.headers.push("x-evt-attempt", "2");
    let mut transaction = desk.one.begin().await?;
    transaction.amend(&desk.handler, &first).await?;
    transaction.commit().await?;
    let line = desk.line("a").await?;
    ensure_eq!(claims(&line), ["a/0", "a/1"], "the line");
    ensure_eq!(line[0].reason.as_deref(), Some("exhausted"), "the reason");
    let attempt = line[0].outgoing.message.headers.get("x-evt-attempt");
    ensure_eq!(attempt, Some("2"), "the new header");
    desk.take("a").await?;
    let mut transaction = desk.one.begin().await?;
    transaction.amend(&desk.handler, &first).await?;
    transaction.commit().await?;
    ensure_eq!(
        claims(&desk.line("a").await?),
        ["a/1"],
        "the line after one that is gone was amended"
    );
    Ok(())
}

async fn waiting_is_not_forgotten(desk: &Desk) -> Verdict {
    desk.hold("a", 1).await?;
    desk.claim(&["a/0", "b/0"]).await?;
    sleep(Duration::from_millis(50)).await;
    let forgotten = desk.one.forget(&desk.handler, Duration::ZERO, 100).await?;
    ensure_eq!(forgotten, 1, "forgotten while one waits");
    ensure_eq!(desk.claim(&["a/0", "b/0"]).await?, [false, true], "claims");
    desk.take("a").await?;
    sleep(Duration::from_millis(50)).await;
    let forgotten = desk.one.forget(&desk.handler, Duration::ZERO, 100).await?;
    ensure_eq!(forgotten, 2, "forgotten afterwards");
    Ok(())
}

async fn unclaimed(desk: &Desk) -> Verdict {
    desk.claim(&["a", "b"]).await?;
    let mut transaction = desk.one.begin().await?;
    transaction.unclaim(&desk.handler, "a").await?;
    transaction.rollback().await?;
    ensure_eq!(desk.seen(&["a", "b"]).await?, [true, true], "after a rollback");
    let mut transaction = desk.one.begin().await?;
    transaction.unclaim(&desk.handler, "a").await?;
    transaction.unclaim(&desk.handler, "nothing").await?;
    transaction.commit().await?;
    ensure_eq!(desk.seen(&["a", "b"]).await?, [false, true], "afterwards");
    ensure_eq!(desk.claim(&["a", "b"]).await?, [true, false], "claims");
    Ok(())
}

async fn undone(desk: &Desk) -> Verdict {
    for drops in [false, true] {
        let mut transaction = desk.one.begin().await?;
        transaction.hold(&desk.handler, "a").await?;
        transaction.line_up(&desk.handler, &[lined("a", 0)]).await?;
        transaction.set_newest(&desk.handler, &[("a".to_owned(), 5)]).await?;
        if drops {
            drop(transaction);
        } else {
            transaction.rollback().await?;
        }
        ensure_eq!(desk.held(&["a"]).await?, [false], "held");
        ensure_eq!(desk.line("a").await?.len(), 0, "events in the line");
        ensure_eq!(
            newest_of(desk.two.as_ref(), &desk.handler, &["a"]).await?,
            [None],
            "the newest"
        );
    }
    Ok(())
}

async fn newest_of(store: &dyn Store, handler: &str, keys: &[&str]) -> Verdict<Vec<Option<u64>>> {
    let mut transaction = store.begin().await?;
    let newest = transaction.newest(handler, &owned(keys)).await?;
    transaction.rollback().await?;
    Ok(newest)
}

async fn set_newest(store: &dyn Store, handler: &str, newest: &[(&str, u64)]) -> Result<(), StoreError> {
    let newest: Vec<_> = newest.iter().map(|(key, at)| ((*key).to_owned(), *at)).collect();
    let mut transaction = store.begin().await?;
    transaction.set_newest(handler, &newest).await?;
    transaction.commit().await
}

async fn newest(desk: &Desk) -> Verdict {
    let store = desk.one.as_ref();
    ensure_eq!(newest_of(store, &desk.handler, &["a"]).await?, [None], "before");
    set_newest(store, &desk.handler, &[("a", 9), ("b", u64::MAX)]).await?;
    set_newest(store, &desk.handler, &[("a", 10)]).await?;
    let found = newest_of(store, &desk.handler, &["b", "x", "a"]).await?;
    ensure_eq!(found, [Some(u64::MAX), None, Some(10)], "afterwards");
    for old in [9, 10] {
        let refused = set_newest(store, &desk.handler, &[("a", old)]).await;
        ensure!(
            matches!(refused, Err(StoreError::Conflict(_))),
            "{old} after 10 was answered with {refused:?}"
        );
    }
    let other = format!("{}.other", desk.service);
    ensure_eq!(newest_of(store, &other, &["a"]).await?, [None], "of another handler");
    Ok(())
}

async fn newest_at_once(desk: &Desk) -> Verdict {
    let mut first = desk.one.begin().await?;
    first.set_newest(&desk.handler, &[("a".to_owned(), 7)]).await?;
    let (store, handler) = (Arc::clone(&desk.two), desk.handler.clone());
    let second = tokio::spawn(async move { set_newest(store.as_ref(), &handler, &[("a", 6)]).await });
    sleep(Duration::from_millis(200)).await;
    ensure!(!second.is_finished(), "the second one did not wait for the first");
    first.commit().await?;
    let second = timeout(PATIENCE, second).await;
    let second = second.map_err(|_| Failure::new("the second one waits although the first has ended"))?;
    let second = second.map_err(|error| Failure::new(error.to_string()))?;
    ensure!(
        matches!(second, Err(StoreError::Conflict(_))),
        "6 after 7 was answered with {second:?}"
    );
    ensure_eq!(
        newest_of(desk.one.as_ref(), &desk.handler, &["a"]).await?,
        [Some(7)],
        "the newest"
    );
    Ok(())
}
