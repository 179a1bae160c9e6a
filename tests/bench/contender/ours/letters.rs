//! Ten thousand dead letters, and an archive: read, grouped, and sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use event_runtime::Select;
use event_runtime::prelude::*;

use super::ordered::Changed;
use crate::Result;
use crate::broker::{private_name, url};

#[derive(Debug, thiserror::Error, Failure)]
enum Bad {
    #[error("no such order")]
    #[failure(poison)]
    Missing,
    #[error("the card was declined")]
    #[failure(poison)]
    Declined,
    #[error("not so")]
    #[failure(poison)]
    Other,
}

/// What the handler is told: to work.
#[derive(Debug, Clone, Default)]
struct Mended(Arc<AtomicBool>);

#[handler(prefetch = 250)]
async fn work(change: Changed, mended: State<Mended>) -> std::result::Result<(), Bad> {
    match change.position % 3 {
        _ if mended.0.0.load(Ordering::Relaxed) => Ok(()),
        0 => Err(Bad::Missing),
        1 => Err(Bad::Declined),
        _ => Err(Bad::Other),
    }
}

/// Seconds to read `count` dead letters one by one, to group them, to send them again; and events a second that come from the
/// archive, of dead letters that were replayed, and that are published to begin with.
pub(crate) async fn measure(count: usize) -> Result<[f64; 5]> {
    let (bus, mended) = (private_name(), Mended::default());
    let service = Service::new("bench").url(url()).bus(&bus).state(mended.clone());
    let day = Duration::from_secs(24 * 3600);
    let service = service
        .archive(day, 1_000_000_000)
        .publishes::<Changed>()
        .handle::<work>();
    service.remove_topology().await?;
    let running = service.start().await?;
    running.ready().await;
    let begin = Instant::now();
    for start in (0..count).step_by(500) {
        let events: Vec<_> = (start..count.min(start + 500))
            .map(|at| Changed::sample(at as u64, 0))
            .collect();
        let events = events.iter().map(|event| (EventId::new(), event));
        for answer in running.publisher().publish_all(events).await {
            answer?;
        }
    }
    let published = begin.elapsed();
    let handled = || running.snapshot().handlers[0].clone();
    while handled().dead() < count as u64 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let letters = running.dead_letters();
    let begin = Instant::now();
    let read = letters.list("work").await?;
    let (browsed, found) = (begin.elapsed(), read.len());
    drop(read);
    let begin = Instant::now();
    let groups = letters.groups("work", &Select::all()).await?;
    let grouped = begin.elapsed();
    if (found, groups.len()) != (count, 3) {
        return Err(format!("{found} of {count} dead letters, {} groups", groups.len()).into());
    }
    mended.0.store(true, Ordering::Relaxed);
    let begin = Instant::now();
    let replayed = letters.replay("work", &Select::all(), |_| {}).await?;
    let again = begin.elapsed();
    if replayed.sent != count as u64 {
        return Err(format!("{replayed:?}").into());
    }
    let replay = running.replay("work")?.rate(1_000_000).queue_at_most(100_000);
    let begin = Instant::now();
    let backfilled = replay.run(|_| {}).await?;
    let archived = begin.elapsed();
    if backfilled.sent != count as u64 {
        return Err(format!("{backfilled:?}").into());
    }
    running.idle().await;
    running.remove_topology().await?;
    running.shutdown().await;
    let rate = |time: Duration| count as f64 / time.as_secs_f64();
    Ok([
        browsed.as_secs_f64(),
        grouped.as_secs_f64(),
        rate(again),
        rate(archived),
        rate(published),
    ])
}
