use core::fmt;
use core::num::NonZeroU32;

/// The version of an event: 1 and up, no minor parts.
///
/// A compatible change keeps the version, an incompatible one is the next version with an upcast.
///
/// ```
/// use event_contract::Version;
///
/// const SECOND: Version = Version::new(2).unwrap();
/// assert!(SECOND > Version::FIRST);
/// assert_eq!(SECOND.to_string(), "v2");
/// assert_eq!(Version::new(0), None);
/// ```
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

/// Takes `order.placed.v2` apart into `order.placed` and version 2.
///
/// `None` when the last word is no version: `v`, then a number from 1 without leading zeros. The name itself is not
/// checked.
///
/// ```
/// use event_contract::{Version, split_type};
///
/// assert_eq!(split_type("order.placed.v2"), Version::new(2).map(|version| ("order.placed", version)));
/// assert_eq!(split_type("order.placed.v02"), None);
/// assert_eq!(split_type("order.placed"), None);
/// ```
#[must_use]
pub fn split_type(type_name: &str) -> Option<(&str, Version)> {
    let (name, last) = type_name.rsplit_once('.')?;
    let digits = last.strip_prefix('v')?;
    if digits.is_empty() || digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((name, Version::new(digits.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_begin_at_one() {
        assert_eq!(Version::new(0), None);
        assert_eq!(Version::new(1), Some(Version::FIRST));
        const LAST: Version = Version::new(u32::MAX).unwrap();
        assert_eq!(LAST.get(), u32::MAX);
        assert_eq!(LAST.to_string(), "v4294967295");
    }

    #[test]
    fn they_order_as_numbers() {
        let versions = [1, 2, 9, 10, 11, 100].map(|number| Version::new(number).unwrap());
        assert!(versions.is_sorted());
        assert_eq!(size_of::<Option<Version>>(), size_of::<u32>());
    }

    #[test]
    fn types_are_taken_apart() {
        for (text, name, version) in [
            ("order.placed.v12", "order.placed", 12),
            ("order.v1", "order", 1),
            ("order.v4294967295", "order", u32::MAX),
            ("order.v1.v2", "order.v1", 2),
            ("com.example.Größe.v3", "com.example.Größe", 3),
            (".v1", "", 1),
        ] {
            assert_eq!(
                split_type(text),
                Version::new(version).map(|version| (name, version)),
                "{text}"
            );
        }
        for bad in [
            "order.placed",
            "v1",
            "order.v",
            "order.v0",
            "order.v01",
            "order.v4294967296",
            "order.v99999999999",
            "order.vx",
            "order.v+1",
            "order.v-1",
            "order.v1 ",
            "order.V1",
            "order.v1.",
            "order.v²",
            "",
            ".",
        ] {
            assert_eq!(split_type(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_and_its_version_come_back() {
        for number in [1, 2, 9, 10, 4_294_967_295] {
            let version = Version::new(number).unwrap();
            assert_eq!(
                split_type(&format!("order.placed.{version}")),
                Some(("order.placed", version))
            );
        }
    }
}
