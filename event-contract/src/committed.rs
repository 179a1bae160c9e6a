use crate::{Object, Version};

/// What is written down about one version of an event: its contract file.
///
/// It is an envelope of everything that was ever live under the version, not a copy of the last struct: what is written
/// is the widest that any producer wrote, what is read the strictest that any consumer reads. Checking a struct against it
/// is then as strong as checking it against the whole history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// The event's name without its version.
    pub event: &'static str,
    /// The version.
    pub version: Version,
    /// What may still change.
    pub status: Status,
    /// The team that answers for the event.
    pub owner: &'static str,
    /// What it means, in one paragraph.
    pub summary: &'static str,
    /// The field that orders and partitions.
    pub key: Option<&'static str>,
    /// The field that counts the changes of one key.
    pub sequence: Option<&'static str>,
    /// The older versions that its type reads through upcasts, in order.
    pub upcast_from: &'static [Version],
    /// The form of the body.
    pub data: &'static Object,
    /// Names that no field may have, because an earlier one had them with another meaning.
    pub reserved: &'static [&'static str],
    /// Breaking changes that were made on purpose.
    pub allowed: &'static [Allowed],
}

/// What may still change in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything; nobody outside the repository reads it yet.
    Draft,
    /// Only what breaks nobody.
    Live,
    /// Nothing; no longer published, and nobody has to read it.
    Retired,
}

/// A breaking change that was made on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// The id of the rule, such as `field-removed`.
    pub rule: &'static str,
    /// Where: `lines[].note`.
    pub path: &'static str,
    /// Why it breaks nobody.
    pub reason: &'static str,
}

/// What a consumer elsewhere reads of one version, as it was recorded with `publish-view`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Service and view: `billing.charge`.
    pub consumer: &'static str,
    /// The form it reads.
    pub data: &'static Object,
}

impl Committed {
    /// A live contract with nothing but its identity and its form; set the other fields where they are needed.
    #[must_use]
    pub const fn new(event: &'static str, version: Version, data: &'static Object) -> Self {
        Self {
            event,
            version,
            status: Status::Live,
            owner: "",
            summary: "",
            key: None,
            sequence: None,
            upcast_from: &[],
            data,
            reserved: &[],
            allowed: &[],
        }
    }

    /// Sets what may still change.
    #[must_use]
    pub const fn with_status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Sets the field that orders and partitions.
    #[must_use]
    pub const fn with_key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the field that counts the changes of one key.
    #[must_use]
    pub const fn with_sequence(mut self, field: &'static str) -> Self {
        self.sequence = Some(field);
        self
    }

    /// Sets the names that are taken for good.
    #[must_use]
    pub const fn with_reserved(mut self, names: &'static [&'static str]) -> Self {
        self.reserved = names;
        self
    }

    /// Sets the breaking changes that were made on purpose.
    #[must_use]
    pub const fn with_allowed(mut self, allowed: &'static [Allowed]) -> Self {
        self.allowed = allowed;
        self
    }
}

impl Status {
    /// Its word in a contract file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Live => "live",
            Self::Retired => "retired",
        }
    }
}
