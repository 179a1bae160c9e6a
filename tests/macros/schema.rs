use event_runtime::__private::{Choice, Field, Tagging, Unknown, Variant};
use event_runtime::prelude::*;
use event_runtime::{Object, Shape};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Debug;

fn object<T: Schema>() -> &'static Object {
    match T::SHAPE {
        Shape::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

fn choice<T: Schema>() -> &'static Choice {
    match T::SHAPE {
        Shape::Choice(choice) => choice,
        other => panic!("{other} is no enum"),
    }
}

#[track_caller]
fn field<T: Schema>(name: &str) -> Field {
    *object::<T>().field(name).unwrap()
}

#[track_caller]
fn variant<T: Schema>(name: &str) -> Variant {
    *choice::<T>()
        .variants
        .iter()
        .find(|variant| variant.name == name)
        .unwrap()
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "camelCase")]
struct Line {
    line_sku: String,
    #[serde(default)]
    quantity: u32,
    #[serde(default = "one", rename = "COUNT", alias = "count")]
    count: u8,
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(rename(serialize = "out", deserialize = "in", deserialize = "into"))]
    both: bool,
    #[serde(skip)]
    scratch: Vec<u8>,
    #[serde(skip_serializing)]
    read_only: Option<u8>,
    #[serde(skip_deserializing)]
    write_only: u8,
    #[serde(with = "hex")]
    #[schema(wire = "Option<String>")]
    color: Option<u32>,
}

fn one() -> u8 {
    1
}

mod hex {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(color: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
        match color {
            Some(color) => to.serialize_some(&format!("{color:x}")),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        Ok(text.and_then(|text| u32::from_str_radix(&text, 16).ok()))
    }
}

#[test]
fn what_is_written_and_what_is_read() {
    let own = |name, shape| Field::new(name, shape);
    let optional = Shape::Optional(&Shape::STRING);
    for expected in [
        own("lineSku", Shape::STRING),
        own("quantity", u32::SHAPE).with_default(""),
        own("COUNT", u8::SHAPE)
            .with_default("one")
            .with_reads(&["COUNT", "count"]),
        own("note", optional),
        own("hint", optional).sometimes(false),
        own("tags", Shape::List(&Shape::STRING))
            .with_default("")
            .sometimes(true),
        own("out", Shape::Bool).with_reads(&["in", "into"]),
        own("readOnly", Shape::Optional(&u8::SHAPE)).never_written(),
        own("writeOnly", u8::SHAPE).never_read(),
        own("color", optional).required(),
    ] {
        assert_eq!(field::<Line>(expected.name), expected);
    }
    let object = object::<Line>();
    assert_eq!(
        (object.name, object.fields.len(), object.unknown),
        ("Line", 10, Unknown::Ignored)
    );
    assert!(object.fields.is_sorted_by_key(|field| field.hash));
}

/// The same, asked of serde.
#[test]
fn serde_agrees() {
    let line = |value: Value| serde_json::from_value::<Line>(value);
    let least = json!({"lineSku": "a", "in": true, "color": null});
    let read = line(least.clone()).unwrap();
    let Value::Object(written) = serde_json::to_value(&read).unwrap() else {
        panic!("no object");
    };
    use event_runtime::__private::{Absent, Written};
    for field in object::<Line>().fields {
        let is_written = written.contains_key(field.name);
        match field.written {
            Written::Always => assert!(is_written, "{}", field.name),
            Written::Sometimes | Written::Never => assert!(!is_written, "{}", field.name),
        }
        let reads = if field.reads.is_empty() {
            &[field.name][..]
        } else {
            field.reads
        };
        let mut without = least.as_object().unwrap().clone();
        for name in reads {
            without.remove(*name);
        }
        assert_eq!(
            line(Value::Object(without)).is_ok(),
            field.absent != Absent::Refused,
            "{}",
            field.name
        );
    }
}

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Meters(u32);

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Maybe(Option<u32>);

#[derive(Debug, Serialize, Deserialize, Schema)]
#[serde(transparent)]
struct Through {
    inner: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Pair(u8, #[serde(skip)] (), String);

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Unit;

#[derive(Debug, Serialize, Deserialize, Schema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Strict {
    a: u8,
    b: Option<u8>,
}

type Alias = Maybe;

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Nested {
    alias: Alias,
    through: Through,
    boxed: Box<Option<Meters>>,
}

#[test]
fn structs_without_names() {
    assert_eq!(Meters::SHAPE, u32::SHAPE);
    assert_eq!(Maybe::SHAPE, Shape::Nullable(&u32::SHAPE));
    assert_eq!(Through::SHAPE, Shape::Optional(&u32::SHAPE));
    assert_eq!(Pair::SHAPE, Shape::Tuple(&[u8::SHAPE, Shape::STRING]));
    assert_eq!(
        serde_json::to_value(Pair(1, (), "a".to_owned())).unwrap(),
        json!([1, "a"])
    );
    assert_eq!(Unit::SHAPE, Shape::Null);
    assert_eq!(object::<Strict>().unknown, Unknown::Refused);
    assert_eq!(field::<Strict>("a"), Field::new("a", u8::SHAPE).with_default(""));
}

/// Which of them may be absent: serde asks the outermost type.
#[test]
fn absence_behind_other_types() {
    use event_runtime::__private::Absent;
    for (name, absent) in [
        ("alias", Absent::Refused),
        ("through", Absent::Accepted),
        ("boxed", Absent::Accepted),
    ] {
        assert_eq!(field::<Nested>(name).absent, absent, "{name}");
        let mut all = json!({"alias": 1, "through": 2, "boxed": 3});
        all.as_object_mut().unwrap().remove(name);
        let read = serde_json::from_value::<Nested>(all).is_ok();
        assert_eq!(read, absent == Absent::Accepted, "{name}");
    }
}

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Page<T> {
    items: Vec<T>,
    next: Option<T>,
    #[serde(skip)]
    marker: std::marker::PhantomData<T>,
}

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Borrowed<'a, const N: usize> {
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    all: [&'a str; 2],
}

/// A parameter that is not on the wire has no shape, and needs none.
#[derive(Debug, Serialize, Deserialize, Schema)]
struct Id<T> {
    id: u64,
    #[serde(skip)]
    of: std::marker::PhantomData<T>,
}

#[test]
fn parameters() {
    assert_eq!(field::<Page<Line>>("items").shape, Shape::List(&Line::SHAPE));
    assert_eq!(field::<Page<u8>>("next").shape, Shape::Optional(&u8::SHAPE));
    assert_eq!(field::<Borrowed<'_, 3>>("name").shape, Shape::STRING);
    struct NoShape;
    assert_eq!(field::<Id<NoShape>>("id").shape, u64::SHAPE);
}

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Address {
    street: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Place {
    city: String,
    zip: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Customer {
    name: String,
    #[serde(flatten)]
    address: Address,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[test]
fn flattened_fields_are_fields() {
    let mut names: Vec<_> = object::<Customer>().fields.iter().map(|field| field.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["city", "name", "street", "zip"]);
    assert!(object::<Customer>().fields.is_sorted_by_key(|field| field.hash));
    assert_eq!(object::<Customer>().unknown, Unknown::Kept);
    assert_eq!(object::<Address>().unknown, Unknown::Ignored);
    let read: Customer = serde_json::from_value(json!({"name": "a", "city": "b", "street": "c", "more": 1})).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap()["more"], 1);
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[expect(dead_code, reason = "some are never built")]
enum External {
    JustThis,
    OneOf(Line),
    TwoOf(u8, u8),
    #[serde(alias = "named")]
    WithNames {
        first_name: String,
    },
    #[serde(rename_all = "UPPERCASE")]
    Loud {
        last_name: String,
    },
    #[serde(skip)]
    Hidden,
    #[serde(skip_serializing)]
    Old,
    #[serde(skip_deserializing)]
    New,
}

#[derive(Debug, Serialize, Deserialize, Schema)]
#[serde(tag = "method", deny_unknown_fields)]
#[schema(open)]
enum Internal {
    #[serde(rename = "card")]
    Card {
        last: String,
    },
    Pages(Page<u8>),
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Serialize, Deserialize, Schema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    A(Option<u8>),
    B,
}

#[test]
fn enums() {
    let all = choice::<External>();
    assert_eq!(
        (all.name, all.tagging, all.open, all.variants.len()),
        ("External", Tagging::External, false, 7)
    );
    assert!(all.variants.is_sorted_by_key(|variant| variant.hash));
    for expected in [
        Variant::new("just-this", None),
        Variant::new("one-of", Some(Line::SHAPE)),
        Variant::new("two-of", Some(Shape::Tuple(&[u8::SHAPE, u8::SHAPE]))),
        Variant::new("old", None).never_written(),
        Variant::new("new", None).never_read(),
    ] {
        assert_eq!(variant::<External>(expected.name), expected);
    }
    assert_eq!(variant::<External>("with-names").reads, ["with-names", "named"]);
    assert_eq!(variant::<External>("with-names").fields()[0].name, "firstName");
    assert_eq!(variant::<External>("loud").fields()[0].name, "LAST_NAME");
    assert_eq!(
        serde_json::to_value(External::Loud {
            last_name: "x".to_owned()
        })
        .unwrap(),
        json!({"loud": {"LAST_NAME": "x"}})
    );

    let all = choice::<Internal>();
    assert_eq!((all.tagging, all.open), (Tagging::Internal("method"), true));
    assert!(variant::<Internal>("Unknown").catch_all);
    assert_eq!(variant::<Internal>("Pages").content, Some(<Page<u8>>::SHAPE));
    let Some(Shape::Object(card)) = variant::<Internal>("card").content else {
        panic!("no object");
    };
    assert_eq!(card.unknown, Unknown::Refused);

    assert_eq!(choice::<Adjacent>().tagging, Tagging::Adjacent("t", "c"));
    assert_eq!(variant::<Adjacent>("A").content, Some(Shape::Optional(&u8::SHAPE)));
}

/// It looks like another type, whatever it holds.
#[derive(Debug, Clone, Serialize, Deserialize, Schema)]
#[serde(into = "String", try_from = "String")]
#[schema(wire = "String")]
struct Code(u32);

impl From<Code> for String {
    fn from(code: Code) -> Self {
        format!("C{}", code.0)
    }
}

impl TryFrom<String> for Code {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.trim_start_matches('C').parse().map(Self)
    }
}

#[derive(Debug, Serialize, Deserialize, Schema)]
#[serde(untagged)]
#[schema(wire = "serde_json::Value")]
enum Anything {
    Number(u8),
    Text(String),
}

#[test]
fn declared_forms() {
    assert_eq!((Code::SHAPE, Anything::SHAPE), (Shape::STRING, Shape::Any));
}

#[derive(Serialize, Deserialize, Schema)]
struct Person<T> {
    id: T,
    #[schema(sensitive)]
    name: String,
}

#[derive(Serialize, Deserialize, Schema)]
enum Contact {
    None,
    Post(Pair),
    Mail {
        #[schema(sensitive)]
        address: String,
        verified: bool,
    },
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}")
}

#[test]
fn sensitive_fields_are_not_shown() {
    assert!(field::<Person<u8>>("name").sensitive && !field::<Person<u8>>("id").sensitive);
    let person = Person {
        id: 7,
        name: "Ada".to_owned(),
    };
    assert_eq!(shown(&person), r#"Person { id: 7, name: "[redacted]" }"#);
    let mail = Contact::Mail {
        address: "ada@example.org".to_owned(),
        verified: true,
    };
    assert_eq!(shown(&mail), r#"Mail { address: "[redacted]", verified: true }"#);
    assert_eq!(shown(&Contact::None), "None");
    assert_eq!(
        shown(&Contact::Post(Pair(1, (), String::new()))),
        r#"Post(Pair(1, (), ""))"#
    );
    assert!(variant::<Contact>("Mail").fields().iter().any(|field| field.sensitive));
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.shipped", version = 1, owner = "logistics")]
struct OrderShipped {
    places: Vec<Place>,
    #[serde(with = "hex")]
    #[event(wire = "Option<String>")]
    color: Option<u32>,
}

#[test]
fn an_event_has_a_shape() {
    assert_eq!(OrderShipped::SHAPE, Shape::Object(OrderShipped::CONTRACT.data));
    assert_eq!(field::<OrderShipped>("places").shape.to_string(), "[Place]");
    assert!(field::<OrderShipped>("color").absent == event_runtime::__private::Absent::Refused);
}
