use super::{Binding, Destination, Exchange, ExchangeKind, Names, Topology};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Where everything that goes over a bus is kept for a while, to be read again: a stream on RabbitMQ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its name.
    pub name: String,
    /// For how long, and how much.
    pub retention: Retention,
}

/// How much an archive keeps: the oldest events go when either is reached.
///
/// As text it is `7d`, or `7d/20GB`. RabbitMQ drops whole segments, each a twentieth of the bytes: it keeps up to one
/// segment more than this.
///
/// ```
/// use event_runtime::topology::Retention;
///
/// let week: Retention = "7d/20GB".parse().unwrap();
/// assert_eq!(week.to_string(), "7d/20GB");
/// assert_eq!("7d".parse::<Retention>().unwrap().bytes, 10_000_000_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// Events older than this go.
    pub age: Duration,
    /// Beyond so many bytes the oldest go. Default 10 GB.
    pub bytes: u64,
}

impl Retention {
    /// What is kept when nothing is said about bytes.
    pub const BYTES: u64 = 10_000_000_000;

    /// Keeps events for `age` (whole seconds), at most `bytes` of them.
    #[must_use]
    pub const fn new(age: Duration, bytes: u64) -> Self {
        Self { age, bytes }
    }

    pub(crate) fn check(self) -> Result<Self, BadRetention> {
        match () {
            () if self.age < Duration::from_secs(1) => {
                Err(BadRetention("an archive that keeps events for less than a second"))
            }
            () if self.bytes < 1_000_000 => Err(BadRetention("an archive of less than 1MB")),
            () if self.age.as_secs() > 100 * 366 * 86_400 || self.bytes > 1 << 60 => {
                Err(BadRetention("an archive that is larger than any disk"))
            }
            () => Ok(self),
        }
    }
}

/// A retention that cannot be used, and how one is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; say how long, and how much at most: `7d`, `12h`, `7d/20GB`")]
pub struct BadRetention(&'static str);

impl FromStr for Retention {
    type Err = BadRetention;

    fn from_str(text: &str) -> Result<Self, BadRetention> {
        let (age, bytes) = text.trim().split_once('/').unwrap_or((text.trim(), "10GB"));
        let age =
            number(age, &[("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]).ok_or(BadRetention("unknown time"))?;
        let bytes = number(
            bytes,
            &[("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000)],
        )
        .ok_or(BadRetention("unknown size"))?;
        Self::new(Duration::from_secs(age), bytes).check()
    }
}

/// A whole number with one of these units.
fn number(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let of = |(unit, factor): &(&str, u64)| {
        let figures = text.strip_suffix(unit)?.trim_end();
        let plain = !figures.is_empty() && figures.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| figures.parse::<u64>().ok()?.checked_mul(*factor))?
    };
    units.iter().find_map(of)
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, bytes) = (self.age.as_secs(), self.bytes);
        let units = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];
        let (unit, length) = units
            .into_iter()
            .find(|(_, length)| seconds % length == 0)
            .unwrap_or(("s", 1));
        write!(f, "{}{unit}/", seconds / length)?;
        let units = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000)];
        match units.into_iter().find(|(_, size)| bytes % size == 0) {
            Some((unit, size)) => write!(f, "{}{unit}", bytes / size),
            None => write!(f, "{bytes}B"),
        }
    }
}

impl Topology {
    /// Adds the archive of the bus: everything that is published from then on is kept, also what nobody takes.
    pub fn archive(&mut self, names: &Names, retention: Retention) {
        let bus = Exchange {
            name: names.bus.clone(),
            kind: ExchangeKind::Topic,
            alternate: None,
        };
        let archive = Archive {
            name: names.archive(),
            retention,
        };
        let binding = Binding {
            source: names.bus.clone(),
            destination: Destination::Queue(archive.name.clone()),
            key: "#".to_owned(),
        };
        self.merge(Self {
            exchanges: vec![bus],
            archives: vec![archive],
            bindings: vec![binding],
            ..Self::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Argument;

    #[test]
    fn a_retention_is_text() {
        for (text, seconds, bytes, back) in [
            ("7d", 604_800, 10_000_000_000, "7d/10GB"),
            ("36h/500MB", 129_600, 500_000_000, "36h/500MB"),
            (" 90s/2TB ", 90, 2_000_000_000_000, "90s/2TB"),
        ] {
            let retention: Retention = text.parse().unwrap();
            assert_eq!((retention.age.as_secs(), retention.bytes), (seconds, bytes), "{text}");
            assert_eq!(retention.to_string(), back);
        }
        for text in [
            "",
            "7",
            "d",
            "-7d",
            "7d/",
            "7d/20",
            "7 days",
            "0s",
            "7d/0MB",
            "9999999999999999999d",
            "1d/9999999999TB",
            "+7d",
            "٧d",
        ] {
            let error = text.parse::<Retention>().unwrap_err().to_string();
            assert!(error.contains("`7d/20GB`"), "{text}: {error}");
        }
    }

    #[test]
    fn a_stream_has_no_arguments_of_other_queues() {
        let mut topology = Topology::default();
        let names = Names::new("events", "shop");
        topology.archive(&names, "7d/20GB".parse().unwrap());
        topology.archive(&names, "7d/20GB".parse().unwrap());
        let [archive] = &*topology.archives else {
            panic!("{topology:?}")
        };
        let of = |name: &str| {
            archive
                .arguments()
                .into_iter()
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value)
        };
        assert_eq!(of("x-max-age"), Some(Argument::Text("604800s".to_owned())));
        assert_eq!(
            of("x-stream-max-segment-size-bytes"),
            Some(Argument::Number(500_000_000))
        );
        assert_eq!(of("x-delivery-limit"), None);
        assert_eq!((&*archive.name, topology.bindings.len()), ("events.archive", 1));
    }
}
