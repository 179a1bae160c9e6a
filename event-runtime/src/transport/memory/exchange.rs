//! Exchanges: from a routing key to queues.

use super::bus::QueueId;
use crate::message::Headers;
use crate::topology::{self, Destination, ExchangeKind};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

/// Routes worth remembering per exchange; a ladder with jitter has tens of thousands that are used once.
const REMEMBERED: usize = 4096;

#[derive(Default)]
pub(super) struct Exchanges {
    by_name: HashMap<String, Exchange>,
}

struct Exchange {
    model: topology::Exchange,
    bindings: Vec<Bound>,
    /// Answers given since the last change of any exchange, where the routing key alone decides.
    remembered: HashMap<String, Arc<[QueueId]>>,
}

#[derive(PartialEq)]
struct Bound {
    key: String,
    to: Target,
}

#[derive(Clone, PartialEq)]
pub(super) enum Target {
    Queue(QueueId),
    Exchange(String),
}

impl Exchanges {
    pub(super) fn get(&self, name: &str) -> Option<&topology::Exchange> {
        self.by_name.get(name).map(|exchange| &exchange.model)
    }

    pub(super) fn declare(&mut self, model: &topology::Exchange) {
        self.forget();
        self.by_name.entry(model.name.clone()).or_insert_with(|| Exchange {
            model: model.clone(),
            bindings: Vec::new(),
            remembered: HashMap::new(),
        });
    }

    /// Binds `source`, which must exist, once.
    pub(super) fn bind(&mut self, source: &str, key: &str, to: Target) {
        self.forget();
        let bound = Bound { key: key.into(), to };
        if let Some(exchange) = self.by_name.get_mut(source)
            && !exchange.bindings.contains(&bound)
        {
            exchange.bindings.push(bound);
        }
    }

    /// Removes an exchange that leads nowhere; `false` when it leads somewhere and stays.
    pub(super) fn remove_unused(&mut self, name: &str) -> bool {
        if self
            .by_name
            .get(name)
            .is_some_and(|exchange| !exchange.bindings.is_empty())
        {
            return false;
        }
        self.by_name.remove(name);
        self.unbind(&Target::Exchange(name.into()));
        true
    }

    /// Takes `target` out of every exchange.
    pub(super) fn unbind(&mut self, target: &Target) {
        self.forget();
        for exchange in self.by_name.values_mut() {
            exchange.bindings.retain(|bound| bound.to != *target);
        }
    }

    /// Removes an exchange, wherever it leads.
    pub(super) fn cut(&mut self, name: &str) {
        self.by_name.remove(name);
        self.unbind(&Target::Exchange(name.into()));
    }

    fn forget(&mut self) {
        self.by_name
            .values_mut()
            .for_each(|exchange| exchange.remembered.clear());
    }

    /// The queues that take a message with `key` on `exchange`; none when there is no such exchange.
    pub(super) fn route(&mut self, exchange: &str, key: &str, headers: &Headers) -> Arc<[QueueId]> {
        if let Some(found) = self.by_name.get(exchange).and_then(|from| from.remembered.get(key)) {
            return Arc::clone(found);
        }
        let (queues, by_headers) = self.search(exchange, key, headers);
        let route: Arc<[QueueId]> = queues.into();
        if let Some(from) = self.by_name.get_mut(exchange).filter(|_| !by_headers) {
            if from.remembered.len() >= REMEMBERED {
                from.remembered.clear();
            }
            from.remembered.insert(key.into(), Arc::clone(&route));
        }
        route
    }

    /// Follows bindings between exchanges and alternate exchanges, each exchange once; and whether headers decided as well.
    fn search(&self, exchange: &str, key: &str, headers: &Headers) -> (Vec<QueueId>, bool) {
        let (mut queues, mut by_headers) = (Vec::new(), false);
        let mut seen = HashSet::from([exchange]);
        let mut next = vec![exchange];
        while let Some(from) = next.pop().and_then(|name| self.by_name.get(name)) {
            let mut taken = false;
            by_headers |= matches!(from.model.kind, ExchangeKind::Hash { .. });
            for bound in from.taking(key, headers) {
                taken = true;
                match &bound.to {
                    Target::Queue(id) if !queues.contains(id) => queues.push(*id),
                    Target::Exchange(name) if seen.insert(name) => next.push(name),
                    Target::Queue(_) | Target::Exchange(_) => {}
                }
            }
            if let Some(alternate) = from.model.alternate.as_deref()
                && !taken
                && seen.insert(alternate)
            {
                next.push(alternate);
            }
        }
        (queues, by_headers)
    }
}

impl Exchange {
    fn taking(&self, key: &str, headers: &Headers) -> impl Iterator<Item = &Bound> {
        let chosen = match self.model.kind {
            ExchangeKind::Hash { header } => {
                // A message without the header goes where an empty one goes, as on the broker.
                let mut hasher = DefaultHasher::new();
                headers.get(header).unwrap_or_default().hash(&mut hasher);
                let count = self.bindings.len().max(1) as u64;
                Some(usize::try_from(hasher.finish() % count).unwrap_or_default())
            }
            _ => None,
        };
        let bindings = self.bindings.iter().enumerate();
        bindings.filter_map(move |(at, bound)| {
            let takes = chosen.map_or_else(|| self.takes(&bound.key, key), |chosen| chosen == at);
            takes.then_some(bound)
        })
    }

    fn takes(&self, bound: &str, key: &str) -> bool {
        match self.model.kind {
            ExchangeKind::Hash { .. } => false,
            ExchangeKind::Fanout => true,
            ExchangeKind::Direct => bound == key,
            ExchangeKind::Topic => topic(bound, key),
        }
    }
}

impl Target {
    /// The far end of a binding, when it is there.
    pub(super) fn find(to: &Destination, queues: &HashMap<String, QueueId>, exchanges: &Exchanges) -> Option<Self> {
        match to {
            Destination::Queue(name) => queues.get(name).map(|id| Self::Queue(*id)),
            Destination::Exchange(name) => exchanges.get(name).map(|_| Self::Exchange(name.clone())),
        }
    }
}

/// Whether `key` has the words of `pattern`: `*` is one word, `#` any number.
fn topic(pattern: &str, key: &str) -> bool {
    fn words(text: &str) -> Vec<&str> {
        if text.is_empty() {
            Vec::new()
        } else {
            text.split('.').collect()
        }
    }
    fn matches(pattern: &[&str], key: &[&str]) -> bool {
        match (pattern.split_first(), key.split_first()) {
            (None, _) => key.is_empty(),
            (Some((&"#", rest)), _) => (0..=key.len()).any(|skipped| matches(rest, &key[skipped..])),
            (Some((&word, rest)), Some((first, left))) => (word == "*" || word == *first) && matches(rest, left),
            (Some(_), None) => false,
        }
    }
    matches(&words(pattern), &words(key))
}

#[cfg(test)]
mod tests {
    use super::topic;

    #[test]
    fn patterns_match_as_the_broker_does() {
        for (pattern, key, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.b.c", false),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*", "a.", true),
            ("*", "", false),
            ("#", "", true),
            ("#", "a.b.c", true),
            ("a.#", "a", true),
            ("a.#.c", "a.c", true),
            ("a.#.c", "a.b.b.c", true),
            ("a.#.c", "a.b", false),
            ("#.c", "x-c", false),
            ("*.*.h", "1.0.x-h", false),
            ("", "", true),
        ] {
            assert_eq!(topic(pattern, key), expected, "{pattern:?} on {key:?}");
        }
    }
}
