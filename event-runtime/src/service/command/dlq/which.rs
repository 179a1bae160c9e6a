use crate::dead_letter::Select;
use crate::error::{Error, Result};
use crate::service::command::words::time;
use clap::Args;
use jiff::Timestamp;

/// Which dead letters; everything that is given must hold.
#[derive(Debug, Args)]
pub(in crate::service::command) struct Which {
    /// Only of this handler.
    #[arg(long)]
    pub(super) handler: Option<String>,
    /// Only these events; may be repeated.
    #[arg(long)]
    id: Vec<String>,
    /// Only with this reason, such as `exhausted`, `poison` or `malformed`.
    #[arg(long)]
    reason: Option<String>,
    /// Only with this fingerprint; `dlq groups` shows them.
    #[arg(long)]
    fingerprint: Option<String>,
    /// Only of this type: `order.placed.v1`, or every version with `order.placed`.
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Only of this key.
    #[arg(long)]
    key: Option<String>,
    /// Only those that died at this time or later: `2026-01-31`, `2026-01-31T12:00:00Z`, or `2h` for two hours ago.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Only those that died before this time, in the same forms.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
}

impl Which {
    pub(super) fn select(&self) -> Select {
        let mut select = Select::ids(&self.id);
        select.handler.clone_from(&self.handler);
        select.reason.clone_from(&self.reason);
        select.fingerprint.clone_from(&self.fingerprint);
        select.event_type.clone_from(&self.event_type);
        select.key.clone_from(&self.key);
        (select.since, select.until) = (self.since, self.until);
        select
    }

    /// What is meant must be said: by a filter, or with `--all`.
    pub(super) fn must_say(&self, all: bool, hint: &str) -> Result<()> {
        if !all && self.select().says_nothing() {
            return Err(Error::Setting(format!(
                "say which dead letters: --id, --reason, --fingerprint, --type, --key, --since, --until, or --all; {hint}"
            )));
        }
        Ok(())
    }
}
