//! The example that a newcomer runs first: the same accounts on every transport, and plain words about bad input.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use event_runtime::prelude::*;
use event_runtime::store::Store as _;
use event_tests::{order_workflow, require_broker, unique};
use std::process::{Command, Output};

mod example {
    mod webhook;
}

fn workflow(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(order_workflow());
    for name in ["EVENT_URL", "EVENT_BUS", "GATEWAY", "ORDERS_DB", "ORDER_SERVICE"] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The lines that must not depend on transport and luck.
fn accounts(output: &Output) -> Vec<&str> {
    let text = text(&output.stdout);
    let from_the_sums = text.lines().skip_while(|line| *line != "accounting");
    let block = from_the_sums
        .take_while(|line| !line.starts_with("took "))
        .collect::<Vec<_>>();
    assert!(!block.is_empty(), "{text}{}", self::text(&output.stderr));
    block
}

const FIRST: [&str; 11] = [
    "accounting",
    "  lines read    1,260 = 1,260 published + 0 refused",
    "  published     1,260 = 1,220 events + 40 repeats",
    "  events        1,220 = 1,184 fulfilled + 20 stale + 16 dead letters",
    "  dead letters     16 = 2 exhausted + 6 malformed + 6 poison + 2 unknown_contract",
    "  accepted      1,212 = 1,212 events + 0 second effects",
    "  paid          1,184 = 1,184 events + 0 second effects",
    "  closed        1,184 = 1,184 events + 0 second effects",
    "  charged       1,184 = 1,184 keys + 0 second effects",
    "duplicates delivered 40, second effects 0",
    "every order accounted for: yes",
];

#[test]
fn in_process() {
    let output = workflow(&[], &[]);
    assert_eq!(accounts(&output), FIRST);
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "", "no progress where nobody watches");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_rabbitmq_and_its_dead_letters() {
    let url = require_broker().await;
    let (bus, service) = (unique("bus").replace('-', "_"), unique("orders"));
    let environment = [
        ("EVENT_URL", url.as_str()),
        ("EVENT_BUS", &bus),
        ("ORDER_SERVICE", &service),
    ];
    let output = workflow(&["--keep"], &environment);
    assert_eq!(accounts(&output), FIRST);
    assert!(output.status.success());

    let list = workflow(&["dlq", "list", "--reason", "poison"], &environment);
    assert!(text(&list.stdout).contains("SO-00099"), "{list:?}");
    assert!(text(&list.stdout).contains("6 dead letters"), "{list:?}");

    // A second run on the same queues: cleared before, cleared afterwards.
    let output = workflow(&["--replay"], &environment);
    let after = accounts(&output);
    assert_eq!(after[..FIRST.len()], FIRST);
    assert!(
        text(&output.stdout).contains("1,220 = 1,192 fulfilled + 20 stale + 8 dead letters"),
        "{output:?}"
    );
    assert!(output.status.success());
    let list = workflow(&["dlq", "list"], &environment);
    assert!(text(&list.stderr).contains("there is no queue"), "{list:?}");
    assert_eq!(list.status.code(), Some(2));
}

#[test]
fn repaired_and_replayed_in_process() {
    let output = workflow(&["--replay"], &[]);
    let all = text(&output.stdout);
    assert!(all.contains("8 dead letters go to it again"), "{all}");
    assert!(all.contains("1,192 fulfilled + 20 stale + 8 dead letters"), "{all}");
    assert!(
        all.contains("charged       1,192 = 1,192 keys + 0 second effects"),
        "{all}"
    );
    assert!(
        all.contains("paid          1,192 = 1,192 events + 0 second effects"),
        "{all}"
    );
    assert!(output.status.success());
}

/// The database is the judge of what happened twice, and it is the one that is asked here, without the example's own sums.
#[tokio::test]
async fn a_database_that_is_kept_shows_every_effect_once() {
    let folder = std::env::temp_dir().join(unique("orders"));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("orders.db");
    let db = file.to_str().unwrap();
    let output = workflow(&["--db", db], &[]);
    assert!(output.status.success(), "{output:?}");

    let store = SqliteStore::open(&file).await.unwrap();
    for (table, rows) in [("orders", 1_212), ("payments", 1_184), ("closed", 1_184)] {
        let sql = format!("SELECT count(*), count(DISTINCT event_id) FROM {table}");
        let counts: (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_one(store.reader())
            .await
            .unwrap();
        assert_eq!(counts, (rows, rows), "{table}");
    }
    // An effect that is there twice is seen: this is what the sums are for.
    let again = "INSERT INTO payments SELECT * FROM payments LIMIT 1";
    sqlx::query(again).execute(store.writer()).await.unwrap();
    store.close().await;

    let output = workflow(&["--db", db], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("has the orders of an earlier run"),
        "{output:?}"
    );

    let output = workflow(&["--db", db, "--keep", "--within", "3"], &[]);
    let all = text(&output.stdout);
    assert!(
        all.contains("paid          1,185 = 1,184 events + 1 second effects"),
        "{all}"
    );
    assert!(all.contains("every order accounted for: no"), "{all}");
    assert!(
        all.contains("1,184 fulfilled + 20 stale"),
        "nothing was done again: {all}"
    );
    assert_eq!(output.status.code(), Some(1));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn nothing_is_left_behind() {
    let folder = std::env::temp_dir().join(unique("orders"));
    std::fs::create_dir_all(&folder).unwrap();
    let output = workflow(&["describe"], &[("TMPDIR", folder.to_str().unwrap())]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_is_no_orders_file_is_said_to_be_one() {
    let directory = std::env::temp_dir().join(unique("orders"));
    std::fs::create_dir_all(&directory).unwrap();
    let good = r#"{"order_ref":"SO-1","revision":1,"email":"a@b.example","card":"tok_visa","total_cents":1}"#;
    let cases: [(&str, Option<Vec<u8>>, &str); 4] = [
        ("missing", None, "cannot read the orders in"),
        ("empty", Some(Vec::new()), "has no order in it"),
        ("foreign", Some(b"<orders/>\n".to_vec()), "has no order in it: 1 lines"),
        (
            "damaged",
            Some([good.as_bytes(), b"\n\xff\xfe\n"].concat()),
            "is damaged: line 2 is not text",
        ),
    ];
    for (name, bytes, says) in cases {
        let path = directory.join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let output = workflow(&["--file", path.to_str().unwrap()], &[]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(text(&output.stderr).contains(says), "{name}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{name}");
    }
    // A file that breaks off is a feed like any other: its last line is a dead letter, and accounted for.
    let path = directory.join("cut");
    std::fs::write(&path, format!("{good}\n{}", &good[..50])).unwrap();
    let output = workflow(&["--file", path.to_str().unwrap()], &[]);
    assert!(accounts(&output).contains(&"  events            2 = 1 fulfilled + 0 stale + 1 dead letters"));
    assert!(output.status.success());
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn orders_that_do_not_come_to_an_end_are_named() {
    let path = std::env::temp_dir().join(unique("orders"));
    let order = r#"{"order_ref":"SO-1","revision":1,"email":"a@b.example","card":"tok_hangs","total_cents":1}"#;
    std::fs::write(&path, order).unwrap();
    let arguments = ["--within", "0", "--file", path.to_str().unwrap()];
    let output = workflow(&arguments, &[("EVENT_GRACE_SECONDS", "0")]);
    let block = accounts(&output);
    assert!(block.contains(&"every order accounted for: no"), "{block:?}");
    assert!(
        block.iter().any(|line| line.starts_with("  missing: line 1 (SO-1)")),
        "{block:?}"
    );
    assert_eq!(output.status.code(), Some(1));
    std::fs::remove_file(path).unwrap();
}
