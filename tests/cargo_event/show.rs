//! `show`, `explain` and `export`.

use super::place::{Place, placed};
use serde_json::Value;

fn one() -> Place {
    let place = Place::new();
    place.package("orders");
    place.write(
        "orders/contracts/order.placed/v1.toml",
        &(placed(1, "live", "lines = \"[Line]\"\nnote = \"string?\"")
            .replace("owner", "sensitive = [\"note\"]\nowner")
            + "\n[types.Line]\nkind = \"object\"\n\n[types.Line.fields]\nsku = \"string\"\n"),
    );
    place
}

#[test]
fn a_contract_with_its_fields() {
    let place = one();
    let ran = place.event("orders", &["contract", "show", "order.placed"]).ends(0);
    let ran = ran.says("status  live").says("owner  checkout").says("read by  -");
    let row = |field: &str| {
        ran.out
            .lines()
            .find(|line| line.split_whitespace().next() == Some(field))
            .unwrap()
            .to_owned()
    };
    assert!(row("lines[].sku").contains("string"), "{}", ran.out);
    assert!(
        row("note").contains("sometimes, or null") && row("note").contains("yes"),
        "{}",
        ran.out
    );
    place.event("orders", &["contract", "show", "order.placed.v1"]).ends(0);
    place
        .event("orders", &["contract", "show", "order.placed.v2"])
        .ends(2)
        .errs("no such version");
    place
        .event("orders", &["contract", "show", "order.place"])
        .ends(2)
        .errs("did you mean `order.placed`?");
}

#[test]
fn a_rule_and_all_of_them() {
    let place = Place::new();
    // Works anywhere: it needs no package.
    let ran = place.event(".", &["contract", "explain", "field-removed"]).ends(0);
    ran.says("field-removed (breaking): a field was removed that consumers read")
        .says("[allow]".trim_matches(['[', ']']));
    place
        .event(".", &["contract", "explain", "field-removd"])
        .ends(2)
        .errs("did you mean `field-removed`?");
    let ran = place.event(".", &["contract", "explain"]).ends(0);
    let all = place.event(".", &["contract", "explain", "--json"]).ends(0).json();
    let all = all.as_array().unwrap();
    assert!(all.len() > 20);
    for rule in all {
        assert!(ran.out.contains(rule["rule"].as_str().unwrap()), "{rule}");
    }
}

#[test]
fn json_schema_of_every_contract() {
    let place = one();
    let export = |arguments: &[&str]| place.event("orders", &[&["contract", "export"], arguments].concat());
    export(&["--check"])
        .ends(1)
        .says("behind contracts/export/order.placed/v1.schema.json");
    export(&[]).ends(0).says("written");
    export(&["--check"]).ends(0).says("unchanged");
    let schema: Value =
        serde_json::from_str(&place.read("orders/contracts/export/order.placed/v1.schema.json")).unwrap();
    assert_eq!(schema["title"], "order.placed.v1");
    assert!(schema["properties"]["lines"].is_object(), "{schema}");
    export(&["--json-schema", "elsewhere"]).ends(0);
    assert!(place.has("orders/elsewhere/order.placed/v1.schema.json"));
    std::fs::remove_dir_all(place.path().join("orders/contracts")).unwrap();
    export(&[]).ends(2).errs("there are no contracts here");
}

#[test]
fn help_says_what_exit_codes_mean() {
    let place = Place::new();
    place.event(".", &["--help"]).ends(0).says("Exit codes: 0");
    place
        .event(".", &["contract", "nonsense"])
        .ends(2)
        .errs("unrecognized subcommand");
    place.event(".", &["contract", "check"]).ends(2).errs("--manifest-path");
}
