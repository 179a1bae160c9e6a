use std::fmt;

/// Names and texts of a message, kept in one buffer.
///
/// Reading a message fills one of these without an allocation per header; the transport uses it again for the next one.
/// Properties that a protocol keeps outside its headers have names that start with a colon, see [`property`].
#[derive(Default, PartialEq, Eq)]
pub struct Headers {
    text: String,
    spans: Vec<Span>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    name: u32,
    value: u32,
    end: u32,
}

/// Names of message properties, as [`Headers`] keeps them.
pub mod property {
    /// AMQP `message_id`.
    pub const MESSAGE_ID: &str = ":message_id";
    /// AMQP `type`.
    pub const TYPE: &str = ":type";
    /// AMQP `correlation_id`.
    pub const CORRELATION_ID: &str = ":correlation_id";
    /// AMQP `content_type`.
    pub const CONTENT_TYPE: &str = ":content_type";
    /// AMQP `app_id`.
    pub const APP_ID: &str = ":app_id";
    /// AMQP `user_id`: the broker has checked it.
    pub const USER_ID: &str = ":user_id";
    /// AMQP `timestamp`, seconds since 1970.
    pub const TIMESTAMP: &str = ":timestamp";
    /// Names a header whose text was not UTF-8 and is shown with replacement characters; or, with a colon in front, a
    /// property or another part of the message that was not: `:message_id`, `:routing_key`, `:header_name`.
    pub const INVALID_UTF8: &str = ":invalid_utf8";
}

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No headers, and room for `count` of them with `bytes` of text.
    #[must_use]
    pub fn with_capacity(bytes: usize, count: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            spans: Vec::with_capacity(count),
        }
    }

    /// Adds a header; the first one of a name is the one that is read.
    pub fn push(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        self.text.push_str(value);
        self.span(start, middle);
    }

    /// Adds a header whose value is written by `Display`.
    pub fn push_display(&mut self, name: &str, value: impl fmt::Display) {
        use fmt::Write as _;
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        // Writing to a String cannot fail; a Display that says otherwise leaves what it wrote.
        let _ = write!(self.text, "{value}");
        self.span(start, middle);
    }

    fn span(&mut self, name: usize, value: usize) {
        // Limits keep a message's headers far below 4 GiB.
        self.spans.push(Span {
            name: name as u32,
            value: value as u32,
            end: self.text.len() as u32,
        });
    }

    /// The value of the header `name`, exactly as spelled.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// Every header, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        // One behind the other, without gaps: a walk needs half the checks of slices.
        let mut rest = self.text.as_str();
        self.spans.iter().map(move |span| {
            let (name, after) = rest.split_at((span.value - span.name) as usize);
            let (value, after) = after.split_at((span.end - span.value) as usize);
            rest = after;
            (name, value)
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The bytes of all names and values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Forgets all headers and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }
}

impl Clone for Headers {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            spans: self.spans.clone(),
        }
    }

    /// Uses the memory that is there.
    fn clone_from(&mut self, from: &Self) {
        self.text.clone_from(&from.text);
        self.spans.clone_from(&from.spans);
    }
}

/// Names only: values may be personal.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut headers = Self::new();
        for (name, value) in pairs {
            headers.push(name.as_ref(), value.as_ref());
        }
        headers
    }
}
