//! Orders, payments, fulfilment, and everything that goes wrong on the way.
//!
//! `cargo run --example order_workflow` runs it in process; with `--url amqp://guest:guest@127.0.0.1:5672` the very same
//! workflow runs on RabbitMQ. It ends when every order has come to an end, and says which.

#![allow(unreachable_pub, reason = "in a program `pub` says what the other files use")]

mod account;
mod events;
mod feed;
mod gateway;
mod handlers;
mod ledger;
mod summary;

use account::{Account, Run};
use clap::Parser;
use event_examples::Database;
use event_runtime::prelude::*;
use event_runtime::{Running, Select};
use events::OrderPlaced;
use gateway::Gateway;
use handlers::{accept_order, authorize_payment, close_orders, queue_fulfillment};
use indicatif::{ProgressBar, ProgressStyle};
use ledger::Ledger;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

/// Runs a file of orders through payment and fulfilment, and accounts for every one of them.
///
/// `run`, `describe`, `topology` and `dlq` are the commands of the service itself; see `describe --help`.
#[derive(Debug, Parser)]
struct Arguments {
    /// The orders, one JSON object per line [default: the ones that come with the example].
    #[arg(long)]
    file: Option<PathBuf>,
    /// The broker, as in amqp://guest:guest@127.0.0.1:5672; EVENT_URL says the same [default: in process].
    #[arg(long)]
    url: Option<String>,
    /// Keep what was on the broker and in the database before, and leave the dead letters there at the end.
    #[arg(long)]
    keep: bool,
    /// The file for the database; ORDERS_DB says the same, to the commands as well [default: a new one, removed at the end].
    #[arg(long, value_name = "FILE", env = "ORDERS_DB")]
    db: Option<PathBuf>,
    /// At the end repair the gateway and replay what it could not do.
    #[arg(long)]
    replay: bool,
    /// How many seconds the orders may take.
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    within: u64,
    /// A command of the service with its options, in place of the workflow: `dlq list`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> event_runtime::Result<bool> {
    let workflow_runs = arguments.command.is_empty();
    if let (Some(file), true, false) = (&arguments.db, workflow_runs, arguments.keep)
        && file.exists()
    {
        return Err(event_runtime::Error::Setting(format!(
            "{} has the orders of an earlier run: `--keep` goes on with them, another name begins anew",
            file.display()
        )));
    }
    let database = Database::open(arguments.db.as_deref(), ledger::TABLES).await?;
    let gateway = Gateway::from_env();
    if workflow_runs {
        workflow(arguments, &gateway, &database.store).await
    } else {
        service(&gateway, &database.store).main().await.map(|()| true)
    }
}

/// The whole wiring: what there is, and who takes what follows from the types of the handlers.
fn service(gateway: &Gateway, store: &SqliteStore) -> Service<impl Sized, SqliteStore> {
    let name = std::env::var("ORDER_SERVICE").unwrap_or_else(|_| "order-workflow".to_owned());
    Service::new(name)
        .bus("order_workflow")
        .state(gateway.clone())
        .store(store.clone())
        .publishes::<OrderPlaced>()
        .handle::<accept_order>()
        .handle::<authorize_payment>()
        .handle::<queue_fulfillment>()
        .handle::<close_orders>()
}

/// `true` when every order is accounted for.
async fn workflow(arguments: &Arguments, gateway: &Gateway, store: &SqliteStore) -> event_runtime::Result<bool> {
    let path = arguments.file.clone().unwrap_or_else(feed::default_path);
    let lines = feed::read(&path).map_err(event_runtime::Error::Setting)?;
    let ledger = Ledger::new(store);
    let mut service = service(gateway, store);
    if let Some(url) = &arguments.url {
        service = service.url(url);
    }
    if !arguments.keep {
        service.remove_topology().await?;
    }
    // Dead letters from before are of another run, unless it was the same database.
    let goes_on = arguments.keep && arguments.db.is_some();
    let since = if goes_on {
        SystemTime::UNIX_EPOCH
    } else {
        SystemTime::now()
    };
    let running = service.start().await?;
    running.ready().await;
    let started = Instant::now();
    let bar = bar("publishing", lines.len() as u64)?;
    let refused = feed::publish(&lines, running.publisher(), |at| bar.set_position(at as u64)).await;
    bar.finish_and_clear();
    let run = Run {
        running: &running,
        lines: &lines,
        refused: &refused,
        ledger: &ledger,
        gateway,
        since,
    };
    let within = Duration::from_secs(arguments.within);
    let mut account = show(&run, 0, within, started).await?;
    if arguments.replay {
        gateway.repair();
        let sent = replay(&running).await?;
        print(&format!(
            "\nthe gateway is repaired; {sent} dead letters go to it again\n\n"
        ));
        account = show(&run, sent, within, Instant::now()).await?;
    }
    if !arguments.keep {
        running.remove_topology().await?;
    }
    running.shutdown().await;
    Ok(account.complete())
}

async fn show(run: &Run<'_>, replayed: u64, within: Duration, started: Instant) -> event_runtime::Result<Account> {
    let bar = bar("handling", (run.lines.len() - run.refused.len()) as u64 + replayed)?;
    let account = run.account(replayed, within, &bar).await;
    bar.finish_and_clear();
    let account = account?;
    print(&summary::text(&account, started.elapsed()));
    Ok(account)
}

async fn replay(running: &Running) -> event_runtime::Result<u64> {
    let mut sent = 0;
    for reason in ["poison", "exhausted"] {
        let mut select = Select::all();
        select.reason = Some(reason.to_owned());
        sent += running
            .dead_letters()
            .replay("authorize_payment", &select, |_| {})
            .await?
            .sent;
    }
    Ok(sent)
}

/// On standard error, and only where somebody watches.
fn bar(what: &'static str, of: u64) -> event_runtime::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg:>10} {wide_bar} {pos}/{len} {eta}").map_err(BoxError::from)?;
    Ok(ProgressBar::new(of).with_message(what).with_style(style))
}

fn print(text: &str) {
    // Nobody reads any more: nothing to do about it.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
