use crate::dead_letter::Select;
use crate::error::{Error, Result};
use clap::Args;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};

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

/// How long: `90s`, `10m`, `2h`.
pub(super) fn span(text: &str) -> Result<std::time::Duration, String> {
    let read = text.parse::<Span>().ok().and_then(|span| {
        let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        std::time::Duration::try_from(time).ok()
    });
    read.ok_or_else(|| "use a time such as `90s`, `10m` or `2h`".to_owned())
}

/// A moment, a day, or how long ago.
fn time(text: &str) -> Result<Timestamp, String> {
    let ago = |span: Span| {
        let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        crate::dead_letter::now().checked_sub(time.abs()).ok()
    };
    let at = |time: DateTime| Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp());
    let read = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<Span>().ok().and_then(ago))
        .or_else(|| text.parse::<DateTime>().ok().and_then(at))
        .or_else(|| {
            text.parse::<Date>()
                .ok()
                .and_then(|day| at(day.to_datetime(jiff::civil::Time::midnight())))
        });
    read.ok_or_else(|| "use `2026-01-31`, `2026-01-31T12:00:00Z` (UTC), or how long ago: `30m`, `2h`, `7d`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_forms() {
        let text = |form: &str| time(form).map(|at| at.to_string());
        assert_eq!(text("2026-01-31"), Ok("2026-01-31T00:00:00Z".to_owned()));
        assert_eq!(text("2026-01-31T12:30:00"), Ok("2026-01-31T12:30:00Z".to_owned()));
        assert_eq!(text("2026-01-31T12:30:00+01:00"), Ok("2026-01-31T11:30:00Z".to_owned()));
        for (form, seconds) in [
            ("90s", 90),
            ("30m", 1_800),
            ("2h", 7_200),
            ("7d", 604_800),
            ("1w", 604_800),
        ] {
            let at = time(form).expect(form);
            let ago = crate::dead_letter::now().duration_since(at).as_secs();
            assert!((seconds..seconds + 60).contains(&ago), "{form} is {ago} s ago");
        }
        for wrong in ["", "yesterday", "2026-13-01", "12:00"] {
            assert!(
                time(wrong).is_err_and(|error| error.contains("how long ago")),
                "{wrong}"
            );
        }
    }
}
