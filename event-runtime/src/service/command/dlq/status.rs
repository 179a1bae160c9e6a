use super::Office;
use crate::error::Result;
use crate::service::{letters, output};
use jiff::Timestamp;
use serde::Serialize;

/// How it stands with the dead letters of a handler.
#[derive(Debug, Serialize)]
pub(in crate::service) struct Status {
    pub(in crate::service) handler: &'static str,
    /// Waiting, without those that somebody has in hand.
    pub(in crate::service) count: u64,
    pub(in crate::service) oldest: Option<Timestamp>,
    pub(in crate::service) oldest_seconds: Option<u64>,
    /// Somebody reads them at the moment, and may hold some.
    pub(in crate::service) being_read: bool,
}

pub(super) async fn run<S, T>(office: &Office<'_, S, T>, handler: Option<&str>) -> Result<()> {
    let mut all = Vec::new();
    for handler in office.handlers(handler)? {
        let being_read = office.letters.is_read(handler).await?;
        let count = office.letters.count(handler).await?;
        let oldest = match being_read {
            true => None,
            false => office.letters.oldest(handler).await?.and_then(|letter| letter.dead_at),
        };
        all.push(Status {
            handler,
            count,
            oldest,
            oldest_seconds: oldest.map(|at| crate::service::watch::age(at).as_secs()),
            being_read,
        });
    }
    if office.json {
        return output::json(&all);
    }
    letters::status(&all);
    Ok(())
}
