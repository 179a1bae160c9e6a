use super::{Check, Verdict};
use comfy_table::{ContentArrangement, Table, presets};
use std::fmt;
use std::time::Duration;

/// How one check ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    check: Check,
    took: Duration,
    failure: Option<String>,
}

/// How all of them ended; displays as a table.
#[derive(Debug, Clone)]
pub struct Report {
    outcomes: Vec<Outcome>,
}

impl Outcome {
    pub(super) fn new(check: Check, took: Duration, verdict: Verdict) -> Self {
        let failure = verdict.err().map(|failure| failure.to_string());
        Self { check, took, failure }
    }

    /// The check.
    #[must_use]
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// How long it took, without making and removing what it needs.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.took
    }

    /// What went wrong; `None` if it passed.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }
}

impl Report {
    pub(super) fn new(outcomes: Vec<Outcome>) -> Self {
        Self { outcomes }
    }

    /// Every check, in the order of [`checks`](super::checks).
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Whether all of them passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.failure.is_none())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(["", "check", "took", "promise"]);
        for outcome in &self.outcomes {
            let mark = if outcome.failure.is_none() { "ok" } else { "FAILED" };
            let took = format!("{:.2} s", outcome.took.as_secs_f64());
            table.add_row([mark, outcome.check.name, &took, outcome.check.promise]);
        }
        let failed = self.outcomes.iter().filter(|outcome| outcome.failure.is_some());
        writeln!(f, "{table}")?;
        writeln!(f, "{} checks, {} failed", self.outcomes.len(), failed.clone().count())?;
        for outcome in failed {
            let why = outcome.failure.as_deref().unwrap_or_default();
            writeln!(f, "{}: {why}", outcome.check.name)?;
        }
        Ok(())
    }
}
