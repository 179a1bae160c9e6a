//! The commands of the example, as a person or a script runs them; and its page in `docs`.

use super::judge;
use event_tests::order_workflow;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/catalog.md");

/// With a broker that is not there: none of these commands needs one.
fn run(arguments: &[&str]) -> Output {
    Command::new(order_workflow())
        .args(arguments)
        .env("EVENT_URL", "amqp://127.0.0.1:9")
        .env_remove("EVENT_BUS")
        .env_remove("ORDERS_DB")
        .env_remove("ORDER_SERVICE")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples"))
        .output()
        .unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn its_asyncapi_document_is_valid() {
    let document: Value = serde_json::from_str(&said(&["asyncapi"])).unwrap();
    let answer = judge::ask(&[json!({ "do": "asyncapi", "text": document.to_string() })]);
    let found = answer[0]["found"].as_array().unwrap();
    assert!(
        found
            .iter()
            .all(|one| !["error", "warning"].contains(&one["level"].as_str().unwrap())),
        "{found:#?}"
    );
    assert_eq!(
        (
            &answer[0]["channels"],
            &answer[0]["operations"],
            &answer[0]["messages"],
            &answer[0]["examples"]
        ),
        (&json!(8), &json!(8), &json!(4), &json!(8))
    );
}

#[test]
fn its_page_is_up_to_date() {
    let page = said(&["catalog"]);
    if std::env::var("CATALOG").is_ok_and(|what| what == "overwrite") {
        std::fs::write(PAGE, &page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        kept == page,
        "docs/catalog.md is not what the example says of itself; `CATALOG=overwrite cargo test -p event-tests --test exports` \
         writes it anew"
    );
}

#[test]
fn its_contracts_are_listed() {
    let list: Value = serde_json::from_str(&said(&["contracts", "--json"])).unwrap();
    let types: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "fulfillment.queued.v1",
            "order.placed.v1",
            "payment.authorized.v1",
            "payment.requested.v1"
        ]
    );
    let placed = &list[1];
    assert_eq!(
        (&placed["owner"], &placed["key"]),
        (&json!("checkout"), &json!("order_ref"))
    );
    assert_eq!(placed["taken_by"], json!(["accept_order"]));
    let email = placed["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["path"] == "email")
        .unwrap();
    assert_eq!((&email["form"], &email["sensitive"]), (&json!("string"), &json!(true)));
    assert_eq!(placed["schema"]["properties"]["revision"]["maximum"], u32::MAX);
    let table = said(&["contracts"]);
    for text in [
        "order.placed.v1",
        "email: string, sensitive",
        "warehouse: string",
        "payments",
    ] {
        assert!(table.contains(text), "{text}\n{table}");
    }
}

/// A folder of its own below `target/tmp`, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn files_are_written_where_they_are_wanted() {
    let folder = folder("exports-out");
    for (arguments, name, begin) in [
        (["catalog", "--html"], "page.html", "<!doctype html>"),
        (["catalog", "--markdown"], "page.md", "# order-workflow"),
        (["asyncapi", "--json"], "asyncapi.yaml", "{\n  \"asyncapi\": \"3.0.0\""),
    ] {
        let file = folder.join(name);
        let out = format!("--out={}", file.display());
        assert_eq!(said(&[arguments[0], arguments[1], &out]), "");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(begin) && text.ends_with('\n'), "{name}: {text}");
    }
    let nowhere = format!("--out={}", folder.join("no/where.html").display());
    let output = run(&["catalog", "--html", &nowhere]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("where.html cannot be written"), "{said}");
}

/// Status, samples and readers come from contract files.
#[test]
fn what_is_recorded_is_shown() {
    let folder = folder("exports-contracts");
    let put = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    put("order.placed/v1.toml", CONTRACT);
    put("views/billing.charge/order.placed.v1.toml", VIEW);
    put(
        "order.placed/samples/v1.json",
        r#"{"order_ref":"SO-00042","revision":7,"email":"real.person@example.net","card":"tok_1","total_cents":1999}"#,
    );
    let option = format!("--contracts={}", folder.display());
    let page = said(&["catalog", &option]);
    for line in [
        "| versions | v1 (live) |",
        "| read elsewhere by | billing.charge |",
        "| `total_cents` | `i64` | always |  | billing.charge |",
        "| `card` | `string` | always |  | nobody |",
        "| read elsewhere by | nobody recorded |",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    assert!(
        page.contains("\"order_ref\": \"SO-00042\""),
        "the recorded sample: {page}"
    );
    let html = said(&["catalog", "--html", &option]);
    let document = said(&["asyncapi", &option]);
    assert!(html.contains("billing.charge") && html.contains("v1 (live)"));
    assert!(document.contains("\"x-status\": \"live\"") && document.contains("\"x-read-by\""));
    let list: Value = serde_json::from_str(&said(&["contracts", "--json", &option])).unwrap();
    assert_eq!(
        (&list[1]["status"], &list[0]["status"]),
        (&json!("live"), &json!("live"))
    );
    for text in [&page, &html, &document] {
        assert!(!text.contains("real.person"), "a sensitive value of a sample is shown");
    }
    put("order.placed/v1.toml", "format = 1\nevent = \n");
    let output = run(&["contracts", &option]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("v1.toml: line 2"), "{said}");
}

const CONTRACT: &str = r#"# Event contract.
format = 1
event = "order.placed"
version = 1
type = "order.placed.v1"
status = "live"
owner = "checkout"
key = "order_ref"
sequence = "revision"
sensitive = ["email"]

[data]
unknown_fields = "ignored"

[data.fields]
card = "string"
email = "string"
order_ref = "string"
revision = "u32"
total_cents = "i64"
"#;

const VIEW: &str = r#"# View of an event.
format = 1
kind = "view"
consumer = "billing.charge"
event = "order.placed"
version = 1

[data]
unknown_fields = "ignored"

[data.fields]
order_ref = "string"
total_cents = "i64"
"#;
