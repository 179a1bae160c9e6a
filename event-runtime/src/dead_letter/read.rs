use super::letter::{DeadLetter, Select};
use crate::consumer::Settler;
use crate::error::{Error, Result};
use crate::message::{Message, Outgoing, header, property};
use crate::topology::Names;
use crate::transport::{Delivery, Session, Transport, TransportError};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long a queue may take to hand over the next of the messages it says it has.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for messages beyond those: a quorum queue's count is a moment old.
const MORE: Duration = Duration::from_millis(300);
/// How many dead letters are held at a time while they are read.
const WINDOW: u16 = 10_000;

/// The dead letters of a service's handlers.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    transport: Arc<dyn Transport>,
    names: Names,
}

/// What a replay did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Replayed {
    /// The id of this replay, which every event carries that it sent.
    pub id: String,
    /// Sent to the handler again.
    pub sent: u64,
    /// Looked at and left where they are.
    pub left: u64,
}

impl DeadLetters {
    pub(crate) fn new(transport: Arc<dyn Transport>, names: Names) -> Self {
        Self { transport, names }
    }

    /// How many dead letters `handler` has.
    ///
    /// # Errors
    ///
    /// No connection, no such handler.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn count(&self, handler: &str) -> Result<u64> {
        Ok(self.transport.depth(&self.names.dead_letters(handler)).await?)
    }

    /// Reads the dead letters of `handler`, oldest first, at most 10,000, and leaves them in their place and order.
    ///
    /// Reading holds them for a moment: somebody else who reads at the same time sees the others. On RabbitMQ each
    /// reading counts as a return; the queue allows 100,000 of them before it would drop a message.
    ///
    /// # Errors
    ///
    /// No connection, no such handler.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what is held goes back.
    pub async fn list(&self, handler: &str) -> Result<Vec<DeadLetter>> {
        let mut reader = self.open(handler).await?;
        let mut letters = Vec::new();
        while let Some(delivery) = reader.next().await? {
            letters.push(DeadLetter::read(handler, delivery.message));
        }
        reader.session.close().await;
        Ok(letters)
    }

    /// Sends the selected dead letters of `handler` to that handler again, oldest first, as first attempts.
    ///
    /// Each is published and confirmed before it leaves the dead letters: dying in between leaves it in both places,
    /// with the same event id. They keep their ids, so that an inbox recognizes what was done before.
    ///
    /// # Errors
    ///
    /// No connection, no such handler, or the broker does not take a message: what was sent until then stays sent.
    ///
    /// # Cancel safety
    ///
    /// What was confirmed is sent; the rest stays.
    pub async fn replay(&self, handler: &str, select: &Select, mut progress: impl FnMut(u64)) -> Result<Replayed> {
        let mut reader = self.open(handler).await?;
        let mut settler = Settler::new(1);
        let mut done = Replayed {
            id: Uuid::now_v7().to_string(),
            sent: 0,
            left: 0,
        };
        while let Some(delivery) = reader.next().await? {
            settler.opened(delivery.tag);
            let letter = DeadLetter::read(handler, delivery.message);
            if letter.message.headers.get(header::REPLAY_ID) == Some(&done.id) {
                // Sent again a moment ago, and failed again: once is enough.
                continue;
            }
            if select.takes(&letter) {
                let copy = self.again(handler, &letter.message, &done.id);
                if let Some(Err(error)) = self.transport.publish(vec![copy]).await.into_iter().next() {
                    reader.session.close().await;
                    return Err(error.into());
                }
                settler.done(delivery.tag);
                settler.ack_all(reader.session.as_mut());
                flush(&mut settler, reader.session.as_mut()).await?;
                done.sent += 1;
            } else {
                done.left += 1;
            }
            progress(done.sent + done.left);
        }
        reader.session.close().await;
        Ok(done)
    }

    async fn open(&self, handler: &str) -> Result<Reader> {
        let queue = self.names.dead_letters(handler);
        let expected = self.transport.depth(&queue).await?;
        Ok(Reader {
            session: self.transport.consume(&queue, WINDOW).await?,
            expected,
            read: 0,
        })
    }

    /// The copy that goes back in: the original headers, and which replay it was.
    fn again(&self, handler: &str, message: &Message, replay: &str) -> Outgoing {
        const KEPT: [&str; 3] = [header::ORIGIN_KEY, header::ORIGIN_USER, header::HANDLER];
        let mut headers = crate::message::Headers::with_capacity(message.headers.bytes(), message.headers.len());
        for (name, value) in message.headers.iter() {
            let ours = name.starts_with("x-evt-") && !KEPT.contains(&name);
            if !ours && name != property::USER_ID && !header::is_stripped(name) {
                headers.push(name, value);
            }
        }
        if headers.get(property::MESSAGE_ID).is_none() {
            headers.push_display(property::MESSAGE_ID, Uuid::now_v7());
        }
        headers.push(header::REPLAY_ID, replay);
        headers.push_display(header::REPLAYED_AT, Timestamp::now());
        Outgoing {
            exchange: self.names.inlet(),
            routing_key: handler.to_owned(),
            message: Message {
                headers,
                body: message.body.clone(),
            },
        }
    }
}

/// Reads a queue once through, settling nothing by itself.
struct Reader {
    session: Box<dyn Session>,
    expected: u64,
    read: u64,
}

impl Reader {
    /// The next message; `None` after the last one, or when somebody else holds the rest.
    async fn next(&mut self) -> Result<Option<Delivery>> {
        if self.read == u64::from(WINDOW) {
            return Ok(None);
        }
        let patience = if self.read < self.expected { PATIENCE } else { MORE };
        match tokio::time::timeout(patience, std::future::poll_fn(|cx| self.session.poll_next(cx))).await {
            Ok(Some(delivery)) => {
                self.read += 1;
                Ok(Some(delivery))
            }
            Ok(None) => {
                let why = self.session.end().unwrap_or_else(|| "the session ended".to_owned());
                Err(Error::Transport(TransportError::Refused(why)))
            }
            Err(_) => Ok(None),
        }
    }
}

async fn flush(settler: &mut Settler, session: &mut dyn Session) -> Result<()> {
    Ok(std::future::poll_fn(|cx| settler.poll_flush(session, cx)).await?)
}
