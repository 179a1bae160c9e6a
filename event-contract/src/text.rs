/// A text that is put together in a constant, for a panic that the compiler shows. What does not fit is cut off.
pub(crate) struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Text {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; 512],
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
        self.add("v").number(number)
    }

    const fn number(self, number: u32) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let rest = if number >= 10 { self.number(number / 10) } else { self };
        rest.add(DIGITS[(number % 10) as usize])
    }

    pub(crate) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "(a text that is too long to show)",
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
        assert_eq!(Text::new().add(&"x".repeat(600)).as_str().len(), 512);
    }
}
