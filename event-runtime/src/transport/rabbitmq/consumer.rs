use super::connection::Live;
use super::failure::{self, NOT_FOUND};
use super::map;
use crate::message::Headers;
use crate::transport::{Delivery, Session, Start, TransportError};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Consumer};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

/// How long closing a session may take.
const GOODBYE: Duration = Duration::from_secs(5);
/// How long the acks get before the channel is closed. RabbitMQ 3.10 forgets acks of a quorum queue that it has read and
/// not yet passed on when the channel ends: measured, up to 900 of 20,000 without a pause, none with 50 ms.
const ACKS: Duration = Duration::from_millis(100);

/// Starts reading `queue` on a channel of its own; a stream from `start`.
pub(super) async fn consume(
    live: &Live,
    queue: &str,
    start: Option<Start>,
    prefetch: u16,
    patience: Duration,
) -> Result<RabbitSession, TransportError> {
    let Ok(name) = ShortString::try_new(queue) else {
        return Err(TransportError::NoQueue(queue.to_owned()));
    };
    let mut arguments = FieldTable::default();
    if let Some(start) = start {
        arguments.insert("x-stream-offset".into(), offset(start));
    }
    let opening = Opening {
        channel: live.channel().await?,
        done: false,
        runtime: Handle::current(),
    };
    let channel = &opening.channel;
    let start = async {
        // Without a limit the client would take the whole queue into its memory.
        channel.basic_qos(prefetch.max(1), BasicQosOptions::default()).await?;
        let options = BasicConsumeOptions::default();
        channel
            .basic_consume(name, ShortString::default(), options, arguments)
            .await
    };
    match timeout(patience, start).await {
        Ok(Ok(consumer)) => Ok(RabbitSession {
            reader: Some(Reader {
                consumer,
                channel: opening.done(),
            }),
            queue: queue.to_owned(),
            acks: Vec::new(),
            acked: None,
            end: None,
            spare: Vec::new(),
            most_spare: usize::from(prefetch.max(1)),
            runtime: Handle::current(),
        }),
        Ok(Err(error)) => Err(match failure::objection(&error) {
            Some((NOT_FOUND, _)) => TransportError::NoQueue(queue.to_owned()),
            _ => failure::refused(&error, live.address()),
        }),
        Err(_) => Err(TransportError::Unavailable {
            to: live.address().to_owned(),
            reason: format!("queue `{queue}`: no answer within {patience:?}"),
        }),
    }
}

/// A channel on which a consumer starts. A call that is dropped, or that waits no longer, may have started it already: it
/// would hold messages that nobody reads, for as long as the connection lives.
struct Opening {
    channel: Channel,
    done: bool,
    runtime: Handle,
}

impl Opening {
    fn done(mut self) -> Channel {
        self.done = true;
        self.channel.clone()
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if self.done || !self.channel.status().connected() {
            return;
        }
        let channel = self.channel.clone();
        self.runtime.spawn(async move {
            // Late or refused, the channel is of no use any more.
            let _ = timeout(GOODBYE, channel.close(200, "done".into())).await;
        });
    }
}

/// Where to begin, as a stream takes it.
fn offset(start: Start) -> AMQPValue {
    match start {
        Start::First => AMQPValue::LongString("first".into()),
        Start::Last => AMQPValue::LongString("last".into()),
        Start::At(time) => AMQPValue::Timestamp(u64::try_from(time.as_second()).unwrap_or(0)),
        Start::Offset(offset) => AMQPValue::LongLongInt(i64::try_from(offset).unwrap_or(i64::MAX)),
    }
}

/// One consumer on one channel.
pub(super) struct RabbitSession {
    /// Taken when it is closed or dropped.
    reader: Option<Reader>,
    queue: String,
    acks: Vec<(u64, bool)>,
    /// When the last ack was handed to the client library.
    acked: Option<Instant>,
    end: Option<String>,
    spare: Vec<Headers>,
    most_spare: usize,
    runtime: Handle,
}

/// The consumer is dropped after its channel was closed: earlier, it would be cancelled first, and a queue with a
/// single active consumer would hand later messages to the next one while earlier ones are unsettled here.
struct Reader {
    consumer: Consumer,
    channel: Channel,
}

impl Reader {
    async fn close(self) {
        if self.channel.status().connected() {
            // Late or refused, the channel is of no use any more.
            let _ = timeout(GOODBYE, self.channel.close(200, "done".into())).await;
        }
    }
}

impl RabbitSession {
    fn over(&mut self, reason: &str) {
        if self.end.is_none() {
            self.end = Some(format!("queue `{}`: {reason}", self.queue));
            self.acks.clear();
        }
    }

    /// Ends the session with what the rest of the stream says about it.
    fn lost(&mut self, cx: &mut Context<'_>) {
        let mut reason = None;
        if let Some(reader) = &mut self.reader {
            while let Poll::Ready(Some(item)) = Pin::new(&mut reader.consumer).poll_next(cx) {
                reason = reason.or(item.err());
            }
        }
        match reason {
            Some(error) => self.over(&error.to_string()),
            None => self.over("the channel is gone"),
        }
    }

    /// Hands every queued ack to the client library, in order. Nothing is awaited: it writes them in this order, and
    /// an ack that does not arrive is a message that comes again.
    fn send_acks(&mut self, cx: &mut Context<'_>) {
        let Some(reader) = &self.reader else { return };
        if self.acks.is_empty() {
            return;
        }
        self.acked = Some(Instant::now());
        let mut failed = None;
        for (tag, multiple) in self.acks.drain(..) {
            let ack = pin!(reader.channel.basic_ack(tag, BasicAckOptions { multiple }));
            // The answer only says that it was written.
            if let Poll::Ready(Err(error)) = ack.poll(&mut Context::from_waker(Waker::noop())) {
                failed = Some(error);
                break;
            }
        }
        if failed.is_some() {
            self.lost(cx);
        }
    }
}

impl Session for RabbitSession {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if self.end.is_some() {
            return Poll::Ready(None);
        }
        let Some(reader) = &mut self.reader else {
            return Poll::Ready(None);
        };
        match Pin::new(&mut reader.consumer).poll_next(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Ok(delivery))) if delivery.acker.usable() => {
                let headers = self.spare.pop().unwrap_or_default();
                return Poll::Ready(Some(map::delivery(delivery, headers)));
            }
            // The client goes on handing out what it had received when the channel died.
            Poll::Ready(Some(Ok(_))) => self.lost(cx),
            Poll::Ready(Some(Err(error))) => self.over(&error.to_string()),
            Poll::Ready(None) => self.over("the broker ended the consumer; was the queue deleted?"),
        }
        Poll::Ready(None)
    }

    fn usable(&self) -> bool {
        let connected = |reader: &Reader| reader.channel.status().connected();
        self.end.is_none() && self.reader.as_ref().is_some_and(connected)
    }

    fn ack(&mut self, tag: u64, multiple: bool) {
        if self.end.is_none() {
            self.acks.push((tag, multiple));
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.send_acks(cx);
        Poll::Ready(match &self.end {
            Some(reason) => Err(TransportError::Refused(reason.clone())),
            None => Ok(()),
        })
    }

    /// A question on the same channel: the broker answers it after it has read the acks.
    fn settled(&mut self) -> BoxFuture<'static, ()> {
        self.send_acks(&mut Context::from_waker(Waker::noop()));
        let channel = self.reader.as_ref().map(|reader| reader.channel.clone());
        let prefetch = u16::try_from(self.most_spare).unwrap_or(u16::MAX);
        Box::pin(async move {
            if let Some(channel) = channel {
                // Late or refused, the session is over.
                let _ = timeout(GOODBYE, channel.basic_qos(prefetch, BasicQosOptions::default())).await;
            }
        })
    }

    fn recycle(&mut self, delivery: Delivery) {
        if self.spare.len() < self.most_spare {
            self.spare.push(delivery.message.headers);
        }
    }

    fn end(&self) -> Option<String> {
        self.end.clone()
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        self.send_acks(&mut Context::from_waker(Waker::noop()));
        self.over("closed");
        let reader = self.reader.take();
        let rest = self
            .acked
            .map_or(Duration::ZERO, |acked| ACKS.saturating_sub(acked.elapsed()));
        Box::pin(async move {
            if let Some(reader) = reader {
                tokio::time::sleep(rest).await;
                // Frames are written in order: the acks are ahead of the goodbye.
                reader.close().await;
            }
        })
    }
}

/// Closes the channel in the background: unsettled deliveries go back, in order.
impl Drop for RabbitSession {
    fn drop(&mut self) {
        self.send_acks(&mut Context::from_waker(Waker::noop()));
        if let Some(reader) = self.reader.take() {
            self.runtime.spawn(reader.close());
        }
    }
}
