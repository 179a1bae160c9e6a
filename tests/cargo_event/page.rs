//! `docs/contracts.md`, run from top to bottom: what it shows is what really appears.
//!
//! | block | means |
//! |---|---|
//! | `console` | each line with `$ ` is run, what follows is what it prints; the last command of `console fails` fails |
//! | `rust FILE`, `toml FILE` | the file is written |
//! | `diff FILE` | the lines with `-` and those without a sign are in the file, and become those with `+` |
//!
//! In what a command prints `[..]` stands for anything within a line and a line `...` for any number of lines. What Cargo
//! says of its progress is left out. New packages take the runtime from this workspace, without the RabbitMQ client.
//!
//! `EVENT_DOCS=overwrite cargo test -p event-tests --test cargo_event page` writes the page anew, without those signs.

use super::place::{Place, checkout};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A fenced block of the page.
#[derive(Debug)]
struct Block {
    /// Where it begins.
    line: usize,
    kind: String,
    argument: String,
    text: String,
}

#[test]
fn docs_contracts() {
    let file = checkout().join("docs/contracts.md");
    let page = fs::read_to_string(&file).unwrap();
    let blocks = blocks(&page);
    assert!(
        blocks.iter().filter(|block| block.kind == "console").count() > 10,
        "is it still the page?"
    );
    let mut reader = Reader::new();
    for block in blocks {
        match (block.kind.as_str(), block.argument.as_str()) {
            ("console", how) => reader.console(&block, how == "fails"),
            ("rust" | "toml" | "text" | "yaml", "") => {}
            ("rust" | "toml", file) => reader.place.write(&reader.inside(file), &block.text),
            ("diff", file) => reader.patch(&block, file),
            (kind, _) => panic!("docs/contracts.md:{}: what is `{kind}`?", block.line),
        }
    }
    if !reader.differences.is_empty() {
        fs::write(file, overwritten(&page, reader.differences)).unwrap();
    }
}

/// The page with what was really printed.
fn overwritten(page: &str, differences: Vec<Difference>) -> String {
    let mut lines: Vec<_> = page.lines().map(str::to_owned).collect();
    for Difference {
        after,
        lines: old,
        printed,
    } in differences.into_iter().rev()
    {
        lines.splice(after..after + old, printed);
    }
    lines.join("\n") + "\n"
}

/// Lines of the page that are not what was printed.
struct Difference {
    /// The number of the line with the command.
    after: usize,
    lines: usize,
    printed: Vec<String>,
}

/// Somebody who types what the page says.
struct Reader {
    place: Place,
    /// Below the place.
    folder: PathBuf,
    programs: Place,
    /// What is to be overwritten.
    differences: Vec<Difference>,
}

impl Reader {
    fn new() -> Self {
        let programs = Place::new();
        symlink(
            env!("CARGO_BIN_EXE_test-cargo-event"),
            programs.path().join("cargo-event"),
        )
        .unwrap();
        Self {
            place: Place::sharing(),
            folder: PathBuf::new(),
            programs,
            differences: Vec::new(),
        }
    }

    fn inside(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    fn console(&mut self, block: &Block, fails: bool) {
        let mut commands: Vec<(usize, String, Vec<&str>)> = Vec::new();
        for (at, line) in block.text.lines().enumerate() {
            match (line.strip_prefix("$ "), commands.last_mut()) {
                (Some(command), _) => commands.push((block.line + 1 + at, command.to_owned(), Vec::new())),
                (None, Some((_, command, _))) if command.ends_with('\\') => {
                    command.truncate(command.len() - 1);
                    command.push_str(line.trim_start());
                }
                (None, Some((_, _, output))) => output.push(line),
                (None, None) => panic!("docs/contracts.md:{}: a command comes first", block.line),
            }
        }
        let last = commands.len();
        for (at, (line, command, expected)) in commands.into_iter().enumerate() {
            if let Some(folder) = command.strip_prefix("cd ") {
                self.go(folder, line);
                continue;
            }
            let (code, printed) = self.run(&command);
            let fails = fails && at + 1 == last;
            assert_eq!(
                code != 0,
                fails,
                "docs/contracts.md:{line}: `{command}` ended with {code}\n{}",
                printed.join("\n")
            );
            if matches(&expected, &printed.iter().map(String::as_str).collect::<Vec<_>>()) {
                continue;
            }
            assert!(
                std::env::var_os("EVENT_DOCS").is_some_and(|value| value == "overwrite"),
                "docs/contracts.md:{line}: `{command}` printed\n{}\n\nand the page says\n{}",
                printed.join("\n"),
                expected.join("\n")
            );
            self.differences.push(Difference {
                after: line,
                lines: expected.len(),
                printed,
            });
        }
    }

    fn go(&mut self, folder: &str, line: usize) {
        for part in Path::new(folder) {
            if part == ".." {
                assert!(self.folder.pop(), "docs/contracts.md:{line}: out of the place");
            } else {
                self.folder.push(part);
            }
        }
    }

    /// What a command prints, both streams in their order.
    fn run(&self, command: &str) -> (i32, Vec<String>) {
        let path = std::env::var("PATH").unwrap_or_default();
        let folder = self.folder.display().to_string();
        let output = self
            .place
            .command(&folder, "sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .env("PATH", format!("{}:{path}", self.programs.path().display()))
            .output()
            .unwrap();
        self.use_this_runtime();
        let printed = String::from_utf8(output.stdout).unwrap();
        let lines = printed
            .lines()
            .filter(|line| !is_progress(line))
            .map(|line| line.trim_end().to_owned());
        (output.status.code().unwrap_or(-1), lines.collect())
    }

    fn use_this_runtime(&self) {
        for package in fs::read_dir(self.place.path()).unwrap() {
            let folder = package.unwrap().path();
            let manifest = folder.join("Cargo.toml");
            let Ok(text) = fs::read_to_string(&manifest) else {
                continue;
            };
            let published = format!("event-runtime = \"{}\"\n", env!("CARGO_PKG_VERSION"));
            if text.contains(&published) {
                let here = format!(
                    "event-runtime = {{ path = {:?}, default-features = false, features = [\"macros\"] }}\n",
                    checkout().join("event-runtime")
                );
                fs::write(&manifest, text.replace(&published, &here)).unwrap();
                fs::copy(checkout().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
            }
        }
    }

    fn patch(&self, block: &Block, file: &str) {
        let pick = |signs: [&str; 2]| {
            let lines = block.text.lines().filter_map(|line| {
                let rest = signs.iter().find_map(|sign| line.strip_prefix(sign));
                rest.or(line.is_empty().then_some(""))
            });
            lines.map(|line| format!("{line}\n")).collect::<String>()
        };
        let (old, new) = (pick([" ", "-"]), pick([" ", "+"]));
        let file = self.inside(file);
        let text = self.place.read(&file);
        assert!(
            text.contains(&old),
            "docs/contracts.md:{}: {file} has no\n{old}\nin\n{text}",
            block.line
        );
        self.place.write(&file, &text.replacen(&old, &new, 1));
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                let (kind, argument) = info.split_once(' ').unwrap_or((info, ""));
                found.push(Block {
                    line: at + 1,
                    kind: kind.to_owned(),
                    argument: argument.to_owned(),
                    text: String::new(),
                });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => {
                let block = found.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    found
}

/// Lines that differ from one run to the next and say nothing about contracts.
fn is_progress(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    line.starts_with(' ')
        && [
            "Compiling",
            "Checking",
            "Finished",
            "Running",
            "Locking",
            "Adding",
            "Updating",
            "Blocking",
            "Doc-tests",
            "Removing",
        ]
        .contains(&word)
}

fn matches(expected: &[&str], printed: &[&str]) -> bool {
    match (expected.split_first(), printed.split_first()) {
        (None, _) => printed.iter().all(|line| line.is_empty()),
        (Some((&"...", rest)), _) => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        (Some(_), None) => expected.iter().all(|line| line.is_empty()),
        (Some((line, rest)), Some((own, after))) => line_matches(line, own) && matches(rest, after),
    }
}

fn line_matches(expected: &str, printed: &str) -> bool {
    let mut parts = expected.split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.trim_end().is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// The runner itself: a page that cannot fail shows nothing.
#[test]
fn differences_are_seen() {
    let all = |expected: &str, printed: &str| {
        matches(
            &expected.lines().collect::<Vec<_>>(),
            &printed.lines().collect::<Vec<_>>(),
        )
    };
    for (expected, printed) in [
        ("a\nb", "a\nb\n"),
        ("a\n...\nd", "a\nb\nc\nd"),
        ("...\nd", "d"),
        ("took [..] ms of [..]", "took 12 ms of 3 s"),
        ("", ""),
    ] {
        assert!(all(expected, printed), "{expected:?} {printed:?}");
    }
    for (expected, printed) in [
        ("a", "a\nb"),
        ("a\nb", "a"),
        ("a\n...\nd", "a\nb"),
        ("took [..] ms", "took 12 s"),
        ("", "a"),
        ("a[..]", "b"),
    ] {
        assert!(!all(expected, printed), "{expected:?} {printed:?}");
    }
    let found = blocks("x\n```console fails\n$ a\n```\n\n```rust src/a.rs\nfn f() {}\n```\n");
    assert_eq!(
        (found[0].kind.as_str(), found[0].argument.as_str(), found[0].line),
        ("console", "fails", 2)
    );
    assert_eq!(
        (found[1].argument.as_str(), found[1].text.as_str()),
        ("src/a.rs", "fn f() {}\n")
    );
    assert!(is_progress("   Compiling a v0.1.0") && !is_progress("Compiling is slow"));
}
