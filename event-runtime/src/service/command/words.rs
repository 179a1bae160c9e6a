//! Times, durations and rates, as every command takes them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};
use std::time::Duration;

/// How long: `90s`, `10m`, `2h`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let read = text.parse::<Span>().ok().and_then(|span| {
        let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Duration::try_from(time).ok()
    });
    read.ok_or_else(|| "use a time such as `90s`, `10m` or `2h`".to_owned())
}

/// A moment, a day, or how long ago.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    let ago = |span: Span| {
        let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Timestamp::now().checked_sub(time.abs()).ok()
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
                .and_then(|day| at(day.to_datetime(Time::midnight())))
        });
    read.ok_or_else(|| "use `2026-01-31`, `2026-01-31T12:00:00Z` (UTC), or how long ago: `30m`, `2h`, `7d`".to_owned())
}

/// `50/s`: so many in that time.
pub(super) fn rate(text: &str) -> Result<(u32, Duration), String> {
    let read = || {
        let (events, per) = text.split_once('/')?;
        let per = match per {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return None,
        };
        let events = events.parse().ok().filter(|events| *events > 0)?;
        Some((events, Duration::from_secs(per)))
    };
    read().ok_or_else(|| "use so many per second, minute or hour: `50/s`, `100/m`, `10/h`".to_owned())
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
            let ago = Timestamp::now().duration_since(time(form).expect(form)).as_secs();
            assert!((seconds - 1..seconds + 60).contains(&ago), "{form} is {ago} s ago");
        }
        for wrong in [
            "",
            "yesterday",
            "2026-13-01",
            "12:00",
            "26.11.2026",
            "99999999999999999999d",
            "h",
        ] {
            assert!(
                time(wrong).is_err_and(|error| error.contains("how long ago")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn rates() {
        assert_eq!(rate("50/s"), Ok((50, Duration::from_secs(1))));
        assert_eq!(rate("10/h"), Ok((10, Duration::from_secs(3600))));
        for wrong in ["", "50", "50/", "0/s", "-1/s", "1/d", "1/s/s", "many/s"] {
            assert!(rate(wrong).is_err_and(|error| error.contains("50/s")), "{wrong}");
        }
    }
}
