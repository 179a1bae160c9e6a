use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// `text` as `rustfmt` writes it, by the settings that hold at `path`; as it is where there is no `rustfmt` or it refuses.
pub(crate) fn format(text: &str, path: &Path) -> String {
    run(text, path).unwrap_or_else(|| text.to_owned())
}

/// As [`format`], where `before` was formatted already: a file that is laid out by hand stays so.
pub(crate) fn format_again(before: &str, text: &str, path: &Path) -> String {
    if run(before, path).is_some_and(|formatted| formatted == before) {
        format(text, path)
    } else {
        text.to_owned()
    }
}

fn run(text: &str, path: &Path) -> Option<String> {
    // The folder may be one that is about to be made.
    let settings = path.ancestors().skip(1).find(|folder| folder.is_dir())?;
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--quiet", "--emit", "stdout"])
        .current_dir(settings)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // A source fits a pipe's buffer or is read while it is written: rustfmt reads all of it first.
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.is_empty()).then_some(text)
}
