use super::letter::DeadLetter;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many keys and types of a group are named.
const NAMED: usize = 5;

/// Dead letters that failed alike.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DeadLetterGroup {
    /// The handler that could not take them.
    pub handler: String,
    /// What they have in common: handler, reason and variant of the error.
    pub fingerprint: String,
    /// How many there are.
    pub count: u64,
    /// When the first of them became a dead letter.
    pub first_dead_at: Option<Timestamp>,
    /// When the last one did.
    pub last_dead_at: Option<Timestamp>,
    /// Why they are here.
    pub reason: String,
    /// The error of the first one, with its causes.
    pub error: String,
    /// Their types, at most five.
    pub event_types: Vec<String>,
    /// Some of their keys, at most five.
    pub keys: Vec<String>,
    /// The id of one of them, to be looked at.
    pub example_id: Option<String>,
}

/// Sorts dead letters into groups, one after another: they need not be in memory together.
#[derive(Debug, Default)]
pub(crate) struct Groups(BTreeMap<[String; 3], DeadLetterGroup>);

impl Groups {
    pub(crate) fn add(&mut self, letter: &DeadLetter) {
        // What the broker itself has moved has no fingerprint.
        let of = [
            letter.handler.clone(),
            letter.fingerprint.clone(),
            letter.reason.clone(),
        ];
        let group = self.0.entry(of).or_insert_with(|| DeadLetterGroup {
            handler: letter.handler.clone(),
            fingerprint: letter.fingerprint.clone(),
            count: 0,
            first_dead_at: None,
            last_dead_at: None,
            reason: letter.reason.clone(),
            error: letter.error.clone(),
            event_types: Vec::new(),
            keys: Vec::new(),
            example_id: None,
        });
        group.count += 1;
        let at = letter.dead_at;
        group.first_dead_at = group.first_dead_at.into_iter().chain(at).min();
        group.last_dead_at = group.last_dead_at.into_iter().chain(at).max();
        name(&mut group.event_types, Some(&letter.event_type));
        name(&mut group.keys, letter.key.as_ref());
        if group.example_id.is_none() {
            group.example_id.clone_from(&letter.id);
        }
    }

    /// The largest first.
    pub(crate) fn finish(self) -> Vec<DeadLetterGroup> {
        let mut groups: Vec<_> = self.0.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}

fn name(named: &mut Vec<String>, new: Option<&String>) {
    if let Some(new) = new
        && named.len() < NAMED
        && !named.contains(new)
    {
        named.push(new.clone());
    }
}
