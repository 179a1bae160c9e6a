/// A rule of compatibility. Its id is stable: it stands in messages, in `[allow]` of a contract file and in
/// `cargo event contract explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "`summary` says what each one is")]
pub enum Rule {
    FieldRequired,
    FieldRemoved,
    FieldRenamed,
    FieldUnread,
    AbsenceRefused,
    NullRefused,
    DefaultChanged,
    NoneBecomesDefault,
    AliasRemoved,
    NameReserved,
    UnknownRefused,
    UnknownRefusedFromNowOn,
    TypeChanged,
    NumberChanged,
    FormChanged,
    LengthChanged,
    RepeatsDropped,
    TaggingChanged,
    ChoiceWidened,
    VariantRemoved,
    VariantRenamed,
    VariantChanged,
    CatchAllLost,
    CatchAllMissing,
    KeyChanged,
    SequenceChanged,
    FieldUnknown,
    ContractLoosened,
    ReservedRemoved,
    StatusChanged,
    NotReadBack,
    MapKey,
    Buffered,
    TagTwice,
}

/// How much a rule matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Somebody fails, or silently reads something else.
    Breaking,
    /// Somebody may have to know.
    Warning,
}

use Rule::{
    AbsenceRefused, AliasRemoved, Buffered, CatchAllLost, CatchAllMissing, ChoiceWidened, ContractLoosened,
    DefaultChanged, FieldRemoved, FieldRenamed, FieldRequired, FieldUnknown, FieldUnread, FormChanged, KeyChanged,
    LengthChanged, MapKey, NameReserved, NoneBecomesDefault, NotReadBack, NullRefused, NumberChanged, RepeatsDropped,
    ReservedRemoved, SequenceChanged, StatusChanged, TagTwice, TaggingChanged, TypeChanged, UnknownRefused,
    UnknownRefusedFromNowOn, VariantChanged, VariantRemoved, VariantRenamed,
};

impl Rule {
    /// Every rule, in the order in which `explain` lists them.
    pub const ALL: [Self; 34] = [
        FieldRequired,
        FieldRemoved,
        FieldRenamed,
        FieldUnread,
        AbsenceRefused,
        NullRefused,
        DefaultChanged,
        NoneBecomesDefault,
        AliasRemoved,
        NameReserved,
        UnknownRefused,
        UnknownRefusedFromNowOn,
        TypeChanged,
        NumberChanged,
        FormChanged,
        LengthChanged,
        RepeatsDropped,
        TaggingChanged,
        ChoiceWidened,
        VariantRemoved,
        VariantRenamed,
        VariantChanged,
        CatchAllLost,
        CatchAllMissing,
        KeyChanged,
        SequenceChanged,
        FieldUnknown,
        ContractLoosened,
        ReservedRemoved,
        StatusChanged,
        NotReadBack,
        MapKey,
        Buffered,
        TagTwice,
    ];

    /// The rule called `id`.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.id() == id)
    }

    /// Its name in messages and files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            FieldRequired => "field-required",
            FieldRemoved => "field-removed",
            FieldRenamed => "field-renamed",
            FieldUnread => "field-unread",
            AbsenceRefused => "absence-refused",
            NullRefused => "null-refused",
            DefaultChanged => "default-changed",
            NoneBecomesDefault => "none-becomes-default",
            AliasRemoved => "alias-removed",
            NameReserved => "name-reserved",
            UnknownRefused => "unknown-refused",
            UnknownRefusedFromNowOn => "unknown-refused-from-now-on",
            TypeChanged => "type-changed",
            NumberChanged => "number-changed",
            FormChanged => "form-changed",
            LengthChanged => "length-changed",
            RepeatsDropped => "repeats-dropped",
            TaggingChanged => "tagging-changed",
            ChoiceWidened => "enum-widened",
            VariantRemoved => "variant-removed",
            VariantRenamed => "variant-renamed",
            VariantChanged => "variant-changed",
            CatchAllLost => "catch-all-lost",
            CatchAllMissing => "catch-all-missing",
            KeyChanged => "key-changed",
            SequenceChanged => "sequence-changed",
            FieldUnknown => "field-unknown",
            ContractLoosened => "contract-loosened",
            ReservedRemoved => "reserved-removed",
            StatusChanged => "status-changed",
            NotReadBack => "not-read-back",
            MapKey => "map-key",
            Buffered => "buffered",
            TagTwice => "tag-twice",
        }
    }

    /// Whether it breaks somebody.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            DefaultChanged
            | NoneBecomesDefault
            | UnknownRefusedFromNowOn
            | RepeatsDropped
            | ChoiceWidened
            | CatchAllLost => Level::Warning,
            _ => Level::Breaking,
        }
    }

    /// What has happened, in one line.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            FieldRequired => "a field was added that older events do not have",
            FieldRemoved => "a field was removed that consumers read",
            FieldRenamed => "a field was renamed",
            FieldUnread => "a field is written and no longer read",
            AbsenceRefused => "a field may be absent, and the reader refuses that",
            NullRefused => "a field may be `null`, and the reader refuses that",
            DefaultChanged => "an absent field now means something else",
            NoneBecomesDefault => "`None` is read as the default value",
            AliasRemoved => "a name is no longer read",
            NameReserved => "the name had another meaning once",
            UnknownRefused => "the reader refuses a field that it does not know",
            UnknownRefusedFromNowOn => "fields that are added later will be refused",
            TypeChanged => "the type was changed",
            NumberChanged => "the range of a number was changed",
            FormChanged => "the form of a text was changed",
            LengthChanged => "the length was changed",
            RepeatsDropped => "a set drops what a list repeats",
            TaggingChanged => "the variant's name is written in another way",
            ChoiceWidened => "a variant was added",
            VariantRemoved => "a variant was removed",
            VariantRenamed => "a variant was renamed",
            VariantChanged => "what a variant holds was changed",
            CatchAllLost => "unknown variants are no longer caught",
            CatchAllMissing => "variants that come later would be refused",
            KeyChanged => "the key was changed",
            SequenceChanged => "the sequence was changed",
            FieldUnknown => "the event has no such field",
            ContractLoosened => "the contract file promises less than before",
            ReservedRemoved => "a reserved name was given free",
            StatusChanged => "a version that was live is a draft again",
            NotReadBack => "the type cannot read what it writes",
            MapKey => "JSON has no such key; use a text, a number, a uuid or an enum without content",
            Buffered => "serde cannot read this behind a tag or a `flatten`; use texts as keys, and smaller numbers",
            TagTwice => "a field has the name of the tag; rename one of them",
        }
    }

    /// Why it is a rule, and what to do instead.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            FieldRequired => {
                "Events without the field are waiting in queues, outboxes and dead-letter queues, and are replayed from \
                 archives. A required field makes every one of them unreadable. Add it as `Option<T>` or with \
                 `#[serde(default)]`, or make a new version whose upcast fills it in."
            }
            FieldRemoved => {
                "Consumers that run today read the field: a required one makes them fail, an optional one is silently \
                 `None` from then on. Keep the field, or remove it in a new version. If you know that nobody reads it, say \
                 so with a reason under `[allow]` in the contract file."
            }
            FieldRenamed => {
                "Consumers that run today read the old name. Rename the Rust field and keep the name on the wire with \
                 `#[serde(rename = \"old\")]`, or rename it in a new version."
            }
            FieldUnread => {
                "The field is in the events that were written, and the new type passes over it. That loses data without \
                 an error. Read it again, or leave it out in a new version."
            }
            AbsenceRefused => {
                "One side may leave the field out and the other one requires it. Let the reader accept its absence \
                 (`Option<T>` or `#[serde(default)]`), or let the writer always write it. A field that was added while \
                 the version was live is absent in older events for good."
            }
            NullRefused => {
                "One side may write `null` and the other one refuses it: only `Option` reads `null`, `#[serde(default)]` \
                 does not. Leave `None` out with `#[serde(skip_serializing_if = \"Option::is_none\")]`, or keep the \
                 `Option`."
            }
            DefaultChanged => {
                "Events without the field will be read with another value than before. Nothing fails; check that the \
                 meaning is still right."
            }
            NoneBecomesDefault => {
                "`None` is written by leaving the field out, and consumers that run today read that as their default \
                 value. Nothing fails; check that the default means the same as `None`."
            }
            AliasRemoved => {
                "Events with the old name are no longer read. An alias stays as long as events with that name can arrive, \
                 from queues, dead letters and archives too."
            }
            NameReserved => {
                "The contract file reserves the name: a field of that name had another meaning once, and old events \
                 and consumers still have it. Choose another name."
            }
            UnknownRefused => {
                "The reader has `#[serde(deny_unknown_fields)]` and there are fields it does not know. Events grow by \
                 adding fields, so readers must pass over what they do not know; remove `deny_unknown_fields` first, and \
                 add fields when no reader with it is left."
            }
            UnknownRefusedFromNowOn => {
                "With `#[serde(deny_unknown_fields)]` every field that is added later breaks consumers built today. Leave \
                 it out unless the event will never grow."
            }
            TypeChanged => {
                "JSON of one type is not read as the other. Add a second field of the new type, or make a new version with \
                 an upcast."
            }
            NumberChanged => {
                "Numbers outside of the reader's range are refused, and whole numbers above 2^53 or numbers of higher \
                 precision are silently rounded. A wider range breaks readers that run today, a narrower one breaks on \
                 older events. Add a second field, or make a new version with an upcast."
            }
            FormChanged => {
                "A text of one form, such as `uuid` or `date-time`, is not read as another. Any text is read as `string`, \
                 but not the other way round."
            }
            LengthChanged => "Arrays and tuples have an exact length in serde: one more or one less is an error.",
            RepeatsDropped => "A set drops repeats and order. Nothing fails; check that nobody needs them.",
            TaggingChanged => {
                "The name of the variant is looked for where it no longer is. Keep `tag`, `content` and the tagging \
                 style, or make a new version."
            }
            ChoiceWidened => {
                "Consumers that run today fail on the new variant, unless they have a catch-all: \
                 `#[serde(other)]` on a unit variant, which for variants with data works only with \
                 `#[serde(tag = \"..\")]`. Roll the consumers out first. `#[schema(open)]` on the enum says that more \
                 variants may come at any time: then there is no warning, and every view must have a catch-all."
            }
            VariantRemoved => {
                "Events with the variant are waiting in queues and archives, and can no longer be read. Keep the variant \
                 for reading: `#[serde(skip_serializing)]`."
            }
            VariantRenamed => {
                "The name on the wire is the variant's identity. Keep it with `#[serde(rename = \"old\")]`; an alias helps \
                 only the readers that have it."
            }
            VariantChanged => {
                "A variant without content, with one value and with named fields are written differently. Add a new \
                 variant instead, or make a new version."
            }
            CatchAllLost => {
                "Variants that came later were caught by `#[serde(other)]`, and will be refused from now on. Make sure \
                 that this type knows all of them."
            }
            CatchAllMissing => {
                "The producer says that variants may be added at any time (`open`). The view needs a unit variant with \
                 `#[serde(other)]`; where variants have data that works only with `#[serde(tag = \"..\")]`."
            }
            KeyChanged => {
                "The key decides the order of events and the queue they go to. With another one, events of one thing \
                 are no longer in order with those already under way. Make a new version."
            }
            SequenceChanged => {
                "Consumers skip what is older than what they have seen. With another sequence they would skip what is \
                 new. Make a new version."
            }
            FieldUnknown => {
                "The contract has no field of this name, so it would never be filled. Check the spelling, fetch a newer \
                 contract, or remove the field from the view."
            }
            ContractLoosened => {
                "The file accepts more on the reading side than consumers of this version were promised. Consumers from \
                 before are still running. Take the change back, or make a new version."
            }
            ReservedRemoved => {
                "A reserved name keeps an old meaning from coming back as another one. Names stay reserved."
            }
            StatusChanged => {
                "A live version can be retired, but not become a draft again: somebody may read it already."
            }
            NotReadBack => {
                "What the type writes is refused when it reads it: retries, replays and dead letters would all fail. \
                 Usually a `default` is missing beside `skip_serializing_if`, or the two names of a `rename` differ \
                 without an alias."
            }
            MapKey => "The keys of a map are texts in JSON: use a string, a number, a uuid or an enum without content.",
            Buffered => {
                "Behind a tag or a `flatten`, serde reads through a buffer, in which map keys are no longer numbers and \
                 128-bit numbers do not exist (serde-rs/serde#1183). Use texts as keys, smaller numbers, or external \
                 tagging."
            }
            TagTwice => {
                "The tag and the field are written under one name, and the reader takes one for the other. Rename one \
                 of them."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_and_each_one_once() {
        for (at, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(Rule::from_id(rule.id()), Some(rule));
            assert!(rule.id().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
            assert!(Rule::ALL[..at].iter().all(|other| other.id() != rule.id()));
            assert!(rule.explanation().ends_with(['.', ')']), "{}", rule.id());
        }
        assert_eq!(Rule::from_id("nonsense"), None);
    }
}
