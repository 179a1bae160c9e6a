use super::super::Check;
use super::super::verdict::{Verdict, check_store, ensure, ensure_eq};
use super::desk::{Desk, bodies, numbered};
use crate::store::PARTS;

pub(super) const CHECKS: &[Check] = &[
    check_store!(exclusive, "one relay has the lease of a service"),
    check_store!(given_back, "a lease that is given back can be taken at once"),
    check_store!(
        taken_over,
        "a lease whose holder is gone can be taken over, and the events are all there"
    ),
];

async fn exclusive(desk: &Desk) -> Verdict {
    let mut lease = desk.lease().await?;
    ensure_eq!(lease.parts().len(), usize::from(PARTS), "parts that are held");
    for store in [&desk.one, &desk.two] {
        ensure!(store.lease(&desk.service).await?.is_none(), "there is a second lease");
    }
    lease.extend().await?;
    ensure_eq!(lease.parts().len(), usize::from(PARTS), "parts after extending");
    lease.end().await;
    Ok(())
}

async fn given_back(desk: &Desk) -> Verdict {
    desk.lease().await?.end().await;
    let lease = desk.two.lease(&desk.service).await?;
    ensure!(lease.is_some(), "the lease is not free");
    if let Some(lease) = lease {
        lease.end().await;
    }
    Ok(())
}

async fn taken_over(desk: &Desk) -> Verdict {
    desk.put(&numbered("k", 0..5)).await?;
    let mut lease = desk.lease().await?;
    let page = lease.page(0, 2).await?;
    lease.done(&[page[0].id]).await?;
    drop(lease);
    let mut lease = desk.take_over().await?;
    ensure_eq!(
        bodies(&lease.page(0, 10).await?),
        ["1", "2", "3", "4"],
        "what is left to publish"
    );
    lease.end().await;
    Ok(())
}
