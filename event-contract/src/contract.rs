use crate::{Object, Status, Version};

/// One version of one event, as its producer declares it.
///
/// Built in constants by `#[derive(Event)]`; read by the runtime for routing and by the command line
/// for `describe`. Field names are the names on the wire.
///
/// ```
/// use event_contract::{Contract, Version};
///
/// const ORDER_PLACED: Contract = Contract::new("order.placed", Version::FIRST, "order.placed.v1")
///     .with_owner("checkout")
///     .with_key("order_id");
///
/// assert!(ORDER_PLACED.can_read(Version::FIRST));
/// assert_eq!(ORDER_PLACED.key, Some("order_id"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contract {
    /// The event's name without its version: `order.placed`.
    pub name: &'static str,
    /// The version this type is.
    pub version: Version,
    /// Name and version as they travel in `type` and in the routing key: `order.placed.v2`.
    pub type_name: &'static str,
    /// The older versions this type still reads, through its upcasts; newest first.
    pub reads: &'static [Version],
    /// The team that answers for the event.
    pub owner: &'static str,
    /// The CloudEvents `source`; `None` means the publishing service.
    pub source: Option<&'static str>,
    /// The first paragraph of the type's documentation.
    pub summary: &'static str,
    /// The field that orders and partitions.
    pub key: Option<&'static str>,
    /// The field that counts the changes of one key.
    pub sequence: Option<&'static str>,
    /// The form of the body.
    pub data: &'static Object,
    /// What becomes of an event that no handler takes.
    pub unrouted: Unrouted,
    /// What its contract file said when it was compiled; `None` without one.
    pub status: Option<Status>,
}

/// What becomes of an event that no handler takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unrouted {
    /// The publisher gets an error.
    #[default]
    Refuse,
    /// The event waits in the bus's `unrouted` queue.
    Keep,
}

impl Contract {
    /// A contract with nothing but its identity; the `with_` methods add the rest.
    #[must_use]
    pub const fn new(name: &'static str, version: Version, type_name: &'static str) -> Self {
        Self {
            name,
            version,
            type_name,
            reads: &[],
            owner: "",
            source: None,
            summary: "",
            key: None,
            sequence: None,
            data: &Object::EMPTY,
            unrouted: Unrouted::Refuse,
            status: None,
        }
    }

    /// What a derive that found a mistake puts in place, so that one mistake stays one error.
    pub const INVALID: Self = Self::new("(invalid)", Version::FIRST, "(invalid).v1");

    /// Sets the older versions it reads, newest first.
    #[must_use]
    pub const fn with_reads(mut self, reads: &'static [Version]) -> Self {
        self.reads = reads;
        self
    }

    /// Sets the team that answers for it.
    #[must_use]
    pub const fn with_owner(mut self, owner: &'static str) -> Self {
        self.owner = owner;
        self
    }

    /// Sets the CloudEvents `source`.
    #[must_use]
    pub const fn with_source(mut self, source: &'static str) -> Self {
        self.source = Some(source);
        self
    }

    /// Sets the first paragraph of the documentation.
    #[must_use]
    pub const fn with_summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Sets the field that orders and partitions.
    #[must_use]
    pub const fn with_key(mut self, field: &'static str) -> Self {
        self.key = Some(field);
        self
    }

    /// Sets the field that counts the changes of one key.
    #[must_use]
    pub const fn with_sequence(mut self, field: &'static str) -> Self {
        self.sequence = Some(field);
        self
    }

    /// Sets the form of the body.
    #[must_use]
    pub const fn with_data(mut self, data: &'static Object) -> Self {
        self.data = data;
        self
    }

    /// Sets what becomes of it when no handler takes it.
    #[must_use]
    pub const fn with_unrouted(mut self, unrouted: Unrouted) -> Self {
        self.unrouted = unrouted;
        self
    }

    /// Sets what its contract file says.
    #[must_use]
    pub const fn with_status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Whether this type can read `version` of its event.
    #[must_use]
    pub fn can_read(&self, version: Version) -> bool {
        self.version == version || self.reads.contains(&version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: Version = Version::FIRST;
    const V2: Version = Version::new(2).unwrap();
    const V3: Version = Version::new(3).unwrap();
    const NEWEST: Contract = Contract::new("order.placed", V3, "order.placed.v3").with_reads(&[V1]);

    #[test]
    fn reads_its_own_version_and_the_named_ones() {
        assert!(NEWEST.can_read(V3) && NEWEST.can_read(V1));
        assert!(!NEWEST.can_read(V2), "no upcast reaches it");
    }

    #[test]
    fn a_type_name_says_name_and_version() {
        for contract in [NEWEST, Contract::INVALID] {
            let (name, version) = crate::split_type(contract.type_name).unwrap();
            assert_eq!((name, version), (contract.name, contract.version));
        }
    }
}
