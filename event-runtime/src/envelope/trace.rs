use std::fmt;

/// Where in a distributed trace something happens (W3C Trace Context, `traceparent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

impl Trace {
    /// The start of a new trace.
    #[must_use]
    pub fn start() -> Self {
        // Zero is no id; the chance of drawing it is not worth a loop for the trace, and `| 1` costs nothing.
        Self {
            trace_id: fastrand::u128(..) | 1,
            span_id: fastrand::u64(..) | 1,
            flags: 1,
        }
    }

    /// A new span of the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self {
            span_id: fastrand::u64(..) | 1,
            ..self
        }
    }

    /// Reads a `traceparent` header; `None` when it is not one, as the recommendation asks (section 3.2).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (version, rest) = (bytes.get(..2)?, text.get(2..)?);
        if bytes.iter().take(55).any(u8::is_ascii_uppercase) || version == b"ff" {
            return None;
        }
        hex(std::str::from_utf8(version).ok()?)?;
        let mut parts = rest.strip_prefix('-')?.splitn(4, '-');
        let (trace_id, span_id, flags) = (parts.next()?, parts.next()?, parts.next()?);
        let longer = parts.next().is_some();
        if trace_id.len() != 32 || span_id.len() != 16 || flags.len() != 2 || (longer && version == b"00") {
            return None;
        }
        let trace = Self {
            trace_id: hex(trace_id)?,
            span_id: hex(span_id)? as u64,
            flags: hex(flags)? as u8,
        };
        (trace.trace_id != 0 && trace.span_id != 0).then_some(trace)
    }

    /// The trace's id: 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> impl fmt::Display + use<> {
        Hex(self.trace_id, 32)
    }

    /// The span's id: 16 hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> impl fmt::Display + use<> {
        Hex(self.span_id.into(), 16)
    }
}

fn hex(digits: &str) -> Option<u128> {
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u128::from_str_radix(digits, 16).ok())
        .flatten()
}

struct Hex(u128, usize);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$x}", self.0, width = self.1)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_written() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = Trace::parse(text).unwrap();
        assert_eq!(trace.to_string(), text);
        assert_eq!(trace.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(trace.child().trace_id().to_string(), trace.trace_id().to_string());
        assert_ne!(trace.child(), trace);
    }

    #[test]
    fn refused() {
        for bad in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "é0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(Trace::parse(bad), None, "{bad}");
        }
    }
}
