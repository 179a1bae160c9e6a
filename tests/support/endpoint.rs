//! The address inside an AMQP URL.

/// Where an AMQP URL points, and the text around it.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    before: String,
    /// `host:port`.
    pub(crate) address: String,
    after: String,
}

impl Endpoint {
    /// Takes `amqp://user:password@host:port/vhost` apart.
    pub(crate) fn parse(url: &str) -> Self {
        let Some((scheme, rest)) = url.split_once("://") else {
            panic!("not an AMQP URL: {url}");
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, after) = rest.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (format!("{user}@"), host),
            None => (String::new(), authority),
        };
        let has_port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let address = if has_port {
            host.to_owned()
        } else {
            format!("{host}:5672")
        };
        Self {
            before: format!("{scheme}://{user}"),
            address,
            after: after.to_owned(),
        }
    }

    /// The same URL for another address.
    pub(crate) fn at(&self, address: &str) -> String {
        format!("{}{address}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn only_the_address_changes() {
        for (url, address, moved) in [
            (
                "amqp://guest:guest@127.0.0.1:5672",
                "127.0.0.1:5672",
                "amqp://guest:guest@h:1",
            ),
            (
                "amqp://u:p%40@host:99/%2fv?heartbeat=5",
                "host:99",
                "amqp://u:p%40@h:1/%2fv?heartbeat=5",
            ),
            ("amqp://host/", "host:5672", "amqp://h:1/"),
        ] {
            let endpoint = Endpoint::parse(url);
            assert_eq!(endpoint.address, address);
            assert_eq!(endpoint.at("h:1"), moved);
        }
    }
}
