use super::{Random, form, object};
use crate::Reader;
use crate::file::table::{Table, Value};
use crate::file::{ViewFile, parse, parse_view, toml as ours, write, write_view};

#[test]
fn what_is_written_is_read_and_written_again() {
    for seed in 0..500 {
        let contract = Random::new(seed).contract();
        let text = write(&contract);
        let again = parse(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        assert_eq!(form(&again), form(&contract), "seed {seed}\n{text}");
        assert_eq!(write(&again), text, "seed {seed}");
    }
}

#[test]
fn views_are_written_and_read() {
    for seed in 0..500 {
        let contract = Random::new(seed).contract();
        let reader = Reader {
            consumer: "billing.charge",
            data: contract.data,
        };
        let view = ViewFile {
            event: contract.event,
            version: contract.version,
            reader,
        };
        let text = write_view(&view);
        let again = parse_view(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        assert_eq!(
            object(again.reader.data),
            object(crate::file::reading::only(contract.data)),
            "seed {seed}\n{text}"
        );
        assert_eq!(write_view(&again), text, "seed {seed}");
    }
}

/// Any reader of TOML finds the same in our files.
#[test]
fn it_is_toml() {
    for seed in 0..500 {
        let text = write(&Random::new(seed).contract());
        let theirs: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        assert_eq!(as_toml(&ours::read(&text).unwrap()), theirs, "seed {seed}\n{text}");
    }
}

pub(super) fn as_toml(table: &Table) -> toml::Table {
    let value = |value: &Value| single(value);
    table
        .items
        .iter()
        .map(|(key, item)| (key.clone(), value(&item.value)))
        .collect()
}

fn single(value: &Value) -> toml::Value {
    match value {
        Value::Text(text) => toml::Value::String(text.clone()),
        Value::Integer(number) => toml::Value::Integer(*number),
        Value::Flag(flag) => toml::Value::Boolean(*flag),
        Value::List(items) => toml::Value::Array(items.iter().map(|item| single(&item.value)).collect()),
        Value::Table(table) => toml::Value::Table(as_toml(table)),
    }
}
