//! The yardsticks of dispatch: a plain call, and what everybody ends up writing round it by hand.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::Instrument;

use super::{Contender, Dispatch};
use crate::Result;
use crate::order::{ORDER_PLACED, Order};
use crate::tally::Tally;

type Handler = Box<dyn Fn(Arc<[u8]>) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;

/// Decode, call, await.
pub(crate) struct Direct;

impl Contender for Direct {
    fn name(&self) -> String {
        "direct: decode and call".to_owned()
    }
}

impl Dispatch for Direct {
    fn dispatch(&self, body: &[u8], count: usize) {
        let tally = Arc::new(Tally::new(count));
        on_one_thread(async {
            for _ in 0..count {
                count_order(Order::decode(body)?, Arc::clone(&tally)).await?;
            }
            Ok(())
        });
    }
}

/// Lookup by type, boxed handler, panic guard, deadline and span.
pub(crate) struct ByHand;

impl Contender for ByHand {
    fn name(&self) -> String {
        "by hand: map, box, panic guard, deadline, span".to_owned()
    }
}

impl Dispatch for ByHand {
    fn dispatch(&self, body: &[u8], count: usize) {
        let handlers = handlers(count);
        let body: Arc<[u8]> = body.into();
        on_one_thread(async {
            for _ in 0..count {
                guarded(&handlers[ORDER_PLACED], Arc::clone(&body)).await?;
            }
            Ok(())
        });
    }
}

/// The same in a task of its own.
pub(crate) struct Spawned;

impl Contender for Spawned {
    fn name(&self) -> String {
        "the same in a spawned task".to_owned()
    }
}

impl Dispatch for Spawned {
    fn dispatch(&self, body: &[u8], count: usize) {
        let handlers = Arc::new(handlers(count));
        let body: Arc<[u8]> = body.into();
        on_one_thread(async {
            for _ in 0..count {
                let (handlers, body) = (Arc::clone(&handlers), Arc::clone(&body));
                tokio::spawn(async move { guarded(&handlers[ORDER_PLACED], body).await }).await??;
            }
            Ok(())
        });
    }
}

/// Runs `work` on a runtime of one thread.
pub(crate) fn on_one_thread(work: impl Future<Output = Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(work));
    if let Err(error) = outcome {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

async fn guarded(handler: &Handler, body: Arc<[u8]>) -> Result<()> {
    let span = tracing::info_span!("handle", event_type = ORDER_PLACED);
    let call = AssertUnwindSafe(handler(body)).catch_unwind().instrument(span);
    let outcome = tokio::time::timeout(Duration::from_secs(30), call).await?;
    outcome.map_err(|_| "the handler panicked")?
}

fn handlers(count: usize) -> HashMap<String, Handler> {
    let tally = Arc::new(Tally::new(count));
    let handler: Handler = Box::new(move |body| {
        let tally = Arc::clone(&tally);
        Box::pin(async move { count_order(Order::decode(&body)?, tally).await })
    });
    HashMap::from([(ORDER_PLACED.to_owned(), handler)])
}

async fn count_order(order: Order, tally: Arc<Tally>) -> Result<()> {
    tally.handle(&order);
    Ok(())
}
