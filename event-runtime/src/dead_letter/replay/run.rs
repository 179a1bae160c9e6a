use super::{FailedReplay, Replay, Replayed, at};
use crate::dead_letter::audit::Audit;
use crate::dead_letter::letter::DeadLetter;
use crate::dead_letter::read::DeadLetters;
use crate::dead_letter::reader::{Reader, is_receipt};
use crate::dead_letter::select::Select;
use crate::envelope::Attributes;
use crate::error::Result;
use crate::failpoint;
use crate::message::{Headers, Message, Outgoing, header, property};
use crate::transport::Delivery;
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// How long to look for what has failed again before the next one is sent.
const GLANCE: Duration = Duration::ZERO;

/// A replay that runs.
pub(super) struct Run<'a, P> {
    letters: &'a DeadLetters,
    handler: &'a str,
    how: &'a Replay,
    reader: Reader,
    /// Dead letters that arrived while something else was looked for.
    arrived: VecDeque<Delivery>,
    progress: P,
    done: Replayed,
    /// The fingerprints that those that were sent had before, by message id.
    before: HashMap<String, String>,
    /// Message ids of the canary whose end is not known.
    awaited: HashSet<String>,
    /// Those of the canary that were put into a line.
    held: u64,
}

impl<'a, P: FnMut(u64)> Run<'a, P> {
    pub(super) fn new(
        letters: &'a DeadLetters,
        handler: &'a str,
        how: &'a Replay,
        reader: Reader,
        progress: P,
    ) -> Self {
        Self {
            letters,
            handler,
            how,
            reader,
            arrived: VecDeque::new(),
            progress,
            done: Replayed {
                id: Uuid::now_v7().to_string(),
                sent: 0,
                left: 0,
                failed: Vec::new(),
                stopped: None,
            },
            before: HashMap::new(),
            awaited: HashSet::new(),
            held: 0,
        }
    }

    pub(super) async fn close(self) -> Replayed {
        self.reader.close().await;
        self.done
    }

    /// In rounds of as many as may be held at a time: reading ahead, what has failed again is seen when it arrives.
    pub(super) async fn all(&mut self, select: &Select, audit: &mut Audit<'_>) -> Result<()> {
        let canary = u64::from(self.how.canary);
        let mut looked_at = 0;
        loop {
            let selected = self.look(select, &mut looked_at).await?;
            for (tag, letter) in &selected {
                if self.done.stopped.is_some() {
                    self.done.left += 1;
                    continue;
                }
                self.send(*tag, letter, self.done.sent < canary).await?;
                audit.done(letter.id.as_deref());
                if self.done.sent == canary {
                    self.end_of_canary().await?;
                }
                (self.progress)(self.done.sent + self.done.left);
            }
            if selected.is_empty() || self.done.stopped.is_some() || looked_at >= self.reader.expected {
                break;
            }
        }
        if self.done.sent < canary && self.done.stopped.is_none() {
            self.end_of_canary().await?;
        }
        if self.done.stopped.is_none() && self.reader.is_full() && looked_at < self.reader.expected {
            let why = "10,000 dead letters are not selected and stay; those behind them were not looked at";
            self.done.stopped = Some(why.to_owned());
        }
        Ok(())
    }

    /// Reads as far as it goes, and keeps what is selected.
    async fn look(&mut self, select: &Select, looked_at: &mut u64) -> Result<Vec<(u64, DeadLetter)>> {
        let mut selected = Vec::new();
        loop {
            let delivery = match self.arrived.pop_front() {
                Some(delivery) => delivery,
                None => match self.reader.next().await? {
                    Some(delivery) => delivery,
                    None => break,
                },
            };
            if self.is_ours(&delivery) {
                self.note(delivery).await?;
                continue;
            }
            *looked_at += 1;
            let letter = DeadLetter::read(self.handler, delivery.message);
            if select.takes(&letter) {
                selected.push((delivery.tag, letter));
            } else {
                self.done.left += 1;
                (self.progress)(self.done.sent + self.done.left);
            }
        }
        Ok(selected)
    }

    /// One event: its copy is confirmed before it leaves the dead letters.
    async fn send(&mut self, tag: u64, letter: &DeadLetter, awaited: bool) -> Result<()> {
        let begun = Instant::now();
        let copy = self
            .letters
            .again(self.handler, &letter.message, &self.done.id, awaited);
        let id = copy
            .message
            .headers
            .get(property::MESSAGE_ID)
            .unwrap_or_default()
            .to_owned();
        self.before.insert(id.clone(), letter.fingerprint.clone());
        if awaited {
            self.awaited.insert(id);
        }
        failpoint::hit(failpoint::BEFORE_REPLAY);
        self.letters.send(copy).await?;
        failpoint::hit(failpoint::AFTER_REPLAY);
        self.reader.done(tag).await?;
        failpoint::hit(failpoint::AFTER_REPLAY_ACK);
        self.done.sent += 1;
        let rest = self.how.pause.saturating_sub(begun.elapsed());
        self.watch(rest).await
    }

    /// Looks at what arrives for so long: at least once.
    async fn watch(&mut self, time: Duration) -> Result<()> {
        let until = Instant::now() + time;
        loop {
            let rest = until.saturating_duration_since(Instant::now()).max(GLANCE);
            match self.reader.within(rest).await? {
                Some(delivery) => self.note(delivery).await?,
                None if Instant::now() >= until => return Ok(()),
                None => {}
            }
        }
    }

    fn is_ours(&self, delivery: &Delivery) -> bool {
        delivery.message.headers.get(header::REPLAY_ID) == Some(&self.done.id)
    }

    /// Something has arrived: a receipt, or an event that was sent and has failed again. What else there is gets its turn.
    async fn note(&mut self, delivery: Delivery) -> Result<()> {
        let ours = self.is_ours(&delivery);
        let headers = &delivery.message.headers;
        if is_receipt(&delivery.message) {
            if ours && self.awaited.remove(headers.get(header::RECEIPT_OF).unwrap_or_default()) {
                self.held += u64::from(headers.get(header::RECEIPT) == Some("held"));
            }
            return self.reader.done(delivery.tag).await;
        }
        if !ours {
            self.arrived.push_back(delivery);
            return Ok(());
        }
        let id = headers.get(property::MESSAGE_ID).unwrap_or_default().to_owned();
        self.awaited.remove(&id);
        let letter = DeadLetter::read(self.handler, delivery.message);
        let before = self.before.get(&id);
        let failed = FailedReplay {
            // What the broker itself has moved had none.
            new: before.is_some_and(|before| !before.is_empty() && *before != letter.fingerprint),
            id: letter.id.unwrap_or(id),
            reason: letter.reason,
            error: letter.error,
            fingerprint: letter.fingerprint,
        };
        if failed.new && self.done.stopped.is_none() {
            self.done.stopped = Some(format!(
                "{} has failed in another way than before ({}): {}",
                failed.id,
                failed.reason,
                crate::consumer::cut(&failed.error, 300)
            ));
        }
        self.done.failed.push(failed);
        Ok(())
    }

    /// Waits until the end of each of the canary is known; the replay goes on when all were handled.
    async fn end_of_canary(&mut self) -> Result<()> {
        let until = Instant::now() + self.how.canary_within;
        while !self.awaited.is_empty() && Instant::now() < until {
            self.watch(Duration::from_millis(50)).await?;
        }
        let (unknown, failed) = (self.awaited.len(), self.done.failed.len());
        let why = if failed > 0 {
            let ids: Vec<_> = self.done.failed.iter().map(|failed| failed.id.as_str()).collect();
            format!("{failed} of the canary failed again: {}", ids.join(", "))
        } else if self.held > 0 {
            format!(
                "{} of the canary hold their keys now, or wait behind what does: see `held list`",
                self.held
            )
        } else if unknown > 0 {
            format!(
                "{unknown} of the canary are neither handled nor dead after {:?}: does the service run?",
                self.how.canary_within
            )
        } else {
            return Ok(());
        };
        self.done.stopped.get_or_insert(why);
        Ok(())
    }
}

impl DeadLetters {
    /// The copy that goes back in: the original headers, and which replay it was.
    pub(in crate::dead_letter) fn again(
        &self,
        handler: &str,
        message: &Message,
        replay: &str,
        awaited: bool,
    ) -> Outgoing {
        const KEPT: [&str; 4] = [header::ORIGIN_KEY, header::ORIGIN_USER, header::HANDLER, header::EDITED];
        let mut headers = Headers::with_capacity(message.headers.bytes(), message.headers.len());
        // What the broker itself has moved, because it was given back too often, has no headers of ours: those that it has
        // are its publisher's.
        let by_broker = message.headers.get(header::REASON).is_none();
        if by_broker {
            if let Some(user) = message.headers.get(property::USER_ID) {
                headers.push(header::ORIGIN_USER, user);
            }
            if let Ok(attributes) = Attributes::read(message, &mut None, "", true) {
                headers.push_display(header::ORIGIN_KEY, attributes.type_name());
            }
        }
        for (name, value) in message.headers.iter() {
            let ours = name.starts_with("x-evt-") && (by_broker || !KEPT.contains(&name));
            if !ours && name != property::USER_ID && !header::is_stripped(name) {
                headers.push(name, value);
            }
        }
        if headers.get(property::MESSAGE_ID).is_none() {
            headers.push_display(property::MESSAGE_ID, Uuid::now_v7());
        }
        headers.push(header::REPLAY_ID, replay);
        headers.push_display(header::REPLAYED_AT, at());
        if awaited {
            headers.push(header::RECEIPT_TO, replay);
        }
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
