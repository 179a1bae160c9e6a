//! What the compiler says about mistakes. One file per mistake, named after it, the message beside it.

use std::path::Path;
use std::process::Command;
use std::sync::Once;
use std::{fs, io};
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
fn order() {
    cases("order");
}

#[test]
fn reconcile() {
    cases("reconcile");
}

#[test]
fn schema() {
    cases("schema");
}

#[test]
fn service() {
    cases("service");
}

#[test]
fn view() {
    cases("view");
}

fn cases(of: &str) {
    refuse_other_compilers();
    contracts();
    let cases = TestCases::new();
    cases.pass(format!("ui/{of}/pass/*.rs"));
    cases.compile_fail(format!("ui/{of}/fail/*.rs"));
    // The few whose words are the compiler's.
    cases.compile_fail(format!("ui/{of}/fail/rustc/*.rs"));
}

/// Puts the contract files where the crate that trybuild makes of the cases finds them.
fn contracts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .parent()
            .expect("target holds tmp");
        let project = target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"));
        let into = project.join("contracts");
        _ = fs::remove_dir_all(&into);
        copy(Path::new("ui/contracts"), &into).expect("the contract files can be copied");
    });
}

fn copy(from: &Path, into: &Path) -> io::Result<()> {
    fs::create_dir_all(into)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = into.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
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
