use crate::envelope::DecodeError;
use crate::handler::{Input, Received};
use event_contract::{Contract, Version};

/// The input of a handler whose attribute found a mistake.
#[derive(Debug)]
pub enum NotBuilt {}

impl Input for NotBuilt {
    const CONTRACTS: &'static [&'static Contract] = &[&Contract::INVALID];

    fn read(_: &[Received<'_>]) -> Result<Self, DecodeError> {
        Err(DecodeError::unknown_type(Contract::INVALID.name, Version::FIRST))
    }
}

/// `batch(..)` is given.
///
/// # Panics
///
/// When evaluated by the compiler: for anything but a batch.
#[track_caller]
pub const fn is_batch<I: Input>() {
    assert!(
        I::BATCH,
        "`batch(..)` hands over several events at once: take `Batch<E>` here, or remove the option"
    );
}

/// `batch(..)` is not given.
///
/// # Panics
///
/// When evaluated by the compiler: for a batch.
#[track_caller]
pub const fn is_no_batch<I: Input>() {
    assert!(
        !I::BATCH,
        "when is a batch full? Say it: `#[handler(batch(max = 100, within = \"500ms\"))]`"
    );
}
