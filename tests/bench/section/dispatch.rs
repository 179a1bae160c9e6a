//! From the body of a message to its handler: instructions and allocations, counted by valgrind.

use crate::Result;
use crate::contender::list;
use crate::probe::Probe;
use crate::table::{Table, whole};

const COUNT: usize = 1_000;

pub(crate) fn run() -> Result<()> {
    let contenders = list::dispatch();
    let mut table = Table::new([
        "dispatch, per message",
        "instructions",
        "over direct",
        "allocations",
        "over direct",
    ]);
    let mut direct = None;
    for (at, contender) in contenders.iter().enumerate() {
        let Some(counted) = count(at)? else {
            table.row([
                contender.name(),
                "valgrind not installed".into(),
                "-".into(),
                "-".into(),
                "-".into(),
            ]);
            continue;
        };
        let [instructions, allocations] = counted;
        let [fewest, least] = *direct.get_or_insert(counted);
        table.row([
            contender.name(),
            whole(instructions),
            whole(instructions - fewest),
            format!("{allocations:.1}"),
            format!("{:.1}", allocations - least),
        ]);
    }
    table.print("Dispatch");
    Ok(())
}

/// Instructions and allocations of one message: what twice as many messages cost more, so that starting up is left out.
fn count(at: usize) -> Result<Option<[f64; 2]>> {
    if std::process::Command::new("valgrind")
        .arg("--version")
        .output()
        .is_err()
    {
        return Ok(None);
    }
    let callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let memcheck = ["valgrind", "--tool=memcheck", "--undef-value-errors=no"];
    let per_message = |wrapper: &[&str], word: &str| -> Result<f64> {
        let total = |count| {
            number_after(
                &Probe {
                    section: "dispatch".to_owned(),
                    at,
                    count,
                }
                .spawn(wrapper)?,
                word,
            )
        };
        Ok((total(COUNT * 2)? - total(COUNT)?) / COUNT as f64)
    };
    Ok(Some([
        per_message(&callgrind, "Collected : ")?,
        per_message(&memcheck, "total heap usage: ")?,
    ]))
}

/// The number that follows `word` in what valgrind wrote.
fn number_after(text: &str, word: &str) -> Result<f64> {
    let (_, rest) = text
        .split_once(word)
        .ok_or_else(|| format!("valgrind did not say \"{word}\": {text}"))?;
    let digits: String = rest
        .chars()
        .filter(|digit| *digit != ',')
        .take_while(char::is_ascii_digit)
        .collect();
    Ok(digits.parse()?)
}
