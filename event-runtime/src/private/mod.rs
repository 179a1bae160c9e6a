//! All and only what generated code uses. No promises.

mod contract;
mod event;
mod failure;
mod handler;
mod schema;
mod test;
mod view;

pub use self::contract::{Wider, check_event};
pub use self::event::{
    Body, IsEvent, Key, Known, Plain, Redacted, Sequence, Upcast, check_member, check_upcast, decode_or_upcast,
    decode_own, not_built, version,
};
pub use self::failure::{IsError, IsFailure, Judge, Judgement};
pub use self::handler::{DedupeKey, MaybeInput, NotBuilt, Probe, check_batch, dedupe_key};
pub use self::schema::{beside_tag, count, flat, unknown};
pub use self::test::{Tested, Untested};
#[allow(deprecated, reason = "that is what it is for")]
pub use self::view::RETIRED;
pub use self::view::{check_view_of, decode_view, older, view_contract};
pub use crate::envelope::DecodeError;
pub use crate::event::{Event, EventSet, View};
pub use crate::failure::{Class, Failed, Failure};
pub use crate::handler::{AnyStore, Argument, Call, Handler, Idempotent, Input, Lend, OnPoison, Options, Return, lend};
pub use crate::reconcile::{JobArgument, JobOptions, JobReturn, Reconcile, Run};
pub use crate::retry::RetryPolicy;
pub use event_contract::{
    Absent, Allowed, Choice, Committed, Contract, Field, Float, Integer, Object, Reader, Schema, Shape, Status,
    Tagging, Unknown, Unrouted, Variant, Version, Written, check_ordered_by, check_reach, check_retired,
    check_sequenced, check_shape, check_view, flattened,
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
pub use std::sync::Arc;
pub use std::time::Duration;
