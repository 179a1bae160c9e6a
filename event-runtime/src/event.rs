use crate::envelope::DecodeError;
use event_contract::{Contract, Version};
use serde::{Serialize, de::DeserializeOwned};
use std::borrow::Cow;

/// A fact in the past tense: one Rust type, one [`Contract`].
///
/// Derive it; the derive also writes a `Debug` that redacts `sensitive` fields.
///
/// ```
/// use event_runtime::prelude::*;
///
/// /// A customer placed an order.
/// #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// #[event(name = "order.placed", version = 1, owner = "checkout")]
/// struct OrderPlaced {
///     #[event(key)]
///     order_id: Uuid,
///     total_cents: i64,
/// }
///
/// assert_eq!(OrderPlaced::CONTRACT.type_name, "order.placed.v1");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event)]` with `#[event(name = \"order.placed\", version = 1, owner = \"team\")]`"
)]
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name, version, owner and fields.
    const CONTRACT: &'static Contract;

    /// The value of the key field, as text: what orders, partitions and becomes the `subject`.
    fn key(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The value of the sequence field.
    fn sequence(&self) -> Option<u64> {
        None
    }

    /// Reads a body written as `version`, through the upcasts where it is an older one.
    ///
    /// # Errors
    ///
    /// A body that is not this event, and a version this type cannot read.
    fn decode(version: Version, body: &[u8]) -> Result<Self, DecodeError>;
}

/// What a handler reads of an event that is declared elsewhere: some of its fields, in the versions it names.
///
/// Derive it. A handler takes it first, as it takes an event.
///
/// ```
/// use event_runtime::prelude::*;
///
/// # #[derive(Debug, Serialize, Deserialize, Event)]
/// # #[event(name = "order.placed", version = 1, owner = "checkout")]
/// # struct OrderPlaced { order_id: u64, total_cents: i64 }
/// #[derive(Debug, Deserialize, View)]
/// #[view(of = OrderPlaced)]
/// struct Placed {
///     order_id: u64,
/// }
///
/// assert_eq!(Placed::CONTRACT.name, "order.placed");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view",
    label = "not a view",
    note = "derive it: `#[derive(Deserialize, View)]` with `#[view(event = \"order.placed\", versions = [1])]`"
)]
pub trait View: EventSet + DeserializeOwned {
    /// The event, the versions that are read, and the fields that are.
    const CONTRACT: &'static Contract;
}

/// The events one handler takes: an event, or an enum of events (`#[derive(EventSet)]`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an event nor a set of events",
    label = "not an event",
    note = "for one event: `#[derive(Event)]` with `#[event(name = \"order.placed\", version = 1, owner = \"team\")]`",
    note = "for several in one handler: `#[derive(EventSet)]` on an enum with one event per variant"
)]
pub trait EventSet: Sized + Send + Sync + 'static {
    /// The contracts of all members.
    const CONTRACTS: &'static [&'static Contract];

    /// Reads the member named `name`, written as `version`.
    ///
    /// # Errors
    ///
    /// A name outside the set, and everything [`Event::decode`] refuses.
    fn decode_named(name: &str, version: Version, body: &[u8]) -> Result<Self, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<E: Event> EventSet for E {
    const CONTRACTS: &'static [&'static Contract] = &[E::CONTRACT];

    fn decode_named(name: &str, version: Version, body: &[u8]) -> Result<Self, DecodeError> {
        if name == E::CONTRACT.name {
            <E as Event>::decode(version, body)
        } else {
            Err(DecodeError::unknown_type(name, version))
        }
    }
}
