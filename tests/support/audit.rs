//! What a journal proves.
//!
//! `lost = confirmed - effects - dead - parked - still queued`. Delivering an
//! event twice is fine; changing the world twice is not, for an idempotent handler.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::journal::{Fact, Kind};

/// How to read a journal.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    handler: Option<String>,
    queued: BTreeSet<String>,
}

impl Audit {
    /// All effects, of whatever handler.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only facts of this handler, and those that name none.
    #[must_use]
    pub fn handler(mut self, handler: impl ToString) -> Self {
        self.handler = Some(handler.to_string());
        self
    }

    /// Ids that still wait on the broker or in a store, and so are not lost.
    #[must_use]
    pub fn queued<I: ToString>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.queued.extend(ids.into_iter().map(|id| id.to_string()));
        self
    }

    /// Reads the facts.
    pub fn of(&self, facts: &[Fact]) -> Report {
        let mine = |fact: &&Fact| match (&self.handler, &fact.handler) {
            (Some(wanted), Some(handler)) => wanted == handler,
            _ => true,
        };
        let ids = |kinds: &[Kind]| -> BTreeSet<String> {
            facts
                .iter()
                .filter(mine)
                .filter(|fact| kinds.contains(&fact.kind))
                .map(|fact| fact.id.clone())
                .collect()
        };
        let mut times = BTreeMap::<String, usize>::new();
        for fact in facts.iter().filter(mine).filter(|fact| fact.kind == Kind::Effect) {
            *times.entry(fact.id.clone()).or_default() += 1;
        }
        let published = ids(&[Kind::Published, Kind::Confirmed]);
        let settled = ids(&[Kind::Effect, Kind::Dead, Kind::Parked]);
        let confirmed = ids(&[Kind::Confirmed]);
        let gone = |id: &&String| !settled.contains(*id) && !self.queued.contains(*id);
        Report {
            published: published.len(),
            confirmed: confirmed.len(),
            effects: times.values().sum(),
            dead: ids(&[Kind::Dead]).len(),
            parked: ids(&[Kind::Parked]).len(),
            lost: confirmed.iter().filter(gone).cloned().collect(),
            unexpected: settled.difference(&published).cloned().collect(),
            repeated: times.into_iter().filter(|(_, count)| *count > 1).collect(),
            inversions: inversions(facts, mine),
        }
    }
}

/// A later event of a key that took effect before an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inversion {
    /// The key.
    pub key: String,
    /// Published earlier, took effect later.
    pub late: String,
    /// Published later, took effect earlier.
    pub early: String,
}

fn inversions(facts: &[Fact], mine: impl Fn(&&Fact) -> bool) -> Vec<Inversion> {
    let mut order = HashMap::new();
    for (position, fact) in facts.iter().filter(|fact| fact.kind == Kind::Published).enumerate() {
        order.entry(fact.id.as_str()).or_insert((position, fact.key.as_deref()));
    }
    let mut newest = HashMap::<&str, (usize, &str)>::new();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for fact in facts.iter().filter(mine).filter(|fact| fact.kind == Kind::Effect) {
        // A repeated effect is reported as such, and not again as disorder.
        let (Some(&(position, key)), true) = (order.get(fact.id.as_str()), seen.insert(&fact.id)) else {
            continue;
        };
        let Some(key) = fact.key.as_deref().or(key) else {
            continue;
        };
        let newest = newest.entry(key).or_insert((position, &fact.id));
        if position < newest.0 {
            found.push(Inversion {
                key: key.to_owned(),
                late: fact.id.clone(),
                early: newest.1.to_owned(),
            });
        } else {
            *newest = (position, &fact.id);
        }
    }
    found
}

/// What a journal proves; prints as a short table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Events that were published, confirmed or not.
    pub published: usize,
    /// Events the broker has taken.
    pub confirmed: usize,
    /// Effects, repeated ones included.
    pub effects: usize,
    /// Dead letters.
    pub dead: usize,
    /// Parked events.
    pub parked: usize,
    /// Confirmed, and nowhere.
    pub lost: Vec<String>,
    /// Effects, dead letters or parked events that nobody published.
    pub unexpected: Vec<String>,
    /// Events with more than one effect, and how many.
    pub repeated: Vec<(String, usize)>,
    /// Effects out of the order of their key.
    pub inversions: Vec<Inversion>,
}

impl Report {
    /// Nothing lost, nothing from nowhere. Repeated effects are allowed.
    ///
    /// # Panics
    ///
    /// Otherwise, with the report.
    #[track_caller]
    pub fn assert_at_least_once(&self) {
        assert!(
            self.lost.is_empty() && self.unexpected.is_empty(),
            "events were lost or invented\n{self}"
        );
    }

    /// Nothing lost, nothing from nowhere, no effect twice.
    ///
    /// # Panics
    ///
    /// Otherwise, with the report.
    #[track_caller]
    pub fn assert_once(&self) {
        self.assert_at_least_once();
        assert!(self.repeated.is_empty(), "events took effect more than once\n{self}");
    }

    /// Effects of one key came in the order of publishing.
    ///
    /// # Panics
    ///
    /// Otherwise, with the report.
    #[track_caller]
    pub fn assert_ordered(&self) {
        assert!(
            self.inversions.is_empty(),
            "events of one key took effect out of order\n{self}"
        );
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "published {}, confirmed {}, effects {}, dead {}, parked {}",
            self.published, self.confirmed, self.effects, self.dead, self.parked
        )?;
        some(f, "lost", &self.lost)?;
        some(f, "unexpected", &self.unexpected)?;
        some(f, "repeated", &self.repeated)?;
        some(f, "inversions", &self.inversions)
    }
}

fn some<T: fmt::Debug>(f: &mut fmt::Formatter<'_>, what: &str, items: &[T]) -> fmt::Result {
    writeln!(f, "{what}: {}", items.len())?;
    items.iter().take(10).try_for_each(|item| writeln!(f, "  {item:?}"))
}
