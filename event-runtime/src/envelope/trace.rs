use super::hex::hex8;
use std::fmt;

/// Where in a distributed trace something happens (W3C Trace Context, `traceparent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

/// Sampled, and random trace id; what is not defined must not be handed on (section 3.2.2.5).
const KNOWN_FLAGS: u8 = 0b11;

impl Trace {
    /// The start of a new trace.
    #[must_use]
    pub fn start() -> Self {
        Self {
            trace_id: fastrand::u128(1..),
            span_id: fastrand::u64(1..),
            flags: 1,
        }
    }

    /// A new span of the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self {
            span_id: fastrand::u64(1..),
            ..self
        }
    }

    /// Reads a `traceparent` header; `None` when it is not one, as the recommendation asks (section 3.2).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // version "-" trace-id "-" parent-id "-" trace-flags
        let (head, rest) = text.as_bytes().split_first_chunk::<55>()?;
        let word = |at: usize| hex8(*head[at..].first_chunk()?);
        let [.., version, flags] = hex8([b'0', b'0', b'0', b'0', head[0], head[1], head[53], head[54]])?.to_be_bytes();
        let trace = Self {
            trace_id: u128::from(long(word(3)?, word(11)?)) << 64 | u128::from(long(word(19)?, word(27)?)),
            span_id: long(word(36)?, word(44)?),
            flags: flags & KNOWN_FLAGS,
        };
        let dashes = head[2] == b'-' && head[35] == b'-' && head[52] == b'-';
        // A later version may have more parts, version 0 has none.
        let ends = rest.is_empty() || (version != 0 && rest[0] == b'-');
        (dashes && ends && version != 0xff && trace.trace_id != 0 && trace.span_id != 0).then_some(trace)
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

fn long(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
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
    fn later_versions_are_read_by_what_they_share() {
        let shared = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let now = Trace::parse(&format!("00-{shared}"));
        assert!(now.is_some());
        assert_eq!(Trace::parse(&format!("01-{shared}")), now);
        assert_eq!(Trace::parse(&format!("cc-{shared}-more-AND-More")), now);
    }

    #[test]
    fn unknown_flags_are_not_handed_on() {
        let trace = Trace::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-fe").unwrap();
        assert!(trace.child().to_string().ends_with("-02"));
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
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
            "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "--------",
        ] {
            assert_eq!(Trace::parse(bad), None, "{bad}");
        }
    }
}
