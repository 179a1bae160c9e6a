use core::fmt;
use core::num::NonZeroU32;

/// The version of an event: 1 and up, no minor parts.
///
/// A compatible change keeps the version, an incompatible one is the next version with an upcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU32);

impl Version {
    /// Version 1.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The version `number`, or `None` for 0.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}
