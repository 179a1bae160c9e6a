//! Messages that are not events: everything before them in their queue is done before they are, and nothing behind them
//! begins before that. So the order of a key goes from one queue to another.

use super::hold::publish_copy;
use super::supervise::{Job, calm, open, serve};
use super::{Phase, Settler, Shared};
use crate::message::{Headers, Message, Outgoing, header, property};
use crate::topology::Names;
use crate::transport::{Delivery, PublishError, Session, Transport, TransportError};
use futures_util::future::BoxFuture;
use std::time::Duration;

/// What a barrier asks of the handler that comes to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Barrier<'a> {
    /// Read these queues first, each until it is gone.
    First(Vec<&'a str>),
    /// Say, with this routing key, that everything before is done.
    Done(&'a str),
}

impl<'a> Barrier<'a> {
    /// Whether it is one. Only this service writes to its own inlet.
    pub(super) fn of(names: &Names, delivery: &'a Delivery) -> Option<Self> {
        if !names.is_inlet(&delivery.exchange) {
            return None;
        }
        let headers = &delivery.message.headers;
        if let Some(queues) = headers.get(header::FIRST) {
            return Some(Self::First(queues.split_whitespace().collect()));
        }
        headers.get(header::DONE_TO).map(Self::Done)
    }

    fn message(&self, names: &Names, queue: &str) -> Outgoing {
        let (name, value) = match self {
            Self::First(queues) => (header::FIRST, queues.join(" ")),
            Self::Done(to) => (header::DONE_TO, (*to).to_owned()),
        };
        outgoing(names, queue, name, &value)
    }

    /// Puts it behind what is in `queue`, which is bound to the inlet with its own name.
    pub(crate) async fn send(&self, transport: &dyn Transport, names: &Names, queue: &str) -> Result<(), PublishError> {
        let answers = transport.publish(vec![self.message(names, queue)]).await;
        answers.into_iter().next().unwrap_or(Err(PublishError::Closed))
    }
}

/// What comes next, of the answers to [`Barrier::Done`].
///
/// # Cancel safety
///
/// Cancel safe.
pub(crate) async fn next_done(session: &mut dyn Session) -> Result<String, TransportError> {
    let Some(delivery) = std::future::poll_fn(|cx| session.poll_next(cx)).await else {
        let why = session.end().unwrap_or_else(|| "the session ended".to_owned());
        return Err(TransportError::Refused(why));
    };
    let mut settler = Settler::new(1);
    settler.opened(delivery.tag);
    settler.done(delivery.tag);
    settler.ack_all(session);
    session.settled().await;
    let done = delivery.message.headers.get(header::DONE_TO);
    Ok(done.unwrap_or_default().to_owned())
}

fn outgoing(names: &Names, key: &str, header: &str, value: &str) -> Outgoing {
    let mut headers = Headers::with_capacity(128 + value.len(), 2);
    headers.push_display(property::MESSAGE_ID, uuid::Uuid::now_v7());
    headers.push(header, value);
    Outgoing {
        exchange: names.inlet(),
        routing_key: key.to_owned(),
        message: Message {
            headers,
            body: bytes::Bytes::new(),
        },
    }
}

/// Does what the barrier in `delivery` asks for. `Err`: the session, or the service, ends first; why.
///
/// Dying anywhere in here, the barrier comes again, and finds done what is done.
pub(super) async fn pass(job: &Job, delivery: &Delivery, at_start: &mut bool) -> Result<(), Option<String>> {
    let shared = &job.shared;
    match Barrier::of(&shared.names, delivery) {
        Some(Barrier::First(queues)) => {
            for queue in queues {
                through(job, queue, at_start).await?;
            }
        }
        Some(Barrier::Done(to)) => {
            let word = outgoing(&shared.names, to, header::DONE_TO, to);
            if !publish_copy(shared, word).await {
                return Err(ended(shared));
            }
        }
        None => {}
    }
    Ok(())
}

fn ended(shared: &Shared) -> Option<String> {
    let stops = *shared.phase.borrow() == Phase::Stopping;
    (!stops).then(|| "the session is over".to_owned())
}

/// Reads `queue` until it is gone.
fn through<'a>(job: &'a Job, queue: &'a str, at_start: &'a mut bool) -> BoxFuture<'a, Result<(), Option<String>>> {
    Box::pin(async move {
        let shared = &job.shared;
        let mut wait = Duration::from_millis(50);
        tracing::info!(
            handler = shared.handler,
            queue,
            behind = job.queue,
            "reads this queue first"
        );
        loop {
            calm(shared);
            match open(job, queue).await {
                None => return Err(None),
                Some(Err(TransportError::NoQueue(_))) => {
                    tracing::info!(
                        handler = shared.handler,
                        queue,
                        behind = job.queue,
                        "it is gone; goes on"
                    );
                    return Ok(());
                }
                Some(Err(error)) => {
                    tracing::warn!(handler = shared.handler, queue, %error, "cannot read the queue; trying again");
                }
                Some(Ok(session)) => {
                    let why = serve(job, session, std::mem::take(at_start)).await;
                    if why.is_none() || shared.stopped.get().is_some() {
                        return Err(why);
                    }
                    tracing::debug!(handler = shared.handler, queue, why, "the session is over");
                }
            }
            calm(shared);
            if !shared.sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await {
                return Err(ended(shared));
            }
            wait = (wait * 2).min(Duration::from_secs(2));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barrier_is_one_only_on_the_way_back_in() {
        let names = Names::new("events", "shop");
        let first = Barrier::First(vec!["shop.keep.1of2", "shop.keep.2of2"]);
        let Outgoing {
            exchange,
            routing_key,
            message,
        } = first.message(&names, "shop.keep.1of4");
        let mut delivery = Delivery {
            exchange,
            routing_key,
            message,
            ..Delivery::default()
        };
        assert_eq!(Barrier::of(&names, &delivery), Some(first));
        delivery.exchange = "events".to_owned();
        assert_eq!(Barrier::of(&names, &delivery), None);
    }
}
