//! Asks Python.

use base64::prelude::*;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

const WANTED: &str = "2.2.0";
const VERSION: &str = "from importlib.metadata import version; print(version('cloudevents'))";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cloudevents/judge.py");

/// Which of Python's bindings reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    /// `cloudEvents_` and `cloudEvents:`.
    Amqp,
    /// `ce-`.
    RabbitMq,
}

impl Binding {
    pub(crate) fn of(headers: &Value) -> Self {
        let names = headers.as_object().into_iter().flatten();
        if names.into_iter().any(|(name, _)| name.starts_with("ce-")) {
            Self::RabbitMq
        } else {
            Self::Amqp
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Amqp => "amqp",
            Self::RabbitMq => "rabbitmq",
        }
    }
}

/// The answers of `judge.py` to `tasks`.
pub(crate) fn ask(tasks: &[Value]) -> Vec<Value> {
    let mut child = Command::new(python())
        .arg(SCRIPT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = serde_json::to_vec(tasks).unwrap();
    child.stdin.take().unwrap().write_all(&asked).unwrap();
    let answer = child.wait_with_output().unwrap();
    assert!(answer.status.success(), "judge.py failed, see above");
    let answers: Vec<Value> = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answers.len(), tasks.len());
    answers
}

/// A task for Python: read this.
pub(crate) fn read(binding: Binding, headers: &Value, content_type: Option<&str>, body: &[u8]) -> Value {
    json!({
        "do": "read",
        "binding": binding.name(),
        "headers": headers,
        "content_type": content_type,
        "body": BASE64_STANDARD.encode(body),
    })
}

/// `EVENT_TEST_PYTHON`, or a `python3` that has the package.
fn python() -> String {
    let told = std::env::var("EVENT_TEST_PYTHON").ok();
    let python = told.clone().unwrap_or_else(|| "python3".to_owned());
    let found = match Command::new(&python)
        .args(["-c", VERSION])
        .stderr(Stdio::null())
        .output()
    {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Ok(_) => "without the package".to_owned(),
        Err(error) => error.to_string(),
    };
    let source = if told.is_some() { " (EVENT_TEST_PYTHON)" } else { "" };
    assert!(
        found == WANTED,
        "this test needs a Python with `cloudevents` {WANTED}; `{python}`{source}: {found}.\n\
         Run `scripts/test`, which installs one, or make one and name it:\n\
         \x20 python3 -m venv env && env/bin/pip install cloudevents=={WANTED}\n\
         \x20 EVENT_TEST_PYTHON=$PWD/env/bin/python cargo test -p event-tests --test cloudevents"
    );
    python
}
