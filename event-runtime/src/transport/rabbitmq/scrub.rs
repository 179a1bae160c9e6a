//! Makes the texts in a frame UTF-8, without changing any length.
//!
//! The client library ends the connection when a short string is not UTF-8. A foreign message with such a text would do
//! that to every consumer it is given to, until the broker has given it back too often.

/// Stands for every byte that is not UTF-8: ASCII's SUBSTITUTE, "in place of a character found to be invalid". No text
/// of CloudEvents may hold it.
pub(super) const SUBSTITUTE: u8 = 0x1a;

/// Frame types (AMQP 0-9-1, section 2.3.5).
pub(super) const METHOD: u8 = 1;
pub(super) const HEADER: u8 = 2;

/// Class and method of what brings a message.
const DELIVER: [u8; 4] = [0, 60, 0, 60];

/// Tables in tables: what is deeper becomes bytes. The client library takes stack for every level.
const DEPTH: usize = 16;

/// What a property is made of, from the highest flag down.
#[derive(Clone, Copy)]
enum Kind {
    Short,
    Table,
    Fixed(usize),
}

const PROPERTIES: [Kind; 14] = {
    use Kind::{Fixed, Short, Table};
    [
        Short,    // content_type
        Short,    // content_encoding
        Table,    // headers
        Fixed(1), // delivery_mode
        Fixed(1), // priority
        Short,    // correlation_id
        Short,    // reply_to
        Short,    // expiration
        Short,    // message_id
        Fixed(8), // timestamp
        Short,    // type
        Short,    // user_id
        Short,    // app_id
        Short,    // cluster_id
    ]
};

/// Scrubs the payload of a frame of this type. What is no such frame is left to the client library from where it ends.
pub(super) fn scrub(frame_type: u8, payload: &mut [u8]) {
    let mut cursor = Cursor(payload);
    let _ = match frame_type {
        METHOD => cursor.method(),
        HEADER => cursor.header(),
        _ => None,
    };
}

/// What is left to look at; `None` is its end.
struct Cursor<'a>(&'a mut [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a mut [u8]> {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.first_chunk().copied()
    }

    fn length(&mut self) -> Option<usize> {
        Some(u32::from_be_bytes(self.array()?) as usize)
    }

    /// Only deliveries bring what others wrote; what is returned we have written.
    fn method(&mut self) -> Option<()> {
        if self.array()? != DELIVER {
            return None;
        }
        self.short()?; // consumer tag
        self.take(9)?; // delivery tag, redelivered
        self.short()?; // exchange
        self.short() // routing key
    }

    fn header(&mut self) -> Option<()> {
        self.take(12)?; // class, weight, size of the body
        let flags = u16::from_be_bytes(self.array()?);
        for (at, kind) in PROPERTIES.iter().enumerate() {
            if flags & (0x8000 >> at) != 0 {
                match *kind {
                    Kind::Short => self.short()?,
                    Kind::Table => self.table(0)?,
                    Kind::Fixed(size) => drop(self.take(size)?),
                }
            }
        }
        Some(())
    }

    fn short(&mut self) -> Option<()> {
        let [length] = self.array()?;
        substitute(self.take(length.into())?);
        Some(())
    }

    fn table(&mut self, depth: usize) -> Option<()> {
        let size = self.length()?;
        let mut fields = Cursor(self.take(size)?);
        while !fields.0.is_empty() {
            fields.short()?;
            fields.value(depth)?;
        }
        Some(())
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        let size = self.length()?;
        let mut values = Cursor(self.take(size)?);
        while !values.0.is_empty() {
            values.value(depth)?;
        }
        Some(())
    }

    /// A value of a table. Long strings may hold any bytes.
    fn value(&mut self, depth: usize) -> Option<()> {
        let tag = self.take(1)?.first_mut()?;
        if depth == DEPTH && matches!(tag, b'F' | b'A') {
            *tag = b'x';
        }
        let size = match tag {
            b'F' => return self.table(depth + 1),
            b'A' => return self.list(depth + 1),
            b'S' | b'x' => self.length()?,
            b'V' => 0,
            b't' | b'b' | b'B' => 1,
            b's' | b'u' | b'U' => 2,
            b'I' | b'i' | b'f' => 4,
            b'D' => 5,
            b'l' | b'L' | b'd' | b'T' => 8,
            _ => return None,
        };
        self.take(size).map(drop)
    }
}

fn substitute(mut text: &mut [u8]) {
    // Almost always, and quicker to tell.
    if text.is_ascii() {
        return;
    }
    while let Err(error) = std::str::from_utf8(text) {
        let rest = text.split_at_mut(error.valid_up_to()).1;
        let wrong = error.error_len().unwrap_or(rest.len());
        let (wrong, rest) = rest.split_at_mut(wrong);
        wrong.fill(SUBSTITUTE);
        text = rest;
    }
}
