//! Waits until every order has come to its end, and adds up.

use crate::feed::Line;
use crate::gateway::Gateway;
use crate::ledger::{Effects, Ledger, Stage};
use event_runtime::prelude::*;
use event_runtime::transport::PublishError;
use event_runtime::{DeadLetter, HandlerSnapshot, Running, Snapshot};
use indicatif::ProgressBar;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Everything a run began with.
#[derive(Debug)]
pub struct Run<'a> {
    pub running: &'a Running,
    pub lines: &'a [Line],
    pub refused: &'a [(&'a Line, PublishError)],
    pub ledger: &'a Ledger,
    pub gateway: &'a Gateway,
    /// Dead letters from before are of another run.
    pub since: SystemTime,
}

/// What became of every line.
#[derive(Debug, Default)]
pub struct Account {
    pub lines: usize,
    pub refused: usize,
    pub published: usize,
    /// Different events among the published lines.
    pub events: usize,
    pub fulfilled: usize,
    pub stale: usize,
    /// By reason.
    pub dead: BTreeMap<String, Vec<DeadLetter>>,
    /// Lines without an end, and how far they came.
    pub missing: Vec<String>,
    /// Rows of orders, payments and closed orders, and the events they are about.
    pub rows: [Effects; 3],
    /// Charges at the gateway, and their keys.
    pub charges: Effects,
    pub snapshot: Snapshot,
}

impl Account {
    /// How many dead letters there are.
    pub fn dead(&self) -> usize {
        self.dead.values().map(Vec::len).sum()
    }

    /// Whether every line has an end and none had an effect twice.
    pub fn complete(&self) -> bool {
        self.missing.is_empty() && self.refused == 0 && self.second_effects() == 0
    }

    /// Events that came to a handler that had dealt with them before.
    pub fn duplicates(&self) -> u64 {
        self.snapshot.handlers.iter().map(|handler| handler.duplicates).sum()
    }

    /// Rows and charges that should not be there.
    pub fn second_effects(&self) -> u64 {
        self.rows
            .iter()
            .chain([&self.charges])
            .map(|effects| effects.again())
            .sum()
    }
}

impl Run<'_> {
    /// Waits until everything that was sent, `replayed` dead letters included, has come to an end, at most `within`.
    ///
    /// # Errors
    ///
    /// Dead letters that cannot be read.
    pub async fn account(&self, replayed: u64, within: Duration, bar: &ProgressBar) -> event_runtime::Result<Account> {
        let deadline = Instant::now() + within;
        let sent = (self.lines.len() - self.refused.len()) as u64;
        let ids: HashSet<_> = self.published().map(|line| line.id.to_string()).collect();
        let ends = ids.len() as u64 + replayed;
        let mut looked = Instant::now();
        loop {
            let snapshot = self.running.snapshot();
            let ended = self.ledger.ended().await.map_err(BoxError::from)? + dead(&snapshot);
            bar.set_position(ended.min(ends));
            let late = Instant::now() >= deadline;
            let at_rest = ended >= ends && arrived(&snapshot) >= sent;
            // What a kept database knows from before does not end again.
            if late || at_rest || looked.elapsed() > Duration::from_secs(2) {
                looked = Instant::now();
                let account = self.add_up().await?;
                if late || (account.missing.is_empty() && arrived(&account.snapshot) >= sent) {
                    return Ok(account);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The lines that the broker has taken.
    fn published(&self) -> impl Iterator<Item = &Line> {
        let refused: HashSet<_> = self.refused.iter().map(|(line, _)| line.number).collect();
        self.lines.iter().filter(move |line| !refused.contains(&line.number))
    }

    async fn add_up(&self) -> event_runtime::Result<Account> {
        let mut dead = HashMap::new();
        for handler in self.running.snapshot().handlers {
            for letter in self.running.dead_letters().list(&handler.handler).await? {
                let of_this_run = letter.dead_at.is_none_or(|at| SystemTime::from(at) >= self.since);
                // What an order ended as counts under the id of the order, whichever handler it was.
                if let (true, Some(id)) = (of_this_run, letter.correlation_id.clone().or(letter.id.clone())) {
                    dead.insert(id, letter);
                }
            }
        }
        let stages = self.ledger.stages().await.map_err(BoxError::from)?;
        let mut account = Account {
            lines: self.lines.len(),
            refused: self.refused.len(),
            published: self.lines.len() - self.refused.len(),
            rows: self.ledger.effects().await.map_err(BoxError::from)?,
            charges: self.gateway.charges(),
            snapshot: self.running.snapshot(),
            ..Account::default()
        };
        let mut seen = HashSet::new();
        for line in self.published() {
            let id = line.id.to_string();
            if !seen.insert(id.clone()) {
                continue;
            }
            account.events += 1;
            match (stages.get(&id), dead.remove(&id)) {
                (Some(Stage::Fulfilled), _) => account.fulfilled += 1,
                (Some(Stage::Stale), _) => account.stale += 1,
                (_, Some(letter)) => account.dead.entry(letter.reason.clone()).or_default().push(letter),
                (stage, None) => {
                    let far = stage.map_or_else(
                        || "never accepted".to_owned(),
                        |stage| format!("{stage:?}").to_lowercase(),
                    );
                    account
                        .missing
                        .push(format!("line {} ({}): {far}", line.number, line.order_ref()));
                }
            }
        }
        account.missing.extend(
            self.refused
                .iter()
                .map(|(line, error)| format!("line {} ({}): not published: {error}", line.number, line.order_ref())),
        );
        Ok(account)
    }
}

/// Events that came to the first handler and were dealt with, repeats included.
fn arrived(snapshot: &Snapshot) -> u64 {
    snapshot.handlers.first().map_or(0, |first| {
        first.handled + first.duplicates + first.skipped + first.dead()
    })
}

/// Events that became dead letters, wherever.
fn dead(snapshot: &Snapshot) -> u64 {
    snapshot.handlers.iter().map(HandlerSnapshot::dead).sum()
}
