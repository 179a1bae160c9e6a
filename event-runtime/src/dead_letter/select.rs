use super::letter::DeadLetter;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// Which dead letters; everything that is set must hold.
///
/// ```
/// use event_runtime::Select;
///
/// let declined = Select::all().event_type("order.placed").reason("poison");
/// assert_eq!(declined.to_string(), "reason=poison type=order.placed");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Select {
    /// Of this handler.
    pub handler: Option<String>,
    /// These ids.
    pub ids: Vec<String>,
    /// This reason.
    pub reason: Option<String>,
    /// This fingerprint.
    pub fingerprint: Option<String>,
    /// This type: `order.placed.v1`, or every version with `order.placed`.
    pub event_type: Option<String>,
    /// This key.
    pub key: Option<String>,
    /// Dead at this time or later.
    pub since: Option<Timestamp>,
    /// Dead before this time.
    pub until: Option<Timestamp>,
}

impl Select {
    /// Every dead letter.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The dead letters with these ids.
    #[must_use]
    pub fn ids<I: ToString>(ids: impl IntoIterator<Item = I>) -> Self {
        Self {
            ids: ids.into_iter().map(|id| id.to_string()).collect(),
            ..Self::default()
        }
    }

    /// Only of this handler.
    #[must_use]
    pub fn handler(mut self, handler: impl Into<String>) -> Self {
        self.handler = Some(handler.into());
        self
    }

    /// Only with this reason: `exhausted`, `poison`, `malformed`, ...
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Only with this fingerprint.
    #[must_use]
    pub fn fingerprint(mut self, fingerprint: impl Into<String>) -> Self {
        self.fingerprint = Some(fingerprint.into());
        self
    }

    /// Only of this type: `order.placed.v1`, or every version with `order.placed`.
    #[must_use]
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// Only of this key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Only those that were dead at this time or later. What the broker itself has moved has no time, and is left out.
    #[must_use]
    pub fn since(mut self, at: Timestamp) -> Self {
        self.since = Some(at);
        self
    }

    /// Only those that were dead before this time. What the broker itself has moved has no time, and is left out.
    #[must_use]
    pub fn until(mut self, at: Timestamp) -> Self {
        self.until = Some(at);
        self
    }

    /// Whether `letter` is meant.
    #[must_use]
    pub fn takes(&self, letter: &DeadLetter) -> bool {
        let same = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        (self.ids.is_empty() || letter.id.as_ref().is_some_and(|id| self.ids.contains(id)))
            && same(&self.handler, Some(&letter.handler))
            && same(&self.reason, Some(&letter.reason))
            && same(&self.fingerprint, Some(&letter.fingerprint))
            && same(&self.key, letter.key.as_deref())
            && self
                .event_type
                .as_deref()
                .is_none_or(|wanted| is_type(&letter.event_type, wanted))
            && self
                .since
                .is_none_or(|since| letter.dead_at.is_some_and(|at| at >= since))
            && self
                .until
                .is_none_or(|until| letter.dead_at.is_some_and(|at| at < until))
    }

    /// Whether it takes every dead letter, apart from the handler.
    pub(crate) fn says_nothing(&self) -> bool {
        let other = Self {
            handler: None,
            ..self.clone()
        };
        other == Self::default()
    }
}

/// Whether a type is `wanted`, in that version or in any.
fn is_type(is: &str, wanted: &str) -> bool {
    is == wanted || event_contract::split_type(is).is_some_and(|(name, _)| name == wanted)
}

/// What is set, for people.
impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = (!self.ids.is_empty()).then(|| self.ids.join(","));
        let set = [
            ("handler", self.handler.clone()),
            ("id", ids),
            ("reason", self.reason.clone()),
            ("fingerprint", self.fingerprint.clone()),
            ("type", self.event_type.clone()),
            ("key", self.key.clone()),
            ("since", self.since.map(|at| at.to_string())),
            ("until", self.until.map(|at| at.to_string())),
        ];
        let set: Vec<_> = set
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", value?)))
            .collect();
        f.write_str(if set.is_empty() { "all" } else { "" })?;
        f.write_str(&set.join(" "))
    }
}
