use crate::envelope::DecodeError;
use crate::handler::{Input, Received};
use event_contract::{Contract, Version};
use std::marker::PhantomData;

/// The input of a handler whose attribute found a mistake.
#[derive(Debug)]
pub enum NotBuilt {}

impl Input for NotBuilt {
    const CONTRACTS: &'static [&'static Contract] = &[&Contract::INVALID];

    fn read(_: &[Received<'_>]) -> Result<Self, DecodeError> {
        Err(DecodeError::unknown_type(Contract::INVALID.name, Version::FIRST))
    }
}

/// Tells what kind of input a type is, without asking for it to be one: that is asked in another place already.
#[derive(Debug)]
pub struct Probe<I>(PhantomData<I>);

impl<I: Input> Probe<I> {
    pub const BATCH: Option<bool> = Some(I::BATCH);
}

/// What [`Probe`] says of any other type: its own constant goes first.
pub trait MaybeInput {
    const BATCH: Option<bool> = None;
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
