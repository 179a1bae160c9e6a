//! What the pairs are made of.

#![allow(unused_imports, reason = "every pair takes what it needs")]

pub(crate) use super::judge::Side;
pub(crate) use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
pub(crate) use event_runtime::Schema;
pub(crate) use rust_decimal::Decimal;
pub(crate) use serde::{Deserialize, Serialize};
pub(crate) use serde_json::Value;
pub(crate) use std::borrow::Cow;
pub(crate) use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
pub(crate) use std::net::{IpAddr, Ipv4Addr};
pub(crate) use std::num::{NonZeroU8, NonZeroU32};
pub(crate) use uuid::Uuid;

pub(crate) type Number = u8;
pub(crate) type Wider = u16;
pub(crate) type Maybe = Option<u8>;

pub(crate) fn five() -> u8 {
    5
}

pub(crate) fn some_five() -> Option<u8> {
    Some(5)
}

pub(crate) fn six() -> u8 {
    6
}

pub(crate) fn skips(number: &u8) -> bool {
    *number == 255
}

pub(crate) fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// Functions of a user's that change nothing, but are there.
pub(crate) mod through {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        value.serialize(to)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        T::deserialize(from)
    }
}
