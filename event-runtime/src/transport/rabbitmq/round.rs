//! Sends messages together and learns what became of them.

use super::map;
use super::window::Answers;
use crate::message::{Outgoing, property};
use crate::transport::PublishError;
use futures_util::future::{MaybeDone, maybe_done};
use lapin::message::BasicReturnMessage;
use lapin::options::BasicPublishOptions;
use lapin::types::ShortString;
use lapin::{Channel, Confirmation, Error, PublisherConfirm};
use std::collections::HashSet;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use tokio::time::sleep_until;

/// Without `mandatory` a message that no queue takes would vanish.
const OPTIONS: BasicPublishOptions = BasicPublishOptions {
    mandatory: true,
    immediate: false,
};

/// Why a round has no answers.
pub(super) enum Lost {
    /// The channel or its connection ended: anything may have been stored.
    Channel(Error),
    /// Every call ran out of time, or the channel is gone and nobody says so.
    Silent,
}

/// Publishes the messages of `round` and sets their answers, all of them or none.
///
/// The client library attaches a returned message to whichever confirm completes next. Once all confirms of the round
/// are in, all of its returns are in as well, and each is matched by its id.
pub(super) async fn publish(
    channel: &Channel,
    user: Option<&ShortString>,
    messages: &[Outgoing],
    round: &[usize],
    answers: &mut Answers,
    expire: impl Fn(&mut Answers),
    lost: impl Future<Output = ()>,
) -> Result<(), Lost> {
    let mut sends = Vec::with_capacity(round.len());
    for &index in round {
        match send(channel, user, &messages[index]) {
            Ok(mut sending) => {
                // Gives its frames to the client; with the others of the round they leave in one write.
                let _ = sending.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                sends.push((index, sending));
            }
            Err(error) => answers.set(index, Err(error)),
        }
    }
    let (mut outcome, mut lost) = (pin!(outcome(sends)), pin!(lost));
    let outcome = loop {
        let Some(deadline) = answers.deadline() else {
            return Err(Lost::Silent);
        };
        tokio::select! {
            biased;
            outcome = &mut outcome => break outcome,
            () = sleep_until(deadline) => expire(answers),
            () = &mut lost => return Err(Lost::Silent),
        }
    };
    let Outcome { acked, returned } = outcome.map_err(Lost::Channel)?;
    let returned = Returned::new(&returned);
    for (index, acked) in acked {
        let message = &messages[index];
        let answer = if returned.has(message) {
            Err(PublishError::Unroutable {
                exchange: message.exchange.clone(),
                routing_key: message.routing_key.clone(),
            })
        } else if acked {
            Ok(())
        } else {
            Err(PublishError::Refused)
        };
        answers.set(index, answer);
    }
    Ok(())
}

type Sending<F> = Pin<Box<MaybeDone<F>>>;
type Sent = Result<PublisherConfirm, Error>;

fn send<'a>(
    channel: &'a Channel,
    user: Option<&ShortString>,
    message: &'a Outgoing,
) -> Result<Sending<impl Future<Output = Sent> + use<'a>>, PublishError> {
    let exchange = map::short("exchange", &message.exchange)?;
    let routing_key = map::short("routing key", &message.routing_key)?;
    let properties = map::properties(message, user)?;
    let send = channel.basic_publish(exchange, routing_key, OPTIONS, &message.message.body, properties);
    Ok(Box::pin(maybe_done(send)))
}

struct Outcome {
    acked: Vec<(usize, bool)>,
    returned: Vec<BasicReturnMessage>,
}

/// Awaits every confirm. The frames are written and confirmed in order, so waiting in order costs nothing.
async fn outcome(sends: Vec<(usize, Sending<impl Future<Output = Sent>>)>) -> Result<Outcome, Error> {
    let mut failure = None;
    let mut confirms = Vec::with_capacity(sends.len());
    for (index, mut send) in sends {
        send.as_mut().await;
        match send.as_mut().take_output() {
            Some(Ok(confirm)) => confirms.push((index, confirm)),
            Some(Err(error)) => worse(&mut failure, error),
            None => {}
        }
    }
    let mut acked = Vec::with_capacity(confirms.len());
    let mut returned = Vec::new();
    for (index, confirm) in confirms {
        match confirm.await {
            Ok(Confirmation::Ack(back)) => {
                acked.push((index, true));
                returned.extend(back);
            }
            Ok(Confirmation::Nack(back)) => {
                acked.push((index, false));
                returned.extend(back);
            }
            Ok(Confirmation::NotRequested) => acked.push((index, false)),
            Err(error) => worse(&mut failure, error),
        }
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(Outcome { acked, returned }),
    }
}

/// Of many failures, what the broker said is worth more than that the channel is gone.
fn worse(failure: &mut Option<Error>, error: Error) {
    if failure
        .as_ref()
        .is_none_or(|known| !known.is_amqp_error() && error.is_amqp_error())
    {
        *failure = Some(error);
    }
}

/// Which messages came back.
struct Returned<'a>(HashSet<(&'a str, &'a str, &'a str)>);

impl<'a> Returned<'a> {
    fn new(returned: &'a [BasicReturnMessage]) -> Self {
        let key = |back: &'a BasicReturnMessage| {
            let id = back.properties.message_id().as_ref().map_or("", ShortString::as_str);
            (id, back.exchange.as_str(), back.routing_key.as_str())
        };
        Self(returned.iter().map(key).collect())
    }

    fn has(&self, message: &Outgoing) -> bool {
        !self.0.is_empty() && {
            let id = message.message.headers.get(property::MESSAGE_ID).unwrap_or_default();
            self.0
                .contains(&(id, message.exchange.as_str(), message.routing_key.as_str()))
        }
    }
}
