use crate::envelope::{Attributes, DecodeError, Envelope, Metadata};
use crate::event::EventSet;
use crate::transport::Delivery;
use event_contract::Contract;

/// A delivery whose attributes have been read.
#[derive(Debug, Clone)]
pub struct Received<'a> {
    /// As it arrived.
    pub delivery: &'a Delivery,
    /// What its headers say.
    pub attributes: Attributes<'a>,
}

impl Received<'_> {
    fn decode<E: EventSet>(&self) -> Result<E, DecodeError> {
        E::decode_named(self.attributes.name, self.attributes.version, self.attributes.data)
    }
}

/// What a handler may take first.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the first argument of a handler",
    label = "not an event",
    note = "a handler takes an event first: a type with `#[derive(Event)]`, a set with `#[derive(EventSet)]`, or `Envelope<E>` or `Batch<E>` of one"
)]
pub trait Input: Sized + Send {
    /// The event, or the set of events.
    type Event;
    /// The events it takes.
    const CONTRACTS: &'static [&'static Contract];
    /// Whether it takes several deliveries at once.
    const BATCH: bool = false;

    /// Reads what has been received: one delivery, or with [`BATCH`](Self::BATCH) several.
    ///
    /// # Errors
    ///
    /// A delivery that is not such an event.
    fn read(received: &[Received<'_>]) -> Result<Self, DecodeError>;

    /// The first event.
    fn first(&self) -> Option<&Self::Event>;
}

#[diagnostic::do_not_recommend]
impl<E: EventSet> Input for E {
    type Event = E;
    const CONTRACTS: &'static [&'static Contract] = E::CONTRACTS;

    fn read(received: &[Received<'_>]) -> Result<Self, DecodeError> {
        received[0].decode()
    }

    fn first(&self) -> Option<&E> {
        Some(self)
    }
}

impl<E: EventSet> Input for Envelope<E> {
    type Event = E;
    const CONTRACTS: &'static [&'static Contract] = E::CONTRACTS;

    fn read(received: &[Received<'_>]) -> Result<Self, DecodeError> {
        let event = received[0].decode()?;
        Ok(Self {
            metadata: Metadata::from(&received[0].attributes),
            event,
        })
    }

    fn first(&self) -> Option<&E> {
        Some(&self.event)
    }
}

impl<E: EventSet> Input for super::Batch<E> {
    type Event = E;
    const CONTRACTS: &'static [&'static Contract] = E::CONTRACTS;
    const BATCH: bool = true;

    fn read(received: &[Received<'_>]) -> Result<Self, DecodeError> {
        let read = |one: &Received<'_>| {
            Ok(Envelope {
                metadata: Metadata::from(&one.attributes),
                event: one.decode()?,
            })
        };
        received.iter().map(read).collect::<Result<Vec<_>, _>>().map(Self::from)
    }

    fn first(&self) -> Option<&E> {
        <[_]>::first(self).map(|envelope| &envelope.event)
    }
}
