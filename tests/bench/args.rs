//! What to run and how long.

use clap::{Parser, ValueEnum};

use crate::probe::Probe;

/// Side-by-side figures: raw lapin and this runtime doing the same job.
#[derive(Debug, Clone, Parser)]
#[command(name = "throughput")]
pub(crate) struct Args {
    /// A first impression in well under a minute: fewer messages, two rounds.
    #[arg(long)]
    pub(crate) quick: bool,

    /// Run only these sections.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Section>,

    /// Rounds; every row runs once in each.
    #[arg(long, env = "EVENT_BENCH_ROUNDS")]
    rounds: Option<usize>,

    /// Messages of one run.
    #[arg(long, env = "EVENT_BENCH_MESSAGES")]
    messages: Option<usize>,

    /// Be the child process that is measured.
    #[arg(long, hide = true)]
    pub(crate) probe: Option<Probe>,

    /// What `cargo bench` says to every benchmark.
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    Publish,
    Consume,
    Latency,
    Effects,
    Outbox,
    Order,
    DeadLetters,
    Memory,
    Dispatch,
    Idle,
    Handlers,
    Compile,
}

impl Args {
    pub(crate) fn runs(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }

    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 2 } else { 5 }).max(1)
    }

    pub(crate) fn messages(&self) -> usize {
        self.messages.unwrap_or(if self.quick { 20_000 } else { 100_000 })
    }
}
