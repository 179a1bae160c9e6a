//! Changing the number of a handler's partitions: what waits in the old queues is handled first, and nothing is lost.
//!
//! Both sets of queues are there for a while. What is published goes into the new ones, behind a barrier that sends their
//! readers to the old ones first; an old queue is deleted when everything in it is done. A crash of anything, anywhere in
//! between, leaves a state from which the same steps go on.

use super::Registered;
use super::config::Config;
use crate::consumer::{Barrier, next_done};
use crate::error::{Error, Result};
use crate::handler::Options;
use crate::topology::{Binding, Destination, Exchange, ExchangeKind, Names, Queue, Route, Topology};
use crate::transport::{Transport, TransportError};
use event_contract::Contract;
use std::time::Duration;

/// What was on its way into an old queue when it was cut off is in there by then.
const ON_ITS_WAY: Duration = Duration::from_secs(1);
/// Between two words about what is still waited for.
const REPORT: Duration = Duration::from_secs(5);
/// The end of the routing key with which the readers of a queue say that everything in it is done.
const DONE: &str = ".done";

/// A handler with an order, as this build has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ordered {
    name: &'static str,
    options: Options,
    takes: &'static [&'static Contract],
    key_header: &'static str,
}

impl Ordered {
    pub(super) fn of(config: &Config, handlers: &[Registered]) -> Vec<Self> {
        let ordered = handlers.iter().filter(|handler| handler.options.ordered.is_some());
        let of = |handler: &Registered| Self {
            name: handler.name,
            options: handler.options,
            takes: handler.takes,
            key_header: config.prefix.partition_key(),
        };
        ordered.map(of).collect()
    }
}

/// A handler whose queues on the broker are not those of this build.
#[derive(Debug)]
pub(super) struct Move<'a> {
    names: &'a Names,
    handler: Ordered,
    /// The partitions of older builds; `None` is one queue without any.
    from: Vec<Option<u16>>,
}

/// Which handlers have other queues on the broker; those of this build need not be there yet.
pub(super) async fn moves<'a>(
    transport: &dyn Transport,
    names: &'a Names,
    handlers: &[Ordered],
) -> Result<Vec<Move<'a>>, TransportError> {
    let mut moves = Vec::new();
    for handler in handlers {
        let mut from = Vec::new();
        for partitions in std::iter::once(None).chain(Options::PARTITIONS.map(Some)) {
            let is_other = partitions != handler.options.partitions();
            if is_other && is_there(transport, names, handler, partitions).await? {
                from.push(partitions);
            }
        }
        if !from.is_empty() {
            moves.push(Move {
                names,
                handler: *handler,
                from,
            });
        }
    }
    Ok(moves)
}

/// What a start of the service finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing that it must not touch. These gates are there: should one be gone when it comes to bind to it, its handler is
    /// being moved, and must not be led to again.
    Free { gates: Vec<String> },
    /// A handler is being moved, from or to this build: it reads what is there, and makes nothing.
    UnderWay,
    /// Another build's queues, and none of its own: what to do.
    Other(String),
}

/// Whether a start can make what is missing.
pub(super) async fn look(
    transport: &dyn Transport,
    names: &Names,
    handlers: &[Ordered],
) -> Result<Found, TransportError> {
    let (mut gates, mut under_way) = (Vec::new(), false);
    for handler in handlers {
        let own = handler.options.partitions();
        if leads(transport, names, handler, own).await? {
            gates.push(names.gate(handler.name, own));
            continue;
        }
        let found = moves(transport, names, std::slice::from_ref(handler)).await?;
        let Some(found) = found.first() else { continue };
        if !is_there(transport, names, handler, own).await? {
            return Ok(Found::Other(format!(
                "{}; `topology apply` of this build moves it, and loses and reorders nothing",
                found.describe()
            )));
        }
        under_way = true;
    }
    Ok(if under_way {
        Found::UnderWay
    } else {
        Found::Free { gates }
    })
}

/// Whether a handler has these queues. Of partitions, the first one is made first and deleted last.
async fn is_there(
    transport: &dyn Transport,
    names: &Names,
    handler: &Ordered,
    partitions: Option<u16>,
) -> Result<bool, TransportError> {
    let queue = match partitions {
        None => names.queue(handler.name),
        Some(count) => names.partition(handler.name, 1, count),
    };
    exists(transport, &queue).await
}

/// Whether events can come into these queues: through a gate, which is made last and cut first when it is moved.
async fn leads(
    transport: &dyn Transport,
    names: &Names,
    handler: &Ordered,
    partitions: Option<u16>,
) -> Result<bool, TransportError> {
    let gate = Topology {
        exchanges: vec![Exchange {
            name: names.gate(handler.name, partitions),
            kind: match partitions {
                None => ExchangeKind::Fanout,
                Some(_) => ExchangeKind::Hash {
                    header: handler.key_header,
                },
            },
            alternate: None,
        }],
        ..Topology::default()
    };
    Ok(transport.plan(&gate).await?.missing.is_empty())
}

async fn exists(transport: &dyn Transport, queue: &str) -> Result<bool, TransportError> {
    match transport.depth(queue).await {
        Ok(_) => Ok(true),
        Err(TransportError::NoQueue(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn text(partitions: Option<u16>) -> String {
    match partitions {
        None => "one queue".to_owned(),
        Some(1) => "1 partition".to_owned(),
        Some(count) => format!("{count} partitions"),
    }
}

impl Move<'_> {
    /// `keep has one queue on the broker, and 8 partitions in this build`
    pub(super) fn describe(&self) -> String {
        let from: Vec<_> = self.from.iter().map(|from| text(*from)).collect();
        let to = text(self.handler.options.partitions());
        format!(
            "{} has {} on the broker, and {to} in this build",
            self.handler.name,
            from.join(" and ")
        )
    }

    /// Moves it. Waits for as long as there is something in the old queues; `say` is told about it.
    ///
    /// # Errors
    ///
    /// The broker's; a build that wants one queue without partitions, or a queue that never had an order.
    ///
    /// # Cancel safety
    ///
    /// Calling it again goes on.
    pub(super) async fn run(&self, transport: &dyn Transport, say: &(dyn Fn(&str) + Sync)) -> Result<()> {
        let (names, handler) = (self.names, self.handler.name);
        let Some(count) = self.handler.options.partitions() else {
            return Err(Error::Setting(format!(
                "{}; from partitions the way leads to other partitions only: say `partitions = 1`, which is one queue",
                self.describe()
            )));
        };
        let mut old = Vec::new();
        for queue in self.from.iter().flat_map(|from| names.queues(handler, *from)) {
            if exists(transport, &queue).await? {
                old.push(queue);
            }
        }
        self.check_old(transport).await?;
        self.check_direction(transport, count).await?;
        say(&self.describe());
        let mut words = self.words(&old);
        words.exchanges.push(self.direction(count));
        transport.apply(&words).await?;
        self.make_new(transport, count, &old).await?;
        say(&format!(
            "what is published goes to {}; the old queues are emptied",
            text(Some(count))
        ));
        self.empty_old(transport, old, say).await?;
        transport.remove(&words).await?;
        Ok(())
    }

    /// A queue that is read by several at once has no order that could be kept.
    async fn check_old(&self, transport: &dyn Transport) -> Result<()> {
        let handler = self.handler.name;
        if !self.from.contains(&None) {
            return Ok(());
        }
        let ordered = Topology {
            queues: vec![Queue::of_handler(self.names, handler, self.names.queue(handler))],
            ..Topology::default()
        };
        match transport.plan(&ordered).await?.different.first() {
            Some(difference) => Err(Error::Setting(format!(
                "{difference}: the handler had no order so far; give it a new name, and its old queue to the old build until it is \
                 empty"
            ))),
            None => Ok(()),
        }
    }

    /// In the other direction the queues would wait for each other.
    async fn check_direction(&self, transport: &dyn Transport, count: u16) -> Result<()> {
        for other in Options::PARTITIONS.into_iter().filter(|other| *other != count) {
            let direction = Topology {
                exchanges: vec![self.direction(other)],
                ..Topology::default()
            };
            if transport.plan(&direction).await?.missing.is_empty() {
                return Err(Error::Setting(format!(
                    "{} is being moved to {}: `topology apply` of the build that has them ends that, then this one can begin",
                    self.handler.name,
                    text(Some(other))
                )));
            }
        }
        Ok(())
    }

    /// An exchange that leads nowhere: as long as it is there, the handler is being moved to so many partitions.
    fn direction(&self, count: u16) -> Exchange {
        Exchange {
            name: format!("{}.move", self.names.gate(self.handler.name, Some(count))),
            kind: ExchangeKind::Fanout,
            alternate: None,
        }
    }

    /// Where the readers of the old queues say what is done.
    fn words(&self, old: &[String]) -> Topology {
        let inlet = |queue: &str, key: String| Binding {
            source: self.names.inlet(),
            destination: Destination::Queue(queue.to_owned()),
            key,
        };
        let words = self.names.words(self.handler.name);
        let ways = old.iter().map(|queue| inlet(&words, format!("{queue}{DONE}")));
        Topology {
            bindings: ways.collect(),
            queues: vec![Queue::of_words(words)],
            ..Topology::default()
        }
    }

    /// Barriers first: who reads a new queue does so after the old ones, whatever ends in between.
    async fn make_new(&self, transport: &dyn Transport, count: u16, old: &[String]) -> Result<()> {
        let (names, handler) = (self.names, self.handler.name);
        let route = Route::new(handler, self.handler.takes.to_vec())
            .with_queues(self.handler.options.queues(self.handler.key_header));
        let whole = Topology::of_service(names, &[route], &[]);
        let new = names.queues(handler, Some(count));
        let mut queues = whole.clone();
        queues.exchanges.retain(|exchange| exchange.name == names.inlet());
        queues.queues.retain(|queue| new.contains(&queue.name));
        queues
            .bindings
            .retain(|binding| binding.source == names.inlet() && new.contains(&binding.key));
        transport.apply(&queues).await?;
        for (at, queue) in new.iter().enumerate() {
            // Each begins with another one; the first ones are deleted last.
            let (last, mut first): (Vec<_>, Vec<_>) =
                old.iter().map(String::as_str).partition(|old| self.is_first(old));
            let by = at.checked_rem(first.len()).unwrap_or_default();
            first.rotate_left(by);
            first.extend(last);
            Barrier::First(first).send(transport, names, queue).await?;
        }
        // From now on, events go into old and new ones.
        transport.apply(&whole).await?;
        Ok(())
    }

    async fn empty_old(
        &self,
        transport: &dyn Transport,
        mut left: Vec<String>,
        say: &(dyn Fn(&str) + Sync),
    ) -> Result<()> {
        let mut words = transport.consume(&self.names.words(self.handler.name), 64).await?;
        for from in &self.from {
            transport.cut(&self.names.gate(self.handler.name, *from)).await?;
        }
        tokio::time::sleep(ON_ITS_WAY).await;
        let mut done = Vec::new();
        while !left.is_empty() {
            for queue in left.iter().filter(|queue| !done.contains(*queue)) {
                let word = format!("{queue}{DONE}");
                Barrier::Done(&word).send(transport, self.names, queue).await?;
            }
            while !left.is_empty() {
                let Ok(word) = tokio::time::timeout(REPORT, next_done(words.as_mut())).await else {
                    left = self.look(transport, left, say).await?;
                    break;
                };
                done.extend(word?.strip_suffix(DONE).map(str::to_owned));
                while let Some(at) = left
                    .iter()
                    .position(|queue| done.contains(queue) && self.may_go(queue, &left))
                {
                    // What came after its last word is in the new queues as well.
                    let queue = left.swap_remove(at);
                    let gone = Topology {
                        queues: vec![Queue::of_handler(self.names, self.handler.name, queue.clone())],
                        ..Topology::default()
                    };
                    transport.remove(&gone).await?;
                    say(&format!("  - {queue}: everything in it is done"));
                }
            }
        }
        words.close().await;
        Ok(())
    }

    /// Whether it says of its set that it is there.
    fn is_first(&self, queue: &str) -> bool {
        let firsts = self
            .from
            .iter()
            .map(|from| self.names.queues(self.handler.name, *from).swap_remove(0));
        firsts.into_iter().any(|first| first == queue)
    }

    /// As long as others of its set are `left`, the first one says that they are.
    fn may_go(&self, queue: &str, left: &[String]) -> bool {
        let mut sets = self.from.iter().map(|from| self.names.queues(self.handler.name, *from));
        let set = sets.find(|set| set.first().is_some_and(|first| first == queue));
        set.is_none_or(|set| !left.iter().any(|other| other != queue && set.contains(other)))
    }

    /// Says what is waited for; what is still there.
    async fn look(
        &self,
        transport: &dyn Transport,
        left: Vec<String>,
        say: &(dyn Fn(&str) + Sync),
    ) -> Result<Vec<String>> {
        let mut there = Vec::new();
        for queue in left {
            match (transport.depth(&queue).await, transport.readers(&queue).await) {
                (Err(TransportError::NoQueue(_)), _) => continue,
                (Ok(depth), Ok(0)) => say(&format!(
                    "  {queue}: {depth} wait, and nobody reads them: start the service, this build or the old one"
                )),
                (Ok(depth), Ok(_)) => say(&format!("  {queue}: {depth} wait")),
                (Err(error), _) | (_, Err(error)) => return Err(error.into()),
            }
            there.push(queue);
        }
        Ok(there)
    }
}
