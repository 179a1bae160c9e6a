//! The user's function, what it takes and what it returns.

mod argument;
mod batch;
mod context;
mod emit;
mod input;
mod lend;
mod options;
mod output;
mod state;

pub use crate::publisher::Outbound;
pub(crate) use argument::Sink;
pub use argument::{Argument, Call};
pub use batch::Batch;
pub use context::Context;
pub use emit::Emit;
pub use input::{Input, Received};
pub use lend::{Lend, lend};
pub use options::{BatchOptions, Idempotent, OnPoison, Options, Ordered, Rate};
pub use output::{Output, Return};
pub use state::{AnyStore, Fits, Has, HasStore, NoStore, Nothing, Opened, Provide, State, Stock, Supply, Wanted, With};

use crate::failure::Failed;

/// A handler: what `#[handler]` makes of an async function.
///
/// The attribute adds a type of the function's name; the function itself stays callable.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "not a handler",
    note = "put `#[handler]` on the async function; one `use` then brings the function and the handler"
)]
pub trait Handler: Send + Sync + 'static {
    /// One word; with the service's name it names the queue.
    const NAME: &'static str;
    /// What the attribute says.
    const OPTIONS: Options;
    /// The first paragraph of the function's documentation.
    const SUMMARY: &'static str;
    /// The function's first argument.
    type Input: Input;
    /// What the other arguments need from the service.
    type Needs: Send + Sync + 'static;
    /// What it publishes.
    type Output: Output;

    /// What an `idempotent` handler knows an event by, when that is not the event's id.
    fn key(input: &Self::Input) -> Option<String> {
        let _ = input;
        None
    }

    /// Calls the function.
    fn call(
        input: Self::Input,
        needs: &Self::Needs,
        call: &Call<'_>,
    ) -> impl Future<Output = Result<Self::Output, Failed>> + Send;
}
