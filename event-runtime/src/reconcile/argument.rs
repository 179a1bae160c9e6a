use super::{Missing, Run};
use crate::event::Event;
use crate::failure::{BoxError, chain};
use crate::handler::{Nothing, State, Wanted};
use event_contract::Contract;
use std::sync::Arc;

/// What a job may take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job",
    label = "not an argument a job can take",
    note = "a job takes `State<T>`, and `Missing<E>` for each event it publishes; wrap your own type: `State<{Self}>`"
)]
pub trait JobArgument: Sized + Send {
    /// [`Nothing`], or the state that is [`Wanted`].
    type Need: Send + Sync + 'static;
    /// What it publishes.
    const PUBLISHES: Option<&'static Contract> = None;

    /// Makes the argument.
    fn take(need: &Self::Need, run: &Arc<Run>) -> Self;
}

impl<T: Send + Sync + 'static> JobArgument for State<T> {
    type Need = Wanted<T>;

    fn take(need: &Wanted<T>, _: &Arc<Run>) -> Self {
        Self(need.get())
    }
}

impl<E: Event> JobArgument for Missing<E> {
    type Need = Nothing;
    const PUBLISHES: Option<&'static Contract> = Some(E::CONTRACT);

    fn take(_: &Nothing, run: &Arc<Run>) -> Self {
        Self::new(Arc::clone(run))
    }
}

/// What a job may return.
#[diagnostic::on_unimplemented(
    message = "a job cannot return `{Self}`",
    label = "not something a job can return",
    note = "a job returns nothing, or `Result<(), E>` with any error, such as `BoxError`; it publishes through `Missing<E>`"
)]
pub trait JobReturn {
    /// The error and its causes, as text.
    ///
    /// # Errors
    ///
    /// The function's own.
    fn into_result(self) -> Result<(), String>;
}

impl JobReturn for () {
    fn into_result(self) -> Result<(), String> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<F: Into<BoxError>> JobReturn for Result<(), F> {
    fn into_result(self) -> Result<(), String> {
        self.map_err(|error| chain(error.into().as_ref()))
    }
}
