use super::{Context, Emit, Nothing, Received, State, Wanted};
use crate::envelope::Trace;
use crate::event::Event;
use crate::publisher::Publisher;

/// One attempt at one delivery (or one batch), as the arguments of a handler see it.
#[derive(Debug)]
pub struct Call<'a> {
    pub(crate) received: &'a [Received<'a>],
    pub(crate) handler: &'static str,
    pub(crate) attempt: u32,
    pub(crate) attempts: u32,
    pub(crate) publisher: &'a Publisher,
    pub(crate) trace: Trace,
}

/// What a handler may take after its event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler",
    label = "not an argument a handler can take",
    note = "after the event a handler takes `State<T>`, `Context` and `Emit<E>`; wrap your own type: `State<{Self}>`",
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
