use event_contract::{MAX_NAME, Version};

/// Bytes of a foreign text in an error: the longest event name is shown in full.
const MAX_QUOTED: usize = MAX_NAME + ".v4294967295".len();

/// Why a body or its attributes are not the event that is asked for. Never worth a retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The body is not the JSON of this event. The text names line, column and field, never a value of the body.
    #[error("the body is not a valid `{type_name}`: {reason}")]
    Body {
        /// What it should have been.
        type_name: String,
        /// What is wrong, without the payload.
        reason: String,
    },
    /// A name or version that this build does not read.
    #[error("`{type_name}` is not among the events this handler reads")]
    UnknownType {
        /// What it says it is.
        type_name: String,
    },
    /// A CloudEvents attribute that is missing or cannot be read.
    #[error("not a CloudEvent: {0}")]
    Attribute(String),
}

impl DecodeError {
    /// A name or version that is not read here.
    #[must_use]
    pub fn unknown_type(name: &str, version: Version) -> Self {
        Self::UnknownType {
            type_name: format!("{}.{version}", shortened(name)),
        }
    }

    pub(crate) fn attribute(text: impl Into<String>) -> Self {
        Self::Attribute(text.into())
    }

    /// A short stable name, for dead letters and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Body { .. } => "malformed",
            Self::UnknownType { .. } => "unknown_contract",
            Self::Attribute(_) => "not_a_cloudevent",
        }
    }
}

/// As much of a foreign text as an error may quote.
pub(super) fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_QUOTED)]
}
