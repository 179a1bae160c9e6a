//! Side-by-side figures: raw lapin and this runtime doing the same job, in interleaved rounds.
//!
//! `cargo bench -p event-tests` prints every table, `-- --quick --only publish,consume` a first impression of two.
//! Read the ratios: absolute figures belong to one machine on one day.

mod args;
mod arrivals;
mod broker;
mod contender;
mod envelope;
mod ledger;
mod machine;
mod order;
mod pace;
mod probe;
mod rounds;
mod section;
mod table;
mod tally;

use clap::{Parser, ValueEnum};

use args::{Args, Section};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Result<()> {
    let args = Args::parse();
    match &args.probe {
        Some(probe) => probe.run(),
        None if args.bench => tokio::runtime::Runtime::new()?.block_on(measure(&args)),
        None => {
            println!("measures only under `cargo bench`");
            Ok(())
        }
    }
}

/// Runs the chosen sections; one that fails does not keep the others from running.
async fn measure(args: &Args) -> Result<()> {
    println!("{} rounds, medians; {}", args.rounds(), machine::describe());
    let mut failed = Vec::new();
    for section in Section::value_variants().iter().filter(|section| args.runs(**section)) {
        eprintln!("{section:?}");
        if let Err(error) = run(*section, args).await {
            failed.push(format!("{section:?}: {error}"));
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("; ").into())
    }
}

async fn run(section: Section, args: &Args) -> Result<()> {
    match section {
        Section::Publish => section::publish::run(args).await,
        Section::Consume => section::consume::run(args).await,
        Section::Latency => section::latency::run(args).await,
        Section::Effects => section::effects::run(args).await,
        Section::Outbox => section::outbox::run(args).await,
        Section::Order => section::order::run(args).await,
        Section::DeadLetters => section::dead_letters::run(args).await,
        Section::Memory => section::memory::run(args).await,
        Section::Dispatch => section::dispatch::run(),
        Section::Idle => section::idle::run(args).await,
        Section::Handlers => section::handlers::run(args).await,
        Section::Compile => section::compile::run(args).await,
    }
}
