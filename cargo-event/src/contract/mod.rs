//! `cargo event contract`.

mod accept;
mod changes;
mod check;
mod compiled;
mod diff;
mod explain;
mod export;
pub(crate) mod fetch;
pub(crate) mod files;
mod history;
mod lock_file;
pub(crate) mod pick;
mod publish_view;
mod retire;
mod show;
mod source;

use crate::error::{Outcome, Result};
use crate::opt;
use crate::output::Output;
use crate::project::Project;
use std::path::Path;

pub(crate) fn run(opt: &opt::Contract, manifest: Option<&Path>, output: Output) -> Result<Outcome> {
    if let opt::Contract::Explain(opt) = opt {
        return explain::run(opt, output);
    }
    let project = Project::find(manifest)?;
    match opt {
        opt::Contract::Accept(opt) => accept::run(opt, &project, output),
        opt::Contract::Check(opt) => check::run(opt, &project, output),
        opt::Contract::Diff(opt) => diff::run(opt, &project, output),
        opt::Contract::Show(opt) => show::run(opt, &project, output),
        opt::Contract::Explain(opt) => explain::run(opt, output),
        opt::Contract::Retire(opt) => retire::run(opt, &project, output),
        opt::Contract::Fetch(opt) => fetch::run(opt, &project, output),
        opt::Contract::PublishView(opt) => publish_view::run(opt, &project, output),
        opt::Contract::Export(opt) => export::run(opt, &project, output),
    }
}
