//! Writes `data/orders.jsonl`, always the same: `cargo run -p event-examples --example generate_orders`.
//!
//! Most orders are fine. The others are what a shop sends in a bad week: lines twice, a change before the order it
//! changes, cards that fail, lines that are no JSON, fields of another type, a version nobody knows yet.

use std::io::Write as _;
use std::path::Path;

const ORDERS: u32 = 1_200;

fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/orders.jsonl");
    let mut lines = lines();
    lines.push(String::new());
    std::fs::write(&path, lines.join("\n"))?;
    writeln!(std::io::stdout(), "{} lines in {}", lines.len() - 1, path.display())
}

fn lines() -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(2026);
    let mut lines = Vec::new();
    // Lines that come again or late, and after how many other lines.
    let mut later: Vec<(usize, String)> = Vec::new();
    for number in 1..=ORDERS {
        let cents = random.u32(495..=39_900);
        let line = |revision: u32, cents: u32| {
            format!(
                r#"{{"order_ref":"SO-{number:05}","revision":{revision},"email":"customer{number}@shop.example","card":"{}","total_cents":{cents}}}"#,
                card(number)
            )
        };
        match number {
            // The change is here first, the order itself comes later.
            n if n % 60 == 7 => {
                lines.push(line(2, cents + 1_000));
                later.push((lines.len() + random.usize(50..150), line(1, cents)));
            }
            // The same line twice; often at once, sometimes much later.
            n if n % 30 == 11 => {
                lines.push(line(1, cents));
                later.push((lines.len() + random.usize(0..200), line(1, cents)));
            }
            n if n % 400 == 150 => lines.push(line(1, cents).replacen(&format!(":{cents}}}"), ":\"a lot\"}", 1)),
            n if n % 400 == 250 => lines.push(line(1, cents)[..40].to_owned()),
            n if n % 500 == 300 => lines.push(line(1, cents).replacen('{', "{\"version\":9,\"loyalty\":\"gold\",", 1)),
            _ => lines.push(line(1, cents)),
        }
        later.retain(|(at, line)| {
            let due = *at <= lines.len();
            if due {
                lines.push(line.clone());
            }
            !due
        });
    }
    lines.extend(later.into_iter().map(|(_, line)| line));
    lines
}

fn card(number: u32) -> &'static str {
    match number {
        n if n % 200 == 99 => "tok_declined",
        n if n % 600 == 333 => "tok_down",
        n if n % 50 == 25 => "tok_flaky",
        n if n % 120 == 61 => "tok_slow",
        _ => "tok_visa",
    }
}
