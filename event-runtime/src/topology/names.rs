/// How the objects of a service are called on the broker.
///
/// | object | name |
/// |---|---|
/// | the bus | `events` (a setting) |
/// | a handler's queue | `<service>.<handler>` |
/// | what leads to it when it has an order | the exchange `<service>.<handler>.gate` |
/// | its queues when it has `partitions = 4` | `<service>.<handler>.1of4` to `.4of4`, behind the exchange `<service>.<handler>.of4`; and `<service>.<handler>.readers`, by which the processes are counted |
/// | its dead letters | `<service>.<handler>.dlq` |
/// | the way back in, for replays | `<service>.in` |
/// | the delay ladder | `<service>.delay.15` to `<service>.delay.0`, `<service>.delay.out` |
/// | the archive of the bus, when it has one | `<bus>.archive` |
/// | what found no queue inside the service | `<service>.lost` |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The bus: one topic exchange per environment.
    pub bus: String,
    service: String,
}

impl Names {
    /// The names of `service` on `bus`.
    #[must_use]
    pub fn new(bus: impl Into<String>, service: impl Into<String>) -> Self {
        Self {
            bus: bus.into(),
            service: service.into(),
        }
    }

    pub(crate) fn service(&self) -> &str {
        &self.service
    }

    /// The queue of `handler`.
    #[must_use]
    pub fn queue(&self, handler: &str) -> String {
        format!("{}.{handler}", self.service)
    }

    /// Partition `number`, from 1, of a `handler` that has `count` of them.
    #[must_use]
    pub fn partition(&self, handler: &str, number: u16, count: u16) -> String {
        format!("{}.{handler}.{number}of{count}", self.service)
    }

    /// The exchange that leads to the queue of a `handler` with an order, or spreads events over its partitions.
    #[must_use]
    pub fn gate(&self, handler: &str, partitions: Option<u16>) -> String {
        match partitions {
            None => format!("{}.{handler}.gate", self.service),
            Some(count) => format!("{}.{handler}.of{count}", self.service),
        }
    }

    /// Every queue of `handler`: one, or its partitions.
    #[must_use]
    pub fn queues(&self, handler: &str, partitions: Option<u16>) -> Vec<String> {
        match partitions {
            None => vec![self.queue(handler)],
            Some(count) => (1..=count)
                .map(|number| self.partition(handler, number, count))
                .collect(),
        }
    }

    /// The queues of `handler` for people: `shop.keep.1of4 to 4of4`.
    pub(crate) fn queues_text(&self, handler: &str, partitions: Option<u16>) -> String {
        match partitions {
            None => self.queue(handler),
            Some(1) => self.partition(handler, 1, 1),
            Some(count) => format!("{} to {count}of{count}", self.partition(handler, 1, count)),
        }
    }

    /// The dead-letter queue of `handler`.
    #[must_use]
    pub fn dead_letters(&self, handler: &str) -> String {
        format!("{}.{handler}.dlq", self.service)
    }

    /// The exchange that hands dead letters to their queues.
    #[must_use]
    pub fn dead_letter_exchange(&self) -> String {
        format!("{}.dlx", self.service)
    }

    /// The exchange through which replays come back to one handler.
    #[must_use]
    pub fn inlet(&self) -> String {
        format!("{}.in", self.service)
    }

    /// Whether `exchange` is that one.
    pub(crate) fn is_inlet(&self, exchange: &str) -> bool {
        exchange.strip_prefix(self.service.as_str()) == Some(".in")
    }

    /// Where a command waits for words about `handler`.
    pub(crate) fn words(&self, handler: &str) -> String {
        format!("{}.{handler}.words", self.service)
    }

    /// The queue of a replay for which the live events of `handler` wait.
    #[must_use]
    pub fn replay(&self, handler: &str) -> String {
        format!("{}.{handler}.replay", self.service)
    }

    /// Where that replay waits for the word that everything it has sent is handled.
    pub(crate) fn replayed(&self, handler: &str) -> String {
        format!("{}.{handler}.replayed", self.service)
    }

    /// A queue in which nothing ever is: its consumers are the processes that read the partitions of `handler`.
    #[must_use]
    pub fn readers(&self, handler: &str) -> String {
        format!("{}.{handler}.readers", self.service)
    }

    /// Level `level` of the delay ladder: an exchange, and the queue behind it.
    #[must_use]
    pub fn delay(&self, level: u32) -> String {
        format!("{}.delay.{level}", self.service)
    }

    /// The exchange at the foot of the delay ladder.
    #[must_use]
    pub fn delay_out(&self) -> String {
        format!("{}.delay.out", self.service)
    }

    /// Exchange and queue of what found no queue inside the service. Its depth must be 0.
    #[must_use]
    pub fn lost(&self) -> String {
        format!("{}.lost", self.service)
    }

    /// Exchange and queue of events that say `unrouted = "keep"` and that nobody takes.
    #[must_use]
    pub fn unrouted(&self) -> String {
        format!("{}.unrouted", self.bus)
    }

    /// The archive: everything that went over the bus, for as long as it is kept.
    #[must_use]
    pub fn archive(&self) -> String {
        format!("{}.archive", self.bus)
    }

    /// Whether `exchange` is part of the delay ladder.
    #[must_use]
    pub fn is_delay(&self, exchange: &str) -> bool {
        exchange
            .strip_prefix(self.service.as_str())
            .is_some_and(|rest| rest.starts_with(".delay."))
    }

    /// Whether a delivery through `exchange` came by the service's own return path.
    #[must_use]
    pub fn is_return_path(&self, exchange: &str) -> bool {
        exchange
            .strip_prefix(self.service.as_str())
            .is_some_and(|rest| rest == ".in" || rest.starts_with(".delay.") || rest == ".dlx")
    }
}
