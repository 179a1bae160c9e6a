use super::barrier::{self, Barrier};
use super::worker::{End, Worker};
use super::{Phase, Shared, slot::Slot};
use crate::transport::{Delivery, Health, Session, Transport, TransportError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A delivery that was given back so often when the process starts may be what ended the process.
const SUSPICIOUS_RETURNS: u32 = 5;

/// What a task needs that reads a queue of a handler.
pub(crate) struct Job {
    pub(crate) shared: Arc<Shared>,
    pub(crate) queue: String,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) make_slot: Box<dyn Fn() -> Box<dyn Slot> + Send + Sync>,
    pub(crate) health: watch::Sender<Health>,
}

/// Why a session ended whose partition another process should have.
const HANDED_OVER: &str = "another process should have the partition";

/// Reads the queue for as long as the service runs: a session that ends is followed by a new one.
pub(crate) async fn supervise(job: Job) {
    let shared = &job.shared;
    let queue = job.queue.as_str();
    let mut first_session = true;
    let mut wait = Duration::from_millis(100);
    while *shared.phase.borrow() != Phase::Stopping {
        calm(shared);
        match open(&job, queue).await {
            Some(Ok(session)) => {
                shared.stats.sessions.add(1);
                job.health.send_replace(Health::Up);
                wait = Duration::from_millis(100);
                let Some(why) = serve(&job, session, std::mem::take(&mut first_session)).await else {
                    break;
                };
                if shared.stopped.get().is_some() {
                    job.health.send_replace(Health::Down(why));
                    let mut phase = shared.phase.subscribe();
                    let _ = phase.wait_for(|phase| *phase == Phase::Stopping).await;
                    break;
                }
                if why == HANDED_OVER {
                    continue;
                }
                tracing::warn!(
                    handler = shared.handler,
                    queue,
                    why,
                    "the session is over; starting a new one"
                );
                job.health.send_replace(Health::Down(why));
            }
            Some(Err(error)) => {
                tracing::warn!(handler = shared.handler, queue, %error, "cannot read the queue; trying again");
                job.health.send_replace(Health::Down(error.to_string()));
            }
            None => break,
        }
        if !shared.sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await && *shared.phase.borrow() == Phase::Stopping {
            break;
        }
        wait = (wait * 2).min(Duration::from_secs(10));
    }
    job.health.send_replace(Health::Closed);
}

/// The session that was over is in the past.
pub(super) fn calm(shared: &Shared) {
    shared.phase.send_if_modified(|phase| {
        let over = *phase == Phase::SessionOver;
        if over {
            *phase = Phase::Running;
        }
        over
    });
}

/// Opens a session; `None` when the service stops first.
pub(super) async fn open(job: &Job, queue: &str) -> Option<Result<Box<dyn Session>, TransportError>> {
    let mut phase = job.shared.phase.subscribe();
    tokio::select! {
        biased;
        _ = phase.wait_for(|phase| *phase == Phase::Stopping) => None,
        session = job.transport.consume(queue, job.shared.options.prefetch) => Some(session),
    }
}

/// Works through one session; why it ended, or `None` when the service stops.
pub(super) async fn serve(job: &Job, mut session: Box<dyn Session>, mut at_start: bool) -> Option<String> {
    let shared = &job.shared;
    shared.turn.begins();
    let first = if at_start {
        first(shared, session.as_mut()).await
    } else {
        None
    };
    let mut worker = Worker::new(shared, &job.make_slot, session);
    let first = match first {
        // What was in hand is behind it, or in another queue.
        Some(delivery) if Barrier::of(&shared.names, &delivery).is_some() => Some(delivery),
        Some(delivery) if delivery.redelivered && delivery.returns >= SUSPICIOUS_RETURNS => {
            at_start = false;
            worker.probation(delivery).await
        }
        other => {
            at_start = false;
            other
        }
    };
    if let Some(delivery) = first {
        worker.take(delivery);
    }
    let why = loop {
        match worker.run().await {
            End::Stopping => break None,
            End::HandedOver => break Some(HANDED_OVER.to_owned()),
            End::Over(why) => break Some(why),
            End::Barrier(barrier) => {
                let passed = barrier::pass(job, &barrier, &mut at_start).await;
                calm(shared);
                match passed {
                    Ok(()) => worker.passed(barrier),
                    Err(why) => {
                        shared.stats.ended.add(1);
                        break why;
                    }
                }
            }
        }
    };
    if why.is_some() {
        // What waits for a retry would only be repeated: the broker gives it back anyway.
        shared.phase.send_if_modified(|phase| {
            let running = *phase == Phase::Running;
            if running {
                *phase = Phase::SessionOver;
            }
            running
        });
    }
    worker.drain().await;
    worker.close().await;
    why
}

/// The first delivery after the process has started; `None` when the session or the service ends before it comes.
async fn first(shared: &Shared, session: &mut dyn Session) -> Option<Delivery> {
    let mut phase = shared.phase.subscribe();
    tokio::select! {
        biased;
        _ = phase.wait_for(|phase| *phase == Phase::Stopping) => None,
        delivery = std::future::poll_fn(|cx| session.poll_next(cx)) => delivery,
    }
}
