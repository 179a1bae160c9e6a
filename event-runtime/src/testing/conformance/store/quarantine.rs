use super::super::Check;
use super::super::verdict::{Verdict, check_store, ensure, ensure_eq};
use super::desk::{Desk, PATIENCE, bodies, row};
use crate::store::Lease;
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(super) const CHECKS: &[Check] = &[
    check_store!(
        holds_back_its_key,
        "a refused event holds back the later ones of its key, and no others"
    ),
    check_store!(
        comes_back,
        "a refused event is tried again after its wait, before the later ones of its key"
    ),
    check_store!(
        listed_and_released,
        "refused events are listed with their reason, and can be released at once"
    ),
    check_store!(
        discarded,
        "refused events can be discarded; what was not refused cannot"
    ),
];

const HOUR: Duration = Duration::from_secs(3600);

/// `a1 b1 a2 -1 b2`, of which `a1` is refused.
async fn with_one_refused(desk: &Desk, wait: Duration) -> Verdict<Box<dyn Lease>> {
    let rows = [("a", "a1"), ("b", "b1"), ("a", "a2"), ("", "-1"), ("b", "b2")];
    let rows = rows.map(|(key, body)| row(Some(key).filter(|key| !key.is_empty()), body));
    desk.put(&rows).await?;
    let mut lease = desk.lease().await?;
    let first = lease.page(0, 10).await?[0].id;
    lease.refused(first, "nobody takes it", wait).await?;
    Ok(lease)
}

async fn holds_back_its_key(desk: &Desk) -> Verdict {
    let mut lease = with_one_refused(desk, HOUR).await?;
    ensure_eq!(
        bodies(&lease.page(0, 10).await?),
        ["b1", "-1", "b2"],
        "what may be published"
    );
    desk.put(&[row(Some("a"), "a3"), row(Some("c"), "c1")]).await?;
    ensure_eq!(
        bodies(&lease.page(0, 10).await?),
        ["b1", "-1", "b2", "c1"],
        "what may be published"
    );
    Ok(())
}

async fn comes_back(desk: &Desk) -> Verdict {
    let mut lease = with_one_refused(desk, Duration::from_millis(700)).await?;
    ensure_eq!(bodies(&lease.page(0, 10).await?), ["b1", "-1", "b2"], "at first");
    let started = Instant::now();
    loop {
        let page = lease.page(0, 10).await?;
        if page.len() == 5 {
            ensure_eq!(bodies(&page), ["a1", "b1", "a2", "-1", "b2"], "afterwards");
            ensure_eq!(page[0].attempts, 1, "attempts");
            return Ok(());
        }
        ensure!(started.elapsed() < PATIENCE, "it does not come back");
        sleep(Duration::from_millis(50)).await;
    }
}

async fn listed_and_released(desk: &Desk) -> Verdict {
    let mut lease = with_one_refused(desk, HOUR).await?;
    let listed = desk.two.quarantined(&desk.service, 10).await?;
    ensure_eq!(listed.len(), 1, "refused events");
    let one = &listed[0];
    let found = (
        one.key.as_deref(),
        one.attempts,
        one.reason.as_str(),
        one.type_name.as_str(),
    );
    ensure_eq!(
        found,
        (Some("a"), 1, "nobody takes it", "order.placed.v1"),
        "what is listed"
    );
    ensure_eq!(desk.two.backlog(&desk.service).await?.quarantined, 1, "counted");
    ensure_eq!(
        desk.two.release(&desk.service, Some(&[one.id + 1])).await?,
        0,
        "others released"
    );
    ensure_eq!(desk.two.release(&desk.service, Some(&[one.id])).await?, 1, "released");
    ensure_eq!(
        bodies(&lease.page(0, 10).await?),
        ["a1", "b1", "a2", "-1", "b2"],
        "afterwards"
    );
    Ok(())
}

async fn discarded(desk: &Desk) -> Verdict {
    let mut lease = with_one_refused(desk, HOUR).await?;
    let all: Vec<i64> = lease.page(0, 10).await?.iter().map(|row| row.id).collect();
    ensure_eq!(
        desk.two.discard(&desk.service, Some(&all)).await?,
        0,
        "discarded, but not refused"
    );
    ensure_eq!(desk.two.discard(&desk.service, None).await?, 1, "discarded");
    ensure_eq!(
        bodies(&lease.page(0, 10).await?),
        ["b1", "a2", "-1", "b2"],
        "what is left"
    );
    Ok(())
}
