use event_contract::{Committed, Contract, Reader};

/// Holds an event against its contract file; `true` when consumers may have to know of the change.
///
/// # Panics
///
/// When evaluated by the compiler: for a change that breaks somebody, and for a type that does not read what it writes.
#[must_use]
#[track_caller]
pub const fn check_event(own: &Contract, committed: &Committed, readers: &[Reader]) -> bool {
    event_contract::check_shape(own.data);
    event_contract::check_contract(own, committed, readers)
}

/// Says a warning when it is `true`: the compiler has no other way for that.
#[derive(Debug)]
pub struct Wider<const YES: bool>;

impl Wider<true> {
    #[deprecated(note = "consumers that run today may not be ready for this change of the contract: \
                         `cargo event contract check` says which, `cargo event contract accept` takes it in; an enum \
                         that grows often is `#[schema(open)]`")]
    pub const SAID: () = ();
}

impl Wider<false> {
    pub const SAID: () = ();
}
