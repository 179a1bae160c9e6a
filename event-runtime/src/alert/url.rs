use std::fmt;

/// Where alerts are sent. Whoever has such an address may write there, so only its host is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AlertUrl {
    url: String,
    host: String,
}

impl AlertUrl {
    /// # Errors
    ///
    /// No address that a POST can be sent to; the text does not quote it.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        if cfg!(not(feature = "alerts")) {
            return Err("the alert URL needs the feature `alerts` of event-runtime".to_owned());
        }
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let rest = rest.ok_or_else(|| "the alert URL must begin with `https://` or `http://`".to_owned())?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        if host.is_empty() || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err("the alert URL names no host, or holds spaces".to_owned());
        }
        Ok(Self {
            url: url.to_owned(),
            host: host.to_owned(),
        })
    }

    /// All of it: for the request only.
    #[cfg(feature = "alerts")]
    pub(super) fn secret(&self) -> &str {
        &self.url
    }
}

impl fmt::Display for AlertUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)
    }
}

impl fmt::Debug for AlertUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AlertUrl").field(&self.host).finish()
    }
}

#[cfg(all(test, feature = "alerts"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_is_shown() {
        let url =
            AlertUrl::parse("https://user:word@hooks.example:8443/services/T0/secret?token=more").expect("an address");
        assert_eq!(url.to_string(), "hooks.example:8443");
        assert_eq!(format!("{url:?}"), "AlertUrl(\"hooks.example:8443\")");
        for wrong in [
            "",
            "hooks.example/secret",
            "ftp://hooks.example/secret",
            "https:///secret",
            "https://a b/secret",
        ] {
            let error = AlertUrl::parse(wrong).expect_err(wrong);
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
