/// The range of a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the Rust types of these names")]
pub enum Integer {
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    NonZeroU8,
    NonZeroU16,
    NonZeroU32,
    NonZeroU64,
}

/// The precision of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the Rust types of these names")]
pub enum Float {
    F32,
    F64,
}

impl Integer {
    /// Every range.
    pub const ALL: [Self; 14] = [
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::I128,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::U128,
        Self::NonZeroU8,
        Self::NonZeroU16,
        Self::NonZeroU32,
        Self::NonZeroU64,
    ];

    /// Its name in a contract file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::NonZeroU8 => "nonzero-u8",
            Self::NonZeroU16 => "nonzero-u16",
            Self::NonZeroU32 => "nonzero-u32",
            Self::NonZeroU64 => "nonzero-u64",
        }
    }

    /// The smallest and the largest value.
    #[must_use]
    pub const fn range(self) -> (i128, u128) {
        match self {
            Self::I8 => (i8::MIN as i128, i8::MAX as u128),
            Self::I16 => (i16::MIN as i128, i16::MAX as u128),
            Self::I32 => (i32::MIN as i128, i32::MAX as u128),
            Self::I64 => (i64::MIN as i128, i64::MAX as u128),
            Self::I128 => (i128::MIN, i128::MAX as u128),
            Self::U8 => (0, u8::MAX as u128),
            Self::U16 => (0, u16::MAX as u128),
            Self::U32 => (0, u32::MAX as u128),
            Self::U64 => (0, u64::MAX as u128),
            Self::U128 => (0, u128::MAX),
            Self::NonZeroU8 => (1, u8::MAX as u128),
            Self::NonZeroU16 => (1, u16::MAX as u128),
            Self::NonZeroU32 => (1, u32::MAX as u128),
            Self::NonZeroU64 => (1, u64::MAX as u128),
        }
    }

    /// Whether every value of `other` is in the range.
    #[must_use]
    pub const fn holds(self, other: Self) -> bool {
        let (own, other) = (self.range(), other.range());
        own.0 <= other.0 && own.1 >= other.1
    }
}

impl Float {
    /// Its name in a contract file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Integer;

    #[test]
    fn ranges() {
        assert!(Integer::I64.holds(Integer::U32) && !Integer::U32.holds(Integer::I64));
        assert!(Integer::U8.holds(Integer::NonZeroU8) && !Integer::NonZeroU8.holds(Integer::U8));
        assert!(!Integer::I64.holds(Integer::U64) && !Integer::U64.holds(Integer::I64));
        for integer in Integer::ALL {
            assert!(integer.holds(integer));
        }
    }
}
