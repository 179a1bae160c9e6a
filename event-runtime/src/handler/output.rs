use crate::event::Event;
use crate::failure::{Failed, Failure};
use crate::publisher::Outbound;
use crate::transport::PublishError;
use event_contract::Contract;

/// What a handler publishes by returning it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be published",
    label = "not an event",
    note = "a handler returns `()`, an event, `Option`, `Vec` or a tuple of events, or a `Result` of one of these"
)]
pub trait Output: Send + Sized {
    /// The events it may publish.
    const PUBLISHES: &'static [&'static [&'static Contract]];

    /// Hands the events over, in order.
    ///
    /// # Errors
    ///
    /// An event that cannot be written as JSON.
    fn emit(self, to: &mut Outbound<'_>) -> Result<(), PublishError>;
}

impl Output for () {
    const PUBLISHES: &'static [&'static [&'static Contract]] = &[];

    fn emit(self, _: &mut Outbound<'_>) -> Result<(), PublishError> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Event> Output for E {
    const PUBLISHES: &'static [&'static [&'static Contract]] = &[&[E::CONTRACT]];

    fn emit(self, to: &mut Outbound<'_>) -> Result<(), PublishError> {
        to.push(&self)
    }
}

impl<O: Output> Output for Option<O> {
    const PUBLISHES: &'static [&'static [&'static Contract]] = O::PUBLISHES;

    fn emit(self, to: &mut Outbound<'_>) -> Result<(), PublishError> {
        self.map_or(Ok(()), |output| output.emit(to))
    }
}

impl<O: Output> Output for Vec<O> {
    const PUBLISHES: &'static [&'static [&'static Contract]] = O::PUBLISHES;

    fn emit(self, to: &mut Outbound<'_>) -> Result<(), PublishError> {
        self.into_iter().try_for_each(|output| output.emit(to))
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: Output),+> Output for ($($name,)+) {
            const PUBLISHES: &'static [&'static [&'static Contract]] = &[$(flat::<$name>()),+];

            #[allow(non_snake_case, reason = "a name serves as type and as variable")]
            fn emit(self, to: &mut Outbound<'_>) -> Result<(), PublishError> {
                let ($($name,)+) = self;
                $($name.emit(to)?;)+
                Ok(())
            }
        }
    };
}

/// Members of a tuple are events, options or lists: one list of contracts each.
const fn flat<O: Output>() -> &'static [&'static Contract] {
    match O::PUBLISHES {
        [one] => one,
        [] => &[],
        _ => panic!("a tuple in a tuple cannot be published: put its members side by side"),
    }
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D F);
tuples!(A B C D F G);

/// What a handler function may return: an [`Output`], or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "not something a handler can return",
    note = "a handler returns `()`, an event, `Option`, `Vec` or a tuple of events, or a `Result` of one of these whose error derives `Failure` or is `BoxError`"
)]
pub trait Return {
    /// What it publishes.
    type Output: Output;

    /// The output, or the failure without its type.
    ///
    /// # Errors
    ///
    /// The handler's own.
    fn into_result(self) -> Result<Self::Output, Failed>;
}

#[diagnostic::do_not_recommend]
impl<O: Output> Return for O {
    type Output = O;

    fn into_result(self) -> Result<O, Failed> {
        Ok(self)
    }
}

impl<O: Output, F: Failure> Return for Result<O, F> {
    type Output = O;

    fn into_result(self) -> Result<O, Failed> {
        self.map_err(|failure| {
            let congested = failure.as_error().and_then(crate::store::trouble).is_some();
            Failed {
                congested,
                ..Failed::from(&failure)
            }
        })
    }
}
