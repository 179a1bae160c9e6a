use super::roundtrip::as_toml;
use super::{ORDER_PLACED, Random};
use crate::file::{parse, parse_view, toml as ours, write};

/// Bits of files, to put where they do not belong.
const BITS: [&str; 34] = [
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    "\"",
    "'",
    "\"\"\"",
    "\\",
    "\\u12",
    "#",
    ".",
    ",",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u{feff}",
    "é",
    "?",
    " | null",
    "= default(",
    "(",
    ")",
    "[types.Line]\n",
    "kind = \"union\"\n",
    "Line",
    "999999999999999999999",
    "-1",
    "<<<<<<< HEAD\n",
    "=======\n",
    "[data.fields.lines]\n",
    "true",
];

#[test]
fn nothing_makes_it_panic_and_what_it_reads_is_toml() {
    let mut read = 0;
    for seed in 0..4_000 {
        let mut rng = Random::new(seed);
        let good = if seed % 2 == 0 {
            ORDER_PLACED.to_owned()
        } else {
            write(&rng.contract())
        };
        let text = damaged(&good, &mut rng.0);
        let _ = parse(&text);
        let _ = parse_view(&text);
        if let Ok(table) = ours::read(&text) {
            read += 1;
            let theirs: toml::Table =
                toml::from_str(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
            assert_eq!(as_toml(&table), theirs, "seed {seed}\n{text}");
        }
    }
    assert!(
        read > 500,
        "only {read} damaged files are still files: damage them less"
    );
}

fn damaged(good: &str, rng: &mut fastrand::Rng) -> String {
    let mut text: Vec<char> = good.chars().collect();
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(..=text.len());
        match rng.u32(..4) {
            0 => {
                text.drain(at..text.len().min(at + rng.usize(1..9)));
            }
            1 => {
                let bit = BITS[rng.usize(..BITS.len())];
                text.splice(at..at, bit.chars());
            }
            2 => {
                let from = rng.usize(..=at);
                let copy: Vec<char> = text[from..at].to_vec();
                let to = rng.usize(..=text.len());
                text.splice(to..to, copy);
            }
            _ => text.truncate(at),
        }
    }
    text.into_iter().collect()
}

#[test]
fn deep_and_large_files_end_soon() {
    let head = "format = 1\nevent = \"a\"\nversion = 1\nstatus = \"live\"\n[data.fields]\n";
    let error = |text: String| parse(&text).unwrap_err().to_string();
    let deep = error(format!("{head}a = \"{}\"\n", "[".repeat(100_000)));
    assert!(deep.contains("nested deeper than 32"), "{deep}");
    let marks = error(format!("{head}a = \"bool{}\"\n", "?".repeat(100_000)));
    assert!(marks.contains("deeper than 48"), "{marks}");
    let chain: String = (0..2_000)
        .map(|at| {
            format!(
                "[types.T{at}]\nkind = \"object\"\n[types.T{at}.fields]\na = \"T{}\"\n",
                at + 1
            )
        })
        .collect();
    let chain = error(format!("{head}a = \"T0\"\n{chain}"));
    assert!(chain.contains("deeper than 48"), "{chain}");
    let doubling: String = (0..30)
        .map(|at| {
            format!(
                "[types.T{at}]\nkind = \"object\"\n[types.T{at}.fields]\na = \"(T{0}, T{0})\"\n",
                at + 1
            )
        })
        .collect();
    let last = "[types.T30]\nkind = \"enum\"\n";
    let doubling = error(format!("{head}a = \"bool\"\n{doubling}{last}"));
    assert!(
        doubling.contains("larger than 50000") || doubling.contains("deeper"),
        "{doubling}"
    );
    let large = error(format!("{head}{}", "#\n".repeat(200_000)));
    assert!(large.contains("at most 262144"), "{large}");
    let wide: String = (0..20_000).map(|at| format!("f{at}=\"u8\"\n")).collect();
    assert_eq!(parse(&format!("{head}{wide}")).unwrap().data.fields.len(), 20_000);
}
