use super::Schema;
use crate::shape::{Field, Float, Integer, Object, Shape, sorted};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

macro_rules! shapes {
    ($($ty:ty = $shape:expr;)*) => {
        $(impl Schema for $ty {
            const SHAPE: Shape = $shape;
        })*
    };
}

shapes! {
    () = Shape::Null;
    bool = Shape::Bool;
    char = Shape::Char;
    i8 = Shape::Integer(Integer::I8);
    i16 = Shape::Integer(Integer::I16);
    i32 = Shape::Integer(Integer::I32);
    i64 = Shape::Integer(Integer::I64);
    i128 = Shape::Integer(Integer::I128);
    isize = Shape::Integer(Integer::I64);
    u8 = Shape::Integer(Integer::U8);
    u16 = Shape::Integer(Integer::U16);
    u32 = Shape::Integer(Integer::U32);
    u64 = Shape::Integer(Integer::U64);
    u128 = Shape::Integer(Integer::U128);
    usize = Shape::Integer(Integer::U64);
    NonZeroU8 = Shape::Integer(Integer::NonZeroU8);
    NonZeroU16 = Shape::Integer(Integer::NonZeroU16);
    NonZeroU32 = Shape::Integer(Integer::NonZeroU32);
    NonZeroU64 = Shape::Integer(Integer::NonZeroU64);
    f32 = Shape::Float(Float::F32);
    f64 = Shape::Float(Float::F64);
    str = Shape::STRING;
    String = Shape::STRING;
    std::path::PathBuf = Shape::STRING;
    std::net::IpAddr = Shape::Text("ip");
    std::net::Ipv4Addr = Shape::Text("ipv4");
    std::net::Ipv6Addr = Shape::Text("ipv6");
    std::net::SocketAddr = Shape::Text("socket-address");
    // serde's own forms of these two.
    Duration = Shape::Object(&Object::new("Duration", &SECS_NANOS));
    SystemTime = Shape::Object(&Object::new("SystemTime", &SINCE_EPOCH));
}

const SECS_NANOS: [Field; 2] = sorted([Field::new("secs", <u64>::SHAPE), Field::new("nanos", <u32>::SHAPE)]);
const SINCE_EPOCH: [Field; 2] = sorted([
    Field::new("secs_since_epoch", <u64>::SHAPE),
    Field::new("nanos_since_epoch", <u32>::SHAPE),
]);

macro_rules! generic {
    ($($ty:ty = $shape:expr;)*) => {
        $(impl<T: Schema> Schema for $ty {
            const SHAPE: Shape = $shape;
        })*
    };
}

generic! {
    // `None` of an inner `Option` is `null` as well.
    Option<T> = match &T::SHAPE {
        Shape::Optional(inner) | Shape::Nullable(inner) => Shape::Optional(inner),
        inner => Shape::Optional(inner),
    };
    Vec<T> = Shape::List(&T::SHAPE);
    VecDeque<T> = Shape::List(&T::SHAPE);
    LinkedList<T> = Shape::List(&T::SHAPE);
    BinaryHeap<T> = Shape::List(&T::SHAPE);
    [T] = Shape::List(&T::SHAPE);
    BTreeSet<T> = Shape::Set(&T::SHAPE);
}

macro_rules! see_through {
    ($($ty:ident)*) => {
        $(impl<T: Schema + ?Sized> Schema for $ty<T> {
            const SHAPE: Shape = T::SHAPE;
        })*
    };
}

see_through!(Box Rc Arc);

impl<T: Schema + ?Sized> Schema for &T {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Schema + ToOwned + ?Sized> Schema for Cow<'_, T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Schema, S> Schema for HashSet<T, S> {
    const SHAPE: Shape = Shape::Set(&T::SHAPE);
}

impl<K: Schema, V: Schema> Schema for BTreeMap<K, V> {
    const SHAPE: Shape = Shape::Map(&K::SHAPE, &V::SHAPE);
}

impl<K: Schema, V: Schema, S> Schema for HashMap<K, V, S> {
    const SHAPE: Shape = Shape::Map(&K::SHAPE, &V::SHAPE);
}

impl<T: Schema, const N: usize> Schema for [T; N] {
    const SHAPE: Shape = Shape::Array(&T::SHAPE, N);
}

impl<T> Schema for std::marker::PhantomData<T> {
    const SHAPE: Shape = Shape::Null;
}

macro_rules! tuples {
    ($(($($part:ident)+))*) => {
        $(impl<$($part: Schema),+> Schema for ($($part,)+) {
            const SHAPE: Shape = Shape::Tuple(&[$($part::SHAPE),+]);
        })*
    };
}

tuples! {
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
}
