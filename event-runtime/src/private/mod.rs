//! All and only what generated code uses. No promises.

mod contract;
mod event;
mod failure;
mod handler;
mod schema;

pub use self::contract::{Wider, check_event};
pub use self::event::{
    Body, IsEvent, Key, Known, Plain, Redacted, Sequence, Upcast, check_member, check_upcast, decode_or_upcast,
    decode_own, not_built, version,
};
pub use self::failure::{IsError, IsFailure, Judge, Judgement};
pub use self::handler::{DedupeKey, MaybeInput, NotBuilt, Probe, check_batch, dedupe_key};
pub use self::schema::{beside_tag, count, flat, unknown};
pub use crate::envelope::DecodeError;
pub use crate::event::{Event, EventSet};
pub use crate::failure::{Class, Failed, Failure};
pub use crate::handler::{AnyStore, Argument, Call, Handler, Idempotent, Input, Lend, Options, Return, lend};
pub use crate::retry::RetryPolicy;
pub use event_contract::{
    Absent, Allowed, Choice, Committed, Contract, Field, Float, Integer, Object, Reader, Schema, Shape, Status,
    Tagging, Unknown, Unrouted, Variant, Version, Written, check_reach, check_retired, check_shape, flattened,
};
pub use std::borrow::Cow;
pub use std::convert::From;
pub use std::error::Error;
pub use std::fmt::{Debug, Formatter, Result as FmtResult};
pub use std::include_bytes;
pub use std::option::Option;
pub use std::primitive::{bool, str, u8, u64, usize};
pub use std::result::Result;
pub use std::string::String;
pub use std::time::Duration;
