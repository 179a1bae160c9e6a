//! What the service is, for people and other tools. None of these needs a broker.

use crate::catalog::{Catalog, Recorded};
use crate::error::{Error, Result};
use crate::service::builder::Service;
use crate::service::output;
use clap::Args;
use std::path::{Path, PathBuf};

/// Where contract files are.
#[derive(Debug, Args)]
pub(super) struct Contracts {
    /// The folder with the contract files [default: the nearest `contracts`, from here up to the repository's root].
    #[arg(long, value_name = "FOLDER")]
    contracts: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct AsyncApi {
    #[command(flatten)]
    contracts: Contracts,
    /// Write to this file. JSON is YAML as well, so it may be called `asyncapi.yaml`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Page {
    #[command(flatten)]
    contracts: Contracts,
    /// As one HTML page that needs nothing else.
    #[arg(long, conflicts_with = "markdown")]
    html: bool,
    /// As Markdown (the default).
    #[arg(long)]
    markdown: bool,
    /// Write to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Contracts {
    fn catalog<S, T>(&self, service: &Service<S, T>) -> Result<Catalog> {
        let found = match &self.contracts {
            Some(folder) => Some(folder.clone()),
            None => std::env::current_dir().ok().and_then(|here| Recorded::find(&here)),
        };
        let catalog = service.catalog();
        match found {
            Some(folder) => Ok(catalog.with_recorded(&Recorded::read(&folder)?)),
            None => Ok(catalog),
        }
    }
}

pub(super) fn contracts<S, T>(service: &Service<S, T>, contracts: &Contracts, json: bool) -> Result<()> {
    let catalog = contracts.catalog(service)?;
    if json {
        return output::json(&catalog.contracts());
    }
    output::contracts(&catalog);
    Ok(())
}

pub(super) fn asyncapi<S, T>(service: &Service<S, T>, command: &AsyncApi) -> Result<()> {
    let document = command.contracts.catalog(service)?.asyncapi();
    let text = serde_json::to_string_pretty(&document).map_err(|error| Error::Other(error.into()))?;
    put(&text, command.out.as_deref())
}

pub(super) fn page<S, T>(service: &Service<S, T>, command: &Page) -> Result<()> {
    let catalog = command.contracts.catalog(service)?;
    let text = if command.html {
        catalog.html()
    } else {
        catalog.markdown()
    };
    put(text.trim_end(), command.out.as_deref())
}

fn put(text: &str, out: Option<&Path>) -> Result<()> {
    let Some(file) = out else {
        output::line(text);
        return Ok(());
    };
    std::fs::write(file, format!("{text}\n"))
        .map_err(|error| Error::Setting(format!("{} cannot be written: {error}", file.display())))
}
