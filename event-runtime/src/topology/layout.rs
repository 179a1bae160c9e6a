use super::{Binding, DeadLetterTo, Destination, Exchange, ExchangeKind, Names, Queue, Topology};
use event_contract::{Contract, Unrouted};
use std::time::Duration;

/// What one handler needs: a queue, its dead-letter queue, and the patterns of its events.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Route {
    /// The handler's name: one word.
    pub handler: String,
    /// What it takes.
    pub takes: Vec<&'static Contract>,
    /// In which queues they wait.
    pub queues: Queues,
}

/// In which queues the events of a handler wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Queues {
    /// In one, for any number of consumers.
    One,
    /// In one, for one consumer at a time.
    Ordered,
    /// In so many, each for one consumer at a time: those whose `header` is the same are in the same one.
    Partitioned {
        /// How many.
        count: u16,
        /// The header that holds the key.
        header: &'static str,
    },
}

impl Queues {
    /// Of a handler with an order: its partitions, if it has any, and what leads to its queues. That can be cut off in one step,
    /// so that no event comes after a later one.
    pub(crate) fn gate(self) -> Option<(Option<u16>, ExchangeKind)> {
        match self {
            Self::One => None,
            Self::Ordered => Some((None, ExchangeKind::Fanout)),
            Self::Partitioned { count, header } => Some((Some(count), ExchangeKind::Hash { header })),
        }
    }
}

impl Route {
    /// The events of a handler, in one queue and in no order.
    #[must_use]
    pub fn new(handler: impl Into<String>, takes: Vec<&'static Contract>) -> Self {
        Self {
            handler: handler.into(),
            takes,
            queues: Queues::One,
        }
    }

    /// Puts them into other queues.
    #[must_use]
    pub fn with_queues(mut self, queues: Queues) -> Self {
        self.queues = queues;
        self
    }
}

/// The delay ladder: a message with a delay of `n` ticks waits once for every bit of `n` that is set.
///
/// Every multiple of the tick is possible, so jitter survives; a delay costs at most one hop per level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder;

/// Unroutable copies come back at once, so a limit of broker returns serves crash loops only.
const RETURNS: u32 = 50;
/// The broker must never take one event out of the order of its key.
const RETURNS_IN_ORDER: u32 = 100_000;
/// Readers that crash must not drop a dead letter.
const RETURNS_OF_DEAD_LETTERS: u32 = 100_000;

impl Ladder {
    /// Number of levels: delays up to 4 h 33 min.
    pub const LEVELS: u32 = 16;
    /// The shortest delay, and the step between delays.
    pub const TICK: Duration = Duration::from_millis(250);
    /// The longest delay.
    pub const MAX: Duration = Duration::from_millis(250 * ((1 << Self::LEVELS) - 1));

    /// The routing key that waits `delay` and then reaches `handler`.
    ///
    /// The delay is rounded up to the next tick and cut at [`Ladder::MAX`].
    #[must_use]
    pub fn routing_key(delay: Duration, handler: &str) -> String {
        let ticks = delay.min(Self::MAX).as_millis().div_ceil(Self::TICK.as_millis()) as u32;
        let mut key = String::with_capacity(2 * Self::LEVELS as usize + handler.len());
        for level in (0..Self::LEVELS).rev() {
            key.push(if ticks >> level & 1 == 1 { '1' } else { '0' });
            key.push('.');
        }
        key.push_str(handler);
        key
    }

    /// Position of the bit of `level` in the key, with stars before it.
    fn pattern(level: u32, bit: char) -> String {
        let stars = "*.".repeat((Self::LEVELS - 1 - level) as usize);
        format!("{stars}{bit}.#")
    }
}

impl Topology {
    /// Everything the service `names` needs for `routes`.
    #[must_use]
    pub fn of_service(names: &Names, routes: &[Route], publishes: &[&'static Contract]) -> Self {
        let mut topology = Self::default();
        topology.exchange(&names.bus, ExchangeKind::Topic, None);
        if publishes.iter().any(|contract| contract.unrouted == Unrouted::Keep) {
            topology.sink(&names.unrouted());
        }
        if routes.is_empty() {
            return topology;
        }
        topology.sink(&names.lost());
        topology.exchange(&names.inlet(), ExchangeKind::Direct, Some(names.lost()));
        topology.exchange(&names.dead_letter_exchange(), ExchangeKind::Direct, Some(names.lost()));
        topology.ladder(names);
        for route in routes {
            topology.route(names, route);
        }
        topology
    }

    fn exchange(&mut self, name: &str, kind: ExchangeKind, alternate: Option<String>) {
        self.exchanges.push(Exchange {
            name: name.into(),
            kind,
            alternate,
        });
    }

    fn queue(&mut self, name: String, delivery_limit: u32, dead_letter: Option<DeadLetterTo>, ttl: Option<Duration>) {
        self.queues.push(Queue {
            name,
            delivery_limit,
            single_active: false,
            dead_letter,
            message_ttl: ttl,
        });
    }

    fn bind(&mut self, source: String, destination: Destination, key: impl Into<String>) {
        self.bindings.push(Binding {
            source,
            destination,
            key: key.into(),
        });
    }

    /// An exchange that keeps everything in one queue of the same name.
    fn sink(&mut self, name: &str) {
        self.exchange(name, ExchangeKind::Fanout, None);
        self.queue(name.into(), RETURNS_OF_DEAD_LETTERS, None, None);
        self.bind(name.into(), Destination::Queue(name.into()), "");
    }

    fn ladder(&mut self, names: &Names) {
        let below = |level: u32| {
            if level == 0 {
                names.delay_out()
            } else {
                names.delay(level - 1)
            }
        };
        self.exchange(&names.delay_out(), ExchangeKind::Topic, Some(names.lost()));
        for level in 0..Ladder::LEVELS {
            self.exchange(&names.delay(level), ExchangeKind::Topic, None);
            let dead_letter = DeadLetterTo {
                exchange: below(level),
                routing_key: None,
            };
            let ttl = Ladder::TICK * (1 << level);
            self.queue(
                names.delay(level),
                RETURNS_OF_DEAD_LETTERS,
                Some(dead_letter),
                Some(ttl),
            );
            self.bind(
                names.delay(level),
                Destination::Queue(names.delay(level)),
                Ladder::pattern(level, '1'),
            );
            self.bind(
                names.delay(level),
                Destination::Exchange(below(level)),
                Ladder::pattern(level, '0'),
            );
        }
    }

    /// Makes the queues of a handler; where its events go.
    fn queues(&mut self, names: &Names, route: &Route) -> Destination {
        let handler = &route.handler;
        let Some((partitions, kind)) = route.queues.gate() else {
            let mut queue = Queue::of_handler(names, handler, names.queue(handler));
            queue.single_active = false;
            queue.delivery_limit = RETURNS;
            self.queues.push(queue);
            return Destination::Queue(names.queue(handler));
        };
        let gate = names.gate(handler, partitions);
        self.exchange(&gate, kind, None);
        if partitions.is_some() {
            self.queues.push(Queue::of_words(names.readers(handler)));
        }
        for name in names.queues(handler, partitions) {
            self.queues.push(Queue::of_handler(names, handler, name.clone()));
            // For partitions it is the weight: each has the same share.
            self.bind(gate.clone(), Destination::Queue(name.clone()), "1");
            self.bind(names.inlet(), Destination::Queue(name.clone()), name);
        }
        Destination::Exchange(gate)
    }

    fn route(&mut self, names: &Names, route: &Route) {
        self.queue(names.dead_letters(&route.handler), RETURNS_OF_DEAD_LETTERS, None, None);
        let to = self.queues(names, route);
        // Every version, also those this build cannot read: they become dead letters, not silence.
        for contract in &route.takes {
            self.bind(names.bus.clone(), to.clone(), format!("{}.*", contract.name));
        }
        self.bind(names.inlet(), to.clone(), &route.handler);
        let stars = "*.".repeat(Ladder::LEVELS as usize);
        self.bind(names.delay_out(), to, format!("{stars}{}", route.handler));
        self.bind(
            names.dead_letter_exchange(),
            Destination::Queue(names.dead_letters(&route.handler)),
            &route.handler,
        );
    }
}

impl Queue {
    /// A queue of `handler` for one consumer at a time.
    pub(crate) fn of_handler(names: &Names, handler: &str, name: String) -> Self {
        Self {
            name,
            delivery_limit: RETURNS_IN_ORDER,
            single_active: true,
            dead_letter: Some(DeadLetterTo {
                exchange: names.dead_letter_exchange(),
                routing_key: Some(handler.to_owned()),
            }),
            message_ttl: None,
        }
    }

    /// A queue that is no handler's.
    pub(crate) fn of_words(name: String) -> Self {
        Self {
            name,
            delivery_limit: RETURNS_OF_DEAD_LETTERS,
            single_active: false,
            dead_letter: None,
            message_ttl: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_its_bits() {
        assert_eq!(Ladder::routing_key(Duration::ZERO, "h"), "0.".repeat(16) + "h");
        assert_eq!(
            Ladder::routing_key(Duration::from_millis(1), "h"),
            "0.".repeat(15) + "1.h"
        );
        assert_eq!(
            Ladder::routing_key(Duration::from_millis(1250), "h"),
            "0.".repeat(13) + "1.0.1.h"
        );
        assert_eq!(Ladder::routing_key(Duration::MAX, "h"), "1.".repeat(16) + "h");
    }
}
