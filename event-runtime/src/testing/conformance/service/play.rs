//! Events, and handlers that write down how they were called.

use crate::envelope::{DecodeError, EventId, decode_json};
use crate::event::Event;
use crate::failure::{Class, Failed};
use crate::handler::{Argument, Call, Context, Handler, Input, Options, Output, State, Wanted};
use crate::retry::RetryPolicy;
use crate::testing::conformance::reader::PATIENCE;
use crate::testing::conformance::verdict::{Failure, Verdict};
use event_contract::{Contract, Unrouted, Version};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

macro_rules! event {
    ($(#[$doc:meta])* $name:ident, $type_name:literal, $contract:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub(super) struct $name {
            pub(super) n: u32,
        }

        impl Event for $name {
            const CONTRACT: &'static Contract = &$contract;

            fn key(&self) -> Option<Cow<'_, str>> {
                Some(Cow::Owned(self.n.to_string()))
            }

            fn decode(_: Version, body: &[u8]) -> Result<Self, DecodeError> {
                decode_json($type_name, body)
            }
        }
    };
}

const fn contract(name: &'static str, type_name: &'static str, unrouted: Unrouted) -> Contract {
    let mut contract = Contract::new(name, Version::FIRST, type_name);
    contract.key = Some("n");
    contract.unrouted = unrouted;
    contract
}

event!(
    /// What most handlers take.
    Placed,
    "order.placed.v1",
    contract("order.placed", "order.placed.v1", Unrouted::Refuse)
);
event!(
    /// What they publish.
    Paid,
    "order.paid.v1",
    contract("order.paid", "order.paid.v1", Unrouted::Refuse)
);
event!(
    /// What is kept when nobody takes it.
    Noted,
    "order.noted.v1",
    contract("order.noted", "order.noted.v1", Unrouted::Keep)
);

/// What a handler does; [`Played`] makes a handler of it.
pub(super) trait Play: Send + Sync + 'static {
    const NAME: &'static str = "h";
    const OPTIONS: Options = QUICK;
    type Takes: Input;
    type Gives: Output;

    fn play(
        takes: Self::Takes,
        probe: &Probe,
        call: &Call<'_>,
    ) -> impl Future<Output = Result<Self::Gives, Failed>> + Send;
}

/// Three attempts, one right after the other.
pub(super) const QUICK: Options = Options::DEFAULT.with_retry(RetryPolicy::new(
    3,
    Duration::from_millis(10),
    Duration::from_millis(20),
));

/// The handler that does what `P` says.
pub(super) struct Played<P>(PhantomData<fn() -> P>);

impl<P: Play> Handler for Played<P> {
    const NAME: &'static str = P::NAME;
    const OPTIONS: Options = P::OPTIONS;
    const SUMMARY: &'static str = "";
    type Input = P::Takes;
    type Needs = (Wanted<Probe>, ());
    type Output = P::Gives;

    async fn call(input: P::Takes, needs: &Self::Needs, call: &Call<'_>) -> Result<P::Gives, Failed> {
        let probe = State::<Probe>::take(&needs.0, call).0;
        P::play(input, &probe, call).await
    }
}

/// A failure, by its class and code.
pub(super) fn failed(class: Class, code: &'static str) -> Failed {
    let error = format!("{code}: on purpose");
    Failed::new(class, code, error)
}

/// What the handlers of a check have written down.
#[derive(Debug, Clone, Default)]
pub(super) struct Probe(Arc<Mutex<Notes>>);

#[derive(Debug, Default)]
struct Notes {
    calls: Vec<Called>,
    running: usize,
    most: usize,
}

/// One call of a handler.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Called {
    pub(super) handler: &'static str,
    pub(super) n: u32,
    pub(super) id: EventId,
    pub(super) attempt: u32,
    pub(super) replay: bool,
    pub(super) at: Instant,
    /// It came to its end.
    pub(super) ended: bool,
}

impl Probe {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down that a call begins; it ends with [`Running::end`].
    pub(super) fn begin(&self, n: u32, call: &Call<'_>) -> Running<'_> {
        let context = Context::take(&crate::handler::Nothing, call);
        let mut notes = self.notes();
        notes.running += 1;
        notes.most = notes.most.max(notes.running);
        notes.calls.push(Called {
            handler: context.handler,
            n,
            id: context.metadata.id,
            attempt: context.attempt,
            replay: context.replay,
            at: Instant::now(),
            ended: false,
        });
        Running {
            probe: self,
            index: notes.calls.len() - 1,
        }
    }

    /// Every call so far, in the order in which they began.
    pub(super) fn calls(&self) -> Vec<Called> {
        self.notes().calls.clone()
    }

    /// The events of every call, in order.
    pub(super) fn events(&self) -> Vec<u32> {
        self.notes().calls.iter().map(|call| call.n).collect()
    }

    /// The most calls that ran at the same time.
    pub(super) fn most(&self) -> usize {
        self.notes().most
    }

    /// Waits until there have been `count` calls.
    pub(super) async fn called(&self, count: usize) -> Verdict {
        let started = Instant::now();
        while self.notes().calls.len() < count {
            if started.elapsed() > PATIENCE {
                let found = self.events();
                return Err(Failure::new(format!("{} calls of {count}: {found:?}", found.len())));
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

/// A call that runs; dropped without an end, it was broken off.
pub(super) struct Running<'p> {
    probe: &'p Probe,
    index: usize,
}

impl Running<'_> {
    pub(super) fn end(self) {
        self.probe.notes().calls[self.index].ended = true;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.probe.notes().running -= 1;
    }
}
