//! Reading a queue of dead letters without taking anything out of it.

use crate::consumer::Settler;
use crate::error::{Error, Result};
use crate::message::{Message, Outgoing, header, property};
use crate::transport::{Delivery, Session, Transport, TransportError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a queue may take to hand over the next of the messages it says it has.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for messages beyond those: a quorum queue's count is a moment old.
const MORE: Duration = Duration::from_millis(300);
/// How many dead letters are held at a time while they are read: by every reader, whatever it wants of them. What is given
/// back goes behind what was given back before, so whoever takes a part of that moves it; one who always takes as many as can have
/// been given back takes all of them.
pub(super) const WINDOW: u16 = 10_000;
/// How long to wait for somebody else who reads.
const ONE_AT_A_TIME: Duration = Duration::from_secs(10);

/// One reader of one queue. What is not [`done`](Self::done) stays in its place.
pub(super) struct Reader {
    session: Box<dyn Session>,
    settler: Settler,
    /// How many there were in the beginning.
    pub(super) expected: u64,
    /// How many were read.
    pub(super) read: u64,
    /// How many are held.
    held: u64,
}

impl Reader {
    /// Waits for somebody else who reads: two readers at a time would each see a part, and give it back in another order.
    pub(super) async fn open(transport: &dyn Transport, queue: &str) -> Result<Self> {
        let started = Instant::now();
        while transport.readers(queue).await? > 0 {
            if started.elapsed() >= ONE_AT_A_TIME {
                return Err(Error::Other(
                    format!("somebody else reads `{queue}`; try again when they are done").into(),
                ));
            }
            sleep(Duration::from_millis(50).mul_f64(1.0 + fastrand::f64())).await;
        }
        let expected = transport.depth(queue).await?;
        Ok(Self {
            session: transport.consume(queue, WINDOW).await?,
            settler: Settler::new(1),
            expected,
            read: 0,
            held: 0,
        })
    }

    /// The next message; `None` after the last one, or when as many are held as may be.
    pub(super) async fn next(&mut self) -> Result<Option<Delivery>> {
        loop {
            if self.is_full() {
                return Ok(None);
            }
            let patience = if self.read < self.expected { PATIENCE } else { MORE };
            let Some(delivery) = self.within(patience).await? else {
                return Ok(None);
            };
            if is_receipt(&delivery.message) {
                // Of a replay that does not wait for it any more.
                self.done(delivery.tag).await?;
                continue;
            }
            return Ok(Some(delivery));
        }
    }

    /// What arrives within `time`, receipts as well.
    pub(super) async fn within(&mut self, time: Duration) -> Result<Option<Delivery>> {
        if self.is_full() {
            sleep(time).await;
            return Ok(None);
        }
        match timeout(time, std::future::poll_fn(|cx| self.session.poll_next(cx))).await {
            Ok(Some(delivery)) => {
                (self.read, self.held) = (self.read + 1, self.held + 1);
                self.settler.opened(delivery.tag);
                Ok(Some(delivery))
            }
            Ok(None) => {
                let why = self.session.end().unwrap_or_else(|| "the session ended".to_owned());
                Err(Error::Transport(TransportError::Refused(why)))
            }
            Err(_) => Ok(None),
        }
    }

    /// Whether nothing more comes before something is done.
    pub(super) fn is_full(&self) -> bool {
        self.held >= u64::from(WINDOW)
    }

    /// Takes a message out of the queue, and waits until the broker has read that.
    pub(super) async fn done(&mut self, tag: u64) -> Result<()> {
        self.settler.done(tag);
        self.held -= 1;
        self.settler.ack_all(self.session.as_mut());
        let (settler, session) = (&mut self.settler, self.session.as_mut());
        std::future::poll_fn(|cx| settler.poll_flush(session, cx)).await?;
        self.session.settled().await;
        Ok(())
    }

    /// Ends the reading: what is held goes back to its place.
    pub(super) async fn close(self) {
        self.session.close().await;
    }
}

/// Whether a message only tells a replay what has become of an event.
pub(super) fn is_receipt(message: &Message) -> bool {
    message.body.is_empty() && message.headers.get(header::RECEIPT).is_some()
}

/// The same message once more, at the end of `exchange`'s queue: headers as they are, without what the broker would act upon.
pub(super) fn copy(exchange: String, handler: &str, message: &Message) -> Outgoing {
    let mut headers = crate::message::Headers::with_capacity(message.headers.bytes(), message.headers.len());
    for (name, value) in message.headers.iter() {
        if name != property::USER_ID && !header::is_stripped(name) {
            headers.push(name, value);
        }
    }
    if headers.get(property::MESSAGE_ID).is_none() {
        headers.push_display(property::MESSAGE_ID, uuid::Uuid::now_v7());
    }
    Outgoing {
        exchange,
        routing_key: handler.to_owned(),
        message: Message {
            headers,
            body: message.body.clone(),
        },
    }
}
