use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::{output, start};
use crate::topology::{Plan, Retention};
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
        Command::Plan(_) => transport.plan(&topology).await?,
        Command::Apply(_) => transport.apply(&topology).await.map_err(with_way_out)?,
    };
    let ready = plan.missing.is_empty() && plan.different.is_empty();
    if json {
        output::json(&plan)?;
    } else {
        output::plan(&plan, &topology, &transport.describe());
        match command {
            Command::Plan(_) if !ready => output::line("`topology apply` makes what is missing (+)"),
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
fn with_way_out(error: TransportError) -> Error {
    match Plan::way_out(&error.to_string()) {
        Some(way_out) => Error::Setting(format!("{error}; {way_out}")),
        None => error.into(),
    }
}
