//! The shop's feed: a file with one order per line, good and bad, and how it becomes events.

use crate::events::OrderPlaced;
use event_runtime::prelude::*;
use event_runtime::transport::PublishError;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What comes with the sources.
pub fn default_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/orders.jsonl")
}

/// One line of the feed.
#[derive(Debug)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// The same for lines that say the same.
    pub id: EventId,
    what: What,
}

#[derive(Debug)]
enum What {
    Order(OrderPlaced),
    /// Not what we know an order to be: goes out as it came, and the consumer's contract judges it.
    Raw {
        type_name: String,
        key: Option<String>,
        body: String,
    },
}

/// The little that has to be readable to tell orders and versions apart.
#[derive(Deserialize)]
struct Head {
    #[serde(default = "first")]
    version: u32,
    order_ref: String,
    revision: u32,
}

fn first() -> u32 {
    1
}

impl Line {
    fn read(number: usize, text: &str) -> Self {
        let head = serde_json::from_str::<Head>(text).ok();
        let external = head.as_ref().map_or_else(
            || text.to_owned(),
            |head| format!("{}/{}", head.order_ref, head.revision),
        );
        let version = head.as_ref().map_or(1, |head| head.version);
        let what = match serde_json::from_str(text) {
            Ok(order) if version == 1 => What::Order(order),
            _ => What::Raw {
                type_name: format!("order.placed.v{version}"),
                key: head.map(|head| head.order_ref),
                body: text.to_owned(),
            },
        };
        Self {
            number,
            id: EventId::derived("shop", &external),
            what,
        }
    }

    /// The order's number, where the line has one.
    pub fn order_ref(&self) -> &str {
        match &self.what {
            What::Order(order) => &order.order_ref,
            What::Raw { key, .. } => key.as_deref().unwrap_or("no order number"),
        }
    }
}

/// Reads the feed.
///
/// # Errors
///
/// A sentence: no such file, not text, nothing in it. A bad line among others is no error: it goes out as it came.
pub fn read(path: &Path) -> Result<Vec<Line>, String> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read the orders in {name}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("{name} is damaged: line {line} is not text (UTF-8); nothing was published")
    })?;
    let filled = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let lines: Vec<_> = filled.map(|(at, line)| Line::read(at + 1, line)).collect();
    if lines.iter().all(|line| matches!(line.what, What::Raw { .. })) {
        return Err(format!(
            "{name} has no order in it: {} lines, none of them like {{\"order_ref\":\"SO-1\",\"revision\":1,..}}",
            lines.len()
        ));
    }
    Ok(lines)
}

/// Publishes the lines in their order and returns those that were refused, with the reason.
pub async fn publish<'a>(
    lines: &'a [Line],
    publisher: &Publisher,
    mut progress: impl FnMut(usize),
) -> Vec<(&'a Line, PublishError)> {
    let mut refused = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        // A run of orders goes out at once, a foreign line alone.
        let run = lines[at..].iter().take(256);
        let orders: Vec<_> = run.map_while(|line| Some((line, order(line)?))).collect();
        let count = orders.len().max(1);
        if orders.is_empty() {
            refused.extend(raw(&lines[at], publisher).await.err().map(|error| (&lines[at], error)));
        } else {
            refused.extend(typed(orders, publisher).await);
        }
        at += count;
        progress(at);
    }
    refused
}

fn order(line: &Line) -> Option<&OrderPlaced> {
    match &line.what {
        What::Order(order) => Some(order),
        What::Raw { .. } => None,
    }
}

/// Whether publishing again under the same id may help.
fn passes(error: &PublishError) -> bool {
    matches!(error, PublishError::Unknown { .. } | PublishError::Blocked(_))
}

const TRIES: u32 = 5;

async fn typed<'a>(
    mut orders: Vec<(&'a Line, &'a OrderPlaced)>,
    publisher: &Publisher,
) -> Vec<(&'a Line, PublishError)> {
    let mut refused = Vec::new();
    for left in (0..TRIES).rev() {
        let events = orders.iter().map(|(line, order)| (line.id.clone(), *order));
        let answers = publisher.publish_all(events).await;
        let mut again = Vec::new();
        for ((line, order), answer) in orders.into_iter().zip(answers) {
            match answer {
                Ok(_) => {}
                Err(error) if left > 0 && passes(&error) => again.push((line, order)),
                Err(error) => refused.push((line, error)),
            }
        }
        orders = again;
        if orders.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    refused
}

async fn raw(line: &Line, publisher: &Publisher) -> Result<(), PublishError> {
    let What::Raw { type_name, key, body } = &line.what else {
        return Ok(());
    };
    let mut left = TRIES;
    loop {
        left -= 1;
        match publisher
            .publish_raw(&line.id, type_name, key.as_deref(), body.clone())
            .await
        {
            Err(error) if left > 0 && passes(&error) => tokio::time::sleep(Duration::from_millis(200)).await,
            answer => return answer,
        }
    }
}
