use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::{output, start};
use crate::topology::{Names, Plan};
use crate::transport::TransportError;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is missing or different; exit code 1 if anything is. Changes nothing.
    Plan,
    /// Make what is missing.
    Apply,
}

pub(super) async fn run<S, T>(service: &Service<S, T>, command: &Command, json: bool) -> Result<()> {
    let names = Names::new(&service.config.bus, &service.config.service);
    let topology = start::topology(&names, &service.handlers, &service.publishes);
    let transport = service.config.transport()?;
    let plan = match command {
        Command::Plan => transport.plan(&topology).await?,
        Command::Apply => transport.apply(&topology).await.map_err(with_way_out)?,
    };
    let ready = plan.missing.is_empty() && plan.different.is_empty();
    if json {
        output::json(&plan)?;
    } else {
        output::plan(&plan, &topology, &transport.describe());
        match command {
            Command::Plan if !ready => output::line("`topology apply` makes what is missing (+)"),
            Command::Apply => output::line("applied"),
            Command::Plan => {}
        }
    }
    transport.close().await;
    if matches!(command, Command::Plan) && !ready {
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
