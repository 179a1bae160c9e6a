//! Held keys, the lines of their events, and the newest sequences: what is committed, and what a transaction adds.

use super::super::{HeldCount, HeldKey, LineRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// A handler, and one of its keys.
pub(super) type Place = (String, String);

/// What a transaction keeps others from until it ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Lock {
    Held(Place),
    Row(i64),
    Newest(Place),
}

/// What is committed.
#[derive(Default)]
pub(super) struct Lines {
    held: BTreeMap<Place, Instant>,
    rows: BTreeMap<i64, Row>,
    newest: HashMap<Place, (u64, Instant)>,
}

#[derive(Clone)]
pub(super) struct Row {
    place: Place,
    row: LineRow,
    since: Instant,
}

/// What a transaction adds to it.
#[derive(Default)]
pub(super) struct Change {
    held: BTreeSet<Place>,
    gone: BTreeSet<Place>,
    added: BTreeMap<i64, Row>,
    taken: BTreeSet<i64>,
    amended: Vec<LineRow>,
    newest: HashMap<Place, u64>,
}

impl Row {
    pub(super) fn new(handler: &str, id: i64, row: &LineRow) -> Self {
        Self {
            place: (handler.to_owned(), row.key.clone()),
            row: LineRow { id, ..row.clone() },
            since: Instant::now(),
        }
    }

    fn line_row(&self) -> LineRow {
        LineRow {
            age: self.since.elapsed(),
            ..self.row.clone()
        }
    }
}

impl Lines {
    pub(super) fn any_held(&self, handler: &str) -> bool {
        self.held.keys().any(|(of, _)| of == handler)
    }

    /// Whether an event waits that the inbox of `handler` knows as `claim`.
    pub(super) fn waits(&self, handler: &str, claim: &str) -> bool {
        self.rows
            .values()
            .any(|row| row.place.0 == handler && row.row.claim == claim)
    }

    /// Forgets newest sequences that are older than `age`.
    pub(super) fn forget(&mut self, handler: &str, age: Duration) {
        self.newest
            .retain(|place, (_, since)| place.0 != handler || since.elapsed() <= age);
    }

    fn of<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = (&'a i64, &'a Row)> {
        self.rows.iter().filter(move |(_, row)| row.place == *place)
    }

    pub(super) fn count(&self, handler: &str) -> HeldCount {
        let keys = self.held.keys().filter(|(of, _)| of == handler).count();
        let events = self.rows.values().filter(|row| row.place.0 == handler).count();
        HeldCount::new(keys as u64, events as u64)
    }

    pub(super) fn keys(&self, handler: &str, limit: u32) -> Vec<HeldKey> {
        let mut held: Vec<_> = self.held.iter().filter(|((of, _), _)| of == handler).collect();
        held.sort_by_key(|(place, since)| (**since, *place));
        let key = |(place, since): (&Place, &Instant)| {
            let key = HeldKey::new(place.1.clone(), self.of(place).count() as u64, since.elapsed());
            match self.of(place).next() {
                Some((_, first)) => {
                    let row = first.row.clone();
                    key.behind(Some(row.event_id), Some(row.type_name), row.reason)
                }
                None => key,
            }
        };
        held.into_iter().take(limit as usize).map(key).collect()
    }

    pub(super) fn line(&self, place: &Place, limit: u32) -> Vec<LineRow> {
        self.of(place)
            .take(limit as usize)
            .map(|(_, row)| row.line_row())
            .collect()
    }

    pub(super) fn commit(&mut self, change: Change) {
        self.held.retain(|place, _| !change.gone.contains(place));
        for place in change.held {
            self.held.entry(place).or_insert_with(Instant::now);
        }
        self.rows.extend(change.added);
        self.rows.retain(|id, _| !change.taken.contains(id));
        for row in change.amended {
            if let Some(found) = self.rows.get_mut(&row.id) {
                found.row = row;
            }
        }
        let now = Instant::now();
        self.newest
            .extend(change.newest.into_iter().map(|(place, at)| (place, (at, now))));
    }
}

/// What a transaction sees: its own changes over what is committed.
impl Change {
    pub(super) fn is_held(&self, lines: &Lines, place: &Place) -> bool {
        (lines.held.contains_key(place) || self.held.contains(place)) && !self.gone.contains(place)
    }

    /// How many keys are held then.
    pub(super) fn hold(&mut self, lines: &Lines, place: Place) -> u64 {
        self.gone.remove(&place);
        let handler = place.0.clone();
        self.held.insert(place);
        let committed = lines.held.keys().filter(|place| !self.held.contains(*place));
        let others = committed.filter(|(of, _)| *of == handler).count();
        (others + self.held.iter().filter(|(of, _)| *of == handler).count()) as u64
    }

    /// How many are in its line then.
    pub(super) fn line_up(&mut self, lines: &Lines, row: Row) -> u64 {
        let place = row.place.clone();
        self.added.insert(row.row.id, row);
        self.in_line(lines, &place)
    }

    fn in_line(&self, lines: &Lines, place: &Place) -> u64 {
        let committed = lines.of(place).filter(|(id, _)| !self.taken.contains(id)).count();
        let added = self
            .added
            .iter()
            .filter(|(id, row)| row.place == *place && !self.taken.contains(*id));
        (committed + added.count()) as u64
    }

    /// Which row would be taken next.
    pub(super) fn first(&self, lines: &Lines, place: &Place) -> Option<i64> {
        lines.of(place).map(|(id, _)| *id).find(|id| !self.taken.contains(id))
    }

    pub(super) fn take(&mut self, lines: &Lines, id: i64) -> Option<LineRow> {
        let row = lines.rows.get(&id)?;
        self.taken.insert(id);
        Some(row.line_row())
    }

    pub(super) fn amend(&mut self, row: &LineRow) {
        self.amended.push(row.clone());
    }

    pub(super) fn let_go(&mut self, lines: &Lines, place: Place) -> bool {
        if !self.is_held(lines, &place) {
            return true;
        }
        if self.in_line(lines, &place) > 0 {
            return false;
        }
        self.held.remove(&place);
        self.gone.insert(place);
        true
    }

    pub(super) fn newest(&self, lines: &Lines, place: &Place) -> Option<u64> {
        let committed = || lines.newest.get(place).map(|(at, _)| *at);
        self.newest.get(place).copied().or_else(committed)
    }

    /// `false` when there is one that is not older.
    pub(super) fn set_newest(&mut self, lines: &Lines, place: Place, at: u64) -> bool {
        if self.newest(lines, &place).is_some_and(|newest| newest >= at) {
            return false;
        }
        self.newest.insert(place, at);
        true
    }
}
