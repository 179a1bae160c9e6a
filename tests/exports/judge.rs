//! Asks the official AsyncAPI parser, and ajv.

use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const WANTED: &str = "3.6.3";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/exports/judge.mjs");

/// The answers of `judge.mjs` to `tasks`.
pub(crate) fn ask(tasks: &[Value]) -> Vec<Value> {
    let mut child = Command::new("node")
        .arg(SCRIPT)
        .env("EVENT_TEST_NODE", modules())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = serde_json::to_vec(tasks).unwrap();
    child.stdin.take().unwrap().write_all(&asked).unwrap();
    let answer = child.wait_with_output().unwrap();
    assert!(answer.status.success(), "judge.mjs failed, see above");
    let answers: Vec<Value> = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answers.len(), tasks.len());
    answers
}

/// The directory with the parser: `EVENT_TEST_NODE`, or where `scripts/test` puts it.
fn modules() -> PathBuf {
    let told = std::env::var_os("EVENT_TEST_NODE").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/node");
    let directory = told.unwrap_or(usual);
    let read = std::fs::read(directory.join("node_modules/@asyncapi/parser/package.json"));
    let version = read
        .ok()
        .and_then(|text| serde_json::from_slice::<Value>(&text).ok())
        .and_then(|package| Some(package["version"].as_str()?.to_owned()));
    assert!(
        version.as_deref() == Some(WANTED) && Command::new("node").arg("--version").output().is_ok(),
        "this test needs Node.js, and `@asyncapi/parser` {WANTED} in {}: {version:?}.\n\
         Run `scripts/test`, which installs both, or install the parser and name the directory:\n\
         \x20 npm install --ignore-scripts --prefix node @asyncapi/parser@{WANTED}\n\
         \x20 EVENT_TEST_NODE=$PWD/node cargo test -p event-tests --test exports",
        directory.display()
    );
    directory
}
