//! The shared RabbitMQ that tests use unless they want to break one.

use std::time::Duration;

use lapin::options::{BasicGetOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::endpoint::Endpoint;

const PATIENCE: Duration = Duration::from_secs(10);

/// `EVENT_TEST_AMQP_URL`, or the guest user of a RabbitMQ on this machine.
pub fn rabbit_url() -> String {
    std::env::var("EVENT_TEST_AMQP_URL").unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".to_owned())
}

/// The URL of the shared broker, once it has let us in.
///
/// # Panics
///
/// When it does not; the message says what did not answer and what to do.
pub async fn require_broker() -> String {
    let url = rabbit_url();
    if let Err(reason) = probe(&url).await {
        let address = Endpoint::parse(&url).address;
        panic!(
            "this test needs RabbitMQ at {address}: {reason}.\n\
             Run `scripts/test`, which installs and starts one, or set EVENT_TEST_AMQP_URL."
        );
    }
    url
}

/// Opens a connection of a test's own, without lapin's recovery.
///
/// # Panics
///
/// When the broker does not let us in within ten seconds.
pub async fn connect(url: &str) -> Connection {
    match open(url).await {
        Ok(connection) => connection,
        Err(reason) => panic!("cannot connect to {}: {reason}", Endpoint::parse(url).address),
    }
}

/// How many messages of a queue are ready, which leaves out those a consumer holds.
///
/// A quorum queue's count lags, by seconds after a restart: look with [`eventually`](crate::eventually).
///
/// # Panics
///
/// When the queue does not exist or the broker does not answer.
pub async fn depth(url: &str, queue: &str) -> u32 {
    look(url, queue).await.message_count()
}

/// How many consumers a queue has.
///
/// # Panics
///
/// When the queue does not exist or the broker does not answer.
pub async fn consumers(url: &str, queue: &str) -> u32 {
    look(url, queue).await.consumer_count()
}

async fn look(url: &str, queue: &str) -> lapin::Queue {
    let connection = connect(url).await;
    let options = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let asked = async {
        let channel = connection.create_channel().await?;
        channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await
    };
    match asked.await {
        Ok(state) => state,
        Err(error) => panic!("cannot look at queue {queue}: {error}"),
    }
}

/// Takes everything out of a queue and returns the message ids, for the end of a test:
/// what still waits there is not lost.
///
/// # Panics
///
/// When the queue does not exist or the broker does not answer.
pub async fn take_ids(url: &str, queue: &str) -> Vec<String> {
    let connection = connect(url).await;
    let mut ids = Vec::new();
    let taking = async {
        let channel = connection.create_channel().await?;
        while let Some(message) = channel
            .basic_get(queue.into(), BasicGetOptions { no_ack: true })
            .await?
        {
            let id = message.properties.message_id().as_ref();
            ids.push(id.map_or_else(String::new, ToString::to_string));
        }
        Ok::<_, lapin::Error>(())
    };
    match taking.await {
        Ok(()) => ids,
        Err(error) => panic!("cannot empty queue {queue}: {error}"),
    }
}

/// Whether a RabbitMQ at `url` lets us in; the error is a sentence.
///
/// # Errors
///
/// Nobody listens, it is no AMQP server, or it refuses the login.
pub async fn probe(url: &str) -> Result<(), String> {
    greets(&Endpoint::parse(url).address).await?;
    let connection = open(url).await?;
    // The broker has already let us in.
    let _ = connection.close(200, "probe".into()).await;
    Ok(())
}

/// Whether the server sends `connection.start`, the first frame of AMQP 0-9-1.
pub(crate) async fn greets(address: &str) -> Result<(), String> {
    let hello = async {
        let mut stream = TcpStream::connect(address)
            .await
            .map_err(|error| format!("nobody listens there ({error})"))?;
        let mut frame = [0_u8; 11];
        stream
            .write_all(b"AMQP\x00\x00\x09\x01")
            .await
            .map_err(|error| error.to_string())?;
        stream
            .read_exact(&mut frame)
            .await
            .map_err(|error| format!("it hung up ({error})"))?;
        // Type 1 (method), channel 0, any size, class 10, method 10.
        if frame[..3] == [1, 0, 0] && frame[7..] == [0, 10, 0, 10] {
            Ok(())
        } else {
            Err("what listens there does not speak AMQP 0-9-1".to_owned())
        }
    };
    timeout(PATIENCE, hello)
        .await
        .unwrap_or_else(|_| Err(format!("no greeting within {PATIENCE:?}")))
}

async fn open(url: &str) -> Result<Connection, String> {
    let connecting = Connection::connect(url, ConnectionProperties::default());
    match timeout(PATIENCE, connecting).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(format!("it refuses the connection ({error})")),
        Err(_) => Err(format!("no connection within {PATIENCE:?}")),
    }
}
