//! Assembles handlers into a service, and runs it.

mod builder;
mod command;
mod config;
mod describe;
mod diff;
mod held;
mod keep;
mod letters;
mod moving;
mod output;
mod processed;
mod redact;
mod running;
mod signal;
mod start;
mod watch;
mod window;

pub use builder::{Handle, Service};
pub use held::{Held, Lined};
pub use processed::Processed;
pub use running::Running;

use crate::consumer::Shared;
use crate::handler::{Handler, Input, Options, Output};
use event_contract::Contract;
use std::fmt;
use std::sync::Arc;

/// A handler that is registered: what it takes and publishes, and how to make its calls.
pub(crate) struct Registered {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) options: Options,
    pub(crate) takes: &'static [&'static Contract],
    pub(crate) publishes: Vec<&'static Contract>,
    pub(crate) make_slots: MakeSlots,
}

type MakeSlots =
    Box<dyn Fn(Arc<Shared>) -> Box<dyn Fn() -> Box<dyn crate::consumer::Slot> + Send + Sync> + Send + Sync>;

impl Registered {
    fn new<H: Handler>(needs: H::Needs) -> Self {
        let needs = Arc::new(needs);
        Self {
            name: H::NAME,
            summary: H::SUMMARY,
            options: H::OPTIONS,
            takes: H::Input::CONTRACTS,
            publishes: H::Output::PUBLISHES.iter().copied().flatten().copied().collect(),
            make_slots: Box::new(move |shared| {
                let needs = Arc::clone(&needs);
                Box::new(move || crate::consumer::slot::<H>(Arc::clone(&shared), Arc::clone(&needs)))
            }),
        }
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
