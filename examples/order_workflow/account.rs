//! Waits until every order has come to its end, and adds up.

use crate::feed::Line;
use crate::gateway::Gateway;
use crate::ledger::{Again, Ledger, Stage};
use event_runtime::transport::PublishError;
use event_runtime::{DeadLetter, Running, Snapshot};
use indicatif::ProgressBar;
use std::collections::{BTreeMap, HashMap};
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
    pub charges: u64,
    pub paid_once: usize,
    pub paid_again: usize,
    pub places: u64,
    pub again: Again,
    pub snapshot: Snapshot,
}

impl Account {
    /// How many dead letters there are.
    pub fn dead(&self) -> usize {
        self.dead.values().map(Vec::len).sum()
    }

    /// Whether every line has an end and none had an effect twice.
    pub fn complete(&self) -> bool {
        self.missing.is_empty() && self.refused == 0 && self.paid_again == 0
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
        let sent = (self.lines.len() - self.refused.len()) as u64 + replayed;
        loop {
            let snapshot = self.running.snapshot();
            let late = Instant::now() >= deadline;
            bar.set_position(ended(&snapshot).min(sent));
            if late || at_rest(&snapshot, sent) {
                let account = self.add_up().await?;
                if late || account.missing.is_empty() {
                    return Ok(account);
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
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
        let (paid_once, paid_again) = self.ledger.payments();
        let mut account = Account {
            lines: self.lines.len(),
            refused: self.refused.len(),
            published: self.lines.len() - self.refused.len(),
            charges: self.gateway.charges(),
            paid_once,
            paid_again,
            places: self.ledger.places(),
            again: self.ledger.again(),
            snapshot: self.running.snapshot(),
            ..Account::default()
        };
        let mut seen = HashMap::new();
        for line in self.lines {
            let id = line.id.to_string();
            if self.refused.iter().any(|(refused, _)| refused.number == line.number)
                || seen.insert(id.clone(), line.number).is_some()
            {
                continue;
            }
            account.events += 1;
            match (self.ledger.stage(&id), dead.remove(&id)) {
                (Some(Stage::Fulfilled), _) => account.fulfilled += 1,
                (Some(Stage::Stale), _) => account.stale += 1,
                (_, Some(letter)) => account.dead.entry(letter.reason.clone()).or_default().push(letter),
                (stage, None) => {
                    let far =
                        stage.map_or_else(|| "never seen".to_owned(), |stage| format!("{stage:?}").to_lowercase());
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

/// Orders whose payment is over, whatever came of it.
fn ended(snapshot: &Snapshot) -> u64 {
    snapshot
        .handlers
        .first()
        .map_or(0, |payment| payment.handled + payment.skipped + payment.dead())
}

/// Whether each handler has dealt with as many events as the one before it published.
fn at_rest(snapshot: &Snapshot, sent: u64) -> bool {
    let mut expected = sent;
    snapshot.handlers.iter().all(|handler| {
        let all = handler.handled + handler.skipped + handler.dead() >= expected;
        expected = handler.handled;
        all
    })
}
