//! What is logged, as a machine reads it.

use super::events::{Placed, placed};
use super::stage::{Seen, Stage, on_memory, on_rabbitmq, reaches};
use event_runtime::prelude::*;
use serde_json::Value;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// The lines of everything that runs on this thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Captures until the guard is dropped.
    fn capture(level: Level) -> (Self, DefaultGuard) {
        let lines = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(level)
            .with_writer(lines.clone())
            .finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn all(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap().clone();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn with(&self, message: &str) -> Vec<Value> {
        let mut lines = self.all();
        lines.retain(|line| line["fields"]["message"] == message);
        lines
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[derive(Debug, thiserror::Error, Failure)]
enum Fault {
    #[error("not yet")]
    #[failure(retry)]
    Short,
    #[error("much later")]
    #[failure(retry(after = "5100ms"))]
    Long,
    #[error("never")]
    #[failure(poison)]
    Never,
}

#[handler(retry(attempts = 5, from = "1ms", to = "1ms"))]
async fn talks(order: Placed, at: Context, seen: State<Seen<(u32, String)>>) -> Result<(), Fault> {
    seen.push((order.order, at.id().to_string()));
    tracing::warn!(order = order.order, attempt = at.attempt, "before");
    tokio::time::sleep(Duration::from_millis(20)).await;
    let inner = tracing::info_span!("inner");
    inner.in_scope(|| tracing::error!(order = order.order, attempt = at.attempt, "after"));
    match at.attempt {
        1 => Err(Fault::Short),
        2 => Err(Fault::Long),
        _ => Err(Fault::Never),
    }
}

/// The fields of the span `handle` around a line.
fn span(line: &Value) -> &Value {
    let spans = line["spans"]
        .as_array()
        .unwrap_or_else(|| panic!("outside of every span: {line}"));
    spans
        .iter()
        .find(|span| span["name"] == "handle")
        .unwrap_or_else(|| panic!("not in the handler's span: {line}"))
}

/// Every line inside a handler says which event, handler, conversation and attempt it is about; what the runtime says
/// about an event is of the level that it deserves.
async fn lines_of_handlers(stage: &Stage, level: Level) {
    let (lines, _guard) = Lines::capture(level);
    let seen = Seen::new();
    let service = stage.start(stage.service().state(seen.clone()).handle::<talks>()).await;
    for order in 0..5 {
        service.publisher().publish(&placed(order)).await.unwrap();
    }
    service
        .publisher()
        .publish_raw(&EventId::new(), "order.placed.v1", None, "4111-1111")
        .await
        .unwrap();
    reaches(&service, "talks", "six dead letters", |counts| counts.dead() == 6).await;
    let ids: std::collections::BTreeMap<u32, String> = seen.all().into_iter().collect();
    for message in ["before", "after"] {
        let said = lines.with(message);
        assert_eq!(said.len(), 15, "{message}: five events, three attempts");
        for line in said {
            let (span, fields) = (span(&line), &line["fields"]);
            let id = ids[&u32::try_from(fields["order"].as_u64().unwrap()).unwrap()].as_str();
            assert_eq!(span["event_id"], id, "{line}");
            assert_eq!(span["correlation_id"], id, "{line}");
            assert_eq!(span["event_type"], "order.placed.v1", "{line}");
            assert_eq!(span["handler"], "talks", "{line}");
            assert_eq!(span["attempt"], fields["attempt"], "{line}");
        }
    }
    let shown = usize::from(level >= Level::INFO);
    for (message, count, level) in [
        ("retrying", 5 * shown, "INFO"),
        ("retrying later", 5, "WARN"),
        ("dead letter", 6, "ERROR"),
    ] {
        let said = lines.with(message);
        assert_eq!(said.len(), count, "{message}");
        for line in said {
            assert_eq!(
                (&line["level"], &line["fields"]["handler"]),
                (&level.into(), &"talks".into()),
                "{line}"
            );
            assert!(line["fields"]["event_id"].is_string(), "{line}");
        }
    }
    assert!(
        !lines.all().iter().any(|line| line.to_string().contains("4111-1")),
        "a payload is logged"
    );
    service.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn memory() {
    on_memory(async |stage: &Stage| lines_of_handlers(stage, Level::INFO).await).await;
}

/// A level that leaves out what is below it must not leave out who said the rest.
#[tokio::test(start_paused = true)]
async fn memory_warnings_only() {
    on_memory(async |stage: &Stage| lines_of_handlers(stage, Level::WARN).await).await;
}

#[tokio::test]
async fn rabbitmq() {
    on_rabbitmq(async |stage: &Stage| lines_of_handlers(stage, Level::INFO).await).await;
}
