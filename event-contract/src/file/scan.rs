use super::FileError;

/// Reads a file character by character and counts its lines.
pub(super) struct Scanner<'t> {
    rest: &'t str,
    pub(super) line: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            rest: text.strip_prefix('\u{feff}').unwrap_or(text),
            line: 1,
        }
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn sees(&self, wanted: char) -> bool {
        self.rest.starts_with(wanted)
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    pub(super) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Skips spaces, comments and the ends of lines.
    pub(super) fn skip_lines(&mut self) -> Result<(), FileError> {
        loop {
            self.skip_spaces();
            self.skip_comment()?;
            if !self.new_line() {
                return Ok(());
            }
        }
    }

    /// What follows a value or a header: nothing but a comment.
    pub(super) fn end_line(&mut self) -> Result<(), FileError> {
        self.skip_spaces();
        self.skip_comment()?;
        if self.new_line() || self.at_end() {
            return Ok(());
        }
        let found: String = self.rest.chars().take_while(|c| !c.is_control()).take(20).collect();
        Err(self.error(format!("the line should end before `{found}`; one fact per line")))
    }

    fn new_line(&mut self) -> bool {
        let rest = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n'));
        if let Some(rest) = rest {
            self.rest = rest;
            self.line += 1;
        }
        rest.is_some()
    }

    fn skip_comment(&mut self) -> Result<(), FileError> {
        if !self.sees('#') {
            return Ok(());
        }
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let comment = self.rest[..end].trim_end_matches('\r');
        if comment.chars().any(is_stray) {
            return Err(self.error("the comment holds a control character; remove it"));
        }
        self.rest = &self.rest[comment.len()..];
        Ok(())
    }

    /// A key, bare or in quotes.
    pub(super) fn key(&mut self) -> Result<String, FileError> {
        if self.sees('"') || self.sees('\'') {
            return self.text();
        }
        let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let end = self.rest.find(|c| !is_bare(c)).unwrap_or(self.rest.len());
        let (key, rest) = self.rest.split_at(end);
        let other = rest
            .chars()
            .next()
            .filter(|c| !c.is_control() && (key.is_empty() || c.is_alphanumeric()));
        if let Some(c) = other {
            return Err(self.error(format!("`{c}` in a name needs quotes around the name: `\"..\"`")));
        }
        if key.is_empty() {
            return Err(self.error("a name is missing"));
        }
        self.rest = rest;
        Ok(key.to_owned())
    }

    /// A value without quotes, up to what may follow one.
    pub(super) fn bare_value(&mut self) -> &'t str {
        let ends = |c: char| matches!(c, ' ' | '\t' | ',' | ']' | '#') || c.is_control();
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// A text in quotes, of either kind.
    pub(super) fn text(&mut self) -> Result<String, FileError> {
        if self.rest.starts_with("\"\"\"") || self.rest.starts_with("'''") {
            return Err(self.error("a text stands on one line: write `\\n` where a line ends"));
        }
        let literal = self.sees('\'');
        let mut chars = self.rest.chars();
        let quote = chars.next();
        let mut text = String::new();
        loop {
            let next = chars.next();
            match next {
                _ if next == quote => break,
                Some('\\') if !literal => text.push(escape(&mut chars).ok_or_else(|| {
                    self.error("after `\\` in a text stands one of `\\ \" n r t b f`, or `u` and four hex digits")
                })?),
                Some(c) if !is_stray(c) => text.push(c),
                Some('\n' | '\r') | None => return Err(self.error("the text has no end; close it with a quote")),
                Some(_) => return Err(self.error("the text holds a control character; write it as `\\u0000`")),
            }
        }
        self.rest = chars.as_str();
        Ok(text)
    }

    fn error(&self, message: impl Into<String>) -> FileError {
        FileError::new(self.line, message)
    }
}

/// What TOML allows neither in texts nor in comments.
fn is_stray(c: char) -> bool {
    c.is_ascii_control() && c != '\t'
}

fn escape(chars: &mut core::str::Chars<'_>) -> Option<char> {
    let digits = match chars.next()? {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'b' => return Some('\u{8}'),
        'f' => return Some('\u{c}'),
        c @ ('"' | '\\') => return Some(c),
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + chars.next()?.to_digit(16)?;
    }
    char::from_u32(code)
}
