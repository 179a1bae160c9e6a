//! The sources themselves: which module of the runtime uses which, and what may stand where.

// Clippy knows `#[test]` functions as tests, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the runtime, bottom to top. A module uses the ones below it, and those on its own line.
const ORDER: &[&[&str]] = &[
    &["message", "topology", "failure", "retry", "stats", "failpoint", "alert"],
    &["transport"],
    &["transport::memory", "transport::rabbitmq"],
    &["envelope", "event"],
    &["store"],
    &["store::memory", "store::postgres", "store::sqlite"],
    &["error"],
    &["publisher"],
    &["outbox"],
    &["handler"],
    &["reconcile"],
    &["catalog"],
    &["consumer"],
    &["dead_letter", "replay"],
    &["service"],
    &["testing", "private", "prelude", "lib"],
];

/// Above its place: why, and until when.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// A line of source that is no comment.
struct Line {
    /// From the workspace's root, with slashes.
    file: String,
    number: usize,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                files(&path, into);
            }
        } else if name.ends_with(".rs") {
            into.push(path);
        }
    }
}

/// The sources under a folder of the workspace.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "no sources in {folder}");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(&path).unwrap())
    };
    found.into_iter().map(read).collect()
}

fn lines(folder: &str) -> Vec<Line> {
    let of = |(file, text): (String, String)| {
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, text)| !text.trim_start().starts_with("//"));
        lines
            .map(|(at, text)| Line {
                file: file.clone(),
                number: at + 1,
                text: text.to_owned(),
            })
            .collect::<Vec<_>>()
    };
    sources(folder).into_iter().flat_map(of).collect()
}

fn runtime() -> Vec<Line> {
    lines("event-runtime/src")
}

/// `consumer/worker.rs` is of `consumer`, `transport/memory/bus.rs` of `transport::memory`.
fn module(file: &str) -> String {
    let path = file.strip_prefix("event-runtime/src/").unwrap();
    let mut parts = path.strip_suffix(".rs").unwrap().split('/');
    let first = parts.next().unwrap();
    match (first, parts.next()) {
        ("transport", Some(which @ ("memory" | "rabbitmq"))) => format!("transport::{which}"),
        ("store", Some(which @ ("memory" | "postgres" | "sqlite"))) => format!("store::{which}"),
        _ => first.to_owned(),
    }
}

/// The modules that a line names, through `crate::`.
fn named(text: &str) -> Vec<String> {
    let word = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let after = text
        .match_indices("crate::")
        .map(|(at, found)| &text[at + found.len()..]);
    let module = |rest: &str| match word(rest).as_str() {
        "Result" | "Error" => "error".to_owned(),
        "transport" => match word(rest.strip_prefix("transport::").unwrap_or_default()).as_str() {
            which @ ("memory" | "rabbitmq") => format!("transport::{which}"),
            _ => "transport".to_owned(),
        },
        "store" => match word(rest.strip_prefix("store::").unwrap_or_default()).as_str() {
            which @ ("memory" | "postgres" | "sqlite") => format!("store::{which}"),
            _ => "store".to_owned(),
        },
        other => other.to_owned(),
    };
    after.map(module).collect()
}

fn height(module: &str) -> usize {
    let at = ORDER.iter().position(|level| level.contains(&module));
    at.unwrap_or_else(|| panic!("`{module}` has no place yet: say in ORDER what it may use"))
}

#[test]
fn no_module_uses_one_above_it() {
    let mut wrong = Vec::new();
    for line in runtime() {
        let own = module(&line.file);
        for used in named(&line.text) {
            let allowed = EXCEPTIONS.contains(&(own.as_str(), used.as_str()));
            if height(&used) > height(&own) && !allowed {
                wrong.push(format!(
                    "{}:{}: `{own}` uses `{used}`, which is above it",
                    line.file, line.number
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// One transport knows nothing of another.
#[test]
fn transports_do_not_know_each_other() {
    for line in runtime() {
        let own = module(&line.file);
        let other = |used: &String| used.starts_with("transport::") && *used != own;
        if own.starts_with("transport::") {
            assert!(
                !named(&line.text).iter().any(other),
                "{}:{}: {}",
                line.file,
                line.number,
                line.text
            );
        }
    }
}

/// Every line with one of `words` stands in one of `places` (a file, or a folder with a slash at its end).
fn only_in(folder: &str, words: &[&str], places: &[&str]) {
    let mut seen = 0;
    for line in lines(folder) {
        if words.iter().any(|word| line.text.contains(word)) {
            seen += 1;
            let inside = |place: &&str| line.file == **place || place.ends_with('/') && line.file.starts_with(*place);
            assert!(
                places.iter().any(inside),
                "{}:{}: {words:?} belongs in {places:?}\n{}",
                line.file,
                line.number,
                line.text
            );
        }
    }
    assert!(
        seen > 0 || places.is_empty(),
        "{words:?} is nowhere: does this still look for the right thing?"
    );
}

/// An ack in the wrong place loses an event.
#[test]
fn one_place_acks() {
    only_in(
        "event-runtime/src",
        &[".ack("],
        &[
            "event-runtime/src/consumer/settle.rs",
            // Not a service: they try the transport itself.
            "event-runtime/src/testing/conformance/",
        ],
    );
}

#[test]
fn client_libraries_stay_in_their_folders() {
    only_in(
        "event-runtime/src",
        &["lapin::", "amq_protocol", "async_rs"],
        &["event-runtime/src/transport/rabbitmq/"],
    );
    let stores = ["sqlite", "postgres"].map(|store| format!("event-runtime/src/store/{store}/"));
    for line in runtime()
        .iter()
        .filter(|line| line.text.contains("sqlx::") || line.text.contains("sqlx_core::"))
    {
        assert!(
            stores.iter().any(|store| line.file.starts_with(store)),
            "{}:{}: {}",
            line.file,
            line.number,
            line.text
        );
    }
}

/// The wall clock is for what people and other machines read. Waits and deadlines use tokio's, which tests can move.
#[test]
fn clocks_are_read_where_they_may_be() {
    only_in(
        "event-runtime/src",
        &["Timestamp::now", "SystemTime", "Zoned::now"],
        &[
            "event-runtime/src/consumer/copy.rs",
            "event-runtime/src/consumer/history.rs",
            "event-runtime/src/dead_letter/read.rs",
            "event-runtime/src/envelope/metadata.rs",
            "event-runtime/src/envelope/write.rs",
            "event-runtime/src/replay/copy.rs",
            "event-runtime/src/replay/count.rs",
            "event-runtime/src/service/command/words.rs",
            "event-runtime/src/testing/conformance/transport/archive.rs",
            // As of a stream: it is asked for what came since a time of people.
            "event-runtime/src/transport/memory/archive.rs",
        ],
    );
    for line in runtime() {
        let std_clock = line.text.contains("time::Instant") && !line.text.contains("tokio");
        assert!(!std_clock, "{}:{}: use tokio's `Instant`", line.file, line.number);
    }
}

/// A library does not talk: commands print in one place, everything else is logged.
#[test]
fn one_place_prints() {
    only_in(
        "event-runtime/src",
        &["print!(", "println!(", "dbg!(", "stdout()"],
        &["event-runtime/src/service/output.rs"],
    );
    only_in(
        "cargo-event/src",
        &["print!(", "println!(", "dbg!(", "stdout()", "stderr()"],
        &[
            "cargo-event/src/output.rs",
            // The question before it overwrites, and whether Cargo has a terminal.
            "cargo-event/src/plan.rs",
            "cargo-event/src/contract/compiled.rs",
        ],
    );
}

#[test]
fn no_file_is_longer_than_500_lines() {
    for folder in [
        "cargo-event",
        "event-contract",
        "event-macros",
        "event-runtime",
        "examples",
        "tests",
    ] {
        for (file, text) in sources(folder) {
            let count = text.lines().count();
            assert!(count <= 500, "{file} has {count} lines");
        }
    }
}

#[test]
fn the_test_itself_reads_what_it_should() {
    assert_eq!(module("event-runtime/src/transport/memory/bus.rs"), "transport::memory");
    assert_eq!(module("event-runtime/src/transport/error.rs"), "transport");
    assert_eq!(module("event-runtime/src/retry.rs"), "retry");
    assert_eq!(
        named("use crate::transport::memory::MemoryTransport;"),
        ["transport::memory"]
    );
    assert_eq!(named("fn f() -> crate::Result<crate::event::E> {"), ["error", "event"]);
    assert_eq!(named("pub(crate) fn f() {}"), Vec::<String>::new());
    assert!(height("consumer") > height("transport::rabbitmq"));
}
