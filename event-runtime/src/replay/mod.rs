//! What went over the bus, sent to one handler again: read from the archive, published to that handler's queue only.

mod choice;
mod copy;
mod count;
mod pace;
mod pause;
mod run;
mod scan;
mod state;

pub use choice::Choice;
pub use count::{Counted, Events};
pub use run::{Backfill, Backfilled, Progress};

use crate::error::{Error, Result};
use crate::handler::Options;
use crate::topology::Names;
use crate::transport::Transport;
use event_contract::Contract;
use std::sync::Arc;

/// The handler that gets them, and the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) names: Names,
    pub(crate) handler: &'static str,
    pub(crate) options: Options,
    pub(crate) contracts: &'static [&'static Contract],
    /// Takes messages without CloudEvents attributes.
    pub(crate) plain: bool,
}

/// Ends a replay for which live events wait: what it has sent is handled, then they go on.
///
/// # Errors
///
/// No such replay; the broker's.
pub(crate) async fn resume_live(target: &Target, waits: impl FnMut(u64)) -> Result<()> {
    let pause = pause::Pause::new(target);
    pause.check_on().await?;
    pause.end(waits).await
}

/// One of the handlers, by its name.
pub(crate) fn named(handler: &str, all: &[&'static str]) -> Result<usize> {
    all.iter().position(|name| *name == handler).ok_or_else(|| {
        let near = event_contract::suggest(handler, all.iter().copied());
        let near = near.map(|near| format!(", did you mean `{near}`?"));
        Error::NotFound(format!(
            "there is no handler `{handler}`{}; there is {}",
            near.unwrap_or_default(),
            all.join(", ")
        ))
    })
}
