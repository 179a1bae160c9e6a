use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::moving::{Move, Ordered, moves};
use crate::service::{output, start};
use crate::topology::{Names, Plan, Retention};
use crate::transport::TransportError;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is missing or different; exit code 1 if anything is. Changes nothing.
    Plan(With),
    /// Make what is missing.
    Apply(With),
}

#[derive(Debug, Args)]
pub(super) struct With {
    /// Also an archive of everything that goes over the bus, kept for so long and so much at most: 7d, or 7d/20GB.
    #[arg(long, value_name = "RETENTION")]
    archive: Option<Retention>,
}

pub(super) async fn run<S, T>(service: &Service<S, T>, command: &Command, json: bool) -> Result<()> {
    let (Command::Plan(with) | Command::Apply(with)) = command;
    let mut config = service.config.clone();
    config.archive = with.archive.or(config.archive);
    config.check()?;
    let topology = start::topology(&config, &service.handlers, &service.publishes);
    let transport = service.config.transport()?;
    let plan = match command {
        Command::Plan(_) => {
            let names = Names::new(&config.bus, &config.service);
            let mut plan = transport.plan(&topology).await?;
            let moves = moves(transport.as_ref(), &names, &Ordered::of(&config, &service.handlers)).await?;
            plan.moves = moves.iter().map(Move::describe).collect();
            plan
        }
        Command::Apply(_) => {
            let say = |text: &str| output::progress(text, json);
            let applied = service.apply_as_told(&config, transport.as_ref(), &say).await;
            applied.map_err(with_way_out)?
        }
    };
    let ready = plan.missing.is_empty() && plan.different.is_empty() && plan.moves.is_empty();
    if json {
        output::json(&plan)?;
    } else {
        output::plan(&plan, &topology, &transport.describe());
        match command {
            Command::Plan(_) if !ready => {
                output::line("`topology apply` makes what is missing (+), and moves handlers to other partitions (~)");
            }
            Command::Apply(_) => output::line("applied"),
            Command::Plan(_) => {}
        }
    }
    transport.close().await;
    if matches!(command, Command::Plan(_)) && !ready {
        return Err(Error::Setting("the broker is not as this service needs it".to_owned()));
    }
    Ok(())
}

/// What is there with other arguments does not change by itself.
fn with_way_out(error: Error) -> Error {
    let Error::Transport(refused @ TransportError::Different { .. }) = &error else {
        return error;
    };
    match Plan::way_out(&refused.to_string()) {
        Some(way_out) => Error::Setting(format!("{refused}; {way_out}")),
        None => error,
    }
}
