use super::{Context, Emit, Nothing, Received, State, Wanted};
use crate::envelope::Trace;
use crate::event::Event;
use crate::message::Outgoing;
use crate::publisher::Publisher;
use crate::store::Open;
use event_contract::Unrouted;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// One attempt at one delivery (or one batch), as the arguments of a handler see it.
pub struct Call<'a> {
    pub(crate) received: &'a [Received<'a>],
    pub(crate) handler: &'static str,
    pub(crate) attempt: u32,
    pub(crate) attempts: u32,
    pub(crate) publisher: &'a Publisher,
    pub(crate) trace: Trace,
    /// Of an idempotent handler: taken out by the one argument that lends it.
    pub(crate) transaction: Mutex<Option<&'a mut Open>>,
    /// Of an idempotent handler: what it emits part-way, until the transaction takes it.
    pub(crate) sink: Option<Arc<Sink>>,
}

/// Events that wait for the end of the call.
#[derive(Debug, Default)]
pub(crate) struct Sink(Mutex<Vec<(Unrouted, Outgoing)>>);

impl Sink {
    pub(crate) fn push(&self, unrouted: Unrouted, outgoing: Outgoing) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((unrouted, outgoing));
    }

    pub(crate) fn take(&self) -> Vec<(Unrouted, Outgoing)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<'a> Call<'a> {
    pub(super) fn transaction(&self) -> Option<&'a mut Open> {
        self.transaction.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("received", &self.received)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What a handler may take after its event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler",
    label = "not an argument a handler can take",
    note = "after the event a handler takes `State<T>`, `Context` and `Emit<E>`, and an `idempotent` one `&mut Tx<'_, D>`; wrap your own type: `State<{Self}>`",
    note = "for one of several events take a set first: `#[derive(EventSet)]` on an enum of them"
)]
pub trait Argument: Sized + Send {
    /// [`Nothing`], or the state that is [`Wanted`].
    type Need: Send + Sync + 'static;

    /// Makes the argument.
    fn take(need: &Self::Need, call: &Call<'_>) -> Self;
}

impl<T: Send + Sync + 'static> Argument for State<T> {
    type Need = Wanted<T>;

    fn take(need: &Wanted<T>, _: &Call<'_>) -> Self {
        Self(need.get())
    }
}

impl Argument for Context {
    type Need = Nothing;

    fn take(_: &Nothing, call: &Call<'_>) -> Self {
        Self::new(call)
    }
}

impl<E: Event> Argument for Emit<E> {
    type Need = Nothing;

    fn take(_: &Nothing, call: &Call<'_>) -> Self {
        Self::new(call)
    }
}
