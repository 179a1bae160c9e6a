//! What the commands print. The only place of the runtime that writes to standard output.

use super::describe::Description;
use super::held::Lined;
use super::letters;
use crate::catalog::{Catalog, FieldDescription};
use crate::consumer::Drained;
use crate::error::{Error, Result};
use crate::replay::{Counted, Events};
use crate::store::{Backlog, HeldKey, Quarantined};
use crate::topology::{Plan, Topology};
use comfy_table::{ContentArrangement, LineStyle, Table, presets};
use event_contract::Contract;
use serde::Serialize;
use std::io::Write as _;
use std::time::Duration;

/// A line on standard output. A reader that has gone, as in `dlq list | head`, wants no more of them.
macro_rules! say {
    ($($text:tt)*) => {
        _ = writeln!(std::io::stdout(), $($text)*)
    };
}

/// With lines between the rows, for cells of several lines.
pub(super) fn ruled(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(head);
    table
}

pub(super) fn table(head: &[&str]) -> Table {
    let mut table = ruled(head);
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table
}

pub(super) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::Other(error.into()))?;
    say!("{text}");
    Ok(())
}

pub(super) fn line(text: &str) {
    say!("{text}");
}

/// How far something is that takes a while; beside what is written for machines it goes to standard error.
pub(super) fn progress(text: &str, json: bool) {
    if json {
        _ = writeln!(std::io::stderr(), "{text}");
    } else {
        say!("{text}");
    }
}

pub(super) fn description(description: &Description) {
    let archive = description.archive.as_ref().map(|kept| format!("   archive {kept}"));
    say!(
        "service {}   bus {}{}\n",
        description.service,
        description.bus,
        archive.unwrap_or_default()
    );
    say!("flow");
    for handler in &description.handlers {
        let to = if handler.publishes.is_empty() {
            "-".to_owned()
        } else {
            handler.publishes.join(", ")
        };
        say!("  {}  ->  {}  ->  {to}", handler.takes.join(", "), handler.name);
    }
    let mut handlers = ruled(&["handler", "what it does", "guarantees"]);
    for handler in &description.handlers {
        let with = &handler.guarantees;
        let mut text = format!(
            "{}, order: {}\n{} attempts, {}\ntimeout {}, {} at a time of {}",
            with.delivery, with.order, with.attempts, with.backoff, with.timeout, with.concurrency, with.prefetch
        );
        for (name, value) in [("rate", &with.rate), ("batch", &with.batch)] {
            if let Some(value) = value {
                text.push_str(&format!("\n{name} {value}"));
            }
        }
        if !with.from.is_empty() {
            text.push_str(&format!("\nonly from {}", with.from.join(", ")));
        }
        handlers.add_row([handler.name, handler.summary, &text]);
    }
    say!("\n{handlers}");
    if !description.jobs.is_empty() {
        let mut jobs = table(&[
            "job",
            "what it does",
            "publishes what is missing of",
            "every",
            "at most",
            "remembers",
        ]);
        for job in &description.jobs {
            let publishes = job.publishes.join(", ");
            jobs.add_row([job.name, job.summary, &publishes, &job.every, &job.timeout, &job.window]);
        }
        say!("\n{jobs}");
    }
    let mut events = table(&[
        "event",
        "what happened",
        "owner",
        "key",
        "sensitive",
        "published by",
        "taken by",
    ]);
    for event in &description.events {
        events.add_row([
            event.type_name,
            event.summary,
            event.owner,
            event.key.unwrap_or("-"),
            &list(&event.sensitive.iter().map(String::as_str).collect::<Vec<_>>()),
            &list(&event.published_by),
            &list(&event.taken_by),
        ]);
    }
    say!("\n{events}");
}

/// Every version of every event, with its fields.
pub(super) fn contracts(catalog: &Catalog) {
    let mut rows = ruled(&["event", "status", "owner", "fields", "read elsewhere by"]);
    for contract in catalog.contracts() {
        let field = |field: &FieldDescription| {
            let mut text = format!("{}: {}", field.path, field.form);
            if field.there != "always" {
                text.push_str(&format!(", {}", field.there));
            }
            if field.sensitive {
                text.push_str(", sensitive");
            }
            text
        };
        let fields: Vec<_> = contract.fields.iter().map(field).collect();
        rows.add_row([
            contract.type_name.as_str(),
            contract.status.unwrap_or("no contract file"),
            contract.owner,
            &fields.join("\n"),
            &list(&contract.read_elsewhere_by),
        ]);
    }
    say!("{rows}");
}

fn list(words: &[&str]) -> String {
    if words.is_empty() {
        "-".to_owned()
    } else {
        words.join(", ")
    }
}

/// What waits for the broker.
pub(super) fn outbox(at: &str, backlog: &Backlog, refused: &[Quarantined], as_json: bool) -> Result<()> {
    if as_json {
        return json(&serde_json::json!({ "backlog": backlog, "refused": refused }));
    }
    let oldest = backlog
        .oldest
        .map_or_else(String::new, |age| format!(", the oldest for {} s", age.as_secs()));
    say!(
        "{at}: {} events wait{oldest}; {} of them refused",
        backlog.waiting,
        backlog.quarantined
    );
    if !refused.is_empty() {
        let mut rows = table(&["id", "type", "key", "event", "attempts", "waits for", "reason"]);
        for one in refused {
            rows.add_row([
                &one.id.to_string(),
                &one.type_name,
                one.key.as_deref().unwrap_or("-"),
                &one.event_id,
                &one.attempts.to_string(),
                &format!("{} s", one.age.as_secs()),
                &one.reason,
            ]);
        }
        say!("{rows}");
        say!(
            "later events of their keys wait behind them; `outbox retry` tries them again, `outbox drop` deletes them"
        );
    }
    Ok(())
}

/// What is there and what is missing; `true` when nothing is to be done.
pub(super) fn plan(plan: &Plan, topology: &Topology, at: &str) -> bool {
    let all = topology.exchanges.len() + topology.queues.len() + topology.archives.len();
    say!(
        "{at}: {} of {all} exchanges and queues are as they should be",
        plan.present
    );
    for missing in &plan.missing {
        say!("  + {missing}");
    }
    for different in &plan.different {
        say!("  ! {different}");
        if let Some(way_out) = Plan::way_out(different) {
            say!("    {way_out}");
        }
    }
    for moved in &plan.moves {
        say!("  ~ {moved}");
    }
    for archive in &topology.archives {
        say!(
            "archive {}: everything on the bus, kept as {}",
            archive.name,
            archive.retention
        );
    }
    plan.missing.is_empty() && plan.different.is_empty()
}

/// What a replay would send, or is about to.
pub(super) fn counted(counted: &Counted, handler: &str, window: Option<Duration>) {
    let mut rows = table(&["event", "events", "first", "last", "sent"]);
    let time =
        |time: Option<jiff::Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.strftime("%F %T").to_string());
    let mut add = |of: &Events, sent: &str| {
        let (count, first, last) = (of.events.to_string(), time(of.first), time(of.last));
        rows.add_row([of.type_name.as_str(), &count, &first, &last, sent]);
    };
    counted.types.iter().for_each(|of| add(of, "yes"));
    let unknown = "no: this build does not read it";
    counted.unknown.iter().for_each(|of| add(of, unknown));
    if !counted.types.is_empty() || !counted.unknown.is_empty() {
        say!("{rows}");
    }
    say!(
        "{}: {} events read, {} for {handler}",
        counted.archive,
        counted.read,
        counted.events
    );
    if counted.undated > 0 {
        say!("{} events have no time, and are left out", counted.undated);
    }
    match window {
        None => say!("{handler} is not idempotent: what it has done it does again"),
        Some(window) if counted.forgotten > 0 => say!(
            "{} of them are older than the {} that {handler} remembers: what it has done of these it does again",
            counted.forgotten,
            super::window::text(window)
        ),
        Some(_) => {}
    }
}

/// The keys that each handler holds.
pub(super) fn held_keys<'a>(all: impl Iterator<Item = (&'static str, &'a [HeldKey])>) {
    let mut rows = table(&["handler", "key", "events", "held for", "failed", "event", "id"]);
    let (mut keys, mut events) = (0, 0);
    for (handler, held) in all {
        for key in held {
            (keys, events) = (keys + 1, events + key.events);
            rows.add_row([
                handler,
                &key.key,
                &key.events.to_string(),
                &format!("{:?}", Duration::from_secs(key.age.as_secs())),
                key.reason.as_deref().unwrap_or("-"),
                key.type_name.as_deref().unwrap_or("-"),
                key.event_id.as_deref().unwrap_or("-"),
            ]);
        }
    }
    if keys == 0 {
        say!("no key is held");
        return;
    }
    say!("{rows}");
    say!(
        "{keys} held keys, {events} events in their lines; `held show KEY` tells everything, `held replay KEY` handles them in their order"
    );
}

/// The line of a held key: the first event in full.
pub(super) fn line_of_key(line: &[Lined], contracts: &[&Contract]) {
    if let Some(first) = line.first() {
        letters::show(&first.event, contracts, false);
    }
    let mut rows = table(&["place", "event", "id", "failed"]);
    for lined in line {
        rows.add_row([
            lined.place.to_string(),
            lined.event.event_type.clone(),
            lined.event.id.clone().unwrap_or_default(),
            lined.reason.clone().unwrap_or_else(|| "waits".to_owned()),
        ]);
    }
    say!("\n{rows}");
}

pub(super) fn drained(handler: &str, key: &str, drained: &Drained) {
    let skipped = match drained.skipped {
        0 => String::new(),
        skipped => format!(", {skipped} skipped"),
    };
    say!("{handler} {key}: {} handled{skipped}", drained.handled);
    match &drained.failed {
        Some(failed) => say!(
            "  still held: {} {} failed again ({}): {}",
            failed.type_name,
            failed.event_id,
            failed.reason,
            crate::consumer::cut(&failed.error, 300)
        ),
        None if drained.released => say!("  the line is empty: the key is not held any more"),
        None => say!("  still held"),
    }
}
