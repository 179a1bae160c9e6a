//! What a person reads at the end.

use crate::account::Account;
use comfy_table::{CellAlignment, LineStyle, Table, presets};
use std::fmt::Write as _;
use std::time::Duration;

/// All of it, as text.
pub fn text(account: &Account, took: Duration) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}\n", handlers(account));
    if account.dead() > 0 {
        let _ = writeln!(text, "{}\n", dead_letters(account));
    }
    text.push_str(&accounting(account));
    let _ = writeln!(text, "took {}", time(took));
    text
}

/// The same on every transport and in every run.
fn accounting(account: &Account) -> String {
    let reasons: Vec<_> = account
        .dead
        .iter()
        .map(|(reason, letters)| format!("{} {reason}", letters.len()))
        .collect();
    let sums = [
        (
            "lines read",
            account.lines,
            format!("{} published + {} refused", count(account.published), account.refused),
        ),
        (
            "published",
            account.published,
            format!(
                "{} events + {} repeats",
                count(account.events),
                account.published - account.events
            ),
        ),
        (
            "events",
            account.events,
            format!(
                "{} fulfilled + {} stale + {} dead letters",
                count(account.fulfilled),
                account.stale,
                account.dead()
            ) + &if account.missing.is_empty() {
                String::new()
            } else {
                format!(" + {} missing", account.missing.len())
            },
        ),
        (
            "dead letters",
            account.dead(),
            if reasons.is_empty() {
                "none".to_owned()
            } else {
                reasons.join(" + ")
            },
        ),
    ];
    let mut text = "accounting\n".to_owned();
    for (name, total, parts) in sums {
        let _ = writeln!(text, "  {name:<12} {:>6} = {parts}", count(total as u64));
    }
    let [accepted, paid, closed] = account.rows;
    let effects = [
        ("accepted", accepted, "events"),
        ("paid", paid, "events"),
        ("closed", closed, "events"),
        ("charged", account.charges, "keys"),
    ];
    for (name, effects, of) in effects {
        let (all, different, again) = (count(effects.all), count(effects.different), effects.again());
        let _ = writeln!(
            text,
            "  {name:<12} {all:>6} = {different} {of} + {again} second effects"
        );
    }
    let (duplicates, second) = (count(account.duplicates()), account.second_effects());
    let _ = writeln!(text, "duplicates delivered {duplicates}, second effects {second}");
    let _ = writeln!(
        text,
        "every order accounted for: {}",
        if account.complete() { "yes" } else { "no" }
    );
    for missing in account.missing.iter().take(20) {
        let _ = writeln!(text, "  missing: {missing}");
    }
    if account.missing.len() > 20 {
        let _ = writeln!(text, "  and {} more", account.missing.len() - 20);
    }
    text
}

fn handlers(account: &Account) -> Table {
    let mut table = table(&[
        "handler",
        "delivered",
        "handled",
        "duplicates",
        "retried",
        "dead letters",
        "p50",
        "p99",
    ]);
    for handler in &account.snapshot.handlers {
        table.add_row([
            handler.handler.clone(),
            count(handler.delivered),
            count(handler.handled),
            count(handler.duplicates),
            count(handler.retried + handler.delayed),
            count(handler.dead()),
            time(handler.p50),
            time(handler.p99),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn dead_letters(account: &Account) -> Table {
    let mut table = table(&["dead letters", "", "for example", "because"]);
    for (reason, letters) in &account.dead {
        if let Some(example) = letters.first() {
            table.add_row([
                reason.clone(),
                letters.len().to_string(),
                example
                    .key
                    .clone()
                    .unwrap_or_else(|| "a line without number".to_owned()),
                example.error.clone(),
            ]);
        }
    }
    table
}

fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_header(head);
    table
}

/// `1,234`
fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or_default().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn time(time: Duration) -> String {
    match time.as_micros() {
        0..1_000 => format!("{} µs", time.as_micros()),
        1_000..10_000 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        10_000..1_000_000 => format!("{:.0} ms", time.as_secs_f64() * 1e3),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
