//! Text that no client library would send.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::endpoint::Endpoint;

/// Written into a text that is sent on a way of [`garbled`], stands for a byte that is not UTF-8.
pub const NOT_UTF8: char = '\u{7f}';

/// Another URL of the broker at `url`: a way on which each [`NOT_UTF8`] that is sent arrives as the byte 0xFF.
///
/// For texts of a few messages only: lengths and numbers of 127 change as well.
///
/// # Panics
///
/// When no port can be opened.
pub async fn garbled(url: &str) -> String {
    let endpoint = Endpoint::parse(url);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let to = endpoint.address.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let broker = TcpStream::connect(&to).await.expect("the broker");
            tokio::spawn(relay(client, broker));
        }
    });
    endpoint.at(&address)
}

async fn relay(client: TcpStream, broker: TcpStream) -> std::io::Result<()> {
    let (mut from, mut back) = client.into_split();
    let (mut answers, mut to) = broker.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut answers, &mut back).await });
    let mut bytes = vec![0; 64 << 10];
    loop {
        let count = from.read(&mut bytes).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        let read = &mut bytes[..count];
        let wrong = read.iter_mut().filter(|byte| **byte == NOT_UTF8 as u8);
        wrong.for_each(|byte| *byte = 0xff);
        to.write_all(read).await?;
    }
}
