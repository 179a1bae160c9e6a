//! What a command and the readers of a queue say to each other, over queues of their own.

use crate::error::{Error, Result};
use crate::message::{Outgoing, header};
use crate::transport::{PublishError, Session, Transport, TransportError};

/// Publishes one message, and waits until the broker has it.
pub(super) async fn send(transport: &dyn Transport, message: Outgoing) -> Result<()> {
    match transport.publish(vec![message]).await.pop() {
        Some(answer) => Ok(answer?),
        None => Err(PublishError::Closed.into()),
    }
}

/// The next word that something is done: what.
///
/// # Cancel safety
///
/// Cancel safe.
pub(super) async fn next(session: &mut dyn Session) -> Result<String> {
    let Some(delivery) = std::future::poll_fn(|cx| session.poll_next(cx)).await else {
        let why = session.end().unwrap_or_else(|| "the session ended".to_owned());
        return Err(Error::Transport(TransportError::Refused(why)));
    };
    session.ack(delivery.tag, false);
    session.settled().await;
    Ok(delivery
        .message
        .headers
        .get(header::DONE_TO)
        .unwrap_or_default()
        .to_owned())
}
