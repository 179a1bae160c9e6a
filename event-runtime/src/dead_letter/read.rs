use super::group::{DeadLetterGroup, Groups};
use super::letter::DeadLetter;
use super::reader::{Reader, copy};
use super::select::Select;
use crate::consumer::Caller;
use crate::error::{Error, Result};
use crate::topology::Names;
use crate::transport::{Delivery, Transport};
use jiff::Timestamp;
use std::sync::Arc;

/// How often a dead letter may have been read before reading moves it to a new place in the queue, where its count begins
/// anew: half of what the queue allows.
const OFTEN: u32 = 50_000;

/// The dead letters of a service's handlers.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) names: Names,
    /// How to call the handlers, for trials.
    callers: Vec<Caller>,
    often: u32,
}

/// The time, as dead letters tell it.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// How far a reading got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Browsed {
    /// Dead letters that were read, selected or not.
    pub read: u64,
    /// Dead letters behind them that were not read: at most 10,000 are held at a time.
    pub more: u64,
}

impl DeadLetters {
    pub(crate) fn new(transport: Arc<dyn Transport>, names: Names) -> Self {
        Self {
            transport,
            names,
            callers: Vec::new(),
            often: OFTEN,
        }
    }

    /// Where a handler's events wait.
    pub(super) fn queues(&self, handler: &str) -> Vec<String> {
        let caller = self.callers.iter().find(|caller| caller.shared.handler == handler);
        let partitions = caller.and_then(|caller| caller.shared.options.partitions());
        self.names.queues(handler, partitions)
    }

    pub(crate) fn with_callers(mut self, callers: Vec<Caller>) -> Self {
        self.callers = callers;
        self
    }

    pub(super) fn caller(&self, handler: &str) -> Result<&Caller> {
        let found = self.callers.iter().find(|caller| caller.shared.handler == handler);
        found.ok_or_else(|| Error::NotFound(format!("there is no handler `{handler}`")))
    }

    /// How many dead letters `handler` has; those that a reader has in hand are not counted.
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

    /// Whether somebody reads the dead letters of `handler` at the moment, and may hold some.
    ///
    /// # Errors
    ///
    /// No connection, no such handler.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn is_read(&self, handler: &str) -> Result<bool> {
        Ok(self.transport.readers(&self.names.dead_letters(handler)).await? > 0)
    }

    /// The oldest dead letter of `handler`, which stays where it is.
    ///
    /// # Errors
    ///
    /// As [`browse`](Self::browse).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn oldest(&self, handler: &str) -> Result<Option<DeadLetter>> {
        // Not counted first: the count of a quorum queue is a moment old.
        let mut reader = self.open(handler).await?;
        let oldest = reader.next().await?;
        reader.close().await;
        if oldest.as_ref().is_some_and(|delivery| delivery.returns >= self.often) {
            // Looking at one wears out all that are handed over with it.
            self.browse(handler, &Select::all(), |_| {}).await?;
        }
        Ok(oldest.map(|delivery| DeadLetter::read(handler, delivery.message)))
    }

    /// Reads the dead letters of `handler`, oldest first, at most 10,000, and leaves them in their place and order.
    ///
    /// [`browse`](Self::browse) says whether there are more, and does not keep them all in memory.
    ///
    /// # Errors
    ///
    /// As [`browse`](Self::browse).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what is held goes back.
    pub async fn list(&self, handler: &str) -> Result<Vec<DeadLetter>> {
        let mut letters = Vec::new();
        self.browse(handler, &Select::all(), |letter| letters.push(letter))
            .await?;
        Ok(letters)
    }

    /// Hands the selected dead letters of `handler` to `each`, oldest first, and leaves them in their place and order.
    ///
    /// One reads at a time: somebody else who does is waited for, up to ten seconds. At most 10,000 are held, and given back
    /// together. On RabbitMQ each reading counts as a return, of which the queue allows 100,000: after 50,000, reading moves
    /// what it has read, in its order, to new places, where the count begins anew.
    ///
    /// # Errors
    ///
    /// No connection, no such handler, somebody else who reads for longer.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what is held goes back.
    pub async fn browse(&self, handler: &str, select: &Select, mut each: impl FnMut(DeadLetter)) -> Result<Browsed> {
        let mut reader = self.open(handler).await?;
        let mut worn = Vec::new();
        while let Some(delivery) = reader.next().await? {
            // The first one has been read the most often.
            if !worn.is_empty() || delivery.returns >= self.often {
                worn.push(delivery.clone());
            }
            let letter = DeadLetter::read(handler, delivery.message);
            if select.takes(&letter) {
                each(letter);
            }
        }
        let browsed = Browsed {
            read: reader.read,
            more: match reader.is_full() {
                true => self.count(handler).await?,
                false => 0,
            },
        };
        self.renew(handler, &mut reader, worn).await?;
        reader.close().await;
        Ok(browsed)
    }

    /// The dead letters of `handler` in groups of those that failed alike, the largest first.
    ///
    /// # Errors
    ///
    /// As [`browse`](Self::browse).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn groups(&self, handler: &str, select: &Select) -> Result<Vec<DeadLetterGroup>> {
        let mut groups = Groups::default();
        self.browse(handler, select, |letter| groups.add(&letter)).await?;
        Ok(groups.finish())
    }

    pub(super) async fn open(&self, handler: &str) -> Result<Reader> {
        let queue = self.names.dead_letters(handler);
        Reader::open(self.transport.as_ref(), &queue).await
    }

    /// Copies what was read too often behind itself, in its order: copy, confirm, ack.
    async fn renew(&self, handler: &str, reader: &mut Reader, worn: Vec<Delivery>) -> Result<()> {
        for delivery in worn {
            let copy = copy(self.names.dead_letter_exchange(), handler, &delivery.message);
            self.send(copy).await?;
            reader.done(delivery.tag).await?;
        }
        Ok(())
    }

    /// Publishes one message, and waits until the broker has it.
    pub(super) async fn send(&self, outgoing: crate::message::Outgoing) -> Result<()> {
        match self.transport.publish(vec![outgoing]).await.into_iter().next() {
            Some(Err(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Headers, Message, Outgoing, header, property};
    use crate::topology::{Route, Topology};
    use crate::transport::memory::MemoryTransport;

    async fn filled(count: u32, often: u32) -> DeadLetters {
        let (wire, names) = (MemoryTransport::new(), Names::new("bus", "svc"));
        let route = Route::new("charge", vec![]);
        let topology = Topology::of_service(&names, &[route], &[]);
        wire.apply(&topology).await.expect("a topology");
        let letter = |number: u32| {
            let mut headers = Headers::new();
            headers.push_display(property::MESSAGE_ID, number);
            headers.push(
                header::FINGERPRINT,
                if number.is_multiple_of(3) { "three" } else { "other" },
            );
            Outgoing {
                exchange: names.dead_letter_exchange(),
                routing_key: "charge".to_owned(),
                message: Message {
                    headers,
                    body: "{}".into(),
                },
            }
        };
        let sent = wire.publish((0..count).map(letter).collect()).await;
        assert!(sent.into_iter().all(|sent| sent.is_ok()));
        DeadLetters {
            often,
            ..DeadLetters::new(Arc::new(wire), names)
        }
    }

    async fn returns(letters: &DeadLetters) -> Vec<u32> {
        let mut reader = letters.open("charge").await.expect("a reader");
        let mut returns = Vec::new();
        while let Some(delivery) = reader.next().await.expect("a delivery") {
            returns.push(delivery.returns);
        }
        reader.close().await;
        returns
    }

    fn ids(letters: &[DeadLetter]) -> Vec<String> {
        letters.iter().filter_map(|letter| letter.id.clone()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn reading_often_never_wears_a_letter_out() {
        let letters = filled(20, 5).await;
        let all: Vec<_> = (0..20).map(|number: u32| number.to_string()).collect();
        for round in 0..23 {
            let found = letters.list("charge").await.expect("a list");
            assert_eq!(ids(&found), all, "round {round}: none lost, none in another place");
        }
        let returns = returns(&letters).await;
        assert!(returns.iter().all(|count| *count <= 5), "{returns:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn looking_at_the_oldest_wears_none_out() {
        let letters = filled(20, 5).await;
        for _ in 0..23 {
            let oldest = letters.oldest("charge").await.expect("a reading").expect("one");
            assert_eq!(oldest.id.as_deref(), Some("0"));
        }
        let returns = returns(&letters).await;
        assert!(returns.iter().all(|count| *count <= 6), "{returns:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn more_are_replayed_than_are_held() {
        let letters = filled(10_500, OFTEN).await;
        let careful = crate::dead_letter::Replay::new().canary(5);
        let all = Select::all();
        let refused = letters.replay_with("charge", &all, &careful, |_| {}).await;
        let refused = refused.expect_err("no way to see what becomes of it").to_string();
        assert!(refused.contains("too many for a canary"), "{refused}");
        let done = letters.replay("charge", &all, |_| {}).await.expect("a replay");
        assert_eq!((done.sent, done.left, done.stopped), (10_500, 0, None));
        assert_eq!(letters.count("charge").await.expect("a count"), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_dies_while_others_are_discarded_stays() {
        let letters = filled(20, OFTEN).await;
        let mut headers = Headers::new();
        headers.push(property::MESSAGE_ID, "later");
        headers.push_display(header::DEAD_AT, now() + jiff::SignedDuration::from_hours(1));
        let later = Outgoing {
            exchange: letters.names.dead_letter_exchange(),
            routing_key: "charge".to_owned(),
            message: Message {
                headers,
                body: "{}".into(),
            },
        };
        letters.send(later).await.expect("a place");
        let done = letters
            .discard("charge", &Select::all(), |_| Ok(()))
            .await
            .expect("an end");
        assert_eq!((done.discarded, done.left), (20, 1));
        assert_eq!(ids(&letters.list("charge").await.expect("a list")), ["later"]);
    }

    /// Moved by the broker itself: it has no headers of ours, and those that look like them are its publisher's.
    #[tokio::test(start_paused = true)]
    async fn what_the_broker_has_moved_can_be_replayed() {
        let letters = filled(0, OFTEN).await;
        let headers: Headers = [
            (property::MESSAGE_ID, "7"),
            (property::USER_ID, "checkout"),
            (header::ORIGIN_USER, "somebody-else"),
            ("cloudEvents_specversion", "1.0"),
            ("cloudEvents_id", "7"),
            ("cloudEvents_source", "tests"),
            ("cloudEvents_type", "order.placed.v2"),
        ]
        .into_iter()
        .collect();
        let message = Message {
            headers,
            body: "{}".into(),
        };
        let again = letters.again("charge", &message, "replay", false).message.headers;
        assert_eq!(again.get(header::ORIGIN_KEY), Some("order.placed.v2"));
        assert_eq!(again.get(header::ORIGIN_USER), Some("checkout"));
        let users = again.iter().filter(|(name, _)| *name == header::ORIGIN_USER);
        assert_eq!(users.count(), 1);
    }

    /// What was given back once is given back behind the others: whoever takes only some of them moves those.
    #[tokio::test(start_paused = true)]
    async fn the_oldest_stays_the_oldest() {
        let letters = filled(20, OFTEN).await;
        let all = ids(&letters.list("charge").await.expect("a list"));
        for _ in 0..3 {
            let oldest = letters.oldest("charge").await.expect("a reading").expect("one");
            assert_eq!(oldest.id.as_ref(), all.first());
            let select = Select::all();
            let broken_off = letters.browse("charge", &select, |_| panic!("somebody who goes away"));
            let broken_off = std::panic::AssertUnwindSafe(broken_off);
            assert!(futures_util::FutureExt::catch_unwind(broken_off).await.is_err());
        }
        assert_eq!(ids(&letters.list("charge").await.expect("a list")), all);
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_are_held_at_a_time() {
        let letters = filled(10_050, OFTEN).await;
        let browsed = letters
            .browse("charge", &Select::all(), |_| {})
            .await
            .expect("a reading");
        assert_eq!((browsed.read, browsed.more), (10_000, 50));
        let groups = letters.groups("charge", &Select::all()).await.expect("groups");
        let counts: Vec<_> = groups.iter().map(|group| (&*group.fingerprint, group.count)).collect();
        assert_eq!(counts, [("other", 6_666), ("three", 3_334)], "the largest first");
        assert_eq!(letters.count("charge").await.expect("a count"), 10_050);
    }

    #[tokio::test(start_paused = true)]
    async fn one_reads_at_a_time() {
        let letters = filled(10, OFTEN).await;
        let mut reader = letters.open("charge").await.expect("a reader");
        reader.next().await.expect("a delivery").expect("one");
        let refused = letters.list("charge").await.expect_err("two readers");
        assert!(refused.to_string().contains("somebody else reads"), "{refused}");
        let close = async {
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            reader.close().await;
        };
        let (found, ()) = tokio::join!(letters.list("charge"), close);
        assert_eq!(ids(&found.expect("a list")).len(), 10, "waits for the other one");
    }
}
