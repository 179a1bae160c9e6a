use crate::consumer::Settler;
use crate::error::{Error, Result};
use crate::message::property;
use crate::transport::{Delivery, Session, Start, Transport, TransportError};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How many messages are on their way from the archive.
const PREFETCH: u16 = 500;
/// How long an archive that holds the next message may take to hand it over.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to find the first one of a time, before it is asked whether there is any.
const NOTHING: Duration = Duration::from_secs(10);
/// How long an archive may take to hand over anything before it is empty, and more of its end before that was the end.
const EMPTY: Duration = Duration::from_secs(3);
const MORE: Duration = Duration::from_secs(1);
/// How much of what is published in the meantime is still of the end.
const MEANTIME: Duration = Duration::from_secs(2);
/// How often in a row an archive is opened again after its session ended.
const ATTEMPTS: u32 = 7;

/// Reads an archive once through, up to what was its end.
pub(super) struct Scan {
    transport: Arc<dyn Transport>,
    archive: String,
    start: Start,
    reader: Option<Reader>,
    end: u64,
    /// The offset after the last message that was handed out.
    pub(super) next: u64,
    failures: u32,
}

struct Reader {
    session: Box<dyn Session>,
    settler: Settler,
}

/// The newest offset of an archive; `None` when it is empty.
pub(super) async fn end(transport: &dyn Transport, archive: &str) -> Result<Option<u64>> {
    let opened = transport.read(archive, Start::Last, PREFETCH).await;
    let mut reader = Reader::new(opened.map_err(|error| missing(error, archive))?);
    let mut newest = None;
    let until = tokio::time::Instant::now() + MEANTIME;
    while newest.is_none() || tokio::time::Instant::now() < until {
        let patience = if newest.is_none() { EMPTY } else { MORE };
        match timeout(patience, reader.next()).await {
            Ok(Ok(delivery)) => newest = newest.max(delivery.offset()),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => break,
        }
    }
    reader.session.close().await;
    Ok(newest)
}

/// What to do about an archive that is not there.
fn missing(error: TransportError, archive: &str) -> Error {
    match error {
        TransportError::NoQueue(_) => Error::NotFound(format!(
            "there is no archive `{archive}`, so nothing was kept; `topology apply --archive 7d` makes one (as do \
             `Service::archive` and EVENT_ARCHIVE=7d), and it keeps what is published from then on"
        )),
        error => error.into(),
    }
}

impl Scan {
    pub(super) fn new(transport: Arc<dyn Transport>, archive: String, start: Start, end: u64) -> Self {
        let next = if let Start::Offset(offset) = start { offset } else { 0 };
        Self {
            transport,
            archive,
            start,
            reader: None,
            end,
            next,
            failures: 0,
        }
    }

    /// The next message; `None` after the end.
    pub(super) async fn next(&mut self) -> Result<Option<Delivery>> {
        while self.next <= self.end {
            let reader = match &mut self.reader {
                Some(reader) => reader,
                none => match self.transport.read(&self.archive, self.start, PREFETCH).await {
                    Ok(session) => none.insert(Reader::new(session)),
                    Err(error @ TransportError::NoQueue(_)) => return Err(missing(error, &self.archive)),
                    Err(error) => {
                        self.again(error).await?;
                        continue;
                    }
                },
            };
            let patience = if matches!(self.start, Start::At(_)) {
                NOTHING
            } else {
                PATIENCE
            };
            let delivery = match timeout(patience, reader.next()).await {
                Ok(Ok(delivery)) => delivery,
                Ok(Err(error)) => {
                    self.again(error).await?;
                    continue;
                }
                Err(_) if self.is_newer_than_everything().await? => return Ok(None),
                Err(_) => {
                    let silent = format!("the archive `{}` hands nothing over any more", self.archive);
                    return Err(TransportError::Refused(silent).into());
                }
            };
            let Some(offset) = delivery.offset() else {
                let unknown = format!("the archive `{}` does not say where its messages stand", self.archive);
                return Err(TransportError::Refused(unknown).into());
            };
            // A reader begins with a whole chunk, which may hold older messages.
            if offset < self.next {
                continue;
            }
            self.failures = 0;
            self.next = offset + 1;
            self.start = Start::Offset(self.next);
            return Ok((offset <= self.end).then_some(delivery));
        }
        Ok(None)
    }

    /// Whether it begins at a time that is later than the newest message: the broker hands over nothing, and waits.
    async fn is_newer_than_everything(&self) -> Result<bool> {
        let Start::At(from) = self.start else { return Ok(false) };
        let opened = self
            .transport
            .read(&self.archive, Start::Offset(self.end), PREFETCH)
            .await?;
        let mut reader = Reader::new(opened);
        let mut newest = None;
        while let Ok(Ok(delivery)) = timeout(NOTHING, reader.next()).await {
            if delivery.offset().is_some_and(|offset| offset >= self.end) {
                newest = delivery
                    .message
                    .headers
                    .get(property::TIMESTAMP)
                    .and_then(|time| time.parse::<i64>().ok());
                break;
            }
        }
        reader.session.close().await;
        Ok(newest.is_some_and(|newest| newest < from.as_second()))
    }

    /// Ends the session: dropped, it would end behind the connection.
    pub(super) async fn close(self) {
        if let Some(reader) = self.reader {
            reader.session.close().await;
        }
    }

    /// Waits before the archive is opened again; gives up after a while.
    async fn again(&mut self, error: TransportError) -> Result<()> {
        self.reader = None;
        self.failures += 1;
        if self.failures > ATTEMPTS {
            return Err(error.into());
        }
        tracing::warn!(%error, archive = self.archive, "cannot read the archive; trying again");
        sleep(Duration::from_millis(250) * (1 << self.failures.min(5))).await;
        Ok(())
    }
}

impl Reader {
    fn new(session: Box<dyn Session>) -> Self {
        let settler = Settler::new(PREFETCH);
        Self { session, settler }
    }

    /// The next message, acked: that takes nothing out, it asks for more.
    async fn next(&mut self) -> Result<Delivery, TransportError> {
        let Some(delivery) = poll_fn(|cx| self.session.poll_next(cx)).await else {
            let why = self.session.end().unwrap_or_else(|| "the session ended".to_owned());
            return Err(TransportError::Refused(why));
        };
        self.settler.opened(delivery.tag);
        self.settler.done(delivery.tag);
        if self.settler.is_full() {
            self.settler.ack_all(self.session.as_mut());
            poll_fn(|cx| self.settler.poll_flush(self.session.as_mut(), cx)).await?;
        }
        Ok(delivery)
    }
}
