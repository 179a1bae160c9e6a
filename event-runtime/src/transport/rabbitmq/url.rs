//! From `amqp://user:password@host1,host2/vhost` to one endpoint per host.

use crate::transport::TransportError;
use lapin::uri::{AMQPUri, SASLMechanism};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// One broker node and how to log in there.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) uri: AMQPUri,
}

/// Every endpoint of `urls`: several URLs, or several hosts in one, separated by commas.
///
/// No error repeats a part of a URL that may hold a password.
pub(super) fn endpoints(urls: &str) -> Result<Vec<Endpoint>, TransportError> {
    let mut endpoints = Vec::new();
    for url in split_urls(urls.trim()) {
        hosts(url, &mut endpoints)?;
    }
    Ok(endpoints)
}

/// A comma starts a new URL when a scheme follows, and a new host otherwise.
fn split_urls(urls: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (comma, _) in urls.match_indices(',') {
        let next = urls[comma + 1..].trim_start();
        if next.starts_with("amqp://") || next.starts_with("amqps://") {
            found.push(urls[start..comma].trim());
            start = comma + 1;
        }
    }
    found.push(urls[start..].trim());
    found
}

fn hosts(url: &str, endpoints: &mut Vec<Endpoint>) -> Result<(), TransportError> {
    let wrong = |what: &str| TransportError::Setting(format!("the broker URL {what}"));
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(wrong("must look like amqp://user:password@host:5672/vhost"));
    };
    if scheme != "amqp" && scheme != "amqps" {
        return Err(wrong("must start with amqp:// or amqps://"));
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, list) = match authority.rsplit_once('@') {
        Some((user, list)) => (format!("{user}@"), list),
        None => (String::new(), authority),
    };
    for host in list.split(',').map(str::trim) {
        if host.is_empty() {
            return Err(wrong("names no host"));
        }
        let Ok(uri) = AMQPUri::from_str(&format!("{scheme}://{user}{host}{path}")) else {
            return Err(wrong(
                "cannot be read; check the port, and write `@ : / ? # ,` in the password percent-encoded",
            ));
        };
        endpoints.push(Endpoint::new(uri, host)?);
    }
    Ok(())
}

impl Endpoint {
    fn new(mut uri: AMQPUri, host: &str) -> Result<Self, TransportError> {
        // The parser knows names only: of an IPv6 address it would make `localhost`.
        if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            address.clone_into(&mut uri.authority.host);
        }
        // A closing slash is a slip far more often than a virtual host without a name.
        if uri.vhost.is_empty() {
            "/".clone_into(&mut uri.vhost);
        }
        let endpoint = Self { uri };
        if endpoint.user() == Some("guest") && !endpoint.is_loopback() {
            return Err(TransportError::Setting(format!(
                "refusing to log in to {} as guest, whose password everyone knows; use a user of your own",
                endpoint.uri.authority.host
            )));
        }
        Ok(endpoint)
    }

    /// The user the broker will know us by; `None` when a certificate says who we are.
    pub(super) fn user(&self) -> Option<&str> {
        match self.uri.query.auth_mechanism {
            Some(SASLMechanism::External | SASLMechanism::Anonymous) => None,
            _ => Some(&self.uri.authority.userinfo.username),
        }
    }

    fn is_loopback(&self) -> bool {
        let host = self.uri.authority.host.as_str();
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Without the password.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.uri.scheme)?;
        if let Some(user) = self.user() {
            write!(f, "{user}@")?;
        }
        let authority = &self.uri.authority;
        match authority.host.contains(':') {
            true => write!(f, "[{}]:{}", authority.host, authority.port)?,
            false => write!(f, "{}:{}", authority.host, authority.port)?,
        }
        match self.uri.vhost.as_str() {
            "/" => Ok(()),
            vhost => write!(f, "/{vhost}"),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::endpoints;

    fn shown(urls: &str) -> Vec<String> {
        endpoints(urls).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn hosts_and_urls_are_separated_by_commas() {
        assert_eq!(
            shown("amqp://app:s%2Cp@a,b:5673/live?heartbeat=5, amqps://x:y@[::1]/"),
            [
                "amqp://app@a:5672/live",
                "amqp://app@b:5673/live",
                "amqps://x@[::1]:5671"
            ]
        );
    }

    #[test]
    fn an_ipv6_host_stays_what_it_is() {
        let found = endpoints("amqp://u:p@[fe80::1]:99").unwrap();
        assert_eq!(found[0].uri.authority.host, "fe80::1");
        assert_eq!(found[0].uri.authority.port, 99);
    }

    #[test]
    fn guest_stays_at_home() {
        assert!(endpoints("amqp://guest:guest@127.0.0.1").is_ok());
        assert!(endpoints("amqp://localhost").is_ok());
        assert!(endpoints("amqp://[::1]").is_ok());
        let refused = endpoints("amqp://broker.example").unwrap_err().to_string();
        assert!(refused.contains("broker.example as guest"), "{refused}");
    }

    #[test]
    fn no_message_and_no_debug_shows_the_password() {
        for wrong in [
            "app:hunter2@host",
            "http://app:hunter2@host",
            "amqp://app:hunter2@host:port",
            "amqp://app:hunter2@",
            "amqp://app:hunter2/x@host",
        ] {
            let message = endpoints(wrong).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
        assert!(!format!("{:?}", endpoints("amqp://app:hunter2@host")).contains("hunter2"));
    }
}
