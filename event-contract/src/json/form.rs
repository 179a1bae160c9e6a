//! The forms of text that have a name: how each looks in JSON Schema, an example, and a check.
//!
//! The check is about the form only: it takes 30 February, as the expressions of a schema do.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

pub(super) struct Form {
    name: &'static str,
    /// Of JSON Schema draft-07, or one that every validator knows.
    pub(super) format: Option<&'static str>,
    pub(super) pattern: Option<&'static str>,
    pub(super) sample: &'static str,
    pub(super) is: fn(&str) -> bool,
}

/// `None` for any text, and for a form that this version does not know.
pub(super) fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

const FORMS: &[Form] = &[
    Form {
        name: "uuid",
        format: Some("uuid"),
        pattern: None,
        // The end is replaced by a hash of the field's name, so that two ids differ.
        sample: "019b76da-a800-7000-8000-000000000000",
        is: is_uuid,
    },
    Form {
        name: "date-time",
        format: Some("date-time"),
        pattern: None,
        sample: "2026-01-15T09:30:00Z",
        is: is_date_time,
    },
    // Without an offset, so not the `date-time` and `time` of JSON Schema.
    Form {
        name: "local-date-time",
        format: None,
        pattern: Some(r"^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$"),
        sample: "2026-01-15T09:30:00",
        is: is_local,
    },
    Form {
        name: "zoned-date-time",
        format: None,
        pattern: Some(
            r"^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}(:[0-9]{2})?)\[[^\]]+\]$",
        ),
        // An offset as the zone: a name could be read only where there is a database of them.
        sample: "2026-01-15T09:30:00+01:00[+01:00]",
        is: is_zoned,
    },
    Form {
        name: "date",
        format: Some("date"),
        pattern: None,
        sample: "2026-01-15",
        is: is_date,
    },
    Form {
        name: "time",
        format: None,
        pattern: Some(r"^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$"),
        sample: "09:30:00",
        is: is_time,
    },
    Form {
        name: "duration",
        format: None,
        pattern: Some(r"^[+-]?P[0-9A-Za-z.,]+$"),
        sample: "PT1H30M",
        is: is_duration,
    },
    Form {
        name: "decimal",
        format: None,
        pattern: Some(r"^-?[0-9]+(\.[0-9]+)?$"),
        sample: "19.99",
        is: is_decimal,
    },
    Form {
        name: "ip",
        format: None,
        pattern: Some(r"^([0-9.]+|[0-9a-fA-F:.]+)$"),
        sample: "192.0.2.1",
        is: |text| text.parse::<IpAddr>().is_ok(),
    },
    Form {
        name: "ipv4",
        format: Some("ipv4"),
        pattern: None,
        sample: "192.0.2.1",
        is: |text| text.parse::<Ipv4Addr>().is_ok(),
    },
    Form {
        name: "ipv6",
        format: Some("ipv6"),
        pattern: None,
        sample: "2001:db8::1",
        is: |text| text.parse::<Ipv6Addr>().is_ok(),
    },
    Form {
        name: "socket-address",
        format: None,
        pattern: Some(r"^([0-9.]+|\[[0-9a-fA-F:.]+(%[0-9]+)?\]):[0-9]+$"),
        sample: "192.0.2.1:8080",
        is: |text| text.parse::<SocketAddr>().is_ok(),
    },
];

impl Form {
    /// Whether this is no form of what is written, but one of what is read.
    pub(super) fn also_reads(&self, text: &str) -> bool {
        match self.name {
            "uuid" => {
                let text = text.strip_prefix("urn:uuid:").unwrap_or(text);
                let text = text
                    .strip_prefix('{')
                    .and_then(|text| text.strip_suffix('}'))
                    .unwrap_or(text);
                is_uuid(text) || after(text, &"x".repeat(32)) == Some("")
            }
            // The crates differ in what they read; what is written is what they agree on.
            "date-time" | "local-date-time" | "zoned-date-time" | "date" | "time" | "duration" => {
                text.starts_with(|c: char| c.is_ascii_digit() || "+-P".contains(c))
            }
            _ => false,
        }
    }
}

/// Whether `text` begins like `mask`, in which `#` is a digit and `x` a hexadecimal one; the rest.
fn after<'text>(text: &'text str, mask: &str) -> Option<&'text str> {
    let head = text.as_bytes().get(..mask.len())?;
    let fits = head.iter().zip(mask.bytes()).all(|(byte, mask)| match mask {
        b'#' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_hexdigit(),
        mask => *byte == mask,
    });
    fits.then(|| &text[mask.len()..])
}

fn is_uuid(text: &str) -> bool {
    after(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") == Some("")
}

fn is_date(text: &str) -> bool {
    after(text, "####-##-##") == Some("")
}

/// The rest after a time of day.
fn after_time(text: &str) -> Option<&str> {
    let rest = after(text, "##:##:##")?;
    match rest.strip_prefix('.') {
        None => Some(rest),
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() < fraction.len()).then_some(rest)
        }
    }
}

fn is_time(text: &str) -> bool {
    after_time(text) == Some("")
}

fn after_local(text: &str) -> Option<&str> {
    after_time(after(text, "####-##-##")?.strip_prefix('T')?)
}

fn is_local(text: &str) -> bool {
    after_local(text) == Some("")
}

fn after_offset(text: &str) -> Option<&str> {
    text.strip_prefix('Z')
        .or_else(|| after(text, "+##:##"))
        .or_else(|| after(text, "-##:##"))
}

fn is_date_time(text: &str) -> bool {
    after_local(text).and_then(after_offset) == Some("")
}

fn is_zoned(text: &str) -> bool {
    let Some(rest) = after_local(text).and_then(after_offset) else {
        return false;
    };
    // Offsets of long ago have seconds.
    let zone = after(rest, ":##").unwrap_or(rest);
    zone.len() > 2 && zone.starts_with('[') && zone.ends_with(']')
}

fn is_duration(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    text.strip_prefix('P')
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == ','))
}

fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_of_its_form_and_no_nonsense_is() {
        for form in FORMS {
            assert!((form.is)(form.sample), "{}", form.name);
            for bad in ["", "x", "2026", "é", "2026-01-1é", "09:30:00.", "P", "1.", ".5", "--1"] {
                assert!(
                    !(form.is)(bad) || form.name == "decimal" && bad == "2026",
                    "{} {bad}",
                    form.name
                );
            }
        }
    }

    #[test]
    fn forms_are_told_apart() {
        let is = |name: &str, text: &str| (form(name).unwrap().is)(text);
        assert!(is("date-time", "2026-01-15T09:30:00.123456+01:00"));
        assert!(!is("date-time", "2026-01-15T09:30:00"));
        assert!(!is("local-date-time", "2026-01-15T09:30:00Z"));
        assert!(is("zoned-date-time", "1890-01-15T09:30:00+00:53:28[Europe/Berlin]"));
        assert!(is("duration", "-P1DT2.5S") && is("decimal", "-0.10"));
        assert!(form("string").is_none() && form("colour").is_none());
    }
}
