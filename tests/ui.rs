//! What the compiler says about mistakes. One file per mistake, named after it, the message beside it.

use std::process::Command;
use trybuild::TestCases;

#[test]
fn event() {
    cases("event");
}

#[test]
fn event_set() {
    cases("event_set");
}

#[test]
fn failure() {
    cases("failure");
}

#[test]
fn handler() {
    cases("handler");
}

#[test]
fn service() {
    cases("service");
}

fn cases(of: &str) {
    refuse_other_compilers();
    let cases = TestCases::new();
    cases.pass(format!("ui/{of}/pass/*.rs"));
    cases.compile_fail(format!("ui/{of}/fail/*.rs"));
    // The few whose words are the compiler's.
    cases.compile_fail(format!("ui/{of}/fail/rustc/*.rs"));
}

/// The messages hold for the pinned compiler; with another one their differences would say nothing.
fn refuse_other_compilers() {
    let pinned = include_str!("../rust-toolchain.toml");
    let pinned = pinned
        .lines()
        .find_map(|line| line.strip_prefix("channel = "))
        .expect("a channel is pinned");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("rustc runs")
        .stdout;
    let version = String::from_utf8_lossy(&version);
    let running = version.split_whitespace().nth(1).unwrap_or_default();
    assert_eq!(
        running,
        pinned.trim_matches('"'),
        "the messages in tests/ui are those of the compiler in rust-toolchain.toml; run the test with that one"
    );
}
