/// A text that is put together in a constant, for a panic that the compiler shows. What does not fit is cut off.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    bytes: [u8; Self::ROOM],
    len: usize,
}

impl Text {
    const ROOM: usize = 8192;

    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; Self::ROOM],
            len: 0,
        }
    }

    pub(crate) const fn add(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut at = 0;
        while at < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// `v2`.
    pub(crate) const fn version(self, number: u32) -> Self {
        self.add("v").number(number as u128)
    }

    /// `V2`.
    pub(crate) const fn version_suffix(self, number: u32) -> Self {
        self.add("V").number(number as u128)
    }

    pub(crate) const fn number(self, number: u128) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let rest = if number >= 10 { self.number(number / 10) } else { self };
        rest.add(DIGITS[(number % 10) as usize])
    }

    pub(crate) const fn signed(self, number: i128) -> Self {
        let text = if number < 0 { self.add("-") } else { self };
        text.number(number.unsigned_abs())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) const fn as_str(&self) -> &str {
        let mut len = self.len;
        // What was cut off may have been in the middle of a character.
        loop {
            match core::str::from_utf8(self.bytes.split_at(len).0) {
                Ok(text) => return text,
                Err(error) => len = error.valid_up_to(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn puts_together() {
        const TEXT: Text = Text::new().add("from ").version(0).add(" to ").version(u32::MAX);
        assert_eq!(TEXT.as_str(), "from v0 to v4294967295");
        assert_eq!(Text::new().signed(i128::MIN).as_str(), i128::MIN.to_string());
        assert_eq!(Text::new().add(&"x".repeat(9000)).as_str().len(), Text::ROOM);
        assert_eq!(
            Text::new().add("x").add(&"ä".repeat(9000)).as_str().len(),
            Text::ROOM - 1
        );
        assert!(Text::new().is_empty());
    }
}
