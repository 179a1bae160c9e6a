//! What the commands print. The only place of the crate that writes to standard output and standard error.

use crate::error::{Error, Result};
use comfy_table::{ContentArrangement, LineStyle, Table, presets};
use serde::Serialize;
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};

/// Where results go and how they look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    color: bool,
}

/// What a word on the terminal stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Doubtful,
    Quiet,
}

impl Output {
    /// Colours are for terminals, and for those who have not set `NO_COLOR`.
    pub(crate) fn new(json: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            json,
            color: wanted && std::io::stdout().is_terminal(),
        }
    }

    /// A line for people. A reader that has gone, as in `.. | head`, wants no more of them.
    pub(crate) fn line(self, text: impl Display) {
        if !self.json {
            _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// A table for people; nothing when it has no rows.
    pub(crate) fn table(self, table: &Table) {
        if !table.is_empty() {
            self.line(table);
        }
    }

    /// The result as JSON, when that was asked for.
    pub(crate) fn value(self, value: &impl Serialize) -> Result<()> {
        if self.json {
            let text = serde_json::to_string_pretty(value).map_err(|error| Error::new(error.to_string()))?;
            _ = writeln!(std::io::stdout(), "{text}");
        }
        Ok(())
    }

    /// `text` in the colour of `tone`.
    pub(crate) fn tone(self, tone: Tone, text: impl Display) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Doubtful => "33",
            Tone::Quiet => "2",
        };
        if self.color && !self.json {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }

    /// What is worth knowing beside the result.
    pub(crate) fn note(self, text: impl Display) {
        _ = writeln!(std::io::stderr(), "note: {text}");
    }

    /// What went wrong, and the ways out.
    pub(crate) fn error(self, error: &Error) {
        let mut stderr = std::io::stderr();
        let word = if self.color && stderr.is_terminal() {
            "\x1b[31merror\x1b[0m"
        } else {
            "error"
        };
        _ = writeln!(stderr, "{word}: {error}");
        for help in error.helps() {
            _ = writeln!(stderr, "  help: {help}");
        }
    }
}

/// A table without lines between its rows.
pub(crate) fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(head);
    table
}
