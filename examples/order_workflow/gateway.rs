//! A payment gateway that behaves as badly as real ones, but the same way every time.

use crate::ledger::Effects;
use event_runtime::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Why a payment was not authorized.
#[derive(Debug, thiserror::Error, Failure)]
pub enum PaymentError {
    /// Will not get better by asking again.
    #[error("the card was declined")]
    #[failure(poison)]
    Declined,
    /// May well get better.
    #[error("the payment gateway does not answer (503)")]
    #[failure(retry)]
    Unavailable,
}

/// The gateway's client. A clone is the same gateway.
#[derive(Debug, Clone, Default)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    repaired: AtomicBool,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    tries: HashMap<String, u32>,
    answers: HashMap<String, u64>,
    /// The key of every charge: one that is here twice was charged twice.
    charges: Vec<String>,
}

impl Gateway {
    /// A broken gateway, unless the variable `GATEWAY` says `repaired`.
    pub fn from_env() -> Self {
        let gateway = Self::default();
        if std::env::var("GATEWAY").is_ok_and(|value| value == "repaired") {
            gateway.repair();
        }
        gateway
    }

    /// Declined cards are good from now on, and the gateway answers.
    pub fn repair(&self) {
        self.0.repaired.store(true, Ordering::Relaxed);
    }

    /// Sets money aside, once per `key`: a second call with the same key gets the answer of the first one.
    ///
    /// # Errors
    ///
    /// `tok_declined` is declined, `tok_down` finds nobody, `tok_flaky` finds nobody twice; `tok_hangs` never returns.
    pub async fn authorize(&self, key: &str, card: &str) -> Result<u64, PaymentError> {
        let takes = match card {
            "tok_hangs" => Duration::MAX,
            "tok_slow" => Duration::from_millis(150),
            _ => Duration::from_millis(2),
        };
        tokio::time::sleep(takes).await;
        let repaired = self.0.repaired.load(Ordering::Relaxed);
        let mut books = self.books();
        if let Some(authorization) = books.answers.get(key).copied() {
            return Ok(authorization);
        }
        let tries = books.tries.entry(key.to_owned()).or_default();
        *tries += 1;
        match card {
            "tok_declined" if !repaired => return Err(PaymentError::Declined),
            "tok_down" if !repaired => return Err(PaymentError::Unavailable),
            "tok_flaky" if *tries <= 2 => return Err(PaymentError::Unavailable),
            _ => {}
        }
        let authorization = 7_000_001 + books.charges.len() as u64;
        books.charges.push(key.to_owned());
        books.answers.insert(key.to_owned(), authorization);
        Ok(authorization)
    }

    /// How many charges were made, and for how many different keys.
    pub fn charges(&self) -> Effects {
        let books = self.books();
        let keys: HashSet<_> = books.charges.iter().collect();
        Effects {
            all: books.charges.len() as u64,
            different: keys.len() as u64,
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
