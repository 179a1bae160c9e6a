use super::choice::{Event, Verdict};
use super::scan::{self, Scan};
use super::{Choice, Target};
use crate::error::Result;
use crate::transport::Start;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Clocks of publishers may be ahead of the broker's: reading begins so much before the first time that is asked for.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// What a replay would send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counted {
    /// The archive.
    pub archive: String,
    /// How many events were looked at.
    pub read: u64,
    /// How many would be sent.
    pub events: u64,
    /// The same, by type.
    pub types: Vec<Events>,
    /// Chosen, but of a version that this build cannot read; they are not sent.
    pub unknown: Vec<Events>,
    /// Without a time, though one was asked for; they are not sent.
    pub undated: u64,
    /// Of those that would be sent: older than the handler's inbox remembers. What it has done of them, it would do again.
    pub forgotten: u64,
}

/// Events of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Events {
    /// `order.placed.v1`
    #[serde(rename = "type")]
    pub type_name: String,
    /// How many.
    pub events: u64,
    /// The time of the oldest one.
    pub first: Option<Timestamp>,
    /// The time of the newest one.
    pub last: Option<Timestamp>,
}

/// By type.
#[derive(Default)]
struct Tally(BTreeMap<String, Events>);

impl Tally {
    fn add(&mut self, event: Event) {
        let of = self.0.entry(event.type_name).or_insert_with_key(|type_name| Events {
            type_name: type_name.clone(),
            events: 0,
            first: None,
            last: None,
        });
        of.events += 1;
        of.first = [of.first, event.time].into_iter().flatten().min();
        of.last = of.last.max(event.time);
    }

    fn all(self) -> Vec<Events> {
        self.0.into_values().collect()
    }
}

/// Where a replay begins to read.
pub(super) fn start(choice: &Choice) -> Start {
    match choice.from {
        Some(from) => Start::At(from.saturating_sub(AHEAD).unwrap_or(Timestamp::UNIX_EPOCH)),
        None => Start::First,
    }
}

/// Counts what `choice` means, and finds the end of the archive.
pub(super) async fn count(
    target: &Target,
    choice: &Choice,
    mut read: impl FnMut(u64),
) -> Result<(Counted, Option<u64>)> {
    let archive = target.names.archive();
    let end = scan::end(target.transport.as_ref(), &archive).await?;
    let mut counted = Counted {
        archive: archive.clone(),
        ..Counted::default()
    };
    let Some(last) = end else { return Ok((counted, None)) };
    let remembered = target.options.idempotent.map(|idempotent| oldest(idempotent.window));
    let mut scan = Scan::new(Arc::clone(&target.transport), archive, start(choice), last);
    let (mut types, mut unknown) = (Tally::default(), Tally::default());
    while choice.limit.is_none_or(|limit| counted.events < limit)
        && let Some(delivery) = scan.next().await?
    {
        counted.read += 1;
        match choice.verdict(target, &delivery, &mut None) {
            Verdict::Send(event) => {
                counted.events += 1;
                let is_forgotten = event.time.zip(remembered).is_some_and(|(time, oldest)| time < oldest);
                counted.forgotten += u64::from(is_forgotten);
                types.add(event);
            }
            Verdict::Unknown(event) => unknown.add(event),
            Verdict::Undated => counted.undated += 1,
            Verdict::Other => {}
        }
        if counted.read.is_multiple_of(1000) {
            read(counted.read);
        }
    }
    scan.close().await;
    counted.types = types.all();
    counted.unknown = unknown.all();
    Ok((counted, end))
}

fn oldest(window: Duration) -> Timestamp {
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    Timestamp::now().saturating_sub(window).unwrap_or(Timestamp::MIN)
}
