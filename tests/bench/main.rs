//! Side-by-side figures: raw lapin and this runtime doing the same job, in interleaved rounds.
//!
//! `cargo bench -p event-tests` prints every table, `-- --quick --only publish,consume` a first impression of two.
//! Read the ratios: absolute figures belong to one machine on one day.

mod args;
mod broker;
mod contender;
mod envelope;
mod order;
mod rounds;
mod section;
mod table;
mod tally;

use clap::Parser;

use args::{Args, Section};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    if !args.bench {
        println!("measures only under `cargo bench`");
        return Ok(());
    }
    if args.runs(Section::Publish) {
        section::publish::run(&args).await?;
    }
    if args.runs(Section::Consume) {
        section::consume::run(&args).await?;
    }
    Ok(())
}
