use super::super::Check;
use super::super::verdict::{Verdict, check_store, ensure, ensure_eq};
use super::desk::{Desk, bodies, numbered, row};
use crate::message::property;
use std::time::Duration;

pub(super) const CHECKS: &[Check] = &[
    check_store!(
        order,
        "events come out of the outbox in the order in which they went in"
    ),
    check_store!(pages, "pages begin behind an id and have a limit"),
    check_store!(many_rows, "two thousand events of one transaction keep their order"),
    check_store!(late_commit, "an event whose transaction commits late is not skipped"),
    check_store!(published, "what is done is gone, and nothing else"),
    check_store!(services_apart, "a service sees its own events only"),
    check_store!(
        intact,
        "an event comes out as it went in: large, empty, not text, with many headers"
    ),
    check_store!(backlog, "the backlog is counted, and grows old by the store's clock"),
];

async fn order(desk: &Desk) -> Verdict {
    for number in 0..10 {
        desk.put(&numbered("k", 3 * number..3 * number + 3)).await?;
    }
    let page = desk.lease().await?.page(0, 100).await?;
    ensure_eq!(
        bodies(&page),
        (0..30).map(|number| number.to_string()).collect::<Vec<_>>(),
        "bodies"
    );
    ensure!(page.is_sorted_by(|a, b| a.id < b.id), "ids grow");
    Ok(())
}

async fn pages(desk: &Desk) -> Verdict {
    desk.put(&numbered("k", 0..10)).await?;
    let mut lease = desk.lease().await?;
    let first = lease.page(0, 4).await?;
    ensure_eq!(bodies(&first), ["0", "1", "2", "3"], "the first page");
    let second = lease.page(first[3].id, 4).await?;
    ensure_eq!(bodies(&second), ["4", "5", "6", "7"], "the second page");
    let third = lease.page(second[3].id, 4).await?;
    ensure_eq!(bodies(&third), ["8", "9"], "the third page");
    ensure_eq!(lease.page(third[1].id, 4).await?.len(), 0, "behind the last");
    Ok(())
}

async fn many_rows(desk: &Desk) -> Verdict {
    desk.put(&numbered("k", 0..2000)).await?;
    let page = desk.lease().await?.page(0, 5000).await?;
    ensure_eq!(
        bodies(&page),
        (0..2000).map(|number| number.to_string()).collect::<Vec<_>>(),
        "bodies"
    );
    Ok(())
}

async fn late_commit(desk: &Desk) -> Verdict {
    let mut early = desk.one.begin().await?;
    early.enqueue(&desk.service, &[row(Some("a"), "early")]).await?;
    if desk.one.connections() == 1 {
        // One writer at a time: nobody can commit in between.
        early.commit().await?;
        desk.put(&[row(Some("b"), "late")]).await?;
        ensure_eq!(
            bodies(&desk.lease().await?.page(0, 10).await?),
            ["early", "late"],
            "bodies"
        );
        return Ok(());
    }
    let mut lease = desk.lease().await?;
    let mut late = desk.two.begin().await?;
    late.enqueue(&desk.service, &[row(Some("b"), "late")]).await?;
    late.commit().await?;
    let page = lease.page(0, 10).await?;
    ensure_eq!(bodies(&page), ["late"], "before the early one commits");
    lease.done(&[page[0].id]).await?;
    early.commit().await?;
    ensure_eq!(
        bodies(&lease.page(0, 10).await?),
        ["early"],
        "after the early one has committed"
    );
    Ok(())
}

async fn published(desk: &Desk) -> Verdict {
    desk.put(&numbered("k", 0..5)).await?;
    let mut lease = desk.lease().await?;
    let page = lease.page(0, 10).await?;
    lease.done(&[page[1].id, page[3].id]).await?;
    lease.done(&[page[1].id]).await?;
    lease.done(&[]).await?;
    ensure_eq!(bodies(&lease.page(0, 10).await?), ["0", "2", "4"], "what is left");
    ensure_eq!(desk.two.backlog(&desk.service).await?.waiting, 3, "what is left");
    Ok(())
}

async fn services_apart(desk: &Desk) -> Verdict {
    desk.put(&numbered("k", 0..2)).await?;
    let other = format!("{}_other", desk.service);
    ensure_eq!(desk.one.backlog(&other).await?.waiting, 0, "another service's backlog");
    let lease = desk.two.lease(&other).await?;
    ensure!(lease.is_some(), "another service's lease is free");
    if let Some(mut lease) = lease {
        ensure_eq!(lease.page(0, 10).await?.len(), 0, "another service's events");
        lease.end().await;
    }
    Ok(())
}

async fn intact(desk: &Desk) -> Verdict {
    let mut large = row(Some("ключ 'a' \"b\" \\"), vec![b'x'; 1 << 20]);
    large.keep = true;
    for number in 0..200 {
        let value = format!("{} \"quoted\" \\ \u{1F511} \n\t", "v".repeat(100));
        large.outgoing.message.headers.push(&format!("x-{number}"), &value);
    }
    large.outgoing.message.headers.push("twice", "1");
    large.outgoing.message.headers.push("twice", "2");
    large.outgoing.message.headers.push(property::TIMESTAMP, "");
    let empty = row(None, "");
    let bytes = row(None, (0..=255).collect::<Vec<u8>>());
    let rows = [large, empty, bytes];
    desk.put(&rows).await?;
    let mut page = desk.lease().await?.page(0, 10).await?;
    ensure_eq!(page.len(), 3, "events");
    page.iter_mut().for_each(|row| row.id = 0);
    for (found, wanted) in page.iter().zip(&rows) {
        let bytes = found.outgoing.message.body == wanted.outgoing.message.body;
        ensure!(
            bytes,
            "the body of {} bytes is another one",
            wanted.outgoing.message.body.len()
        );
        ensure!(
            found.outgoing.message.headers == wanted.outgoing.message.headers,
            "the headers are others"
        );
        ensure!(found == wanted, "the row is another one");
    }
    Ok(())
}

async fn backlog(desk: &Desk) -> Verdict {
    let before = desk.one.backlog(&desk.service).await?;
    ensure_eq!(
        (before.waiting, before.oldest, before.quarantined),
        (0, None, 0),
        "an empty outbox"
    );
    desk.put(&numbered("k", 0..3)).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let after = desk.one.backlog(&desk.service).await?;
    ensure_eq!((after.waiting, after.quarantined), (3, 0), "events");
    let oldest = after.oldest.unwrap_or_default();
    let range = Duration::from_millis(150)..Duration::from_secs(60);
    ensure!(range.contains(&oldest), "the oldest is {oldest:?} old");
    Ok(())
}
