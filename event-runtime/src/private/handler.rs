use crate::envelope::DecodeError;
use crate::handler::{Input, Received};
use event_contract::{Contract, Version};
use std::marker::PhantomData;

/// The input of a handler whose attribute found a mistake.
#[derive(Debug)]
pub enum NotBuilt {}

impl Input for NotBuilt {
    type Event = ();
    const CONTRACTS: &'static [&'static Contract] = &[&Contract::INVALID];

    fn read(_: &[Received<'_>]) -> Result<Self, DecodeError> {
        Err(DecodeError::unknown_type(Contract::INVALID.name, Version::FIRST))
    }

    fn first(&self) -> Option<&()> {
        match *self {}
    }
}

/// Tells what kind of input a type is, without asking for it to be one: that is asked in another place already.
#[derive(Debug)]
pub struct Probe<I>(PhantomData<I>);

impl<I: Input> Probe<I> {
    pub const BATCH: Option<bool> = Some(I::BATCH);
    pub const TAKES: &'static [&'static Contract] = I::CONTRACTS;
}

/// What [`Probe`] says of any other type: its own constant goes first.
pub trait MaybeInput {
    const BATCH: Option<bool> = None;
    const TAKES: &'static [&'static Contract] = &[];
}

impl<I> MaybeInput for Probe<I> {}

/// `batch(..)` and `Batch<E>` go together.
///
/// # Panics
///
/// When evaluated by the compiler: for one without the other.
#[track_caller]
pub const fn check_batch(given: bool, batch: Option<bool>) {
    match (given, batch) {
        (true, Some(false)) => {
            panic!("`batch(..)` hands over several events at once: take `Batch<E>` here, or remove the option")
        }
        (false, Some(true)) => {
            panic!("when is a batch full? Say it: `#[handler(batch(max = 100, within = \"500ms\"))]`")
        }
        _ => {}
    }
}

/// A field that `idempotent(by = "..")` can name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot tell events apart",
    label = "needs a text",
    note = "`by` names a field that is an id, such as `Uuid`, `String` or an integer; your own type needs `impl Display`"
)]
pub trait DedupeKey {
    fn text(&self, field: &str) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: std::fmt::Display> DedupeKey for T {
    fn text(&self, field: &str) -> String {
        // With the field's name: naming another field begins anew, instead of taking one id for another.
        format!("{field}={self}")
    }
}

/// The key of an event by one of its fields.
pub fn dedupe_key<K: DedupeKey>(field: &str, value: &K) -> Option<String> {
    Some(value.text(field))
}
